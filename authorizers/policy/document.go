package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
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

// reader reads a document into values.
type reader struct {
	text []byte
	dec  *json.Decoder
}

func (r *reader) fail(offset int, message string) error { return faultAt(r.text, offset, message) }

// read reads a whole document: one JSON value in valid UTF-8.
func (r *reader) read() (value, error) {
	if len(r.text) > maxTextBytes {
		return value{}, r.fail(0, "the document is larger than "+strconv.Itoa(maxTextBytes)+" bytes")
	}
	if !utf8.Valid(r.text) {
		return value{}, r.fail(0, "the document is not valid UTF-8")
	}
	r.dec = json.NewDecoder(bytes.NewReader(r.text))
	r.dec.UseNumber()
	v, err := r.value("the document", 1)
	if err != nil {
		return value{}, err
	}
	if _, offset, err := r.token(); !errors.Is(err, io.EOF) {
		return value{}, r.fail(offset, "text after the document's end")
	}
	return v, nil
}

// token returns the next token and the offset at which it begins.
func (r *reader) token() (json.Token, int, error) {
	offset := int(r.dec.InputOffset())
	for offset < len(r.text) && bytes.IndexByte([]byte(" \t\r\n,:"), r.text[offset]) >= 0 {
		offset++
	}
	t, err := r.dec.Token()
	return t, offset, err
}

func (r *reader) value(path string, depth int) (value, error) {
	t, offset, err := r.token()
	if err != nil {
		return value{}, r.syntax(offset, err)
	}
	v := value{offset: offset}
	switch t := t.(type) {
	case json.Delim:
		if depth > maxDepth {
			return value{}, r.fail(offset, path+": nested too deeply")
		}
		if t == '{' {
			v.kind = objectValue
			err = r.object(&v, path, depth)
		} else {
			v.kind = listValue
			err = r.list(&v, path, depth)
		}
		return v, err
	case string:
		v.kind, v.text = stringValue, t
	case json.Number:
		v.kind, v.text = numberValue, t.String()
	case bool:
		v.kind, v.text = boolValue, strconv.FormatBool(t)
	default:
		v.kind = nullValue
	}
	return v, nil
}

func (r *reader) object(v *value, path string, depth int) error {
	for r.dec.More() {
		t, offset, err := r.token()
		if err != nil {
			return r.syntax(offset, err)
		}
		name, ok := t.(string)
		if !ok {
			return r.fail(offset, path+": a member's name must be a string")
		}
		m := member{name: name, offset: offset}
		if m.value, err = r.value(path+"."+name, depth+1); err != nil {
			return err
		}
		v.members = append(v.members, m)
	}
	if _, offset, err := r.token(); err != nil {
		return r.syntax(offset, err)
	}
	return nil
}

func (r *reader) list(v *value, path string, depth int) error {
	for r.dec.More() {
		item, err := r.value(path+"["+strconv.Itoa(len(v.items))+"]", depth+1)
		if err != nil {
			return err
		}
		v.items = append(v.items, item)
	}
	if _, offset, err := r.token(); err != nil {
		return r.syntax(offset, err)
	}
	return nil
}

func (r *reader) syntax(offset int, err error) error {
	var s *json.SyntaxError
	if errors.As(err, &s) {
		return r.fail(offset, "not valid JSON: "+s.Error())
	}
	return r.fail(len(r.text), "not valid JSON: the document ends too early")
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
