package runtime

import "strings"

// validate checks required parameters, then the body (step 6). With both wrong
// only the parameters are reported (recorded).
func (x *exchange) validate() *fault {
	m := x.method
	if len(m.required) > 0 {
		if f := x.missingParameters(); f != nil {
			return f
		}
	}
	if m.validateBody {
		return x.validateBody()
	}
	return nil
}

// missingParameters lists the required parameters that are missing or blank.
func (x *exchange) missingParameters() *fault {
	var missing []string
	for i := range x.method.required {
		if r := &x.method.required[i]; !x.has(r) {
			missing = append(missing, r.name)
		}
	}
	if missing == nil {
		return nil
	}
	x.log.MissingParameters(missing)
	x.ownFault = fault{
		kind: kindBadRequestParameters, status: 400, errorType: "BadRequestException",
		message: "Missing required request parameters: [" + strings.Join(missing, ", ") + "]",
	}
	return &x.ownFault
}

// has tells whether a parameter is there and not blank. Names are compared as
// the definition spells them, headers too (documented).
func (x *exchange) has(r *requiredParameter) bool {
	list := x.scope.Params.Header
	switch r.source {
	case fromPath:
		list = x.scope.Params.Path
	case fromQuery:
		list = x.scope.Params.Query
	}
	for i := range list {
		if list[i].Name == r.name && strings.TrimSpace(list[i].Value) != "" {
			return true
		}
	}
	return false
}

// emptyBody is what the log says of a missing body that its model does not allow (field
// report).
const emptyBody = "[Unknown error parsing request body]"

// validateBody checks the body against the model for its Content-Type: missing
// counts as application/json, $default catches the rest, no model lets it pass.
func (x *exchange) validateBody() *fault {
	mime := mimeOf(x.known.contentType)
	if mime == "" {
		mime = mimeJSON
	}
	var model *bodyModel
	for i := range x.method.models {
		m := &x.method.models[i]
		if strings.EqualFold(mimeOf(m.contentType), mime) {
			model = m
			break
		}
		if m.contentType == "$default" {
			model = m
		}
	}
	if model == nil {
		return nil
	}
	if model.validator == nil {
		x.log.ConfigurationError(model.problem)
		return faultConfiguration
	}
	problems, ok := model.validator.Validate(view(x.body))
	if ok {
		x.log.Validated(mime)
		return nil
	}
	if len(x.body) == 0 {
		problems = emptyBody
	}
	x.log.BodyMismatch(mime, problems)
	x.ownFault = *faultBadRequestBody
	x.ownFault.validation = problems
	return &x.ownFault
}
