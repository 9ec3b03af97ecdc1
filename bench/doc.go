// Package bench holds the benchmarks of the whole data plane, beside a bare
// fasthttp server and a bare fasthttp reverse proxy in the same run, and the test
// that its steady state allocates nothing. bench/load compares the finished
// program with other gateways; RESULTS.md says what it has shown.
//
// What flows in: nothing but the repository. What flows out: ns/op, allocs/op and
// requests a second. It is never imported, and no test depends on how long
// something takes.
package bench
