package value

import (
	"math"
	"math/big"
	"math/bits"
)

// Java's Double.toString before JDK 19 does not always give the shortest
// digits, so strconv cannot stand in for it: these are the digits that
// jdk.internal.math.FloatingDecimal generates, by the free-format algorithm of
// Steele and White with its symmetric stopping test.

// AppendDouble appends Double.toString(f).
func AppendDouble(dst []byte, f float64) []byte {
	b := math.Float64bits(f)
	exp := int(b>>52) & 0x7FF
	frac := b & (1<<52 - 1)
	if exp == 0x7FF && frac != 0 {
		return append(dst, "NaN"...)
	}
	if b>>63 != 0 {
		dst = append(dst, '-')
	}
	if exp == 0x7FF {
		return append(dst, "Infinity"...)
	}
	if exp == 0 && frac == 0 {
		return append(dst, "0.0"...)
	}
	significant := 53
	if exp == 0 {
		lead := bits.LeadingZeros64(frac)
		shift := lead - 11
		frac <<= shift
		exp = 1 - shift
		significant = 64 - lead
	} else {
		frac |= 1 << 52
	}
	var d digits
	d.generate(exp-1023, frac, significant, true)
	return d.append(dst)
}

// AppendFloat appends Float.toString(f).
func AppendFloat(dst []byte, f float32) []byte {
	b := math.Float32bits(f)
	exp := int(b>>23) & 0xFF
	frac := uint64(b & (1<<23 - 1))
	if exp == 0xFF && frac != 0 {
		return append(dst, "NaN"...)
	}
	if b>>31 != 0 {
		dst = append(dst, '-')
	}
	if exp == 0xFF {
		return append(dst, "Infinity"...)
	}
	if exp == 0 && frac == 0 {
		return append(dst, "0.0"...)
	}
	significant := 24
	if exp == 0 {
		lead := bits.LeadingZeros32(uint32(frac))
		shift := lead - 8
		frac <<= shift
		exp = 1 - shift
		significant = 32 - lead
	} else {
		frac |= 1 << 23
	}
	var d digits
	d.generate(exp-127, frac<<29, significant, true)
	return d.append(dst)
}

// digits are the decimal digits of a number 0.d1d2d3... times ten to the exp.
type digits struct {
	buf [26]byte
	n   int
	exp int
}

// bitsOf5[i] is the length of 5 to the power of i in bits.
var bitsOf5 = [...]int{0, 3, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28, 31, 33, 35, 38, 40, 42, 45, 47, 49, 52, 54, 56, 59, 61}

// powersOf5[i] is 5 to the power of i.
var powersOf5 = func() (p [27]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 5 * p[i-1]
	}
	return p
}()

func lengthOf5(i int) int {
	if i < len(bitsOf5) {
		return bitsOf5[i]
	}
	return 3 * i
}

// generate makes the digits of frac * 2^(binExp-52), frac having bit 52 set.
// With compatible, numbers that are printed with an exponent get two digits at
// least, as Double.toString wants.
func (d *digits) generate(binExp int, frac uint64, significant int, compatible bool) {
	tail := bits.TrailingZeros64(frac)
	fracBits := 53 - tail
	tiny := max(0, fracBits-binExp-1)
	if binExp <= 62 && binExp >= -21 && tiny == 0 {
		insignificant := 0
		if p := binExp - significant - 1; binExp > significant && p > 1 {
			insignificant = p * 30103 / 100000
		}
		if binExp >= 52 {
			frac <<= binExp - 52
		} else {
			frac >>= 52 - binExp
		}
		d.integer(frac, insignificant)
		return
	}
	decExp := estimateExponent(frac, binExp)
	b5 := max(0, -decExp)
	b2 := b5 + tiny + binExp
	s5 := max(0, decExp)
	s2 := s5 + tiny
	m5 := b5
	m2 := b2 - significant
	frac >>= tail
	b2 -= fracBits - 1
	common := min(b2, s2)
	b2 -= common
	s2 -= common
	m2 -= common
	if fracBits == 1 {
		m2-- // the next smaller neighbour of a power of two is half as far
	}
	if m2 < 0 {
		b2 -= m2
		s2 -= m2
		m2 = 0
	}
	bBits := fracBits + b2 + lengthOf5(b5)
	tenSBits := s2 + 1 + lengthOf5(s5+1)
	var low, high bool
	var order int // of twice the rest against ten S, when low and high
	switch {
	case bBits < 32 && tenSBits < 32:
		b := int32(frac) * int32(powersOf5[b5]) << b2
		s := int32(powersOf5[s5]) << s2
		m := int32(powersOf5[m5]) << m2
		tens := s * 10
		low, high, order = d.run(&decExp, compatible, func() (int, bool, bool) {
			q := b / s
			b = 10 * (b % s)
			m *= 10
			if m <= 0 {
				return int(q), true, true
			}
			return int(q), b < m, b+m > tens
		}, func() int { return int(b<<1 - tens) })
	case bBits < 64 && tenSBits < 64:
		b := int64(frac) * powersOf5[b5] << b2
		s := powersOf5[s5] << s2
		m := powersOf5[m5] << m2
		tens := s * 10
		low, high, order = d.run(&decExp, compatible, func() (int, bool, bool) {
			q := b / s
			b = 10 * (b % s)
			m *= 10
			if m <= 0 {
				return int(q), true, true
			}
			return int(q), b < m, b+m > tens
		}, func() int { return int(b<<1 - tens) })
	default:
		b := pow52(new(big.Int).SetUint64(frac), b5, b2)
		s := pow52(big.NewInt(1), s5, s2)
		m := pow52(big.NewInt(1), m5, m2)
		ten := big.NewInt(10)
		tens := new(big.Int).Mul(s, ten)
		q, sum := new(big.Int), new(big.Int)
		low, high, order = d.run(&decExp, compatible, func() (int, bool, bool) {
			q.QuoRem(b, s, b)
			b.Mul(b, ten)
			m.Mul(m, ten)
			return int(q.Int64()), b.Cmp(m) < 0, sum.Add(b, m).Cmp(tens) >= 0
		}, func() int { return sum.Lsh(b, 1).Cmp(tens) })
	}
	d.exp = decExp + 1
	if high && (!low || order > 0 || order == 0 && d.buf[d.n-1]&1 != 0) {
		d.roundUp()
	}
}

