package model

import (
	"fmt"
	"net/url"
	"strings"
)

// Mismatch says why a request is no operation of the service.
type Mismatch uint8

// The kinds of mismatch.
const (
	// Matched: the request is an operation.
	Matched Mismatch = iota
	// UnknownPath: no operation has such a path.
	UnknownPath
	// UnknownMethod: operations have this path, but none with this method.
	UnknownMethod
)

// Answer is what the service says to a request that is none of its operations,
// the same for an unknown path and for an unknown method: its front end asks for
// the permission of an operation and finds none. (Seen from sibling services on
// the same front end; without any credentials it is 403
// MissingAuthenticationTokenException "Missing Authentication Token".)
func (m Mismatch) Answer() (status int, errorType, message string) {
	if m == Matched {
		return 0, "", ""
	}
	return 403, "AccessDeniedException", "Unable to determine service/operation name to be authorized"
}

// route is a node of the tree of paths: one level a segment.
type route struct {
	static map[string]*route
	param  *route
	// rest is set where the last parameter may contain slashes: ARNs, which some
	// clients send unescaped.
	rest   bool
	byVerb map[string]*endpoint
}

// endpoint is the operation, or two, behind a method of a path.
type endpoint struct {
	params []string // names of the path parameters, in order
	plain  *Operation
	// imports is the operation that ?mode=import selects.
	imports *Operation
}

// The operations whose last path parameter is an ARN.
const (
	tagsPath        = "/tags/"
	associationPath = "/domainnameaccessassociations/"
)

const importQuery = "mode=import"

func (r *route) add(o *Operation) error {
	path, query, _ := strings.Cut(o.URI, "?")
	if query != "" && query != importQuery {
		return fmt.Errorf("operation %s: query %q in its URI", o.Name, query)
	}
	var params []string
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if !strings.HasPrefix(segment, "{") {
			if r.static == nil {
				r.static = make(map[string]*route)
			}
			if r.static[segment] == nil {
				r.static[segment] = new(route)
			}
			r = r.static[segment]
			continue
		}
		params = append(params, strings.Trim(segment, "{}"))
		if r.param == nil {
			r.param = new(route)
		}
		r = r.param
	}
	r.rest = len(params) > 0 && (strings.HasPrefix(path, tagsPath) || strings.HasPrefix(path, associationPath))
	if r.byVerb == nil {
		r.byVerb = make(map[string]*endpoint)
	}
	e := r.byVerb[o.Method]
	if e == nil {
		e = &endpoint{params: params}
		r.byVerb[o.Method] = e
	}
	slot := &e.plain
	if query != "" {
		slot = &e.imports
	}
	if *slot != nil {
		return fmt.Errorf("operations %s and %s have the same route", (*slot).Name, o.Name)
	}
	*slot = o
	return nil
}

// Match finds the operation of a request, with its path parameters by their
// names in the URI template. rawPath is still percent-encoded: %2F inside a
// segment belongs to the parameter, which comes decoded. The ARN of a tags or
// domain-name-access-association path may also come with bare slashes.
//
// One slash at the end of a path is no segment of its own (an SDK that fills an
// empty identifier into /restapis/{id} lists the APIs); an empty segment before
// that is no parameter and makes the path unknown, as does a broken escape.
func Match(method, rawPath string, query url.Values) (*Operation, map[string]string, Mismatch) {
	r := loaded().routes
	rest, ok := strings.CutPrefix(rawPath, "/")
	if !ok {
		return nil, nil, UnknownPath
	}
	var values []string
	for rest != "" {
		segment, after, _ := strings.Cut(rest, "/")
		if segment == "" {
			return nil, nil, UnknownPath
		}
		if next := r.static[segment]; next != nil {
			r, rest = next, after
			continue
		}
		if r.param == nil {
			return nil, nil, UnknownPath
		}
		r = r.param
		if r.rest {
			segment, after = strings.TrimSuffix(rest, "/"), ""
		}
		value, err := url.PathUnescape(segment)
		if err != nil {
			return nil, nil, UnknownPath
		}
		values, rest = append(values, value), after
	}
	if r.byVerb == nil {
		return nil, nil, UnknownPath
	}
	e := r.byVerb[method]
	if e == nil {
		return nil, nil, UnknownMethod
	}
	o := e.plain
	if e.imports != nil && query.Get("mode") == "import" {
		o = e.imports
	}
	params := make(map[string]string, len(values))
	for i, v := range values {
		params[e.params[i]] = v
	}
	return o, params, Matched
}
