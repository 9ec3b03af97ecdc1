//go:build amd64 || arm64

package prefetch

import "unsafe"

// Line asks for the line that p is in.
//
//go:noescape
func Line(p unsafe.Pointer)

// Lines asks for n lines from that on which p is in; for none when n is 0.
//
//go:noescape
func Lines(p unsafe.Pointer, n int)
