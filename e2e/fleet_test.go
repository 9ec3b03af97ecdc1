package e2e

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// metered writes a project around testdata/metered.yaml and returns its file.
func metered(t *testing.T, project string) string {
	t.Helper()
	dir := t.TempDir()
	rewrite(t, filepath.Join(dir, "metered.yaml"), read(t, "testdata/metered.yaml"))
	file := filepath.Join(dir, "sluice.yaml")
	rewrite(t, file, "apis:\n"+project)
	return file
}

// metric is a figure of the metrics; its labels are in alphabetical order. 0 when
// it is not there.
func metric(t *testing.T, url, name string) float64 {
	t.Helper()
	a := get(t, url+"/_sluice/metrics")
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(a.body)
	if m == nil {
		return 0
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestFleet drives three nodes that share their limits through one Redis.
func TestFleet(t *testing.T) {
	const (
		rate, burst = 100.0, 20.0
		nodes       = 3
		key         = "fleet-0123456789abcdef"
	)
	window := int64(burst + 3*rate) // requests in a part of the test
	if testing.Short() {
		window = burst + rate
	}
	redis := startRedis(t)
	file := metered(t, fmt.Sprintf(`
  - {definition: metered.yaml, id: m}
apiKeys:
  - {id: fleet, value: %s}
usagePlans:
  - id: plan
    apiStages: [{apiId: m, stage: dev}]
    throttle: {rateLimit: %v, burstLimit: %v}
    quota: {limit: 1000000, period: MONTH}
    keys: [fleet]
# A busy machine must not look like a Redis that is gone.
redis: {url: "%s", waitMs: 2000}
`, key, rate, burst, redis.url))
	fleet := make([]*server, nodes)
	for i := range fleet {
		fleet[i] = serve(t, file)
	}
	for _, n := range fleet {
		eventually(t, "each node knows of all", func() bool { return metric(t, n.url, "sluice_fleet_nodes") == nodes })
	}
	seen := make([]int, nodes) // lines of each node's log
	logged := func(pattern string) {
		t.Helper()
		for i, n := range fleet {
			_, seen[i] = n.line(n.stderr, seen[i], pattern)
		}
	}
	logged(`limits are shared through Redis`)

	// All is well: the limit is one limit.
	l := startLoad(fleet, 2, "/dev/keyed", "X-API-Key", key)
	eventually(t, "the load has had its time", func() bool { return l.total() >= window })
	shots := l.end()
	failures(t, shots)
	holdTo(t, shots, rate, burst, 0.02)
	before := granted(shots)

	// Redis goes and comes back, having forgotten everything, while the load goes on.
	l = startLoad(fleet, 2, "/dev/keyed", "X-API-Key", key)
	l.each(t, 10)
	redis.kill()
	logged(`Redis does not answer`)
	for i, n := range fleet {
		if got := metric(t, n.url, "sluice_fleet_fallback"); got != 1 {
			t.Errorf("sluice_fleet_fallback of node %d is %v without Redis", i, got)
		}
	}
	l.each(t, window/nodes)
	back := redis.start()
	logged(`limits are shared through Redis`)
	recovery := time.Since(back)
	l.each(t, window/nodes)
	shots = l.end()
	failures(t, shots)
	elapsed := shots[len(shots)-1].received.Sub(shots[0].sent).Seconds()
	n, most := granted(shots), 3*burst+rate*elapsed // one burst more when it goes, one when it comes back
	if float64(n) > most {
		t.Errorf("%d requests passed while Redis was gone and back, the bound is %.1f", n, most)
	}
	if recovery > 2*time.Second {
		t.Errorf("the nodes were back %v after Redis was", recovery)
	}
	t.Logf("%d requests passed while Redis was gone and back, of at most %.1f; the nodes were back after %v", n, most, recovery)

	// Afterwards the limit is one limit again.
	eventually(t, "the bucket is full again", func() bool { return bucketIsGone(redis) })
	l = startLoad(fleet, 2, "/dev/keyed", "X-API-Key", key)
	eventually(t, "the load has had its time", func() bool { return l.total() >= window })
	shots = l.end()
	failures(t, shots)
	holdTo(t, shots, rate, burst, 0.02)

	// The quota has counted all requests of all nodes, also those without Redis, and
	// those that Redis had forgotten. But of the calls that were under way when it
	// went nobody knows the outcome.
	const left, underWay = 150, 2 * nodes
	total := before + n + granted(shots)
	rewrite(t, file, strings.Replace(read(t, file), "limit: 1000000", fmt.Sprintf("limit: %d", total+left), 1))
	logged(`msg=reloaded`)
	more, done := 0, make([]bool, nodes)
	eventually(t, "the quota is used up on all nodes", func() bool {
		all := true
		for i, n := range fleet {
			switch a := get(t, n.url+"/dev/keyed", "X-API-Key", key); {
			case a.status == 200:
				more++
			case a.body == `{"message":"Limit Exceeded"}`:
				done[i] = true
			}
			all = all && done[i]
		}
		return all
	})
	if more < left-underWay || more > left+underWay {
		t.Errorf("%d requests passed of a quota of which %d were left after %d; %d may be lost", more, left, total, underWay)
	}
	t.Logf("%d requests passed of a quota of which %d were left after %d; %d might have been lost", more, left, total, underWay)
	// And so does the report that any node gives.
	if got, all := used(t, fleet[0], "plan", "fleet"), total+more; got < all-underWay || got > all {
		t.Errorf("%d requests are counted, %d passed", got, all)
	}
}

// bucketIsGone says that the plan's bucket is full: Redis has none.
func bucketIsGone(r *redisServer) bool {
	keys, err := r.client().Keys(r.t.Context(), "{sluice}:p:*").Result()
	return err == nil && len(keys) == 0
}

// used is today's usage of a key under a plan, by the report of a node.
func used(t *testing.T, s *server, plan, key string) int {
	t.Helper()
	a := get(t, s.url+"/_sluice/usage?usagePlanId="+plan+"&keyId="+key)
	_, pair, ok := strings.Cut(a.body, `"`+key+`":[[`)
	text, _, _ := strings.Cut(pair, ",")
	n, err := strconv.Atoi(text)
	if a.status != 200 || !ok || err != nil {
		t.Fatalf("the usage is %d %s", a.status, a.body)
	}
	return n
}
