package javascript

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dop251/goja"

	"sluice/lambda"
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
	return m.vm.ToValue(string(lambda.AppendValidUTF8(nil, b)))
}
