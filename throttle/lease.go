package throttle

import (
	"sync/atomic"
	"time"
)

// lease is tokens that a node took from a fleet's bucket ahead of the requests for
// them. Tokens that are not used in time are lost; the bucket fills again.
type lease struct {
	word     atomic.Uint64 // 40 bits: when it ends, in milliseconds since the limiter's start; 24: tokens left
	size     atomic.Int64  // of the next; grows while leases are used up, shrinks when they are not
	fetching atomic.Bool   // a request is asking for the next, so that no two leases add up
}

const (
	leaseTime = 100 * time.Millisecond
	leaseBits = 24
	leaseMask = 1<<leaseBits - 1
)

// MaxLease is the largest lease that a node can take.
const MaxLease = 1 << 16

// leaseLimit is the largest lease of a bucket: what may be set, but no more than the
// bucket gains in the time of a lease, and never most of a burst.
func leaseLimit(l *limit, most int64) int64 {
	gain := int64(min(l.rate*leaseTime.Seconds(), MaxLease))
	return max(min(most, gain, l.burst/2), 1)
}

// take uses one token.
func (l *lease) take(ms uint64) bool {
	for {
		w := l.word.Load()
		if w&leaseMask == 0 || w>>leaseBits <= ms {
			return false
		}
		if l.word.CompareAndSwap(w, w-1) {
			return true
		}
	}
}

// giveBack undoes a take.
func (l *lease) giveBack(ms uint64) {
	for {
		w := l.word.Load()
		if w>>leaseBits <= ms || l.word.CompareAndSwap(w, w+1) {
			return
		}
	}
}

// want is how many tokens to ask for: 1 while another request asks for the next
// lease, else a lease, which settle must end.
func (l *lease) want(most int64) (n int64, fetching bool) {
	if most <= 1 || !l.fetching.CompareAndSwap(false, true) {
		return 1, false
	}
	size := max(l.size.Load(), 1)
	if l.word.Load()&leaseMask == 0 {
		size *= 2 // the one before was used up, so this one is not too large
	} else {
		size /= 2 // it ended with tokens left
	}
	size = min(max(size, 1), most)
	l.size.Store(size)
	return size, true
}

// settle ends a want: spare tokens were granted beyond the one for the request.
func (l *lease) settle(spare int64, ms uint64) {
	l.word.Store((ms+uint64(leaseTime.Milliseconds()))<<leaseBits | uint64(max(spare, 0)))
	l.fetching.Store(false)
}
