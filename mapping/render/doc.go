// Package render renders mapping templates outside a gateway: one template
// with a body and a context from files, or many cases as JSON lines, in the
// protocol of the Velocity oracle that the engine is compared with.
//
// What flows in: templates, payloads and contexts as text. What flows out: what
// a template prints and overrides, errors with their place, timings. It reads
// and writes only what it is given; flags and files are the command's.
package render
