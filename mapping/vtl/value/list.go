package value

// List is java.util.ArrayList. JSON marks a net.minidev.json.JSONArray, whose
// text is compact JSON instead of Java's [a, b].
type List struct {
	Items []Value
	JSON  bool

	changes uint32 // of the length, as modCount
}

// NewList makes a list of the template's own ([1, 2]), with room for n items.
func NewList(n int) *List { return &List{Items: make([]Value, 0, n)} }

// NewJSONList makes a list as a JSON parser or JSONPath gives it.
func NewJSONList(n int) *List { return &List{Items: make([]Value, 0, n), JSON: true} }

// Changes counts the changes of the length that methods of a template made; an
// iterator that finds it changed fails as Java's do.
func (l *List) Changes() uint32 { return l.changes }

// Add appends v.
func (l *List) Add(v Value) {
	l.Items = append(l.Items, v)
	l.changes++
}

// Insert puts v before item i, 0 <= i <= len(l.Items).
func (l *List) Insert(i int, v Value) {
	l.Items = append(l.Items, Value{})
	copy(l.Items[i+1:], l.Items[i:])
	l.Items[i] = v
	l.changes++
}

// InsertAll puts vs before item i, 0 <= i <= len(l.Items).
func (l *List) InsertAll(i int, vs []Value) {
	tail := append([]Value(nil), l.Items[i:]...)
	l.Items = append(append(l.Items[:i], vs...), tail...)
	l.changes++
}

// RemoveAt takes item i out and returns it.
func (l *List) RemoveAt(i int) Value {
	v := l.Items[i]
	copy(l.Items[i:], l.Items[i+1:])
	l.Items[len(l.Items)-1] = Value{}
	l.Items = l.Items[:len(l.Items)-1]
	l.changes++
	return v
}

// Clear takes all items out.
func (l *List) Clear() {
	l.Items = nil
	l.changes++
}
