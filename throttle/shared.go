package throttle

import "sync/atomic"

// shared is a level's bucket. With a fleet it mirrors this node's share of the
// fleet's, for the time when the fleet cannot be asked.
type shared struct {
	bucket bucket
	leased atomic.Pointer[lease] // nil: never leased
}

// lease is what this node has leased of the fleet's bucket.
func (s *shared) lease() *lease {
	if l := s.leased.Load(); l != nil {
		return l
	}
	s.leased.CompareAndSwap(nil, &lease{})
	return s.leased.Load()
}
