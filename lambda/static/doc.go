// Package static answers for functions from a file.
//
// What flows in: an invocation, of which only the id counts. What flows out: the
// file's content, read anew when the file has changed. It is for tests of an API
// whose functions do not matter.
package static
