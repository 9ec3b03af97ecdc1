package edge

// CutSegment returns the first segment of path and what follows it (empty or
// beginning with "/"). Slashes before the segment are skipped.
func CutSegment(path []byte) (segment, rest []byte) {
	for len(path) > 0 && path[0] == '/' {
		path = path[1:]
	}
	for i, c := range path {
		if c == '/' {
			return path[:i], path[i:]
		}
	}
	return path, nil
}

// RoutePath returns path as routes are matched: slashes at the beginning are
// one, those at the end none. The root is "/". Slashes in between stay.
func RoutePath(path []byte) []byte {
	for len(path) > 1 && path[len(path)-1] == '/' {
		path = path[:len(path)-1]
	}
	for len(path) > 1 && path[0] == '/' && path[1] == '/' {
		path = path[1:]
	}
	if len(path) == 0 {
		return []byte{'/'}
	}
	return path
}

// AppendPathEscaped appends a value to the path of an outgoing URL. Valid %XX
// and "/" stay as they are; what cannot stand in a path is encoded, and so is a
// "%" without two hex digits.
func AppendPathEscaped(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if pathOctets[c] || c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			dst = append(dst, c)
		} else {
			dst = appendEscape(dst, c)
		}
	}
	return dst
}

// pathOctets are pchar (RFC 3986, 3.3) less "%", and the slash.
var pathOctets = func() (t [256]bool) {
	for c := range t {
		t[c] = isAlphanumeric(byte(c))
	}
	for _, c := range []byte("-._~!$&'()*+,;=:@/") {
		t[c] = true
	}
	return
}()

// LeavesBase reports whether the dot segments of tail, plain or encoded, with
// plain or encoded slashes between them, lead above the path it is appended to.
// tail is everything from the first inserted value on. Such a request must be
// refused: backends disagree on whether %2F and "\" separate segments, so both
// ways of reading are tried. Parameters of a segment, from ";" on, do not count:
// some backends cut them off before they look for dots.
func LeavesBase(tail []byte) bool {
	return climbs(tail, false) || climbs(tail, true)
}

// climbs walks the segments of p. Empty ones do not count as levels: some
// backends drop them.
func climbs(p []byte, encodedSlashes bool) bool {
	depth, dots, others, parameters := 0, 0, false, false
	for i := 0; i <= len(p); i++ {
		c := byte('/')
		if i < len(p) {
			if c = p[i]; c == '%' && i+2 < len(p) && isHex(p[i+1]) && isHex(p[i+2]) {
				if c = unhex(p[i+1])<<4 | unhex(p[i+2]); c == '/' && !encodedSlashes {
					c = 'x'
				}
				i += 2
			}
			if c == '\\' && encodedSlashes {
				c = '/'
			}
		}
		switch {
		case c == '/':
			switch {
			case others, dots > 2:
				depth++
			case dots == 2:
				if depth--; depth < 0 {
					return true
				}
			}
			dots, others, parameters = 0, false, false
		case c == ';':
			parameters = true
		case parameters:
		case c == '.':
			dots++
		default:
			others = true
		}
	}
	return false
}
