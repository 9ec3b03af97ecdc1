package openapi

import (
	"strings"

	"sluice/api"
	"sluice/openapi/document"
)

// readOperation makes a method of an operation. entry is the operation with its
// key, shared the parameters of the path item.
func (im *importer) readOperation(s scope, resource *api.Resource, method string, entry *document.Member, shared []parameter) *api.Method {
	op := entry.Value
	s = s.at(stepMethod)
	im.spend(len(op.Members()))
	part := []string{"resources", resource.Path, method}
	im.note(s.keyPlace(entry), part...)
	s.extensions(op, atOperation)
	s.members(op, "an operation", im.operationMembers()...)

	m := &api.Method{HTTPMethod: method, AuthorizationType: api.AuthorizationNone, RequestValidatorID: im.validator}
	if n := op.Get("operationId"); n != nil {
		m.OperationName, _ = s.text(n, "operationId")
	}
	if n := op.Get(extValidator); n != nil {
		m.RequestValidatorID, _ = s.validatorID(n)
		im.note(s.place(n), append(part, "requestValidatorId")...)
	}
	im.describe(op, api.DocumentationPartLocation{Type: "METHOD", Path: resource.Path, Method: method})
	im.readParameters(s, m, op, shared, resource.Path, part)
	if im.v3 {
		im.readRequestBody(s, m, op.Get("requestBody"), resource.Path, part)
	}
	im.readResponses(s, m, op, resource.Path, part)
	im.authorize(s, m, op, part)
	if i := op.Member(extIntegration); i != nil {
		im.note(s.keyPlace(i), append(part, "integration")...)
		m.MethodIntegration = im.readIntegration(s.at(stepIntegration), m, resource, i.Value, append(part, "integration"))
	}
	return m
}

func (im *importer) operationMembers() []string {
	if im.v3 {
		return []string{
			"tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody", "responses",
			"callbacks", "deprecated", "security", "servers",
		}
	}
	return []string{
		"tags", "summary", "description", "externalDocs", "operationId", "consumes", "produces", "parameters",
		"responses", "schemes", "deprecated", "security",
	}
}

// mediaTypes is what a Swagger operation consumes or produces.
func (im *importer) mediaTypes(op *document.Node, name string) []string {
	n := op.Get(name)
	if n == nil {
		n = im.root.Get(name)
	}
	var out []string
	for _, m := range n.Members() {
		if t := m.Value.Text(); t != "" {
			out = append(out, t)
		}
	}
	if out == nil {
		return []string{"application/json"}
	}
	return out
}

// readRequestBody reads the models of an OpenAPI 3 request body.
func (im *importer) readRequestBody(s scope, m *api.Method, n *document.Node, path string, part []string) {
	if n == nil || !s.isMap(n, "requestBody") {
		return
	}
	body := s.resolve(n)
	if body == nil || !s.isMap(body, "requestBody") {
		return
	}
	s.members(body, "a request body", "$ref", "description", "content", "required")
	im.describe(body, api.DocumentationPartLocation{Type: "REQUEST_BODY", Path: path, Method: m.HTTPMethod})
	m.RequestModels = im.readContent(s, body.Get("content"), append(part, "requestModels"))
}

// readContent reads the schemas of an OpenAPI 3 content map as models by type.
func (im *importer) readContent(s scope, n *document.Node, part []string) map[string]string {
	if n == nil || !s.isMap(n, "content") {
		return nil
	}
	var models map[string]string
	for i := range n.Members() {
		c := &n.Members()[i]
		if !s.isMap(c.Value, "the media type "+quote(c.Key)) {
			continue
		}
		models = im.addModel(s, models, c.Value.Get("schema"), part, c.Key)
	}
	return models
}

