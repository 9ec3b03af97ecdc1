package cache

import "sluice/mapping"

// Lookup is the memory that a request's look into the cache needs. It belongs to
// one request at a time and is worth keeping for the next.
type Lookup struct {
	key    []byte
	values []string
}

// Recall looks up the answer to a request. It returns
//
//   - a hit: the answer, found or just brought by another request;
//   - or a flight: the caller calls the backend and must end the flight;
//   - or neither: the caller calls the backend, and nothing is kept.
//
// With refresh there is never a hit: the caller's answer replaces the entry.
// Recall may wait for the flight of another request, no longer than the
// integration's timeout.
func (m *Method) Recall(l *Lookup, s *mapping.Scope, refresh bool) (hit *Entry, flight *Flight) {
	if m == nil {
		return nil, nil
	}
	sp := m.stage.space.Load()
	if sp == nil {
		return nil, nil
	}
	key, ok := m.appendKey(append(l.key[:0], m.prefix...), l, s)
	l.key = key
	if ok {
		hit, flight = m.recall(sp, key, refresh)
	}
	if hit != nil {
		m.stage.hits.Add(1)
	} else {
		m.stage.miss.Add(1)
	}
	return hit, flight
}

func (m *Method) recall(sp *space, key []byte, refresh bool) (*Entry, *Flight) {
	if sp.entries != nil && !refresh {
		if e := sp.find(view(key)); e != nil {
			return e, nil
		}
	}
	f := &Flight{method: m, space: sp, key: string(key), began: sp.moment(), done: make(chan struct{})}
	if !refresh {
		f.listed = true
		if other, found := sp.flights.LoadOrStore(f.key, f); found {
			return other.(*Flight).await(m.wait), nil
		}
	}
	if e := f.look(refresh); e != nil {
		f.land(e, false)
		return e, nil
	}
	return nil, f
}

// look finds the entry that makes a flight needless: in Redis, or one that landed
// in memory between the first look and the take-off.
func (f *Flight) look(refresh bool) *Entry {
	ended := false
	defer func() {
		if !ended { // a panic: nobody may wait for a leader that is gone
			f.Abandon()
		}
	}()
	var e *Entry
	switch {
	case f.space.entries == nil:
		e = f.method.stage.cache.shared.find(f, refresh)
	case !refresh:
		e = f.space.find(f.key)
	}
	ended = true
	return e
}
