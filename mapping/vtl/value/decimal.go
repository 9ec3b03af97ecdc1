package value

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// BigDecimal is java.math.BigDecimal: Unscaled times ten to the power of -Scale.
type BigDecimal struct {
	Unscaled *big.Int
	Scale    int32
}

// maxScale bounds the scales that are calculated with: bringing two numbers of
// very different scales together takes as many digits as the scales differ.
const maxScale = 100_000

// ParseDecimal is new BigDecimal(s); ok is false where Java throws.
func ParseDecimal(s string) (d *BigDecimal, ok bool) {
	mantissa, scale := s, int64(0)
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.ParseInt(strings.TrimPrefix(s[i+1:], "+"), 10, 32)
		if err != nil {
			return nil, false
		}
		mantissa, scale = s[:i], -e
	}
	if i := strings.IndexByte(mantissa, '.'); i >= 0 {
		scale += int64(len(mantissa) - i - 1)
		mantissa = mantissa[:i] + mantissa[i+1:]
	}
	digits := strings.TrimLeft(mantissa, "+-")
	if digits == "" || len(mantissa)-len(digits) > 1 || strings.Trim(digits, "0123456789") != "" || scale != int64(int32(scale)) {
		return nil, false
	}
	u, ok := new(big.Int).SetString(mantissa, 10)
	if !ok {
		return nil, false
	}
	return &BigDecimal{Unscaled: u, Scale: int32(scale)}, true
}

// DecimalOf is new BigDecimal(f), the exact value of the double; ok is false
// for infinities and NaN.
func DecimalOf(f float64) (d *BigDecimal, ok bool) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, false
	}
	frac, exp := math.Frexp(f)
	u := big.NewInt(int64(frac * (1 << 53)))
	exp -= 53
	if u.Sign() == 0 {
		return &BigDecimal{Unscaled: u}, true
	}
	if z := int(u.TrailingZeroBits()); exp < 0 {
		z = min(z, -exp)
		u.Rsh(u, uint(z))
		exp += z
	}
	if exp >= 0 {
		return &BigDecimal{Unscaled: u.Lsh(u, uint(exp))}, true
	}
	return &BigDecimal{Unscaled: pow52(u, -exp, 0), Scale: int32(-exp)}, true
}

