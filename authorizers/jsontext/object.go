package jsontext

import (
	"encoding/json"
	"errors"
	"unicode/utf8"

	"sluice/mapping/vtl/value"
)

// Member is one member of an object.
type Member struct {
	Name string
	Raw  string // its value as written
}

var (
	errSyntax    = errors.New("not valid JSON")
	errObject    = errors.New("not a JSON object")
	errArray     = errors.New("not a JSON array")
	errUTF8      = errors.New("not valid UTF-8")
	errDuplicate = errors.New("a member appears twice")
	errMany      = errors.New("too many members")
)

// maxMembers bounds an object, so that looking for duplicates stays cheap.
const maxMembers = 1000

// Object reads a text that must be one JSON object without members of the same
// name, and returns its members in order. Their strings share the text's memory.
func Object(text string) ([]Member, error) {
	if !utf8.ValidString(text) {
		return nil, errUTF8
	}
	if !json.Valid([]byte(text)) {
		return nil, errSyntax
	}
	return members(text)
}

// members reads an object of a text that is known to be valid.
func members(text string) ([]Member, error) {
	i := space(text, 0)
	if text[i] != '{' {
		return nil, errObject
	}
	var out []Member
	for i = space(text, i+1); text[i] != '}'; {
		end := skip(text, i)
		name, _ := Str(text[i:end])
		i = space(text, space(text, end)+1) // behind the colon
		end = skip(text, i)
		out = append(out, Member{Name: name, Raw: text[i:end]})
		if i = space(text, end); text[i] == ',' {
			i = space(text, i+1)
		}
	}
	return out, unique(out)
}

func unique(members []Member) error {
	if len(members) > maxMembers {
		return errMany
	}
	seen := make(map[string]struct{}, len(members))
	for i := range members {
		seen[members[i].Name] = struct{}{}
	}
	if len(seen) != len(members) {
		return errDuplicate
	}
	return nil
}

// Array returns the raw items of an array that came from Object.
func Array(raw string) ([]string, error) {
	if Kind(raw) != '[' {
		return nil, errArray
	}
	var out []string
	for i := space(raw, 1); raw[i] != ']'; {
		end := skip(raw, i)
		out = append(out, raw[i:end])
		if i = space(raw, end); raw[i] == ',' {
			i = space(raw, i+1)
		}
	}
	return out, nil
}

// Members returns the members of an object inside one that came from Object.
func Members(raw string) ([]Member, error) {
	if Kind(raw) != '{' {
		return nil, errObject
	}
	return members(raw)
}

// Kind tells what a raw value is by its first byte: one of { [ " t f n, and 0 for
// numbers.
func Kind(raw string) byte {
	switch c := raw[0]; c {
	case '{', '[', '"', 't', 'f', 'n':
		return c
	}
	return '0'
}

// Str is the text of a raw string; ok is false for other values.
func Str(raw string) (s string, ok bool) {
	if Kind(raw) != '"' {
		return "", false
	}
	inner := raw[1 : len(raw)-1]
	for i := range len(inner) {
		if inner[i] == '\\' {
			err := json.Unmarshal([]byte(raw), &s)
			return s, err == nil
		}
	}
	return inner, true
}

// Text is a scalar as Java's toString prints it: strings without quotes, numbers
// as Integer, Long or Double. ok is false for null, objects and arrays.
func Text(raw string) (text string, ok bool) {
	switch Kind(raw) {
	case '"':
		return Str(raw)
	case 't', 'f':
		return raw, true
	case '0':
		v, err := value.ParseJSON(raw)
		if err != nil {
			return "", false
		}
		return v.Text(), true
	}
	return "", false
}

func space(s string, i int) int {
	for s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r' {
		i++
	}
	return i
}

// skip returns the end of the value that begins at i. The text is valid JSON.
func skip(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '"':
			for i++; s[i] != '"'; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		case ',', ':', ' ', '\t', '\n', '\r':
			continue
		default: // a number or a word
			for i+1 < len(s) && !ends(s[i+1]) {
				i++
			}
		}
		if depth == 0 {
			return i + 1
		}
	}
	return i
}

// ends tells the bytes that end a number or a word.
func ends(c byte) bool {
	switch c {
	case ',', ':', '}', ']', ' ', '\t', '\n', '\r':
		return true
	}
	return false
}
