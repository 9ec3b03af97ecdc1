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
	return float64(max(full-l.ticks(nanos), 0)) / l.perSecond()
}

// adapt brings the bucket from one limit to another: what it needs to be full stays
// the same time, but it is no emptier than empty. Requests that still go by the old
// limit may make it so again; take sees to that.
func (b *bucket) adapt(from, to *limit, nanos int64) {
	if from == nil || to == nil || from.closed() || to.closed() {
		b.full.CompareAndSwap(b.full.Load(), 0)
		return
	}
	full := b.full.Load()
	seconds := b.debt(from, nanos)
	next := int64(0)
	if seconds > 0 {
		now, perSecond := to.ticks(nanos), to.perSecond()
		next = now + int64(min(seconds*perSecond, float64(to.window)))
	}
	b.full.CompareAndSwap(full, next)
}

// lower makes the bucket full at a time if it would be later.
func (b *bucket) lower(ceiling int64) {
	for {
		full := b.full.Load()
		if full <= ceiling || b.full.CompareAndSwap(full, ceiling) {
			return
		}
	}
}

// evict marks a full bucket as evicted; others stay.
func (b *bucket) evict(l *limit, nanos int64) bool {
	full := b.full.Load()
	return full == evicted || full <= l.ticks(nanos) && b.full.CompareAndSwap(full, evicted)
}
