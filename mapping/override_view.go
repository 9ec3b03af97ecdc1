package mapping

import "sluice/mapping/vtl/value"

// overrideView is $context.requestOverride or $context.responseOverride in a
// rendering.
type overrideView struct {
	r        *rendering
	response bool
}

// AsMap is the map of the overrides itself.
func (o *overrideView) AsMap() *value.Map {
	if o.response {
		return o.r.scope.Overrides.Response()
	}
	return o.r.scope.Overrides.Request()
}

// Property gives what was set, and header, path and querystring always.
func (o *overrideView) Property(name string) (value.Value, bool) {
	v, ok := o.AsMap().Get(name)
	if m := v.Map(); m != nil && isOverrideMap(name) {
		return value.OfObject(&overrideMembers{r: o.r, m: m, of: name}), true
	}
	return v, ok
}

func isOverrideMap(name string) bool {
	return name == "header" || name == "path" || name == "querystring"
}

// SetProperty sets the status or a free key.
func (o *overrideView) SetProperty(name string, v value.Value) bool {
	m := o.AsMap()
	if name == "status" {
		o.r.override(m, "", name)
	}
	m.Put(name, v)
	return true
}

// Call knows get and put; see AsMap for the rest.
func (o *overrideView) Call(name string, args []value.Value) (value.Value, bool, error) {
	v, ok := putter(o, o.AsMap(), name, args)
	return v, ok, nil
}

// AppendText prints nothing (recorded).
func (o *overrideView) AppendText(dst []byte) []byte { return dst }

// overrideMembers is the header, path or querystring of an override.
type overrideMembers struct {
	r  *rendering
	m  *value.Map
	of string
}

// AsMap is the map of the overrides itself.
func (o *overrideMembers) AsMap() *value.Map { return o.m }

// Property gives what was set.
func (o *overrideMembers) Property(name string) (value.Value, bool) { return o.m.Get(name) }

// SetProperty overrides one parameter.
func (o *overrideMembers) SetProperty(name string, v value.Value) bool {
	o.r.override(o.m, o.of, name)
	o.m.Put(name, v)
	return true
}

// Call knows get and put; see AsMap for the rest.
func (o *overrideMembers) Call(name string, args []value.Value) (value.Value, bool, error) {
	v, ok := putter(o, o.m, name, args)
	return v, ok, nil
}

// AppendText prints nothing.
func (o *overrideMembers) AppendText(dst []byte) []byte { return dst }

// putter answers get and put("name", v), which gives what was there before.
func putter(o value.Object, m *value.Map, name string, args []value.Value) (value.Value, bool) {
	if name != "put" || len(args) != 2 {
		return getter(o, name, args)
	}
	key, ok := args[0].Str()
	if !ok {
		return value.Value{}, false
	}
	before, _ := m.Get(key)
	o.SetProperty(key, args[1])
	return before, true
}
