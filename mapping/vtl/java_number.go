package vtl

import (
	"errors"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"sluice/mapping/vtl/value"
)

// numberMethod carries out a method of the subclasses of java.lang.Number.
func (st *state) numberMethod(v value.Value, name string, args []value.Value) (value.Value, bool, error) {
	if len(args) == 0 {
		switch name {
		case "intValue":
			return value.OfInt(intValue(v)), true, nil
		case "longValue":
			return value.OfLong(longValue(v)), true, nil
		case "doubleValue":
			return value.OfDouble(doubleValue(v)), true, nil
		case "floatValue":
			return value.OfFloat(float32(doubleValue(v))), true, nil
		case "shortValue":
			return value.OfInt(int32(int16(intValue(v)))), true, nil
		case "byteValue":
			return value.OfInt(int32(int8(intValue(v)))), true, nil
		}
	}
	if name == "compareTo" && len(args) == 1 {
		if args[0].IsNull() {
			return value.Value{}, true, errNullPointer
		}
		if args[0].Kind() != v.Kind() {
			return value.Value{}, false, nil
		}
		if k := v.Kind(); k == value.Double || k == value.Float {
			return value.OfInt(int32(compareDoubles(v.Double(), args[0].Double()))), true, nil
		}
		c, err := compareNumbers(v, args[0])
		return value.OfInt(int32(c)), true, err
	}
	switch v.Kind() {
	case value.Int:
		return integerMethod(name, args, 32)
	case value.Long:
		return integerMethod(name, args, 64)
	case value.Double, value.Float:
		return doubleMethod(v, name, args)
	case value.BigInt:
		return bigIntMethod(v.BigInt(), name, args)
	case value.Decimal:
		return decimalMethod(v.Decimal(), name, args)
	}
	return value.Value{}, false, nil
}

// compareDoubles is Double.compare: -0.0 is below 0.0, NaN above all.
func compareDoubles(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	x, y := math.Float64bits(a), math.Float64bits(b)
	switch {
	case a != a && b != b || x == y:
		return 0
	case a != a:
		return 1
	case b != b:
		return -1
	}
	return order(int64(x), int64(y))
}

func errNumber(s string) error {
	return errors.New("NumberFormatException: For input string: \"" + s + "\"")
}

// integerMethod carries out the static methods of Integer (size 32) and Long (64).
func integerMethod(name string, args []value.Value, size int) (value.Value, bool, error) {
	of := func(n int64) (value.Value, bool, error) {
		if size == 32 {
			return value.OfInt(int32(n)), true, nil
		}
		return value.OfLong(n), true, nil
	}
	fits := isInt
	if size == 64 {
		fits = isLong
	}
	parse := "parseInt"
	if size == 64 {
		parse = "parseLong"
	}
	switch len(args) {
	case 1:
		if isString(args[0]) {
			switch name {
			case parse, "valueOf", "decode":
				s, _ := args[0].Str()
				n, ok := parseInteger(s, 10, size, name == "decode")
				if !ok {
					return value.Value{}, true, errNumber(s)
				}
				return of(n)
			}
			return value.Value{}, false, nil
		}
		if !fits(args[0]) {
			return value.Value{}, false, nil
		}
		n := args[0].Int()
		u := uint64(n)
		if size == 32 {
			u = uint64(uint32(n))
		}
		switch name {
		case "toString":
			return value.Of(strconv.FormatInt(n, 10)), true, nil
		case "valueOf":
			return of(n)
		case "hashCode":
			return value.OfInt(value.Hash(args[0])), true, nil
		case "toHexString":
			return value.Of(strconv.FormatUint(u, 16)), true, nil
		case "toBinaryString":
			return value.Of(strconv.FormatUint(u, 2)), true, nil
		case "toOctalString":
			return value.Of(strconv.FormatUint(u, 8)), true, nil
		case "toUnsignedString":
			return value.Of(strconv.FormatUint(u, 10)), true, nil
		case "toUnsignedLong":
			if size == 32 {
				return value.OfLong(int64(u)), true, nil
			}
		case "signum":
			return value.OfInt(int32(order(n, 0))), true, nil
		case "bitCount":
			return value.OfInt(int32(bits.OnesCount64(u))), true, nil
		case "numberOfLeadingZeros":
			return value.OfInt(int32(bits.LeadingZeros64(u) - (64 - size))), true, nil
		case "numberOfTrailingZeros":
			return value.OfInt(int32(min(bits.TrailingZeros64(u), size))), true, nil
		case "highestOneBit":
			if u == 0 {
				return of(0)
			}
			return of(int64(1) << (bits.Len64(u) - 1))
		case "lowestOneBit":
			return of(n & -n)
		case "reverse":
			return of(int64(bits.Reverse64(u) >> (64 - size)))
		case "reverseBytes":
			return of(int64(bits.ReverseBytes64(u) >> (64 - size)))
		}
	case 2:
		if isString(args[0]) && isInt(args[1]) && (name == parse || name == "valueOf") {
			s, _ := args[0].Str()
			radix := int(args[1].Int())
			if radix < 2 || radix > 36 {
				return value.Value{}, true, errors.New("NumberFormatException: radix out of range")
			}
			n, ok := parseInteger(s, radix, size, false)
			if !ok {
				return value.Value{}, true, errNumber(s)
			}
			return of(n)
		}
		if name == "toString" && fits(args[0]) && isInt(args[1]) {
			radix := int(args[1].Int())
			if radix < 2 || radix > 36 {
				radix = 10
			}
			return value.Of(strconv.FormatInt(args[0].Int(), radix)), true, nil
		}
		if !fits(args[0]) || !fits(args[1]) {
			return value.Value{}, false, nil
		}
		a, b := args[0].Int(), args[1].Int()
		switch name {
		case "max":
			return of(max(a, b))
		case "min":
			return of(min(a, b))
		case "sum":
			return of(a + b)
		case "compare":
			return value.OfInt(int32(order(a, b))), true, nil
		}
	}
	return value.Value{}, false, nil
}

