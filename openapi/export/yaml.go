package export

import (
	"strings"
	"unicode"
)

// appendYAML writes a document in the style of the service's YAML exports: every
// text in double quotes, lists at the indent of their key.
func appendYAML(b []byte, root *object) []byte {
	return append(appendBlock(append(b, "---"...), root, 0), '\n')
}

// appendBlock writes what follows a key or a dash.
func appendBlock(b []byte, value any, depth int) []byte {
	switch v := value.(type) {
	case *object:
		if len(v.keys) == 0 {
			return append(b, " {}"...)
		}
		for _, key := range v.keys {
			b = appendMember(appendLine(b, depth), key, v.values[key], depth)
		}
		return b
	case list:
		if len(v) == 0 {
			return append(b, " []"...)
		}
		for _, e := range v {
			b = appendEntry(append(appendLine(b, depth), '-'), e, depth)
		}
		return b
	case string:
		return appendQuoted(append(b, ' '), v)
	}
	return appendScalar(append(b, ' '), value)
}

func appendMember(b []byte, key string, value any, depth int) []byte {
	if isPlain(key) {
		b = append(b, key...)
	} else {
		b = appendQuoted(b, key)
	}
	b = append(b, ':')
	if _, isList := value.(list); isList {
		return appendBlock(b, value, depth)
	}
	return appendBlock(b, value, depth+1)
}

// appendEntry writes an entry of a list after its dash. The first member of a
// map stands on the line of the dash; a list in a list begins a new line.
func appendEntry(b []byte, value any, depth int) []byte {
	o, ok := value.(*object)
	if !ok || len(o.keys) == 0 {
		return appendBlock(b, value, depth+1)
	}
	for i, key := range o.keys {
		if i == 0 {
			b = append(b, ' ')
		} else {
			b = appendLine(b, depth+1)
		}
		b = appendMember(b, key, o.values[key], depth+1)
	}
	return b
}

// isPlain tells whether a key needs no quotes: it can be taken for nothing but
// text.
func isPlain(key string) bool {
	switch strings.ToLower(key) {
	case "", "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		return false
	}
	for i := 0; i < len(key); i++ {
		c := key[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("/$_", c) >= 0
		if !letter && (i == 0 || strings.IndexByte("0123456789.-+{}", c) < 0) {
			return false
		}
	}
	return true
}

// appendQuoted writes a YAML text in double quotes. What YAML cannot print is
// escaped.
func appendQuoted(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r == '\t':
			b = append(b, '\\', 't')
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffe || r == 0xffff:
			b = append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		case r > 0xffff && !unicode.IsPrint(r):
			b = append(b, '\\', 'U', '0', '0', hex[r>>20&15], hex[r>>16&15], hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}
