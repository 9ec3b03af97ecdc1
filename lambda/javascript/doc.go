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
// Memory: the engine cannot count what a VM holds, so a Watch looks at the heap
// of the whole process every few milliseconds while functions run. When it has
// grown by more than a running function's limit since that function began, and a
// garbage collection does not help, the one that has been executing longest is
// interrupted and its machine thrown away. Native calls that could take much at
// once (repeat, padStart, fill, ArrayBuffer, Buffer.alloc, ...) are refused
// beyond the limit before they begin. What a function hoards across invocations
// is bounded by the sum of all limits: beyond it every machine is replaced.
//
// It never lets a function load files outside its directory, see the process's
// environment or reach another function's VM. The network is reached by fetch
// only. What Node.js has beyond that (fs, http, native addons) needs the node
// runtime of package process.
package javascript
