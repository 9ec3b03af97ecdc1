package policy

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds nesting: a condition's value list is at depth 6 of a valid document.
const maxDepth = 8

// maxTextBytes bounds the raw text, white space included, before anything is read.
const maxTextBytes = 256 << 10

type valueKind uint8

const (
	objectValue valueKind = iota
	listValue
	stringValue
	numberValue
	boolValue
	nullValue
)

func (k valueKind) String() string {
	return [...]string{"an object", "a list", "a string", "a number", "a boolean", "null"}[k]
}

// value is a JSON value with its place. A scalar's text is in text.
type value struct {
	kind    valueKind
	offset  int
	text    string
	members []member // of an object, in the order of the text
	items   []value  // of a list
}

type member struct {
	name   string
	offset int
	value  value
}

// reader reads a document into values. It reads by hand because encoding/json
// tells no places, takes duplicate members and is slow for a Lambda authorizer's
// answer, which is read while a client waits.
type reader struct {
	text []byte
	s    string // text
	at   int
}

func (r *reader) fail(offset int, message string) error { return faultAt(r.text, offset, message) }

// syntax is the error for what stands at the reader's place.
func (r *reader) syntax() error {
	if r.at >= len(r.s) {
		return r.fail(len(r.s), "not valid JSON: the document ends too early")
	}
	c, _ := utf8.DecodeRuneInString(r.s[r.at:])
	return r.fail(r.at, "not valid JSON: unexpected "+strconv.QuoteRune(c))
}

// read reads a whole document: one JSON value in valid UTF-8.
func (r *reader) read() (value, error) {
	if len(r.text) > maxTextBytes {
		return value{}, r.fail(0, "the document is larger than "+strconv.Itoa(maxTextBytes)+" bytes")
	}
	if !utf8.Valid(r.text) {
		return value{}, r.fail(0, "the document is not valid UTF-8")
	}
	r.s = string(r.text)
	v, err := r.value(1)
	if err != nil {
		return value{}, err
	}
	if r.peek(); r.at < len(r.s) {
		return value{}, r.fail(r.at, "text after the document's end")
	}
	return v, nil
}

// peek skips white space and returns the next byte, 0 at the end. It is never
// confused with a NUL, which begins nothing in JSON.
func (r *reader) peek() byte {
	for r.at < len(r.s) {
		switch c := r.s[r.at]; c {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return c
		}
	}
	return 0
}

// take skips white space and c, or says that something else is there.
func (r *reader) take(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.at++
	return true
}

func (r *reader) value(depth int) (v value, err error) {
	c := r.peek()
	v.offset = r.at
	switch {
	case c == '{' || c == '[':
		if depth > maxDepth {
			return v, r.fail(r.at, "nested too deeply")
		}
		r.at++
		if c == '{' {
			v.kind = objectValue
			v.members, err = r.object(depth)
		} else {
			v.kind = listValue
			v.items, err = r.list(depth)
		}
		return v, err
	case c == '"':
		v.kind = stringValue
		v.text, err = r.quoted()
		return v, err
	case c == '-' || c >= '0' && c <= '9':
		v.kind = numberValue
		v.text, err = r.number()
		return v, err
	}
	for _, word := range [...]struct {
		text string
		kind valueKind
	}{{"true", boolValue}, {"false", boolValue}, {"null", nullValue}} {
		if strings.HasPrefix(r.s[r.at:], word.text) {
			r.at += len(word.text)
			v.kind, v.text = word.kind, word.text
			return v, nil
		}
	}
	return v, r.syntax()
}

func (r *reader) object(depth int) (members []member, err error) {
	if r.take('}') {
		return nil, nil
	}
	for {
		if r.peek() != '"' {
			return nil, r.syntax()
		}
		m := member{offset: r.at}
		if m.name, err = r.quoted(); err != nil {
			return nil, err
		}
		if !r.take(':') {
			return nil, r.syntax()
		}
		if m.value, err = r.value(depth + 1); err != nil {
			return nil, err
		}
		members = append(members, m)
		switch {
		case r.take('}'):
			return members, nil
		case !r.take(','):
			return nil, r.syntax()
		}
	}
}

func (r *reader) list(depth int) (items []value, err error) {
	if r.take(']') {
		return nil, nil
	}
	for {
		item, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		switch {
		case r.take(']'):
			return items, nil
		case !r.take(','):
			return nil, r.syntax()
		}
	}
}

// quoted reads a string. One with escapes is left to encoding/json.
func (r *reader) quoted() (string, error) {
	start, escaped := r.at, false
	for r.at++; r.at < len(r.s); r.at++ {
		switch c := r.s[r.at]; {
		case c == '"':
			r.at++
			if !escaped {
				return r.s[start+1 : r.at-1], nil
			}
			var s string
			if json.Unmarshal(r.text[start:r.at], &s) != nil {
				return "", r.fail(start, "not valid JSON: a wrong escape in a string")
			}
			return s, nil
		case c == '\\':
			escaped = true
			r.at++
		case c < ' ':
			return "", r.syntax()
		}
	}
	return "", r.syntax()
}

func (r *reader) number() (string, error) {
	start := r.at
	for r.at < len(r.s) && strings.IndexByte("+-.0123456789Ee", r.s[r.at]) >= 0 {
		r.at++
	}
	if !json.Valid(r.text[start:r.at]) {
		return "", r.fail(start, "not valid JSON: a wrong number")
	}
	return r.s[start:r.at], nil
}

// characters counts a document's size as the quotas do: without white space
// outside strings. The text must be valid JSON.
func characters(text []byte) int {
	n, quoted, escaped := 0, false, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		if !utf8.RuneStart(c) {
			continue
		}
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t' || c == '\r' || c == '\n'):
			continue
		}
		n++
	}
	return n
}
