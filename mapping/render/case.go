package render

import (
	"errors"
	"fmt"

	"sluice/mapping"
	"sluice/mapping/vtl"
	"sluice/mapping/vtl/value"
)

// Case is a template with everything that it can look at.
type Case struct {
	ID             value.Value
	Template       string
	Body           string     // the raw payload; "" for none
	Params         *value.Map // path, querystring and header, each a map; may be nil
	Context        *value.Map // $context; may be nil
	StageVariables *value.Map // may be nil

	pairs *mapping.Params // Params as a Scope has them
}

// ParseCase reads a case from a JSON object: id, template, body, params, context
// and stageVariables; other members are ignored.
func ParseCase(line string) (*Case, error) {
	v, err := value.ParseJSON(line)
	if err != nil {
		return nil, err
	}
	m := v.Map()
	if m == nil {
		return nil, errors.New("a case is a JSON object")
	}
	c := &Case{}
	c.ID, _ = m.Get("id")
	if c.Template, err = text(m, "template"); err != nil {
		return nil, err
	}
	if c.Body, err = text(m, "body"); err != nil {
		return nil, err
	}
	return c, c.readScope(m)
}

func (c *Case) readScope(m *value.Map) error {
	for name, to := range map[string]**value.Map{"params": &c.Params, "context": &c.Context, "stageVariables": &c.StageVariables} {
		v, _ := m.Get(name)
		if v.IsNull() {
			continue
		}
		if *to = v.Map(); *to == nil {
			return fmt.Errorf("%s must be an object", name)
		}
	}
	return nil
}

func text(m *value.Map, name string) (string, error) {
	v, _ := m.Get(name)
	s, ok := v.Str()
	if !ok && !v.IsNull() {
		return "", fmt.Errorf("%s must be a string", name)
	}
	return s, nil
}

// ReadContext fills params, context and stageVariables from a JSON document: an
// object with those members, or with none of them, which then is the context.
func (c *Case) ReadContext(document string) error {
	v, err := value.ParseJSON(document)
	if err != nil {
		return err
	}
	m := v.Map()
	if m == nil {
		return errors.New("the context must be a JSON object")
	}
	for _, name := range [...]string{"params", "context", "stageVariables"} {
		if _, ok := m.Get(name); ok {
			return c.readScope(m)
		}
	}
	c.Context = m
	return nil
}

// compile compiles the case's template.
func (c *Case) compile(name string, plain bool) (*mapping.Template, error) {
	if plain {
		return mapping.CompilePlainTemplate(name, c.Template)
	}
	return mapping.CompileTemplate(name, c.Template)
}

// ready puts the case into s for one rendering.
func (c *Case) ready(s *mapping.Scope, plain bool) {
	s.Body.Reset(c.Body)
	if c.pairs == nil {
		c.pairs = &mapping.Params{
			Path:   appendPairs(nil, c.Params, "path"),
			Query:  appendPairs(nil, c.Params, "querystring"),
			Header: appendPairs(nil, c.Params, "header"),
		}
	}
	s.Params = *c.pairs
	s.StageVariables = c.StageVariables
	s.Document = c.Context
	switch {
	case plain: // its templates can change the whole context
		s.Document = mapping.CopyMap(c.Context)
	case c.Context == nil:
		c.Context = value.NewMap(0)
		s.Document = c.Context
	}
	if m := given(s.Document, "requestOverride"); m != nil {
		adopt(s.Overrides.Request(), m)
	}
	if m := given(s.Document, "responseOverride"); m != nil {
		adopt(s.Overrides.Response(), m)
	}
	if plain {
		s.Document.Put("requestOverride", value.OfMap(s.Overrides.Request()))
		s.Document.Put("responseOverride", value.OfMap(s.Overrides.Response()))
	}
}

func given(document *value.Map, name string) *value.Map {
	v, _ := document.Get(name)
	return v.Map()
}

// adopt starts overrides with what the document has under their name.
func adopt(overrides, m *value.Map) {
	for i := range m.Len() {
		key, _ := m.At(i).Key.Str()
		overrides.Put(key, m.At(i).Val)
	}
}

func appendPairs(dst []mapping.Pair, params *value.Map, kind string) []mapping.Pair {
	if params == nil {
		return dst
	}
	v, _ := params.Get(kind)
	m := v.Map()
	if m == nil {
		return dst
	}
	for i := range m.Len() {
		e := m.At(i)
		if e.Val.IsNull() {
			continue
		}
		name, _ := e.Key.Str()
		if l := e.Val.List(); l != nil {
			for _, item := range l.Items {
				dst = append(dst, mapping.Pair{Name: name, Value: item.Text()})
			}
			continue
		}
		dst = append(dst, mapping.Pair{Name: name, Value: e.Val.Text()})
	}
	return dst
}

// answer is what rendering a case gave.
type answer struct {
	output            string
	request, response value.Value // the overrides; null when none were set
	class             string      // "parse", "runtime" or "body", when it failed
	err               error
}

// Answer renders the case.
func (c *Case) answer(s *mapping.Scope, plain bool) answer {
	t, err := c.compile("case", plain)
	if err != nil {
		return answer{class: "parse", err: err}
	}
	s.Reset()
	s.AllowRepeatedOverrides = true
	c.ready(s, plain)
	out, err := t.Render(nil, s)
	if err != nil {
		return answer{class: class(err), err: err}
	}
	a := answer{output: string(out)}
	if plain {
		request, _ := s.Document.Get("requestOverride")
		response, _ := s.Document.Get("responseOverride")
		a.request, a.response = used(request), used(response)
	} else {
		a.request, a.response = used(value.OfMap(s.Overrides.RequestSet())), used(value.OfMap(s.Overrides.ResponseSet()))
	}
	return a
}

func class(err error) string {
	var bad *mapping.BadBodyError
	var e *vtl.Error
	switch {
	case errors.As(err, &bad):
		return "body"
	case errors.As(err, &e) && e.Kind == vtl.SyntaxError:
		return "parse"
	default:
		return "runtime"
	}
}

// used is overrides less the maps that stayed empty; null when nothing is left.
func used(v value.Value) value.Value {
	m := v.Map()
	if m == nil {
		return v
	}
	kept := value.NewMap(m.Len())
	for i := range m.Len() {
		e := m.At(i)
		if below := e.Val.Map(); below != nil && below.Len() == 0 {
			continue
		}
		kept.Put(e.Key.Text(), e.Val)
	}
	if kept.Len() == 0 {
		return value.Value{}
	}
	return value.OfMap(kept)
}
