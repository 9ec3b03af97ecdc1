package sdk

import (
	"strconv"
	"strings"

	"sluice/api"
)

// call is a function of the client.
type call struct {
	name     string
	resource *api.Resource
	method   *api.Method
}

// calls are the functions for the methods of an API, in order of their paths.
// Methods ANY have none (developer guide, "Use a JavaScript SDK").
func calls(snap *api.Snapshot) []call {
	var out []call
	taken := map[string]bool{}
	for _, r := range snap.Resources {
		for _, verb := range []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"} {
			m := r.ResourceMethods[verb]
			if m == nil {
				continue
			}
			name := operation(m.OperationName)
			if name == "" {
				name = pathName(r.Path) + capital(strings.ToLower(verb))
			}
			free := name
			for i := 2; taken[free]; i++ {
				free = name + strconv.Itoa(i)
			}
			taken[free] = true
			out = append(out, call{name: free, resource: r, method: m})
		}
	}
	return out
}

// operation is an operation name without what an identifier cannot have.
func operation(name string) string {
	name = strings.TrimLeft(strings.Map(func(r rune) rune {
		if isAlnum(r) || r == '_' {
			return r
		}
		return -1
	}, name), "0123456789")
	if name == "__proto__" {
		return "" // no name for a member of an object
	}
	return name
}

// pathName makes a name of a path as the service does: /pets/{petId} is
// petsPetId, and / is root.
func pathName(path string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(path, func(r rune) bool { return !isAlnum(r) }) {
		if b.Len() == 0 {
			b.WriteString(strings.ToLower(word[:1]) + word[1:])
		} else {
			b.WriteString(capital(word))
		}
	}
	if b.Len() == 0 {
		return "root"
	}
	return b.String()
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

func isAlnum(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}
