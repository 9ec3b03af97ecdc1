package schema

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// decimal is a number of any size: 0.digits times ten to the power exp. digits
// has no zeros at its ends and is "" for zero.
type decimal struct {
	digits   string
	exp      int64
	negative bool
}

// maxExponent is the largest exponent that is read: beyond about this one Java's
// decimal numbers overflow, and the real service refuses the body.
const maxExponent = math.MaxInt32 - 16<<20

// parseDecimal reads a JSON number.
func parseDecimal(s string) decimal {
	var d decimal
	s, d.negative = strings.CutPrefix(s, "-")
	mantissa, exponent := s, int64(0)
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], exponentOf(s)
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	d.exp = int64(len(whole)) + exponent
	trimmed := strings.TrimLeft(digits, "0")
	d.exp -= int64(len(digits) - len(trimmed))
	d.digits = strings.TrimRight(trimmed, "0")
	if d.digits == "" {
		return decimal{}
	}
	return d
}

// exponentOf is the exponent of a JSON number; one that does not fit is the
// largest or smallest integer.
func exponentOf(s string) int64 {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return 0
	}
	e, _ := strconv.ParseInt(strings.TrimPrefix(s[i+1:], "+"), 10, 64)
	return e
}

// compare is negative, zero or positive, as a is less than, equal to or greater than b.
func (a decimal) compare(b decimal) int {
	if a.sign() != b.sign() {
		return a.sign() - b.sign()
	}
	c := 0
	switch {
	case a.exp != b.exp:
		c = 1
		if a.exp < b.exp {
			c = -1
		}
	default:
		c = strings.Compare(a.digits, b.digits)
	}
	if a.negative {
		return -c
	}
	return c
}

func (a decimal) sign() int {
	switch {
	case a.digits == "":
		return 0
	case a.negative:
		return -1
	}
	return 1
}

// maxDivisionDigits bounds the numbers that are divided: parsing takes more than
// linear time. Longer ones count as no multiple of anything.
const maxDivisionDigits = 16 << 10

// multipleOf tells whether a is b times an integer. b is not zero.
func (a decimal) multipleOf(b decimal) bool {
	if a.digits == "" {
		return true
	}
	// With A and B the digits as integers, a/b is A/B times ten to the power shift.
	shift := (a.exp - int64(len(a.digits))) - (b.exp - int64(len(b.digits)))
	if shift < 0 {
		// A would have to be a multiple of ten, but has no zeros at its end.
		return false
	}
	if len(a.digits) > maxDivisionDigits || len(b.digits) > maxDivisionDigits {
		return false
	}
	n, _ := new(big.Int).SetString(a.digits, 10)
	m, _ := new(big.Int).SetString(b.digits, 10)
	if m.IsInt64() && m.Int64() == 1 {
		return true
	}
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(shift), m)
	return power.Mul(power, n).Mod(power, m).Sign() == 0
}

// appendNumber appends a JSON number as the Java validator prints it: integers in
// plain digits, others as java.math.BigDecimal does.
func appendNumber(dst []byte, s string) []byte {
	if !strings.ContainsAny(s, ".eE") {
		if s == "-0" {
			s = "0"
		}
		return append(dst, s...)
	}
	mantissa, exponent := s, int64(0)
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], exponentOf(s)
	}
	digits, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	scale := int64(len(fraction)) - exponent
	unscaled := strings.TrimLeft(whole+fraction, "0")
	if unscaled == "" {
		unscaled, negative = "0", false
	}
	if negative {
		dst = append(dst, '-')
	}
	adjusted := int64(len(unscaled)) - 1 - scale
	switch {
	case scale == 0:
		return append(dst, unscaled...)
	case scale > 0 && adjusted >= -6:
		point := int64(len(unscaled)) - scale
		if point <= 0 {
			dst = append(dst, "0."...)
			for ; point < 0; point++ {
				dst = append(dst, '0')
			}
			return append(dst, unscaled...)
		}
		dst = append(dst, unscaled[:point]...)
		dst = append(dst, '.')
		return append(dst, unscaled[point:]...)
	}
	dst = append(dst, unscaled[0])
	if len(unscaled) > 1 {
		dst = append(dst, '.')
		dst = append(dst, unscaled[1:]...)
	}
	if adjusted != 0 {
		dst = append(dst, 'E')
		if adjusted > 0 {
			dst = append(dst, '+')
		}
		dst = strconv.AppendInt(dst, adjusted, 10)
	}
	return dst
}

// appendLimit appends the number of a keyword: like appendNumber, but one that is
// an integer in value and fits 64 bits is printed as one (10.0 as 10).
func appendLimit(dst []byte, s string) []byte {
	if n, ok := parseDecimal(s).int64(); ok {
		return strconv.AppendInt(dst, n, 10)
	}
	return appendNumber(dst, s)
}

// int64 is the number as an integer, if it is one that fits.
func (a decimal) int64() (int64, bool) {
	if a.digits == "" {
		return 0, true
	}
	if a.exp > 19 || a.exp < int64(len(a.digits)) {
		return 0, false
	}
	text := a.digits + strings.Repeat("0", int(a.exp)-len(a.digits))
	if a.negative {
		text = "-" + text
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// smallInt is the value of an integer of few digits, for which no decimal is needed.
func smallInt(s string) (int64, bool) {
	digits, negative := strings.CutPrefix(s, "-")
	if len(digits) > 18 {
		return 0, false
	}
	var n int64
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(digits[i]-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}

// compareSmall compares a JSON number with an integer; ok is false when that takes
// decimals: with an exponent, or with many digits.
func compareSmall(s string, limit int64) (order int, ok bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	n, ok := smallInt(whole)
	if !ok {
		return 0, false
	}
	switch {
	// The fraction is less than one, so integers that differ decide.
	case n < limit:
		return -1, !strings.ContainsAny(fraction, "eE")
	case n > limit:
		return 1, !strings.ContainsAny(fraction, "eE")
	}
	for i := range len(fraction) {
		switch c := fraction[i]; {
		case c == '0':
		case !isDigit(c):
			return 0, false
		default:
			order = 1
		}
	}
	if s[0] == '-' {
		order = -order
	}
	return order, true
}
