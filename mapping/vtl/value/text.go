package value

import (
	"errors"
	"strconv"
)

// ErrTooLarge is what limited printing answers when the text would exceed its
// limit, and when a value is nested too deeply (or holds itself), where Java
// dies of a StackOverflowError.
var ErrTooLarge = errors.New("text of a value is too large or nested too deeply")

// defaultText bounds the text of one value, in bytes, for callers that set no limit.
const defaultText = 64 << 20

// AppendText appends v.toString(): "null" for null, {a=1} for maps, [1, 2] for
// lists, compact JSON for lists that a JSON parser made.
func AppendText(dst []byte, v Value) []byte {
	dst, _ = AppendTextLimit(dst, v, defaultText)
	return dst
}

// Text is v.toString() as a string.
func (v Value) Text() string {
	if s, ok := v.Str(); ok {
		return s
	}
	return string(AppendText(nil, v))
}

// AppendTextLimit is AppendText that fails with ErrTooLarge when more than
// limit bytes would be appended.
func AppendTextLimit(dst []byte, v Value, limit int) ([]byte, error) {
	switch r := v.ref.(type) {
	case stringptr:
		s, _ := v.Str()
		if len(s) > limit {
			return dst, ErrTooLarge
		}
		return append(dst, s...), nil
	case Kind:
		return appendScalar(dst, v, r), nil
	}
	p := printer{dst: dst, end: len(dst) + limit}
	p.text(v, 0)
	return p.dst, p.err
}

func appendScalar(dst []byte, v Value, k Kind) []byte {
	switch k {
	case Bool:
		return strconv.AppendBool(dst, v.num == 1)
	case Int, Long:
		return strconv.AppendInt(dst, int64(v.num), 10)
	case Double:
		return AppendDouble(dst, v.Double())
	case Float:
		return AppendFloat(dst, float32(v.Double()))
	case Char:
		return AppendUnit(dst, uint16(v.num))
	}
	return dst
}

type printer struct {
	dst   []byte
	end   int
	err   error
	style JSONStyle
}

// full tells that printing must stop.
func (p *printer) full(depth int) bool {
	if p.err == nil && (len(p.dst) > p.end || depth > maxDepth) {
		p.err = ErrTooLarge
	}
	return p.err != nil
}

func (p *printer) text(v Value, depth int) {
	if p.full(depth) {
		return
	}
	switch r := v.ref.(type) {
	case nil:
		p.dst = append(p.dst, "null"...)
	case stringptr:
		s, _ := v.Str()
		p.dst = append(p.dst, s...)
	case Kind:
		p.dst = appendScalar(p.dst, v, r)
	case *Map:
		p.dst = append(p.dst, '{')
		for i, e := range r.entries { // as it is now: a part may change it
			if i > 0 {
				p.dst = append(p.dst, ", "...)
			}
			p.member(e.Key, r, nil, depth)
			p.dst = append(p.dst, '=')
			p.member(e.Val, r, nil, depth)
			if p.err != nil {
				return
			}
		}
		p.dst = append(p.dst, '}')
	case *List:
		if r.JSON {
			p.style = Web
			p.json(v, depth)
			break
		}
		p.dst = append(p.dst, '[')
		for i, item := range r.Items {
			if i > 0 {
				p.dst = append(p.dst, ", "...)
			}
			p.member(item, nil, r, depth)
			if p.err != nil {
				return
			}
		}
		p.dst = append(p.dst, ']')
	default:
		p.other(v, depth)
	}
	p.full(depth)
}

// member prints a part of m or l; a collection that is its own member is named.
func (p *printer) member(v Value, m *Map, l *List, depth int) {
	switch {
	case m != nil && v.Map() == m:
		p.dst = append(p.dst, "(this Map)"...)
	case l != nil && v.List() == l:
		p.dst = append(p.dst, "(this Collection)"...)
	default:
		p.text(v, depth+1)
	}
}

func (p *printer) other(v Value, depth int) {
	switch v.Kind() {
	case BigInt:
		p.dst = v.BigInt().Append(p.dst, 10)
	case Decimal:
		p.dst = v.Decimal().Append(p.dst)
	default:
		if c, ok := v.Object().(Composite); ok {
			for _, part := range c.TextParts() {
				p.text(part, depth+1)
			}
			return
		}
		p.dst = v.Object().AppendText(p.dst)
	}
}

// Composite is an Object whose text is that of other values one after another:
// a view of a collection, an entry of a map. It is printed by way of them, so
// that limits hold.
type Composite interface {
	Object
	TextParts() []Value
}
