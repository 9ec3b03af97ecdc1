// Package mapping is what turns a method request into an integration request
// and an integration response into a method response: $input, $util, $context
// and $stageVariables for Velocity templates, the parameter-mapping expression
// language, overrides, and the simple substitutions of gateway responses and
// access logs.
//
// What flows in: sources compiled once (templates, expressions, formats) and,
// per request, a Scope. What flows out: bytes and strings.
//
// It never imports the runtime, never reads the network or a file, and never
// keeps a Scope or what it lends after a call returns.
package mapping
