package cache

import (
	"sync/atomic"
	"time"
)

// Flight is the duty of one request to bring the answer for a key, which others
// may be waiting for. Keep or Abandon ends it; whoever got a Flight must call one
// of them in every case, by defer. It belongs to one request; a nil Flight is one
// that nobody waits for and nothing is kept of.
type Flight struct {
	method *Method
	space  *space
	key    string
	began  uint64
	listed bool // in space.flights, where others find it
	landed bool
	shared sharedFlight

	waiting atomic.Int32
	done    chan struct{}
	entry   *Entry // once done is closed; nil: the leader brought nothing to share
}

// Keep ends the flight with a complete answer, of which it takes a copy. The
// answer is kept if it may be, and those who wait get it.
func (f *Flight) Keep(a *Answer) {
	if f == nil || f.landed {
		return
	}
	if !a.keepable() {
		f.Abandon()
		return
	}
	fits := len(a.Body) <= MaxBody
	if !fits && f.waiting.Load() == 0 {
		f.Abandon()
		return
	}
	f.land(newEntry(a, f.method.ttl, f.began), fits)
}

// Abandon ends the flight without an answer: it failed, or cannot be shared. Those
// who wait go on by themselves. After Keep it does nothing.
func (f *Flight) Abandon() {
	if f != nil && !f.landed {
		f.land(nil, false)
	}
}

// land ends the flight. What is kept is kept before others can miss it.
func (f *Flight) land(e *Entry, keep bool) {
	f.landed = true
	f.entry = e
	if f.space.entries == nil {
		close(f.done)
		if keep && f.method.stage.cache.shared.keepLater(f, e) {
			return // it stays listed until Redis has the entry
		}
		f.unlist()
		return
	}
	if keep {
		f.space.keep(f.key, e)
	}
	f.unlist()
	close(f.done)
}

// unlist lets the next miss lead a flight of its own.
func (f *Flight) unlist() {
	if f.listed {
		f.space.flights.Delete(f.key)
	}
}

// await waits for another request's flight. nil: it brought nothing in time.
func (f *Flight) await(limit time.Duration) *Entry {
	f.waiting.Add(1)
	defer f.waiting.Add(-1)
	select {
	case <-f.done:
		return f.entry
	default:
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-f.done:
		return f.entry
	case <-timer.C:
		return nil
	}
}
