package jsontext

import "math/bits"

// The functions here find where a part of a JSON text ends. They take the index of
// its first byte and return that behind its last one, or -1 when the text is not
// valid there. What follows is for the caller to judge.

// maxDepth bounds open objects and arrays: the bound of encoding/json.
const maxDepth = 10000

// at is the byte at i, 0 behind the end of the text: no valid text has it outside of
// a string, nor inside.
func at(s string, i int) byte {
	if i < len(s) {
		return s[i]
	}
	return 0
}

// space skips white space.
func space(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

// value finds the end of a value in which at most depth objects and arrays may be
// open at once.
func value(s string, i, depth int) int {
	switch at(s, i) {
	case '"':
		return text(s, i)
	case '{', '[':
		return nested(s, i, depth)
	case 't':
		return word(s, i, "true")
	case 'f':
		return word(s, i, "false")
	case 'n':
		return word(s, i, "null")
	}
	return number(s, i)
}

// name finds the colon behind the name of a member.
func name(s string, i int) int {
	if at(s, i) != '"' {
		return -1
	}
	if i = text(s, i); i < 0 {
		return -1
	}
	if i = space(s, i); at(s, i) != ':' {
		return -1
	}
	return i
}

// text finds the end of a string.
func text(s string, i int) int {
	const ones = 0x0101010101010101
	for i++; ; i++ {
		// Eight bytes at once, up to one that is a quote, a backslash or a control
		// character. A borrow can mark bytes above the first such, never below.
		for i+8 <= len(s) {
			b := s[i : i+8]
			x := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
				uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
			quote, slash := x^'"'*ones, x^'\\'*ones
			found := ((x-0x20*ones)&^x | (quote-ones)&^quote | (slash-ones)&^slash) & (0x80 * ones)
			if found != 0 {
				i += bits.TrailingZeros64(found) / 8
				break
			}
			i += 8
		}
		switch c := at(s, i); {
		case c == '"':
			return i + 1
		case c < 0x20:
			return -1
		case c != '\\':
			continue
		}
		i++
		switch at(s, i) {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		case 'u':
			for range 4 {
				i++
				if c := at(s, i); (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
					return -1
				}
			}
		default:
			return -1
		}
	}
}

func word(s string, i int, w string) int {
	if len(s)-i < len(w) || s[i:i+len(w)] != w {
		return -1
	}
	return i + len(w)
}

// number finds the end of a number (RFC 8259, section 6).
func number(s string, i int) int {
	if at(s, i) == '-' {
		i++
	}
	if at(s, i) == '0' {
		i++
	} else if i = digits(s, i); i < 0 {
		return -1
	}
	if at(s, i) == '.' {
		if i = digits(s, i+1); i < 0 {
			return -1
		}
	}
	if at(s, i)|0x20 == 'e' {
		i++
		if c := at(s, i); c == '+' || c == '-' {
			i++
		}
		return digits(s, i)
	}
	return i
}

// digits finds the end of one digit or more.
func digits(s string, i int) int {
	start := i
	for c := at(s, i); c >= '0' && c <= '9'; c = at(s, i) {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

// nested finds the end of an object or an array. It keeps what is open as bits: a
// text of brackets alone must not cost a stack.
func nested(s string, i, limit int) int {
	var room [4]uint64 // a bit a level, set for an object
	open, depth := room[:], 0
	for {
		// A value begins.
		i = space(s, i)
		switch c := at(s, i); c {
		case '{', '[':
			if depth == limit {
				return -1
			}
			if depth/64 == len(open) {
				open = append(open, 0)
			}
			bit := uint64(1) << (depth % 64)
			open[depth/64] &^= bit
			if c == '{' {
				open[depth/64] |= bit
			}
			depth++
			i = space(s, i+1)
			if at(s, i) == c+2 { // } is two above {, and ] above [
				break
			}
			if c == '{' {
				if i = name(s, i); i < 0 {
					return -1
				}
				i++
			}
			continue
		default:
			if i = value(s, i, 0); i < 0 {
				return -1
			}
			i = space(s, i)
		}
		// A value has ended, or nothing is in what was opened; space is skipped.
		for more := true; more; {
			object := open[(depth-1)/64]>>((depth-1)%64)&1 != 0
			switch c := at(s, i); {
			case c == ',':
				i = space(s, i+1)
				if object {
					if i = name(s, i); i < 0 {
						return -1
					}
					i++
				}
				more = false
			case object && c == '}', !object && c == ']':
				i++
				if depth--; depth == 0 {
					return i
				}
				i = space(s, i)
			default:
				return -1
			}
		}
	}
}
