package value

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// maxJSONDepth is json-smart's bound on nesting.
const maxJSONDepth = 400

// ParseError tells where a text is no JSON, even in permissive mode.
type ParseError struct {
	Pos     int // in bytes
	Message string
}

func (e *ParseError) Error() string { return e.Message }

// ParseJSON parses src as json-smart does in its permissive mode, which is what
// Jayway's JsonSmartJsonProvider uses: numbers become Integer, Long, BigInteger
// by size, Double, or BigDecimal when they are written with more than 18
// characters; 'single quotes', bare words, stray commas, leading zeros, NaN and
// trailing data are accepted; an empty text is an empty string. The strings of
// the result share the memory of src.
func ParseJSON(src string) (Value, error) {
	p := parsers.Get().(*parser)
	p.src, p.pos = src, 0
	v, err := p.first()
	clear(p.entries[:max(p.highEntries, len(p.entries))])
	clear(p.items[:max(p.highItems, len(p.items))])
	*p = parser{entries: p.entries[:0], items: p.items[:0], table: p.table}
	if cap(p.entries) < maxPooled && cap(p.items) < maxPooled && len(p.table) < maxPooled {
		parsers.Put(p)
	}
	return v, err
}

// maxPooled bounds the scratch that stays in the pool, in elements.
const maxPooled = 1 << 12

var parsers = sync.Pool{New: func() any { return new(parser) }}

// parser follows json-smart's JSONParserBase: c() is the current character, and
// the same sets of characters stop a bare word. Members of open collections
// lie on two stacks and move to a slab when their collection closes.
type parser struct {
	src                    string
	pos                    int
	depth                  int
	entries                []Entry
	items                  []Value
	highEntries, highItems int     // how far the stacks were in use
	table                  []int32 // open-addressing hash of the keys of one large object

	entrySlab []Entry
	itemSlab  []Value
	mapSlab   []Map
	listSlab  []List
}

// stop is a set of the characters that end a bare word.
type stop uint8

const (
	stopEnd stop = iota
	stopKey
	stopValue
	stopArray
)

// end is json-smart's mark for the end of the input; the character itself ends
// it, too.
const end = 0x1A

func (s stop) has(c byte) bool {
	switch c {
	case end:
		return true
	case ':':
		return s == stopKey
	case ',':
		return s == stopValue || s == stopArray
	case '}':
		return s == stopValue
	case ']':
		return s == stopArray
	}
	return false
}

func (p *parser) c() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return end
}

func (p *parser) unexpected() error {
	if p.pos >= len(p.src) {
		return &ParseError{p.pos, fmt.Sprintf("Unexpected End Of File position %d: EOF", p.pos)}
	}
	r, _ := utf8.DecodeRuneInString(p.src[p.pos:])
	return &ParseError{p.pos, fmt.Sprintf("Unexpected character (%c) at position %d.", r, p.pos)}
}

func (p *parser) unexpectedToken(token string) error {
	if len(token) > 100 {
		token = token[:100]
	}
	return &ParseError{p.pos, fmt.Sprintf("Unexpected token %s at position %d.", token, p.pos)}
}

func (p *parser) skipSpace() {
	for p.pos < len(p.src) && p.src[p.pos] <= ' ' && p.src[p.pos] != end {
		p.pos++
	}
}

func (p *parser) first() (Value, error) {
	for isJSONSpace(p.c()) {
		p.pos++
	}
	if p.c() == end {
		return Of(""), nil
	}
	return p.value(stopEnd)
}

func isJSONSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func (p *parser) value(s stop) (Value, error) {
	for {
		switch c := p.c(); c {
		case ' ', '\t', '\n', '\r':
			p.pos++
		case ':', ']', '}', end:
			return Value{}, p.unexpected()
		case '{':
			return p.object()
		case '[':
			return p.array()
		case '"', '\'':
			t, err := p.str()
			return Of(t), err
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			return p.number(s)
		default:
			w := p.word(s)
			switch w {
			case "null":
				return Value{}, nil
			case "true":
				return OfBool(true), nil
			case "false":
				return OfBool(false), nil
			case "NaN":
				return OfFloat(float32(math.NaN())), nil
			}
			return Of(w), nil
		}
	}
}