// addModel notes the model of a schema under content types.
func (im *importer) addModel(s scope, models map[string]string, schema *document.Node, part []string, types ...string) map[string]string {
	if schema == nil {
		return models
	}
	name := im.modelOf(s, schema)
	if name == "" {
		return models
	}
	if models == nil {
		models = map[string]string{}
	}
	im.spend(len(types))
	for _, t := range types {
		models[t] = name
		im.note(s.place(schema), append(part, t)...)
	}
	return models
}

// readResponses reads the method responses.
func (im *importer) readResponses(s scope, m *api.Method, op *document.Node, path string, part []string) {
	n := op.Get("responses")
	if n.Kind() == document.Null {
		s.warn(s.place(op), "No responses specified for '%s %s'", m.HTTPMethod, path)
		return
	}
	if !s.isMap(n, "responses") {
		return
	}
	for i := range n.Members() {
		r := &n.Members()[i]
		if strings.HasPrefix(r.Key, "x-") {
			continue
		}
		if !isStatusCode(r.Key) {
			if r.Key == "default" || len(r.Key) == 3 && strings.EqualFold(r.Key[1:], "XX") {
				s.warn(s.keyPlace(r), "a method response needs a status code; the response %s is ignored", quote(r.Key))
			} else {
				s.fail(s.keyPlace(r), "%s is no status code; it must be three digits from 100 to 599", quote(r.Key))
			}
			continue
		}
		if im.spent() {
			return
		}
		if m.MethodResponses == nil {
			m.MethodResponses = map[string]*api.MethodResponse{}
		}
		im.note(s.keyPlace(r), append(part, "methodResponses", r.Key)...)
		out := &api.MethodResponse{StatusCode: r.Key}
		m.MethodResponses[r.Key] = out
		if r.Value.Kind() == document.Null || !s.isMap(r.Value, "the response "+r.Key) {
			continue
		}
		if v := s.resolve(r.Value); v != nil && s.isMap(v, "the response "+r.Key) {
			im.readResponse(s, m, op, out, v, path, append(part, "methodResponses", r.Key))
		}
	}
}

func (im *importer) readResponse(s scope, m *api.Method, op *document.Node, out *api.MethodResponse, n *document.Node, path string, part []string) {
	at := api.DocumentationPartLocation{Type: "RESPONSE", Path: path, Method: m.HTTPMethod, StatusCode: out.StatusCode}
	im.describe(n, at)
	im.spend(1 + len(n.Get("headers").Members()))
	if h := n.Get("headers"); h != nil && s.isMap(h, "headers") {
		for i := range h.Members() {
			e := &h.Members()[i]
			if !isParameterName(e.Key) {
				s.fail(s.keyPlace(e), "%s", invalidMapping("method.response.header."+e.Key))
				continue
			}
			if out.ResponseParameters == nil {
				out.ResponseParameters = map[string]bool{}
			}
			out.ResponseParameters["method.response.header."+e.Key] = false
			im.note(s.keyPlace(e), append(part, "responseParameters", "method.response.header."+e.Key)...)
			if v := e.Value; v.Kind() == document.Map && !im.opts.IgnoreDocumentation {
				if v = s.resolve(v); v != nil {
					named := at
					named.Type, named.Name = "RESPONSE_HEADER", e.Key
					im.describe(v, named)
				}
			}
		}
	}
	if im.v3 {
		s.members(n, "a response", "$ref", "description", "headers", "content", "links")
		out.ResponseModels = im.readContent(s, n.Get("content"), append(part, "responseModels"))
		return
	}
	s.members(n, "a response", "$ref", "description", "headers", "schema", "examples")
	if schema := n.Get("schema"); schema != nil {
		out.ResponseModels = im.addModel(s, nil, schema, append(part, "responseModels"), im.mediaTypes(op, "produces")...)
	}
}

// invalidMapping is the service's text for a mapping whose name or destination
// it does not take.
func invalidMapping(name string) string {
	return "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: " + name + "]"
}

// undeclaredMapping is the service's text for a mapping that names a parameter
// which the method does not declare.
func undeclaredMapping(name string) string {
	return "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: " + name + "]"
}
