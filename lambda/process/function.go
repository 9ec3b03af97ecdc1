package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"sluice/lambda"
	"sluice/lambda/slots"
)

const (
	// initLimit is how long a process may take until it asks for its first event,
	// unless the function's own limit is longer.
	initLimit = 10 * time.Second
	// firstPause and longestPause bound the pause before a process is started after
	// others have crashed.
	firstPause   = 100 * time.Millisecond
	longestPause = 10 * time.Second
	// stopGrace is how long a process has between the request to end and its end.
	stopGrace = 2 * time.Second
	// recheck is how long the program is taken for unchanged.
	recheck = 100 * time.Millisecond
)

// Function is one function. It implements lambda.Invoker.
type Function struct {
	name    string
	arn     string
	log     *slog.Logger
	command []string
	env     []string
	dir     string
	limit   time.Duration // of an invocation
	init    time.Duration // of a start
	grace   time.Duration // to end by itself
	memory  int64         // in bytes; 0 for no limit
	pool    *slots.Pool[*child]

	ending chan struct{}
	hurry  <-chan struct{}
	alive  sync.WaitGroup // processes and those who attend to them

	mu       sync.Mutex
	closed   bool
	crashes  int       // in a row
	resume   time.Time // no start before
	reason   *failure  // why processes do not start; nil when they do
	watched  string    // the file whose change makes processes stale
	stamp    stamp
	looked   time.Time
	recheck  time.Duration
	edition  int                 // counts changes of the file
	children map[*child]struct{} // those that have not ended
}

// failure is what an invocation gets that found no working process.
type failure struct {
	payload []byte // of init/error; nil when the process just ended
	reason  string // why it ended
	timeout bool
}

func (f *failure) result(id string, limit time.Duration) *lambda.Result {
	switch {
	case f.payload != nil:
		return &lambda.Result{
			Payload: f.payload, FunctionError: lambda.Unhandled, RequestID: id, ExecutedVersion: lambda.Latest,
			StatusCode: 200,
		}
	case f.timeout:
		return lambda.TimedOut(id, limit)
	}
	return lambda.Exited(id, f.reason)
}

// stamp tells whether a file has changed.
type stamp struct {
	size    int64
	changed time.Time
}

// Options are what a function gets from its surroundings.
type Options struct {
	// Dir is what relative paths in the configuration are relative to.
	Dir string
	// ARN is the function's ARN.
	ARN string
	// Region is what the function sees as AWS_REGION.
	Region string
	// Log takes what the function prints.
	Log *slog.Logger
	// Hurry is closed when processes that are asked to end have no time for it; nil
	// means never.
	Hurry <-chan struct{}
}

// New makes a function for runtime node, python or process. Processes are
// started when they are needed; that the program is there is checked here.
func New(cfg *lambda.Function, o Options) (*Function, error) {
	f := &Function{
		arn:      o.ARN,
		log:      o.Log,
		limit:    cfg.Timeout(),
		init:     max(initLimit, cfg.Timeout()),
		grace:    stopGrace,
		pool:     slots.New[*child](cfg.Slots(), cfg.Waiting()),
		ending:   make(chan struct{}),
		hurry:    o.Hurry,
		recheck:  recheck,
		children: map[*child]struct{}{},
	}
	if cfg.MemoryMB != 0 {
		f.memory = cfg.Memory()
	}
	if err := f.locate(cfg, o); err != nil {
		return nil, fmt.Errorf("function %s: %w", cfg.Name, err)
	}
	f.stamp = stampOf(f.watched)
	return f, nil
}

