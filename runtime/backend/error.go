package backend

// Kind says what went wrong with a call.
type Kind uint8

// The kinds of errors of Do and Endpoint.
const (
	KindTimeout   Kind = iota + 1 // the deadline passed
	KindConnect                   // refused, TLS failed, closed or reset before a byte was answered
	KindAddress                   // no address, or a name that does not resolve
	KindTooLarge                  // the body is larger than Options.MaxBody
	KindMalformed                 // the answer is not HTTP, or more header than allowed
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
