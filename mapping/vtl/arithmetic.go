package vtl

import (
	"errors"
	"math"
	"math/big"

	"sluice/mapping/vtl/value"
)

// Arithmetic is that of Velocity's MathUtils: integers widen from Integer to
// Long to BigInteger when they overflow, a Double makes all Double, a
// BigDecimal (or a BigInteger beside a fraction) makes all BigDecimal.

func isNumber(v value.Value) bool {
	switch v.Kind() {
	case value.Int, value.Long, value.Double, value.Float, value.BigInt, value.Decimal:
		return true
	}
	return false
}

func isInteger(k value.Kind) bool { return k == value.Int || k == value.Long || k == value.BigInt }

// base is the type in which two numbers are calculated.
type base uint8

const (
	baseLong base = iota
	baseFloat
	baseDouble
	baseBigInt
	baseDecimal
)

func baseOf(a, b value.Kind) base {
	ints := isInteger(a) && isInteger(b)
	big := a == value.BigInt || b == value.BigInt
	switch {
	case a == value.Decimal || b == value.Decimal || !ints && big:
		return baseDecimal
	case ints && big:
		return baseBigInt
	case ints:
		return baseLong
	case a == value.Double || b == value.Double:
		return baseDouble
	}
	return baseFloat
}

func toBigInt(v value.Value) *big.Int {
	if i := v.BigInt(); i != nil {
		return i
	}
	return big.NewInt(longValue(v))
}

var errNotFinite = errors.New("NumberFormatException: Infinite or NaN")

// toDecimal goes by way of double, as the reference does.
func toDecimal(v value.Value) (*value.BigDecimal, error) {
	switch v.Kind() {
	case value.Decimal:
		return v.Decimal(), nil
	case value.BigInt:
		return &value.BigDecimal{Unscaled: v.BigInt()}, nil
	}
	d, ok := value.DecimalOf(doubleValue(v))
	if !ok {
		return nil, errNotFinite
	}
	return d, nil
}

// doubleValue is Number.doubleValue().
func doubleValue(v value.Value) float64 {
	switch v.Kind() {
	case value.Int, value.Long:
		return float64(v.Int())
	case value.BigInt:
		f, _ := new(big.Float).SetInt(v.BigInt()).Float64()
		return f
	case value.Decimal:
		return v.Decimal().Float64()
	}
	return v.Double()
}

// longValue is Number.longValue().
func longValue(v value.Value) int64 {
	switch v.Kind() {
	case value.Int, value.Long:
		return v.Int()
	case value.Double, value.Float:
		return doubleToLong(v.Double())
	case value.BigInt:
		return lowBits(v.BigInt())
	case value.Decimal:
		d := v.Decimal()
		if d.Scale <= -64 { // all its low bits are zero
			return 0
		}
		i, ok := d.Truncated()
		if !ok {
			return 0
		}
		return lowBits(i)
	}
	return 0
}

func lowBits(i *big.Int) int64 {
	if i.IsInt64() {
		return i.Int64()
	}
	u := new(big.Int).And(i, new(big.Int).SetUint64(math.MaxUint64))
	return int64(u.Uint64())
}

