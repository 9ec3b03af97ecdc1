//go:build amd64 || arm64

package throttle

// prefetch asks for the lines of a pair of places and of a slot, and does not wait
// for them. It reads nothing: neither does it race with writers, nor can it fail.
//
//go:noescape
func prefetch(pair *[2]apiKey, at *slot)
