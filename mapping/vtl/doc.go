// Package vtl is the Velocity template language, version 1.7, as its Java
// implementation has it to the byte.
//
// What flows in: the source of a template, parsed once; and, per rendering, an
// Env with the values of its root references ($input, $util, ...). What flows
// out: bytes, or an *Error that names a place in the source.
//
// The way of a template: lexer and parser make nodes that know their tokens
// (lexer.go, match.go, parser.go, lookahead.go); compiling turns nodes into
// evaluators, with names resolved to slots and constants folded (compile.go);
// rendering runs the evaluators on a state from a pool (state.go).
//
// It has two modes. Plain is Velocity itself: an undefined reference prints as
// it is written. AWS is what API Gateway has: see Mode.
//
// It knows nothing of gateways, imports nothing of this project but the values,
// and never touches files, the network or a clock, save to bound the time of
// regular expressions. #include and #parse are refused.
package vtl
