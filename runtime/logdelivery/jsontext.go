package logdelivery

import "unicode/utf8"

// appendText appends b as the inside of a JSON string, up to most bytes of UTF-8 and
// never a part of a character. Bytes that are no UTF-8 become U+FFFD. It returns how
// many bytes of UTF-8 the text is.
func appendText(dst, b []byte, most int) (out []byte, size int) {
	const digits = "0123456789abcdef"
	plain := 0 // what b has since it was last appended
	for i := 0; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			if size == most {
				return append(dst, b[plain:i]...), size
			}
			size++
			if c >= 0x20 && c != '"' && c != '\\' {
				i++
				continue
			}
			dst = append(dst, b[plain:i]...)
			switch c {
			case '"', '\\':
				dst = append(dst, '\\', c)
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
			}
			i++
			plain = i
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		broken := r == utf8.RuneError && n == 1
		add := n
		if broken {
			add = len("\ufffd")
		}
		if size+add > most {
			return append(dst, b[plain:i]...), size
		}
		size += add
		if broken {
			dst = append(append(dst, b[plain:i]...), "\ufffd"...)
			plain = i + n
		}
		i += n
	}
	return append(dst, b[plain:]...), size
}

// quoted is s as a JSON string.
func quoted(s string) string {
	b, _ := appendText([]byte{'"'}, []byte(s), len(s)*len("\ufffd"))
	return string(append(b, '"'))
}
