package cache

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// server is a redis-server of the test's own.
type server struct {
	t       testing.TB
	socket  string
	process *os.Process
	args    []string
}

// startRedis starts redis-server (Debian: redis-server). Without it the test fails.
func startRedis(t testing.TB, args ...string) *server {
	t.Helper()
	dir, err := os.MkdirTemp("", "cache") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, socket: filepath.Join(dir, "redis"), args: append([]string{"--dir", dir, "--save", ""}, args...)}
	t.Cleanup(func() {
		s.stop()
		_ = os.RemoveAll(dir)
	})
	s.start()
	return s
}

func (s *server) start() {
	s.t.Helper()
	args := append([]string{"--unixsocket", s.socket}, s.args...)
	if len(s.args) == 4 {
		args = append(args, "--port", "0")
	}
	cmd := exec.Command("redis-server", args...)
	if err := cmd.Start(); err != nil {
		s.t.Fatalf("redis-server (package redis-server) is needed: %v", err)
	}
	s.process = cmd.Process
	for range 5000 {
		c, err := net.Dial("unix", s.socket)
		if err == nil {
			_ = c.Close()
			return
		}
		select { // a poll: the server tells nobody when it is ready
		case <-time.After(2 * time.Millisecond):
		case <-s.t.Context().Done():
		}
	}
	s.t.Fatal("redis-server does not listen")
}

func (s *server) stop() {
	if s.process != nil {
		_ = s.process.Kill()
		_, _ = s.process.Wait()
		s.process = nil
	}
}

// client is a client of the server as Options want it.
func (s *server) client() *redis.Client {
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: s.socket, ContextTimeoutEnabled: true, MaxRetries: -1})
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// node is a Cache as one node of a fleet has it. Slow machines get time.
func (s *server) node(change ...func(*Options)) *Cache {
	s.t.Helper()
	o := Options{Redis: s.client(), RedisTimeout: 10 * time.Second, Log: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&o)
	}
	return newCache(s.t, o)
}

// settle waits for what a node writes behind its answers.
func settle(c *Cache) { c.shared.wait() }

func secret(n byte) func(*Options) {
	return func(o *Options) { o.EncryptionKey = []byte(strings.Repeat(string(rune(n)), 32)) }
}

func encrypted(parameters ...string) MethodOptions {
	o := methodOf(parameters...)
	o.Setting.CacheDataEncrypted = true
	return o
}

func TestNodesShareEntries(t *testing.T) {
	r := startRedis(t)
	a, b := r.node(), r.node()
	ma := compile(t, onStage(t, a, "prod"), methodOf("method.request.querystring.q"))
	mb := compile(t, onStage(t, b, "prod"), methodOf("method.request.querystring.q"))
	bring(t, ma, query("1"), "from a")
	settle(a)
	wantHit(t, mb, query("1"), "from a")
	wantHit(t, ma, query("1"), "from a")
	wantMiss(t, mb, query("2"))
	wantMiss(t, compile(t, onStage(t, b, "test"), methodOf("method.request.querystring.q")), query("1"))

	// The lifetime is Redis's to watch.
	names, err := r.client().Keys(t.Context(), "sluice:cache:*").Result()
	if err != nil || len(names) != 1 {
		t.Fatalf("%q, %v", names, err)
	}
	if ttl, err := r.client().PTTL(t.Context(), names[0]).Result(); err != nil || ttl > 300*time.Second || ttl < 200*time.Second {
		t.Errorf("lifetime %v, %v", ttl, err)
	}
}

