package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		got  *Result
		want string
	}{
		{Fault{"Error", "a\"\\\n\t\r\x01\xff\u20ac", []string{"x", ""}}.Result("i"), `{"errorType":"Error","errorMessage":"a\"\\\n\t\r\u0001` + "\uFFFD\u20ac" + `","trace":["x",""]}`},
		{TimedOut("i", 3*time.Second), `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: i Error: Task timed out after 3.00 seconds"}`},
		{Exited("i", "signal: killed"), `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: i Error: Runtime exited with error: signal: killed"}`},
		{Exited("i", ""), `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: i Error: Runtime exited without providing a reason"}`},
		{AnswerTooLarge("i"), `{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}`},
	} {
		if string(c.got.Payload) != c.want || !json.Valid(c.got.Payload) || c.got.FunctionError != Unhandled || c.got.StatusCode != 200 {
			t.Errorf("got  %s\nwant %s", c.got.Payload, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	ref := Reference{Name: "f"}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	expired, cancel := context.WithDeadline(context.Background(), time.Unix(0, 0))
	defer cancel()
	for _, c := range []struct {
		err  error
		kind Kind
		text string
	}{
		{UnknownFunction(ref), KindUnknownFunction, "invoke function f: unknown function (status 404): ResourceNotFoundException: Function not found: f"},
		{Throttled(ref), KindThrottled, "invoke function f: throttled (status 429): TooManyRequestsException: Rate Exceeded."},
		{Left(ref, canceled), KindCanceled, "invoke function f: canceled: context canceled"},
		{Left(ref, expired), KindTimeout, "invoke function f: timed out: no answer before the caller's deadline"},
		{Left(ref, context.Background()), KindTimeout, "invoke function f: timed out: no answer before the caller's deadline"},
		{Closed(ref), KindFailed, "invoke function f: invocation failed: the function has been shut down"},
		{BadPayload(ref, "x"), KindFailed, "invoke function f: invocation failed (status 400): InvalidRequestContentException: Could not parse request body into json: x"},
	} {
		if KindOf(c.err) != c.kind || c.err.Error() != c.text {
			t.Errorf("%v: %s", KindOf(c.err), c.err)
		}
	}
	if KindOf(errors.New("other")) != KindFailed {
		t.Error("other errors")
	}
	for size, async := range map[int]bool{MaxPayload: false, MaxAsyncPayload: true} {
		inv := &Invocation{Payload: make([]byte, size), Async: async}
		if err := inv.CheckSize(); err != nil {
			t.Error(err)
		}
		inv.Payload = append(inv.Payload, 1)
		if KindOf(inv.CheckSize()) != KindTooLarge {
			t.Error("too large")
		}
	}
}
