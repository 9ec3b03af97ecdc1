package javascript

import (
	"errors"
	"time"

	"github.com/dop251/goja"

	"sluice/lambda"
)

// call is the state of one call of the handler.
type call struct {
	settled bool
	value   goja.Value // the answer
	failure goja.Value // the error; nil when it succeeded
	failed  bool
	drain   bool // the answer waits for the event loop to empty
}

func (c *call) succeed(v goja.Value) {
	if !c.settled {
		c.settled, c.value = true, v
	}
}

func (c *call) fail(v goja.Value) {
	if !c.settled {
		c.settled, c.failed, c.failure = true, true, v
	}
}

// invoke calls the handler and runs the event loop until there is an answer.
func (m *machine) invoke(j *job) (*lambda.Result, error, bool) {
	event, err := m.decode(j.event)
	if err != nil {
		return nil, lambda.BadPayload(j.ref, err.Error()), true
	}
	c := &call{}
	object := m.context(j, c)
	returned, err := m.handler(goja.Undefined(), event, object, m.vm.ToValue(m.callback(c, object)))
	if err != nil {
		if result, broken, fit := m.broken(j, err); broken != nil || result != nil {
			return result, broken, fit
		}
		c.fail(thrown(err))
	}
	promise := m.adopt(c, returned)
	if err := m.turn(c, promise); err != nil {
		if result, broken, fit := m.broken(j, err); broken != nil || result != nil {
			return result, broken, fit
		}
		// An error that nobody caught ends the runtime.
		return m.fault(err, "").Result(j.requestID), nil, false
	}
	if reason := m.stopped(); reason != nil {
		result, err := m.interrupted(j, reason)
		return result, err, false
	}
	return m.answer(j, c)
}

// broken is the outcome when err is an interrupt; nothing when it is an
// exception of the function.
func (m *machine) broken(j *job, err error) (*lambda.Result, error, bool) {
	var interrupt *goja.InterruptedError
	var overflow *goja.StackOverflowError
	switch {
	case errors.As(err, &interrupt):
		reason := m.stopped()
		if reason == nil {
			reason = errMemory
		}
		result, err := m.interrupted(j, reason)
		return result, err, false
	case errors.As(err, &overflow):
		return lambda.Fault{
			Type: "RangeError", Message: "Maximum call stack size exceeded",
			Trace: []string{"RangeError: Maximum call stack size exceeded"},
		}.Result(j.requestID), nil, false
	}
	return nil, nil, true
}

// adopt takes what the handler returned. It returns the promise to wait for, if
// there is one.
//
// The service's runtimes differ in what a handler that is not async may return:
// up to Node.js 20 it is ignored, from 24 on it is the answer. It is the answer
// here for handlers that do not declare the callback.
func (m *machine) adopt(c *call, returned goja.Value) *goja.Promise {
	object, ok := returned.(*goja.Object)
	if ok {
		if object.ClassName() == "Promise" {
			if p, ok := object.Export().(*goja.Promise); ok {
				return p
			}
		}
		if then, ok := goja.AssertFunction(object.Get("then")); ok {
			p, resolve, reject := m.vm.NewPromise()
			_, err := then(object,
				m.vm.ToValue(func(v goja.Value) { _ = resolve(v) }),
				m.vm.ToValue(func(v goja.Value) { _ = reject(v) }))
			if err != nil {
				_ = reject(thrown(err))
			}
			return p
		}
	}
	if returned != nil && !goja.IsUndefined(returned) && m.arity < 3 && !c.settled {
		c.succeed(returned)
	}
	return nil
}

