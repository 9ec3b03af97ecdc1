package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sluice/lambda"
	"sluice/lambda/endpoint"
	"sluice/lambda/javascript"
	"sluice/lambda/process"
	"sluice/lambda/static"
)

// Registry is all functions that can be called. It implements lambda.Invoker.
type Registry struct {
	log         *slog.Logger
	getenv      func(string) string
	credentials aws.CredentialsProvider

	table atomic.Pointer[table]

	mu     sync.Mutex // of Configure and Close
	watch  *javascript.Watch
	closed bool

	ending    chan struct{}
	hurry     chan struct{}
	hurryOnce sync.Once
	retiring  sync.WaitGroup
}

// Options are what a registry gets from its surroundings; zero values stand for
// defaults.
type Options struct {
	Log *slog.Logger
	// Getenv looks up AWS_ENDPOINT_URL_LAMBDA, AWS_ENDPOINT_URL and AWS_REGION.
	Getenv func(string) string
	// Credentials sign requests to Invoke endpoints; the default is the standard
	// chain.
	Credentials aws.CredentialsProvider
}

// table finds functions. It is never changed.
type table struct {
	functions map[key]*entry
	scoped    bool // some are configured by their ARN
	fallback  *entry
}

// key names a function; scope and qualifier are empty for any.
type key struct{ scope, name, qualifier string }

// entry is one function and what it was made from. It implements lambda.Invoker.
type entry struct {
	cfg     lambda.Function
	config  lambda.Config // without its functions
	invoker lambda.Invoker
	users   atomic.Int64
}

// Invoke calls the function.
func (e *entry) Invoke(ctx context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
	e.users.Add(1)
	defer e.users.Add(-1)
	return e.invoker.Invoke(ctx, inv)
}

// Close ends the function.
func (e *entry) Close() error { return e.invoker.Close() }

// idle tells whether nobody waits for the function.
func (e *entry) idle() bool {
	if e.users.Load() != 0 {
		return false
	}
	q, ok := e.invoker.(*queue)
	return !ok || q.idle()
}

const (
	// poll is how often a function that is no longer configured is looked at, until
	// it is idle and can be ended.
	poll = 50 * time.Millisecond
	// patience bounds the wait for it.
	patience = lambda.MaxTimeout
)

// retire ends functions that are no longer configured, once the invocations that
// began before have ended.
func (r *Registry) retire(entries []*entry) {
	for _, e := range entries {
		r.retiring.Add(1)
		go func() {
			defer r.retiring.Done()
			t := time.NewTicker(poll)
			defer t.Stop()
			limit := time.NewTimer(patience)
			defer limit.Stop()
			// Those who found it in the old table get a moment to call it.
			for waiting := true; waiting; {
				select {
				case <-t.C:
					waiting = !e.idle()
				case <-limit.C:
					waiting = false
				case <-r.ending:
					waiting = false
				}
			}
			_ = e.Close()
		}()
	}
}

// New makes a registry without functions; Configure gives it some.
func New(o Options) *Registry {
	r := &Registry{
		log: o.Log, getenv: o.Getenv, credentials: o.Credentials, ending: make(chan struct{}), hurry: make(chan struct{}),
	}
	if r.log == nil {
		r.log = slog.Default()
	}
	if r.getenv == nil {
		r.getenv = os.Getenv
	}
	if r.credentials == nil {
		r.credentials = &endpoint.Chain{}
	}
	r.table.Store(&table{})
	return r
}

// Configure replaces the functions. Those whose configuration is the same stay as
// they are, warm. On an error everything stays as it was.
func (r *Registry) Configure(cfg *lambda.Config) error {
	var errs []error
	for _, p := range cfg.Validate() {
		errs = append(errs, p)
	}
	if errs != nil {
		return errors.Join(errs...)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errors.New("the functions have been shut down")
	}
	old := r.table.Load()
	fresh := &table{functions: map[key]*entry{}}
	common := *cfg
	common.Functions = nil
	common.Endpoint = cfg.InvokeEndpoint(r.getenv)
	if common.Region == "" {
		common.Region = r.getenv("AWS_REGION")
	}
	var made []*entry
	for i := range cfg.Functions {
		f := &cfg.Functions[i]
		ref, err := lambda.ParseReference(f.Name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		k := key{ref.Scope, ref.Name, ref.Qualifier}
		e := old.functions[k]
		own := common
		if f.Runtime != lambda.RuntimeEndpoint {
			own.Endpoint = "" // nothing to a function that runs here
		}
		if e == nil || !reflect.DeepEqual(e.cfg, *f) || !reflect.DeepEqual(e.config, own) {
			e = &entry{cfg: *f, config: own}
			if e.invoker, err = r.open(f, &common); err != nil {
				errs = append(errs, err)
				continue
			}
			made = append(made, e)
		}
		fresh.functions[k] = e
		fresh.scoped = fresh.scoped || ref.Scope != ""
	}
	if common.Endpoint != "" {
		fresh.fallback = old.fallback
		if e := old.fallback; e == nil || !reflect.DeepEqual(e.config, common) {
			f, err := endpoint.New(endpoint.Options{
				URL: common.Endpoint, Region: common.Region, Credentials: r.credentials,
			})
			if err != nil {
				errs = append(errs, fmt.Errorf("the Invoke endpoint: %w", err))
			} else {
				fresh.fallback = &entry{config: common, invoker: f}
				made = append(made, fresh.fallback)
			}
		}
	}
	if errs != nil {
		closeAll(made)
		return errors.Join(errs...)
	}
	r.table.Store(fresh)
	var gone []*entry
	kept := map[*entry]bool{fresh.fallback: true}
	for _, e := range fresh.functions {
		kept[e] = true
	}
	for _, e := range old.functions {
		if !kept[e] {
			gone = append(gone, e)
		}
	}
	if old.fallback != nil && !kept[old.fallback] {
		gone = append(gone, old.fallback)
	}
	r.retire(gone)
	return nil
}

// closeAll ends functions, all at the same time.
func closeAll(entries []*entry) {
	var wg sync.WaitGroup
	for _, e := range entries {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = e.Close()
		}()
	}
	wg.Wait()
}

