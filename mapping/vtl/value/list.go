package value

// List is java.util.ArrayList. JSON marks a net.minidev.json.JSONArray, whose
// text is compact JSON instead of Java's [a, b].
type List struct {
	Items []Value
	JSON  bool
}

// NewList makes a list of the template's own ([1, 2]), with room for n items.
func NewList(n int) *List { return &List{Items: make([]Value, 0, n)} }

// NewJSONList makes a list as a JSON parser or JSONPath gives it.
func NewJSONList(n int) *List { return &List{Items: make([]Value, 0, n), JSON: true} }
