// Package prefetch asks the processor for memory that will be read soon.
//
// What is kept of thousands of methods, or of a million keys, does not fit into the
// processor's cache, and what a request needs of one of them is in several places: one
// after the other, each costs as much as some hundred instructions. Asked for together,
// they cost as much as one.
//
// What flows in: addresses. Nothing flows out. It reads nothing: it can neither fail, nor
// race with a writer, nor change what a program does. On processors that it does not know
// it does nothing.
package prefetch

// LineSize is how many bytes come from memory together.
const LineSize = 64