// run picks off digits with next until the rest is too small to matter.
func (d *digits) run(decExp *int, compatible bool, next func() (int, bool, bool), order func() int) (low, high bool, ord int) {
	q, low, high := next()
	if q == 0 && !high {
		*decExp--
	} else {
		d.put(q)
	}
	if !compatible || *decExp < -3 || *decExp >= 8 {
		low, high = false, false
	}
	for !low && !high {
		q, low, high = next()
		d.put(q)
	}
	if low && high {
		ord = order()
	}
	return low, high, ord
}

func (d *digits) put(q int) {
	if d.n < len(d.buf) {
		d.buf[d.n] = byte('0' + q)
		d.n++
	}
}

func pow52(x *big.Int, p5, p2 int) *big.Int {
	x.Mul(x, new(big.Int).Exp(big.NewInt(5), big.NewInt(int64(p5)), nil))
	return x.Lsh(x, uint(p2))
}

// estimateExponent is floor(log10(d)), or one less.
func estimateExponent(frac uint64, binExp int) int {
	d2 := math.Float64frombits(1023<<52 | frac&(1<<52-1))
	scaled := float64((d2 - 1.5) * 0.289529654)
	return int(math.Floor(float64(scaled+0.176091259) + float64(float64(binExp)*0.301029995663981)))
}

// integer makes the digits of an integer, less those that rounding to a double
// made meaningless.
func (d *digits) integer(v uint64, insignificant int) {
	d.exp = 0
	if insignificant > 0 {
		pow := uint64(1)
		for range insignificant {
			pow *= 10
		}
		rest := v % pow
		v /= pow
		d.exp = insignificant
		if rest >= pow>>1 {
			v++
		}
	}
	for v%10 == 0 {
		v /= 10
		d.exp++
	}
	i := len(d.buf)
	for ; v > 0; v /= 10 {
		i--
		d.buf[i] = byte('0' + v%10)
		d.exp++
	}
	d.n = copy(d.buf[:], d.buf[i:])
}

func (d *digits) roundUp() {
	i := d.n - 1
	for d.buf[i] == '9' && i > 0 {
		d.buf[i] = '0'
		i--
	}
	if d.buf[i] == '9' {
		d.exp++
		d.buf[0] = '1'
		return
	}
	d.buf[i]++
}

func (d *digits) append(dst []byte) []byte {
	switch {
	case d.exp > 0 && d.exp < 8:
		whole := min(d.n, d.exp)
		dst = append(dst, d.buf[:whole]...)
		for i := whole; i < d.exp; i++ {
			dst = append(dst, '0')
		}
		dst = append(dst, '.')
		if whole == d.n {
			return append(dst, '0')
		}
		return append(dst, d.buf[whole:d.n]...)
	case d.exp <= 0 && d.exp > -3:
		dst = append(dst, "0."...)
		for i := d.exp; i < 0; i++ {
			dst = append(dst, '0')
		}
		return append(dst, d.buf[:d.n]...)
	}
	dst = append(dst, d.buf[0], '.')
	if d.n > 1 {
		dst = append(dst, d.buf[1:d.n]...)
	} else {
		dst = append(dst, '0')
	}
	dst = append(dst, 'E')
	e := d.exp - 1
	if e < 0 {
		dst = append(dst, '-')
		e = -e
	}
	if e >= 100 {
		dst = append(dst, byte('0'+e/100))
	}
	if e >= 10 {
		dst = append(dst, byte('0'+e/10%10))
	}
	return append(dst, byte('0'+e%10))
}
