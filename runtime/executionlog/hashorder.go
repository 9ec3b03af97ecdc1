package executionlog

import (
	"cmp"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	"sluice/mapping"
)

// The real service keeps what it shows of a request in Java hash maps, whose order
// is that of their tables. It is the same in every published log, in those of the
// documentation and in the recorded one; the tests have them.

// hashed is a name in the table of a hash map.
type hashed struct {
	at     int // in the list it comes from
	hash   uint32
	bucket uint32
}

// leastTable is the size of a map's table to begin with; it doubles when more than
// three quarters are taken.
const leastTable = 16

// hashOrder sorts names as a Java hash map of strings lists them. Names of one bucket
// keep their order.
func hashOrder(names []hashed) {
	size := leastTable
	for len(names) > size/4*3 {
		size *= 2
	}
	for i := range names {
		names[i].bucket = names[i].hash & uint32(size-1)
	}
	slices.SortStableFunc(names, func(a, b hashed) int { return cmp.Compare(a.bucket, b.bucket) })
}

// spread is the hash of a string as Java's maps use it: String.hashCode, with its
// upper half folded into the lower.
func spread(s string) uint32 {
	var h uint32
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			h = 31*h + uint32(s[i])
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			h = 31*h + uint32(high)
			r = low
		}
		h = 31*h + uint32(r)
	}
	return h ^ h>>16
}

// distinct are the names of ps, each at its first place: those of headers without
// regard to case.
func (l *Log) distinct(ps []mapping.Pair, header bool) []hashed {
	names := l.names[:0]
	for i := range ps {
		if !earlier(ps[:i], ps[i].Name, header) {
			names = append(names, hashed{at: i, hash: spread(ps[i].Name)})
		}
	}
	l.names = names
	return names
}
