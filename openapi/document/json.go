package document

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonParser reads JSON strictly (RFC 8259). Positions are counted once, from
// the last one asked for: they are asked for in the order of the text.
type jsonParser struct {
	s    string
	pos  int
	line int // of mark
	col  int // of mark
	mark int

	slab   slab
	values int
	stack  []Member // entries of the open maps and lists; copied out at their ends
	errs   []Error
}

// syntax is thrown to leave the recursion at the first error.
type syntax struct{ Error }

func parseJSON(s string) (root *Node, errs []Error) {
	p := &jsonParser{s: s, line: 1, col: 1}
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(syntax)
			if !ok {
				panic(r)
			}
			root, errs = nil, append(p.errs, e.Error)
		}
	}()
	p.space()
	root = p.value(0)
	p.space()
	if p.pos < len(p.s) {
		p.fail("text after the end of the document")
	}
	return root, p.errs
}

func (p *jsonParser) fail(format string, args ...any) {
	line, col := p.at()
	panic(syntax{Error{line, col, fmt.Sprintf(format, args...)}})
}

// at is the position of p.pos.
func (p *jsonParser) at() (line, col int) {
	seg := p.s[p.mark:p.pos]
	if n := strings.Count(seg, "\n"); n > 0 {
		p.line += n
		p.col = 1
		seg = seg[strings.LastIndexByte(seg, '\n')+1:]
	}
	p.col += utf8.RuneCountInString(seg)
	p.mark = p.pos
	return p.line, p.col
}

func (p *jsonParser) space() {
	for p.pos < len(p.s) {
		switch p.s[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

func (p *jsonParser) value(depth int) *Node {
	if p.pos == len(p.s) {
		p.fail("the document ends where a value is due")
	}
	if p.values++; p.values > MaxValues {
		p.fail("more than %d values", MaxValues)
	}
	if depth > MaxDepth {
		p.fail("nested deeper than %d", MaxDepth)
	}
	line, col := p.at()
	switch c := p.s[p.pos]; {
	case c == '{':
		return p.object(p.slab.node(Map, line, col), depth)
	case c == '[':
		return p.list(p.slab.node(List, line, col), depth)
	case c == '"':
		n := p.slab.node(String, line, col)
		n.text = p.text()
		return n
	case c == '-' || c >= '0' && c <= '9':
		n := p.slab.node(Number, line, col)
		n.text = p.number()
		return n
	default:
		for _, w := range []struct {
			word string
			kind Kind
		}{{"true", Bool}, {"false", Bool}, {"null", Null}} {
			if strings.HasPrefix(p.s[p.pos:], w.word) {
				p.pos += len(w.word)
				n := p.slab.node(w.kind, line, col)
				n.text = w.word
				return n
			}
		}
		r, _ := utf8.DecodeRuneInString(p.s[p.pos:])
		p.fail("unexpected %q where a value is due", r)
		return nil
	}
}

func (p *jsonParser) object(n *Node, depth int) *Node {
	base := len(p.stack)
	p.pos++
	p.space()
	for first := true; ; first = false {
		if p.next() == '}' && first {
			break
		}
		if p.next() != '"' {
			p.fail("a member name in double quotes is due")
		}
		line, col := p.at()
		key := p.text()
		p.space()
		if p.next() != ':' {
			p.fail("a colon is due after %q", key)
		}
		p.pos++
		p.space()
		v := p.value(depth + 1)
		p.stack = append(p.stack, Member{Key: key, KeyLine: int32(line), KeyColumn: int32(col), Value: v})
		p.space()
		if c := p.next(); c == ',' {
			p.pos++
			p.space()
			continue
		} else if c != '}' {
			p.fail("a comma or } is due")
		}
		break
	}
	p.pos++
	p.take(n, base)
	for _, m := range n.close() {
		p.errs = append(p.errs, Error{int(m.KeyLine), int(m.KeyColumn), fmt.Sprintf("the key %q is there twice", m.Key)})
	}
	return n
}

func (p *jsonParser) list(n *Node, depth int) *Node {
	base := len(p.stack)
	p.pos++
	p.space()
	for first := true; ; first = false {
		if p.next() == ']' && first {
			break
		}
		v := p.value(depth + 1)
		p.stack = append(p.stack, Member{Value: v})
		p.space()
		if c := p.next(); c == ',' {
			p.pos++
			p.space()
			continue
		} else if c != ']' {
			p.fail("a comma or ] is due")
		}
		break
	}
	p.pos++
	p.take(n, base)
	return n
}

// take moves the entries above base from the stack into n.
func (p *jsonParser) take(n *Node, base int) {
	n.kids = append([]Member(nil), p.stack[base:]...)
	clear(p.stack[base:])
	p.stack = p.stack[:base]
}

// next is the byte at p.pos, or 0 at the end.
func (p *jsonParser) next() byte {
	if p.pos == len(p.s) {
		return 0
	}
	return p.s[p.pos]
}

func (p *jsonParser) number() string {
	start := p.pos
	digits := func() {
		if c := p.next(); c < '0' || c > '9' {
			p.fail("a digit is due")
		}
		for c := p.next(); c >= '0' && c <= '9'; c = p.next() {
			p.pos++
		}
	}
	if p.next() == '-' {
		p.pos++
	}
	if p.next() == '0' {
		p.pos++
	} else {
		digits()
	}
	if p.next() == '.' {
		p.pos++
		digits()
	}
	if c := p.next(); c == 'e' || c == 'E' {
		p.pos++
		if c := p.next(); c == '+' || c == '-' {
			p.pos++
		}
		digits()
	}
	return p.s[start:p.pos]
}

// text reads a string. One without escapes is a slice of the document.
func (p *jsonParser) text() string {
	p.pos++
	start := p.pos
	for {
		switch c := p.next(); {
		case c == '"':
			p.pos++
			return p.s[start : p.pos-1]
		case c == '\\':
			return p.escaped(start)
		case c < 0x20:
			p.badInText()
		default:
			p.pos++
		}
	}
}

func (p *jsonParser) badInText() {
	if p.pos == len(p.s) {
		p.fail("the document ends within a string")
	}
	p.fail("the control character %q in a string must be written as an escape", p.s[p.pos])
}

func (p *jsonParser) escaped(start int) string {
	b := append(make([]byte, 0, 2*(p.pos-start)+16), p.s[start:p.pos]...)
	for {
		c := p.next()
		switch {
		case c == '"':
			p.pos++
			return string(b)
		case c < 0x20:
			p.badInText()
		case c != '\\':
			b = append(b, c)
			p.pos++
			continue
		}
		p.pos++
		switch c := p.next(); c {
		case '"', '\\', '/':
			b = append(b, c)
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			p.pos++
			r := p.hex4()
			if utf16.IsSurrogate(r) {
				low := rune(0)
				if strings.HasPrefix(p.s[p.pos:], `\u`) {
					p.pos += 2
					low = p.hex4()
				}
				r = utf16.DecodeRune(r, low)
			}
			b = utf8.AppendRune(b, r)
			continue
		default:
			p.fail("unknown escape in a string")
		}
		p.pos++
	}
}

func (p *jsonParser) hex4() rune {
	var r rune
	for range 4 {
		c := p.next()
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			p.fail("four hexadecimal digits are due after \\u")
		}
		p.pos++
	}
	return r
}
