package throttle

import (
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

func throttleOf(limit float64, burst int64) Throttle {
	return Throttle{RateLimit: &limit, BurstLimit: &burst}
}

// model is a token bucket as the textbook has it: a number of tokens.
type model struct {
	rate   float64
	burst  float64
	tokens float64
	at     int64 // nanoseconds
}

func (m *model) advance(now int64) {
	m.tokens = min(m.burst, m.tokens+float64(now-m.at)/1e9*m.rate)
	m.at = now
}

var limits = []struct {
	rate  float64
	burst int64
}{
	{10000, 5000},
	{100, 200},
	{2, 1},
	{1, 1},
	{0.1, 3},
	{3, 7},
	{1e6, 10},
	{1.0 / 86400, 2},
	{1e-9, 5},          // a token in 31 years
	{5, 2_000_000_000}, // a window of 12 years
	{1e8, 1000},
}

// Over any window, a bucket lets through no more than burst + rate x time; at full
// demand no less than 99 % of it; and request for request it agrees with a simple
// model and with x/time/rate, wherever they are not within rounding of an edge.
func TestBucketAgainstModels(t *testing.T) {
	for _, c := range limits {
		l := newLimit(throttleOf(c.rate, c.burst), Throttle{})
		for seed := range uint64(20) {
			rnd := rand.New(rand.NewPCG(seed, 7))
			var b bucket
			m := model{rate: c.rate, burst: float64(c.burst), tokens: float64(c.burst)}
			start := time.Unix(1_800_000_000, 0)
			reference := rate.NewLimiter(rate.Limit(c.rate), int(c.burst))
			reference.AllowN(start, 0)
			now := int64(0)
			mean := 1e9 / c.rate * []float64{0.1, 0.5, 1, 3}[seed%4]
			mean = min(mean, 1e14)
			var passed []int64
			for range 2000 {
				now += int64(rnd.ExpFloat64() * mean)
				if rnd.IntN(200) == 0 {
					now += int64(min(1e9*float64(c.burst)/c.rate, 1e15)) // idle until full
				}
				m.advance(now)
				got := b.take(l, now, 1) == granted
				edge := math.Abs(m.tokens-1) < 1e-3
				if want := m.tokens >= 1; got != want && !edge {
					t.Fatalf("rate %g burst %d seed %d at %d: got %v with %g tokens", c.rate, c.burst, seed, now, got, m.tokens)
				}
				at := start.Add(time.Duration(now))
				if tokens := reference.TokensAt(at); math.Abs(tokens-1) > 1e-3 && !edge {
					if ref := reference.AllowN(at, 1); ref != got {
						t.Fatalf("rate %g burst %d seed %d at %d: got %v, x/time/rate %v", c.rate, c.burst, seed, now, got, ref)
					}
				} else if got {
					reference.ReserveN(at, 1)
				}
				if got {
					m.tokens--
					passed = append(passed, now)
				}
			}
			checkWindows(t, c.rate, c.burst, passed, rnd)
		}
	}
}

// checkWindows counts what passed in windows that begin and end with a request.
func checkWindows(t *testing.T, rate float64, burst int64, passed []int64, rnd *rand.Rand) {
	t.Helper()
	for range 300 {
		if len(passed) < 2 {
			return
		}
		i := rnd.IntN(len(passed))
		j := i + rnd.IntN(len(passed)-i)
		seconds := float64(passed[j]-passed[i]) / 1e9
		if n := float64(j - i + 1); n > float64(burst)+rate*seconds+1e-6 {
			t.Fatalf("rate %g burst %d: %g let through in %g s", rate, burst, n, seconds)
		}
	}
}

func TestBucketAtFullDemand(t *testing.T) {
	for _, c := range limits {
		l := newLimit(throttleOf(c.rate, c.burst), Throttle{})
		if c.burst > 1e6 {
			continue // the burst alone is more than a test can ask for
		}
		var b bucket
		interval := 1e9 / c.rate
		step := max(int64(interval/50), 1)
		// Long enough for 300 tokens beyond the burst.
		end := int64(min(300*interval, 1e18))
		n := 0
		for range c.burst {
			if b.take(l, 0, 1) == granted {
				n++
			}
		}
		for now := int64(0); now <= end; now += step {
			if b.take(l, now, 1) == granted {
				n++
			}
		}
		most := float64(c.burst) + float64(end)/1e9*c.rate
		if float64(n) > most+1e-6 || float64(n) < 0.99*most-1 {
			t.Errorf("rate %g burst %d: %d let through, at most %g", c.rate, c.burst, n, most)
		}
	}
}

// A bucket that several cores empty at once lets through its burst and no more.
func TestBucketConcurrently(t *testing.T) {
	l := newLimit(throttleOf(1, 1000), Throttle{})
	var b bucket
	var n atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 1000 {
				if b.take(l, 0, 1) == granted {
					n.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if n.Load() != 1000 {
		t.Errorf("%d let through, burst 1000", n.Load())
	}
}

func TestBucketGiveBack(t *testing.T) {
	for _, nodes := range []int64{1, 3} {
		l := newLimit(throttleOf(7, 9), Throttle{})
		var b bucket
		for range 1000 { // the tokens never run out
			if b.take(l, 0, nodes) != granted {
				t.Fatal("refused although every token was given back")
			}
			b.giveBack(l, nodes)
		}
		for b.take(l, 0, nodes) == granted {
		}
		b.giveBack(l, nodes)
		if b.take(l, 0, nodes) != granted || b.take(l, 0, nodes) != refused {
			t.Error("one token given back is not one token")
		}
	}
}

// The shares of n nodes are the limit together.
func TestBucketShare(t *testing.T) {
	for _, nodes := range []int64{2, 3, 10} {
		l := newLimit(throttleOf(100, 60), Throttle{})
		var b bucket
		n := 0
		for now := int64(0); now <= 10e9; now += 1e6 {
			if b.take(l, now, nodes) == granted {
				n++
			}
		}
		want := (60 + 100*10) / float64(nodes)
		if math.Abs(float64(n)-want) > 1 {
			t.Errorf("%d nodes: one lets %d through, its share is %g", nodes, n, want)
		}
	}
}

// A limit that is changed holds at once: what an emptier bucket of the old one owes
// is forgotten beyond empty, and a full one stays full.
func TestBucketAdapts(t *testing.T) {
	slow, fast := newLimit(throttleOf(0.001, 100), Throttle{}), newLimit(throttleOf(100, 10), Throttle{})
	coarse := newLimit(throttleOf(1e-6, 100), Throttle{})
	if !coarse.coarse || fast.coarse {
		t.Fatal("the limits are not what this test needs")
	}
	const now = 3600e9
	for _, from := range []*limit{slow, coarse} {
		var b bucket
		for b.take(from, now, 1) == granted {
		}
		b.adapt(from, fast, now)
		if b.take(fast, now, 1) != refused || b.take(fast, now+10.1e6, 1) != granted {
			t.Error("an empty bucket is not empty after a change of its limit")
		}
	}
	for _, pair := range [][2]*limit{{slow, fast}, {fast, coarse}, {coarse, fast}, {nil, fast}} {
		var b bucket
		if pair[0] != nil {
			b.take(pair[0], 0, 1)
		}
		at := int64(now)
		if pair[0] == coarse {
			at = 2e15 // long enough for its token
		}
		b.adapt(pair[0], pair[1], at)
		for n := range pair[1].burst {
			if b.take(pair[1], at, 1) != granted {
				t.Fatalf("a full bucket has %d tokens after a change of its limit", n)
			}
		}
	}
	// A request that went by the old limit meanwhile.
	var b bucket
	for b.take(slow, now, 1) == granted {
	}
	if b.take(fast, now, 1) != refused || b.take(fast, now+10.1e6, 1) != granted {
		t.Error("a bucket is emptier than empty")
	}
}

func TestClosedLimits(t *testing.T) {
	for _, c := range []Throttle{throttleOf(0, 10), throttleOf(10, 0), throttleOf(0, 0)} {
		var b bucket
		if b.take(newLimit(c, Throttle{}), 1e9, 1) != refused {
			t.Errorf("rate %g burst %d lets something through", *c.RateLimit, *c.BurstLimit)
		}
	}
	if newLimit(Throttle{}, Throttle{}) != nil {
		t.Error("an unset throttle limits")
	}
	five := int64(5)
	if l := newLimit(Throttle{BurstLimit: &five}, throttleOf(77, 88)); l.rate != 77 || l.burst != 5 {
		t.Errorf("an unset rate is not the account's: %+v", l)
	}
}

func FuzzLimit(f *testing.F) {
	f.Add(1.0, int64(1), int64(0), int64(1))
	f.Add(1e-300, int64(math.MaxInt64), int64(math.MaxInt64), int64(1000))
	f.Add(1e300, int64(1), int64(1), int64(3))
	f.Fuzz(func(t *testing.T, rate float64, burst, now, nodes int64) {
		th := throttleOf(rate, burst)
		if th.validate() != nil || now < 0 || now > 10*365*86400*1e9 || nodes < 1 || nodes > 1e6 {
			return
		}
		l := newLimit(th, Throttle{})
		var b bucket
		first := b.take(l, now, nodes)
		if l.closed() != (first == refused) {
			t.Fatalf("rate %g burst %d: %v from a full bucket", rate, burst, first)
		}
		if first == granted {
			b.giveBack(l, nodes)
			if b.take(l, now, nodes) != granted {
				t.Fatal("refused after a token was given back")
			}
		}
	})
}
