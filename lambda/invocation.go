package lambda

import (
	"context"
	"time"
)

// The service's limits on payloads, in bytes.
const (
	// MaxPayload bounds what a synchronous invocation sends.
	MaxPayload = 6 << 20
	// MaxAsyncPayload bounds what an asynchronous invocation sends.
	MaxAsyncPayload = 1 << 20
	// MaxAnswer bounds what a function answers; the service allows a hundred
	// bytes more than it says.
	MaxAnswer = 6<<20 + 100
)

// Invocation is one call of a function.
type Invocation struct {
	// Function says which function, version or alias is meant.
	Function Reference
	// Payload is the event, a JSON document; an empty one counts as {}. It is
	// not changed, and not kept after Invoke has returned.
	Payload []byte
	// Async asks for invocation type Event: the answer is 202 without payload as
	// soon as the event is queued.
	Async bool
	// Deadline is when the caller stops waiting; zero for never. The function's
	// own time limit is independent of it: a function whose caller has left runs
	// on, as in the service.
	Deadline time.Time
	// RequestID names the invocation in logs and in the function's context. An
	// empty one is replaced by a new one.
	RequestID string
	// TraceID is the X-Amzn-Trace-Id header that the function sees; may be empty.
	TraceID string
}

// Event is the payload that the function gets: {} for an empty one.
func (inv *Invocation) Event() []byte {
	if len(inv.Payload) == 0 {
		return []byte("{}")
	}
	return inv.Payload
}

// Result is what an invocation brought.
type Result struct {
	// Payload is the function's answer, or the description of its failure when
	// FunctionError is set. Empty for asynchronous invocations.
	Payload []byte
	// FunctionError is "" when the function succeeded, otherwise what the service
	// sends as X-Amz-Function-Error: "Unhandled" or "Handled".
	FunctionError string
	// TimedOut says that the function's own time limit passed. FunctionError and
	// Payload then say so in the service's words.
	TimedOut bool
	// RequestID names the invocation in the function's log.
	RequestID string
	// ExecutedVersion is the version that an alias led to, "$LATEST" for local
	// functions.
	ExecutedVersion string
	// StatusCode is that of the Invoke API: 200, or 202 for asynchronous ones.
	StatusCode int
}

// Values of Result.FunctionError.
const (
	Unhandled = "Unhandled"
	Handled   = "Handled"
)

// Latest is the version that local functions run as.
const Latest = "$LATEST"

// Invoker calls functions. It is safe for concurrent use.
type Invoker interface {
	// Invoke calls the function and waits for its answer, no longer than until
	// ctx is done or the invocation's deadline. Every error is an *Error.
	Invoke(ctx context.Context, inv *Invocation) (*Result, error)
	// Close ends what the invoker runs and waits for it. Invocations in flight
	// fail.
	Close() error
}
