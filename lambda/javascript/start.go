package javascript

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/dop251/goja"

	"sluice/lambda"
)

// values are strings of a machine that every context object has.
type values struct {
	name, version, memory, logGroup, logStream, arn, waits, callback goja.Value
	context                                                          *goja.Object // prototype
}

// builtins are functions that are called from Go. They are kept from before the
// function's code could replace them.
type builtins struct {
	stringify goja.Callable
	inspect   goja.Callable
}

// start makes the VM and loads the function's code. The error is the reason of
// an interrupt.
func (m *machine) start() (*lambda.Fault, error) {
	m.vm = goja.New()
	m.published.Store(m.vm)
	// An interrupt that came before there was a VM to interrupt.
	if reason := m.stopped(); reason != nil {
		return nil, reason
	}
	m.loop.completed = make(chan completion)
	m.modules = map[string]*goja.Object{}
	m.vm.SetMaxCallStackSize(maxCalls)
	m.vm.SetPromiseRejectionTracker(m.track)
	if err := m.furnish(); err != nil {
		return m.failure(err, "Runtime.Unknown")
	}
	v := m.fn.vars
	m.values = values{
		name:      m.vm.ToValue(v["AWS_LAMBDA_FUNCTION_NAME"]),
		version:   m.vm.ToValue(v["AWS_LAMBDA_FUNCTION_VERSION"]),
		memory:    m.vm.ToValue(strconv.Itoa(m.fn.setting)),
		logGroup:  m.vm.ToValue(v["AWS_LAMBDA_LOG_GROUP_NAME"]),
		logStream: m.vm.ToValue(v["AWS_LAMBDA_LOG_STREAM_NAME"]),
		arn:       m.vm.ToValue(m.fn.arn),
		waits:     m.vm.ToValue(true),
		callback:  m.vm.ToValue(m.callback(nil)),
		context:   m.contextMethods(),
	}
	exports, err := m.load(m.fn.entry.Module)
	if err != nil {
		return m.failure(err, "")
	}
	return m.find(exports)
}

// failure is the fault for an error while loading.
func (m *machine) failure(err error, kind string) (*lambda.Fault, error) {
	var interrupt *goja.InterruptedError
	if errors.As(err, &interrupt) {
		if reason := m.stopped(); reason != nil {
			return nil, reason
		}
		return nil, errMemory
	}
	if v, ok := thrown(err).(*goja.Object); ok && kind == "" {
		switch {
		case text(v, "code") == "MODULE_NOT_FOUND":
			kind = "Runtime.ImportModuleError"
		case text(v, "name") == "SyntaxError":
			kind = "Runtime.UserCodeSyntaxError"
		}
	}
	f := m.fault(err, kind)
	return &f, nil
}

// find picks the handler out of what the module exports.
func (m *machine) find(exports goja.Value) (*lambda.Fault, error) {
	name := m.fn.entry.Handler()
	v := exports
	for part := range strings.SplitSeq(m.fn.entry.Function, ".") {
		o, ok := v.(*goja.Object)
		if !ok {
			v = nil
			break
		}
		if err := m.settle(func() { v = o.Get(part) }); err != nil {
			return m.failure(err, "")
		}
	}
	if v == nil || goja.IsUndefined(v) {
		return handlerFault(name + " is undefined or not exported"), nil
	}
	handler, ok := goja.AssertFunction(v)
	if !ok {
		return handlerFault(name + " is not a function"), nil
	}
	m.handler = handler
	m.arity = v.(*goja.Object).Get("length").ToInteger()
	return nil, nil
}

func handlerFault(message string) *lambda.Fault {
	return &lambda.Fault{
		Type: "Runtime.HandlerNotFound", Message: message,
		Trace: []string{"Runtime.HandlerNotFound: " + message},
	}
}

// track notes rejected promises until somebody handles them.
func (m *machine) track(p *goja.Promise, operation goja.PromiseRejectionOperation) {
	if operation == goja.PromiseRejectionReject {
		m.rejected = append(m.rejected, p)
		return
	}
	for i, other := range m.rejected {
		if other == p {
			m.rejected = append(m.rejected[:i], m.rejected[i+1:]...)
			return
		}
	}
}

// unhandled is the error for promises that were rejected and that nobody handles;
// the one that the handler returned is handled by the runtime.
func (m *machine) unhandled(own *goja.Promise) error {
	var reason goja.Value
	found := false
	for _, p := range m.rejected {
		if p != own && !found {
			reason, found = p.Result(), true
		}
	}
	m.rejected = m.rejected[:0]
	if !found {
		return nil
	}
	return &rejection{m.faultOf(reason, "Runtime.UnhandledPromiseRejection")}
}

// rejection is the error of a promise that was rejected and never handled.
type rejection struct{ fault lambda.Fault }

func (r *rejection) Error() string { return r.fault.Message }

// invocation is a context that ends with the current invocation.
func (m *machine) invocation() context.Context {
	if m.fetches == nil {
		m.fetches, m.cancel = context.WithCancel(context.Background())
		go func(ctx context.Context, cancel context.CancelFunc) {
			// An interrupt ends what the invocation waits for, even while the VM does
			// not notice it.
			select {
			case <-m.stop:
				cancel()
			case <-ctx.Done():
			}
		}(m.fetches, m.cancel)
	}
	return m.fetches
}
