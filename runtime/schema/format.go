package schema

import (
	"net/netip"
	"strings"
	"time"
	"unicode"
)

// format checks a string; it returns the problem, or "" when there is none.
type format func(s string) string

// formats are the format attributes that the Java validator checks for draft 4:
// those of the specification and its own additions. Others are ignored, as there.
var formats = map[string]format{
	"date-time":    dateTime,
	"email":        quotedProblem(isEmail, messageInvalidEmail),
	"hostname":     quotedProblem(isHostname, messageInvalidHostname),
	"ipv4":         quotedProblem(isIPv4, messageInvalidIPv4),
	"ipv6":         quotedProblem(isIPv6, messageInvalidIPv6),
	"regex":        quotedProblem(isRegex, messageInvalidRegex),
	"uri":          quotedProblem(isURI, messageInvalidURI),
	"uuid":         quotedProblem(isUUID, messageInvalidUUID),
	"mac":          quotedProblem(isMAC, messageInvalidMAC),
	"json-pointer": quotedProblem(isJSONPointer, messageInvalidJSONPointer),
	"base64":       base64Problem,
	"md5":          hexProblem(32),
	"sha1":         hexProblem(40),
	"sha256":       hexProblem(64),
	"sha512":       hexProblem(128),
}

// quotedProblem is a format whose problem names the string.
func quotedProblem(ok func(string) bool, message string) format {
	return func(s string) string {
		if ok(s) {
			return ""
		}
		return fill(message, s)
	}
}

// dateTime is yyyy-MM-dd'T'HH:mm:ss, a fraction of up to 12 digits, and Z or an
// offset with or without colon.
func dateTime(s string) string {
	if isDateTime(s) {
		return ""
	}
	return fill(messageInvalidDate, s, dateTimeFormats)
}

func isDateTime(s string) bool {
	const layout = "2006-01-02T15:04:05"
	if len(s) < len(layout) {
		return false
	}
	// Only the shape with two digits everywhere: time.Parse would take an hour of one.
	for i := range len(layout) {
		if isDigit(layout[i]) != isDigit(s[i]) {
			return false
		}
	}
	if _, err := time.Parse(layout, s[:len(layout)]); err != nil {
		return false
	}
	s = s[len(layout):]
	if strings.HasPrefix(s, ".") {
		n := 1
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		if n == 1 || n > 13 {
			return false
		}
		s = s[n:]
	}
	return s == "Z" || isOffset(s)
}

// isOffset reads +hh, +hhmm or +hh:mm.
func isOffset(s string) bool {
	if s == "" || s[0] != '+' && s[0] != '-' {
		return false
	}
	digits := s[1:]
	if len(digits) == 5 && digits[2] == ':' {
		digits = digits[:2] + digits[3:]
	}
	if len(digits) != 2 && len(digits) != 4 {
		return false
	}
	for i := range len(digits) {
		if !isDigit(digits[i]) {
			return false
		}
	}
	return digits[:2] <= "23" && (len(digits) == 2 || digits[2:] <= "59")
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHexDigit(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// isEmail follows the strict check of JavaMail: an optional name with the address
// in angle brackets, a local part without specials unless quoted, and a domain.
func isEmail(s string) bool {
	if open := strings.LastIndexByte(s, '<'); open >= 0 && strings.HasSuffix(s, ">") {
		s = s[open+1 : len(s)-1]
	}
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || at == len(s)-1 {
		return false
	}
	return isLocalPart(s[:at]) && isMailDomain(s[at+1:])
}

func isLocalPart(s string) bool {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		inner := s[1 : len(s)-1]
		for i := 0; i < len(inner); i++ {
			switch inner[i] {
			case '\\':
				i++
			case '"', '\r', '\n':
				return false
			}
		}
		return true
	}
	if s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`()<>,;:\"[]@`, r)
	})
}

