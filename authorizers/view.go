package authorizers

import "unsafe"

// view makes a string of b without copying. It is valid as long as b is.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
