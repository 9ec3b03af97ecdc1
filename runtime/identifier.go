package runtime

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"time"
)

const hexDigits = "0123456789abcdef"

// appendHex appends the n low hex digits of v.
func appendHex(dst []byte, v uint64, n int) []byte {
	for i := n - 1; i >= 0; i-- {
		dst = append(dst, hexDigits[v>>(4*i)&15])
	}
	return dst
}

// appendUUID appends a random (version 4) UUID. Request ids name requests and
// guard nothing, so the runtime's fast generator is enough.
func appendUUID(dst []byte) []byte {
	a, b := rand.Uint64(), rand.Uint64()
	a = a&^0xf000 | 0x4000
	b = b&^(3<<62) | 2<<62
	dst = appendHex(dst, a>>32, 8)
	dst = append(dst, '-')
	dst = appendHex(dst, a>>16, 4)
	dst = append(dst, '-')
	dst = appendHex(dst, a, 4)
	dst = append(dst, '-')
	dst = appendHex(dst, b>>48, 4)
	dst = append(dst, '-')
	return appendHex(dst, b, 12)
}

// isUUID tells whether s is a UUID in the usual form.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := 0; i < 36; i++ {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !isHex(c) {
				return false
			}
		}
	}
	return true
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// appendExtendedID appends an extended request id: eleven random bytes in
// base64, hence sixteen characters that end in "=".
func appendExtendedID(dst []byte) []byte {
	var raw [11]byte
	a, b := rand.Uint64(), rand.Uint64()
	for i := range 8 {
		raw[i] = byte(a >> (8 * i))
	}
	for i := range 3 {
		raw[8+i] = byte(b >> (8 * i))
	}
	return base64.StdEncoding.AppendEncode(dst, raw[:])
}

// appendTraceID appends the outgoing X-Amzn-Trace-Id. An incoming one with Root,
// Parent and Sampled is kept; a Root alone gets a new Parent; without one a new
// trace begins (aws-facts: data plane, section 3).
func appendTraceID(dst []byte, incoming string, now time.Time) []byte {
	if incoming != "" && validHeaderValue(incoming) {
		root, parent, sampled := traceParts(incoming)
		switch {
		case root && parent && sampled:
			return append(dst, incoming...)
		case root:
			dst = append(dst, incoming...)
			if !parent {
				dst = append(dst, ";Parent="...)
				dst = appendHex(dst, rand.Uint64(), 16)
			}
			if !sampled {
				dst = append(dst, ";Sampled=0"...)
			}
			return dst
		}
	}
	dst = append(dst, "Root=1-"...)
	dst = appendHex(dst, uint64(now.Unix()), 8)
	dst = append(dst, '-')
	dst = appendHex(dst, rand.Uint64(), 8)
	dst = appendHex(dst, rand.Uint64(), 16)
	dst = append(dst, ";Parent="...)
	dst = appendHex(dst, rand.Uint64(), 16)
	return append(dst, ";Sampled=0"...)
}

// traceParts tells which of the three fields a trace header has.
func traceParts(s string) (root, parent, sampled bool) {
	for len(s) > 0 {
		field := s
		if i := strings.IndexByte(s, ';'); i >= 0 {
			field, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		for len(field) > 0 && field[0] == ' ' {
			field = field[1:]
		}
		switch {
		case strings.HasPrefix(field, "Root="):
			root = true
		case strings.HasPrefix(field, "Parent="):
			parent = true
		case strings.HasPrefix(field, "Sampled="):
			sampled = true
		}
	}
	return root, parent, sampled
}
