package mapping

// Template is a compiled mapping template. It is immutable and safe for
// concurrent use.
type Template struct{}

// CompileTemplate parses source. The error is a *vtl.Error with name, line,
// column and the source line with a caret.
func CompileTemplate(name, source string) (*Template, error) { panic("not built yet") }

// Render appends what the template prints for s to dst.
func (t *Template) Render(dst []byte, s *Scope) ([]byte, error) { panic("not built yet") }

// Static returns the whole output of a template without directives and
// references; ok is false for every other template. The bytes must not be written to.
func (t *Template) Static() (text []byte, ok bool) { return nil, false }
