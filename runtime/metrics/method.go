package metrics

import (
	"math/rand/v2"
	"sync/atomic"
	"time"
	"unsafe"

	"sluice/prefetch"
)

// none is the value of a label for requests that have no such thing. A client
// cannot choose labels, so unknown routes cannot make series.
const none = "-"

// labels tell one method from another.
type labels struct{ api, stage, resource, method string }

// bounds are the upper bounds of the histogram buckets: a gateway's own work is
// fractions of a millisecond, a backend may take the 29 seconds of the longest timeout.
var bounds = [...]time.Duration{
	100 * time.Microsecond,
	250 * time.Microsecond,
	500 * time.Microsecond,
	1 * time.Millisecond,
	2500 * time.Microsecond,
	5 * time.Millisecond,
	10 * time.Millisecond,
	25 * time.Millisecond,
	50 * time.Millisecond,
	100 * time.Millisecond,
	250 * time.Millisecond,
	500 * time.Millisecond,
	1 * time.Second,
	2500 * time.Millisecond,
	5 * time.Second,
	10 * time.Second,
	30 * time.Second,
}

// bucket is the index of the bucket of d; len(bounds) is the one without bound.
func bucket(d time.Duration) int {
	lo, hi := 0, len(bounds)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		if d <= bounds[mid] {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// histogram counts durations. The number of observations is the sum of its buckets.
type histogram struct {
	nanoseconds atomic.Int64
	buckets     [len(bounds) + 1]atomic.Uint64
}

func (h *histogram) observe(d time.Duration) {
	h.buckets[bucket(d)].Add(1)
	h.nanoseconds.Add(int64(d))
}

// Shard is what one processor mostly writes. Its size is a multiple of the cache
// line, so that the sum and the buckets of quick answers share one.
type Shard struct {
	latency      histogram
	integration  histogram
	clientErrors atomic.Uint64
	serverErrors atomic.Uint64
	_            [cacheLine]byte
}

// MethodMetrics are the figures of one method of one stage.
type MethodMetrics struct {
	shards atomic.Pointer[Shard] // the first of mask+1; nil: nobody called the method yet
	mask   uint32
	labels labels
}

func newMethodMetrics(l labels) *MethodMetrics {
	return &MethodMetrics{labels: l, mask: uint32(shardCount() - 1)}
}

// begin makes the shards. Most methods of a large installation are never called, so
// that they have none.
func (h *MethodMetrics) begin() []Shard {
	h.shards.CompareAndSwap(nil, &make([]Shard, h.mask+1)[0])
	return h.all()
}

// all is the shards there are.
func (h *MethodMetrics) all() []Shard {
	if p := h.shards.Load(); p != nil {
		return unsafe.Slice(p, h.mask+1)
	}
	return nil
}

// Shard draws where the figures of one request go, and has it fetched from memory
// meanwhile.
func (h *MethodMetrics) Shard() *Shard {
	shards := h.all()
	if shards == nil {
		shards = h.begin()
	}
	var i uint32
	if h.mask != 0 {
		i = rand.Uint32() & h.mask
	}
	s := &shards[i]
	prefetch.Line(unsafe.Pointer(&s.latency))
	prefetch.Line(unsafe.Pointer(&s.integration))
	return s
}

// Observe is Shard and its Observe.
func (h *MethodMetrics) Observe(status int, latency, integration time.Duration) {
	h.Shard().Observe(status, latency, integration)
}

// Observe notes one finished request. integration is the time the backend took,
// negative when none was called.
func (s *Shard) Observe(status int, latency, integration time.Duration) {
	s.latency.observe(latency)
	if integration >= 0 {
		s.integration.observe(integration)
	}
	switch {
	case status < 400:
	case status < 500:
		s.clientErrors.Add(1)
	case status < 600:
		s.serverErrors.Add(1)
	}
}
