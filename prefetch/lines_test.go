package prefetch

import (
	"testing"
	"unsafe"
)

// TestAnyAddress: no address and no number of lines does any harm.
func TestAnyAddress(t *testing.T) {
	memory := [4 * LineSize]byte{1, 2, 3}
	before := memory
	for _, p := range []unsafe.Pointer{nil, unsafe.Pointer(&memory), unsafe.Pointer(&memory[LineSize-1]), unsafe.Pointer(&memory[len(memory)-1])} {
		Line(p)
		for _, n := range []int{-1, 0, 1, 4, 100} {
			Lines(p, n)
		}
	}
	if memory != before {
		t.Error("memory was written to")
	}
}

func BenchmarkLines(b *testing.B) {
	var memory [8 * LineSize]byte
	for b.Loop() {
		Lines(unsafe.Pointer(&memory), 8)
	}
}
