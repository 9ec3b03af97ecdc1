// Package jsontext reads the small JSON documents of authorizers: a function's
// answer, the parts of a token and key sets.
//
// What flows in: one JSON text, checked strictly by RFC 8259. What flows out: the
// members of an object as raw text, in order, and the text of single values as
// Java prints them. It builds no tree and never guesses at a broken document.
package jsontext
