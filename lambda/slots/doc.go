// Package slots bounds how many invocations of one function run at a time and
// keeps what they run in (a warm VM, a process) for the next one.
//
// What flows in: callers that want a slot. What flows out: an idle instance, or
// the right to make one. Callers beyond the bound wait in order of arrival, and
// those beyond a second bound are refused. It never makes or ends an instance
// itself, and never starts a goroutine.
package slots
