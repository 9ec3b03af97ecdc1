package lambda

import "unicode/utf8"

// AppendValidUTF8 appends b with U+FFFD for each sequence that is no character,
// as Java and the Encoding standard decode: one for a byte that begins none, one for a
// character that breaks off, however many of its bytes are there. Go replaces each
// byte.
func AppendValidUTF8(dst, b []byte) []byte {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			n = brokenLen(b)
			dst = append(dst, "\uFFFD"...)
		} else {
			dst = append(dst, b[:n]...)
		}
		b = b[n:]
	}
	return dst
}

// brokenLen is how many bytes at the beginning of b, which is no character,
// could be the beginning of one; at least 1.
func brokenLen(b []byte) int {
	low, high, n := byte(0x80), byte(0xbf), 1 // of the second byte; length of the character
	switch c := b[0]; {
	case c >= 0xe0 && c <= 0xef:
		n = 3
		if c == 0xe0 {
			low = 0xa0
		} else if c == 0xed {
			high = 0x9f
		}
	case c >= 0xf0 && c <= 0xf4:
		n = 4
		if c == 0xf0 {
			low = 0x90
		} else if c == 0xf4 {
			high = 0x8f
		}
	}
	i := 1
	for i < n && i < len(b) && b[i] >= low && b[i] <= high {
		low, high = 0x80, 0xbf
		i++
	}
	return i
}
