package vtl

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"sluice/mapping/vtl/value"
)

// formatSpec is one conversion of a format string: %[index$][flags][width][.precision]c.
type formatSpec struct {
	index            int
	flags            string
	width, precision int // -1 when not given
	conv             byte
}

// maxFormatWidth bounds widths and precisions.
const maxFormatWidth = 100_000

func errFormat(kind, spec string) error {
	return errors.New(kind + ": Format specifier '" + spec + "'")
}

// format is String.format in the root locale, for the conversions that templates
// have arguments for: b c d e f g h n o s x X %.
func (st *state) format(f string, args []value.Value) (value.Value, bool, error) {
	noArgs := len(args) == 1 && args[0].IsNull() // null is taken for the array of arguments
	if len(args) == 1 {
		if a, ok := args[0].Object().(*array); ok && a.typeName != "[B" && a.typeName != "[C" {
			args = a.items
		}
	}
	var b []byte
	next, last := 0, -1
	for i := 0; i < len(f); {
		if f[i] != '%' {
			j := strings.IndexByte(f[i:], '%')
			if j < 0 {
				j = len(f) - i
			}
			b = append(b, f[i:i+j]...)
			i += j
			continue
		}
		spec, n, ok := parseFormat(f[i:])
		if !ok {
			return value.Value{}, true, errFormat("UnknownFormatConversionException", f[i:min(len(f), i+n)])
		}
		i += n
		var arg value.Value
		if !spec.valid() {
			return value.Value{}, true, errFormat("IllegalFormatException", f[i-n:i])
		}
		if spec.conv != '%' && spec.conv != 'n' {
			at := next
			switch {
			case spec.index > 0:
				at = spec.index - 1
			case strings.Contains(spec.flags, "<"):
				at = last
			default:
				next++
			}
			if at < 0 || at >= len(args) && !noArgs {
				return value.Value{}, true, errFormat("MissingFormatArgumentException", f[i-n:i])
			}
			last = at
			if !noArgs {
				arg = args[at]
			}
		}
		s, err := st.formatOne(spec, arg)
		if err != nil {
			return value.Value{}, true, err
		}
		if b = append(b, s...); len(b) > st.limits.Output {
			return value.Value{}, true, errTooMuch
		}
	}
	return st.newString(string(b))
}

// parseFormat parses one specifier at the start of s.
func parseFormat(s string) (spec formatSpec, n int, ok bool) {
	spec.width, spec.precision = -1, -1
	i := 1
	if d := digits(s[i:]); d > 0 && i+d < len(s) && s[i+d] == '$' {
		spec.index, _ = strconv.Atoi(s[i : i+d])
		i += d + 1
	}
	from := i
	for i < len(s) && strings.IndexByte("-#+ 0,(<", s[i]) >= 0 {
		i++
	}
	spec.flags = s[from:i]
	if d := digits(s[i:]); d > 0 {
		w, err := strconv.Atoi(s[i : i+d])
		if err != nil || w > maxFormatWidth {
			return spec, i + d, false
		}
		spec.width = w
		i += d
	}
	if i < len(s) && s[i] == '.' {
		d := digits(s[i+1:])
		p, err := strconv.Atoi(s[i+1 : i+1+d])
		if err != nil || p > maxFormatWidth {
			return spec, i + 1 + d, false
		}
		spec.precision = p
		i += 1 + d
	}
	if i == len(s) {
		return spec, i, false
	}
	spec.conv = s[i]
	return spec, i + 1, true
}

