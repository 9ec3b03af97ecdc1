package edge

import (
	"bytes"

	"sluice/mapping"
	"sluice/runtime/octets"
)

// AppendQuery appends the parameters of a raw query to dst. "&" and ";" split,
// "+" is a blank, %XX is decoded and a "%" without two hex digits stays as it
// is. A piece without "=" has an empty value; an empty piece is none. Decoded
// text goes to buf, the rest are views into raw. Decoded text can have any
// bytes, controls and invalid UTF-8 too.
func AppendQuery(dst []mapping.Pair, buf, raw []byte) ([]mapping.Pair, []byte) {
	for len(raw) > 0 {
		// One pass finds the end of the piece, and whether it needs decoding.
		end, equals, coded := len(raw), -1, false
	scan:
		for i, c := range raw {
			switch c {
			case '&', ';':
				end = i
				break scan
			case '=':
				if equals < 0 {
					equals = i
				}
			case '%', '+':
				coded = true
			}
		}
		piece := raw[:end]
		raw = raw[min(end+1, len(raw)):]
		if len(piece) == 0 {
			continue
		}
		name, value := piece, []byte(nil)
		if equals >= 0 {
			name, value = piece[:equals], piece[equals+1:]
		}
		if coded {
			name, buf = decode(name, buf)
			value, buf = decode(value, buf)
		}
		dst = append(dst, mapping.Pair{Name: octets.Text(name), Value: octets.Text(value)})
	}
	return dst, buf
}

// decode returns s decoded, appended to buf if that makes a difference.
func decode(s, buf []byte) (decoded, grown []byte) {
	if bytes.IndexByte(s, '%') < 0 && bytes.IndexByte(s, '+') < 0 {
		return s, buf
	}
	begin := len(buf)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			buf = append(buf, ' ')
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			buf = append(buf, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			buf = append(buf, c)
		}
	}
	return buf[begin:], buf
}

// AppendQueryEscaped appends s to a query of an outgoing URL: everything but
// letters, digits and "-._~" as %XX.
func AppendQueryEscaped(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; isAlphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~' {
			dst = append(dst, c)
		} else {
			dst = appendEscape(dst, c)
		}
	}
	return dst
}

func appendEscape(dst []byte, c byte) []byte {
	const digits = "0123456789ABCDEF"
	return append(dst, '%', digits[c>>4], digits[c&15])
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}
