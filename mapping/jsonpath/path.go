package jsonpath

import (
	"sluice/mapping/vtl/value"
)

// The bounds of compilation and reading.
const (
	// MaxPathLength is the longest path that compiles, in bytes.
	MaxPathLength = 16 << 10
	// MaxNesting is how deep filters, parentheses and function arguments may nest.
	MaxNesting = 64
	// MaxSteps is how many values one Read may visit.
	MaxSteps = 8 << 20
	// MaxDepth is how deep one Read may descend into a document.
	MaxDepth = 10_000
)

// Path is a compiled JSONPath. It is immutable and safe for concurrent use.
type Path struct {
	source   string
	chain    *chain
	tokens   int // tokens of all chains in it, nested ones included
	notFound *NotFoundError
}

// NotFoundError tells that a definite path leads nowhere
// (com.jayway.jsonpath.PathNotFoundException).
type NotFoundError struct{ Path string }

func (e *NotFoundError) Error() string { return "No results for path: " + e.Path }

// Error is everything else that compiling or reading can throw.
type Error struct {
	Path    string
	Message string
}

func (e *Error) Error() string {
	if e.Path == "" {
		return e.Message
	}
	return e.Message + " in path " + e.Path
}

// Compile parses src. The error is an *Error.
func Compile(src string) (*Path, error) {
	if src == "" {
		return nil, &Error{Message: "json can not be null or empty"}
	}
	if len(src) > MaxPathLength {
		return nil, &Error{Message: "path is too long"}
	}
	c := compiler{}
	ch, err := c.compilePath(src)
	if err != nil {
		return nil, &Error{Path: src, Message: err.message}
	}
	return &Path{
		source:   src,
		chain:    ch,
		tokens:   c.tokens,
		notFound: &NotFoundError{Path: src},
	}, nil
}

// IsDefinite tells whether p gives one value rather than a list.
func (p *Path) IsDefinite() bool { return p.chain.definite }

// String is the path as it was compiled.
func (p *Path) String() string { return p.source }

// Read gives what p selects in root: a value of the document for a definite
// path, a new JSON list for an indefinite one. The error is a *NotFoundError or
// an *Error.
func (p *Path) Read(root value.Value) (value.Value, error) {
	steps := MaxSteps
	return p.ReadWithin(root, &steps)
}

// ReadWithin is Read that takes the values it visits off a number of steps,
// which many reads can share.
func (p *Path) ReadWithin(root value.Value, steps *int) (value.Value, error) {
	*steps-- // for itself
	if root.IsNull() {
		// Jayway refuses a null root; only the bare "$" gives it back.
		if trimJava(p.source) == "$" {
			return root, nil
		}
		return value.Value{}, p.notFound
	}
	if p.chain.simple {
		if v, ok := p.chain.follow(root); ok {
			return v, nil
		}
		return value.Value{}, p.notFound
	}
	r := reader{tokens: p.tokens, steps: steps}
	v, f := r.value(p.chain, root, root, false)
	if f == nil {
		return v, nil
	}
	if f.kind == faultNotFound {
		return value.Value{}, p.notFound
	}
	return value.Value{}, &Error{Path: p.source, Message: f.message}
}
