package schema

import "sluice/api"

// Set is the compiled models of one API.
type Set struct{}

// Compile compiles models. References between models must be of the form
// https://apigateway.amazonaws.com/restapis/{any api id}/models/{Name}. places
// may be nil. The Set is usable even with problems: a model that is broken has no
// Validator.
func Compile(models []*api.Model, apiID string, places *api.Places) (*Set, api.Problems) {
	panic("not built yet")
}

// Validator returns the validator of a model, nil when there is no such model.
func (s *Set) Validator(name string) *Validator { panic("not built yet") }

// Validator checks bodies against one model. It is safe for concurrent use.
type Validator struct{}

// Validate checks a body. problems is the bracketed list of what is wrong, as in
// [object has missing required properties (["a"])]; it is "" when ok. An empty
// body counts as {}.
func (v *Validator) Validate(body string) (problems string, ok bool) { panic("not built yet") }
