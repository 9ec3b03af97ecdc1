package patch

import "strings"

// Operation is one entry of patchOperations. The op is one of the six that the wire's
// check lets through.
type Operation struct {
	Op    string  `json:"op"`
	Path  string  `json:"path"`
	Value *string `json:"value"` // nil: not sent
	From  string  `json:"from"`
}

// The ops that do something; move and test are supported by no resource.
const (
	Add     = "add"
	Replace = "replace"
	Remove  = "remove"
	Copy    = "copy"
)

// Text is the value, "" without one.
func (o Operation) Text() string {
	if o.Value == nil {
		return ""
	}
	return *o.Value
}

// Bool is the value as a boolean: what is not true is false (recorded).
func (o Operation) Bool() bool { return strings.EqualFold(o.Text(), "true") }

// Split cuts a JSON Pointer into its segments, with ~1 and ~0 undone. A path that
// does not begin with a slash is none.
func Split(path string) ([]string, bool) {
	if !strings.HasPrefix(path, "/") {
		return nil, false
	}
	segments := strings.Split(path[1:], "/")
	for i, s := range segments {
		segments[i] = Unescape(s)
	}
	return segments, true
}

// Unescape undoes Escape.
func Unescape(s string) string {
	if !strings.Contains(s, "~") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
}

// Escape makes a segment of a name.
func Escape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}
