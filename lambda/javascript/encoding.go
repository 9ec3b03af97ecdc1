package javascript

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// encodeUTF8 is behind TextEncoder.
func (m *machine) encodeUTF8(c goja.FunctionCall) goja.Value {
	s := c.Argument(0).String()
	m.charge(float64(len(s)), badBuffer)
	return m.vm.ToValue(m.vm.NewArrayBuffer([]byte(strings.ToValidUTF8(s, "\uFFFD"))))
}

// decodeText is behind TextDecoder: (bytes, encoding, fatal). The answer is null
// for malformed input when fatal is set.
func (m *machine) decodeText(c goja.FunctionCall) goja.Value {
	b := m.bytes(c.Argument(0))
	m.charge(float64(len(b)), badString)
	switch c.Argument(1).String() {
	case "utf-16le":
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = uint16(b[2*i]) | uint16(b[2*i+1])<<8
		}
		return m.vm.ToValue(string(utf16.Decode(units)))
	case "latin1":
		units := make([]uint16, len(b))
		for i, x := range b {
			units[i] = uint16(x)
		}
		return goja.StringFromUTF16(units)
	}
	if utf8.Valid(b) {
		return m.vm.ToValue(string(b))
	}
	if c.Argument(2).ToBoolean() {
		return goja.Null()
	}
	return m.vm.ToValue(decodeUTF8(b))
}

// decodeUTF8 replaces each maximal wrong part by U+FFFD, as the Encoding standard
// has it; Go replaces each wrong byte.
func decodeUTF8(b []byte) string {
	var s strings.Builder
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r != utf8.RuneError || size > 1 {
			s.Write(b[:size])
			b = b[size:]
			continue
		}
		s.WriteString("\uFFFD")
		b = b[wrongPart(b):]
	}
	return s.String()
}

// wrongPart is the length of the longest prefix that could have become a
// character, at least 1.
func wrongPart(b []byte) int {
	low, high, need := byte(0x80), byte(0xBF), 0
	switch c := b[0]; {
	case c >= 0xC2 && c <= 0xDF:
		need = 1
	case c >= 0xE0 && c <= 0xEF:
		need = 2
		if c == 0xE0 {
			low = 0xA0
		} else if c == 0xED {
			high = 0x9F
		}
	case c >= 0xF0 && c <= 0xF4:
		need = 3
		if c == 0xF0 {
			low = 0x90
		} else if c == 0xF4 {
			high = 0x8F
		}
	}
	n := 1
	for n <= need && n < len(b) && b[n] >= low && b[n] <= high {
		low, high = 0x80, 0xBF
		n++
	}
	return n
}
