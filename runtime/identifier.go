package runtime

import (
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"time"
)

const hexDigits = "0123456789abcdef"

// appendHex appends the n low hex digits of v; n is at most 16.
func appendHex(dst []byte, v uint64, n int) []byte {
	var text [16]byte
	putHex(text[:8], uint32(v>>32))
	putHex(text[8:], uint32(v))
	return append(dst, text[16-n:]...)
}

// putHex writes the eight hex digits of v, all at once: a byte of a word each.
func putHex(dst []byte, v uint32) {
	w := uint64(v)
	w = (w&0xffff0000)<<16 | w&0xffff
	w = (w&0x0000ff000000ff00)<<8 | w&0x000000ff000000ff
	w = (w&0x00f000f000f000f0)<<4 | w&0x000f000f000f000f
	// Digits over 9 carry into bit 4 with 6 added: they are letters.
	letters := (w + 0x0606060606060606) >> 4 & 0x0101010101010101
	binary.BigEndian.PutUint64(dst, w+0x3030303030303030+letters*('a'-'0'-10))
}

// appendUUID appends a random (version 4) UUID. Request ids name requests and
// guard nothing, so the runtime's fast generator is enough.
func appendUUID(dst []byte) []byte {
	a, b := rand.Uint64(), rand.Uint64()
	a = a&^0xf000 | 0x4000
	b = b&^(3<<62) | 2<<62
	var text [36]byte
	var hex [32]byte
	putHex(hex[0:], uint32(a>>32))
	putHex(hex[8:], uint32(a))
	putHex(hex[16:], uint32(b>>32))
	putHex(hex[24:], uint32(b))
	copy(text[0:8], hex[0:8])
	copy(text[9:13], hex[8:12])
	copy(text[14:18], hex[12:16])
	copy(text[19:23], hex[16:20])
	copy(text[24:36], hex[20:32])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return append(dst, text[:]...)
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
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:], rand.Uint64())
	binary.LittleEndian.PutUint64(raw[8:], rand.Uint64())
	var text [16]byte
	base64.StdEncoding.Encode(text[:], raw[:11])
	return append(dst, text[:]...)
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
	const fresh = "Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0"
	start := len(dst)
	dst = append(dst, fresh...)
	at, a, b, parent := dst[start:], rand.Uint64(), rand.Uint64(), rand.Uint64()
	putHex(at[len("Root=1-"):], uint32(now.Unix()))
	random := at[len("Root=1-00000000-"):]
	putHex(random, uint32(a))
	putHex(random[8:], uint32(b>>32))
	putHex(random[16:], uint32(b))
	random = random[len("000000000000000000000000;Parent="):]
	putHex(random, uint32(parent>>32))
	putHex(random[8:], uint32(parent))
	return dst
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
