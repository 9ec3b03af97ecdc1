package throttle

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"sluice/throttle/fleet"
	"sluice/throttle/internal/redistest"
	"sluice/throttle/ledger"
)

// Three processes share one limit through Redis under a load that none of them
// could let through: what all of them let through is the limit. Then Redis is
// killed during the load and comes back empty: no request fails, the limit holds,
// and the nodes are back within 2 seconds.
func TestFleetOfProcesses(t *testing.T) {
	const rate, burst = 300, 900 // no stall of the machine is so long that the bucket overflows
	for _, lease := range []int{0, 40} {
		t.Run(fmt.Sprint("lease=", lease), func(t *testing.T) {
			server := redistest.Start(t)
			var nodes []*node
			for range 3 {
				nodes = append(nodes, startNode(t, nodeOptions{Redis: server.URL(), Rate: rate, Burst: burst, Lease: lease}))
			}
			states := func(ok func(nodeState) bool) func() bool {
				return func() bool {
					for _, n := range nodes {
						if !ok(n.state()) {
							return false
						}
					}
					return true
				}
			}
			await(t, "all nodes know each other", 10*time.Second, states(func(s nodeState) bool { return s.Healthy && s.Nodes == 3 }))

			l := startLoad(6, nodes...)
			await(t, "load", 30*time.Second, func() bool { return time.Since(l.start) > 3*time.Second })
			l.end()
			seconds := l.ended.Seconds()
			allowed, want := float64(l.allowed.Load()), burst+rate*seconds
			t.Logf("%.0f let through in %.2f s, the limit is %.0f; %d refused", allowed, seconds, want, l.refused.Load())
			if l.other.Load() != 0 {
				t.Errorf("%d requests got neither 200 nor 429", l.other.Load())
			}
			if allowed > 1.02*want+3*float64(lease) || allowed < 0.98*want-3*float64(lease) {
				t.Errorf("%.0f let through, not within 2 %% of %.0f", allowed, want)
			}
			calls := uint64(0)
			for _, n := range nodes {
				calls += n.state().Calls
			}
			total := float64(l.allowed.Load() + l.refused.Load())
			t.Logf("%.3f calls a request", float64(calls)/total)
			if float64(calls) > total {
				t.Errorf("%d calls for %.0f requests", calls, total)
			}

			l = startLoad(6, nodes...)
			begun := func(n int64) func() bool {
				return func() bool { return l.allowed.Load()+l.refused.Load() > n }
			}
			await(t, "load", 30*time.Second, begun(500))
			server.Kill()
			await(t, "the nodes go by their shares", 10*time.Second, states(func(s nodeState) bool { return !s.Healthy && s.Nodes == 3 }))
			gone := time.Now()
			await(t, "load without Redis", 30*time.Second, func() bool { return time.Since(gone) > 1500*time.Millisecond })
			server.Start()
			recovery := await(t, "recovery", 2*time.Second, states(func(s nodeState) bool { return s.Healthy }))
			await(t, "load", 30*time.Second, begun(l.allowed.Load()+l.refused.Load()+500))
			l.end()
			seconds = l.ended.Seconds()
			allowed, want = float64(l.allowed.Load()), burst+rate*seconds
			t.Logf("%.0f let through in %.2f s with an outage, the limit is %.0f; recovery took %v", allowed, seconds, want, recovery)
			if l.other.Load() != 0 {
				t.Errorf("%d requests got neither 200 nor 429", l.other.Load())
			}
			// The bound is a burst at each end of the outage, for nodes that are used
			// unevenly. These are used evenly, and half of one is far.
			if allowed > want+burst/2+3*float64(lease) {
				t.Errorf("%.0f let through, the limit is %.0f", allowed, want)
			}
			if allowed < 0.8*rate*seconds {
				t.Errorf("%.0f let through, the rate alone is %.0f", allowed, rate*seconds)
			}
		})
	}
}

