package sigv4

import "sluice/mapping"

// Request is a request as it came over the connection.
type Request struct {
	Method string
	Path   string         // of the target, not decoded
	Query  string         // without "?"; not decoded
	Header []mapping.Pair // every field in order, Host included; values are trimmed
	Body   []byte         // as sent, its Content-Encoding included
}

// header is the last value of a field; lower is its name in lower case.
func (r *Request) header(lower string) (string, bool) {
	for i := len(r.Header) - 1; i >= 0; i-- {
		if equalFold(r.Header[i].Name, lower) {
			return r.Header[i].Value, true
		}
	}
	return "", false
}

// equalFold compares ASCII without case; lower is in lower case.
func equalFold(s, lower string) bool {
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
