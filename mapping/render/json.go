package render

import (
	"unicode/utf8"

	"sluice/mapping/vtl/value"
)

// maxNesting bounds what is written of an override; a template can make a map
// that holds itself.
const maxNesting = 100

// appendValue writes a value as strict JSON, in the manner of the oracle: what
// JSON has no form for is its text.
func appendValue(dst []byte, v value.Value, depth int) []byte {
	if depth > maxNesting {
		return append(dst, "null"...)
	}
	if m := v.Map(); m != nil {
		dst = append(dst, '{')
		for i := range m.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			e := m.At(i)
			dst = append(appendString(dst, e.Key.Text()), ':')
			dst = appendValue(dst, e.Val, depth+1)
		}
		return append(dst, '}')
	}
	if l := v.List(); l != nil {
		dst = append(dst, '[')
		for i, item := range l.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendValue(dst, item, depth+1)
		}
		return append(dst, ']')
	}
	switch v.Kind() {
	case value.Null, value.Bool, value.Int, value.Long, value.BigInt, value.Decimal:
		return value.AppendText(dst, v)
	case value.Double:
		if f := v.Double(); f-f == 0 { // neither infinite nor NaN
			return value.AppendText(dst, v)
		}
	}
	return appendString(dst, v.Text())
}

func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		b := s[i]
		switch {
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
		case b == '\n':
			dst = append(dst, '\\', 'n')
		case b == '\r':
			dst = append(dst, '\\', 'r')
		case b == '\t':
			dst = append(dst, '\\', 't')
		case b < ' ' || b == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
		case b < utf8.RuneSelf:
			dst = append(dst, b)
		default:
			r, n := value.DecodeRune(s[i:])
			switch {
			case r >= 0xD800 && r <= 0xDFFF:
				dst = append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
			case r == utf8.RuneError && n == 1:
				dst = append(dst, "\ufffd"...)
			default:
				dst = append(dst, s[i:i+n]...)
			}
			i += n
			continue
		}
		i++
	}
	return append(dst, '"')
}
