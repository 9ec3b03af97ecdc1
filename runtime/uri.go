package runtime

import (
	"errors"
	"net/url"
	"strings"

	"sluice/runtime/backend"
)

// uriTemplate is an HTTP integration's URI with the stage variables filled in.
// What is left to a request are the {placeholders}.
type uriTemplate struct {
	// What each request reads is together at the beginning.
	path     []uriPart
	query    []uriPart
	endpoint *backend.Endpoint // nil when the host has placeholders
	host     []uriPart
	hasQuery bool
	insecure bool   // the backend's certificate is not checked
	linkHost string // the Host header behind a VPC link
	base     string // scheme and authority when nothing of them is left open

	source   string // as defined, for people
	scheme   string
	identity *backend.Certificate // the client's, towards the backend; nil: none
}

// uriPart is a literal or a placeholder.
type uriPart struct {
	literal string
	slot    int // index of the placeholder; -1 for a literal
}

var errAddress = errors.New("invalid endpoint address")

// substituteStageVariables fills ${stageVariables.name}. A variable that is not
// set is replaced by nothing (recorded).
func substituteStageVariables(s string, vars map[string]string) string {
	const open = "${stageVariables."
	var b strings.Builder
	for {
		i := strings.Index(s, open)
		if i < 0 {
			break
		}
		j := strings.IndexByte(s[i:], '}')
		if j < 0 {
			break
		}
		b.WriteString(s[:i])
		b.WriteString(vars[s[i+len(open):i+j]])
		s = s[i+j+1:]
	}
	b.WriteString(s)
	return b.String()
}

// parseURI compiles a URI whose stage variables are filled in. slot gives the
// index of a placeholder by name.
func parseURI(uri string, slot func(name string) int) (*uriTemplate, error) {
	scheme, rest, ok := strings.Cut(uri, "://")
	scheme = strings.ToLower(scheme)
	if !ok || scheme != "http" && scheme != "https" {
		return nil, errAddress
	}
	rest, _, _ = strings.Cut(rest, "#")
	t := &uriTemplate{scheme: scheme}
	var host, path, query string
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		host, path = rest[:i], rest[i:]
	} else {
		host = rest
	}
	path, query, t.hasQuery = strings.Cut(path, "?")
	if path == "" {
		path = "/"
	}
	if host == "" || strings.ContainsAny(host, "@\\ ") {
		return nil, errAddress
	}
	var err error
	if t.host, err = splitURI(host, slot); err != nil {
		return nil, err
	}
	if t.path, err = splitURI(path, slot); err != nil {
		return nil, err
	}
	if t.query, err = splitURI(query, slot); err != nil {
		return nil, err
	}
	for i := range t.path {
		if t.path[i].slot < 0 {
			t.path[i].literal = escapeLiteral(t.path[i].literal)
		}
	}
	for i := range t.query {
		if t.query[i].slot < 0 {
			t.query[i].literal = escapeLiteral(t.query[i].literal)
		}
	}
	if t.literalHost() {
		t.base = scheme + "://" + host
		if _, err := url.Parse(scheme + "://" + host + "/"); err != nil {
			return nil, errAddress
		}
	}
	return t, nil
}

// literalHost tells whether the backend is the same for every request.
func (t *uriTemplate) literalHost() bool { return len(t.host) == 1 && t.host[0].slot < 0 }

// splitURI cuts s at its {placeholders}.
func splitURI(s string, slot func(string) int) ([]uriPart, error) {
	var parts []uriPart
	for s != "" {
		i := strings.IndexByte(s, '{')
		if i < 0 {
			parts = append(parts, uriPart{literal: s, slot: -1})
			break
		}
		j := strings.IndexByte(s[i:], '}')
		if j < 0 {
			return nil, errAddress
		}
		if i > 0 {
			parts = append(parts, uriPart{literal: s[:i], slot: -1})
		}
		parts = append(parts, uriPart{slot: slot(strings.TrimSuffix(s[i+1:i+j], "+"))})
		s = s[i+j+1:]
	}
	return parts, nil
}

// escapeLiteral percent-encodes what may not stand in a request target. Percent
// signs stay: the definition's author wrote them as they are to be sent.
func escapeLiteral(s string) string {
	var b []byte
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' || c == '`' || c == '{' || c == '|' || c == '}' {
			if b == nil {
				b = append(make([]byte, 0, len(s)+8), s[:i]...)
			}
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		} else if b != nil {
			b = append(b, c)
		}
	}
	if b == nil {
		return s
	}
	return string(b)
}

const upperHex = "0123456789ABCDEF"