// locate finds out what to run, where and with which environment.
func (f *Function) locate(cfg *lambda.Function, o Options) error {
	var entry lambda.Entry
	handler := cfg.Handler
	switch cfg.Runtime {
	case lambda.RuntimeNode, lambda.RuntimePython:
		var err error
		if entry, err = cfg.Entry(o.Dir); err != nil {
			return err
		}
		handler = entry.Handler()
		f.command = launcher(cfg, entry)
		f.watched = source(cfg.Runtime, entry)
	default:
		entry.Root = o.Dir
		if cfg.Dir != "" {
			entry.Root = absolute(o.Dir, cfg.Dir)
		}
		f.command = cfg.Command
		if cfg.File != "" {
			program := absolute(o.Dir, cfg.File)
			if cfg.Dir == "" {
				entry.Root = filepath.Dir(program)
			}
			if info, err := os.Stat(program); err != nil {
				return fmt.Errorf("there is no program %s", cfg.File)
			} else if info.IsDir() {
				return fmt.Errorf("%s is a directory, not a program", cfg.File)
			}
			f.command = []string{program}
			f.watched = program
		}
	}
	if info, err := os.Stat(entry.Root); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no directory %s", entry.Root)
	}
	f.dir = entry.Root
	vars := cfg.Variables(entry, o.Region)
	f.name = vars["AWS_LAMBDA_FUNCTION_NAME"]
	vars["_HANDLER"] = handler
	vars["LAMBDA_RUNTIME_DIR"] = entry.Root
	for _, key := range []string{"PATH", "HOME", "LANG", "TMPDIR"} {
		if _, set := vars[key]; set {
			continue
		}
		if value, ok := os.LookupEnv(key); ok {
			vars[key] = value
		}
	}
	for key, value := range vars {
		f.env = append(f.env, key+"="+value)
	}
	return nil
}

func absolute(base, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(base, path)
}

func stampOf(file string) stamp {
	info, err := os.Stat(file)
	if file == "" || err != nil {
		return stamp{}
	}
	return stamp{info.Size(), info.ModTime()}
}

// task is one invocation on its way through a process.
type task struct {
	ref      lambda.Reference
	id       string
	trace    string
	event    []byte
	done     chan outcome // takes what the caller gets, once
	answered chan *lambda.Result
}

type outcome struct {
	result *lambda.Result
	err    error
}

// Invoke calls the function.
func (f *Function) Invoke(ctx context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
	if err := inv.CheckSize(); err != nil {
		return nil, err
	}
	event := inv.Event()
	if !json.Valid(event) {
		return nil, lambda.BadPayload(inv.Function, "the payload is not valid JSON")
	}
	c, fresh, err := f.pool.Acquire(ctx, inv.Deadline)
	switch {
	case errors.Is(err, slots.ErrFull):
		return nil, lambda.Throttled(inv.Function)
	case errors.Is(err, slots.ErrClosed):
		return nil, lambda.Closed(inv.Function)
	case err != nil:
		return nil, lambda.Left(inv.Function, ctx)
	}
	id := inv.RequestID
	if id == "" {
		id = uuid.NewString()
	}
	t := &task{
		ref: inv.Function, id: strings.Clone(id), trace: strings.Clone(inv.TraceID),
		// The caller may leave, and use its buffer again, while the process reads.
		event:    append([]byte(nil), event...),
		done:     make(chan outcome, 1),
		answered: make(chan *lambda.Result, 1),
	}
	if fresh {
		c = nil
	}
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		f.pool.Drop()
		return nil, lambda.Closed(inv.Function)
	}
	f.alive.Add(1)
	f.mu.Unlock()
	go f.attend(t, c)

	var expired <-chan time.Time
	if !inv.Deadline.IsZero() {
		timer := time.NewTimer(time.Until(inv.Deadline))
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case o := <-t.done:
		return o.result, o.err
	case <-ctx.Done():
	case <-expired:
	}
	return nil, lambda.Left(inv.Function, ctx)
}

// attend sees a task through, whether or not its caller still waits.
func (f *Function) attend(t *task, c *child) {
	defer f.alive.Done()
	edition := f.current()
	if c != nil && (c.gone() || c.edition != edition) {
		c.retire()
		c = nil
	}
	if c == nil {
		var o outcome
		if c, o = f.begin(t, edition); c == nil {
			f.pool.Drop()
			t.done <- o
			return
		}
	}
	result, fit := f.work(t, c)
	if result == (outcome{}) {
		// It ended, as after a failure that it had reported, before it asked for
		// this event: the event is not to blame.
		var o outcome
		if c, o = f.begin(t, edition); c == nil {
			f.pool.Drop()
			t.done <- o
			return
		}
		result, fit = f.work(t, c)
		if result == (outcome{}) {
			result.result = lambda.Exited(t.id, c.reason)
		}
	}
	if !fit {
		t.done <- result
		c.kill()
		f.pool.Drop()
		return
	}
	f.succeeded()
	// Back in the pool before the answer is out, so that the caller's next
	// invocation finds it.
	kept := f.pool.Put(c)
	t.done <- result
	if !kept {
		c.retire()
	}
}

