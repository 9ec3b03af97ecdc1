// Package javascript runs JavaScript and TypeScript functions in process.
//
// What flows in: a function's directory and its events. What flows out: its
// answers, or its failures in the form that the service's Node.js runtime gives
// them. A Function owns a pool of machines; a machine is one VM with the
// function's modules loaded, a goroutine of its own and an event loop, and runs
// one invocation at a time.
//
// A machine that ran out of time or memory, exited or panicked is thrown away.
// Time is bounded by an interrupt; a native call that does not see the interrupt
// leaves its machine behind, in its slot, while the caller gets its answer.
//
// Memory: the engine cannot count what a VM holds, so code passes a meter. Between
// parsing and compiling, every function and every turn of a loop is given a tick, and
// the operators that make much of little (+, template literals, spread, << and ** of
// BigInts) become calls that look before they take; natives that could take much at
// once (repeat, join, replace, JSON.stringify, ArrayBuffer, ...) are wrapped likewise,
// and so are eval and the constructors of functions. A step larger than the limit is a
// RangeError. With every few ticks, and before each large step, the machine looks at
// the heap of the process on its own goroutine, so that it takes nothing while it is
// judged: when the heap has grown by more than the limit since the invocation began,
// and a garbage collection does not help, the invocation that has been executing
// longest is broken off and its machine thrown away. What one function can take beyond
// its limit is therefore a step or two of at most the limit each, however late any
// other goroutine comes. A Watch looks at the heap every few milliseconds as well, for
// what a function hoards across invocations: beyond the sum of all limits every machine
// is replaced.
//
// All of this costs a call of a function nothing that could be measured, an addition or
// a turn of a loop about 40 ns. An eval sees the global scope only.
//
// The limit tells functions apart, not what a process may have: the heap is one, and
// the collector lets garbage grow as large as what lives. Who needs a wall between
// functions runs them by package process.
//
// It never lets a function load files outside its directory, see the process's
// environment or reach another function's VM. The network is reached by fetch
// only. What Node.js has beyond that (fs, http, native addons) needs the node
// runtime of package process.
package javascript
