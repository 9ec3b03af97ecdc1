//go:build !amd64 && !arm64

package throttle

// prefetch is for processors that can be asked to.
func prefetch(*[2]apiKey, *slot) {}
