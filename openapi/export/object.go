package export

import (
	"sort"
	"strconv"

	"sluice/openapi/document"
)

// object is a map that keeps its order. A value is a string, bool, int, nil,
// number, *object or list.
type object struct {
	keys   []string
	values map[string]any
}

type (
	list   []any
	number string // the text of a JSON number
)

func newObject() *object { return &object{values: map[string]any{}} }

// set puts a member at the end, or replaces the one that is there.
func (o *object) set(key string, value any) *object {
	if _, ok := o.values[key]; !ok {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
	return o
}

// text sets a member unless its text is empty.
func (o *object) text(key, value string) *object {
	if value != "" {
		o.set(key, value)
	}
	return o
}

func (o *object) has(key string) bool {
	_, ok := o.values[key]
	return ok
}

// texts is a map of texts with sorted keys.
func texts[M ~map[string]string](m M) *object {
	out := newObject()
	for _, k := range sortedKeys(m) {
		out.set(k, m[k])
	}
	return out
}

func textList(in []string) list {
	out := make(list, len(in))
	for i, t := range in {
		out[i] = t
	}
	return out
}

// fromNode copies a value of a document.
func fromNode(n *document.Node) any {
	switch n.Kind() {
	case document.Map:
		out := newObject()
		for _, m := range n.Members() {
			out.set(m.Key, fromNode(m.Value))
		}
		return out
	case document.List:
		out := make(list, 0, len(n.Members()))
		for _, m := range n.Members() {
			out = append(out, fromNode(m.Value))
		}
		return out
	}
	return scalar(n)
}

func scalar(n *document.Node) any {
	switch n.Kind() {
	case document.String:
		return n.Text()
	case document.Bool:
		return n.Text() == "true"
	case document.Number:
		return number(n.Text())
	}
	return nil
}

// parse reads JSON text.
func parse(text string) (*document.Node, bool) {
	n, errs := document.Parse("x.json", []byte(text))
	return n, n != nil && len(errs) == 0
}

// statusCode is a code as the service writes it where it is a number.
func statusCode(code string) any {
	if i, err := strconv.Atoi(code); err == nil {
		return i
	}
	return code
}

func sortedKeys[M ~map[string]V, V any](m M) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