// word reads a bare word: up to a stop character, blanks around it dropped.
func (p *parser) word(s stop) string {
	from := p.pos
	p.skipWord(s)
	return trimBlanks(p.src[from:p.pos])
}

func (p *parser) skipWord(s stop) {
	for p.pos < len(p.src) && !s.has(p.src[p.pos]) {
		p.pos++
	}
}

// trimBlanks drops what Character.isWhitespace accepts from both ends, but
// never the last character.
func trimBlanks(s string) string {
	for {
		r, n := utf8.DecodeRuneInString(s)
		if n == len(s) || !IsWhitespace(r) {
			break
		}
		s = s[n:]
	}
	for {
		r, n := utf8.DecodeLastRuneInString(s)
		if n == len(s) || !IsWhitespace(r) {
			return s
		}
		s = s[:len(s)-n]
	}
}

// IsWhitespace is Character.isWhitespace.
func IsWhitespace(r rune) bool {
	switch {
	case r < 0x80:
		return r == ' ' || r >= 0x09 && r <= 0x0D || r >= 0x1C && r <= 0x1F
	case r == 0xA0 || r == 0x2007 || r == 0x202F:
		return false
	}
	return unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp)
}

func (p *parser) skipDigits() {
	for p.pos < len(p.src) && p.src[p.pos]-'0' <= 9 {
		p.pos++
	}
}

// ends tells that a number is complete; otherwise it was the start of a word.
func (p *parser) ends(s stop) bool {
	p.skipSpace()
	c := p.c()
	return c >= '~' || s.has(c)
}

