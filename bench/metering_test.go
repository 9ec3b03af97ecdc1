package bench

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"sluice/api"
	"sluice/cache"
	"sluice/runtime"
	"sluice/throttle"
	"sluice/throttle/fleet"
	"sluice/throttle/ledger"
)

const keyedHello = "GET /dev/hello HTTP/1.1\r\n" + browserHeaders + "X-API-Key: 0000000000000000000000000000000000000000\r\n\r\n"

// meteredGateway serves a MOCK method behind n keys and a limit at every level that
// there is, none of which is reached.
func meteredGateway(b *testing.B, o throttle.Options, n int) *runtime.Gateway {
	b.Helper()
	rate, burst := 1e8, int64(1e8)
	high := throttle.Throttle{RateLimit: &rate, BurstLimit: &burst}
	plan := throttle.Plan{
		ID: "plan", Throttle: high, Quota: &throttle.Quota{Limit: 1 << 38, Period: ledger.Monthly},
		Stages: []throttle.PlanStage{{APIID: "bench", Stage: "dev"}},
	}
	c := throttle.Config{Account: high}
	for i := range n {
		k := throttle.Key{ID: fmt.Sprintf("id%08d", i), Value: fmt.Sprintf("%040d", i), Enabled: true}
		c.Keys, plan.Keys = append(c.Keys, k), append(plan.Keys, k.ID)
	}
	c.Plans = []throttle.Plan{plan}
	l := throttle.New(o)
	if err := l.Apply(context.Background(), c); err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = l.Run(ctx)
	}()
	b.Cleanup(func() { stop(); <-done })
	r := resource("/hello", "GET", mock(`{"hello":"world"}`))
	r.ResourceMethods["GET"].APIKeyRequired = true
	return gatewayOf(b, runtime.Options{Limiter: l}, &api.Stage{
		StageName:      "dev",
		MethodSettings: map[string]*api.MethodSetting{"*/*": {ThrottlingRateLimit: api.Double(rate), ThrottlingBurstLimit: int(burst)}},
	}, r)
}

// drawKey writes one of n keys into a request.
func drawKey(n int) func([]byte) {
	rnd := rand.New(rand.NewPCG(1, 2))
	end := bytes.Index([]byte(keyedHello), []byte("X-API-Key: ")) + len("X-API-Key: ") + 40
	return func(request []byte) {
		for i, v := end-1, rnd.IntN(n); i >= end-9; i, v = i-1, v/10 {
			request[i] = '0' + byte(v%10)
		}
	}
}

// BenchmarkMetered is a request with an API key through the whole data plane; Keyless
// is the same without key and limits, so that the difference is what metering costs.
func BenchmarkMetered(b *testing.B) {
	drive := func(b *testing.B, serve func(net.Listener) error, n int) {
		run := inMemory(b, serve)
		first := newMemoryConn(keyedHello, 100)
		first.vary = drawKey(n)
		run(first)
		b.ReportAllocs()
		b.ResetTimer()
		c := newMemoryConn(keyedHello, b.N)
		c.vary = drawKey(n)
		run(c)
	}
	b.Run("Keyless", func(b *testing.B) {
		drive(b, newGateway(b, resource("/hello", "GET", mock(`{"hello":"world"}`))).Serve, 1)
	})
	for _, n := range []int{1, 1000, 1_000_000} {
		g := meteredGateway(b, throttle.Options{}, n)
		b.Run(fmt.Sprint("keys=", n), func(b *testing.B) { drive(b, g.Serve, n) })
	}
	url := startRedis(b)
	for _, lease := range []int{0, 100} {
		b.Run(fmt.Sprint("Redis/lease=", lease), func(b *testing.B) {
			// It is not run: nothing happens to Redis, and a heartbeat is no request's.
			f, err := fleet.Open(fleet.Options{URL: url, Wait: time.Second})
			if err != nil {
				b.Fatal(err)
			}
			if err := f.Probe(context.Background()); err != nil {
				b.Fatal(err)
			}
			before := f.Stats().Calls
			drive(b, meteredGateway(b, throttle.Options{Fleet: f, Lease: lease}, 1).Serve, 1)
			b.ReportMetric(float64(f.Stats().Calls-before)/float64(b.N+100), "roundtrips/op")
			if s := f.Stats(); s.Failures > 0 {
				b.Errorf("%d calls failed", s.Failures)
			}
		})
	}
}

// BenchmarkCache is a request that a backend answers, and the same from the
// response cache, in memory and in Redis.
func BenchmarkCache(b *testing.B) {
	stage := func() *api.Stage {
		return &api.Stage{
			StageName: "dev", CacheClusterEnabled: true,
			MethodSettings: map[string]*api.MethodSetting{"*/*": {
				CachingEnabled: true, CacheTTLInSeconds: 3600, ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1,
			}},
		}
	}
	drive := func(b *testing.B, o cache.Options, stage *api.Stage) {
		c, err := cache.New(o)
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		run := inMemory(b, gatewayOf(b, runtime.Options{Cache: c}, stage, proxied(b, "GET")).Serve)
		run(newMemoryConn(getHello, 100))
		b.ReportAllocs()
		b.ResetTimer()
		run(newMemoryConn(getHello, b.N))
		if stage.CacheClusterEnabled && c.Stage("bench", "dev").Stats().Hits < uint64(b.N) {
			b.Errorf("%d hits of %d requests", c.Stage("bench", "dev").Stats().Hits, b.N)
		}
	}
	b.Run("Uncached", func(b *testing.B) { drive(b, cache.Options{}, &api.Stage{StageName: "dev"}) })
	b.Run("Hit", func(b *testing.B) { drive(b, cache.Options{}, stage()) })
	options, err := redis.ParseURL(startRedis(b))
	if err != nil {
		b.Fatal(err)
	}
	options.ContextTimeoutEnabled = true
	client := redis.NewClient(options)
	b.Cleanup(func() { client.Close() })
	b.Run("HitInRedis", func(b *testing.B) { drive(b, cache.Options{Redis: client, RedisTimeout: time.Second}, stage()) })
}

// startRedis starts a real Redis for a benchmark and returns its URL.
func startRedis(b *testing.B) string {
	b.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		b.Fatal("this benchmark needs redis-server, of the Debian package with that name: ", err)
	}
	socket := b.TempDir() + "/redis.sock"
	cmd := exec.Command(path, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no")
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	deadline := time.Now().Add(20 * time.Second)
	for {
		c, err := net.Dial("unix", socket)
		if err == nil {
			c.Close()
			return "unix://" + socket
		}
		if time.Now().After(deadline) {
			b.Fatal(err)
		}
		<-time.After(5 * time.Millisecond)
	}
}