func TestFlushReachesAllNodes(t *testing.T) {
	r := startRedis(t)
	a, b := r.node(), r.node()
	sa, sb := onStage(t, a, "prod"), onStage(t, b, "prod")
	ma, mb := compile(t, sa, methodOf()), compile(t, sb, methodOf())
	bring(t, ma, query("1"), "x")
	settle(a)
	_, early := recall(mb, query("other key")) // no parameters: the same key, so a hit
	if early != nil {
		t.Fatal("not the same key")
	}
	if err := sb.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantMiss(t, ma, query("1"))
	wantMiss(t, mb, query("1"))

	// An answer whose question was asked before a flush elsewhere does not count.
	_, f := recall(ma, query("1"))
	if err := sb.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	f.Keep(answer("old"))
	settle(a)
	wantMiss(t, ma, query("1"))
	wantMiss(t, mb, query("1"))

	// A new size drops entries, for the node that has it at once.
	bring(t, ma, query("1"), "small")
	settle(a)
	if err := sa.Configure(true, "1.6"); err != nil {
		t.Fatal(err)
	}
	wantMiss(t, ma, query("1"))
	wantMiss(t, mb, query("1"))
	// A node that starts drops nothing.
	bring(t, ma, query("1"), "large")
	settle(a)
	c := r.node().Stage("api1", "prod")
	if err := c.Configure(true, "1.6"); err != nil {
		t.Fatal(err)
	}
	wantHit(t, compile(t, c, methodOf()), query("1"), "large")
	wantHit(t, ma, query("1"), "large")
}

func TestRedisKeepsTheLaterAnswer(t *testing.T) {
	r := startRedis(t)
	a, b := r.node(), r.node()
	ma := compile(t, onStage(t, a, "prod"), methodOf())
	mb := compile(t, onStage(t, b, "prod"), methodOf())
	_, early := recall(ma, query("1"))
	var l Lookup
	_, refresh := mb.Recall(&l, query("1"), true)
	refresh.Keep(answer("fresh"))
	settle(b)
	early.Keep(answer("early"))
	settle(a)
	wantHit(t, ma, query("1"), "fresh")
	_, refresh = ma.Recall(&l, query("1"), true)
	refresh.Keep(answer("fresher"))
	settle(a)
	wantHit(t, mb, query("1"), "fresher")
}

func TestEncryption(t *testing.T) {
	r := startRedis(t)
	a, b := r.node(secret('k')), r.node(secret('k'))
	m := compile(t, onStage(t, a, "prod"), encrypted("method.request.header.Authorization"))
	scope := (&requestCase{Header: map[string][]string{"Authorization": {"hidden-token"}}}).scope()
	bring(t, m, scope, "hidden-body")
	settle(a)
	wantHit(t, compile(t, onStage(t, b, "prod"), encrypted("method.request.header.Authorization")), scope, "hidden-body")

	client := r.client()
	names, err := client.Keys(t.Context(), "*").Result()
	if err != nil || len(names) != 1 {
		t.Fatalf("%q, %v", names, err)
	}
	value, err := client.Get(t.Context(), names[0]).Result()
	if err != nil || strings.Contains(value+names[0], "hidden") || strings.Contains(value, "text/plain") {
		t.Errorf("%q: %q, %v", names, value, err)
	}
	// Every byte is authenticated, but for the generation and the moment, which
	// make the entry another one.
	for i := range value {
		bad := []byte(value)
		bad[i] ^= 1
		if err := client.Set(t.Context(), names[0], bad, 0).Err(); err != nil {
			t.Fatal(err)
		}
		wantMiss(t, m, scope)
	}
	for n := range value {
		if err := client.Set(t.Context(), names[0], value[:n], 0).Err(); err != nil {
			t.Fatal(err)
		}
		wantMiss(t, m, scope)
	}
	if err := client.Set(t.Context(), names[0], value, 0).Err(); err != nil {
		t.Fatal(err)
	}
	wantHit(t, m, scope, "hidden-body")
	// Another key finds nothing, nor does plain caching of the same method.
	wantMiss(t, compile(t, onStage(t, r.node(secret('x')), "prod"), encrypted("method.request.header.Authorization")), scope)
	wantMiss(t, compile(t, onStage(t, a, "prod"), methodOf("method.request.header.Authorization")), scope)

	_, problems := r.node().Stage("api1", "prod").Method(encrypted())
	if len(problems) != 1 || problems[0].Message != "cacheDataEncrypted needs an encryption key when the cache is in Redis" {
		t.Errorf("without a key: %v", problems)
	}
}

