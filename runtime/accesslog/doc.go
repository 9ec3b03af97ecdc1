// Package accesslog writes access-log lines to a file or a pipe without ever
// making a request wait.
//
// What flows in: finished lines (Writer.Log), from any number of goroutines.
// What flows out: whole lines, in large writes, in about the order of arrival.
// Between the two stands a bounded buffer; when the disk or the reader of a pipe
// is slower than the requests, lines are dropped and counted.
//
// It never formats a line, never blocks the caller, and never lets a failing
// disk reach a request.
package accesslog