func isMailDomain(s string) bool {
	if s[0] == '[' && s[len(s)-1] == ']' {
		return true
	}
	if s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// isHostname follows Guava's InternetDomainName.
func isHostname(s string) bool {
	s = strings.TrimSuffix(s, ".")
	if s == "" || len(s) > 253 {
		return false
	}
	labels := strings.Split(s, ".")
	if len(labels) > 127 {
		return false
	}
	for i, label := range labels {
		if label == "" || len(label) > 63 || strings.ContainsRune("-_", rune(label[0])) || strings.ContainsRune("-_", rune(label[len(label)-1])) {
			return false
		}
		for _, r := range label {
			if r < 0x80 && r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				return false
			}
		}
		if i == len(labels)-1 && isDigit(label[0]) {
			return false
		}
	}
	return true
}

func isIPv4(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is4()
}

func isIPv6(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6() && a.Zone() == ""
}

func isRegex(s string) bool {
	_, err := compileRegex(s)
	return err == nil
}

// isURI follows java.net.URI: any reference, absolute or not.
func isURI(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c <= ' ' || c == 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0:
			return false
		case c == '%':
			if i+2 >= len(s) || !isHexDigit(s[i+1]) || !isHexDigit(s[i+2]) {
				return false
			}
			i += 2
		}
	}
	rest, fragment, _ := strings.Cut(s, "#")
	if strings.Contains(fragment, "#") {
		return false
	}
	if colon := strings.IndexAny(rest, ":/?"); colon >= 0 && rest[colon] == ':' {
		if !isScheme(rest[:colon]) || colon+1 == len(rest) {
			return false
		}
		rest = rest[colon+1:]
	}
	path, _, _ := strings.Cut(rest, "?")
	if authority, ok := strings.CutPrefix(path, "//"); ok {
		path = ""
		if slash := strings.IndexByte(authority, '/'); slash >= 0 {
			authority, path = authority[:slash], authority[slash:]
		}
		if authority == "" && path == "" {
			return false
		}
		host := authority[strings.LastIndexByte(authority, '@')+1:]
		if strings.HasPrefix(host, "[") {
			end := strings.IndexByte(host, ']')
			if end < 0 || !isIPv6(host[1:end]) {
				return false
			}
			host = host[end+1:]
		}
		if strings.ContainsAny(host, "[]") {
			return false
		}
	}
	return !strings.ContainsAny(path, "[]")
}

func isScheme(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || !isDigit(s[i]) && strings.IndexByte("+-.", s[i]) < 0) {
			return false
		}
	}
	return s != ""
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !isHexDigit(s[i]) {
			return false
		}
	}
	return true
}

func isMAC(s string) bool {
	if len(s) != 17 {
		return false
	}
	for i := range len(s) {
		if i%3 == 2 {
			if s[i] != ':' {
				return false
			}
		} else if !isHexDigit(s[i]) {
			return false
		}
	}
	return true
}

func isJSONPointer(s string) bool {
	if s != "" && s[0] != '/' {
		return false
	}
	for i := range len(s) {
		if s[i] == '~' && (i+1 == len(s) || s[i+1] != '0' && s[i+1] != '1') {
			return false
		}
	}
	return true
}

func base64Problem(s string) string {
	if n := len([]rune(s)); n%4 != 0 {
		return fill(messageBase64Length, number(n))
	}
	stripped := strings.TrimRight(s, "=")
	if len(s)-len(stripped) > 2 || strings.ContainsFunc(stripped, func(r rune) bool {
		return r >= 0x80 || r != '+' && r != '/' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return messageBase64Characters
	}
	return ""
}

func hexProblem(length int) format {
	return func(s string) string {
		if n := len([]rune(s)); n != length {
			return fill(messageHexLength, number(n), number(length))
		}
		for i := range len(s) {
			if !isHexDigit(s[i]) {
				return messageHexCharacters
			}
		}
		return ""
	}
}