// TestSwappedEntries: an entry that someone copies under another name is not
// taken for that one.
func TestSwappedEntries(t *testing.T) {
	r := startRedis(t)
	a := r.node(secret('k'))
	m := compile(t, onStage(t, a, "prod"), encrypted("method.request.querystring.q"))
	client := r.client()
	bring(t, m, query("1"), "one")
	settle(a)
	one, err := client.Keys(t.Context(), "*").Result()
	if err != nil || len(one) != 1 {
		t.Fatalf("%q, %v", one, err)
	}
	bring(t, m, query("2"), "two")
	settle(a)
	all, err := client.Keys(t.Context(), "*").Result()
	if err != nil || len(all) != 2 {
		t.Fatalf("%q, %v", all, err)
	}
	for _, name := range all {
		if name != one[0] {
			if err := client.Copy(t.Context(), one[0], name, 0, true).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	wantHit(t, m, query("1"), "one")
	wantMiss(t, m, query("2"))
}

func TestConcurrentMissesShareThroughRedis(t *testing.T) {
	r := startRedis(t)
	a := r.node()
	m := compile(t, onStage(t, a, "prod"), methodOf("method.request.querystring.q"))
	_, f := recall(m, query("1"))
	got := waiters(m, f, 20)
	f.Keep(answer("shared"))
	for _, o := range got() {
		if o.hit == nil || string(o.hit.Body) != "shared" {
			t.Fatalf("%+v", o)
		}
	}
	// From here on, whoever comes finds either the flight or the entry: there are no
	// more keys than writes may be under way, beyond which answers are not kept.
	settle(a)
	var calls atomic.Int32
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range maxWrites {
				q := fmt.Sprint("k", i)
				hit, f := recall(m, query(q))
				switch {
				case hit != nil && string(hit.Body) != q:
					t.Errorf("%q has %q", q, hit.Body)
				case hit == nil && f == nil:
					t.Errorf("%d: %q went alone", g, q)
				case f != nil:
					calls.Add(1)
					f.Keep(answer(q))
				}
			}
		})
	}
	wg.Wait()
	if n := calls.Load(); n != maxWrites {
		t.Errorf("%d calls for %d keys; %d failures of Redis", n, maxWrites, a.RedisFailures())
	}
}

// record remembers log lines.
type record struct {
	slog.Handler
	mu    sync.Mutex
	lines []string
}

func (r *record) Enabled(context.Context, slog.Level) bool { return true }

func (r *record) Handle(_ context.Context, l slog.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, l.Level.String()+" "+l.Message)
	return nil
}

func (r *record) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.lines
	r.lines = nil
	return out
}

func TestRedisIsSilent(t *testing.T) {
	r := startRedis(t)
	log := &record{}
	c := r.node(func(o *Options) { o.Log = slog.New(log) })
	m := compile(t, onStage(t, c, "prod"), methodOf("method.request.querystring.q"))
	bring(t, m, query("1"), "x")
	settle(c)
	c.shared.timeout = 30 * time.Millisecond
	if err := r.process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	// One waits, the others do not even ask for a while.
	start := time.Now()
	for range 100 {
		bring(t, m, query("1"), "y")
	}
	if took, n := time.Since(start), c.RedisFailures(); n == 0 || n > 2+uint64(took/pause) {
		t.Errorf("%d requests waited in %v", n, took)
	}
	// Waiting requests share all the same.
	_, f := recall(m, query("1"))
	got := waiters(m, f, 3)
	f.Keep(answer("z"))
	for _, o := range got() {
		if o.hit == nil || string(o.hit.Body) != "z" {
			t.Errorf("%+v", o)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if err := m.stage.Flush(ctx); err == nil {
		t.Error("a flush that reached nobody succeeds")
	}
	if got := log.take(); len(got) == 0 || got[0] != "WARN response cache: Redis does not answer, requests are not cached meanwhile" {
		t.Errorf("%q", got)
	}
	c.shared.timeout = 10 * time.Second
	if err := r.process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	recovers(t, c, m, log)
}

// TestRedisCannotBeReached: what takes long is making the connection.
func TestRedisCannotBeReached(t *testing.T) {
	end := make(chan struct{})
	client := redis.NewClient(&redis.Options{
		ContextTimeoutEnabled: true,
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			<-end
			return nil, net.ErrClosed
		},
	})
	t.Cleanup(func() { close(end); _ = client.Close() })
	c := newCache(t, Options{Redis: client, RedisTimeout: 20 * time.Millisecond, Log: slog.New(slog.DiscardHandler)})
	m := compile(t, onStage(t, c, "prod"), methodOf())
	bring(t, m, query("1"), "x") // or the test never ends
	wantMiss(t, m, query("1"))
	if c.RedisFailures() == 0 {
		t.Error("no failure was counted")
	}
}

func TestRedisRestarts(t *testing.T) {
	r := startRedis(t)
	log := &record{}
	c := r.node(func(o *Options) { o.Log = slog.New(log) })
	m := compile(t, onStage(t, c, "prod"), methodOf("method.request.querystring.q"))
	bring(t, m, query("1"), "x")
	settle(c)
	r.stop()
	for range 10 {
		bring(t, m, query("1"), "y")
	}
	r.start()
	recovers(t, c, m, log)
}

// recovers demands that entries are kept again, by itself.
func recovers(t *testing.T, c *Cache, m *Method, log *record) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		hit, f := recall(m, query("again"))
		if hit != nil {
			got := log.take()
			if len(got) == 0 || got[len(got)-1] != "INFO response cache: Redis answers again" {
				t.Errorf("%q", got)
			}
			return
		}
		f.Keep(answer("again"))
		settle(c)
	}
	t.Error("nothing is kept any more")
}

