package e2e

import (
	"fmt"
	"syscall"
	"testing"
	"time"
)

// nodesOf is nodes that share the limits of one key through Redis, and know of
// each other. Tests watch their logs from seen on.
type nodesOf struct {
	t    *testing.T
	all  []*server
	seen []int // lines of each node's log
}

const sharedKey = "shared-0123456789abcdef"

// startNodes starts nodes with a throttle, and a quota that is far away.
func startNodes(t *testing.T, n int, url string, rate, burst float64, waitMs int) *nodesOf {
	t.Helper()
	file := metered(t, fmt.Sprintf(`
  - {definition: metered.yaml, id: m}
apiKeys:
  - {id: shared, value: %s}
usagePlans:
  - id: plan
    apiStages: [{apiId: m, stage: dev}]
    throttle: {rateLimit: %v, burstLimit: %v}
    quota: {limit: 1000000, period: MONTH}
    keys: [shared]
redis: {url: "%s", waitMs: %d}
`, sharedKey, rate, burst, url, waitMs))
	f := &nodesOf{t: t, seen: make([]int, n)}
	for range n {
		f.all = append(f.all, serve(t, file))
	}
	for _, s := range f.all {
		eventually(t, "each node knows of all", func() bool { return metric(t, s.url, "sluice_fleet_nodes") == float64(n) })
	}
	f.logged(`limits are shared through Redis`)
	return f
}

// logged waits until each node has logged something.
func (f *nodesOf) logged(pattern string) {
	f.t.Helper()
	for i, n := range f.all {
		_, f.seen[i] = n.line(n.stderr, f.seen[i], pattern)
	}
}

func (f *nodesOf) load() *load {
	return startLoad(f.all, 2, "/dev/keyed", "X-API-Key", sharedKey)
}

// fallback says how many nodes go by their share of the limits.
func (f *nodesOf) fallback() (n float64) {
	f.t.Helper()
	for _, s := range f.all {
		n += metric(f.t, s.url, "sluice_fleet_fallback")
	}
	return n
}

// TestRedisHangs lets Redis stand still: it takes connections and answers nothing.
// What waits for it then waits as long as it may, once; and nothing fails.
func TestRedisHangs(t *testing.T) {
	const rate, burst, wait = 100.0, 20.0, 2 * time.Second
	redis := startRedis(t)
	nodes := startNodes(t, 2, redis.url, rate, burst, int(wait.Milliseconds()))
	l := nodes.load()
	l.each(t, 10)
	redis.signal(syscall.SIGSTOP)
	nodes.logged(`Redis does not answer`)
	l.each(t, 50)
	if n := nodes.fallback(); n != 2 {
		t.Errorf("%v nodes go by their share while Redis hangs", n)
	}
	continued := time.Now()
	redis.signal(syscall.SIGCONT)
	nodes.logged(`limits are shared through Redis`)
	recovery := time.Since(continued)
	l.each(t, 20)
	shots := l.end()
	failures(t, shots)
	waited := 0
	for _, s := range shots {
		if s.received.Sub(s.sent) >= wait {
			waited++
		}
	}
	if waited > len(nodes.all)*2 {
		t.Errorf("%d requests waited for Redis, and no more than %d were under way", waited, len(nodes.all)*2)
	}
	elapsed := shots[len(shots)-1].received.Sub(shots[0].sent).Seconds()
	// Its memory was not lost: one burst more when it goes, none when it comes back.
	if n, most := granted(shots), 2*burst+rate*elapsed; float64(n) > most {
		t.Errorf("%d requests passed, the bound is %.1f", n, most)
	}
	if recovery > 2*time.Second {
		t.Errorf("the nodes were back %v after Redis was", recovery)
	}
	t.Logf("%d of %d requests waited; the nodes were back after %v", waited, len(shots), recovery)
}

// TestSentinelFailover kills the master that nodes found through a sentinel: they
// go on with its replica, and what it had counted.
func TestSentinelFailover(t *testing.T) {
	const rate, burst = 100.0, 20.0
	master := startRedis(t)
	replica := startRedis(t, "--replicaof", "127.0.0.1", master.port())
	of := replica.client()
	eventually(t, "the replica follows", func() bool { return replica.info(t, of, "master_link_status") == "up" })
	url := startSentinel(t, master)
	nodes := startNodes(t, 2, url, rate, burst, 1000)
	// The sentinel learns of the replica from the master.
	eventually(t, "the replica is known", func() bool {
		return master.info(t, master.client(), "connected_slaves") == "1"
	})
	l := nodes.load()
	l.each(t, 20)
	master.kill()
	nodes.logged(`Redis does not answer`)
	eventually(t, "the replica is the master", func() bool { return replica.info(t, of, "role") == "master" })
	promoted := time.Now()
	nodes.logged(`limits are shared through Redis`)
	recovery := time.Since(promoted)
	l.each(t, 20)
	shots := l.end()
	failures(t, shots)
	elapsed := shots[len(shots)-1].received.Sub(shots[0].sent).Seconds()
	n, most := granted(shots), 3*burst+rate*elapsed
	if float64(n) > most {
		t.Errorf("%d requests passed, the bound is %.1f", n, most)
	}
	// All that passed is counted, but for calls that were under way.
	usage := 0
	eventually(t, "all is counted", func() bool { usage = used(t, nodes.all[0], "plan", "shared"); return usage >= n-8 })
	if usage > n {
		t.Errorf("%d requests are counted, %d passed", usage, n)
	}
	eventually(t, "the bucket is full again", func() bool { return bucketIsGone(replica) })
	l = nodes.load()
	eventually(t, "the load has had its time", func() bool { return l.total() >= burst+rate })
	shots = l.end()
	failures(t, shots)
	holdTo(t, shots, rate, burst, 0.02)
	t.Logf("%d requests passed and %d are counted; the nodes were back after %v", n, usage, recovery)
}

// TestCluster shares limits through a cluster of three, and loses that one of its
// nodes which has the counters.
func TestCluster(t *testing.T) {
	const rate, burst = 100.0, 20.0
	url, cluster := startCluster(t)
	nodes := startNodes(t, 2, url, rate, burst, 1000)
	l := nodes.load()
	eventually(t, "the load has had its time", func() bool { return l.total() >= burst+rate })
	shots := l.end()
	failures(t, shots)
	holdTo(t, shots, rate, burst, 0.02)

	var owner *redisServer
	for _, r := range cluster {
		if n, err := r.client().DBSize(t.Context()).Result(); err == nil && n > 0 {
			if owner != nil {
				t.Error("the counters are on several nodes of the cluster")
			}
			owner = r
		}
	}
	if owner == nil {
		t.Fatal("no node of the cluster has counters")
	}
	l = nodes.load()
	l.each(t, 10)
	owner.kill()
	nodes.logged(`Redis does not answer`)
	l.each(t, 20)
	owner.start()
	c := owner.client()
	eventually(t, "the cluster is whole", func() bool { return owner.ok(t, c) })
	back := time.Now()
	nodes.logged(`limits are shared through Redis`)
	recovery := time.Since(back)
	l.each(t, 10)
	shots = l.end()
	failures(t, shots)
	elapsed := shots[len(shots)-1].received.Sub(shots[0].sent).Seconds()
	if n, most := granted(shots), 3*burst+rate*elapsed; float64(n) > most {
		t.Errorf("%d requests passed, the bound is %.1f", n, most)
	}
	if recovery > 2*time.Second {
		t.Errorf("the nodes were back %v after the cluster was", recovery)
	}
	t.Logf("the nodes were back after %v", recovery)
}
