// Package schema checks request bodies against the models of an API.
//
// What flows in: models (JSON Schema draft 4, with references to one another),
// once, when a stage is compiled; then bodies. What flows out: nothing for a good
// body, and the text of $context.error.validationErrorString for a bad one, in
// the words and the order of the Java validator behind the real service.
//
// It never fetches a reference, never runs a regex without a bound, and never
// panics, whatever the model or the body.
package schema
