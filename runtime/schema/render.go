package schema

import (
	"slices"
)

// appendValue appends a value as compact JSON, the way Jackson prints it: members
// in the order of the text, numbers as Java has them.
func (d *document) appendValue(dst []byte, i uint32) []byte {
	switch n := &d.nodes[i]; n.kind {
	case kindObject:
		kids := slices.Clone(d.children(i))
		slices.Sort(kids) // nodes are numbered in the order of the text
		dst = append(dst, '{')
		for j, kid := range kids {
			if j > 0 {
				dst = append(dst, ',')
			}
			dst = appendQuoted(dst, d.name(kid))
			dst = append(dst, ':')
			dst = d.appendValue(dst, kid)
			if len(dst) > maxProblems {
				return dst
			}
		}
		return append(dst, '}')
	case kindArray:
		dst = append(dst, '[')
		for j, kid := range d.children(i) {
			if j > 0 {
				dst = append(dst, ',')
			}
			dst = d.appendValue(dst, kid)
			if len(dst) > maxProblems {
				return dst
			}
		}
		return append(dst, ']')
	case kindString:
		return appendQuoted(dst, d.text(i))
	case kindInteger, kindNumber:
		return appendNumber(dst, d.text(i))
	default:
		return append(dst, d.text(i)...)
	}
}

const upperHex = "0123456789ABCDEF"

// appendQuoted appends a JSON string with the escapes that Jackson uses.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\r':
			dst = append(dst, '\\', 'r')
		default:
			dst = append(dst, '\\', 'u', '0', '0', upperHex[c>>4], upperHex[c&15])
		}
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// appendStrings appends a JSON array of strings.
func appendStrings(dst []byte, list []string) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendQuoted(dst, s)
	}
	return append(dst, ']')
}
