package value

import (
	"math"
	"math/big"
	"unsafe"
)

// Kind names the Java type behind a Value.
type Kind uint8

// The kinds. Object is anything else that has properties or methods of its own
// ($input, $util, an iterator, a map's entry set, ...).
const (
	Null     Kind = iota
	Bool          // java.lang.Boolean
	Int           // java.lang.Integer
	Long          // java.lang.Long
	BigInt        // java.math.BigInteger
	Double        // java.lang.Double
	Decimal       // java.math.BigDecimal
	String        // java.lang.String
	MapKind       // java.util.LinkedHashMap
	ListKind      // java.util.ArrayList or net.minidev.json.JSONArray
	ObjectKind
	Char  // java.lang.Character, one UTF-16 unit
	Float // java.lang.Float
)

// Value is one Java value, or null. The zero Value is null. It is 24 bytes and
// never allocates for scalars and strings: as in log/slog, scalars live in num
// and the dynamic type of ref tells the kind.
type Value struct {
	_   [0]func() // not comparable with ==: use Equal
	num uint64
	ref any
}

// stringptr marks a String: ref holds the data pointer, num the length in bytes.
type stringptr *byte

// Of makes a String value of s, without copying.
func Of(s string) Value {
	return Value{num: uint64(len(s)), ref: stringptr(unsafe.StringData(s))}
}

// OfBool makes a Boolean.
func OfBool(b bool) Value {
	v := Value{ref: Bool}
	if b {
		v.num = 1
	}
	return v
}

// OfInt makes an Integer.
func OfInt(i int32) Value { return Value{num: uint64(int64(i)), ref: Int} }

// OfLong makes a Long.
func OfLong(i int64) Value { return Value{num: uint64(i), ref: Long} }

// OfDouble makes a Double.
func OfDouble(f float64) Value { return Value{num: math.Float64bits(f), ref: Double} }

// OfFloat makes a Float.
func OfFloat(f float32) Value { return Value{num: math.Float64bits(float64(f)), ref: Float} }

// OfChar makes a Character from a UTF-16 unit.
func OfChar(unit uint16) Value { return Value{num: uint64(unit), ref: Char} }

// OfBigInt makes a BigInteger. The caller must not change i afterwards.
func OfBigInt(i *big.Int) Value { return Value{ref: i} }

// OfDecimal makes a BigDecimal.
func OfDecimal(d *BigDecimal) Value { return Value{ref: d} }

// OfMap makes a map value that shares m.
func OfMap(m *Map) Value {
	if m == nil {
		return Value{}
	}
	return Value{ref: m}
}

// OfList makes a list value that shares l.
func OfList(l *List) Value {
	if l == nil {
		return Value{}
	}
	return Value{ref: l}
}

// OfObject makes a value of an object. A pointer type does not allocate.
func OfObject(o Object) Value {
	if o == nil {
		return Value{}
	}
	return Value{ref: o}
}

// Kind tells the Java type of v.
func (v Value) Kind() Kind {
	switch r := v.ref.(type) {
	case nil:
		return Null
	case stringptr:
		return String
	case Kind:
		return r
	case *Map:
		return MapKind
	case *List:
		return ListKind
	case *big.Int:
		return BigInt
	case *BigDecimal:
		return Decimal
	default:
		return ObjectKind
	}
}

// IsNull tells whether v is null.
func (v Value) IsNull() bool { return v.ref == nil }

// Str returns the text of a String; ok is false for every other kind.
func (v Value) Str() (s string, ok bool) {
	p, ok := v.ref.(stringptr)
	if !ok {
		return "", false
	}
	return unsafe.String((*byte)(p), int(v.num)), true
}

// IsEmptyString tells whether v is the String "".
func (v Value) IsEmptyString() bool {
	_, ok := v.ref.(stringptr)
	return ok && v.num == 0
}

// Map returns the map of a MapKind value, or nil.
func (v Value) Map() *Map { m, _ := v.ref.(*Map); return m }

// List returns the list of a ListKind value, or nil.
func (v Value) List() *List { l, _ := v.ref.(*List); return l }

// Object returns the object of an ObjectKind value, or nil.
func (v Value) Object() Object { o, _ := v.ref.(Object); return o }

// BigInt returns the BigInteger of a BigInt value, or nil.
func (v Value) BigInt() *big.Int { i, _ := v.ref.(*big.Int); return i }

// Decimal returns the BigDecimal of a Decimal value, or nil.
func (v Value) Decimal() *BigDecimal { d, _ := v.ref.(*BigDecimal); return d }

// Bool returns the truth of a Bool value; false for every other kind.
func (v Value) Bool() bool { return v.ref == Bool && v.num == 1 }

// Int returns the integer of an Int or Long value; 0 for every other kind.
func (v Value) Int() int64 {
	if v.ref == Int || v.ref == Long {
		return int64(v.num)
	}
	return 0
}

// Char returns the UTF-16 unit of a Char value; 0 for every other kind.
func (v Value) Char() uint16 {
	if v.ref == Char {
		return uint16(v.num)
	}
	return 0
}

// Double returns the number of a Double or Float value; 0 for every other kind.
func (v Value) Double() float64 {
	if v.ref == Double || v.ref == Float {
		return math.Float64frombits(v.num)
	}
	return 0
}
