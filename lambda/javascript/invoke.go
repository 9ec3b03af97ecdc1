package javascript

import (
	"errors"
	"reflect"
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
	context *goja.Object
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
	m.setTrace(j.traceID)
	c := &call{}
	m.call = c
	defer func() { m.call = nil }()
	c.context = m.context(j)
	callback := m.values.callback
	if m.arity > 2 {
		// One of its own, so that a late callback of another invocation cannot
		// settle this one.
		callback = m.vm.ToValue(m.callback(c))
	}
	returned, err := m.handler(goja.Undefined(), event, c.context, callback)
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
		// ExportType first: exporting another object would copy it.
		if object.ExportType() == promiseType() {
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
// to empty unless the context says otherwise. Without a call of its own it means
// the current one.
func (m *machine) callback(own *call) func(goja.FunctionCall) goja.Value {
	return func(args goja.FunctionCall) goja.Value {
		c := own
		if c == nil {
			c = m.call
		}
		if c == nil || c.settled {
			return goja.Undefined()
		}
		c.done(args)
		waits := c.context.Get("callbackWaitsForEmptyEventLoop")
		c.drain = waits == nil || waits.ToBoolean()
		return goja.Undefined()
	}
}

func (c *call) done(args goja.FunctionCall) {
	if e := args.Argument(0); !goja.IsUndefined(e) && !goja.IsNull(e) {
		c.fail(e)
		return
	}
	c.succeed(args.Argument(1))
}

// context is the handler's second argument. Its methods are on a prototype that
// all of a machine's have in common: they are the greater part of what it costs.
func (m *machine) context(j *job) *goja.Object {
	o := m.vm.CreateObject(m.values.context)
	set := func(key string, v goja.Value) { _ = o.Set(key, v) }
	set("callbackWaitsForEmptyEventLoop", m.values.waits)
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
	return o
}

// contextMethods makes the prototype of contexts. The context of an earlier
// invocation does nothing.
func (m *machine) contextMethods() *goja.Object {
	o := m.vm.NewObject()
	method := func(name string, f func(c *call, args goja.FunctionCall)) {
		_ = o.Set(name, m.vm.ToValue(func(args goja.FunctionCall) goja.Value {
			if m.call != nil && (m.call.context == args.This || goja.IsUndefined(args.This)) {
				f(m.call, args)
			}
			return goja.Undefined()
		}))
	}
	_ = o.Set("getRemainingTimeInMillis", m.vm.ToValue(func(goja.FunctionCall) goja.Value {
		return m.vm.ToValue(max(0, time.Until(m.deadline).Milliseconds()))
	}))
	// The forms of the first Node.js runtimes.
	method("succeed", func(c *call, args goja.FunctionCall) { c.succeed(args.Argument(0)) })
	method("fail", func(c *call, args goja.FunctionCall) { c.fail(args.Argument(0)) })
	method("done", (*call).done)
	return o
}

func promiseType() reflect.Type { return reflect.TypeFor[*goja.Promise]() }
