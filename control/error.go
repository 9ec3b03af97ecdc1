package control

import (
	"fmt"

	"sluice/control/model"
)

// Error is an error of the wire: the exception's name and status with its message.
type Error struct {
	Type       string // name of the exception, as x-amzn-ErrorType has it
	Status     int
	Message    string
	RetryAfter int // seconds; 0: no Retry-After
}

func (e *Error) Error() string { return e.Type + ": " + e.Message }

func fault(kind string, status int, format string, args []any) *Error {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return &Error{Type: kind, Status: status, Message: format}
}

func badRequest(format string, args ...any) *Error {
	return fault("BadRequestException", 400, format, args)
}

func notFound(format string, args ...any) *Error {
	return fault("NotFoundException", 404, format, args)
}

func conflict(format string, args ...any) *Error {
	return fault("ConflictException", 409, format, args)
}

func limitExceeded(format string, args ...any) *Error {
	e := fault("LimitExceededException", 429, format, args)
	e.RetryAfter = 1
	return e
}

func accessDenied(format string, args ...any) *Error {
	return fault("AccessDeniedException", 403, format, args)
}

func serviceUnavailable(format string, args ...any) *Error {
	e := fault("ServiceUnavailableException", 503, format, args)
	e.RetryAfter = 1
	return e
}

// concurrentModification is what the service says of two writers that met (recorded).
func concurrentModification() *Error {
	return conflict("Unable to complete operation due to concurrent modification. Please try again later.")
}

// requestTooLarge is what the service's front end says of a body that it does not
// take; no operation has this exception in its model. On the listener of the APIs
// the data plane refuses what is beyond its own bound before anybody knows whom it
// is for.
func requestTooLarge() *Error {
	return fault("RequestEntityTooLargeException", 413, "Request Too Long", nil)
}

func internalFailure() *Error {
	return fault("InternalFailureException", 500, "Internal failure", nil)
}

// mismatchError is the answer to what is no operation.
func mismatchError(m model.Mismatch) *Error {
	status, kind, message := m.Answer()
	return fault(kind, status, "%s", []any{message})
}
