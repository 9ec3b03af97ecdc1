package value

// MapOf makes a map of entries whose keys are Strings and all different. The map
// takes the slice over.
func MapOf(entries []Entry) *Map { return &Map{entries: entries} }
