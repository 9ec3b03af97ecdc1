package javascript

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dop251/goja"

	"sluice/lambda"
)

// maxCalls bounds the depth of JavaScript calls.
const maxCalls = 10000

// Why a machine is interrupted.
var (
	errTimeout = errors.New("the time limit passed")
	errMemory  = errors.New("the memory limit was exceeded")
	errClosed  = errors.New("the function was shut down")
)

// exit is the interrupt of process.exit.
type exit struct{ code int64 }

func (e exit) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// machine is one VM with the function's code.
type machine struct {
	fn   *Function
	code *code
	jobs chan *job

	// Below: touched by the machine's goroutine only.
	vm       *goja.Runtime
	loop     loop
	modules  map[string]*goja.Object
	cores    *cores
	env      *goja.Object // process.env
	trace    string       // in it
	handler  goja.Callable
	arity    int64
	values   values
	builtin  builtins
	current  *job
	call     *call // of the handler; nil outside of it
	deadline time.Time
	fetches  context.Context // of the current invocation; nil until needed
	cancel   context.CancelFunc
	rejected []*goja.Promise // rejected without anyone to handle it, so far
	meter    meter

	// Below: shared with the watchdog and the Watch.
	mu        sync.Mutex
	armed     *job
	watchdog  *time.Timer
	reason    error         // why it was interrupted
	stop      chan struct{} // closed by the interrupt
	gone      chan struct{} // closed when the machine has ended
	baseline  atomic.Int64  // heap of the process when the invocation began
	busy      atomic.Int64  // when it began to execute, ns since the Watch's epoch; 0 while idle or waiting
	spent     atomic.Int64  // ns executed before busy, in this invocation
	active    atomic.Bool   // an invocation is under way, be it that it waits
	cycles    atomic.Uint64 // garbage collections when it began
	ended     atomic.Bool
	condemned atomic.Bool // interrupted
	stale     atomic.Bool // to be replaced after this invocation
	published atomic.Pointer[goja.Runtime]
}

func newMachine(f *Function, c *code) *machine {
	m := &machine{fn: f, code: c, jobs: make(chan *job, 1), stop: make(chan struct{}), gone: make(chan struct{})}
	m.watchdog = time.AfterFunc(time.Hour, m.timeout)
	m.watchdog.Stop()
	f.watch.add(m)
	go m.serve()
	return m
}

// end lets the machine's goroutine finish; it must be idle.
func (m *machine) end() { close(m.jobs) }

// serve runs invocations one after the other until the machine is ended or no
// longer fit for use.
func (m *machine) serve() {
	defer m.dispose()
	for j := range m.jobs {
		result, err, fit := m.run(j)
		fit = fit && m.disarm()
		// The slot is given back first, so that the caller's next invocation finds
		// this machine warm.
		if !fit {
			m.fn.pool.Drop()
			j.finish(result, err)
			return
		}
		kept := m.fn.pool.Put(m)
		j.finish(result, err)
		if !kept {
			return
		}
	}
}

func (m *machine) dispose() {
	m.ended.Store(true)
	m.watchdog.Stop()
	m.fn.watch.remove(m)
	close(m.gone)
}

// run is one invocation. An unfit machine is not used again.
func (m *machine) run(j *job) (result *lambda.Result, err error, fit bool) {
	m.arm(j)
	m.current = j
	m.fn.watch.begin(m)
	defer func() {
		m.fn.watch.end(m)
		if m.cancel != nil {
			m.cancel()
			m.fetches, m.cancel = nil, nil
		}
		m.loop.forget()
		m.current = nil
		if r := recover(); r != nil {
			m.fn.log.Error("panic in a JavaScript function", "function", m.fn.name, "requestId", j.requestID,
				"panic", r, "stack", string(debug.Stack()))
			result, err, fit = lambda.Exited(j.requestID, "internal error"), nil, false
		}
	}()
	if m.vm == nil {
		if fault, reason := m.start(); reason != nil {
			result, err = m.interrupted(j, reason)
			return result, err, false
		} else if fault != nil {
			m.fn.log.Error("function cannot be loaded", "function", m.fn.name, "requestId", j.requestID,
				"errorType", fault.Type, "errorMessage", fault.Message)
			return fault.Result(j.requestID), nil, false
		}
	}
	return m.invoke(j)
}

// interrupted is the outcome of an invocation that was broken off.
func (m *machine) interrupted(j *job, reason error) (*lambda.Result, error) {
	var e exit
	switch {
	case errors.Is(reason, errTimeout):
		return lambda.TimedOut(j.requestID, m.fn.limits.time), nil
	case errors.Is(reason, errClosed):
		return nil, lambda.Closed(j.ref)
	case errors.As(reason, &e):
		text := ""
		if e.code != 0 {
			text = e.Error()
		}
		return lambda.Exited(j.requestID, text), nil
	}
	return lambda.Exited(j.requestID, "signal: killed"), nil
}

// arm starts the clock of an invocation.
func (m *machine) arm(j *job) {
	m.mu.Lock()
	m.armed = j
	m.mu.Unlock()
	m.deadline = time.Now().Add(m.fn.limits.time)
	m.watchdog.Reset(m.fn.limits.time)
}

// disarm stops it, and tells whether the machine was left alone meanwhile.
func (m *machine) disarm() bool {
	m.watchdog.Stop()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.armed = nil
	return m.reason == nil
}

// timeout is what the watchdog does. The caller gets its answer even if the VM
// does not notice the interrupt at once.
func (m *machine) timeout() {
	m.mu.Lock()
	j := m.armed
	m.mu.Unlock()
	if j == nil || !m.interrupt(errTimeout, j) {
		return
	}
	m.fn.log.Warn("function timed out", "function", m.fn.name, "requestId", j.requestID, "limit", m.fn.limits.time)
	j.finish(lambda.TimedOut(j.requestID, m.fn.limits.time), nil)
}

// interrupt breaks off the invocation j, or whichever runs for a nil j. It
// returns false when there is none.
func (m *machine) interrupt(reason error, j *job) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.armed == nil || j != nil && m.armed != j || m.reason != nil {
		return false
	}
	m.reason = reason
	m.condemned.Store(true)
	close(m.stop)
	if vm := m.published.Load(); vm != nil {
		vm.Interrupt(reason)
	}
	return true
}

// stopped is why the invocation was interrupted; nil if it was not.
func (m *machine) stopped() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.reason
}

// exit ends the invocation from within.
func (m *machine) exit(code int64) {
	m.interrupt(exit{code}, nil)
}
