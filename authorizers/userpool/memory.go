package userpool

import (
	"hash/maphash"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// memory is the tokens that were verified, with their claims. It never takes more
// than its bytes, and it forgets tokens that have expired or whose key has gone,
// then those that nobody has sent since it last looked.
//
// A token has one place, a bucket of a few slots. Readers and writers of different
// tokens meet nowhere but in the counter of bytes, which only writers touch: they
// have just verified a signature, which takes far longer.
type memory struct {
	seed  maphash.Seed
	limit int64 // bytes, the table's among them

	table func() []bucket // made with the first token; empty when there is no room for any
	bytes atomic.Int64    // in use
	hand  atomic.Uint64   // the slot that is looked at next
}

// bucket is the slots that one token can be in. A tag tells without a look into
// memory elsewhere whether a slot is worth one; it may be out of date.
type bucket struct {
	tags  [ways]atomic.Uint32
	slots [ways]atomic.Pointer[Claims]
}

const (
	ways       = 8
	bucketSize = int64(unsafe.Sizeof(bucket{}))
	// slotBytes is how many bytes of the limit one slot is there for: fewer than a
	// usual token takes, so that buckets seldom overflow.
	slotBytes  = 1 << 10
	maxBuckets = 1 << 20
)

func newMemory(limit uint64) *memory {
	m := &memory{seed: maphash.MakeSeed(), limit: int64(min(limit, 1<<62))}
	m.table = sync.OnceValue(func() []bucket {
		wanted := min(uint64(m.limit)/(slotBytes*ways), maxBuckets)
		if wanted == 0 {
			if m.limit < bucketSize+smallest {
				return nil
			}
			wanted = 1
		}
		n := 1 << (bits.Len64(wanted) - 1)
		m.bytes.Add(int64(n) * bucketSize)
		return make([]bucket, n)
	})
	return m
}

// hash is that of a token's last bytes. They are of its signature, which differs
// wherever tokens do, and whoever makes up another token with the same ones finds a
// place where it is compared and refused.
func (m *memory) hash(token string) uint64 {
	return maphash.String(m.seed, token[max(0, len(token)-hashed):])
}

const hashed = 64

// place is the bucket of a hash and its tag there, which is never 0.
func place(table []bucket, hash uint64) (*bucket, uint32) {
	return &table[hash&uint64(len(table)-1)], uint32(hash>>32) | 1
}

// find is the claims of a token that is remembered, whatever its times; nil for none.
func (m *memory) find(hash uint64, token string) *Claims {
	if m.bytes.Load() == 0 {
		return nil // no table yet
	}
	table := m.table()
	if len(table) == 0 {
		return nil
	}
	b, tag := place(table, hash)
	for i := range b.tags {
		if b.tags[i].Load() != tag {
			continue
		}
		if c := b.slots[i].Load(); c != nil && c.token == token {
			if !c.recent.Load() {
				c.recent.Store(true)
			}
			return c
		}
	}
	return nil
}

// put remembers a token if there is room for it, or others can make some.
func (m *memory) put(hash uint64, c *Claims, now time.Time) {
	table := m.table()
	if len(table) == 0 {
		return
	}
	for range sweep {
		m.look(table, now, false)
	}
	if !m.reserve(table, c.size(), now) {
		return
	}
	b, tag := place(table, hash)
	for range ways { // others may take a slot first
		i, old := b.choose(tag, c.token, uint(hash>>40), now)
		if b.slots[i].CompareAndSwap(old, c) {
			b.tags[i].Store(tag)
			if old != nil {
				m.bytes.Add(-old.size())
			}
			return
		}
	}
	m.bytes.Add(-c.size())
}

// sweep is how many slots are looked at for each token that comes: what has expired
// leaves although nobody asks for it and there is room.
const sweep = 2

// choose is the slot for a token: its own, an empty one, one that is stale, one that
// was not asked for, or any.
func (b *bucket) choose(tag uint32, token string, any uint, now time.Time) (int, *Claims) {
	best, rank := int(any%ways), 4
	for i := range b.slots {
		c, r := b.slots[i].Load(), 4
		switch {
		case c == nil:
			r = 1
		case b.tags[i].Load() == tag && c.token == token:
			r = 0
		case c.stale(now):
			r = 2
		case !c.recent.Load():
			r = 3
		}
		if r < rank {
			best, rank = i, r
		}
	}
	return best, b.slots[best].Load()
}

// reserve takes bytes of the limit; false when that cannot be.
func (m *memory) reserve(table []bucket, size int64, now time.Time) bool {
	if size > m.limit-int64(len(table))*bucketSize {
		return false
	}
	// Twice around: the first look at a token takes its mark, the second the token.
	for tries := 2*ways*len(table) + 1; tries > 0; tries-- {
		used := m.bytes.Load()
		if used+size > m.limit {
			m.look(table, now, true)
			continue
		}
		if m.bytes.CompareAndSwap(used, used+size) {
			return true
		}
	}
	return false
}

// look looks at the next slot and takes out a token that is stale, or, for room, one
// that nobody has asked for since the last look.
func (m *memory) look(table []bucket, now time.Time, room bool) {
	at := m.hand.Add(1)
	slot := &table[at/ways%uint64(len(table))].slots[at%ways]
	c := slot.Load()
	switch {
	case c == nil:
		return
	case c.stale(now):
	case !room:
		return
	case c.recent.Load():
		c.recent.Store(false)
		return
	}
	if slot.CompareAndSwap(c, nil) {
		m.bytes.Add(-c.size())
	}
}

// drop forgets a token.
func (m *memory) drop(hash uint64, c *Claims) {
	table := m.table()
	b, _ := place(table, hash)
	for i := range b.slots {
		if b.slots[i].CompareAndSwap(c, nil) {
			m.bytes.Add(-c.size())
		}
	}
}

// stale tells that a token does not count any more, and never will again.
func (c *Claims) stale(now time.Time) bool {
	return now.Unix() >= c.expires || c.key.gone.Load()
}

// smallest is less than any token takes, in bytes.
const smallest = int64(unsafe.Sizeof(Claims{}))

// size is what remembered claims take, in bytes. The allocator rounds up: an eighth at
// most, and 64 bytes where little is allocated.
func (c *Claims) size() int64 {
	n := int(unsafe.Sizeof(*c)) + 64 + len(c.token) + len(c.text) +
		int(unsafe.Sizeof(""))*(cap(c.Scopes)+cap(c.Audience)) + c.pairsRoom()
	return int64(n + n/8)
}
