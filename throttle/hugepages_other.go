//go:build !linux

package throttle

// useHugePages is for kernels that can be asked to.
func useHugePages([]byte) {}
