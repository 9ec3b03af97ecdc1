package value

// Object is a value with properties and methods of its own: $input, $util,
// $context and the like. Implementations are pointers.
type Object interface {
	// Property answers $o.name and $o.get("name"); ok is false when there is none
	// (Velocity then treats the reference as invalid).
	Property(name string) (v Value, ok bool)
	// SetProperty carries out #set($o.name = v); false when o refuses.
	SetProperty(name string, v Value) bool
	// Call carries out $o.name(args...). ok is false when there is no such method;
	// err is an exception thrown by the method, which ends the rendering.
	Call(name string, args []Value) (v Value, ok bool, err error)
	// AppendText appends what toString() gives.
	AppendText(dst []byte) []byte
}

// MapView is an Object that is also a java.util.Map: it can be iterated, and
// methods that Call does not know are those of the map.
type MapView interface {
	Object
	AsMap() *Map
}
