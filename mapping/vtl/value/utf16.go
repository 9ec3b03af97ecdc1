package value

import (
	"strings"
	"unicode/utf8"
)

// Strings are UTF-8, but Java counts UTF-16 units and can cut a surrogate pair
// in two. A lone surrogate is kept as the three bytes that UTF-8 would give it
// (WTF-8); SanitizeUTF8 turns what is still alone at the end into '?', as a
// Java writer does.

const (
	surrogateMin = 0xD800
	lowSurrogate = 0xDC00
	surrogateMax = 0xDFFF
)

// IsASCII tells whether s has no byte above 0x7F.
func IsASCII(s string) bool {
	for len(s) >= 8 {
		if (s[0]|s[1]|s[2]|s[3]|s[4]|s[5]|s[6]|s[7])&0x80 != 0 {
			return false
		}
		s = s[8:]
	}
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// Len16 is String.length(): the number of UTF-16 units. A byte that is no UTF-8
// counts as one.
func Len16(s string) int {
	if IsASCII(s) {
		return len(s)
	}
	n := 0
	for i := 0; i < len(s); n++ {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := DecodeRune(s[i:])
		if r >= 0x10000 {
			n++
		}
		i += size
	}
	return n
}

// DecodeRune returns the first code point of s and its size in bytes. A lone
// surrogate comes out as itself.
func DecodeRune(s string) (r rune, size int) {
	r, size = utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && size == 1 && len(s) >= 3 && s[0] == 0xED && s[1]&0xE0 == 0xA0 && s[2]&0xC0 == 0x80 {
		return rune(s[0]&0x0F)<<12 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), 3
	}
	return r, size
}

// Units returns the UTF-16 units of s.
func Units(s string) []uint16 {
	u := make([]uint16, 0, len(s))
	for len(s) > 0 {
		r, n := DecodeRune(s)
		s = s[n:]
		if r >= 0x10000 {
			r -= 0x10000
			u = append(u, uint16(surrogateMin+r>>10), uint16(lowSurrogate+r&0x3FF))
			continue
		}
		u = append(u, uint16(r))
	}
	return u
}

// FromUnits makes a string of UTF-16 units.
func FromUnits(u []uint16) string {
	dst := make([]byte, 0, len(u))
	for _, c := range u {
		dst = AppendUnit(dst, c)
	}
	return string(dst)
}

// AppendUnit appends one UTF-16 unit; a low surrogate joins a high one that dst
// ends with.
func AppendUnit(dst []byte, c uint16) []byte {
	switch {
	case c < 0x80:
		return append(dst, byte(c))
	case c < surrogateMin || c > surrogateMax:
		return utf8.AppendRune(dst, rune(c))
	}
	if n := len(dst); c >= lowSurrogate && n >= 3 && dst[n-3] == 0xED && dst[n-2] >= 0xA0 && dst[n-2] < 0xB0 {
		high := rune(dst[n-2]&0x0F)<<6 | rune(dst[n-1]&0x3F)
		return utf8.AppendRune(dst[:n-3], 0x10000+high<<10+rune(c)-lowSurrogate)
	}
	return append(dst, 0xE0|byte(c>>12), 0x80|byte(c>>6&0x3F), 0x80|byte(c&0x3F))
}

// Offset16 converts an index in UTF-16 units to one in bytes; inPair tells that
// it falls between the halves of a surrogate pair. The index must be at most
// Len16(s).
func Offset16(s string, index int) (offset int, inPair bool) {
	for index > 0 && offset < len(s) {
		r, n := DecodeRune(s[offset:])
		if r >= 0x10000 {
			if index == 1 {
				return offset, true
			}
			index--
		}
		index--
		offset += n
	}
	return offset, false
}

// Slice16 is String.substring(from, to), both in UTF-16 units and in range.
func Slice16(s string, from, to int) string {
	if IsASCII(s) {
		return s[from:to]
	}
	a, cutA := Offset16(s, from)
	b, cutB := Offset16(s[a:], to-from)
	if !cutA && !cutB {
		return s[a : a+b]
	}
	return FromUnits(Units(s)[from:to])
}

// SanitizeUTF8 joins surrogate halves that have come to stand together in
// b[from:] and replaces the lone ones by '?'. It returns b, shortened.
func SanitizeUTF8(b []byte, from int) []byte {
	w := from
	for r := from; r < len(b); {
		if b[r] != 0xED || r+2 >= len(b) || b[r+1] < 0xA0 {
			b[w] = b[r]
			w++
			r++
			continue
		}
		if b[r+1] < 0xB0 && r+5 < len(b) && b[r+3] == 0xED && b[r+4] >= 0xB0 {
			high := rune(b[r+1]&0x0F)<<6 | rune(b[r+2]&0x3F)
			low := rune(b[r+4]&0x0F)<<6 | rune(b[r+5]&0x3F)
			w += utf8.EncodeRune(b[w:w+4], 0x10000+high<<10+low&0x3FF)
			r += 6
			continue
		}
		b[w] = '?'
		w++
		r += 3
	}
	return b[:w]
}

// joinSurrogates is SanitizeUTF8 for halves that meet when strings are joined:
// it keeps the lone ones.
func joinSurrogates(s string) string {
	if strings.IndexByte(s, 0xED) < 0 {
		return s
	}
	return FromUnits(Units(s))
}

// Concat is String.concat.
func Concat(a, b string) string {
	if n := len(a); n >= 3 && len(b) >= 3 && a[n-3] == 0xED && b[0] == 0xED {
		return joinSurrogates(a + b)
	}
	return a + b
}

// SplitPairs writes each half of a surrogate pair as a character of its own.
func SplitPairs(s string) string {
	if IsASCII(s) {
		return s
	}
	b := make([]byte, 0, len(s)+8)
	for _, c := range Units(s) {
		if c < surrogateMin || c > surrogateMax {
			b = utf8.AppendRune(b, rune(c))
			continue
		}
		b = append(b, 0xE0|byte(c>>12), 0x80|byte(c>>6&0x3F), 0x80|byte(c&0x3F))
	}
	return string(b)
}
