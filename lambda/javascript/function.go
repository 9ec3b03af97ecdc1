package javascript

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"sluice/lambda"
	"sluice/lambda/slots"
)

// recheck is how long the files of a function are taken for unchanged.
const recheck = 100 * time.Millisecond

// Function is one function. It implements lambda.Invoker.
type Function struct {
	name    string
	version string
	arn     string
	entry   lambda.Entry
	vars    map[string]string
	setting int // memory in MB, as the function sees it
	limits  limits
	log     *slog.Logger
	watch   *Watch
	pool    *slots.Pool[*machine]
	network *network

	code    atomic.Pointer[code]
	checked atomic.Int64 // when the files were last looked at, in ns since epoch
	epoch   time.Time
	recheck time.Duration
}

// limits bound one invocation.
type limits struct {
	time   time.Duration
	memory int64
}

// Options are what a function gets from its surroundings.
type Options struct {
	// Dir is what relative paths in the configuration are relative to.
	Dir string
	// ARN is the function's ARN.
	ARN string
	// Region is what the function sees as AWS_REGION.
	Region string
	// Log takes what the function writes to the console.
	Log *slog.Logger
	// Watch bounds memory; functions share it.
	Watch *Watch
}

// New makes a function. Its code is loaded by the first invocation, so that a
// mistake in it is that invocation's failure, as in the service; only a missing
// directory is an error here.
func New(cfg *lambda.Function, o Options) (*Function, error) {
	entry, err := cfg.Entry(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("function %s: %w", cfg.Name, err)
	}
	if info, err := os.Stat(entry.Root); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("function %s: there is no directory %s", cfg.Name, entry.Root)
	}
	vars := cfg.Variables(entry, o.Region)
	f := &Function{
		name:    vars["AWS_LAMBDA_FUNCTION_NAME"],
		version: vars["AWS_LAMBDA_FUNCTION_VERSION"],
		arn:     o.ARN,
		entry:   entry,
		vars:    vars,
		setting: cfg.MemorySetting(),
		limits:  limits{time: cfg.Timeout(), memory: cfg.Memory()},
		log:     o.Log,
		watch:   o.Watch,
		pool:    slots.New[*machine](cfg.Slots(), cfg.Waiting()),
		network: newNetwork(),
		epoch:   time.Now(),
		recheck: recheck,
	}
	vars["_HANDLER"] = entry.Handler()
	vars["AWS_EXECUTION_ENV"] = "AWS_Lambda_nodejs20.x"
	f.code.Store(newCode(entry.Root))
	return f, nil
}

// Invoke calls the function.
func (f *Function) Invoke(ctx context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
	if err := inv.CheckSize(); err != nil {
		return nil, err
	}
	m, fresh, err := f.pool.Acquire(ctx, inv.Deadline)
	if err != nil {
		return nil, refusal(ctx, inv, err)
	}
	current := f.current()
	if !fresh && (m.code != current || m.stale.Load()) {
		m.end()
		fresh = true
	}
	if fresh {
		m = newMachine(f, current)
	}
	j := newJob(inv)
	m.jobs <- j
	return j.await(ctx, inv)
}

// refusal is the error for an invocation that got no slot.
func refusal(ctx context.Context, inv *lambda.Invocation, err error) error {
	switch {
	case errors.Is(err, slots.ErrFull):
		return lambda.Throttled(inv.Function)
	case errors.Is(err, slots.ErrClosed):
		return lambda.Closed(inv.Function)
	}
	return lambda.Left(inv.Function, ctx)
}

// current is the code to run: a new generation when a file has changed.
func (f *Function) current() *code {
	c := f.code.Load()
	now := int64(time.Since(f.epoch))
	last := f.checked.Load()
	if now-last < int64(f.recheck) || !f.checked.CompareAndSwap(last, now) || !c.changed() {
		return c
	}
	fresh := newCode(f.entry.Root)
	f.code.Store(fresh)
	f.log.Info("function reloaded", "function", f.name)
	for _, m := range f.pool.Drain() {
		m.end()
	}
	return fresh
}

// Close refuses further invocations and ends those that run.
func (f *Function) Close() error {
	for _, m := range f.pool.Close() {
		m.end()
	}
	f.watch.interrupt(f)
	f.network.close()
	return nil
}

// job is one invocation on its way through a machine.
type job struct {
	ref       lambda.Reference
	event     string
	requestID string
	traceID   string
	done      chan outcome
	finished  atomic.Bool
}

type outcome struct {
	result *lambda.Result
	err    error
}

func newJob(inv *lambda.Invocation) *job {
	id := inv.RequestID
	if id == "" {
		id = uuid.NewString()
	}
	return &job{
		ref:       inv.Function,
		event:     string(inv.Event()),
		requestID: strings.Clone(id),
		traceID:   strings.Clone(inv.TraceID),
		done:      make(chan outcome, 1),
	}
}

// finish hands over the outcome; only the first counts.
func (j *job) finish(result *lambda.Result, err error) {
	if j.finished.CompareAndSwap(false, true) {
		j.done <- outcome{result, err}
	}
}

func (j *job) await(ctx context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
	var expired <-chan time.Time
	if !inv.Deadline.IsZero() {
		t := time.NewTimer(time.Until(inv.Deadline))
		defer t.Stop()
		expired = t.C
	}
	select {
	case o := <-j.done:
		return o.result, o.err
	case <-ctx.Done():
	case <-expired:
	}
	return nil, lambda.Left(inv.Function, ctx)
}
