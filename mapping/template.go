package mapping

import (
	"sluice/mapping/jsonpath"
	"sluice/mapping/vtl"
)

// Template is a compiled mapping template. It is immutable and safe for
// concurrent use.
type Template struct {
	vtl   *vtl.Template
	plain bool
	paths jsonpath.Cache // of the paths that $input.path and $input.json are given
}

// CompileTemplate parses source. The error is a *vtl.Error with name, line,
// column and the source line with a caret.
func CompileTemplate(name, source string) (*Template, error) {
	return compileTemplate(name, source, vtl.AWS)
}

// CompilePlainTemplate parses source for plain Velocity: an undefined reference
// prints as it is written, and $context prints like any map. It is for
// comparing with Velocity itself.
func CompilePlainTemplate(name, source string) (*Template, error) {
	return compileTemplate(name, source, vtl.Plain)
}

func compileTemplate(name, source string, mode vtl.Mode) (*Template, error) {
	t, err := vtl.Parse(name, source, vtl.Options{
		Mode:   mode,
		Roots:  rootNames[:],
		Limits: vtl.Limits{Source: MaxTemplate},
	})
	if err != nil {
		return nil, err
	}
	return &Template{vtl: t, plain: mode == vtl.Plain}, nil
}

// Static returns what the template prints when that is the same for every Scope.
func (t *Template) Static() ([]byte, bool) { return t.vtl.Static() }

// UsesBody tells whether rendering can read the payload.
func (t *Template) UsesBody() bool { return t.vtl.UsesRoot("input") }

// Render appends what the template prints for s to dst. The error is a
// *vtl.Error, or a *RepeatedOverrideError. A *BadBodyError lies in the chain of
// a *vtl.Error when the payload had to be JSON and is not.
func (t *Template) Render(dst []byte, s *Scope) ([]byte, error) {
	r := s.begin(t)
	out, err := t.vtl.Render(dst, &r.env)
	if err == nil && r.repeated != nil {
		return dst, r.repeated
	}
	return out, err
}
