package jsonpath

import "sluice/mapping/vtl/value"

// keySet is what keys() gives inside a path: a java.util.Set, which is neither
// a list nor a map to the tokens that follow. Read gives it out as a list.
type keySet struct{ names *value.List }

func newKeySet(m *value.Map) value.Value {
	names := value.NewList(m.Len())
	for i := range m.Len() {
		names.Items = append(names.Items, m.At(i).Key)
	}
	return value.OfObject(&keySet{names})
}

// exported replaces the sets in a result by lists.
func exported(v value.Value) value.Value {
	if s, ok := v.Object().(*keySet); ok {
		return value.OfList(s.names)
	}
	return v
}

// Property, SetProperty and Call are never reached: a keySet does not leave Read.
func (s *keySet) Property(string) (value.Value, bool) { return value.Value{}, false }

// SetProperty refuses.
func (s *keySet) SetProperty(string, value.Value) bool { return false }

// Call knows no method.
func (s *keySet) Call(string, []value.Value) (value.Value, bool, error) {
	return value.Value{}, false, nil
}

// AppendText is what concat() sees: [a, b].
func (s *keySet) AppendText(dst []byte) []byte {
	return value.AppendText(dst, value.OfList(s.names))
}
