package throttle

import (
	"math"
	"sync/atomic"
)

// bucket is a token bucket, kept as the tick at which it will be full again; the
// zero value is full. One compare-and-swap takes a token.
type bucket struct {
	full atomic.Int64
}

// evicted marks a bucket that is no longer in its table: its tokens must not be
// taken, because a new bucket in its place has them as well.
const evicted = math.MinInt64

// answer is what a bucket says to a request for a token.
type answer uint8

const (
	granted answer = iota
	refused
	gone // evicted; look for the bucket again
)

// take takes a token at a time in nanoseconds since the limiter's start. With
// several nodes it is a bucket of one node's share of the limit.
func (b *bucket) take(l *limit, nanos, nodes int64) answer {
	if l.closed() {
		return refused
	}
	now := l.ticks(nanos)
	interval, window := l.share(nodes)
	for {
		full := b.full.Load()
		if full == evicted {
			return gone
		}
		// A bucket cannot be emptier than empty; it seems so after its limit or the
		// number of nodes changed.
		if full > now+window {
			b.full.CompareAndSwap(full, now+window)
			continue
		}
		next := max(full, now) + interval
		if next > now+window {
			return refused
		}
		if b.full.CompareAndSwap(full, next) {
			return granted
		}
	}
}

// charge takes a token that another counter granted, without asking.
func (b *bucket) charge(l *limit, nanos, nodes int64) {
	now := l.ticks(nanos)
	interval, window := l.share(nodes)
	for {
		full := b.full.Load()
		if full == evicted {
			return
		}
		if b.full.CompareAndSwap(full, min(max(full, now)+interval, now+window)) {
			return
		}
	}
}

// giveBack undoes a take.
func (b *bucket) giveBack(l *limit, nodes int64) {
	interval, _ := l.share(nodes)
	for {
		full := b.full.Load()
		if full == evicted || b.full.CompareAndSwap(full, full-interval) {
			return
		}
	}
}

// debt is how many seconds the bucket needs to be full.
func (b *bucket) debt(l *limit, nanos int64) float64 {
	full := b.full.Load()
	if full == evicted {
		return 0
	}
	d := float64(max(full-l.ticks(nanos), 0))
	if l.coarse {
		return d / 1e3
	}
	return d / (1e9 * ticksPerNano)
}

// evict marks a full bucket as evicted; others stay.
func (b *bucket) evict(l *limit, nanos int64) bool {
	full := b.full.Load()
	return full == evicted || full <= l.ticks(nanos) && b.full.CompareAndSwap(full, evicted)
}
