package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"sluice/cache"
	"sluice/project"
	"sluice/runtime"
	"sluice/runtime/logdelivery"
	"sluice/runtime/metrics"
	"sluice/throttle"
	"sluice/throttle/fleet"
)

// metering is the limiter and the response cache of a gateway, with what they
// count and keep in.
type metering struct {
	limiter *throttle.Limiter
	cache   *cache.Cache
	fleet   *fleet.Client // nil: a node of its own
	redis   redis.UniversalClient
	ledger  *usageLedger
	now     project.Metering                     // what is served with
	foreign atomic.Pointer[func(id string) bool] // the keys and plans that are the control plane's
	running sync.WaitGroup
	stop    context.CancelFunc
}

// newMetering makes the metering of a project. It reaches for no file and no server
// yet, so that it serves to validate a project, too. dataDir is where usage is
// kept: "" is nowhere.
func newMetering(m project.Metering, dataDir string, log *slog.Logger) (*metering, error) {
	t := &metering{now: m, ledger: newUsageLedger(dataDir)}
	o := throttle.Options{Ledger: t.ledger, Lease: m.Redis.Lease, Log: log}
	c := cache.Options{BytesPerGB: m.Cache.BytesPerGB, MaxBytes: m.Cache.MaxBytes, EncryptionKey: m.Cache.EncryptionKey, Log: log}
	if m.Redis.URL != "" {
		var err error
		t.fleet, err = fleet.Open(fleet.Options{URL: m.Redis.URL, Name: m.Redis.Name, Wait: m.Redis.Wait, Size: m.Redis.Nodes, Log: log})
		if err != nil {
			return nil, err
		}
		if t.redis, err = cacheClient(m.Redis); err != nil {
			return nil, err
		}
		o.Fleet = t.fleet
		c.Redis, c.RedisTimeout = t.redis, m.Redis.Wait
		if m.Redis.Name != "" {
			c.RedisPrefix = m.Redis.Name + ":cache:"
		}
	}
	t.limiter = throttle.New(o)
	var err error
	t.cache, err = cache.New(c)
	return t, err
}

// cacheClient is a client of its own for the response cache: answers are larger
// than counters, and must not make those wait.
func cacheClient(r project.Redis) (redis.UniversalClient, error) {
	o, err := fleet.ParseURL(r.URL)
	if err != nil {
		return nil, err
	}
	o.ClientName = "sluice-cache"
	o.MaxRetries = -1 // a miss is better than a wait
	o.DialerRetries = 1
	o.ContextTimeoutEnabled = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewUniversalClient(o), nil
}

// start applies the limits, does what has to be done in the background until close,
// and asks Redis once, so that the first requests find the fleet.
func (t *metering) start(ctx context.Context) error {
	if err := t.apply(ctx, t.now.Limits); err != nil {
		return fmt.Errorf("API keys and usage plans: %w", err)
	}
	ctx, t.stop = context.WithCancel(context.WithoutCancel(ctx))
	if t.fleet != nil {
		_ = t.fleet.Probe(ctx) // it has been logged, and Run goes on
		t.running.Go(func() { _ = t.fleet.Run(ctx) })
	}
	t.running.Go(func() { _ = t.limiter.Run(ctx) })
	return nil
}

// adopt swaps in the limits of next, and with then what was compiled for them.
// After an error everything is as it was.
func (t *metering) adopt(next project.Metering, then func() error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := t.apply(ctx, next.Limits)
	if err == nil {
		err = then()
	}
	if err != nil {
		return errors.Join(err, t.apply(ctx, t.now.Limits))
	}
	t.now.Limits = next.Limits
	return nil
}

// apply makes limits those of the files, and leaves those of the control plane alone.
func (t *metering) apply(ctx context.Context, limits throttle.Config) error {
	if f := t.foreign.Load(); f != nil {
		limits.Foreign = *f
	}
	return t.limiter.Apply(ctx, limits)
}

// needsRestart says whether next differs in what takes effect only at a start.
func (t *metering) needsRestart(next project.Metering) bool {
	c, n := t.now.Cache, next.Cache
	return t.now.Redis != next.Redis || c.BytesPerGB != n.BytesPerGB || c.MaxBytes != n.MaxBytes || string(c.EncryptionKey) != string(n.EncryptionKey)
}

// close writes the usage that is not written yet and ends what start began. No
// request may be under way.
func (t *metering) close() error {
	var errs []error
	if t.stop != nil {
		flush, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		errs = append(errs, t.limiter.Flush(flush)) // while the fleet is still there to be told
		t.stop()
		t.running.Wait()
	}
	t.cache.Close()
	if t.redis != nil {
		errs = append(errs, t.redis.Close())
	}
	return errors.Join(append(errs, t.ledger.Close())...)
}

// newMetrics makes the metrics of a gateway with this metering.
func (t *metering) newMetrics(accessLog runtime.AccessLogger, logs *logdelivery.Deliveries) *metrics.Metrics {
	o := metrics.Options{Version: version}
	if l, ok := accessLog.(interface{ Dropped() uint64 }); ok {
		o.AccessLogDropped = l.Dropped
	}
	if t.fleet != nil {
		o.Fleet = t.figures
	}
	if logs != nil {
		o.LogDelivery = func() []metrics.LogFigures { return logFigures(logs) }
	}
	return metrics.New(o)
}

// figures are what metrics show of the fleet.
func (t *metering) figures() metrics.FleetFigures {
	s := t.fleet.Stats()
	return metrics.FleetFigures{Fallback: !s.Healthy, Nodes: s.Nodes, Calls: s.Calls, Failures: s.Failures, CacheFailures: t.cache.RedisFailures()}
}
