package throttle

import (
	"unsafe"
)

// directory is places for keys in pairs, of which a key's hash tells its own. A key
// whose pair is taken lies elsewhere; one that is removed leaves its place empty for
// good, because requests that are under way may still use it. So not all keys are
// here, but all that a limiter starts with, save one in ten: those are found with
// one access to main memory instead of two.
//
// There is a new directory only when the keys have become more than half of its
// places, and the old one lives as long as keys in it do: all of them together have
// no more than twice the places of the last.
type directory struct {
	pairs [][2]apiKey
}

const minPairs = 32

// newDirectory has at least twice as many places as keys.
func newDirectory(keys int) *directory {
	n := minPairs
	for n < keys {
		n *= 2
	}
	d := &directory{make([][2]apiKey, n)}
	useHugePages(unsafe.Slice((*byte)(unsafe.Pointer(&d.pairs[0])), n*int(unsafe.Sizeof(d.pairs[0]))))
	return d
}

// len is the number of places.
func (d *directory) len() int { return 2 * len(d.pairs) }

func (d *directory) pair(hash uint64) *[2]apiKey {
	return &d.pairs[hash&uint64(len(d.pairs)-1)]
}

// place is a place for a key with a hash: its own if that is free.
func (d *directory) place(hash uint64) *apiKey {
	p := d.pair(hash)
	for i := range p {
		if p[i].flags.Load() == 0 {
			return &p[i]
		}
	}
	return &apiKey{}
}