func (p *parser) number(s stop) (Value, error) {
	from := p.pos
	p.pos++
	p.skipDigits()
	if c := p.c(); c != '.' && c != 'e' && c != 'E' {
		digits := p.pos
		if !p.ends(s) {
			p.skipWord(s)
			return Of(trimBlanks(p.src[from:p.pos])), nil
		}
		return integer(p.src[from:digits]), nil
	}
	if p.c() == '.' {
		p.pos++
		p.skipDigits()
	}
	if c := p.c(); c == 'e' || c == 'E' {
		p.pos++
		if c := p.c(); c != '+' && c != '-' && c-'0' > 9 {
			p.skipWord(s)
			return Of(trimBlanks(p.src[from:p.pos])), nil
		}
		p.pos++
		p.skipDigits()
	}
	digits := p.pos
	if !p.ends(s) {
		p.skipWord(s)
		return Of(trimBlanks(p.src[from:p.pos])), nil
	}
	text := p.src[from:digits]
	if len(text) > 18 {
		if d, ok := ParseDecimal(text); ok {
			return OfDecimal(d), nil
		}
		return Value{}, p.unexpectedToken(text)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(f, 0) {
		return Value{}, p.unexpectedToken(text)
	}
	return OfDouble(f), nil
}

// integer converts an optional sign and digits; "-" alone is 0 in json-smart.
func integer(s string) Value {
	digits, limit := s, 18
	if s[0] == '-' {
		digits = s[1:]
	}
	if len(digits) > limit {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil && len(digits) == limit+1 {
			if i == int64(int32(i)) {
				return OfInt(int32(i))
			}
			return OfLong(i)
		}
		b, _ := new(big.Int).SetString(s, 10)
		return OfBigInt(b)
	}
	n := int64(0)
	for i := 0; i < len(digits); i++ {
		n = n*10 + int64(digits[i]-'0')
	}
	if len(digits) != len(s) {
		n = -n
	}
	if n == int64(int32(n)) {
		return OfInt(int32(n))
	}
	return OfLong(n)
}

// str reads a quoted string.
func (p *parser) str() (string, error) {
	quote := p.src[p.pos]
	from := p.pos + 1
	n := strings.IndexByte(p.src[from:], quote)
	if n < 0 {
		p.pos = len(p.src)
		return "", p.unexpected()
	}
	if strings.IndexByte(p.src[from:from+n], '\\') < 0 {
		p.pos = from + n + 1
		return p.src[from : from+n], nil
	}
	p.pos = from
	return p.escaped(quote, n)
}

// escaped reads the rest of a string that has escapes: there, and only there,
// control characters are dropped.
func (p *parser) escaped(quote byte, atLeast int) (string, error) {
	buf := make([]byte, 0, atLeast+16)
	for ; ; p.pos++ {
		c := p.c()
		switch {
		case c == quote:
			p.pos++
			return string(buf), nil
		case c == end:
			return "", p.unexpected()
		case c == '\\':
			p.pos++
			switch c := p.c(); c {
			case 't':
				buf = append(buf, '\t')
			case 'n':
				buf = append(buf, '\n')
			case 'r':
				buf = append(buf, '\r')
			case 'f':
				buf = append(buf, '\f')
			case 'b':
				buf = append(buf, '\b')
			case '\\', '/', '\'', '"':
				buf = append(buf, c)
			case 'u', 'x':
				n := 4
				if c == 'x' {
					n = 2
				}
				unit, err := p.hex(n)
				if err != nil {
					return "", err
				}
				buf = AppendUnit(buf, unit)
			default:
				// Any other escape is dropped, which is one UTF-16 unit.
				if p.pos < len(p.src) {
					r, n := DecodeRune(p.src[p.pos:])
					if r >= 0x10000 {
						buf = AppendUnit(buf, uint16(lowSurrogate+r&0x3FF))
					}
					p.pos += n - 1
				}
			}
		case c < 0x20 || c == 0x7F:
		default:
			buf = append(buf, c)
		}
	}
}

// hex reads n hexadecimal digits after the current character.
func (p *parser) hex(n int) (unit uint16, err error) {
	for range n {
		p.pos++
		c := p.c()
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c-'A' <= 5:
			c -= 'A' - 10
		case c-'a' <= 5:
			c -= 'a' - 10
		default:
			return 0, p.unexpected()
		}
		unit = unit<<4 | uint16(c)
	}
	return unit, nil
}

func (p *parser) enter() error {
	if p.depth++; p.depth > maxJSONDepth {
		return &ParseError{p.pos, fmt.Sprintf("Malicious payload, having non natural depths, parsing stoped on %c at position %d.", p.c(), p.pos)}
	}
	return nil
}

func (p *parser) array() (Value, error) {
	if err := p.enter(); err != nil {
		return Value{}, err
	}
	base := len(p.items)
	p.pos++
	for {
		switch p.c() {
		case ' ', '\t', '\n', '\r', ',':
			p.pos++
		case ']':
			p.pos++
			p.depth--
			return p.closeArray(base), nil
		case ':', '}', end:
			return Value{}, p.unexpected()
		default:
			v, err := p.value(stopArray)
			if err != nil {
				return Value{}, err
			}
			p.items = append(p.items, v)
		}
	}
}

