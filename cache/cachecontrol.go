package cache

import (
	"strings"

	"sluice/mapping"
)

// AsksToInvalidate tells whether a request asks that its entry be fetched anew:
// some Cache-Control header has the directive max-age=0 or no-cache. Header names
// match in any letter case.
func AsksToInvalidate(header []mapping.Pair) bool {
	const name = "Cache-Control"
	for i := range header {
		if len(header[i].Name) == len(name) && strings.EqualFold(header[i].Name, name) && invalidates(header[i].Value) {
			return true
		}
	}
	return false
}

// invalidates parses the value of one Cache-Control header: directives apart by
// commas, names in any case, arguments as tokens or quoted strings (RFC 9111,
// section 5.2). What is not understood is passed over.
func invalidates(value string) bool {
	for value != "" {
		var directive string
		directive, value = cutDirective(value)
		name, argument, hasArgument := strings.Cut(directive, "=")
		name = trimSpace(name)
		switch {
		case !hasArgument && strings.EqualFold(name, "no-cache"):
			return true
		case hasArgument && strings.EqualFold(name, "max-age") && isZero(unquote(trimSpace(argument))):
			return true
		}
	}
	return false
}

// cutDirective takes the text up to the next comma that is in no quoted string.
func cutDirective(s string) (directive, rest string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			quoted = !quoted
		case '\\':
			if quoted {
				i++
			}
		case ',':
			if !quoted {
				return s[:i], s[i+1:]
			}
		}
	}
	return s, ""
}

func trimSpace(s string) string { return strings.Trim(s, " \t") }

func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// isZero tells whether s is a number of seconds (1*DIGIT) that is zero.
func isZero(s string) bool { return s != "" && strings.Trim(s, "0") == "" }
