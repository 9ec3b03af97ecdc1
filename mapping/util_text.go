package mapping

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"sluice/mapping/vtl/value"
)

const upperHex = "0123456789ABCDEF"

// appendJavaScript is commons-lang 2.6's StringEscapeUtils.escapeJavaScript:
// quotes of both kinds, backslashes, slashes, control characters, and every
// UTF-16 unit above 7F as \uXXXX.
func appendJavaScript(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		b := s[i]
		if b >= utf8.RuneSelf {
			r, n := value.DecodeRune(s[i:])
			i += n
			if r >= 0x10000 {
				r -= 0x10000
				dst = appendUnitEscape(dst, 0xD800+r>>10)
				r = 0xDC00 + r&0x3FF
			}
			dst = appendUnitEscape(dst, r)
			continue
		}
		i++
		switch b {
		case '\'', '"', '\\', '/':
			dst = append(dst, '\\', b)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\r':
			dst = append(dst, '\\', 'r')
		default:
			if b < ' ' {
				dst = appendUnitEscape(dst, rune(b))
			} else {
				dst = append(dst, b)
			}
		}
	}
	return dst
}

func appendUnitEscape(dst []byte, u rune) []byte {
	return append(dst, '\\', 'u', upperHex[u>>12&15], upperHex[u>>8&15], upperHex[u>>4&15], upperHex[u&15])
}

// appendURLEncoded is java.net.URLEncoder in UTF-8: letters, digits and -_.*
// stay, a blank is "+".
func appendURLEncoded(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		switch b := s[i]; {
		case isAlphanumeric(b) || b == '-' || b == '_' || b == '.' || b == '*':
			dst = append(dst, b)
			i++
		case b == ' ':
			dst = append(dst, '+')
			i++
		case b < utf8.RuneSelf:
			dst = append(dst, '%', upperHex[b>>4], upperHex[b&15])
			i++
		default:
			r, n := value.DecodeRune(s[i:])
			if r >= 0xD800 && r <= 0xDFFF {
				dst = append(dst, "%3F"...) // a lone surrogate has no UTF-8
			} else {
				for _, b := range []byte(s[i : i+n]) {
					dst = append(dst, '%', upperHex[b>>4], upperHex[b&15])
				}
			}
			i += n
		}
	}
	return dst
}

// appendURLDecoded is java.net.URLDecoder in UTF-8, which reads the two
// characters behind a % as Integer.parseInt does: "%+1" is fine, "%-1" is not.
func appendURLDecoded(dst []byte, s string) ([]byte, error) {
	for i := 0; i < len(s); {
		switch s[i] {
		case '+':
			dst = append(dst, ' ')
			i++
		case '%':
			var octets []byte
			for i+2 < len(s) && s[i] == '%' {
				n, err := strconv.ParseInt(s[i+1:i+3], 16, 16)
				if err != nil || n < 0 {
					return dst, fmt.Errorf("urlDecode: Illegal hex characters in escape (%%) pattern: %q", s[i+1:i+3])
				}
				octets = append(octets, byte(n))
				i += 3
			}
			if i < len(s) && s[i] == '%' {
				return dst, errors.New("urlDecode: Incomplete trailing escape (%) pattern")
			}
			dst = appendUTF8(dst, octets)
		default:
			dst = append(dst, s[i])
			i++
		}
	}
	return dst, nil
}

func appendBase64(dst []byte, s string) []byte {
	if value.IsASCII(s) {
		return base64.StdEncoding.AppendEncode(dst, []byte(s))
	}
	return base64.StdEncoding.AppendEncode(dst, value.SanitizeUTF8([]byte(s), 0))
}

// appendBase64Decoded is java.util.Base64's basic decoder: padding may be left
// out but not be wrong, and nothing outside the alphabet is skipped.
func appendBase64Decoded(dst []byte, s string) ([]byte, error) {
	octets := make([]byte, 0, len(s)/4*3+3)
	var unit uint32
	shift := 18
	i := 0
	for ; i < len(s); i++ {
		b := s[i]
		if b == '=' {
			// One character of a unit is too few; after two there must be "==".
			if shift == 18 || shift == 12 || shift == 6 && (i+1 == len(s) || s[i+1] != '=') {
				return dst, errors.New("base64Decode: Input byte array has wrong 4-byte ending unit")
			}
			if shift == 6 {
				i++
			}
			i++
			break
		}
		n := decodeBase64[b]
		if n == 0xff {
			return dst, fmt.Errorf("base64Decode: Illegal base64 character %x", b)
		}
		unit |= uint32(n) << shift
		if shift -= 6; shift < 0 {
			octets = append(octets, byte(unit>>16), byte(unit>>8), byte(unit))
			unit, shift = 0, 18
		}
	}
	switch shift {
	case 6:
		octets = append(octets, byte(unit>>16))
	case 0:
		octets = append(octets, byte(unit>>16), byte(unit>>8))
	case 12:
		return dst, errors.New("base64Decode: Last unit does not have enough valid bits")
	}
	if i < len(s) {
		return dst, fmt.Errorf("base64Decode: Input byte array has incorrect ending byte at %d", i)
	}
	return appendUTF8(dst, octets), nil
}

// decodeBase64 maps the alphabet to its values and the rest to 0xff.
var decodeBase64 = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, b := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[b] = byte(i)
	}
	return t
}()

// appendUTF8 is new String(octets, UTF_8): each maximal part of a character
// that is cut short or malformed becomes one U+FFFD.
func appendUTF8(dst, octets []byte) []byte {
	for len(octets) > 0 {
		r, n := utf8.DecodeRune(octets)
		if r != utf8.RuneError || n > 1 {
			dst = append(dst, octets[:n]...)
			octets = octets[n:]
			continue
		}
		dst = utf8.AppendRune(dst, utf8.RuneError)
		octets = octets[malformed(octets):]
	}
	return dst
}

// malformed is the length of the malformed part that b starts with: the bytes
// that could still have become a character.
func malformed(b []byte) int {
	var want int
	low, high := byte(0x80), byte(0xBF)
	switch c := b[0]; {
	case c >= 0xC2 && c <= 0xDF:
		want = 1
	case c >= 0xE0 && c <= 0xEF:
		want = 2
		if c == 0xE0 {
			low = 0xA0
		}
	case c >= 0xF0 && c <= 0xF4:
		want = 3
		if c == 0xF0 {
			low = 0x90
		}
		if c == 0xF4 {
			high = 0x8F
		}
	}
	n := 1
	for n <= want && n < len(b) && b[n] >= low && b[n] <= high {
		n++
		low, high = 0x80, 0xBF
	}
	return n
}
