package docpart

import (
	"strings"

	"sluice/api"
)

// Index finds parts by location. It is read-only once made; a nil Index is empty.
type Index struct {
	parts map[api.DocumentationPartLocation]*api.DocumentationPart
}

// NewIndex indexes parts by their locations with the defaults filled in. Of two
// for the same location the later counts.
func NewIndex(parts []*api.DocumentationPart) *Index {
	x := &Index{parts: make(map[api.DocumentationPartLocation]*api.DocumentationPart, len(parts))}
	for _, p := range parts {
		x.parts[normal(p.Location)] = p
	}
	return x
}

// every is the method or status code of a location that means every one.
const every = "*"

// normal fills in what a location leaves out: path "/", method and status code
// "*" (service model: DocumentationPartLocation).
func normal(l api.DocumentationPartLocation) api.DocumentationPartLocation {
	l.StatusCode = strings.TrimSpace(l.StatusCode)
	switch l.Type {
	case "API", "AUTHORIZER", "MODEL":
		return l
	case "REQUEST_BODY":
		l.Name = "" // there is one only, whatever it is called
	}
	if l.Path == "" {
		l.Path = "/"
	}
	if l.Type != "RESOURCE" && l.Method == "" {
		l.Method = every
	}
	if strings.HasPrefix(l.Type, "RESPONSE") && l.StatusCode == "" {
		l.StatusCode = every
	}
	return l
}

// Own is the part of exactly this location; nil if there is none.
func (x *Index) Own(l api.DocumentationPartLocation) *api.DocumentationPart {
	if x == nil {
		return nil
	}
	return x.parts[normal(l)]
}

// inherits tells whether places of this type inherit: not API, AUTHORIZER,
// METHOD, MODEL, REQUEST_BODY and RESOURCE (service model).
func inherits(kind string) bool {
	switch kind {
	case "PATH_PARAMETER", "QUERY_PARAMETER", "REQUEST_HEADER", "RESPONSE", "RESPONSE_HEADER", "RESPONSE_BODY":
		return true
	}
	return false
}

// Find is the part that speaks for a place: its own, else that of the most
// specific place which contains it. The path counts before the status code, and
// that before the method (developer guide, "Inherit content").
func (x *Index) Find(l api.DocumentationPartLocation) *api.DocumentationPart {
	if x == nil || len(x.parts) == 0 {
		return nil
	}
	l = normal(l)
	if p := x.parts[l]; p != nil || !inherits(l.Type) {
		return p
	}
	statuses := []string{l.StatusCode, every}
	if l.StatusCode == "" {
		statuses = statuses[:1]
	}
	for path := l.Path; path != ""; path = parent(path) {
		for _, status := range statuses {
			for _, method := range []string{l.Method, every} {
				at := l
				at.Path, at.StatusCode, at.Method = path, status, method
				if p := x.parts[at]; p != nil {
					return p
				}
			}
		}
	}
	return nil
}

// parent is the path one part up; "" above the root.
func parent(path string) string {
	if path == "/" {
		return ""
	}
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}
