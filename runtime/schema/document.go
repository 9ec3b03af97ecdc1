package schema

import (
	"cmp"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// kind is the type of a JSON value, in the order in which the Java validator
// lists types. A number is an integer when it is written without fraction and
// exponent.
type kind uint8

const (
	kindArray kind = iota
	kindBoolean
	kindInteger
	kindNull
	kindNumber
	kindObject
	kindString
	kinds
)

var kindNames = [kinds]string{"array", "boolean", "integer", "null", "number", "object", "string"}

// maxDepth bounds how deep arrays and objects may be nested.
const maxDepth = 1000

// node is one value of a document. Texts are spans of the source or, when they
// were written with escapes, of the document's decoded bytes: a body of ten
// megabytes may have millions of values, so they must be small.
type node struct {
	start, end         uint32 // the text: of a string without quotes, of others as written
	nameStart, nameEnd uint32 // the name of a member of an object
	first, count       uint32 // the children, in document.kids
	kind               kind
	decoded            bool // the text lies in decoded
	nameDecoded        bool
}

// document is a parsed JSON text. Node 0 is the root; nodes are numbered in the
// order of the text. The children of an object are sorted by name, and of members
// with the same name only the last is left.
type document struct {
	source  string
	decoded []byte
	nodes   []node
	kids    []uint32
	pending []uint32 // children of the arrays and objects that are still open
}

func (d *document) reset(source string) {
	d.source = source
	d.decoded, d.nodes, d.kids, d.pending = d.decoded[:0], d.nodes[:0], d.kids[:0], d.pending[:0]
}

// span returns a text. It is a view: it lives as long as the document is not reset.
func (d *document) span(start, end uint32, decoded bool) string {
	if !decoded {
		return d.source[start:end]
	}
	if start == end {
		return ""
	}
	return unsafe.String(&d.decoded[start], end-start)
}

func (d *document) text(i uint32) string {
	n := &d.nodes[i]
	return d.span(n.start, n.end, n.decoded)
}

func (d *document) name(i uint32) string {
	n := &d.nodes[i]
	return d.span(n.nameStart, n.nameEnd, n.nameDecoded)
}

func (d *document) children(i uint32) []uint32 {
	n := &d.nodes[i]
	return d.kids[n.first : n.first+n.count]
}

// member finds a member of an object by name.
func (d *document) member(i uint32, name string) (uint32, bool) {
	kids := d.children(i)
	at, ok := slices.BinarySearchFunc(kids, name, func(k uint32, name string) int { return cmp.Compare(d.name(k), name) })
	if !ok {
		return 0, false
	}
	return kids[at], true
}

// parse reads a whole JSON text; false when it is none.
func (d *document) parse(source string) bool {
	if len(source) > 1<<31 {
		return false
	}
	d.reset(source)
	p := parser{d: d, s: source}
	p.blanks()
	if !p.value(0) {
		return false
	}
	p.blanks()
	return p.at == len(p.s)
}

type parser struct {
	d  *document
	s  string
	at int
}

func (p *parser) blanks() {
	for p.at < len(p.s) {
		switch p.s[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// next takes c if it comes next.
func (p *parser) next(c byte) bool {
	if p.at < len(p.s) && p.s[p.at] == c {
		p.at++
		return true
	}
	return false
}

// value reads a value and appends its node, and its children's after it.
func (p *parser) value(depth int) bool {
	if p.at == len(p.s) || depth > maxDepth {
		return false
	}
	i := uint32(len(p.d.nodes))
	p.d.nodes = append(p.d.nodes, node{})
	switch c := p.s[p.at]; {
	case c == '{':
		return p.object(i, depth)
	case c == '[':
		return p.array(i, depth)
	case c == '"':
		start, end, decoded, ok := p.quoted()
		n := &p.d.nodes[i]
		n.kind, n.start, n.end, n.decoded = kindString, start, end, decoded
		return ok
	case c == 't':
		return p.word(i, "true", kindBoolean)
	case c == 'f':
		return p.word(i, "false", kindBoolean)
	case c == 'n':
		return p.word(i, "null", kindNull)
	default:
		return p.number(i)
	}
}

func (p *parser) word(i uint32, word string, k kind) bool {
	if len(p.s)-p.at < len(word) || p.s[p.at:p.at+len(word)] != word {
		return false
	}
	p.d.nodes[i] = node{kind: k, start: uint32(p.at), end: uint32(p.at + len(word))}
	p.at += len(word)
	return true
}

func (p *parser) digits() bool {
	start := p.at
	for p.at < len(p.s) && p.s[p.at] >= '0' && p.s[p.at] <= '9' {
		p.at++
	}
	return p.at > start
}

func (p *parser) number(i uint32) bool {
	start, k := p.at, kindInteger
	p.next('-')
	if !p.next('0') && !p.digits() {
		return false
	}
	if p.next('.') {
		k = kindNumber
		if !p.digits() {
			return false
		}
	}
	if p.next('e') || p.next('E') {
		k = kindNumber
		if !p.next('+') {
			p.next('-')
		}
		if !p.digits() {
			return false
		}
		if e := exponentOf(p.s[start:p.at]); e > maxExponent || e < -maxExponent {
			return false
		}
	}
	p.d.nodes[i] = node{kind: k, start: uint32(start), end: uint32(p.at)}
	return true
}

func (p *parser) array(i uint32, depth int) bool {
	p.at++
	open := len(p.d.pending)
	p.blanks()
	if !p.next(']') {
		for {
			p.blanks()
			p.d.pending = append(p.d.pending, uint32(len(p.d.nodes)))
			if !p.value(depth + 1) {
				return false
			}
			p.blanks()
			if p.next(']') {
				break
			}
			if !p.next(',') {
				return false
			}
		}
	}
	p.close(i, kindArray, open)
	return true
}

func (p *parser) object(i uint32, depth int) bool {
	p.at++
	open := len(p.d.pending)
	p.blanks()
	if !p.next('}') {
		for {
			p.blanks()
			if p.at == len(p.s) || p.s[p.at] != '"' {
				return false
			}
			start, end, decoded, ok := p.quoted()
			if !ok {
				return false
			}
			p.blanks()
			if !p.next(':') {
				return false
			}
			p.blanks()
			kid := uint32(len(p.d.nodes))
			if !p.value(depth + 1) {
				return false
			}
			n := &p.d.nodes[kid]
			n.nameStart, n.nameEnd, n.nameDecoded = start, end, decoded
			p.d.pending = append(p.d.pending, kid)
			p.blanks()
			if p.next('}') {
				break
			}
			if !p.next(',') {
				return false
			}
		}
	}
	p.sort(p.d.pending[open:])
	p.close(i, kindObject, open)
	return true
}

// close moves the pending children of node i to its own.
func (p *parser) close(i uint32, k kind, open int) {
	d := p.d
	first := len(d.kids)
	pending := d.pending[open:]
	for j, kid := range pending {
		// Of members with the same name the last counts.
		if k == kindObject && j+1 < len(pending) && d.name(kid) == d.name(pending[j+1]) {
			continue
		}
		d.kids = append(d.kids, kid)
	}
	d.pending = d.pending[:open]
	d.nodes[i] = node{kind: k, first: uint32(first), count: uint32(len(d.kids) - first)}
}

// insertionSort is the size up to which sorting by insertion is the fastest.
const insertionSort = 12

// sort orders members by name, those of the same name by their order in the text.
func (p *parser) sort(kids []uint32) {
	d := p.d
	if len(kids) <= insertionSort {
		for i := 1; i < len(kids); i++ {
			for j := i; j > 0 && d.name(kids[j]) < d.name(kids[j-1]); j-- {
				kids[j], kids[j-1] = kids[j-1], kids[j]
			}
		}
		return
	}
	slices.SortFunc(kids, func(a, b uint32) int {
		if c := cmp.Compare(d.name(a), d.name(b)); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
}

// quoted reads a string and tells where its text lies.
func (p *parser) quoted() (start, end uint32, decoded, ok bool) {
	p.at++
	from := p.at
	for p.at < len(p.s) {
		switch c := p.s[p.at]; {
		case c == '"':
			p.at++
			return uint32(from), uint32(p.at - 1), false, true
		case c == '\\':
			return p.escaped(from)
		case c < ' ':
			return 0, 0, false, false
		default:
			p.at++
		}
	}
	return 0, 0, false, false
}

// escaped reads on from the first escape of a string that began at from.
func (p *parser) escaped(from int) (start, end uint32, decoded, ok bool) {
	out := p.d.decoded
	begin := len(out)
	out = append(out, p.s[from:p.at]...)
	for p.at < len(p.s) {
		c := p.s[p.at]
		p.at++
		switch {
		case c == '"':
			p.d.decoded = out
			return uint32(begin), uint32(len(out)), true, true
		case c < ' ':
			return 0, 0, false, false
		case c != '\\':
			out = append(out, c)
		default:
			if p.at == len(p.s) {
				return 0, 0, false, false
			}
			c := p.s[p.at]
			p.at++
			switch c {
			case '"', '\\', '/':
				out = append(out, c)
			case 'b':
				out = append(out, '\b')
			case 'f':
				out = append(out, '\f')
			case 'n':
				out = append(out, '\n')
			case 'r':
				out = append(out, '\r')
			case 't':
				out = append(out, '\t')
			case 'u':
				r, ok := p.hex()
				if !ok {
					return 0, 0, false, false
				}
				if utf16.IsSurrogate(r) && len(p.s)-p.at >= 6 && p.s[p.at] == '\\' && p.s[p.at+1] == 'u' {
					before := p.at
					p.at += 2
					low, ok := p.hex()
					if !ok {
						return 0, 0, false, false
					}
					if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
						r = pair
					} else {
						p.at = before
					}
				}
				out = utf8.AppendRune(out, r)
			default:
				return 0, 0, false, false
			}
		}
	}
	return 0, 0, false, false
}

func (p *parser) hex() (rune, bool) {
	if len(p.s)-p.at < 4 {
		return 0, false
	}
	r, ok := parseHex(p.s[p.at : p.at+4])
	p.at += 4
	return r, ok
}

// parseHex reads hexadecimal digits, all of them.
func parseHex(s string) (rune, bool) {
	var r rune
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
