package metrics

import (
	"math/rand/v2"
	"runtime"
	"sync/atomic"
)

// cacheLine keeps what different processors write apart.
const cacheLine = 64

// maxShards bounds the memory of a method: each shard is about half a kilobyte.
const maxShards = 8

// shardCount is a power of two near the number of processors that run Go code.
func shardCount() int {
	n := 1
	for n < runtime.GOMAXPROCS(0) && n < maxShards {
		n *= 2
	}
	return n
}

// sharded is a number that many processors add to.
type sharded struct {
	shards []paddedInt64
	mask   uint32
}

type paddedInt64 struct {
	n atomic.Int64
	_ [cacheLine - 8]byte
}

func newSharded() *sharded {
	n := shardCount()
	return &sharded{shards: make([]paddedInt64, n), mask: uint32(n - 1)}
}

// add adds to a shard drawn at random, which needs no lock and no identity of
// the processor; the random source is the processor's own.
func (s *sharded) add(n int64) {
	var i uint32
	if s.mask != 0 {
		i = rand.Uint32() & s.mask
	}
	s.shards[i].n.Add(n)
}

func (s *sharded) sum() int64 {
	var sum int64
	for i := range s.shards {
		sum += s.shards[i].n.Load()
	}
	return sum
}
