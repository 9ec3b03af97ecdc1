package render

import (
	"fmt"
	"io"

	"sluice/mapping"
	"sluice/mapping/vtl/value"
)

// Once renders one case as the service would, writes what it prints to w, and
// what it overrides to notes. With trace, notes also gets every reference that
// is printed and its value, in order. name is the template's, for errors.
func Once(w, notes io.Writer, name string, c *Case, trace bool) error {
	t, err := c.compile(name, false)
	if err != nil {
		return err
	}
	var s mapping.Scope
	c.ready(&s, false)
	if trace {
		s.Trace = func(ref string, v value.Value) {
			fmt.Fprintf(notes, "%s = %s\n", ref, appendValue(nil, v, 0))
		}
	}
	out, err := t.Render(nil, &s)
	if err != nil {
		return err
	}
	if _, err := w.Write(out); err != nil {
		return err
	}
	for _, o := range [...]struct {
		name string
		set  value.Value
	}{
		{"requestOverride", used(value.OfMap(s.Overrides.RequestSet()))},
		{"responseOverride", used(value.OfMap(s.Overrides.ResponseSet()))},
	} {
		if !o.set.IsNull() {
			fmt.Fprintf(notes, "$context.%s = %s\n", o.name, appendValue(nil, o.set, 0))
		}
	}
	return nil
}
