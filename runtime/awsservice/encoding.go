package awsservice

const upperHex = "0123456789ABCDEF"

// unreserved are the bytes that SigV4 leaves alone.
var unreserved = func() (t [256]bool) {
	for c := range t {
		t[c] = isAlphanumeric(byte(c))
	}
	for _, c := range []byte("-._~") {
		t[c] = true
	}
	return
}()

func appendEscape(dst []byte, c byte) []byte {
	return append(dst, '%', upperHex[c>>4], upperHex[c&15])
}

// appendEscaped encodes everything but unreserved bytes.
func appendEscaped(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; unreserved[c] {
			dst = append(dst, c)
		} else {
			dst = appendEscape(dst, c)
		}
	}
	return dst
}

// appendPath appends a piece of a path in the one spelling that every verifier
// of signatures arrives at, whether it signs what it received or decodes and
// encodes it again: valid escapes are read, then everything but unreserved bytes
// and slashes is encoded. An escaped slash stays one unless slashes is set: in
// S3 it is part of the key either way.
func appendPath(dst []byte, s string, slashes bool) []byte {
	for i := 0; i < len(s); i++ {
		c, escaped := s[i], false
		if c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			c, escaped = unhex(s[i+1])<<4|unhex(s[i+2]), true
			i += 2
		}
		if unreserved[c] || c == '/' && (!escaped || slashes) {
			dst = append(dst, c)
		} else {
			dst = appendEscape(dst, c)
		}
	}
	return dst
}

// queryText reads a literal of a query as it was written: escapes and plus signs.
func queryText(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '+':
			c = ' '
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			c = unhex(s[i+1])<<4 | unhex(s[i+2])
			i += 2
		}
		b = append(b, c)
	}
	return string(b)
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}
