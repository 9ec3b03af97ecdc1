package value

import "math"

// JSONStyle is one of json-smart's ways to write JSON.
type JSONStyle uint8

const (
	// Compact is JSONStyle.LT_COMPRESS: what $input.json writes.
	Compact JSONStyle = iota
	// Web is JSONStyle.NO_COMPRESS, which writes "/" as "\/": what
	// JSONArray.toString() gives.
	Web
)

// AppendJSON appends v as json-smart writes it, without spaces, members in
// their order.
func AppendJSON(dst []byte, v Value, style JSONStyle) []byte {
	dst, _ = AppendJSONLimit(dst, v, style, defaultText)
	return dst
}

// AppendJSONLimit is AppendJSON that fails with ErrTooLarge when more than
// limit bytes would be appended.
func AppendJSONLimit(dst []byte, v Value, style JSONStyle, limit int) ([]byte, error) {
	p := printer{dst: dst, end: len(dst) + limit, style: style}
	p.json(v, 0)
	return p.dst, p.err
}

func (p *printer) json(v Value, depth int) {
	if p.full(depth) {
		return
	}
	switch r := v.ref.(type) {
	case nil:
		p.dst = append(p.dst, "null"...)
	case stringptr:
		s, _ := v.Str()
		p.dst = AppendJSONString(p.dst, s, p.style)
	case Kind:
		switch f := v.Double(); {
		case r == Char:
			p.dst = AppendJSONString(p.dst, FromUnits([]uint16{v.Char()}), p.style)
		case math.IsInf(f, 0):
			p.dst = append(p.dst, "null"...)
		default:
			p.dst = appendScalar(p.dst, v, r)
		}
	case *Map:
		p.dst = append(p.dst, '{')
		for i, e := range r.entries { // as it is now: a part may change it
			if i > 0 {
				p.dst = append(p.dst, ',')
			}
			if s, ok := e.Key.Str(); ok {
				p.dst = AppendJSONString(p.dst, s, p.style)
			} else {
				p.dst = AppendJSONString(p.dst, e.Key.Text(), p.style)
			}
			p.dst = append(p.dst, ':')
			p.json(e.Val, depth+1)
			if p.err != nil {
				return
			}
		}
		p.dst = append(p.dst, '}')
	case *List:
		p.dst = append(p.dst, '[')
		for i, item := range r.Items {
			if i > 0 {
				p.dst = append(p.dst, ',')
			}
			p.json(item, depth+1)
			if p.err != nil {
				return
			}
		}
		p.dst = append(p.dst, ']')
	default:
		switch v.Kind() {
		case BigInt, Decimal:
			p.other(v, depth)
		default:
			if c, ok := v.Object().(Collection); ok {
				p.json(OfList(&List{Items: c.Items()}), depth+1)
				return
			}
			p.dst = AppendJSONString(p.dst, v.Text(), p.style)
		}
	}
	p.full(depth)
}

// Collection is an Object that JSON has an array for, such as a set of keys.
type Collection interface {
	Object
	Items() []Value
}

// plain tells the bytes of a JSON string that stand for themselves in every
// style; the others need a look.
var plain = func() (t [256]bool) {
	for i := range t {
		t[i] = i >= 0x20 && i != '"' && i != '\\' && i != '/' && i != 0x7F && i != 0xC2 && i != 0xE2
	}
	return t
}()

const hexDigits = "0123456789ABCDEF"

// AppendJSONString appends s quoted. Control characters, U+007F to U+009F and
// U+2000 to U+20FF are escaped, upper-case.
func AppendJSONString(dst []byte, s string, style JSONStyle) []byte {
	dst = append(dst, '"')
	dst = AppendJSONEscaped(dst, s, style)
	return append(dst, '"')
}

// AppendJSONEscaped appends s escaped, without the quotes.
func AppendJSONEscaped(dst []byte, s string, style JSONStyle) []byte {
	done := 0
	for i := 0; i < len(s); {
		if plain[s[i]] {
			i++
			continue
		}
		esc, unit, size := byte(0), uint16(0), 1
		switch c := s[i]; c {
		case '"', '\\':
			esc = c
		case '/':
			if style == Web {
				esc = c
			}
		case '\b':
			esc = 'b'
		case '\f':
			esc = 'f'
		case '\n':
			esc = 'n'
		case '\r':
			esc = 'r'
		case '\t':
			esc = 't'
		case 0xC2:
			if i+1 < len(s) && s[i+1] < 0xA0 {
				esc, unit, size = 'u', uint16(s[i+1]), 2
			}
		case 0xE2:
			if i+2 < len(s) && s[i+1] < 0x84 {
				esc, unit, size = 'u', 0x2000|uint16(s[i+1]&0x3F)<<6|uint16(s[i+2]&0x3F), 3
			}
		default:
			esc, unit = 'u', uint16(c)
		}
		if esc == 0 {
			i++
			continue
		}
		dst = append(dst, s[done:i]...)
		dst = append(dst, '\\', esc)
		if esc == 'u' {
			dst = append(dst, hexDigits[unit>>12], hexDigits[unit>>8&15], hexDigits[unit>>4&15], hexDigits[unit&15])
		}
		i += size
		done = i
	}
	return append(dst, s[done:]...)
}
