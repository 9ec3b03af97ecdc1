package runtime

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	goruntime "runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"

	"sluice/authorizers"
	"sluice/cache"
	"sluice/lambda"
	"sluice/runtime/awsservice"
	"sluice/runtime/backend"
	"sluice/runtime/compress"
	"sluice/runtime/edge"
	"sluice/runtime/executionlog"
	"sluice/runtime/metrics"
	"sluice/throttle"
)

// Options are the settings of a Gateway. The zero value of a field is its default.
type Options struct {
	Region       string            // "us-east-1": the region in host names and ARNs
	AccountID    string            // "000000000000"
	Log          *slog.Logger      // slog.Default()
	AccessLog    AccessLogger      // nil: no access log
	ExecutionLog executionlog.Sink // nil: no execution logs
	// AccessLogs finds what a stage's access log goes to by the ARN of its
	// accessLogSettings, when the stage is compiled; a canary's ends in /Canary where
	// the ARN is a log group's. nil, or a nil answer, is AccessLog.
	AccessLogs func(destinationARN string) AccessLogger
	// ExecutionLogs finds what a stage's execution log goes to, when the stage is
	// compiled; region is the API's, and a canary's stage is {stage}/Canary. nil, or a
	// nil answer, is ExecutionLog.
	ExecutionLogs func(region, apiID, stage string) executionlog.Sink
	VPCLinks      map[string]string  // link id -> where it leads: [scheme://]host[:port]
	Services      awsservice.Options // endpoints and credentials of AWS services; Backends and Log are the Gateway's own
	// Limiter meters requests. Its owner runs and configures it; nil is one without
	// keys, plans and an account limit.
	Limiter     *throttle.Limiter
	Cache       *cache.Cache        // the stages\' response caches; nil is one in memory
	Functions   lambda.Invoker      // nil: integrations that call functions do not compile
	Authorizers authorizers.Options // Region, AccountID, Invoker and Log are the Gateway's own
	Metrics     *metrics.Metrics    // nil: a set of its own
	Edge        edge.Options        // limits and timeouts towards clients; OnRefuse is the Gateway's own
	Backend     backend.Options     // limits and timeouts towards backends
}

// AccessLogger takes one finished line (without the line end) a request. It must
// not block and must not keep line.
type AccessLogger interface{ Log(line []byte) }

// Gateway serves a set of compiled stages.
type Gateway struct {
	options    Options
	log        *slog.Logger
	metrics    *metrics.Metrics
	unresolved *metrics.MethodMetrics
	backends   *backend.Client
	guard      *authorizers.Guard
	services   *awsservice.Services
	around     atomic.Pointer[surroundings]
	limiter    *throttle.Limiter
	cache      *cache.Cache
	codec      *compress.Codec
	formats    accessFormats
	table      *table
	domains    atomic.Pointer[domainTable] // nil: none
	compiling  chan struct{}               // one a compilation of a cold stage
	detached   *metrics.MethodMetrics      // of test calls
	server     *edge.Server
	admin      *edge.Server
	adminApart atomic.Bool
	draining   atomic.Bool
	control    atomic.Pointer[http.Handler] // nil: none
	scrape     http.Handler
}

