// Package oracletest compares the mapping engine with a reference: real Velocity
// and real JSONPath behind a program that answers JSON lines.
//
// What flows in: a seed. What flows out: random cases from a grammar (every
// directive, white space, escapes, malformed input, arithmetic, methods), and the
// answers of the reference to them. The comparison itself is a test that is run
// by hand (make oracle ORACLE=path): it needs the reference.
//
// Nothing outside of tests may import it.
package oracletest