// valid checks the flags, width and precision against the conversion.
func (f formatSpec) valid() bool {
	has := func(flags string) bool { return strings.ContainsAny(f.flags, flags) }
	for i := range f.flags {
		if strings.IndexByte(f.flags[i+1:], f.flags[i]) >= 0 {
			return false // given twice
		}
	}
	if has("-") && f.width < 0 || has("0") && f.width < 0 || has("-") && has("0") || has("+") && has(" ") {
		return false
	}
	switch f.conv {
	case 'b', 'B', 'h', 'H', 's', 'S':
		return !has("#+ 0,(")
	case 'c', 'C':
		return f.precision < 0 && !has("#+ 0,(")
	case 'd':
		return f.precision < 0 && !has("#")
	case 'o', 'x', 'X':
		return f.precision < 0 && !has(",")
	case 'e', 'E':
		return !has(",")
	case 'g', 'G':
		return !has("#")
	case '%':
		return f.precision < 0 && !has("#+ 0,(")
	case 'n':
		return f.precision < 0 && f.width < 0 && f.flags == ""
	}
	return true
}

func (st *state) formatOne(f formatSpec, v value.Value) (string, error) {
	var s string
	upperCase := f.conv >= 'A' && f.conv <= 'Z'
	switch f.conv {
	case '%':
		s = "%"
	case 'n':
		return "\n", nil
	case 'b', 'B':
		switch {
		case v.IsNull():
			s = "false"
		case v.Kind() == value.Bool:
			s = v.Text()
		default:
			s = "true"
		}
		s = cut(s, f.precision)
	case 's', 'S':
		s = "null"
		if !v.IsNull() {
			var ok bool
			if s, ok = st.text(v); !ok {
				s = "null"
			}
		}
		s = cut(s, f.precision)
	case 'h', 'H':
		s = "null"
		if !v.IsNull() {
			s = strconv.FormatUint(uint64(uint32(value.Hash(v))), 16)
		}
	case 'c', 'C':
		switch {
		case v.IsNull():
			s = "null"
		case v.Kind() == value.Char:
			s = v.Text()
		case v.Kind() == value.Int:
			if v.Int() < 0 || v.Int() > utf8.MaxRune {
				return "", errors.New("IllegalFormatCodePointException")
			}
			s = string(codePoint(rune(v.Int())))
		default:
			return "", errConversion(f, v)
		}
	case 'd', 'o', 'x', 'X':
		if v.IsNull() {
			s = "null"
			break
		}
		if !isInteger(v.Kind()) || f.conv != 'd' && v.Kind() != value.BigInt && strings.ContainsAny(f.flags, "( +") {
			return "", errConversion(f, v)
		}
		s = formatInteger(f, v)
	case 'e', 'E', 'f', 'g', 'G':
		if v.IsNull() {
			s = cut("null", f.precision)
			break
		}
		if k := v.Kind(); k != value.Double && k != value.Float && k != value.Decimal {
			return "", errConversion(f, v)
		}
		s = formatDouble(f, v)
	default:
		return "", errFormat("UnknownFormatConversionException", string(f.conv))
	}
	if upperCase {
		s = upper(s)
	}
	if pad := f.width - value.Len16(s); pad > 0 {
		if strings.Contains(f.flags, "-") {
			s += strings.Repeat(" ", pad)
		} else {
			s = strings.Repeat(" ", pad) + s
		}
	}
	return s, nil
}

func errConversion(f formatSpec, v value.Value) error {
	return errors.New("IllegalFormatConversionException: " + string(f.conv) + " != " + className(v))
}

func cut(s string, n int) string {
	if n < 0 || n >= value.Len16(s) {
		return s
	}
	return value.Slice16(s, 0, n)
}

func formatInteger(f formatSpec, v value.Value) string {
	i := toBigInt(v)
	if f.conv == 'd' {
		return signed(f, i.Sign() < 0, new(big.Int).Abs(i).String())
	}
	base := 16
	prefix := "0x"
	if f.conv == 'o' {
		base, prefix = 8, "0"
	}
	var s string
	switch v.Kind() {
	case value.Int:
		s = strconv.FormatUint(uint64(uint32(v.Int())), base)
	case value.Long:
		s = strconv.FormatUint(uint64(v.Int()), base)
	default:
		s = i.Text(base)
	}
	if strings.Contains(f.flags, "#") {
		s = prefix + s
	}
	if strings.Contains(f.flags, "0") {
		s = strings.Repeat("0", max(0, f.width-len(s))) + s
	}
	return s
}