// begin starts a process and waits until it is ready.
func (f *Function) begin(t *task, edition int) (*child, outcome) {
	f.mu.Lock()
	reason, pause := f.reason, time.Until(f.resume)
	f.mu.Unlock()
	if pause > 0 {
		if reason != nil {
			// It does not start: say why, without trying again so soon.
			return nil, outcome{result: reason.result(t.id, f.init)}
		}
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-f.ending:
			return nil, outcome{err: lambda.Closed(t.ref)}
		}
	}
	c, err := start(f, edition)
	if err != nil {
		f.crashed(&failure{reason: err.Error()})
		return nil, outcome{err: &lambda.Error{
			Kind: lambda.KindFailed, Function: f.name, Message: "the process cannot be started", Err: err,
		}}
	}
	timer := time.NewTimer(f.init)
	defer timer.Stop()
	var why *failure
	select {
	case <-c.ready:
		return c, outcome{}
	case <-c.failed:
		why = &failure{payload: c.initError()}
	case <-c.exited:
		why = &failure{payload: c.initError(), reason: c.reason}
	case <-timer.C:
		why = &failure{timeout: true}
	case <-f.ending:
		c.kill()
		return nil, outcome{err: lambda.Closed(t.ref)}
	}
	c.kill()
	f.crashed(why)
	result := why.result(t.id, f.init)
	f.log.Error("function does not start", "function", f.name, "requestId", t.id, "error", string(result.Payload))
	return nil, outcome{result: result}
}

// work hands the task to a process and waits for its answer. An unfit process is
// not used again. There is no outcome when the process ended before it took the
// task.
func (f *Function) work(t *task, c *child) (o outcome, fit bool) {
	timer := time.NewTimer(f.limit)
	defer timer.Stop()
	next := c.events
	for {
		select {
		case next <- t:
			next = nil
		case result := <-t.answered:
			return outcome{result: result}, true
		case <-c.exited:
			// It may have answered with its last breath.
			select {
			case result := <-t.answered:
				return outcome{result: result}, false
			default:
			}
			f.crashed(nil)
			if next != nil {
				return outcome{}, false
			}
			f.log.Error("function crashed", "function", f.name, "requestId", t.id, "reason", c.reason)
			return outcome{result: lambda.Exited(t.id, c.reason)}, false
		case <-timer.C:
			f.log.Warn("function timed out", "function", f.name, "requestId", t.id, "limit", f.limit)
			return outcome{result: lambda.TimedOut(t.id, f.limit)}, false
		case <-f.ending:
			return outcome{err: lambda.Closed(t.ref)}, false
		}
	}
}

// crashed counts a crash. With a reason, processes do not even start.
func (f *Function) crashed(reason *failure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.crashes++
	f.reason = reason
	pause := min(firstPause<<min(f.crashes-1, 10), longestPause)
	if reason == nil {
		// A single crash costs nobody else anything.
		if f.crashes == 1 {
			return
		}
		pause = min(pause, time.Second)
	}
	f.resume = time.Now().Add(pause)
}

func (f *Function) succeeded() {
	f.mu.Lock()
	f.crashes, f.reason = 0, nil
	f.mu.Unlock()
}

// current is the edition of the program: another one when its file has changed.
func (f *Function) current() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.watched == "" || time.Since(f.looked) < f.recheck {
		return f.edition
	}
	f.looked = time.Now()
	if now := stampOf(f.watched); now != f.stamp && now != (stamp{}) {
		f.stamp = now
		f.edition++
		f.crashes, f.reason, f.resume = 0, nil, time.Time{}
		f.log.Info("function changed; its processes are replaced", "function", f.name)
	}
	return f.edition
}

// Close ends all processes and waits for them.
func (f *Function) Close() error {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return nil
	}
	f.closed = true
	f.mu.Unlock()
	close(f.ending)
	f.pool.Close()
	f.mu.Lock()
	for c := range f.children {
		c.retire()
	}
	f.mu.Unlock()
	f.alive.Wait()
	return nil
}
