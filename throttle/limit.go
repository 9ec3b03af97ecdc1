package throttle

import "math"

// limit is a compiled rate and burst. Times are in ticks, whose length depends on
// the limit: 1/16 ns, so that rates of millions a second lose nothing to rounding,
// or 1 ms for limits so slow that a bucket needs months to fill.
type limit struct {
	rate     float64 // requests a second
	burst    int64
	interval int64 // ticks from one token to the next, rounded up: never more than the rate
	window   int64 // ticks to fill an empty bucket
	coarse   bool
}

const (
	ticksPerNano = 16
	nanosPerMs   = 1_000_000
	fineWindow   = 1e7  // seconds; a longer window counts in milliseconds
	maxTicks     = 1e18 // leaves room for the time since the start
)

// newLimit compiles a limit; nil is none.
func newLimit(t Throttle, account Throttle) *limit {
	if t.RateLimit == nil && t.BurstLimit == nil {
		return nil
	}
	l := &limit{rate: or(t.RateLimit, or(account.RateLimit, DefaultAccountRate)), burst: or(t.BurstLimit, or(account.BurstLimit, DefaultAccountBurst))}
	if l.closed() {
		return l
	}
	seconds := float64(l.burst) / l.rate
	l.coarse = seconds > fineWindow
	l.interval = int64(math.Ceil(min(max(l.perSecond()/l.rate, 1), maxTicks)))
	l.window = int64(min(float64(l.interval)*float64(l.burst), maxTicks))
	return l
}

func or[T any](p *T, otherwise T) T {
	if p != nil {
		return *p
	}
	return otherwise
}

// closed says that the limit lets nothing through.
func (l *limit) closed() bool { return l.rate <= 0 || l.burst <= 0 }

// equal says whether buckets keep their state from one limit to the other.
func (l *limit) equal(m *limit) bool {
	return l == m || l != nil && m != nil && *l == *m
}

// ticks converts nanoseconds.
func (l *limit) ticks(nanos int64) int64 {
	if l.coarse {
		return nanos / nanosPerMs
	}
	return nanos * ticksPerNano
}

// perSecond is the number of ticks in a second.
func (l *limit) perSecond() float64 {
	if l.coarse {
		return 1e3
	}
	return 1e9 * ticksPerNano
}

// share is the limit's interval and window for one of n nodes: a rate and a burst
// n times smaller, but never a burst below one token.
func (l *limit) share(nodes int64) (interval, window int64) {
	if nodes <= 1 {
		return l.interval, l.window
	}
	interval = maxTicks
	if l.interval < maxTicks/nodes {
		interval = l.interval * nodes
	}
	return interval, max(l.window, interval)
}
