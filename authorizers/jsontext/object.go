package jsontext

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	vtl "sluice/mapping/vtl/value"
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
func Object(text string) ([]Member, error) { return AppendObject(nil, text) }

// AppendObject is Object that appends the members to dst. Without escapes in names
// it allocates nothing but what dst lacks. After an error the members of dst may
// have been written over.
func AppendObject(dst []Member, text string) ([]Member, error) {
	if !utf8.ValidString(text) {
		return dst, errUTF8
	}
	i := space(text, 0)
	if at(text, i) != '{' {
		if end := value(text, i, maxDepth); end < 0 || space(text, end) < len(text) {
			return dst, errSyntax
		}
		return dst, errObject
	}
	first := len(dst)
	i = space(text, i+1)
	for more := at(text, i) != '}'; more; {
		colon := name(text, i)
		if colon < 0 {
			return dst, errSyntax
		}
		start := space(text, colon+1)
		end := value(text, start, maxDepth-1)
		if end < 0 {
			return dst, errSyntax
		}
		dst = append(dst, Member{Name: text[i:colon], Raw: text[start:end]})
		i = space(text, end)
		switch at(text, i) {
		case ',':
			i = space(text, i+1)
		case '}':
			more = false
		default:
			return dst, errSyntax
		}
	}
	if space(text, i+1) < len(text) {
		return dst, errSyntax
	}
	members := dst[first:]
	for i := range members {
		m := &members[i]
		// The quotes, and white space before the colon.
		m.Name, _ = Str(m.Name[:strings.LastIndexByte(m.Name, '"')+1])
	}
	return dst, unique(members)
}

// fewMembers is how many are compared with each other rather than put into a map.
const fewMembers = 48

func unique(members []Member) error {
	switch {
	case len(members) > maxMembers:
		return errMany
	case len(members) > fewMembers:
		seen := make(map[string]struct{}, len(members))
		for i := range members {
			seen[members[i].Name] = struct{}{}
		}
		if len(seen) != len(members) {
			return errDuplicate
		}
		return nil
	}
	// A bit for each length with a first letter: most names are seen to be new
	// without a comparison.
	var seen uint64
	for i := range members {
		n := members[i].Name
		sign := uint(len(n))
		if n != "" {
			sign += 11 * uint(n[0])
		}
		bit := uint64(1) << (sign & 63)
		if seen&bit != 0 {
			for j := range i {
				if members[j].Name == n {
					return errDuplicate
				}
			}
		}
		seen |= bit
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
		end := value(raw, i, maxDepth)
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
	return Object(raw)
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
	if strings.IndexByte(inner, '\\') < 0 {
		return inner, true
	}
	return unescape(raw)
}

// unescape is apart so that the text of plain strings needs no memory.
func unescape(raw string) (s string, ok bool) {
	err := json.Unmarshal([]byte(raw), &s)
	return s, err == nil
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
		v, err := vtl.ParseJSON(raw)
		if err != nil {
			return "", false
		}
		return v.Text(), true
	}
	return "", false
}
