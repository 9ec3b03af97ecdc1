package cache

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// space is one generation of a stage's cache: its entries, if they are in this
// process, and the flights under way. Flushing replaces it as a whole.
type space struct {
	entries *otter.Cache[string, *Entry] // nil: in Redis
	flights sync.Map                     // key -> *Flight
	began   atomic.Uint64                // flights so far, of entries in this process
	class   int
}

func newSpace(o *Options, class int) *space {
	sp := &space{class: class}
	if o.Redis == nil {
		sp.entries = otter.Must(&otter.Options[string, *Entry]{
			MaximumWeight:    o.bytesOf(class),
			Weigher:          func(key string, e *Entry) uint32 { return e.weight(key) },
			ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, *Entry]) time.Duration { return e.Value.ttl }),
			Clock:            o.clock,
		})
	}
	return sp
}

// find is the entry of a key, nil for none.
func (sp *space) find(key string) *Entry {
	e, _ := sp.entries.GetIfPresent(key)
	return e
}

// keep puts an entry in, unless one is there that was asked for later.
func (sp *space) keep(key string, e *Entry) {
	sp.entries.Compute(key, func(old *Entry, found bool) (*Entry, otter.ComputeOp) {
		if found && old.began > e.began {
			return nil, otter.CancelOp
		}
		return e, otter.WriteOp
	})
}

// moment is when a flight begins: a number that later flights exceed. In Redis,
// where other nodes' flights count too, it is the time.
func (sp *space) moment() uint64 {
	if sp.entries == nil {
		return uint64(time.Now().UnixNano())
	}
	return sp.began.Add(1)
}

// close ends the goroutine that takes expired entries out.
func (sp *space) close() {
	if sp.entries != nil {
		sp.entries.StopAllGoroutines()
	}
}
