package mapping

import "sluice/mapping/vtl/value"

// mapView is a map of the runtime's in a template: stage variables, what an
// authorizer said, or a whole $context out of a document. A map that other
// requests share is copied before a template gets at its methods.
type mapView struct {
	shared *value.Map // never changed
	own    *value.Map // the copy, or the map itself where nobody shares it
	silent bool       // it prints as nothing, as the maps in $context do
	fixed  bool       // #set cannot add members
	below  []*mapView // of the maps in it, so that one map has one view
}

func (v *mapView) get(name string) (value.Value, bool) {
	if v.own != nil {
		return v.own.Get(name)
	}
	return lookUp(v.shared, name)
}

// AsMap is the map as the template's own.
func (v *mapView) AsMap() *value.Map {
	if v.own == nil {
		v.own = CopyMap(v.shared)
	}
	return v.own
}

// Property gives a member. Maps in a silent map are silent too.
func (v *mapView) Property(name string) (value.Value, bool) {
	member, ok := v.get(name)
	if m := member.Map(); m != nil && v.silent {
		return value.OfObject(v.viewBelow(m)), true
	}
	return member, ok
}

func (v *mapView) viewBelow(m *value.Map) *mapView {
	for _, w := range v.below {
		if w.shared == m || w.own == m {
			return w
		}
	}
	w := &mapView{silent: true}
	if v.own != nil {
		w.own = m
	} else {
		w.shared = m
	}
	v.below = append(v.below, w)
	return w
}

// SetProperty puts a member.
func (v *mapView) SetProperty(name string, member value.Value) bool {
	if v.fixed {
		return false
	}
	v.AsMap().Put(name, member)
	return true
}

// Call knows get; see AsMap for the rest.
func (v *mapView) Call(name string, args []value.Value) (value.Value, bool, error) {
	member, ok := getter(v, name, args)
	return member, ok, nil
}

// AppendText is Java's text of a map, or nothing.
func (v *mapView) AppendText(dst []byte) []byte {
	if v.silent {
		return dst
	}
	return value.AppendText(dst, value.OfMap(v.AsMap()))
}

// maxCopyDepth bounds how deep a shared map is copied; authorizers give flat
// maps, with one level of claims.
const maxCopyDepth = 16

// CopyMap copies a map with string keys and all that is in it, so that templates
// can change it. nil gives an empty map.
func CopyMap(m *value.Map) *value.Map { return copyMapAt(m, 0) }

func copyMapAt(m *value.Map, depth int) *value.Map {
	if m == nil {
		return value.NewMap(0)
	}
	c := value.NewMap(m.Len())
	for i := range m.Len() {
		e := m.At(i)
		key, _ := e.Key.Str()
		c.Put(key, copyValue(e.Val, depth+1))
	}
	return c
}

func copyValue(v value.Value, depth int) value.Value {
	if depth > maxCopyDepth {
		return value.Value{}
	}
	if m := v.Map(); m != nil {
		return value.OfMap(copyMapAt(m, depth))
	}
	if l := v.List(); l != nil {
		c := &value.List{Items: make([]value.Value, 0, len(l.Items)), JSON: l.JSON}
		for _, item := range l.Items {
			c.Items = append(c.Items, copyValue(item, depth+1))
		}
		return value.OfList(c)
	}
	return v
}