// fleetOf is limiters that share a Redis, each with a client of its own.
func fleetOf(t *testing.T, server *redistest.Server, n, lease int, plan Plan) []*Limiter {
	t.Helper()
	ctx := context.Background()
	limiters := make([]*Limiter, n)
	clients := make([]*fleet.Client, n)
	for i := range limiters {
		c, err := fleet.Open(fleet.Options{URL: server.URL(), Wait: 2 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		clients[i] = c
		limiters[i] = New(Options{Fleet: c, Lease: lease})
		if err := limiters[i].Apply(ctx, Config{Account: throttleOf(1e6, 1e6), Keys: []Key{key("k")}, Plans: []Plan{plan}}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time they know each other
		for _, c := range clients {
			if err := c.Probe(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	return limiters
}

// drain sends requests from everywhere until all nodes refuse, and counts.
func drain(t *testing.T, limiters []*Limiter, want Outcome) int {
	t.Helper()
	ctx := context.Background()
	sum := make([]int, 4*len(limiters))
	for {
		var wg sync.WaitGroup
		round := make([]int, len(sum))
		for w := range round {
			l := limiters[w%len(limiters)]
			m := l.Stage("a", "prod").Method("/pets", "GET")
			wg.Go(func() {
				for range 20 {
					switch v := l.Check(m, valueOf("k"), time.Now()); v.Outcome {
					case Allowed:
						round[w]++
					case want:
					default:
						t.Errorf("%v at level %v", v.Outcome, v.Level)
					}
				}
			})
		}
		wg.Wait()
		n := 0
		for w, r := range round {
			sum[w] += r
			n += r
		}
		if n == 0 {
			break
		}
		for _, l := range limiters {
			if err := l.Flush(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	n := 0
	for _, s := range sum {
		n += s
	}
	return n
}

// A quota is shared by all nodes: exactly, and with leases to within what the nodes
// may count ahead. The usage is that of all nodes, and everything is counted once.
func TestFleetQuota(t *testing.T) {
	ctx := context.Background()
	for _, lease := range []int{0, 20} {
		t.Run(fmt.Sprint("lease=", lease), func(t *testing.T) {
			server := redistest.Start(t)
			const quota = 1000
			plan := planOf("p", "k")
			plan.Quota = &Quota{Limit: quota, Period: ledger.Monthly}
			limiters := fleetOf(t, server, 3, lease, plan)
			n := drain(t, limiters, QuotaExceeded)
			if n < quota || n > quota+3*lease {
				t.Errorf("%d let through, quota %d, lease %d", n, quota, lease)
			}
			today := ledger.DayOf(time.Now())
			usage := func() int64 {
				page, _, err := limiters[1].Usage(ctx, UsageQuery{PlanID: "p", First: today - 1, Last: today})
				if err != nil {
					t.Fatal(err)
				}
				return page[0].Days[0].Used + page[0].Days[1].Used
			}
			if got := usage(); got != int64(n) {
				t.Errorf("usage %d, %d were let through", got, n)
			}
			u, err := limiters[0].UpdateUsage(ctx, "p", "k", 30)
			if err != nil || u.Remaining != 30 {
				t.Fatal(u, err)
			}
			more := drain(t, limiters, QuotaExceeded)
			if more < 30 || more > 30+3*lease {
				t.Errorf("%d let through after 30 were added, lease %d", more, lease)
			}
			if got := usage(); got != int64(n+more) {
				t.Errorf("usage %d, %d were let through", got, n+more)
			}

			// Redis loses its memory: what the nodes know is not given back.
			server.Kill()
			server.Start()
			for _, l := range limiters {
				_ = l.fleet.Probe(ctx)
				_ = l.fleet.Probe(ctx)
			}
			if again := drain(t, limiters, QuotaExceeded); again > 3*lease+30 {
				t.Errorf("%d let through after Redis lost its memory", again)
			}
		})
	}
}

// Without Redis each node lets through its share of what was left, and reports it
// once Redis is back.
func TestFleetQuotaWithoutRedis(t *testing.T) {
	ctx := context.Background()
	server := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	const quota = 900
	plan := planOf("p", "k")
	plan.Quota = &Quota{Limit: quota, Period: ledger.Daily}
	limiters := fleetOf(t, server, 3, 0, plan)
	at := time.Now()
	var methods []*Method
	for _, l := range limiters { // each knows the usage of 3 at least
		m := l.Stage("a", "prod").Method("/pets", "GET")
		methods = append(methods, m)
		if v := l.Check(m, valueOf("k"), at); v.Outcome != Allowed {
			t.Fatal(v)
		}
	}
	server.Kill()
	n := 3
	for i, l := range limiters {
		for {
			if l.Check(methods[i], valueOf("k"), at).Outcome != Allowed {
				break
			}
			n++
		}
	}
	if l := limiters[0].fleet; l.Healthy() || l.Nodes() != 3 {
		t.Fatalf("healthy %v with %d nodes", l.Healthy(), l.Nodes())
	}
	if n < quota-3 || n > quota+3 {
		t.Errorf("%d let through without Redis, quota %d", n, quota)
	}
	server.Start()
	for _, l := range limiters {
		if err := l.fleet.Probe(ctx); err != nil {
			t.Fatal(err)
		}
		if err := l.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	page, _, err := limiters[2].Usage(ctx, UsageQuery{PlanID: "p", First: ledger.DayOf(at), Last: ledger.DayOf(at)})
	if err != nil {
		t.Fatal(err)
	}
	if got := page[0].Days[0].Used; got < int64(n-3) || got > int64(n) {
		t.Errorf("usage %d after Redis came back, %d were let through", got, n)
	}
}

// All levels' buckets are shared, and with leases the error is at most the leases.
func TestFleetLeaseBound(t *testing.T) {
	for _, lease := range []int{0, 10, 100} {
		server := redistest.Start(t)
		const burst = 300
		plan := planOf("p", "k")
		plan.Throttle = throttleOf(1, burst)
		limiters := fleetOf(t, server, 3, lease, plan)
		start := time.Now()
		n := drain(t, limiters, Throttled)
		most := burst + int(time.Since(start).Seconds()+1)
		least := burst - 3*lease
		if n > most || n < least {
			t.Errorf("lease %d: %d let through, want %d to %d", lease, n, least, most)
		}
	}
}

// After Redis has lost its memory it knows again what all nodes together had let
// through today and on earlier days, and what was added to a quota; also from nodes
// that have no requests any more, and nothing twice.
func TestFleetRecall(t *testing.T) {
	ctx := context.Background()
	server := redistest.Start(t)
	plan := planOf("p", "k")
	plan.Quota = &Quota{Limit: 500, Period: ledger.Monthly}
	limiters := fleetOf(t, server, 3, 0, plan)
	today := ledger.DayOf(time.Now())
	yesterday := today - 1
	thisMonth := ledger.Monthly.Start(yesterday) == ledger.Monthly.Start(today)
	for i, l := range limiters {
		// What the nodes have of yesterday, which their Redis never knew.
		if err := l.ledger.Save(ctx, []ledger.Entry{{PlanID: "p", KeyID: "k", Day: yesterday, Used: int64(10 * (i + 1))}}); err != nil {
			t.Fatal(err)
		}
		if err := l.recall(ctx); err != nil {
			t.Fatal(err)
		}
	}
	send := func(l *Limiter, n int) {
		t.Helper()
		m := l.Stage("a", "prod").Method("/pets", "GET")
		for range n {
			if v := l.Check(m, valueOf("k"), time.Now()); v.Outcome != Allowed {
				t.Fatal(v)
			}
		}
	}
	flush := func() {
		t.Helper()
		for _, l := range limiters {
			if err := l.recall(ctx); err != nil {
				t.Fatal(err)
			}
			if err := l.Flush(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	usage := func() (days [2]int64, remaining int64) {
		t.Helper()
		counts, err := limiters[0].fleet.Days(ctx, []string{limiters[0].fleet.Key("u", "p", "k")})
		if err != nil {
			t.Fatal(err)
		}
		page, _, err := limiters[0].Usage(ctx, UsageQuery{PlanID: "p", First: today, Last: today})
		if err != nil {
			t.Fatal(err)
		}
		return [2]int64{counts[0].Days[int64(yesterday)], counts[0].Days[int64(today)]}, page[0].Days[0].Remaining
	}
	want := func(what string, earlier, now int64) {
		t.Helper()
		if days, _ := usage(); days != [2]int64{earlier, now} {
			t.Errorf("%s: %v requests yesterday and today, want %d and %d", what, days, earlier, now)
		}
	}
	send(limiters[0], 5)
	send(limiters[1], 7)
	send(limiters[2], 11)
	if _, err := limiters[1].UpdateUsage(ctx, "p", "k", 1000); err != nil {
		t.Fatal(err)
	}
	send(limiters[0], 1) // learns of it
	flush()
	want("before", 0, 24)

	for round := range 2 {
		server.Kill()
		for _, l := range limiters[:2] { // the third does not notice
			send(l, 1)
		}
		server.Start()
		for _, l := range limiters {
			if l.fleet.Probe(ctx) == nil {
				send(l, 1) // before it is recalled
			}
		}
		flush()
		flush()
		now := int64(24 + 5*(round+1))
		want(fmt.Sprint("round ", round), 60, now)
		_, remaining := usage()
		left := 1000 - 1 - 5*int64(round+1)
		if thisMonth {
			left -= 60
		}
		if remaining != left {
			t.Errorf("round %d: %d remain, want %d", round, remaining, left)
		}
	}
	// So does the fleet's sum of the period, which decides.
	_, remaining := usage()
	m := limiters[2].Stage("a", "prod").Method("/pets", "GET")
	if v := limiters[2].Check(m, valueOf("k"), time.Now()); v.Remaining != remaining-1 {
		t.Errorf("%d remain after a request, %d before", v.Remaining, remaining)
	}
}
