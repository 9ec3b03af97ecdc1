package throttle

import (
	"sync"
	"sync/atomic"

	"sluice/throttle/ledger"
)

// subscription is the record of one key in one plan: its bucket and its usage. It
// stays as long as the key is in the plan, whatever changes about either.
type subscription struct {
	plan  *plan
	level shared // the plan's throttle
	// today is the number of requests of a day: 16 bits of the day, 12 of the
	// generation of the plan's state, 36 of the number. Requests of another day or
	// generation go through roll first.
	today atomic.Uint64
	room  atomic.Int64 // what today's number may become
	// next is the record after this one in the list of those to be written; nil if
	// this one is not in it.
	next atomic.Pointer[subscription]
	*details
}

// details are the parts of a record that most requests do not need. They lie apart,
// so that the others are in one line of the processor's cache.
type details struct {
	keyID string
	// buckets are those of single methods, a list that is replaced as a whole.
	buckets atomic.Pointer[[]*methodBucket]
	fleet   atomic.Pointer[fleetUsage] // nil: not metered by a fleet yet

	mu    sync.Mutex // held by roll and by whoever changes what follows
	day   ledger.Day // of today; 0: none yet
	week  int64      // requests of the week before today
	month int64      // requests of the month before today
	extra ledger.Extension
}

// methodBucket is a key's bucket for a method that has a throttle of its own in
// the plan.
type methodBucket struct {
	throttle *methodThrottle
	level    shared
}

// methodBucket is the key's bucket for a method, made at the first request.
func (l *Limiter) methodBucket(sub *subscription, t *methodThrottle) *methodBucket {
	for {
		list := sub.buckets.Load()
		var grown []*methodBucket
		if list != nil {
			for _, b := range *list {
				switch {
				case b.throttle != t:
					grown = append(grown, b)
				case b.level.bucket.full.Load() != evicted:
					return b
				}
			}
		}
		b := &methodBucket{throttle: t}
		grown = append(grown, b)
		if sub.buckets.CompareAndSwap(list, &grown) {
			if list == nil {
				l.enlist(sub)
			}
			return b
		}
	}
}

// enlist remembers that a record has buckets of single methods, for the sweep.
func (l *Limiter) enlist(sub *subscription) {
	l.sweepMu.Lock()
	l.withBuckets[sub] = struct{}{}
	l.sweepMu.Unlock()
}

// sweep evicts the buckets of single methods that are full: a new one would be
// the same. It returns how many are left.
func (l *Limiter) sweep(nanos int64) int {
	l.sweepMu.Lock()
	defer l.sweepMu.Unlock()
	left := 0
	for sub := range l.withBuckets {
		for {
			list := sub.buckets.Load()
			var kept []*methodBucket
			for _, b := range *list {
				if !b.level.bucket.evict(b.throttle.limit, nanos) {
					kept = append(kept, b)
				}
			}
			var next *[]*methodBucket
			if len(kept) > 0 {
				next = &kept
			}
			if sub.buckets.CompareAndSwap(list, next) {
				if next == nil {
					delete(l.withBuckets, sub)
				}
				left += len(kept)
				break
			}
		}
	}
	return left
}