func TestRedisRefuses(t *testing.T) {
	r := startRedis(t)
	log := &record{}
	c := r.node(func(o *Options) { o.Log = slog.New(log) })
	m := compile(t, onStage(t, c, "prod"), methodOf("method.request.querystring.q"))
	bring(t, m, query("1"), "x")
	settle(c)
	// Full: reads go on, nothing new is kept, and nobody stops asking.
	client := r.client()
	if err := client.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	bring(t, m, query("2"), "x")
	settle(c)
	wantHit(t, m, query("1"), "x")
	wantMiss(t, m, query("2"))
	if got := log.take(); len(got) != 1 || got[0] != "WARN response cache: Redis refuses" {
		t.Errorf("%q", got)
	}
	if err := client.ConfigSet(t.Context(), "maxmemory", "0").Err(); err != nil {
		t.Fatal(err)
	}
	// A generation that is no number: nothing is trusted.
	if err := client.Set(t.Context(), "sluice:cache:generation:api1/prod", "x", 0).Err(); err != nil {
		t.Fatal(err)
	}
	wantMiss(t, m, query("1"))
}

func TestRedisCluster(t *testing.T) {
	port, bus := freePorts(t)
	r := startRedis(t, "--cluster-enabled", "yes", "--port", port, "--cluster-port", bus)
	if err := r.client().ClusterAddSlotsRange(t.Context(), 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"127.0.0.1:" + port}, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = client.Close() })
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(client.ClusterInfo(t.Context()).Val(), "cluster_state:ok"); {
		if time.Now().After(deadline) {
			t.Fatal("no cluster")
		}
	}
	c := newCache(t, Options{Redis: client, RedisTimeout: 10 * time.Second})
	s := onStage(t, c, "prod")
	m := compile(t, s, methodOf("method.request.querystring.q"))
	for i := range 20 {
		bring(t, m, query(fmt.Sprint(i)), fmt.Sprint(i))
	}
	settle(c)
	for i := range 20 {
		wantHit(t, m, query(fmt.Sprint(i)), fmt.Sprint(i))
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantMiss(t, m, query("1"))
}

// freePorts are two ports that differ.
func freePorts(t testing.TB) (string, string) {
	t.Helper()
	var ports [2]string
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, ports[i], _ = net.SplitHostPort(l.Addr().String())
	}
	return ports[0], ports[1]
}

func TestClientsThatWaitForEver(t *testing.T) {
	if _, err := New(Options{Redis: redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})}); err == nil {
		t.Error("a client that ignores deadlines is taken")
	}
	if _, err := New(Options{EncryptionKey: []byte("short")}); err == nil {
		t.Error("a short key is taken")
	}
}
