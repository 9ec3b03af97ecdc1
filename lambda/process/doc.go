// Package process runs functions in processes of their own that speak the Lambda
// Runtime API: a bootstrap, a program built with a runtime client, and, by small
// launchers that ship with this package, plain Node.js and Python handlers.
//
// What flows in: events. What flows out: what the process posts as its response
// or its error. Each process gets a server on the loopback interface, on a port
// of its own; it runs one event at a time and is kept for the next. There are as
// many processes as invocations at a time, up to the function's concurrency.
//
// A process leads its own group; when it ends, or exceeds its time, the whole
// group is killed. After a crash the next process is started at once, after
// several in a row only with a growing pause. What it prints goes to the log,
// within bounds.
//
// It never hands the environment of this process on, apart from PATH, HOME, LANG
// and TMPDIR, and never waits for a process longer than its limits.
package process
