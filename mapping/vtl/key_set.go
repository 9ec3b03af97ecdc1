package vtl

import "sluice/mapping/vtl/value"

// KeySet is m.keySet(): a java.util.Set that changes with its map.
func KeySet(m *value.Map) value.Value { return value.OfObject(&mapView{m: m, part: keys}) }
