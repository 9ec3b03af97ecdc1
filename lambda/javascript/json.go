package javascript

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// maxJSONDepth bounds the nesting of JSON text: values are made recursively, and
// the text may come from a client.
const maxJSONDepth = 10000

// jsonError is a syntax error in JSON text, in the words of Node.js.
type jsonError struct{ text string }

func (e *jsonError) Error() string { return e.text }

// decode makes a value of JSON text. It takes the place of the engine's own
// JSON.parse, which goes through encoding/json's token reader and has no bound on
// nesting.
func (m *machine) decode(text string) (goja.Value, error) {
	d := decoder{m: m, vm: m.vm, s: text}
	d.space()
	v, err := d.value(0)
	if err != nil {
		return nil, err
	}
	d.space()
	if d.i < len(d.s) {
		return nil, d.unexpected()
	}
	return v, nil
}

type decoder struct {
	m     *machine
	vm    *goja.Runtime
	s     string
	i     int
	count int
}

func (d *decoder) space() {
	for d.i < len(d.s) {
		switch d.s[d.i] {
		case ' ', '\t', '\n', '\r':
			d.i++
		default:
			return
		}
	}
}

func (d *decoder) value(depth int) (goja.Value, error) {
	if d.i >= len(d.s) {
		return nil, d.unexpected()
	}
	if depth > maxJSONDepth {
		return nil, &jsonError{"JSON is nested too deeply"}
	}
	if d.count++; d.count%turns == 0 {
		// Values take many times the room of their text.
		d.m.weigh(0)
		if d.m.stopped() != nil {
			return nil, &jsonError{"JSON is too large"}
		}
	}
	switch c := d.s[d.i]; c {
	case '{':
		return d.object(depth)
	case '[':
		return d.array(depth)
	case '"':
		s, err := d.str()
		if err != nil {
			return nil, err
		}
		return s, nil
	case 't':
		return d.word("true", d.vm.ToValue(true))
	case 'f':
		return d.word("false", d.vm.ToValue(false))
	case 'n':
		return d.word("null", goja.Null())
	default:
		if c == '-' || '0' <= c && c <= '9' {
			return d.number()
		}
	}
	return nil, d.unexpected()
}

func (d *decoder) word(word string, v goja.Value) (goja.Value, error) {
	for i := range len(word) {
		if d.i >= len(d.s) || d.s[d.i] != word[i] {
			return nil, d.unexpected()
		}
		d.i++
	}
	return v, nil
}

