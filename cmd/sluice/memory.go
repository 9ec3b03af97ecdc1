package main

import (
	"os"
	"runtime/debug"
)

// gcPercent lets the heap grow to five times what is live before it is
// collected. A gateway keeps little (the stages) and throws away the rest (what a
// request made), so at Go's default of 100 it would collect a few megabytes
// hundreds of times a second: half the CPU of a large mapping template.
const gcPercent = 400

// tuneMemory sets the collector's pace, unless GOGC says otherwise.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

// settleMemory gives back what only the start needed: the definitions' text and
// trees, and the pages of the program that hold nothing but initialization, which
// are more than half of those that it has. What is needed again comes back by
// itself.
func settleMemory() {
	debug.FreeOSMemory()
	releaseProgram()
}
