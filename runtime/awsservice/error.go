package awsservice

import "errors"

// Kind says why a request could not be built.
type Kind uint8

// The kinds of errors of Build.
const (
	// KindCredentials: there are no credentials, or the role cannot be assumed,
	// or not in time. The service answers 500 for it.
	KindCredentials Kind = iota + 1
	// KindPath: a value would lead out of its place in the path.
	KindPath
)

// Error is an error of Build.
type Error struct {
	Kind Kind
	// Log is the text for the execution log; not for clients.
	Log string
	Err error // the cause; may be nil
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Log
	}
	return e.Log + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of an error of Build, 0 for any other error.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}
