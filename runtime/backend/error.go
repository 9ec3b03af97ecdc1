package backend

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// Kind says what went wrong with a call.
type Kind uint8

// The kinds of errors of Do and Endpoint.
const (
	KindTimeout   Kind = iota + 1 // the deadline passed
	KindConnect                   // refused, TLS failed, too many connections, closed or reset before a byte was answered
	KindAddress                   // no address, or a name that does not resolve
	KindTooLarge                  // the body is larger than Options.MaxBody
	KindMalformed                 // the answer is not HTTP/1, or breaks its rules, or has more header than allowed
	KindClosed                    // the connection ended in the middle of the answer
	KindRequest                   // the request has bytes that must not be sent
)

// Error is an error of Do or Endpoint.
type Error struct {
	Kind Kind
	Err  error // never nil; text for logs, not for clients
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func fail(k Kind, text string) *Error { return &Error{Kind: k, Err: errors.New(text)} }

func failf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Err: fmt.Errorf(format, args...)}
}

// errLate is the cause of a KindTimeout that no system call reported.
var errLate = errors.New("deadline passed")

// isTimeout reports whether err is a connection's deadline.
func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// timeoutOr makes a KindTimeout of err when deadline has passed, else k. A
// timeout before that is one of our own, shorter ones.
func timeoutOr(k Kind, err error, deadline time.Time) *Error {
	if !time.Now().Before(deadline) {
		k = KindTimeout
	}
	return &Error{Kind: k, Err: err}
}
