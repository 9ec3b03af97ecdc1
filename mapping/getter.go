package mapping

import "sluice/mapping/vtl/value"

// getter answers get("name") from the property.
func getter(o value.Object, name string, args []value.Value) (value.Value, bool) {
	if name != "get" || len(args) != 1 {
		return value.Value{}, false
	}
	key, ok := args[0].Str()
	if !ok {
		return value.Value{}, true
	}
	v, _ := o.Property(key)
	return v, true
}
