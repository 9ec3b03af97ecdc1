package jsonpath

import (
	"math"
	"math/big"
	"strconv"

	"sluice/mapping/vtl/value"
)

// number is a java.math.BigDecimal as filters compare them. approx is the
// nearest double: where two of those differ, the decimals differ the same way,
// so the exact form is only made for near ties.
type number struct {
	approx float64
	text   string // as it was written; "" for what approx tells exactly
	double bool   // with no text: it is a Double, and reads as one
}

// exactInt is the bound below which every integer is a double.
const exactInt = 1 << 53

func numberOfInt(i int64) number {
	if -exactInt < i && i < exactInt {
		return number{approx: float64(i)}
	}
	return number{approx: float64(i), text: strconv.FormatInt(i, 10)}
}

// parseNumber is new BigDecimal(text); false where that throws.
func parseNumber(text string) (number, bool) {
	if isPlainInt(text) {
		i, err := strconv.ParseInt(text, 10, 64)
		if err == nil {
			return numberOfInt(i), true
		}
	}
	if _, ok := value.ParseDecimal(text); !ok {
		return number{}, false
	}
	f, _ := strconv.ParseFloat(text, 64) // an overflow gives ±Inf, which compares right
	return number{approx: f, text: text}, true
}

func isPlainInt(s string) bool {
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// decimal is the exact value.
func (n number) decimal() *value.BigDecimal {
	switch {
	case n.text != "":
		d, _ := value.ParseDecimal(n.text)
		return d
	case n.double:
		d, _ := value.ParseDecimal(string(value.AppendDouble(nil, n.approx)))
		return d
	default:
		return &value.BigDecimal{Unscaled: big.NewInt(int64(n.approx))}
	}
}

// compare orders as BigDecimal.compareTo.
func (n number) compare(m number) int {
	switch {
	case n.approx < m.approx:
		return -1
	case n.approx > m.approx:
		return 1
	case n.text == m.text: // also where both are exact: a whole Double reads as its integer
		return 0
	}
	return n.decimal().Cmp(m.decimal())
}

// string is BigDecimal.toString.
func (n number) string() string {
	if n.text == "" && !n.double {
		return strconv.FormatInt(int64(n.approx), 10)
	}
	return string(n.decimal().Append(nil))
}

// int is BigDecimal.intValue: the fraction cut off, the low 32 bits kept.
func (n number) int() int32 {
	if n.text == "" && !n.double {
		return int32(int64(n.approx))
	}
	return truncated32(n.decimal())
}

// truncated32 is BigDecimal.intValue(); a number with more digits than are worked
// with is a multiple of 2 to the power of 32.
func truncated32(d *value.BigDecimal) int32 {
	i, ok := d.Truncated()
	if !ok {
		return 0
	}
	return low32(i)
}

func low32(i *big.Int) int32 {
	return int32(uint32(new(big.Int).And(i, big.NewInt(math.MaxUint32)).Uint64()))
}

func isNumber(v value.Value) bool {
	switch v.Kind() {
	case value.Int, value.Long, value.BigInt, value.Double, value.Decimal:
		return true
	default:
		return false
	}
}

// doubleOf is Number.doubleValue().
func doubleOf(v value.Value) float64 {
	switch v.Kind() {
	case value.BigInt:
		f, _ := new(big.Float).SetInt(v.BigInt()).Float64()
		return f
	case value.Double:
		return v.Double()
	case value.Decimal:
		return v.Decimal().Float64()
	default:
		return float64(v.Int())
	}
}

// intOf is Number.intValue().
func intOf(v value.Value) int32 {
	switch v.Kind() {
	case value.BigInt:
		return low32(v.BigInt())
	case value.Double:
		f := v.Double()
		switch {
		case f != f:
			return 0
		case f >= math.MaxInt32:
			return math.MaxInt32
		case f <= math.MinInt32:
			return math.MinInt32
		}
		return int32(f)
	case value.Decimal:
		return truncated32(v.Decimal())
	default:
		return int32(v.Int())
	}
}