func (d *decoder) object(depth int) (goja.Value, error) {
	d.i++
	o := d.vm.NewObject()
	d.space()
	if d.i < len(d.s) && d.s[d.i] == '}' {
		d.i++
		return o, nil
	}
	for {
		if d.i >= len(d.s) || d.s[d.i] != '"' {
			return nil, d.unexpected()
		}
		name, err := d.key()
		if err != nil {
			return nil, err
		}
		d.space()
		if d.i >= len(d.s) || d.s[d.i] != ':' {
			return nil, d.unexpected()
		}
		d.i++
		d.space()
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if name == "__proto__" {
			// An ordinary property, not the prototype.
			err = o.DefineDataProperty(name, v, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
		} else {
			err = o.Set(name, v)
		}
		if err != nil {
			return nil, err
		}
		d.space()
		if d.i >= len(d.s) {
			return nil, d.unexpected()
		}
		switch d.s[d.i] {
		case ',':
			d.i++
			d.space()
		case '}':
			d.i++
			return o, nil
		default:
			return nil, d.unexpected()
		}
	}
}

func (d *decoder) array(depth int) (goja.Value, error) {
	d.i++
	var items []any
	d.space()
	if d.i < len(d.s) && d.s[d.i] == ']' {
		d.i++
		return d.vm.NewArray(), nil
	}
	for {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
		d.space()
		if d.i >= len(d.s) {
			return nil, d.unexpected()
		}
		switch d.s[d.i] {
		case ',':
			d.i++
			d.space()
		case ']':
			d.i++
			return d.vm.NewArray(items...), nil
		default:
			return nil, d.unexpected()
		}
	}
}

func (d *decoder) number() (goja.Value, error) {
	start := d.i
	if d.s[d.i] == '-' {
		d.i++
	}
	switch {
	case d.i < len(d.s) && d.s[d.i] == '0':
		d.i++
	case !d.digits():
		return nil, d.unexpected()
	}
	whole := true
	if d.i < len(d.s) && d.s[d.i] == '.' {
		whole = false
		d.i++
		if !d.digits() {
			return nil, d.unexpected()
		}
	}
	if d.i < len(d.s) && d.s[d.i]|0x20 == 'e' {
		whole = false
		d.i++
		if d.i < len(d.s) && (d.s[d.i] == '+' || d.s[d.i] == '-') {
			d.i++
		}
		if !d.digits() {
			return nil, d.unexpected()
		}
	}
	text := d.s[start:d.i]
	if whole && len(text) < 16 && text != "-0" {
		n, _ := strconv.ParseInt(text, 10, 64)
		return d.vm.ToValue(n), nil
	}
	// Out of range is infinity, as in JavaScript.
	f, _ := strconv.ParseFloat(text, 64)
	if f == 0 && text[0] == '-' {
		f = math.Copysign(0, -1)
	}
	return d.vm.ToValue(f), nil
}

func (d *decoder) digits() bool {
	start := d.i
	for d.i < len(d.s) && '0' <= d.s[d.i] && d.s[d.i] <= '9' {
		d.i++
	}
	return d.i > start
}

// key reads the name of a property.
func (d *decoder) key() (string, error) {
	for i := d.i + 1; i < len(d.s); i++ {
		switch c := d.s[i]; {
		case c == '"':
			name := d.s[d.i+1 : i]
			d.i = i + 1
			return name, nil
		case c == '\\' || c < 0x20:
			v, err := d.str()
			if err != nil {
				return "", err
			}
			return v.String(), nil
		}
	}
	_, err := d.str()
	return "", err
}

// str reads a string. Without escapes it shares the text's memory.
func (d *decoder) str() (goja.Value, error) {
	d.i++
	start := d.i
	for d.i < len(d.s) {
		switch c := d.s[d.i]; {
		case c == '"':
			s := d.s[start:d.i]
			d.i++
			return d.vm.ToValue(s), nil
		case c == '\\':
			return d.escaped(start)
		case c < 0x20:
			return nil, &jsonError{"Bad control character in string literal in JSON at position " + d.position()}
		}
		d.i++
	}
	return nil, &jsonError{"Unterminated string in JSON at position " + d.position()}
}

// escaped reads on from the first escape. Code units are kept as they are, so that
// a lone surrogate stays one.
func (d *decoder) escaped(start int) (goja.Value, error) {
	var units []uint16
	var b strings.Builder
	b.WriteString(d.s[start:d.i])
	lone := false
	for d.i < len(d.s) {
		c := d.s[d.i]
		switch {
		case c == '"':
			d.i++
			if lone {
				return goja.StringFromUTF16(append(units, utf16.Encode([]rune(b.String()))...)), nil
			}
			return d.vm.ToValue(b.String()), nil
		case c < 0x20:
			return nil, &jsonError{"Bad control character in string literal in JSON at position " + d.position()}
		case c != '\\':
			b.WriteByte(c)
			d.i++
			continue
		}
		d.i++
		if d.i >= len(d.s) {
			return nil, d.unexpected()
		}
		if d.s[d.i] != 'u' {
			plain := strings.IndexByte(`"\/bfnrt`, d.s[d.i])
			if plain < 0 {
				return nil, &jsonError{"Bad escaped character in JSON at position " + d.position()}
			}
			b.WriteByte("\"\\/\b\f\n\r\t"[plain])
			d.i++
			continue
		}
		unit, ok := d.hex(d.i + 1)
		if !ok {
			return nil, &jsonError{"Bad Unicode escape in JSON at position " + d.position()}
		}
		d.i += 5
		r := rune(unit)
		if !utf16.IsSurrogate(r) {
			b.WriteRune(r)
			continue
		}
		if strings.HasPrefix(d.s[d.i:], `\u`) {
			if low, ok := d.hex(d.i + 2); ok {
				if full := utf16.DecodeRune(r, rune(low)); full != utf8.RuneError {
					b.WriteRune(full)
					d.i += 6
					continue
				}
			}
		}
		lone = true
		units = append(units, utf16.Encode([]rune(b.String()))...)
		units = append(units, uint16(unit))
		b.Reset()
	}
	return nil, &jsonError{"Unterminated string in JSON at position " + d.position()}
}

func (d *decoder) hex(at int) (uint64, bool) {
	if at+4 > len(d.s) {
		return 0, false
	}
	for _, c := range []byte(d.s[at : at+4]) {
		if c == '_' || c == '+' || c == '-' {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(d.s[at:at+4], 16, 16)
	return n, err == nil
}

// position counts in UTF-16 code units, as JavaScript does.
func (d *decoder) position() string {
	n := 0
	for _, r := range d.s[:min(d.i, len(d.s))] {
		n += utf16.RuneLen(r)
	}
	return strconv.Itoa(n)
}

// context is how much of the text a message shows on each side.
const messageContext = 10

func (d *decoder) unexpected() error {
	if d.i >= len(d.s) {
		return &jsonError{"Unexpected end of JSON input"}
	}
	r, size := utf8.DecodeRuneInString(d.s[d.i:])
	token := string(r)
	from, to := max(0, d.i-messageContext), min(len(d.s), d.i+size+messageContext)
	for from > 0 && !utf8.RuneStart(d.s[from]) {
		from--
	}
	for to < len(d.s) && !utf8.RuneStart(d.s[to]) {
		to++
	}
	shown := `"` + d.s[from:to] + `"`
	if from > 0 {
		shown = "..." + shown
	}
	if to < len(d.s) {
		shown += "..."
	}
	return &jsonError{"Unexpected token '" + token + "', " + shown + " is not valid JSON"}
}
