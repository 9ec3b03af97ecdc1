package runtime

import "strings"

// mimeOf cuts the parameters off a Content-Type or an Accept entry.
func mimeOf(s string) string {
	if i := strings.IndexByte(s, ';'); i >= 0 {
		s = s[:i]
	}
	return strings.TrimSpace(s)
}

// firstAccept is the media type of the first entry of an Accept header: the only
// one the service looks at (recorded for proxy functions).
func firstAccept(s string) string {
	if i := strings.IndexByte(s, ','); i >= 0 {
		s = s[:i]
	}
	return mimeOf(s)
}

const mimeJSON = "application/json"

// mimeOrJSON is the media type of a Content-Type; missing counts as application/json.
func mimeOrJSON(contentType string) string {
	if mime := mimeOf(contentType); mime != "" {
		return mime
	}
	return mimeJSON
}

// mediaTypes is a compiled binaryMediaTypes list.
type mediaTypes struct {
	any      bool
	exact    []string
	prefixes []string // "image/" for image/*
}

func compileMediaTypes(list []string) mediaTypes {
	var m mediaTypes
	for _, e := range list {
		e = mimeOf(e)
		switch {
		case e == "*/*":
			m.any = true
		case strings.HasSuffix(e, "/*") && !strings.HasPrefix(e, "*"):
			m.prefixes = append(m.prefixes, e[:len(e)-1])
		default: // "*/test" matches nothing but itself: recorded
			m.exact = append(m.exact, e)
		}
	}
	return m
}

// match tells whether a media type (without parameters) is binary.
func (m *mediaTypes) match(mime string) bool {
	if m.any {
		return true
	}
	for _, e := range m.exact {
		if strings.EqualFold(e, mime) {
			return !strings.HasPrefix(e, "*")
		}
	}
	for _, p := range m.prefixes {
		if len(mime) >= len(p) && strings.EqualFold(mime[:len(p)], p) {
			return true
		}
	}
	return false
}
