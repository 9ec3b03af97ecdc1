package mapping

import (
	"errors"

	"sluice/mapping/jsonpath"
	"sluice/mapping/vtl/value"
)

// inputObject is $input.
type inputObject struct {
	scope  *Scope
	paths  *jsonpath.Cache
	params *value.Map // what params() gives, made on first use
}

var errNullPath = errors.New("a JSONPath must not be null")

// Property answers $input.body.
func (in *inputObject) Property(name string) (value.Value, bool) {
	if name == "body" {
		return value.Of(in.scope.Body.Text()), true
	}
	return value.Value{}, false
}

// SetProperty refuses: $input is read only.
func (in *inputObject) SetProperty(string, value.Value) bool { return false }

// AppendText prints nothing.
func (in *inputObject) AppendText(dst []byte) []byte { return dst }

// Call carries out path, json and params.
func (in *inputObject) Call(name string, args []value.Value) (v value.Value, ok bool, err error) {
	switch {
	case name == "getBody" && len(args) == 0:
		return value.Of(in.scope.Body.Text()), true, nil
	case name == "params" && len(args) == 0:
		return value.OfMap(in.allParams()), true, nil
	case len(args) != 1:
		return value.Value{}, false, nil
	}
	if name != "path" && name != "json" && name != "params" {
		return value.Value{}, false, nil
	}
	text, isString := args[0].Str()
	if !isString {
		if args[0].IsNull() && name != "params" {
			return value.Value{}, true, errNullPath
		}
		return value.Value{}, args[0].IsNull(), nil
	}
	switch name {
	case "path":
		v, _, err = in.read(text)
		return v, true, err
	case "json":
		v, err = in.json(text)
		return v, true, err
	default:
		return value.Of(in.param(text)), true, nil
	}
}

// read applies a path to the payload; found is false for a missing path.
func (in *inputObject) read(path string) (v value.Value, found bool, err error) {
	p, err := in.paths.Compile(path)
	if err != nil {
		return value.Value{}, false, err
	}
	root, err := in.scope.Body.Root()
	if err != nil {
		return value.Value{}, false, &BadBodyError{err}
	}
	steps := MaxPathSteps - in.scope.spent.steps
	before := steps
	v, err = p.ReadWithin(root, &steps)
	in.scope.spent.steps += before - steps
	if err != nil {
		if _, missing := err.(*jsonpath.NotFoundError); missing {
			return value.Value{}, false, nil
		}
		return value.Value{}, false, err
	}
	if l := v.List(); l != nil && !p.IsDefinite() {
		err = in.scope.charge(listItemSize * len(l.Items))
	}
	return v, true, err
}

// listItemSize is the memory of one item of a list, in bytes, with the room for
// growth.
const listItemSize = 32

// json is what $input.json gives: JSON text, and "" in quotes for a missing path.
func (in *inputObject) json(path string) (value.Value, error) {
	v, found, err := in.read(path)
	if err != nil {
		return value.Value{}, err
	}
	if !found {
		return value.Of(`""`), nil
	}
	s := in.scope
	arena := s.scratch()
	start := len(arena)
	out, err := value.AppendJSONLimit(arena, v, value.Compact, MaxOutput)
	if err == nil {
		err = s.charge(len(out) - start)
	}
	if err != nil {
		return value.Value{}, err
	}
	s.Arena = out
	return value.Of(view(out[start:])), nil
}

// param looks a parameter up in the path, then the query string, then the
// headers; a missing one is "".
func (in *inputObject) param(name string) string {
	p := &in.scope.Params
	for _, pairs := range [...][]Pair{p.Path, p.Query, p.Header} {
		if v, ok := last(pairs, name); ok {
			return v
		}
	}
	return ""
}

// allParams is the map of $input.params(): path, querystring and header, each a
// map of single values.
func (in *inputObject) allParams() *value.Map {
	if in.params == nil {
		p := &in.scope.Params
		room := make([]value.Entry, 3, 3+len(p.Path)+len(p.Query)+len(p.Header))
		kinds := room[:3:3]
		for i, kind := range [...]struct {
			name  string
			pairs []Pair
		}{{"path", p.Path}, {"querystring", p.Query}, {"header", p.Header}} {
			kinds[i].Key = value.Of(kind.name)
			kinds[i].Val, room = paramMap(room, kind.pairs)
		}
		in.params = value.MapOf(kinds)
	}
	return in.params
}

// paramMap appends the entries of pairs to room, which has the capacity, and
// makes a map of them. Of a repeated name it keeps the place of the first and
// the value of the last.
func paramMap(room []value.Entry, pairs []Pair) (value.Value, []value.Entry) {
	start := len(room)
next:
	for i := range pairs {
		if len(pairs) <= fewParams {
			for j := start; j < len(room); j++ {
				if key, _ := room[j].Key.Str(); key == pairs[i].Name {
					room[j].Val = value.Of(pairs[i].Value)
					continue next
				}
			}
		}
		room = append(room, value.Entry{Key: value.Of(pairs[i].Name), Val: value.Of(pairs[i].Value)})
	}
	entries := room[start:len(room):len(room)]
	if len(pairs) <= fewParams {
		return value.OfMap(value.MapOf(entries)), room
	}
	m := value.NewMap(len(entries))
	for _, e := range entries {
		key, _ := e.Key.Str()
		m.Put(key, e.Val)
	}
	return value.OfMap(m), room
}

// fewParams is how many parameters are compared one by one.
const fewParams = 32