// doubleToLong is the cast (long) d.
func doubleToLong(f float64) int64 {
	switch {
	case f != f:
		return 0
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(f)
}

// intValue is Number.intValue(), which narrows a Double differently than a Long.
func intValue(v value.Value) int32 {
	if k := v.Kind(); k == value.Double || k == value.Float {
		switch f := v.Double(); {
		case f != f:
			return 0
		case f >= math.MaxInt32:
			return math.MaxInt32
		case f <= math.MinInt32:
			return math.MinInt32
		default:
			return int32(f)
		}
	}
	return int32(longValue(v))
}

// wrap gives an integer the larger of the types of its operands, or the next
// one that holds it.
func wrap(n int64, a, b value.Kind) value.Value {
	if a == value.Int && b == value.Int && n == int64(int32(n)) {
		return value.OfInt(int32(n))
	}
	return value.OfLong(n)
}

// maxBits bounds the size of integers, in bits.
const maxBits = 1 << 20

var errTooMuch = errors.New(errMemory)

// calculate carries out + - * / %; anything but two numbers, and a division by
// zero, gives null.
func calculate(st *state, op kind, l, r value.Value, pos int) value.Value {
	if !isNumber(l) || !isNumber(r) {
		return value.Value{}
	}
	v, err := arithmetic(op, l, r)
	if err != nil {
		st.throw(pos, err)
		return value.Value{}
	}
	if v.Kind() == value.BigInt {
		st.alloc(v.BigInt().BitLen()/8, pos)
	}
	return v
}

func arithmetic(op kind, l, r value.Value) (value.Value, error) {
	lk, rk := l.Kind(), r.Kind()
	if (op == tDivide || op == tModulus) && isZero(r) {
		return value.Value{}, nil
	}
	switch baseOf(lk, rk) {
	case baseLong:
		return longs(op, l.Int(), r.Int(), lk, rk), nil
	case baseFloat:
		// Floats, and integers beside them, calculate in single precision.
		a, b := float64(float32(doubleValue(l))), float64(float32(doubleValue(r)))
		return value.OfFloat(float32(floats(op, a, b))), nil
	case baseDouble:
		return value.OfDouble(floats(op, doubleValue(l), doubleValue(r))), nil
	case baseBigInt:
		return bigInts(op, toBigInt(l), toBigInt(r))
	}
	return decimals(op, l, r)
}

func isZero(v value.Value) bool {
	switch v.Kind() {
	case value.BigInt:
		return v.BigInt().Sign() == 0
	case value.Decimal:
		return v.Decimal().Unscaled.Sign() == 0
	}
	return doubleValue(v) == 0
}

func longs(op kind, a, b int64, ak, bk value.Kind) value.Value {
	switch op {
	case tPlus:
		if n := a + b; (n^a) >= 0 || (n^b) >= 0 {
			return wrap(n, ak, bk)
		}
		return value.OfBigInt(new(big.Int).Add(big.NewInt(a), big.NewInt(b)))
	case tMinus:
		if n := a - b; (n^a) >= 0 || (n^^b) >= 0 {
			return wrap(n, ak, bk)
		}
		return value.OfBigInt(new(big.Int).Sub(big.NewInt(a), big.NewInt(b)))
	case tMultiply:
		if n := a * b; b == 0 || n/b == a {
			return wrap(n, ak, bk)
		}
		return value.OfBigInt(new(big.Int).Mul(big.NewInt(a), big.NewInt(b)))
	case tDivide:
		return wrap(a/b, ak, bk)
	}
	return wrap(a%b, ak, bk)
}

func floats(op kind, a, b float64) float64 {
	switch op {
	case tPlus:
		return a + b
	case tMinus:
		return a - b
	case tMultiply:
		return a * b
	case tDivide:
		return a / b
	}
	return math.Mod(a, b)
}

func bigInts(op kind, a, b *big.Int) (value.Value, error) {
	z := new(big.Int)
	switch op {
	case tPlus:
		z.Add(a, b)
	case tMinus:
		z.Sub(a, b)
	case tMultiply:
		if a.BitLen()+b.BitLen() > maxBits {
			return value.Value{}, errTooMuch
		}
		z.Mul(a, b)
	case tDivide:
		z.Quo(a, b)
	case tModulus:
		if b.Sign() < 0 {
			return value.Value{}, errors.New("ArithmeticException: BigInteger: modulus not positive")
		}
		z.Mod(a, b)
	}
	return value.OfBigInt(z), nil
}

func decimals(op kind, l, r value.Value) (value.Value, error) {
	if op == tModulus {
		return value.Value{}, errors.New("ArithmeticException: Cannot calculate the modulo of BigDecimals")
	}
	a, err := toDecimal(l)
	if err != nil {
		return value.Value{}, err
	}
	b, err := toDecimal(r)
	if err != nil {
		return value.Value{}, err
	}
	var d *value.BigDecimal
	ok := true
	switch op {
	case tPlus:
		d, ok = a.Add(b)
	case tMinus:
		d, ok = a.Sub(b)
	case tMultiply:
		if a.Unscaled.BitLen()+b.Unscaled.BitLen() > maxBits {
			return value.Value{}, errTooMuch
		}
		d, ok = a.Mul(b)
	case tDivide:
		d, ok = a.QuoHalfDown(b)
	}
	if !ok {
		return value.Value{}, errTooMuch
	}
	return value.OfDecimal(d), nil
}

// compareNumbers is MathUtils.compare: NaN equals everything.
func compareNumbers(l, r value.Value) (int, error) {
	switch baseOf(l.Kind(), r.Kind()) {
	case baseLong:
		return order(l.Int(), r.Int()), nil
	case baseFloat:
		return order(float32(doubleValue(l)), float32(doubleValue(r))), nil
	case baseDouble:
		return order(doubleValue(l), doubleValue(r)), nil
	case baseBigInt:
		return toBigInt(l).Cmp(toBigInt(r)), nil
	}
	a, err := toDecimal(l)
	if err != nil {
		return 0, err
	}
	b, err := toDecimal(r)
	if err != nil {
		return 0, err
	}
	return a.Cmp(b), nil
}

func order[T int64 | float32 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