// turn runs the event loop until the call is settled. A call that nobody settles
// answers null when nothing is left to happen, as in the service.
func (m *machine) turn(c *call, promise *goja.Promise) error {
	for {
		if promise != nil {
			switch promise.State() {
			case goja.PromiseStateFulfilled:
				c.succeed(promise.Result())
			case goja.PromiseStateRejected:
				c.fail(promise.Result())
			}
		}
		if err := m.unhandled(promise); err != nil {
			return err
		}
		if m.stopped() != nil || c.settled && (!c.drain || m.loop.empty()) {
			return nil
		}
		more, err := m.next()
		if err != nil {
			return err
		}
		if !more {
			c.succeed(goja.Undefined())
			return nil
		}
	}
}

// answer makes the result of a settled call.
func (m *machine) answer(j *job, c *call) (*lambda.Result, error, bool) {
	if c.failed {
		return m.faultOf(c.failure, "").Result(j.requestID), nil, true
	}
	payload := "null"
	if c.value != nil && !goja.IsUndefined(c.value) {
		text, err := m.builtin.stringify(goja.Undefined(), c.value)
		if err != nil {
			if result, broken, fit := m.broken(j, err); broken != nil || result != nil {
				return result, broken, fit
			}
			return lambda.Fault{
				Type: "Error", Message: "Unable to stringify response body",
				Trace: m.fault(err, "").Trace,
			}.Result(j.requestID), nil, true
		}
		if !goja.IsUndefined(text) {
			payload = text.String()
		}
	}
	if len(payload) > lambda.MaxAnswer {
		return lambda.AnswerTooLarge(j.requestID), nil, true
	}
	return &lambda.Result{
		Payload: []byte(payload), RequestID: j.requestID, ExecutedVersion: lambda.Latest, StatusCode: 200,
	}, nil, true
}

// callback is the handler's third argument. Its answer waits for the event loop
// to empty unless the context says otherwise.
func (m *machine) callback(c *call, object *goja.Object) func(goja.FunctionCall) goja.Value {
	return func(args goja.FunctionCall) goja.Value {
		if c.settled {
			return goja.Undefined()
		}
		if e := args.Argument(0); !goja.IsUndefined(e) && !goja.IsNull(e) {
			c.fail(e)
		} else {
			c.succeed(args.Argument(1))
		}
		waits := object.Get("callbackWaitsForEmptyEventLoop")
		c.drain = waits == nil || waits.ToBoolean()
		return goja.Undefined()
	}
}

// context is the handler's second argument.
func (m *machine) context(j *job, c *call) *goja.Object {
	deadline := time.Now().Add(m.fn.limits.time)
	o := m.vm.NewObject()
	set := func(key string, v goja.Value) { _ = o.Set(key, v) }
	set("callbackWaitsForEmptyEventLoop", m.vm.ToValue(true))
	set("functionVersion", m.values.version)
	set("functionName", m.values.name)
	set("memoryLimitInMB", m.values.memory)
	set("logGroupName", m.values.logGroup)
	set("logStreamName", m.values.logStream)
	arn := m.values.arn
	if j.ref.Qualifier != "" {
		arn = m.vm.ToValue(m.fn.arn + ":" + j.ref.Qualifier)
	}
	set("invokedFunctionArn", arn)
	set("awsRequestId", m.vm.ToValue(j.requestID))
	set("getRemainingTimeInMillis", m.vm.ToValue(func(goja.FunctionCall) goja.Value {
		return m.vm.ToValue(max(0, time.Until(deadline).Milliseconds()))
	}))
	// The forms of the first Node.js runtimes.
	set("succeed", m.vm.ToValue(func(args goja.FunctionCall) goja.Value {
		c.succeed(args.Argument(0))
		return goja.Undefined()
	}))
	set("fail", m.vm.ToValue(func(args goja.FunctionCall) goja.Value {
		c.fail(args.Argument(0))
		return goja.Undefined()
	}))
	set("done", m.vm.ToValue(func(args goja.FunctionCall) goja.Value {
		if e := args.Argument(0); !goja.IsUndefined(e) && !goja.IsNull(e) {
			c.fail(e)
		} else {
			c.succeed(args.Argument(1))
		}
		return goja.Undefined()
	}))
	return o
}
