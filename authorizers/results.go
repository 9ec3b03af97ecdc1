package authorizers

import (
	"encoding/binary"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/maypok86/otter/v2"
)

// results are the answers of Lambda authorizers by identity, of all stages.
type results struct {
	cache *otter.Cache[string, *answer]

	mu     sync.Mutex
	next   uint64
	scopes map[scopeID]*scope
	stages map[stageID]*atomic.Uint64 // generations
}

// stageID names a stage.
type stageID struct{ api, stage string }

// scopeID names an authorizer of a stage, with everything in its definition that
// decides what its answers mean.
type scopeID struct {
	stageID
	authorizer string
	definition string
}

// scope is where the answers of one authorizer in one stage are. Its number and
// its stage's generation begin every key.
type scope struct {
	number     uint64
	generation *atomic.Uint64

	mu      sync.Mutex
	flights map[string]*flight
}

func newResults(bytes uint64) *results {
	return &results{
		cache: otter.Must(&otter.Options[string, *answer]{
			MaximumWeight: bytes,
			Weigher: func(key string, a *answer) uint32 {
				const entry, compiled = 600, 4 // a compiled policy is some times its text
				return uint32(entry + len(key) + compiled*a.size)
			},
		}),
		scopes: map[scopeID]*scope{},
		stages: map[stageID]*atomic.Uint64{},
	}
}

// scope is the scope of an id, the same each time, so that results outlive the
// recompilation of a stage.
func (c *results) scope(id scopeID) *scope {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.scopes[id]; s != nil {
		return s
	}
	if len(c.scopes) >= maxScopes {
		// Definitions that came and went: those in use keep theirs, new ones begin
		// with nothing cached.
		clear(c.scopes)
	}
	c.next++
	s := &scope{number: c.next, generation: c.generation(id.stageID), flights: map[string]*flight{}}
	c.scopes[id] = s
	return s
}

// maxScopes bounds the scopes that are remembered.
const maxScopes = 10000

func (c *results) generation(id stageID) *atomic.Uint64 {
	g := c.stages[id]
	if g == nil {
		g = new(atomic.Uint64)
		c.stages[id] = g
	}
	return g
}

// flush makes every key of a stage one that nobody asks for any more; the size
// bound takes the entries out in time.
func (c *results) flush(api, stage string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation(stageID{api, stage}).Add(1)
}

// forget drops the scopes of a stage. Keys of scopes that come later begin with other
// numbers, so that nobody finds the old entries; the size bound takes them out.
func (c *results) forget(id stageID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.stages, id)
	for s := range c.scopes {
		if s.stageID == id {
			delete(c.scopes, s)
		}
	}
}

// appendKey begins a cache key.
func (s *scope) appendKey(key []byte) []byte {
	key = binary.BigEndian.AppendUint64(key, s.number)
	return binary.BigEndian.AppendUint64(key, s.generation.Load())
}

// maxFlights bounds the invocations under way of one authorizer in one stage.
const maxFlights = 10000

// join returns the invocation under way for a key, or a new one that the caller
// must start; or an answer that arrived in the meantime. All three are nil when
// too many are under way.
func (c *results) join(s *scope, key []byte, r *Request) (running, fresh *flight, a *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.flights[string(key)]; f != nil {
		return f, nil, nil
	}
	if a := c.find(key, r); a != nil {
		return nil, nil, a
	}
	if len(s.flights) >= maxFlights {
		return nil, nil, nil
	}
	f := &flight{key: string(key), done: make(chan struct{})}
	s.flights[f.key] = f
	return nil, f, nil
}

// land remembers what a flight brought and lets those who wait go on.
func (c *results) land(s *scope, f *flight) {
	if f.answer != nil {
		c.cache.Set(f.key, f.answer)
	}
	s.mu.Lock()
	delete(s.flights, f.key)
	s.mu.Unlock()
	close(f.done)
}

// find is the answer for a key, nil for none that still counts.
func (c *results) find(key []byte, r *Request) *answer {
	a, ok := c.cache.GetIfPresent(view(key))
	if !ok || !r.Time.Before(a.expires) {
		return nil
	}
	return a
}

// stageVariables fills ${stageVariables.name} in; a variable that is not set is
// replaced by nothing. found tells whether there was any.
func stageVariables(s string, vars map[string]string) (out string, found bool) {
	const open = "${stageVariables."
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, open)
		name, after, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			b.WriteString(s)
			return b.String(), found
		}
		b.WriteString(before)
		b.WriteString(vars[name])
		s, found = after, true
	}
}
