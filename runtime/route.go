package runtime

import (
	"net/url"
	"strings"

	"sluice/authorizers"
	"sluice/mapping"
)

// node is one resource in the route tree of a deployment. The tree is immutable
// once compiled. Going down, a static child is tried before {param} and that
// before {proxy+}; a branch without the method is given up for the next one
// (recorded: OPTIONS /test reaches {proxy+} although /test exists with POST).
//
// A node is one cache line: with thousands of resources none of what a request
// needs is in the processor's cache, and each line more takes as long as a
// hundred instructions.
type node struct {
	static  map[string]*node
	param   *node
	greedy  *node
	name    string // of the path parameter, without braces
	first   *method
	methods *[verbCount]*method // when there are others than first
	verb    verb                // of first
}

// add makes the nodes for a resource path such as /pets/{id} and returns the last.
func (n *node) add(path string) *node {
	for _, part := range strings.Split(strings.Trim(path, "/"), "/") {
		switch {
		case part == "":
			// the root
		case strings.HasPrefix(part, "{") && strings.HasSuffix(part, "+}"):
			if n.greedy == nil {
				n.greedy = &node{name: part[1 : len(part)-2]}
			}
			n = n.greedy
		case strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}"):
			if n.param == nil {
				n.param = &node{name: part[1 : len(part)-1]}
			}
			n = n.param
		default:
			if n.static == nil {
				n.static = map[string]*node{}
			}
			c := n.static[part]
			if c == nil {
				c = &node{}
				n.static[part] = c
			}
			n = c
		}
	}
	return n
}

// set declares a method on the resource of n.
func (n *node) set(v verb, m *method) {
	if n.first == nil || n.methods == nil && n.verb == v {
		n.first, n.verb = m, v
		return
	}
	if n.methods == nil {
		n.methods = new([verbCount]*method)
		n.methods[n.verb] = n.first
	}
	n.methods[v] = m
}

// find matches a path (what follows the stage, with its leading slash) and a
// verb. Path parameters are appended to params as received, not decoded.
func (n *node) find(path string, v verb, params []mapping.Pair) (*method, []mapping.Pair) {
	// Slashes right after the stage and at the end play no part (recorded).
	return n.match(strings.Trim(path, "/"), v, params)
}

func (n *node) match(rest string, v verb, params []mapping.Pair) (*method, []mapping.Pair) {
	if rest == "" {
		return n.method(v), params
	}
	segment, tail := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		segment, tail = rest[:i], rest[i+1:]
	}
	if n.static != nil {
		c := n.static[segment]
		if c == nil && strings.IndexByte(segment, '%') >= 0 {
			if s, err := url.PathUnescape(segment); err == nil {
				c = n.static[s]
			}
		}
		if c != nil {
			if m, p := c.match(tail, v, params); m != nil {
				return m, p
			}
		}
	}
	if n.param != nil && segment != "" {
		if m, p := n.param.match(tail, v, append(params, mapping.Pair{Name: n.param.name, Value: segment})); m != nil {
			return m, p
		}
	}
	if n.greedy != nil {
		if m := n.greedy.method(v); m != nil {
			return m, append(params, mapping.Pair{Name: n.greedy.name, Value: rest})
		}
	}
	return nil, params
}

// method finds the method for a verb: the declared one, else ANY.
func (n *node) method(v verb) *method {
	if v == verbUnknown {
		return nil
	}
	if n.methods == nil {
		if n.verb == v || n.verb == verbAny {
			return n.first // nil where the resource has no method
		}
		return nil
	}
	if m := n.methods[v]; m != nil {
		return m
	}
	return n.methods[verbAny]
}

// routeRequest finds the compiled method for the request (step 3).
func (x *exchange) routeRequest() *fault {
	x.method, x.scope.Params.Path = x.deployment.root.find(x.path, x.verb, x.scope.Params.Path[:0])
	if x.method != nil {
		x.method.expect()
		return nil
	}
	if x.known.authorization == "" {
		return faultNoRoute
	}
	// The service looks for a signature before it looks for a method: an
	// Authorization header that is none changes the answer (field reports).
	x.fillWire()
	f := x.refused(authorizers.Unrouted(&x.authRequest))
	if f.kind == kindInvalidSignature {
		f.kind = kindDefault4XX // as an access log in a field report has it
	}
	return f
}