// open makes the invoker of one function.
func (r *Registry) open(f *lambda.Function, cfg *lambda.Config) (lambda.Invoker, error) {
	arn := cfg.ARN(f)
	ref, err := lambda.ParseReference(arn)
	if err != nil {
		return nil, err
	}
	switch f.Runtime {
	case lambda.RuntimeJavaScript:
		if r.watch == nil {
			r.watch = javascript.NewWatch()
		}
		js, err := javascript.New(f, javascript.Options{
			Dir: cfg.Dir, ARN: arn, Region: ref.Region(), Log: r.log, Watch: r.watch,
		})
		if err != nil {
			return nil, err
		}
		return newQueue(js, r.log), nil
	case lambda.RuntimeNode, lambda.RuntimePython, lambda.RuntimeProcess:
		p, err := process.New(f, process.Options{
			Dir: cfg.Dir, ARN: arn, Region: ref.Region(), Log: r.log, Hurry: r.hurry,
		})
		if err != nil {
			return nil, err
		}
		return newQueue(p, r.log), nil
	case lambda.RuntimeStatic:
		s, err := static.New(f, cfg.Dir)
		if err != nil {
			return nil, err
		}
		return newQueue(s, r.log), nil
	}
	url := f.Endpoint
	if url == "" {
		url = cfg.Endpoint
	}
	if url == "" {
		return nil, fmt.Errorf("function %s: runtime endpoint needs an endpoint: its own, that of all functions, or "+
			"AWS_ENDPOINT_URL_LAMBDA or AWS_ENDPOINT_URL in the environment", f.Name)
	}
	e, err := endpoint.New(endpoint.Options{
		URL: url, Region: ref.Region(), RemoteName: f.RemoteName, Credentials: r.credentials,
	})
	if err != nil {
		return nil, fmt.Errorf("function %s: %w", f.Name, err)
	}
	return e, nil
}

// Resolve finds the invoker for a function: first what is configured for its ARN
// and qualifier, then for the ARN, for name and qualifier, for the name, then the
// Invoke endpoint. Without any the error is of KindUnknownFunction. The invoker
// is to be used at once: after the next Configure it may be closed.
func (r *Registry) Resolve(ref lambda.Reference) (lambda.Invoker, error) {
	t := r.table.Load()
	if t.scoped && ref.Scope != "" {
		if e := t.find(ref.Scope, ref); e != nil {
			return e, nil
		}
	}
	if e := t.find("", ref); e != nil {
		return e, nil
	}
	if t.fallback != nil {
		return t.fallback, nil
	}
	return nil, lambda.UnknownFunction(ref)
}

func (t *table) find(scope string, ref lambda.Reference) *entry {
	if ref.Qualifier != "" {
		if e := t.functions[key{scope, ref.Name, ref.Qualifier}]; e != nil {
			return e
		}
	}
	return t.functions[key{scope, ref.Name, ""}]
}

// Invoke calls the function that the invocation names.
func (r *Registry) Invoke(ctx context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
	f, err := r.Resolve(inv.Function)
	if err != nil {
		return nil, err
	}
	return f.Invoke(ctx, inv)
}

// Hurry takes from processes the time that they have to end by themselves, now and
// later. It may be called at any time, and more than once.
func (r *Registry) Hurry() { r.hurryOnce.Do(func() { close(r.hurry) }) }

// Close ends all functions and waits for them.
func (r *Registry) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	old := r.table.Swap(&table{})
	var entries []*entry
	for _, e := range old.functions {
		entries = append(entries, e)
	}
	if old.fallback != nil {
		entries = append(entries, old.fallback)
	}
	close(r.ending)
	closeAll(entries)
	r.retiring.Wait()
	if r.watch != nil {
		r.watch.Close()
	}
	return nil
}
