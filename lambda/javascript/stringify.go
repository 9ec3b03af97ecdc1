package javascript

import (
	"github.com/dop251/goja"
)

// guardStringify bounds JSON.stringify: an object that is in many places is written in
// each of them, so that a little can become any amount of text.
func (m *machine) guardStringify(json *goja.Object) {
	original, _ := goja.AssertFunction(json.Get("stringify"))
	wrapAround(m, json, "stringify", func(c goja.FunctionCall) goja.Value {
		value, space := c.Argument(0), c.Argument(2)
		if _, ok := value.(*goja.Object); !ok {
			return m.must(original(c.This, c.Arguments...))
		}
		w := jsonWriter{m: m, p: portion{m: m}}
		switch r := c.Argument(1).(type) {
		case *goja.Object:
			if f, ok := goja.AssertFunction(r); ok {
				w.replacer = f
			} else if r.ClassName() == "Array" {
				w.keys = m.keysOf(r)
			}
		}
		if !goja.IsUndefined(space) {
			w.indent = 10
		}
		return m.must(original(c.This, value, m.vm.ToValue(w.replace), space))
	})
}

// keysOf are the names in the list that JSON.stringify takes.
func (m *machine) keysOf(list *goja.Object) []string {
	keys := []string{}
	seen := map[string]bool{}
	for i := range int(m.sizeOf(list)) {
		v := list.Get(element(i))
		switch o := v.(type) {
		case nil, *goja.Symbol:
			continue
		case *goja.Object:
			if name := o.ClassName(); name != "String" && name != "Number" {
				continue
			}
		default:
			if t := typeOf(v); t != "string" && t != "number" {
				continue
			}
		}
		if key := v.String(); !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	return keys
}

// jsonWriter is the replacer that counts.
type jsonWriter struct {
	m        *machine
	p        portion
	replacer goja.Callable
	keys     []string // nil for all
	indent   int
	under    []goja.Value // the objects that are being written
}

func (w *jsonWriter) replace(c goja.FunctionCall) goja.Value {
	key, v := c.Arguments[0], c.Arguments[1]
	if w.replacer != nil {
		v = w.m.must(w.replacer(c.This, key, v))
	}
	n := 8
	if s, ok := key.(goja.String); ok {
		n += s.Length()
	}
	switch x := v.(type) {
	case goja.String:
		n += x.Length()
	case *goja.Object:
		if w.indent > 0 {
			for len(w.under) > 0 && w.under[len(w.under)-1] != c.This {
				w.under = w.under[:len(w.under)-1]
			}
		}
		if w.keys != nil && x.ClassName() != "Array" {
			v = w.picked(x)
		}
		if w.indent > 0 {
			w.under = append(w.under, v)
		}
	}
	w.p.take(n + w.indent*len(w.under))
	return v
}

// picked is an object with only the listed properties, in their order; but the engine
// puts those first whose names are numbers.
func (w *jsonWriter) picked(o *goja.Object) goja.Value {
	if _, ok := goja.AssertFunction(o); ok {
		return o
	}
	switch o.ClassName() {
	case "String", "Number", "Boolean", "BigInt":
		return o
	}
	chosen := w.m.vm.CreateObject(nil)
	for _, key := range w.keys {
		if v := o.Get(key); v != nil {
			_ = chosen.Set(key, v)
		}
	}
	return chosen
}
