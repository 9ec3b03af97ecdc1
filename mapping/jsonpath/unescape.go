package jsonpath

import (
	"strconv"

	"sluice/mapping/vtl/value"
)

// unescape resolves the backslash escapes of names and string literals.
func unescape(s string) string {
	i := 0
	for i < len(s) && s[i] != '\\' {
		i++
	}
	if i == len(s) {
		return s
	}
	out := make([]byte, 0, len(s))
	out = append(out, s[:i]...)
	for i < len(s) {
		b := s[i]
		i++
		if b != '\\' {
			out = append(out, b)
			continue
		}
		if i == len(s) {
			out = append(out, '\\')
			break
		}
		b = s[i]
		i++
		switch b {
		case 'r':
			out = append(out, '\r')
		case 'f':
			out = append(out, '\f')
		case 't':
			out = append(out, '\t')
		case 'n':
			out = append(out, '\n')
		case 'b':
			out = append(out, '\b')
		case 'u':
			if len(s)-i < 4 {
				return string(out) // an unfinished \u swallows the rest
			}
			out = value.AppendUnit(out, codeUnit(s[i:i+4]))
			i += 4
		default:
			out = append(out, b)
		}
	}
	return string(out)
}

func codeUnit(hex string) uint16 {
	u, err := strconv.ParseUint(hex, 16, 16)
	if err != nil {
		crash("Unable to parse unicode value: " + hex)
	}
	return uint16(u)
}