func pow10(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// align brings a and b to the greater of their scales; ok is false when the
// scales are too far apart.
func align(a, b *BigDecimal) (x, y *big.Int, scale int32, ok bool) {
	diff := int(a.Scale) - int(b.Scale)
	switch {
	case diff > maxScale || diff < -maxScale:
		return nil, nil, 0, false
	case diff < 0:
		return new(big.Int).Mul(a.Unscaled, pow10(-diff)), b.Unscaled, b.Scale, true
	case diff > 0:
		return a.Unscaled, new(big.Int).Mul(b.Unscaled, pow10(diff)), a.Scale, true
	}
	return a.Unscaled, b.Unscaled, a.Scale, true
}

// Add is a.add(b); ok is false when the result is out of reach.
func (d *BigDecimal) Add(b *BigDecimal) (sum *BigDecimal, ok bool) {
	x, y, scale, ok := align(d, b)
	if !ok {
		return nil, false
	}
	return &BigDecimal{Unscaled: new(big.Int).Add(x, y), Scale: scale}, true
}

// Sub is a.subtract(b); ok is false when the result is out of reach.
func (d *BigDecimal) Sub(b *BigDecimal) (diff *BigDecimal, ok bool) {
	x, y, scale, ok := align(d, b)
	if !ok {
		return nil, false
	}
	return &BigDecimal{Unscaled: new(big.Int).Sub(x, y), Scale: scale}, true
}

// Mul is a.multiply(b); ok is false when the scale overflows.
func (d *BigDecimal) Mul(b *BigDecimal) (product *BigDecimal, ok bool) {
	scale := int64(d.Scale) + int64(b.Scale)
	if scale != int64(int32(scale)) {
		return nil, false
	}
	return &BigDecimal{Unscaled: new(big.Int).Mul(d.Unscaled, b.Unscaled), Scale: int32(scale)}, true
}

// Cmp is a.compareTo(b).
func (d *BigDecimal) Cmp(b *BigDecimal) int {
	if x, y, _, ok := align(d, b); ok {
		return x.Cmp(y)
	}
	if d.Unscaled.Sign() == 0 || b.Unscaled.Sign() != d.Unscaled.Sign() {
		return d.Unscaled.Sign() - b.Unscaled.Sign()
	}
	// The scales are further apart than the coefficients can make good.
	if d.magnitude() < b.magnitude() {
		return -d.Unscaled.Sign()
	}
	return d.Unscaled.Sign()
}

// magnitude is about the logarithm of the absolute value.
func (d *BigDecimal) magnitude() float64 {
	return float64(d.Unscaled.BitLen())*math.Log10(2) - float64(d.Scale)
}

// QuoHalfDown is a.divide(b, ROUND_HALF_DOWN): the quotient keeps the scale of
// a. b must not be zero; ok is false when the result is out of reach.
func (d *BigDecimal) QuoHalfDown(b *BigDecimal) (quotient *BigDecimal, ok bool) {
	if b.Scale > maxScale || b.Scale < -maxScale {
		return nil, false
	}
	x, y := new(big.Int).Set(d.Unscaled), new(big.Int).Set(b.Unscaled)
	if b.Scale >= 0 {
		x.Mul(x, pow10(int(b.Scale)))
	} else {
		y.Mul(y, pow10(-int(b.Scale)))
	}
	q, r := x.QuoRem(x, y, new(big.Int))
	if r.Lsh(r.Abs(r), 1).CmpAbs(y) > 0 {
		step := int64(1)
		if d.Unscaled.Sign()*b.Unscaled.Sign() < 0 {
			step = -1
		}
		q.Add(q, big.NewInt(step))
	}
	return &BigDecimal{Unscaled: q, Scale: d.Scale}, true
}

// Float64 is doubleValue().
func (d *BigDecimal) Float64() float64 {
	f, _ := strconv.ParseFloat(d.Unscaled.String()+"e"+strconv.Itoa(int(-d.Scale)), 64)
	return f
}

// Truncated is toBigInteger(); ok is false when it has too many digits.
func (d *BigDecimal) Truncated() (i *big.Int, ok bool) {
	switch {
	case d.Scale < -maxScale:
		return nil, false
	case d.Scale <= 0:
		return new(big.Int).Mul(d.Unscaled, pow10(-int(d.Scale))), true
	case d.magnitude() < -1:
		return new(big.Int), true
	}
	return new(big.Int).Quo(d.Unscaled, pow10(int(d.Scale))), true
}

// Append appends toString(): scientific notation for very large or small numbers.
func (d *BigDecimal) Append(dst []byte) []byte {
	if d.Scale == 0 {
		return d.Unscaled.Append(dst, 10)
	}
	if d.Unscaled.Sign() < 0 {
		dst = append(dst, '-')
	}
	coeff := new(big.Int).Abs(d.Unscaled).Append(nil, 10)
	scale := int(d.Scale)
	adjusted := -scale + len(coeff) - 1
	if scale >= 0 && adjusted >= -6 {
		pad := scale - len(coeff)
		if pad < 0 {
			dst = append(dst, coeff[:-pad]...)
			dst = append(dst, '.')
			return append(dst, coeff[-pad:]...)
		}
		dst = append(dst, "0."...)
		for range pad {
			dst = append(dst, '0')
		}
		return append(dst, coeff...)
	}
	dst = append(dst, coeff[0])
	if len(coeff) > 1 {
		dst = append(dst, '.')
		dst = append(dst, coeff[1:]...)
	}
	if adjusted != 0 {
		dst = append(dst, 'E')
		if adjusted > 0 {
			dst = append(dst, '+')
		}
		dst = strconv.AppendInt(dst, int64(adjusted), 10)
	}
	return dst
}
