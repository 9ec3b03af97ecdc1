package authorizers

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sluice/lambda"
)

// flight is one invocation of an authorizer's function. It belongs to no request:
// it holds copies only, and runs to its end when every client has gone.
type flight struct {
	key     string
	event   []byte
	traceID string
	ttl     time.Duration
	arrived time.Time // of the request that started it
	done    chan struct{}

	// What it brought; to be read once done is closed.
	answer    *answer
	refusal   *Refusal
	text      string // of the answer, or what happened instead
	requestID string
	status    int
	latency   time.Duration
}

// fly invokes the function and judges what came back.
func (a *Authorizer) fly(f *flight) {
	start := time.Now()
	defer func() {
		if p := recover(); p != nil {
			f.answer, f.refusal = nil, refuseFailure.because(fmt.Sprint("panic while invoking the authorizer: ", p))
		}
		f.latency = time.Since(start)
		if f.answer != nil {
			f.answer.expires = f.arrived.Add(f.latency + f.ttl)
		}
	}()
	if a.guard.options.Invoker == nil {
		f.refusal = refuseConfiguration.because("no functions are configured")
		return
	}
	limit := a.guard.options.InvokeTimeout
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	result, err := a.guard.options.Invoker.Invoke(ctx, &lambda.Invocation{
		Function: a.function, Payload: f.event, Deadline: start.Add(limit), TraceID: f.traceID,
	})
	if err != nil {
		f.refuseError(err)
		return
	}
	f.requestID, f.status = result.RequestID, result.StatusCode
	f.text = string(result.Payload)
	if result.FunctionError != "" {
		f.refuseFault(result)
		return
	}
	answer, err := parseAnswer(f.text)
	if err != nil {
		f.refusal = refuseConfiguration.because("invalid answer of the authorizer's function: " + err.Error())
		return
	}
	f.answer = answer
}

// refuseError judges an invocation that brought nothing. What cannot be called is
// a matter of configuration ("failing to connect to a custom authorizer"); what
// was called and did not answer is the authorizer's failure.
func (f *flight) refuseError(err error) {
	f.text = err.Error()
	f.refusal = refuseConfiguration.because(f.text)
	switch lambda.KindOf(err) {
	case lambda.KindTimeout, lambda.KindCanceled, lambda.KindThrottled, lambda.KindTooLarge:
		f.refusal = refuseFailure.because(f.text)
	}
}

// refuseFault judges a function that failed.
func (f *flight) refuseFault(result *lambda.Result) {
	if !result.TimedOut && errorMessage(f.text) == refuseUnauthorized.Message {
		f.refusal = refuseUnauthorized
		return
	}
	f.refusal = refuseFailure.because("the authorizer's function failed: " + clip(f.text))
}

// clip cuts a text that goes to logs.
func clip(s string) string {
	const limit = 1024
	if len(s) > limit {
		s = s[:limit] + " [TRUNCATED]"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