// New makes a Gateway that serves nothing yet. The error is one of the options.
func New(o Options) (*Gateway, error) {
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.AccountID == "" {
		o.AccountID = "000000000000"
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Metrics == nil {
		o.Metrics = metrics.New(metrics.Options{})
	}
	g := &Gateway{
		options: o, log: o.Log, metrics: o.Metrics,
		unresolved: o.Metrics.Unrouted("", ""),
		backends:   backend.New(o.Backend),
		codec:      compress.New(0),
		scrape:     o.Metrics.Handler(),
	}
	o.Authorizers.Region, o.Authorizers.AccountID, o.Authorizers.Log = o.Region, o.AccountID, o.Log
	if o.Functions != nil {
		o.Authorizers.Invoker = o.Functions
	}
	g.guard = authorizers.New(o.Authorizers)
	if g.limiter = o.Limiter; g.limiter == nil {
		g.limiter = throttle.New(throttle.Options{Log: o.Log})
		if err := g.limiter.Apply(context.Background(), throttle.Config{NoAccountLimit: true}); err != nil {
			return nil, err
		}
	}
	if g.cache = o.Cache; g.cache == nil {
		var err error
		if g.cache, err = cache.New(cache.Options{Log: o.Log}); err != nil {
			return nil, err
		}
	}
	o.Services.Backends, o.Services.Log = g.backends, o.Log
	if o.Services.Region == "" {
		o.Services.Region = o.Region
	}
	var err error
	if g.services, err = awsservice.New(o.Services); err != nil {
		return nil, err
	}
	g.around.Store(&surroundings{vpcLinks: o.VPCLinks, services: g.services})
	g.table = newTable()
	g.compiling = make(chan struct{}, goruntime.GOMAXPROCS(0))
	g.detached = o.Metrics.Detached()
	o.Metrics.Caches(g.cacheFigures)
	o.Edge.OnRefuse = g.refuse
	g.server = edge.NewServer(g.serve, o.Edge)
	g.admin = edge.NewServer(g.serveAdmin, o.Edge)
	return g, nil
}

// Serve accepts connections from ln until Shutdown. It may be called for several
// listeners.
func (g *Gateway) Serve(ln net.Listener) error { return g.server.Serve(ln) }

// ServeAdmin serves only the admin paths (/_sluice/...) on ln. Once it was
// called, Serve's listeners no longer answer them.
func (g *Gateway) ServeAdmin(ln net.Listener) error {
	g.adminApart.Store(true)
	return g.admin.Serve(ln)
}

// Shutdown stops accepting, waits for requests in flight until ctx ends, and
// closes the connections to backends.
func (g *Gateway) Shutdown(ctx context.Context) error {
	g.draining.Store(true)
	err := errors.Join(g.server.Shutdown(ctx), g.admin.Shutdown(ctx))
	g.backends.Close()
	g.guard.Close()
	g.services.Close()
	return err
}

// serve takes one request through the pipeline.
func (g *Gateway) serve(q *edge.Request, a *edge.Answer) {
	g.metrics.RequestStarted()
	defer g.metrics.RequestDone()
	if h := g.control.Load(); h != nil && signedForControl(q.Header) {
		g.serveControl(q, a, *h)
		return
	}
	host := hostOnly(q.Host)
	switch {
	case g.isAdmin(host, q.Path):
		g.serveAdmin(q, a)
	case g.isHealthCheck(host, q.Path):
		serveHealthCheck(a)
	default:
		x := acquireExchange(g, q, a)
		defer x.release()
		x.run(host)
	}
}

// run goes through the steps. A panic in one request answers 500 in that request
// and hurts nothing else.
func (x *exchange) run(host string) {
	defer func() {
		if p := recover(); p != nil {
			x.recovered(p)
		}
	}()
	x.reply(x.steps(host))
}

// recovered answers a request that panicked.
func (x *exchange) recovered(p any) {
	x.gateway.log.Error("panic in a request", "panic", p, "stack", string(debug.Stack()))
	x.answer.Reset()
	x.reply(faultPanic)
}

// steps runs the pipeline up to the reply and tells what went wrong.
func (x *exchange) steps(host string) *fault {
	x.accept()
	if f := x.resolve(host); f != nil {
		return f
	}
	if f := x.decodeBody(); f != nil {
		return f
	}
	if f := x.routeRequest(); f != nil {
		return f
	}
	x.startLog()
	if f := x.authorize(); f != nil {
		return f
	}
	if f := x.meter(); f != nil {
		return f
	}
	x.logStart()
	if f := x.validate(); f != nil {
		return f
	}
	return x.recall()
}

// hostOnly cuts the port off an authority.
func hostOnly(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && strings.IndexByte(host[i:], ']') < 0 {
		return host[:i]
	}
	return host
}
