package lambda

import (
	"context"
	"errors"
	"strconv"
)

// Kind says why a function could not be invoked.
type Kind uint8

const (
	// KindFailed is any refusal or breakdown that is none of the others: no
	// connection, no permission, a process that cannot be started.
	KindFailed Kind = iota
	// KindUnknownFunction means that there is no function of that name.
	KindUnknownFunction
	// KindThrottled means that the function has no capacity left.
	KindThrottled
	// KindTimeout means that the caller's deadline passed first.
	KindTimeout
	// KindTooLarge means that a payload exceeds what the service transports.
	KindTooLarge
	// KindCanceled means that the caller's context was canceled.
	KindCanceled
)

var kindTexts = [...]string{
	KindFailed:          "invocation failed",
	KindUnknownFunction: "unknown function",
	KindThrottled:       "throttled",
	KindTimeout:         "timed out",
	KindTooLarge:        "payload too large",
	KindCanceled:        "canceled",
}

func (k Kind) String() string {
	if int(k) < len(kindTexts) {
		return kindTexts[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// Error says that a function could not be invoked, or that its answer could
// not be awaited. A function that ran and failed is a Result instead.
type Error struct {
	Kind Kind
	// Function names the function as the caller did.
	Function string
	// Status is the Invoke API's status code, or the one that it would have
	// sent; 0 when nothing was answered.
	Status int
	// Type is the Invoke API's exception, such as ResourceNotFoundException; may
	// be empty.
	Type string
	// Message says what happened, for the execution log.
	Message string
	// Err is the cause; may be nil.
	Err error
}

func (e *Error) Error() string {
	text := "invoke function " + e.Function + ": " + e.Kind.String()
	if e.Status != 0 {
		text += " (status " + strconv.Itoa(e.Status) + ")"
	}
	if e.Type != "" {
		text += ": " + e.Type
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of an invocation's error. Errors that are not an
// *Error are KindFailed.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindFailed
}

// UnknownFunction is the error for a function that nobody knows.
func UnknownFunction(ref Reference) *Error {
	name := ref.ARN
	if name == "" {
		name = ref.Name
	}
	return &Error{
		Kind: KindUnknownFunction, Function: ref.Name, Status: 404, Type: "ResourceNotFoundException",
		Message: "Function not found: " + name,
	}
}

// Throttled is the error for a function without capacity.
func Throttled(ref Reference) *Error {
	return &Error{
		Kind: KindThrottled, Function: ref.Name, Status: 429, Type: "TooManyRequestsException",
		Message: "Rate Exceeded.",
	}
}

// Closed is the error for a function that is no longer served.
func Closed(ref Reference) *Error {
	return &Error{Kind: KindFailed, Function: ref.Name, Message: "the function has been shut down"}
}

// Left is the error for a caller that stops waiting, because of its deadline or
// because ctx is done.
func Left(ref Reference, ctx context.Context) *Error {
	if err := ctx.Err(); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return &Error{Kind: KindCanceled, Function: ref.Name, Err: err}
	}
	return &Error{Kind: KindTimeout, Function: ref.Name, Message: "no answer before the caller's deadline"}
}

// BadPayload is the error for an event that is not JSON, in the service's words.
func BadPayload(ref Reference, reason string) *Error {
	return &Error{
		Kind: KindFailed, Function: ref.Name, Status: 400, Type: "InvalidRequestContentException",
		Message: "Could not parse request body into json: " + reason,
	}
}

// CheckSize refuses a payload that the Invoke API would not take.
func (inv *Invocation) CheckSize() error {
	limit := MaxPayload
	if inv.Async {
		limit = MaxAsyncPayload
	}
	if len(inv.Payload) <= limit {
		return nil
	}
	return &Error{
		Kind: KindTooLarge, Function: inv.Function.Name, Status: 413, Type: "RequestTooLargeException",
		Message: strconv.Itoa(len(inv.Payload)) + " byte payload is too large for the " + inv.mode() +
			" invocation type (limit " + strconv.Itoa(limit) + " bytes)",
	}
}

func (inv *Invocation) mode() string {
	if inv.Async {
		return "Event"
	}
	return "RequestResponse"
}
