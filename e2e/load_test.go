package e2e

import (
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// shot is one request of a load.
type shot struct {
	node           int
	sent, received time.Time
	status         int
	failure        string // of the connection
}

// load is clients that keep asking.
type load struct {
	stop    atomic.Bool
	clients sync.WaitGroup
	granted []atomic.Int64 // 200s by node

	mu    sync.Mutex
	shots []shot
}

// startLoad asks for a path on each of the nodes, with several clients each, until
// end is called.
func startLoad(nodes []*server, clientsPerNode int, path string, header ...string) *load {
	l := &load{granted: make([]atomic.Int64, len(nodes))}
	for i, n := range nodes {
		for range clientsPerNode {
			l.clients.Go(func() {
				var shots []shot
				for !l.stop.Load() {
					s := shot{node: i, sent: time.Now()}
					a, err := try(http.MethodGet, n.url+path, "", header...)
					if s.received, s.status = time.Now(), a.status; err != nil {
						s.failure = err.Error()
					}
					if shots = append(shots, s); s.status == http.StatusOK {
						l.granted[i].Add(1)
					}
				}
				l.mu.Lock()
				defer l.mu.Unlock()
				l.shots = append(l.shots, shots...)
			})
		}
	}
	return l
}

// total is the number of requests that were let through so far.
func (l *load) total() (n int64) {
	for i := range l.granted {
		n += l.granted[i].Load()
	}
	return n
}

// each waits until every node has let through n more requests.
func (l *load) each(t *testing.T, n int64) {
	t.Helper()
	before := make([]int64, len(l.granted))
	for i := range before {
		before[i] = l.granted[i].Load()
	}
	eventually(t, "each node lets requests through", func() bool {
		for i := range before {
			if l.granted[i].Load() < before[i]+n {
				return false
			}
		}
		return true
	})
}

// end stops the clients and returns what they saw, in the order of sending.
func (l *load) end() []shot {
	l.stop.Store(true)
	l.clients.Wait()
	slices.SortFunc(l.shots, func(a, b shot) int { return a.sent.Compare(b.sent) })
	return l.shots
}

// failures reports what is neither 200 nor 429.
func failures(t *testing.T, shots []shot) {
	t.Helper()
	n := 0
	for _, s := range shots {
		if s.status == http.StatusOK || s.status == http.StatusTooManyRequests {
			continue
		}
		if n++; n <= 5 {
			t.Errorf("node %d answers %d %s", s.node, s.status, s.failure)
		}
	}
	if n > 0 {
		t.Errorf("%d of %d requests failed", n, len(shots))
	}
}

// granted counts the requests that were let through.
func granted(shots []shot) (n int) {
	for _, s := range shots {
		if s.status == http.StatusOK {
			n++
		}
	}
	return n
}

// holdTo compares what was let through with a token bucket that was full at first.
// However slow the machine is: no more may pass than the bucket gained from the
// first sending to the last answer, and from one refusal to another all that it
// gained must have passed. Of both, slack is forgiven: 0.02 are 2 %.
func holdTo(t *testing.T, shots []shot, rate, burst, slack float64) {
	t.Helper()
	var passed []shot
	last := shots[0].received
	for _, s := range shots {
		if s.status == http.StatusOK {
			passed = append(passed, s)
		}
		if s.received.After(last) {
			last = s.received
		}
	}
	most := burst + rate*last.Sub(shots[0].sent).Seconds()
	if n := float64(len(passed)); n > most*(1+slack) {
		t.Errorf("%v requests passed, the limit is %.1f", n, most)
	}
	if len(passed) == 0 {
		t.Fatal("nothing passed")
	}
	refused := slices.DeleteFunc(slices.Clone(shots), func(s shot) bool { return s.status != http.StatusTooManyRequests })
	if len(refused) == 0 {
		t.Fatal("nothing was refused: the load is too small to show anything")
	}
	// From one refusal to another the bucket has nothing to lose. Before the first it
	// may have been full, while connections were made, say.
	since := slices.MinFunc(refused, func(a, b shot) int { return a.received.Compare(b.received) })
	at := slices.MaxFunc(refused, func(a, b shot) int { return a.sent.Compare(b.sent) })
	least, n := rate*at.sent.Sub(since.received).Seconds(), 0.0
	for _, s := range passed {
		if s.received.After(since.sent) && s.sent.Before(at.received) {
			n++
		}
	}
	if n < least*(1-slack)-1 {
		t.Errorf("%v requests passed between two refusals, the bucket gained %.1f", n, least)
	}
	least += float64(len(passed)) - n
	t.Logf("%v requests passed of %d, the limit was %.1f to %.1f", len(passed), len(shots), least, most)
}
