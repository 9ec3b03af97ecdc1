package export

import (
	"sort"
	"strings"

	"sluice/api"
)

const jsonType = "application/json"

// operation writes a method of a resource.
func (x *exporter) operation(r *api.Resource, name string, m *api.Method) (*object, error) {
	op := newObject()
	x.describe(op, api.DocumentationPartLocation{Type: "METHOD", Path: r.Path, Method: name})
	op.text("operationId", m.OperationName)
	model, err := bodyModel(r.Path, name, m)
	if err != nil {
		return nil, err
	}
	if !x.v3 {
		if c := consumes(m); len(c) > 0 {
			op.set("consumes", textList(c))
		}
		if p := produces(m); len(p) > 0 {
			op.set("produces", textList(p))
		}
	}
	parameters := x.parameters(r, name, m)
	if !x.v3 && model != "" {
		body := newObject().set("in", "body").set("name", model)
		x.describe(body, api.DocumentationPartLocation{Type: "REQUEST_BODY", Path: r.Path, Method: name})
		parameters = append(parameters, body.set("required", true).set("schema", x.reference(model)))
	}
	if len(parameters) > 0 {
		op.set("parameters", parameters)
	}
	if x.v3 {
		if b := x.requestBody(r, name, m); b != nil {
			op.set("requestBody", b)
		}
	}
	op.set("responses", x.responses(r, name, m))
	if s := x.security(m); len(s) > 0 {
		op.set("security", s)
	}
	if v := x.validators[m.RequestValidatorID]; v != "" && x.want.validators {
		op.set("x-amazon-apigateway-request-validator", v)
	}
	if m.MethodIntegration != nil && x.want.integrations {
		op.set("x-amazon-apigateway-integration", integration(r, m.MethodIntegration))
	}
	return op, nil
}

// bodyModel is the model of the JSON body; "" if no body is declared. A method
// whose bodies are none of them JSON cannot be exported.
func bodyModel(path, name string, m *api.Method) (string, error) {
	if len(m.RequestModels) == 0 {
		return "", nil
	}
	if model := m.RequestModels[jsonType]; model != "" {
		return model, nil
	}
	for _, t := range sortedKeys(m.RequestModels) {
		if strings.Contains(t, "json") {
			return m.RequestModels[t], nil
		}
	}
	return "", &BadRequest{"Only found non-JSON body models for " + name + " " + path}
}

// consumes are the content types that requests may have.
func consumes(m *api.Method) []string {
	types := map[string]bool{}
	for t := range m.RequestModels {
		types[t] = true
	}
	if i := m.MethodIntegration; i != nil {
		for t := range i.RequestTemplates {
			types[t] = true
		}
	}
	return jsonFirst(types)
}

// produces are the content types that answers may have.
func produces(m *api.Method) []string {
	types := map[string]bool{}
	for _, r := range m.MethodResponses {
		for t := range r.ResponseModels {
			types[t] = true
		}
	}
	if i := m.MethodIntegration; i != nil {
		for _, r := range i.IntegrationResponses {
			for t := range r.ResponseTemplates {
				types[t] = true
			}
		}
	}
	return jsonFirst(types)
}

func jsonFirst(types map[string]bool) []string {
	out := sortedKeys(types)
	sort.SliceStable(out, func(i, j int) bool { return out[i] == jsonType && out[j] != jsonType })
	return out
}

// parameters are those of a method, by kind and name.
func (x *exporter) parameters(r *api.Resource, name string, m *api.Method) list {
	var out list
	for _, full := range sortedKeys(m.RequestParameters) {
		rest, ok := strings.CutPrefix(full, "method.request.")
		kind, parameter, named := strings.Cut(rest, ".")
		if !ok || !named {
			continue
		}
		at := api.DocumentationPartLocation{Path: r.Path, Method: name, Name: parameter}
		required := m.RequestParameters[full]
		switch kind {
		case "path":
			at.Type, required = "PATH_PARAMETER", true // OpenAPI knows no other
		case "querystring", "multivaluequerystring":
			kind, at.Type = "query", "QUERY_PARAMETER"
		case "header", "multivalueheader":
			kind, at.Type = "header", "REQUEST_HEADER"
		default:
			continue
		}
		p := newObject().set("name", parameter).set("in", kind)
		x.describe(p, at)
		if x.v3 {
			if required {
				p.set("required", true)
			}
			p.set("schema", newObject().set("type", "string"))
		} else {
			p.set("required", required).set("type", "string")
		}
		out = append(out, p)
	}
	return out
}

// requestBody writes the bodies of a method in OpenAPI 3; nil if it has none and
// nothing is said of it.
func (x *exporter) requestBody(r *api.Resource, name string, m *api.Method) *object {
	out := newObject()
	x.describe(out, api.DocumentationPartLocation{Type: "REQUEST_BODY", Path: r.Path, Method: name})
	if len(m.RequestModels) == 0 {
		if len(out.keys) == 0 {
			return nil
		}
		return out.set("content", newObject())
	}
	return out.set("content", x.content(m.RequestModels)).set("required", true)
}

// content writes models by content type.
func (x *exporter) content(models map[string]string) *object {
	out := newObject()
	for _, t := range sortedKeys(models) {
		out.set(t, newObject().set("schema", x.reference(models[t])))
	}
	return out
}

func (x *exporter) reference(model string) *object {
	return newObject().set("$ref", x.modelsAt()+model)
}

func (x *exporter) responses(r *api.Resource, name string, m *api.Method) *object {
	out := newObject()
	for _, code := range sortedKeys(m.MethodResponses) {
		response := m.MethodResponses[code]
		at := api.DocumentationPartLocation{Type: "RESPONSE", Path: r.Path, Method: name, StatusCode: code}
		o := newObject().set("description", code+" response")
		x.describe(o, at)
		headers := newObject()
		for _, full := range sortedKeys(response.ResponseParameters) {
			header, ok := strings.CutPrefix(full, "method.response.header.")
			if !ok {
				continue
			}
			h := newObject()
			named := at
			named.Type, named.Name = "RESPONSE_HEADER", header
			if x.v3 {
				x.describe(h, named)
				h.set("schema", newObject().set("type", "string"))
			} else {
				h.set("type", "string")
				x.describe(h, named)
			}
			headers.set(header, h)
		}
		if x.v3 {
			if len(headers.keys) > 0 {
				o.set("headers", headers)
			}
			o.set("content", x.content(response.ResponseModels))
		} else {
			if model := responseModel(response); model != "" {
				o.set("schema", x.reference(model))
			}
			if len(headers.keys) > 0 {
				o.set("headers", headers)
			}
		}
		out.set(code, o)
	}
	return out
}

// responseModel is the one model that Swagger can tell: that of JSON if there is
// one.
func responseModel(r *api.MethodResponse) string {
	if m := r.ResponseModels[jsonType]; m != "" {
		return m
	}
	for _, t := range sortedKeys(r.ResponseModels) {
		return r.ResponseModels[t]
	}
	return ""
}
