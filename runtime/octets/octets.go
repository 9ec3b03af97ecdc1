package octets

import (
	"encoding/binary"
	"unsafe"
)

// token are the octets of a token (RFC 9110, 5.6.2).
var token = func() (t [256]bool) {
	for _, c := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		t[c] = true
	}
	return
}()

// IsToken reports whether s is a token.
func IsToken[T string | []byte](s T) bool {
	for i := range len(s) {
		if !token[s[i]] {
			return false
		}
	}
	return len(s) > 0
}

// TokenLen returns how many bytes at the begin of s can be a token.
func TokenLen(s []byte) int {
	for i, c := range s {
		if !token[c] {
			return i
		}
	}
	return len(s)
}

// IsFieldValue reports whether s has no control characters but TAB. Octets
// beyond ASCII pass (RFC 9110, 5.5: obs-text).
func IsFieldValue(s []byte) bool {
	if len(s) < 8 {
		return noControl(s)
	}
	marks := uint64(0)
	for i := 0; i <= len(s)-8; i += 8 {
		marks |= controls(binary.LittleEndian.Uint64(s[i:]))
	}
	marks |= controls(binary.LittleEndian.Uint64(s[len(s)-8:])) // the rest, with a part of the word before
	return marks == 0 || noControl(s)                           // a TAB, or what only looks like a control character
}

func noControl(s []byte) bool {
	for _, c := range s {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// controls marks the bytes of w that are below 0x20 or 0x7f. It may mark others, too.
func controls(w uint64) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	below := (w - ones*0x20) & ^w
	del := w ^ ones*0x7f
	del = (del - ones) & ^del
	return (below | del) & highs
}

// EqualFold compares ASCII without case; lower is in lower case.
func EqualFold(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// Of lends the bytes of s; they must not be written to.
func Of(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// Text lends b as a string; b must not change while it is used.
func Text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