func (p *parser) object() (Value, error) {
	if err := p.enter(); err != nil {
		return Value{}, err
	}
	base := len(p.entries)
	accept := true // after "{" or ","
	p.pos++
	for {
		switch c := p.c(); c {
		case ' ', '\t', '\n', '\r':
			p.pos++
		case '}':
			p.pos++
			p.depth--
			return p.closeObject(base), nil
		case ',':
			p.pos++
			accept = true
		case ':', '[', ']', '{':
			return Value{}, p.unexpected()
		default:
			var key string
			if c == '"' || c == '\'' {
				var err error
				if key, err = p.str(); err != nil {
					return Value{}, err
				}
			} else {
				key = p.word(stopKey)
			}
			if !accept {
				return Value{}, p.unexpectedToken(key)
			}
			p.skipSpace()
			if p.c() != ':' {
				return Value{}, p.unexpected()
			}
			p.pos++
			v, err := p.value(stopValue)
			if err != nil {
				return Value{}, err
			}
			p.entries = append(p.entries, Entry{Of(key), v})
			p.skipSpace()
			switch p.c() {
			case '}', ',':
			default:
				return Value{}, p.unexpected()
			}
			accept = false
		}
	}
}

// maxSlab bounds a slab, in elements; one value that is kept keeps its slab.
const maxSlab = 512

// slabSize is how many elements to make room for: as many as there are marks of
// them in the rest of the source, within bounds.
func (p *parser) slabSize(mark string, done int) int {
	rest := p.src[min(done, len(p.src)):]
	if len(rest) > 16*maxSlab {
		return maxSlab
	}
	return min(1+strings.Count(rest, mark), maxSlab)
}

func (p *parser) closeArray(base int) Value {
	n := len(p.items) - base
	if len(p.listSlab) == 0 {
		p.listSlab = make([]List, p.slabSize("]", p.pos))
	}
	l := &p.listSlab[0]
	p.listSlab = p.listSlab[1:]
	l.JSON = true
	if n > len(p.itemSlab) {
		p.itemSlab = make([]Value, n+p.slabSize(",", p.pos))
	}
	l.Items = p.itemSlab[:n:n]
	p.itemSlab = p.itemSlab[n:]
	copy(l.Items, p.items[base:])
	p.highItems = max(p.highItems, len(p.items))
	p.items = p.items[:base]
	return Value{ref: l}
}

func (p *parser) closeObject(base int) Value {
	members := p.dropDuplicates(p.entries[base:])
	n := len(members)
	if len(p.mapSlab) == 0 {
		p.mapSlab = make([]Map, p.slabSize("}", p.pos))
	}
	m := &p.mapSlab[0]
	p.mapSlab = p.mapSlab[1:]
	if n > len(p.entrySlab) {
		p.entrySlab = make([]Entry, n+p.slabSize(":", p.pos))
	}
	m.entries = p.entrySlab[:n:n]
	p.entrySlab = p.entrySlab[n:]
	copy(m.entries, members)
	p.highEntries = max(p.highEntries, len(p.entries))
	p.entries = p.entries[:base]
	return Value{ref: m}
}

// dropDuplicates gives keys that occur again the last of their values, in the
// place of their first.
func (p *parser) dropDuplicates(es []Entry) []Entry {
	if len(es) > 2*smallMap {
		return p.dropDuplicatesHashed(es)
	}
	n := 0
next:
	for i := range es {
		k, _ := es[i].Key.Str()
		for j := range es[:n] {
			if o, _ := es[j].Key.Str(); o == k {
				es[j].Val = es[i].Val
				continue next
			}
		}
		if n != i {
			es[n] = es[i]
		}
		n++
	}
	return es[:n]
}

func (p *parser) dropDuplicatesHashed(es []Entry) []Entry {
	size := 32
	for size < 2*len(es) {
		size *= 2
	}
	if len(p.table) < size {
		p.table = make([]int32, size)
	}
	table := p.table[:size]
	clear(table)
	n := 0
next:
	for i := range es {
		k, _ := es[i].Key.Str()
		at := int(keyHashString(k)) & (size - 1)
		for table[at] != 0 {
			j := table[at] - 1
			if o, _ := es[j].Key.Str(); o == k {
				es[j].Val = es[i].Val
				continue next
			}
			at = (at + 1) & (size - 1)
		}
		if n != i {
			es[n] = es[i]
		}
		n++
		table[at] = int32(n)
	}
	return es[:n]
}
