// Package bench holds the benchmarks of the whole data plane, beside a bare
// fasthttp server and a bare fasthttp reverse proxy in the same run.
//
// What flows in: nothing but the repository. What flows out: ns/op, allocs/op and
// requests a second. It is never imported, and no test depends on its figures.
package bench