// parseInteger is parseInt and the like: an optional sign and digits, nothing
// else. decode also takes 0x, # and 0 for the radix.
func parseInteger(s string, radix, size int, decode bool) (int64, bool) {
	t, neg := s, false
	if t != "" && (t[0] == '-' || t[0] == '+') {
		neg, t = t[0] == '-', t[1:]
	}
	if decode {
		switch {
		case strings.HasPrefix(t, "0x"), strings.HasPrefix(t, "0X"):
			t, radix = t[2:], 16
		case strings.HasPrefix(t, "#"):
			t, radix = t[1:], 16
		case len(t) > 1 && t[0] == '0':
			t, radix = t[1:], 8
		}
	}
	if t == "" || t[0] == '-' || t[0] == '+' || strings.IndexByte(t, '_') >= 0 {
		return 0, false
	}
	if neg {
		t = "-" + t
	}
	n, err := strconv.ParseInt(t, radix, size)
	return n, err == nil
}

// doubleMethod carries out a method of Double or Float.
func doubleMethod(v value.Value, name string, args []value.Value) (value.Value, bool, error) {
	of := value.OfDouble
	if v.Kind() == value.Float {
		of = func(f float64) value.Value { return value.OfFloat(float32(f)) }
	}
	switch len(args) {
	case 0:
		switch name {
		case "isNaN":
			return value.OfBool(math.IsNaN(v.Double())), true, nil
		case "isInfinite":
			return value.OfBool(math.IsInf(v.Double(), 0)), true, nil
		}
	case 1:
		if isString(args[0]) && (name == "parseDouble" || name == "valueOf" || name == "parseFloat") {
			s, ok := args[0].Str()
			if !ok {
				return value.Value{}, true, errNullPointer
			}
			f, ok := parseDouble(s)
			if !ok {
				return value.Value{}, true, errNumber(s)
			}
			return of(f), true, nil
		}
		if !isDouble(args[0]) {
			break
		}
		f := doubleValue(args[0])
		switch name {
		case "isNaN":
			return value.OfBool(math.IsNaN(f)), true, nil
		case "isInfinite":
			return value.OfBool(math.IsInf(f, 0)), true, nil
		case "isFinite":
			return value.OfBool(!math.IsInf(f, 0) && !math.IsNaN(f)), true, nil
		case "valueOf":
			return of(f), true, nil
		case "toString":
			return value.Of(of(f).Text()), true, nil
		case "toHexString":
			return value.Of(hexDouble(f)), true, nil
		case "hashCode":
			return value.OfInt(value.Hash(of(f))), true, nil
		}
	case 2:
		if !isDouble(args[0]) || !isDouble(args[1]) {
			break
		}
		a, b := doubleValue(args[0]), doubleValue(args[1])
		switch name {
		case "max":
			return of(math.Max(a, b)), true, nil
		case "min":
			return of(math.Min(a, b)), true, nil
		case "sum":
			return of(a + b), true, nil
		case "compare":
			return value.OfInt(int32(compareDoubles(a, b))), true, nil
		}
	}
	return value.Value{}, false, nil
}

