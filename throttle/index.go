package throttle

import (
	"crypto/subtle"
	"hash/maphash"
	"sync/atomic"
	"unsafe"
)

// index finds keys by their values without a lock: a table of shards, each of
// which is replaced as a whole when one of its keys changes. Writers take turns.
//
// Values are found by a hash with a secret seed and then compared in constant
// time, so that neither the time of a refusal nor chosen values tell anything
// about the values of keys.
type index struct {
	seed   maphash.Seed
	shards [indexShards]atomic.Pointer[shard]
}

const indexShards = 4096

// shard is an open-addressed table with a power of two of slots, at most half full.
type shard struct {
	count int
	slots []slot
}

type slot struct {
	hash uint64
	key  *apiKey // nil: free
}

func newIndex() *index {
	return &index{seed: maphash.MakeSeed()}
}

// find is the key with a value; nil if there is none.
func (x *index) find(value string) *apiKey {
	h := maphash.String(x.seed, value)
	s := x.shards[h%indexShards].Load()
	if s == nil {
		return nil
	}
	mask := uint64(len(s.slots) - 1)
	for i := h >> 32; ; i++ {
		slot := &s.slots[i&mask]
		if slot.key == nil {
			return nil
		}
		if slot.hash == h && subtle.ConstantTimeCompare(octets(slot.key.value), octets(value)) == 1 {
			return slot.key
		}
	}
}

// octets is s without a copy, to be read only.
func octets(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// change adds and removes keys. Each shard is written once, however many keys change.
func (x *index) change(add, remove []*apiKey) {
	type edit struct{ add, remove []slot }
	edits := map[uint64]*edit{}
	of := func(k *apiKey) (*edit, slot) {
		h := maphash.String(x.seed, k.value)
		e := edits[h%indexShards]
		if e == nil {
			e = &edit{}
			edits[h%indexShards] = e
		}
		return e, slot{h, k}
	}
	for _, k := range add {
		e, s := of(k)
		e.add = append(e.add, s)
	}
	for _, k := range remove {
		e, s := of(k)
		e.remove = append(e.remove, s)
	}
	for n, e := range edits {
		gone := make(map[*apiKey]bool, len(e.remove))
		for _, s := range e.remove {
			gone[s.key] = true
		}
		var kept []slot
		if old := x.shards[n].Load(); old != nil {
			for _, s := range old.slots {
				if s.key != nil && !gone[s.key] {
					kept = append(kept, s)
				}
			}
		}
		x.shards[n].Store(newShard(append(kept, e.add...)))
	}
}

func newShard(slots []slot) *shard {
	size := 2
	for size < 2*len(slots) {
		size *= 2
	}
	s := &shard{count: len(slots), slots: make([]slot, size)}
	for _, one := range slots {
		for i := one.hash >> 32; ; i++ {
			if at := &s.slots[i&uint64(size-1)]; at.key == nil {
				*at = one
				break
			}
		}
	}
	return s
}
