// Package lambda is the surface of functions: what an invocation is, what
// comes back, what can go wrong, and how a function is named and configured.
//
// What flows in: an Invocation, made by an integration or an authorizer. What
// flows out: a Result, which also carries a function's own failure, or an
// *Error when the function never got to answer. The four ways behind Invoker
// are the packages below: javascript (in process), process (any language over
// the Runtime API), endpoint (the Invoke API over HTTP) and static (a file);
// registry opens what is configured and finds the one that a name means.
//
// It starts nothing and imports none of them, so that whoever calls functions
// does not carry a JavaScript engine. It never looks into a payload.
package lambda