// hexDouble is Double.toHexString: 0x1.8p1.
func hexDouble(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return value.OfDouble(f).Text()
	}
	sign := ""
	if math.Signbit(f) {
		sign = "-"
	}
	b := math.Float64bits(f)
	exp, frac := int(b>>52)&0x7FF, b&(1<<52-1)
	digits := strings.TrimRight(strconv.FormatUint(1<<52|frac, 16)[1:], "0")
	if digits == "" {
		digits = "0"
	}
	switch {
	case exp > 0:
		return sign + "0x1." + digits + "p" + strconv.Itoa(exp-1023)
	case frac == 0:
		return sign + "0x0.0p0"
	}
	return sign + "0x0." + digits + "p-1022"
}

// parseDouble is Double.parseDouble for decimal numbers: blanks around and a
// type suffix are allowed.
func parseDouble(s string) (float64, bool) {
	s = trim(s)
	t := strings.TrimLeft(s, "+-")
	if len(s)-len(t) > 1 {
		return 0, false
	}
	if t == "NaN" || t == "Infinity" {
		f, err := strconv.ParseFloat(s, 64)
		return f, err == nil
	}
	if n := len(s) - 1; n > 0 && strings.IndexByte("dDfF", s[n]) >= 0 {
		s = s[:n]
	}
	if strings.Trim(s, "0123456789.eE+-") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil || math.IsInf(f, 0)
}

func bigIntMethod(i *big.Int, name string, args []value.Value) (value.Value, bool, error) {
	z := new(big.Int)
	switch len(args) {
	case 0:
		switch name {
		case "negate":
			return value.OfBigInt(z.Neg(i)), true, nil
		case "abs":
			return value.OfBigInt(z.Abs(i)), true, nil
		case "signum":
			return value.OfInt(int32(i.Sign())), true, nil
		case "bitLength":
			if i.Sign() < 0 {
				z.Not(i)
				return value.OfInt(int32(z.BitLen())), true, nil
			}
			return value.OfInt(int32(i.BitLen())), true, nil
		}
	case 1:
		if isInt(args[0]) {
			n := args[0].Int()
			switch name {
			case "pow":
				if n < 0 {
					return value.Value{}, true, errors.New("ArithmeticException: Negative exponent")
				}
				if int64(i.BitLen())*n > maxBits {
					return value.Value{}, true, errTooMuch
				}
				return value.OfBigInt(z.Exp(i, big.NewInt(n), nil)), true, nil
			case "toString":
				if n < 2 || n > 36 {
					n = 10
				}
				return value.Of(i.Text(int(n))), true, nil
			case "valueOf":
				return value.OfBigInt(big.NewInt(n)), true, nil
			}
		}
		if name == "valueOf" && isLong(args[0]) {
			return value.OfBigInt(big.NewInt(args[0].Int())), true, nil
		}
		b := args[0].BigInt()
		if b == nil {
			break
		}
		switch name {
		case "add", "subtract", "multiply", "divide", "mod":
			op := bigIntOperator(name)
			if b.Sign() == 0 && (op == tDivide || op == tModulus) {
				return value.Value{}, true, errors.New("ArithmeticException: BigInteger divide by zero")
			}
			v, err := bigInts(op, i, b)
			return v, true, err
		case "remainder":
			if b.Sign() == 0 {
				return value.Value{}, true, errors.New("ArithmeticException: BigInteger divide by zero")
			}
			return value.OfBigInt(z.Rem(i, b)), true, nil
		case "max":
			if i.Cmp(b) < 0 {
				i = b
			}
			return value.OfBigInt(i), true, nil
		case "min":
			if i.Cmp(b) > 0 {
				i = b
			}
			return value.OfBigInt(i), true, nil
		case "gcd":
			return value.OfBigInt(z.GCD(nil, nil, new(big.Int).Abs(i), new(big.Int).Abs(b))), true, nil
		}
	}
	return value.Value{}, false, nil
}

