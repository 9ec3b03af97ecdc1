package value

import "math"

// Work meters operations on nested values, which share parts and can therefore
// be exponentially larger than the memory they take. Left is the number of
// values that may still be visited; below zero the result is meaningless.
type Work struct {
	Left  int
	depth int
}

// defaultWork is enough for any document that fits into a request.
const defaultWork = 10_000_000

// maxDepth bounds the nesting that is followed: deeper values are cyclic, or
// would end in a StackOverflowError in Java.
const maxDepth = 1000

// Equal is a.equals(b): values of different Java types are never equal, so
// Integer 1 is not Long 1, but every list equals a list of equal items.
func Equal(a, b Value) bool {
	w := Work{Left: defaultWork}
	return w.Equal(a, b)
}

// Hash is v.hashCode(). Objects all have the hash 0.
func Hash(v Value) int32 {
	w := Work{Left: defaultWork}
	return w.Hash(v)
}

// enter counts one value and one level.
func (w *Work) enter() bool {
	if w.Left--; w.Left < 0 || w.depth > maxDepth {
		w.Left = -1
		return false
	}
	w.depth++
	return true
}

// Equal is the metered form of Equal.
func (w *Work) Equal(a, b Value) bool {
	if !w.enter() {
		return false
	}
	equal := w.equal(a, b)
	w.depth--
	return equal
}

func (w *Work) equal(a, b Value) bool {
	k := a.Kind()
	if k != b.Kind() {
		return false
	}
	switch k {
	case Null:
		return true
	case String:
		x, _ := a.Str()
		y, _ := b.Str()
		return x == y
	case Double, Float:
		x, y := a.Double(), b.Double()
		return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
	case BigInt:
		return a.BigInt().Cmp(b.BigInt()) == 0
	case Decimal:
		x, y := a.Decimal(), b.Decimal()
		return x.Scale == y.Scale && x.Unscaled.Cmp(y.Unscaled) == 0
	case ListKind:
		x, y := a.List(), b.List()
		if x == y {
			return true
		}
		if len(x.Items) != len(y.Items) {
			return false
		}
		for i := range x.Items {
			if !w.Equal(x.Items[i], y.Items[i]) {
				return false
			}
		}
		return true
	case MapKind:
		x, y := a.Map(), b.Map()
		if x == y {
			return true
		}
		if x.Len() != y.Len() {
			return false
		}
		for i := range x.entries {
			v, ok := y.GetKey(x.entries[i].Key)
			if !ok || !w.Equal(x.entries[i].Val, v) {
				return false
			}
		}
		return true
	case ObjectKind:
		x, y := a.Object(), b.Object()
		if x == y {
			return true
		}
		c, ok := x.(Comparable)
		return ok && c.EqualTo(b, w)
	}
	return a.num == b.num
}

// Comparable is an Object with an equals of its own.
type Comparable interface {
	Object
	EqualTo(other Value, w *Work) bool
}

// Hash is the metered form of Hash.
func (w *Work) Hash(v Value) int32 {
	if !w.enter() {
		return 0
	}
	h := w.hash(v)
	w.depth--
	return h
}

func (w *Work) hash(v Value) int32 {
	switch v.Kind() {
	case Bool:
		if v.Bool() {
			return 1231
		}
		return 1237
	case Int, Char:
		return int32(v.num)
	case Long:
		return int32(v.num ^ v.num>>32)
	case Double:
		b := v.num
		if f := v.Double(); f != f {
			b = 0x7FF8 << 48
		}
		return int32(b ^ b>>32)
	case Float:
		return int32(math.Float32bits(float32(v.Double())))
	case String:
		s, _ := v.Str()
		return hashString(s)
	case BigInt:
		return hashWords(v.BigInt().Bytes()) * int32(v.BigInt().Sign())
	case Decimal:
		d := v.Decimal()
		return 31*hashWords(d.Unscaled.Bytes())*int32(d.Unscaled.Sign()) + d.Scale
	case ListKind:
		h := int32(1)
		for _, x := range v.List().Items {
			h = 31*h + w.Hash(x)
		}
		return h
	case MapKind:
		h := int32(0)
		for _, e := range v.Map().entries {
			h += w.Hash(e.Key) ^ w.Hash(e.Val)
		}
		return h
	}
	return 0
}

func hashString(s string) (h int32) {
	if IsASCII(s) {
		for i := 0; i < len(s); i++ {
			h = 31*h + int32(s[i])
		}
		return h
	}
	for _, c := range Units(s) {
		h = 31*h + int32(c)
	}
	return h
}

// hashWords is BigInteger.hashCode() of a big-endian magnitude.
func hashWords(b []byte) (h int32) {
	for i := len(b) % 4; len(b) > 0; i = 4 {
		if i == 0 {
			i = 4
		}
		word := uint32(0)
		for _, x := range b[:i] {
			word = word<<8 | uint32(x)
		}
		h = 31*h + int32(word)
		b = b[i:]
	}
	return h
}
