package lambda

import (
	"strconv"
	"time"
)

// Fault is a function's own failure as its payload tells it.
type Fault struct {
	Type    string
	Message string
	// Trace has one stack frame an entry; a nil one is left out.
	Trace []string
}

// Result is the answer of an invocation that ended with the fault.
func (f Fault) Result(requestID string) *Result {
	return &Result{
		Payload:         f.appendJSON(nil),
		FunctionError:   Unhandled,
		RequestID:       requestID,
		ExecutedVersion: Latest,
		StatusCode:      200,
	}
}

func (f Fault) appendJSON(b []byte) []byte {
	b = append(b, `{"errorType":`...)
	b = AppendJSONString(b, f.Type)
	b = append(b, `,"errorMessage":`...)
	b = AppendJSONString(b, f.Message)
	if f.Trace != nil {
		b = append(b, `,"trace":[`...)
		for i, line := range f.Trace {
			if i > 0 {
				b = append(b, ',')
			}
			b = AppendJSONString(b, line)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// TimedOut is the answer for a function that exceeded its own time limit.
func TimedOut(requestID string, limit time.Duration) *Result {
	r := Fault{
		Type: "Sandbox.Timedout",
		Message: "RequestId: " + requestID + " Error: Task timed out after " +
			strconv.FormatFloat(limit.Seconds(), 'f', 2, 64) + " seconds",
	}.Result(requestID)
	r.TimedOut = true
	return r
}

// Exited is the answer for a function whose runtime ended before it answered.
// The reason is such as "signal: killed" or "exit status 1"; "" for a runtime
// that ended without a failure.
func Exited(requestID, reason string) *Result {
	text := "RequestId: " + requestID + " Error: Runtime exited with error: " + reason
	if reason == "" {
		text = "RequestId: " + requestID + " Error: Runtime exited without providing a reason"
	}
	return Fault{Type: "Runtime.ExitError", Message: text}.Result(requestID)
}

// AnswerTooLarge is the answer for a function that answered more than MaxAnswer
// bytes.
func AnswerTooLarge(requestID string) *Result {
	return Fault{
		Type: "Function.ResponseSizeTooLarge",
		Message: "Response payload size exceeded maximum allowed payload size (" +
			strconv.Itoa(MaxAnswer) + " bytes).",
	}.Result(requestID)
}

// AppendJSONString appends s as a JSON string. Bytes that are not UTF-8 become
// U+FFFD.
func AppendJSONString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\t':
			b = append(b, '\\', 't')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}