func bigIntOperator(method string) kind {
	switch method {
	case "add":
		return tPlus
	case "subtract":
		return tMinus
	case "multiply":
		return tMultiply
	case "divide":
		return tDivide
	}
	return tModulus
}

func decimalMethod(d *value.BigDecimal, name string, args []value.Value) (value.Value, bool, error) {
	switch len(args) {
	case 0:
		switch name {
		case "negate":
			return value.OfDecimal(&value.BigDecimal{Unscaled: new(big.Int).Neg(d.Unscaled), Scale: d.Scale}), true, nil
		case "abs":
			return value.OfDecimal(&value.BigDecimal{Unscaled: new(big.Int).Abs(d.Unscaled), Scale: d.Scale}), true, nil
		case "signum":
			return value.OfInt(int32(d.Unscaled.Sign())), true, nil
		case "scale":
			return value.OfInt(d.Scale), true, nil
		case "precision":
			return value.OfInt(int32(len(new(big.Int).Abs(d.Unscaled).String()))), true, nil
		case "unscaledValue":
			return value.OfBigInt(d.Unscaled), true, nil
		case "toBigInteger":
			if i, ok := d.Truncated(); ok {
				return value.OfBigInt(i), true, nil
			}
			return value.Value{}, true, errTooMuch
		case "toPlainString":
			if d.Scale < -1000 || d.Scale > 100_000 {
				return value.Value{}, true, errTooMuch
			}
			return value.Of(plainDecimal(d)), true, nil
		case "stripTrailingZeros":
			return value.OfDecimal(stripZeros(d)), true, nil
		}
	case 1:
		if isInt(args[0]) && name == "setScale" {
			s, exact, ok := rescale(d, int32(args[0].Int()))
			if ok && !exact {
				return value.Value{}, true, errors.New("ArithmeticException: Rounding necessary")
			}
			if !ok {
				return value.Value{}, true, errTooMuch
			}
			return value.OfDecimal(s), true, nil
		}
		if isInt(args[0]) && name == "pow" {
			n := args[0].Int()
			if n < 0 || n > 999999999 {
				return value.Value{}, true, errors.New("ArithmeticException: Invalid operation")
			}
			scale := int64(d.Scale) * n
			if int64(d.Unscaled.BitLen())*n > maxBits || scale != int64(int32(scale)) {
				return value.Value{}, true, errTooMuch
			}
			u := new(big.Int).Exp(d.Unscaled, big.NewInt(n), nil)
			return value.OfDecimal(&value.BigDecimal{Unscaled: u, Scale: int32(scale)}), true, nil
		}
		b := args[0].Decimal()
		if b == nil {
			break
		}
		if name == "divide" {
			q, err := quotient(d, b)
			return value.OfDecimal(q), true, err
		}
		var op kind
		switch name {
		case "add":
			op = tPlus
		case "subtract":
			op = tMinus
		case "multiply":
			op = tMultiply
		case "max":
			if d.Cmp(b) < 0 {
				d = b
			}
			return value.OfDecimal(d), true, nil
		case "min":
			if d.Cmp(b) > 0 {
				d = b
			}
			return value.OfDecimal(d), true, nil
		default:
			return value.Value{}, false, nil
		}
		v, err := decimals(op, value.OfDecimal(d), args[0])
		return v, true, err
	case 2:
		if name == "setScale" && isInt(args[0]) && isInt(args[1]) {
			return roundDecimal(d, int32(args[0].Int()), int(args[1].Int()))
		}
	}
	return value.Value{}, false, nil
}

