// Package schema checks request bodies against the models of an API.
//
// What flows in: models (JSON Schema draft 4, with references to one another),
// once, when a stage is compiled; then bodies. What flows out: nothing for a good
// body, and the text of $context.error.validationErrorString for a bad one, in
// the words and the order of the Java validator behind the real service.
//
// The library jsonschema checks that a model obeys the schema of draft 4 schemas.
// The check of bodies is our own, because which problems are told, and in which
// order, is part of the answer: keywords run sorted by name, format last; all
// keywords of a value run; its children only when nothing has failed so far, an
// object's sorted by name. 1.0 is no integer. Patterns are those of ECMA 262 and
// match anywhere.
//
// It never fetches a reference, never runs a regex without a bound, and never
// panics, whatever the model or the body.
package schema
