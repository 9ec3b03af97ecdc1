package value

// Iterable is an Object that #foreach can go over.
type Iterable interface {
	Object
	Iterator() Iterator
}

// Iterator is java.util.Iterator.
type Iterator interface {
	HasNext() bool
	Next() (Value, error)
}
