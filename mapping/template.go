package mapping

import "errors"

// Template is a compiled mapping template. It is immutable and safe for
// concurrent use.
type Template struct{ source string }

// CompileTemplate parses source. The error is a *vtl.Error with name, line,
// column and the source line with a caret.
func CompileTemplate(name, source string) (*Template, error) { return &Template{source}, nil }

// Static returns what the template prints when that is the same for every Scope.
func (t *Template) Static() ([]byte, bool) { return nil, false }

// UsesBody tells whether rendering can read the payload.
func (t *Template) UsesBody() bool { return true }

// Render appends what the template prints for s to dst.
func (t *Template) Render(dst []byte, s *Scope) ([]byte, error) {
	return dst, errors.New("templates are not built yet")
}

// CompilePlainTemplate parses source for plain Velocity.
func CompilePlainTemplate(name, source string) (*Template, error) { return &Template{source}, nil }
