package document

import (
	"unicode/utf8"
)

// AppendJSON appends the value as compact JSON, keys in source order.
func (n *Node) AppendJSON(b []byte) []byte {
	switch n.Kind() {
	case Null:
		return append(b, "null"...)
	case Bool:
		return append(b, n.text...)
	case Number:
		if t, ok := jsonNumber(n.text); ok {
			return append(b, t...)
		}
		return AppendString(b, n.text)
	case String:
		return AppendString(b, n.text)
	case List:
		b = append(b, '[')
		for i, m := range n.kids {
			if i > 0 {
				b = append(b, ',')
			}
			b = m.Value.AppendJSON(b)
		}
		return append(b, ']')
	default:
		b = append(b, '{')
		for i, m := range n.kids {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(AppendString(b, m.Key), ':')
			b = m.Value.AppendJSON(b)
		}
		return append(b, '}')
	}
}

// AppendString appends s as a JSON string. Only what JSON demands is escaped.
func AppendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, w := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && w == 1 {
				b = append(append(b, s[start:i]...), "\uFFFD"...)
				start = i + 1
			}
			i += w
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
}
