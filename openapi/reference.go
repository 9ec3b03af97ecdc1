package openapi

import (
	"net/url"
	"strconv"
	"strings"

	"sluice/openapi/document"
)

// maxChain bounds how many references may lead from one to the next.
const maxChain = 100

// resolve follows $ref from n until something else is found. It returns nil,
// with the problem reported, for a reference that leads out of the document, to
// nothing, or back to itself.
func (s scope) resolve(n *document.Node) *document.Node {
	var seen map[*document.Node]bool
	for {
		ref := n.Get("$ref")
		if ref == nil {
			return n
		}
		if seen == nil {
			seen = map[*document.Node]bool{}
		}
		if seen[n] {
			s.fail(s.place(ref), "$ref %s leads back to itself", quote(ref.Text()))
			return nil
		}
		if seen[n] = true; len(seen) > maxChain {
			s.fail(s.place(ref), "more than %d references in a row", maxChain)
			return nil
		}
		if n = s.target(ref); n == nil {
			return nil
		}
	}
}

// target is what a $ref points at.
func (s scope) target(ref *document.Node) *document.Node {
	t, ok := s.text(ref, "$ref")
	if !ok {
		return nil
	}
	if !strings.HasPrefix(t, "#") {
		s.fail(s.place(ref), "$ref %s leads out of the document; only references that begin with # are supported", quote(t))
		return nil
	}
	parts, ok := pointer(t)
	if !ok {
		s.fail(s.place(ref), "$ref %s is not a JSON pointer (#/...)", quote(t))
		return nil
	}
	n := s.im.root
	for _, p := range parts {
		if n.Kind() == document.List {
			i, err := strconv.Atoi(p)
			if err != nil || i < 0 || i >= len(n.Members()) {
				n = nil
			} else {
				n = n.Members()[i].Value
			}
		} else {
			n = n.Get(p)
		}
		if n == nil {
			s.fail(s.place(ref), "$ref %s leads to nothing", quote(t))
			return nil
		}
	}
	return n
}

// pointer splits #/a/b with its escapes ~0, ~1 and %xx undone.
func pointer(t string) ([]string, bool) {
	t, err := url.PathUnescape(strings.TrimPrefix(t, "#"))
	if err != nil || t != "" && t[0] != '/' {
		return nil, false
	}
	if t == "" {
		return nil, true
	}
	parts := strings.Split(t[1:], "/")
	for i, p := range parts {
		if strings.IndexByte(p, '~') >= 0 {
			parts[i] = strings.ReplaceAll(strings.ReplaceAll(p, "~1", "/"), "~0", "~")
		}
	}
	return parts, true
}
