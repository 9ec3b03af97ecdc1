package throttle

import (
	"hash/maphash"
	"sync/atomic"
	"unsafe"

	"sluice/prefetch"
)

// index finds keys by their values without a lock: an open-addressed table, in
// segments so that no change has to move all keys when a table grows. Writers take
// turns, and change slots in place while requests read them.
//
// Values are found by a hash with a secret seed and then compared in constant
// time, so that neither the time of a refusal nor chosen values tell anything
// about the values of keys.
type index struct {
	seed     maphash.Seed
	direct   atomic.Pointer[directory]
	live     int    // keys; the writer's
	removed  apiKey // stands in slots of keys that were removed
	segments [segments]atomic.Pointer[segment]
}

const (
	segments    = 256
	segmentBits = 8  // of the hash, the upper ones
	minSlots    = 16 // of a segment
)

// segment is a table with a power of two of slots, at most 5/8 of them used.
type segment struct {
	slots []slot
	used  int // slots that are not free; the writer's
	live  int // keys; the writer's
}

// slot is a place in a table. It is only read together with the key's own value, so
// that a hash of the key before or after does no harm.
type slot struct {
	hash atomic.Uint64
	key  atomic.Pointer[apiKey] // nil: free
}

func newIndex() *index {
	x := &index{seed: maphash.MakeSeed()}
	x.removed.flags.Store(keyHidden)
	for i := range x.segments {
		x.segments[i].Store(&segment{slots: make([]slot, minSlots)})
	}
	return x
}

// find is the key with a value, and its flags; nil if there is none.
func (x *index) find(value string) (*apiKey, uint32) {
	if value == "" {
		return nil, 0 // what free places seem to hold
	}
	h := maphash.String(x.seed, value)
	root := &x.segments[h>>(64-segmentBits)]
	s := root.Load()
	slots, mask := s.slots, uint64(len(s.slots)-1)
	if d := x.direct.Load(); d != nil {
		// All places where the key may be are asked for at once, each line of them:
		// main memory takes no longer for several than for one.
		p := d.pair(h)
		first, second := p[0].flags.Load(), p[1].flags.Load()
		p[0].home.today.Load()
		p[1].home.today.Load()
		slots[h&mask].key.Load()
		if p[0].is(first, value) {
			return &p[0], first
		}
		if p[1].is(second, value) {
			return &p[1], second
		}
	}
	for i := h; ; i++ {
		at := &slots[i&mask]
		k := at.key.Load()
		if k == nil {
			now := root.Load()
			if now == s {
				return nil, 0
			}
			// The segment was rebuilt meanwhile, and what is in the old one may have
			// been replaced in the new one.
			s, slots, mask, i = now, now.slots, uint64(len(now.slots)-1), h-1
			continue
		}
		if at.hash.Load() != h {
			continue
		}
		if flags := k.flags.Load(); k.is(flags, value) {
			return k, flags
		}
		if at.key.Load() != k {
			i-- // it was replaced between the two reads: look at the place again
		}
	}
}

// worthOfPrefetch is how many places lie in no cache that is near.
const worthOfPrefetch = 1 << 13

// expect has what find will read of a value fetched from main memory meanwhile.
func (x *index) expect(value string) {
	d := x.direct.Load()
	if d == nil || d.len() < worthOfPrefetch || value == "" {
		return
	}
	h := maphash.String(x.seed, value)
	slots := x.segments[h>>(64-segmentBits)].Load().slots
	pair := d.pair(h)
	prefetch.Lines(unsafe.Pointer(pair), int(unsafe.Sizeof(*pair))/prefetch.LineSize)
	prefetch.Line(unsafe.Pointer(&slots[h&uint64(len(slots)-1)]))
}

// newKey makes a key that is not in the index yet.
func (x *index) newKey(id, value string, enabled bool) *apiKey {
	d := x.direct.Load()
	if d == nil || x.live >= d.len()/2 {
		x.reserve(2 * (x.live + 1))
		d = x.direct.Load()
	}
	k := d.place(maphash.String(x.seed, value))
	k.fill(id, value, enabled)
	return k
}

// reserve makes room for n keys in the directory. Keys that are there stay where
// they are, and are found through the table.
func (x *index) reserve(n int) {
	if d := x.direct.Load(); n > 0 && (d == nil || d.len() < 2*n) {
		x.direct.Store(newDirectory(n))
	}
}

// put adds a key, whose value no other has.
func (x *index) put(k *apiKey) {
	h := maphash.String(x.seed, k.value())
	at := &x.segments[h>>(64-segmentBits)]
	s := at.Load()
	if 8*(s.used+1) > 5*len(s.slots) {
		s = x.rebuild(s, s.live+1)
		s.put(h, k, &x.removed)
		at.Store(s)
	} else {
		s.put(h, k, &x.removed)
	}
	x.live++
	k.flags.And(^uint32(keyHidden))
}

func (s *segment) put(h uint64, k, removed *apiKey) {
	mask := uint64(len(s.slots) - 1)
	for i := h; ; i++ {
		at := &s.slots[i&mask]
		switch at.key.Load() {
		case nil:
			s.used++
		case removed:
		default:
			continue
		}
		s.live++
		at.hash.Store(h)
		at.key.Store(k)
		return
	}
}

// rebuild is a segment with the same keys, and room for n.
func (x *index) rebuild(old *segment, n int) *segment {
	size := minSlots
	for size < 2*n {
		size *= 2
	}
	s := &segment{slots: make([]slot, size)}
	for i := range old.slots {
		at := &old.slots[i]
		if k := at.key.Load(); k != nil && k != &x.removed {
			s.put(at.hash.Load(), k, &x.removed)
		}
	}
	return s
}

// replace puts a key in the place of one with the same value.
func (x *index) replace(old, k *apiKey) {
	_, at := x.slotOf(old)
	// One of the two can be found at each moment.
	k.flags.And(^uint32(keyHidden))
	at.key.Store(k)
	old.flags.Or(keyHidden)
}

// slotOf is where a key is.
func (x *index) slotOf(k *apiKey) (i uint64, at *slot) {
	h := maphash.String(x.seed, k.value())
	slots := x.segments[h>>(64-segmentBits)].Load().slots
	mask := uint64(len(slots) - 1)
	for i := h; ; i++ {
		if at := &slots[i&mask]; at.key.Load() == k {
			return i, at
		}
	}
}

// remove removes a key.
func (x *index) remove(k *apiKey) {
	h := maphash.String(x.seed, k.value())
	root := &x.segments[h>>(64-segmentBits)]
	s := root.Load()
	i, at := x.slotOf(k)
	at.key.Store(&x.removed)
	k.flags.Or(keyHidden)
	s.live--
	if x.live--; x.live == 0 {
		x.direct.Store(nil)
	}
	// Where nothing follows, slots are free again: no search passes them.
	mask := uint64(len(s.slots) - 1)
	if s.slots[(i+1)&mask].key.Load() == nil {
		for ; s.slots[i&mask].key.Load() == &x.removed; i-- {
			s.slots[i&mask].key.Store(nil)
			s.used--
		}
	}
	if len(s.slots) > minSlots && 8*s.live < len(s.slots) {
		root.Store(x.rebuild(s, s.live))
	}
}
