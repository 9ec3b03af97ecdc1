package patch

import (
	"slices"
	"strings"
)

// Family is which texts a resource refuses operations with.
type Family int

const (
	// Listing texts name the paths that an op has.
	Listing Family = iota
	// Terse texts do not.
	Terse
)

// Rule says what operations on the paths of one pattern do.
type Rule[T any] struct {
	// Path is the pattern: segments in braces, curly or pointed, match any segment
	// that is not empty, as "/requestParameters/{name}".
	Path string
	// Listed is what texts call the path; "" is Path.
	Listed string
	// Ops are the ops that the path has.
	Ops []string
	// Apply changes target. names are the segments that the braces matched, decoded.
	Apply func(target T, o Operation, names []string) error
}

// Table is what a resource's update operation supports.
type Table[T any] struct {
	family Family
	rules  []compiled[T]
}

type compiled[T any] struct {
	Rule[T]
	segments []string
}

// NewTable makes a table. The order of the rules is that of the texts; the first
// rule that matches a path is taken.
func NewTable[T any](family Family, rules ...Rule[T]) *Table[T] {
	t := &Table[T]{family: family}
	for _, r := range rules {
		t.rules = append(t.rules, compiled[T]{r, strings.Split(strings.TrimPrefix(r.Path, "/"), "/")})
	}
	return t
}

// Invalid is a refused operation; its text is the service's.
type Invalid struct{ Message string }

func (e *Invalid) Error() string { return e.Message }

// Apply applies operations in their order. The error is that of the first that is
// refused (*Invalid) or that its rule fails with.
func (t *Table[T]) Apply(target T, operations []Operation) error {
	for _, o := range operations {
		r, names := t.find(o.Path)
		if r == nil || !slices.Contains(r.Ops, o.Op) {
			return t.refuse(o, r)
		}
		if err := r.Apply(target, o, names); err != nil {
			return err
		}
	}
	return nil
}

// find is the rule of a path.
func (t *Table[T]) find(path string) (*compiled[T], []string) {
	segments, ok := Split(path)
	if !ok {
		return nil, nil
	}
	for i := range t.rules {
		if names, ok := match(t.rules[i].segments, segments); ok {
			return &t.rules[i], names
		}
	}
	return nil, nil
}

func match(pattern, segments []string) (names []string, ok bool) {
	if len(pattern) != len(segments) {
		return nil, false
	}
	for i, p := range pattern {
		switch {
		case strings.HasPrefix(p, "{"), strings.HasPrefix(p, "<"):
			if segments[i] == "" {
				return nil, false
			}
			names = append(names, segments[i])
		case p != segments[i]:
			return nil, false
		}
	}
	return names, true
}

// refuse is the error of an operation that has no rule; r is that of its path, if
// any (aws-facts: patch operations, 2).
func (t *Table[T]) refuse(o Operation, r *compiled[T]) *Invalid {
	if t.family == Terse {
		if r == nil {
			return &Invalid{"Invalid patch path " + o.Path}
		}
		return &Invalid{"Invalid patch operation specified. Must be one of: [" + strings.Join(r.Ops, ", ") + "]"}
	}
	var paths []string
	for _, r := range t.rules {
		path := r.Path
		if r.Listed != "" {
			path = r.Listed
		}
		if slices.Contains(r.Ops, o.Op) && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	head := "Invalid patch path  '" + o.Path + "' specified for op '" + o.Op + "'. "
	if len(paths) == 0 {
		return &Invalid{head + "Please choose supported operations"}
	}
	return &Invalid{head + "Must be one of: [" + strings.Join(paths, ", ") + "]"}
}