func formatDouble(f formatSpec, v value.Value) string {
	precision := f.precision
	if precision < 0 {
		precision = 6
	}
	d := doubleValue(v)
	if math.IsNaN(d) {
		return "NaN"
	}
	neg := math.Signbit(d)
	if math.IsInf(d, 0) {
		return signed(formatSpec{flags: strings.NewReplacer("0", "", ",", "").Replace(f.flags)}, neg, "Infinity")
	}
	// Java rounds half up the shortest decimal text of the number, not its binary value.
	dec, ok := value.ParseDecimal(strings.TrimPrefix(v.Text(), "-"))
	if !ok {
		return ""
	}
	switch conv := f.conv | 0x20; conv {
	case 'f':
		return signed(f, neg, fixed(dec, precision))
	case 'e':
		return signed(f, neg, scientific(dec, precision))
	default:
		if precision == 0 {
			precision = 1
		}
		a := math.Abs(d)
		if a == 0 || a >= 1e-4 && a < math.Pow10(precision) {
			whole := len(plainDecimal(&value.BigDecimal{Unscaled: mustTruncate(dec)}))
			if a < 1 {
				whole = int(math.Floor(math.Log10(max(a, 1e-4)))) + 1
			}
			if a == 0 {
				whole = 1
			}
			return signed(f, neg, fixed(dec, max(0, precision-whole)))
		}
		return signed(f, neg, scientific(dec, precision-1))
	}
}

func mustTruncate(d *value.BigDecimal) *big.Int {
	if i, ok := d.Truncated(); ok {
		return i
	}
	return new(big.Int)
}

func fixed(d *value.BigDecimal, precision int) string {
	v, _, err := roundDecimal(d, int32(precision), 4)
	if err != nil {
		return ""
	}
	return plainDecimal(v.Decimal())
}

func scientific(d *value.BigDecimal, precision int) string {
	digits := d.Unscaled.String()
	exp := 0
	if d.Unscaled.Sign() != 0 {
		exp = len(digits) - 1 - int(d.Scale)
		r := fixed(&value.BigDecimal{Unscaled: d.Unscaled, Scale: int32(len(digits) - 1)}, precision)
		if strings.HasPrefix(r, "10") {
			exp++
			r = fixed(&value.BigDecimal{Unscaled: d.Unscaled, Scale: int32(len(digits))}, precision)
		}
		digits = r
	} else {
		digits = fixed(d, precision)
	}
	sign := "+"
	if exp < 0 {
		sign, exp = "-", -exp
	}
	e := strconv.Itoa(exp)
	if len(e) < 2 {
		e = "0" + e
	}
	return digits + "e" + sign + e
}

// signed adds grouping, sign and zeros to the digits of a number.
func signed(f formatSpec, neg bool, s string) string {
	if strings.Contains(f.flags, ",") {
		whole, frac, _ := strings.Cut(s, ".")
		var b []byte
		for i := range len(whole) {
			if i > 0 && (len(whole)-i)%3 == 0 {
				b = append(b, ',')
			}
			b = append(b, whole[i])
		}
		if whole = string(b); frac != "" {
			whole += "." + frac
		}
		s = whole
	}
	before, after := "", ""
	switch {
	case neg && strings.Contains(f.flags, "("):
		before, after = "(", ")"
	case neg:
		before = "-"
	case strings.Contains(f.flags, "+"):
		before = "+"
	case strings.Contains(f.flags, " "):
		before = " "
	}
	if strings.Contains(f.flags, "0") {
		s = strings.Repeat("0", max(0, f.width-len(s)-len(before)-len(after))) + s
	}
	return before + s + after
}
