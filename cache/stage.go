package cache

import (
	"context"
	"sync"
	"sync/atomic"
)

// Stage is the cache of one stage. It is safe for concurrent use.
type Stage struct {
	cache *Cache
	id    stageID
	space atomic.Pointer[space] // nil: off
	hits  atomic.Uint64
	_     [56]byte // hits and misses are counted by different cores
	miss  atomic.Uint64

	mu    sync.Mutex
	class int // index of sizeClasses; classOff
}

const classOff = -1

// Stats are what a stage's cache did since it came into being.
type Stats struct {
	Hits    uint64 // requests answered without the backend
	Misses  uint64 // requests to cached methods that went to the backend
	Entries int    // in this process, about
	Bytes   uint64 // in this process, about
}

// Configure switches the stage's cache cluster on or off, or gives it another
// size (cacheClusterEnabled, cacheClusterSize). Every change drops all entries;
// the same again drops none. It takes effect at once, compiled methods included.
func (s *Stage) Configure(enabled bool, size string) error {
	if !enabled {
		s.configure(classOff)
		return nil
	}
	class, err := sizeClass(size)
	if err != nil {
		return err
	}
	s.configure(class)
	return nil
}

func (s *Stage) configure(class int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.class
	if class == old {
		return
	}
	s.class = class
	if class == classOff {
		s.replaceSpace(nil)
	} else {
		s.replaceSpace(newSpace(&s.cache.options, class))
	}
	if shared := s.cache.shared; shared != nil && old != classOff {
		// A node that starts must not empty what the others filled, one that saw the
		// change must. If Redis cannot be told, entries lie there until they expire,
		// under the generation of another size.
		ctx, cancel := context.WithTimeout(context.Background(), s.cache.options.RedisTimeout)
		defer cancel()
		if err := shared.flush(ctx, s.id); err != nil {
			s.cache.options.Log.Warn("response cache: entries of a changed cluster stay in Redis until they expire",
				"api", s.id.api, "stage", s.id.name, "error", err)
		}
	}
}

// Flush drops all entries of the stage (FlushStageCache). The error tells that
// Redis could not be reached: its entries then stay.
func (s *Stage) Flush(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.class != classOff {
		s.replaceSpace(newSpace(&s.cache.options, s.class))
	}
	if s.cache.shared != nil {
		return s.cache.shared.flush(ctx, s.id)
	}
	return nil
}

// replaceSpace starts a new generation. Who holds the old one finishes on it.
func (s *Stage) replaceSpace(sp *space) {
	if old := s.space.Swap(sp); old != nil {
		old.close()
	}
}

// Stats tells what the stage's cache did.
func (s *Stage) Stats() Stats {
	st := Stats{Hits: s.hits.Load(), Misses: s.miss.Load()}
	if sp := s.space.Load(); sp != nil && sp.entries != nil {
		st.Entries, st.Bytes = sp.entries.EstimatedSize(), sp.entries.WeightedSize()
	}
	return st
}