// quotient is a.divide(b): the exact quotient, with the difference of the scales
// at least.
func quotient(a, b *value.BigDecimal) (*value.BigDecimal, error) {
	if b.Unscaled.Sign() == 0 {
		return nil, errors.New("ArithmeticException: Division by zero")
	}
	scale := int64(a.Scale) - int64(b.Scale)
	r := new(big.Rat).SetFrac(a.Unscaled, b.Unscaled)
	den := new(big.Int).Set(r.Denom())
	count := func(p int64) (n int64) {
		q, rest, prime := new(big.Int), new(big.Int), big.NewInt(p)
		for q.QuoRem(den, prime, rest); rest.Sign() == 0; q.QuoRem(den, prime, rest) {
			den.Set(q)
			n++
		}
		return n
	}
	k := max(count(2), count(5))
	if den.Cmp(big.NewInt(1)) != 0 {
		return nil, errors.New("ArithmeticException: Non-terminating decimal expansion; no exact representable decimal result")
	}
	u := new(big.Int).Exp(big.NewInt(10), big.NewInt(k), nil)
	u.Quo(u.Mul(u, r.Num()), r.Denom())
	if scale += k; scale != int64(int32(scale)) {
		return nil, errTooMuch
	}
	return &value.BigDecimal{Unscaled: u, Scale: int32(scale)}, nil
}

// rescale gives d another scale; exact is false when digits would be lost.
func rescale(d *value.BigDecimal, scale int32) (r *value.BigDecimal, exact, ok bool) {
	diff := int64(scale) - int64(d.Scale)
	if diff > 100_000 || diff < -100_000 {
		return nil, false, false
	}
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(max(diff, -diff)), nil)
	if diff >= 0 {
		return &value.BigDecimal{Unscaled: p.Mul(d.Unscaled, p), Scale: scale}, true, true
	}
	q, rest := new(big.Int).QuoRem(d.Unscaled, p, new(big.Int))
	return &value.BigDecimal{Unscaled: q, Scale: scale}, rest.Sign() == 0, true
}

// roundDecimal is setScale(scale, mode) with the modes of BigDecimal.ROUND_*.
func roundDecimal(d *value.BigDecimal, scale int32, mode int) (value.Value, bool, error) {
	r, exact, ok := rescale(d, scale)
	switch {
	case mode < 0 || mode > 7:
		return value.Value{}, true, errors.New("IllegalArgumentException: Invalid rounding mode")
	case !ok:
		return value.Value{}, true, errTooMuch
	case exact:
		return value.OfDecimal(r), true, nil
	}
	back, _, _ := rescale(r, d.Scale)
	rest := new(big.Int).Sub(d.Unscaled, back.Unscaled)
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.Scale)-int64(scale)), nil)
	half := new(big.Int).Lsh(rest.Abs(rest), 1).Cmp(unit)
	sign := d.Unscaled.Sign()
	up := false
	switch mode {
	case 0: // UP
		up = true
	case 2: // CEILING
		up = sign > 0
	case 3: // FLOOR
		up = sign < 0
	case 4: // HALF_UP
		up = half >= 0
	case 5: // HALF_DOWN
		up = half > 0
	case 6: // HALF_EVEN
		up = half > 0 || half == 0 && r.Unscaled.Bit(0) == 1
	case 7: // UNNECESSARY
		return value.Value{}, true, errors.New("ArithmeticException: Rounding necessary")
	}
	if up {
		r.Unscaled.Add(r.Unscaled, big.NewInt(int64(sign)))
	}
	return value.OfDecimal(r), true, nil
}

func stripZeros(d *value.BigDecimal) *value.BigDecimal {
	if d.Unscaled.Sign() == 0 {
		return &value.BigDecimal{Unscaled: new(big.Int)}
	}
	u, scale := new(big.Int).Set(d.Unscaled), d.Scale
	q, r, ten := new(big.Int), new(big.Int), big.NewInt(10)
	for {
		if q.QuoRem(u, ten, r); r.Sign() != 0 {
			return &value.BigDecimal{Unscaled: u, Scale: scale}
		}
		u.Set(q)
		scale--
	}
}

func plainDecimal(d *value.BigDecimal) string {
	s := new(big.Int).Abs(d.Unscaled).String()
	switch scale := int(d.Scale); {
	case scale < 0:
		if s != "0" {
			s += strings.Repeat("0", -scale)
		}
	case scale > 0:
		if len(s) <= scale {
			s = strings.Repeat("0", scale-len(s)+1) + s
		}
		s = s[:len(s)-scale] + "." + s[len(s)-scale:]
	}
	if d.Unscaled.Sign() < 0 {
		s = "-" + s
	}
	return s
}
