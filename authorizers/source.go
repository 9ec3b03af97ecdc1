package authorizers

import (
	"encoding/binary"
	"fmt"
	"strings"

	"sluice/mapping"
)

// source is one compiled identity source.
type source struct {
	kind     sourceKind
	name     string
	variable mapping.Variable
}

type sourceKind uint8

const (
	headerSource sourceKind = iota
	querySource
	stageVariableSource
	contextSource
)

// sourcePrefixes are the forms of identity sources that have a name. The
// multi-value forms name the same parameter: a key has all values in any case.
var sourcePrefixes = [...]struct {
	prefix string
	kind   sourceKind
}{
	{"method.request.header.", headerSource},
	{"method.request.multivalueheader.", headerSource},
	{"method.request.querystring.", querySource},
	{"method.request.multivaluequerystring.", querySource},
	{"stageVariables.", stageVariableSource},
}

// parseSources reads an identitySource: a list with commas between.
func parseSources(list string) ([]source, error) {
	if strings.TrimSpace(list) == "" {
		return nil, nil
	}
	var out []source
	for _, s := range strings.Split(list, ",") {
		one, err := parseSource(strings.TrimSpace(s))
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func parseSource(s string) (source, error) {
	for _, p := range sourcePrefixes {
		if name, ok := strings.CutPrefix(s, p.prefix); ok && name != "" {
			return source{kind: p.kind, name: name}, nil
		}
	}
	if name, ok := strings.CutPrefix(s, "context."); ok {
		v, known := mapping.LookUpVariable(name, mapping.InTemplate|mapping.InRequestContext)
		if known && !strings.HasPrefix(name, "authorizer.") {
			return source{kind: contextSource, name: name, variable: v}, nil
		}
	}
	return source{}, fmt.Errorf("identity source %q is not of the form method.request.header.{name}, "+
		"method.request.querystring.{name}, stageVariables.{name} or context.{name}", s)
}

// appendKey appends every value of the source to a cache key, each with its
// length before it, and the number of values before all. last is the value that
// counts as the identity; missing tells that there is none, or an empty one.
func (s *source) appendKey(key []byte, r *Request) (out []byte, last string, missing bool) {
	count, n := 0, len(key)
	key = append(key, 0, 0, 0, 0)
	add := func(v string) {
		count++
		last = v
		key = binary.AppendUvarint(key, uint64(len(v)))
		key = append(key, v...)
	}
	switch s.kind {
	case headerSource:
		for i := range r.Header {
			if equalFold(r.Header[i].Name, s.name) {
				add(r.Header[i].Value)
			}
		}
	case querySource:
		for i := range r.Query {
			if r.Query[i].Name == s.name {
				add(r.Query[i].Value)
			}
		}
	case stageVariableSource:
		if v, ok := stageVariable(r, s.name); ok {
			add(v)
		}
	case contextSource:
		if r.Variables != nil {
			// The variable's text is written where it belongs: behind room for its
			// length, which is fixed here.
			count = 1
			key = append(key, 0, 0, 0, 0)
			start := len(key)
			grown, ok := r.Variables.AppendVariable(key, s.variable)
			if !ok {
				return key, "", true
			}
			key = grown
			binary.BigEndian.PutUint32(key[start-4:], uint32(len(key)-start))
			last = view(key[start:])
		}
	}
	binary.BigEndian.PutUint32(key[n:], uint32(count))
	return key, last, last == ""
}

// stageVariable reads a stage variable without changing the map: looking a name
// up in a large map may, and the map belongs to all requests.
func stageVariable(r *Request, name string) (string, bool) {
	m := r.StageVariables
	if m == nil {
		return "", false
	}
	for i := range m.Len() {
		e := m.At(i)
		if k, ok := e.Key.Str(); ok && k == name {
			return e.Val.Str()
		}
	}
	return "", false
}

// header is the last value of a header, in any letter case.
func (r *Request) header(name string) string {
	for i := len(r.Header) - 1; i >= 0; i-- {
		if equalFold(r.Header[i].Name, name) {
			return r.Header[i].Value
		}
	}
	return ""
}

// equalFold compares ASCII without case.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z' {
			return false
		}
	}
	return true
}

// text is the source as it is written.
func (s *source) text() string {
	for _, p := range sourcePrefixes {
		if p.kind == s.kind {
			return p.prefix + s.name
		}
	}
	return "context." + s.name
}

// sourceValues are the sources of a REQUEST authorizer with what counts as their
// values, for logs.
func (a *Authorizer) sourceValues(r *Request) []mapping.Pair {
	out := make([]mapping.Pair, len(a.sources))
	for i := range a.sources {
		_, v, _ := a.sources[i].appendKey(nil, r)
		out[i] = mapping.Pair{Name: a.sources[i].text(), Value: v}
	}
	return out
}
