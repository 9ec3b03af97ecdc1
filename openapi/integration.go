package openapi

import (
	"strings"

	"sluice/api"
	"sluice/openapi/document"
)

func integrationTypes() []string {
	return []string{
		api.IntegrationHTTP, api.IntegrationHTTPProxy, api.IntegrationAWS, api.IntegrationAWSProxy, api.IntegrationMock,
	}
}

func integrationMembers() []string {
	return []string{
		"type", "httpMethod", "uri", "credentials", "connectionType", "connectionId", "contentHandling",
		"passthroughBehavior", "requestParameters", "requestTemplates", "cacheNamespace", "cacheKeyParameters",
		"timeoutInMillis", "tlsConfig", "responses", "responseTransferMode", "integrationTarget",
	}
}

// readIntegration reads x-amazon-apigateway-integration; nil if there is no
// telling what it is.
func (im *importer) readIntegration(s scope, m *api.Method, resource *api.Resource, n *document.Node, part []string) *api.Integration {
	if !s.isMap(n, extIntegration) {
		return nil
	}
	if ref := n.Get("$ref"); ref != nil {
		s.fail(s.place(ref), "$ref in %s is for HTTP APIs only", extIntegration)
		return nil
	}
	out := &api.Integration{
		PassthroughBehavior: api.PassthroughWhenNoMatch,
		TimeoutInMillis:     api.DefaultTimeoutInMillis,
		CacheNamespace:      resource.ID,
		CacheKeyParameters:  []string{},
	}
	kind := n.Get("type")
	if kind == nil {
		s.fail(s.im.snap.Places.Find(part...), "the integration has no type; it must be one of %s", oneOf(integrationTypes()))
	} else {
		out.Type, _ = s.word(kind, "the integration type", integrationTypes())
	}
	im.spend(len(n.Members()) + len(n.Get("requestParameters").Members()) + len(n.Get("responses").Members()))
	for i := range n.Members() {
		e := &n.Members()[i]
		im.note(s.place(e.Value), append(part, e.Key)...)
		s.integrationMember(out, e, part)
	}
	if out.Type == "" {
		return nil
	}
	s.completeIntegration(out, n, s.im.snap.Places.Find(part...))
	s.requestMappings(m, out, n)
	if r := n.Get("responses"); r != nil && r.Kind() != document.Null {
		im.readIntegrationResponses(s.at(stepIntegrationResponse), m, out, r, append(part, "responses"))
	}
	return out
}

func (s scope) integrationMember(out *api.Integration, e *document.Member, part []string) {
	v := e.Value
	if v.Kind() == document.Null {
		// The service takes null for a member that is not there.
		return
	}
	switch e.Key {
	case "type", "responses":
	case "httpMethod":
		out.HTTPMethod, _ = s.word(v, e.Key, append(httpMethods(), api.MethodAny))
	case "uri":
		out.URI, _ = s.text(v, e.Key)
	case "credentials":
		out.Credentials, _ = s.text(v, e.Key)
	case "connectionType":
		out.ConnectionType, _ = s.word(v, e.Key, []string{api.ConnectionInternet, api.ConnectionVPCLink})
	case "connectionId":
		out.ConnectionID, _ = s.text(v, e.Key)
	case "contentHandling":
		out.ContentHandling, _ = s.word(v, e.Key, []string{api.ConvertToBinary, api.ConvertToText})
	case "passthroughBehavior":
		if w, ok := s.word(v, e.Key, []string{api.PassthroughWhenNoMatch, api.PassthroughWhenNoTemplates, api.PassthroughNever}); ok {
			out.PassthroughBehavior = w
		}
	case "requestParameters":
		out.RequestParameters = s.requestParameters(v, part)
	case "requestTemplates":
		out.RequestTemplates = s.templates(v, e.Key, part...)
	case "cacheNamespace":
		if t, ok := s.text(v, e.Key); ok && t != "" {
			out.CacheNamespace = t
		}
	case "cacheKeyParameters":
		if list := s.texts(v, e.Key); list != nil {
			out.CacheKeyParameters = list
		}
	case "timeoutInMillis":
		i, ok := s.integer(v, e.Key)
		switch {
		case !ok:
		case i < api.MinTimeoutInMillis || i > api.MaxTimeoutInMillis:
			s.fail(s.place(v), "Timeout should be between %d ms and %d ms, not %d", api.MinTimeoutInMillis, api.MaxTimeoutInMillis, i)
		default:
			out.TimeoutInMillis = i
		}
	case "tlsConfig":
		out.TLSConfig = s.tlsConfig(v)
	case "responseTransferMode":
		out.ResponseTransferMode, _ = s.word(v, e.Key, []string{"BUFFERED", "STREAM"})
	case "integrationTarget":
		out.IntegrationTarget, _ = s.text(v, e.Key)
	case "payloadFormatVersion", "integrationSubtype":
		s.warn(s.keyPlace(e), "%s is for HTTP APIs only and is ignored", e.Key)
	default:
		s.unknown(e, extIntegration, integrationMembers())
	}
}

func (s scope) tlsConfig(n *document.Node) *api.TLSConfig {
	if !s.isMap(n, "tlsConfig") {
		return nil
	}
	out := &api.TLSConfig{}
	for i := range n.Members() {
		e := &n.Members()[i]
		switch e.Key {
		case "insecureSkipVerification":
			out.InsecureSkipVerification, _ = s.boolean(e.Value, e.Key)
		case "serverNameToVerify":
			s.warn(s.keyPlace(e), "serverNameToVerify is for HTTP APIs only and is ignored")
		default:
			s.unknown(e, "tlsConfig", []string{"insecureSkipVerification"})
		}
	}
	return out
}

// completeIntegration fills in what the service fills in and reports what must
// be there, or must not, for the type.
func (s scope) completeIntegration(out *api.Integration, n *document.Node, at api.Place) {
	http := out.Type == api.IntegrationHTTP || out.Type == api.IntegrationHTTPProxy
	proxy := out.Type == api.IntegrationHTTPProxy || out.Type == api.IntegrationAWSProxy
	if out.Type == api.IntegrationMock {
		out.HTTPMethod, out.URI, out.ConnectionType, out.ConnectionID = "", "", "", ""
	} else {
		// A bad value was reported already: only its absence is told here.
		if v := n.Get("httpMethod"); v.Kind() == document.Null || v.Text() == "" {
			s.fail(at, "Enumeration value for HttpMethod must be non-empty: an integration of type %s needs httpMethod", out.Type)
		}
		if v := n.Get("uri"); v.Kind() == document.Null || v.Kind() == document.String && v.Text() == "" {
			s.fail(at, "an integration of type %s needs a uri", out.Type)
		}
	}
	if http && out.ConnectionType == "" {
		out.ConnectionType = api.ConnectionInternet
	}
	if out.ConnectionType == api.ConnectionVPCLink && out.ConnectionID == "" && n.Get("connectionId").Kind() == document.Null {
		s.fail(s.place(n.Get("connectionType")), "an integration over a VPC_LINK needs connectionId")
	}
	if out.ConnectionID != "" && out.ConnectionType != api.ConnectionVPCLink {
		s.warn(s.place(n.Get("connectionId")), "connectionId has no effect without connectionType VPC_LINK")
	}
	if out.ResponseTransferMode == "STREAM" && !proxy {
		s.fail(s.place(n.Get("responseTransferMode")), "responseTransferMode STREAM is for HTTP_PROXY and AWS_PROXY only")
	}
}

// requestParameters reads the request mappings. Those whose value is no text
// are left out with the service's own warning.
func (s scope) requestParameters(n *document.Node, part []string) map[string]string {
	if !s.isMap(n, "requestParameters") {
		return nil
	}
	path, method := part[1], part[2]
	out := make(map[string]string, len(n.Members()))
	for i := range n.Members() {
		e := &n.Members()[i]
		s.im.note(s.place(e.Value), append(part, "requestParameters", e.Key)...)
		if !isRequestDestination(e.Key) {
			s.fail(s.keyPlace(e), "%s", invalidMapping(e.Key))
			continue
		}
		switch e.Value.Kind() {
		case document.String:
			out[e.Key] = e.Value.Text()
		case document.List, document.Map:
			s.wrongType(e.Value, quote(e.Key)+" of requestParameters", document.String)
		default:
			s.tell(s.place(e.Value), "Invalid format for 'requestParameters'. Expected type string for property '%s' of resource '%s' and method '%s' but got '%s'",
				e.Key, path, method, e.Value.Text())
		}
	}
	return out
}

func isRequestDestination(key string) bool {
	rest, ok := strings.CutPrefix(key, "integration.request.")
	if !ok {
		return false
	}
	kind, name, _ := strings.Cut(rest, ".")
	return (kind == "header" || kind == "querystring" || kind == "path") && isParameterName(name)
}

// requestMappings checks what the integration says about the method's
// parameters: they must be declared.
func (s scope) requestMappings(m *api.Method, out *api.Integration, n *document.Node) {
	for _, key := range sortedKeys(out.RequestParameters) {
		if p, ok := declaredAs(out.RequestParameters[key]); ok {
			if _, declared := m.RequestParameters[p]; !declared {
				s.fail(s.place(n.Get("requestParameters").Get(key)), "%s", undeclaredMapping(out.RequestParameters[key]))
			}
		}
	}
	for i, key := range out.CacheKeyParameters {
		_, onMethod := m.RequestParameters[key]
		if p, ok := declaredAs(key); ok && !onMethod { // all values of a parameter are declared with it
			_, onMethod = m.RequestParameters[p]
		}
		_, onIntegration := out.RequestParameters[key]
		if !onMethod && !onIntegration {
			s.fail(s.place(entry(n.Get("cacheKeyParameters"), i)), "Invalid cache key parameter specified: %s is not declared", quote(key))
		}
	}
}

// entry is the i-th entry of a list, or the list itself.
func entry(list *document.Node, i int) *document.Node {
	if m := list.Members(); i < len(m) {
		return m[i].Value
	}
	return list
}

// declaredAs is the method parameter that a mapping expression reads.
func declaredAs(expression string) (parameter string, ok bool) {
	rest, ok := strings.CutPrefix(expression, "method.request.")
	if !ok {
		return "", false
	}
	kind, name, ok := strings.Cut(rest, ".")
	if !ok {
		return "", false
	}
	switch kind {
	case "path", "querystring", "header":
	case "multivaluequerystring", "multivalueheader":
		kind = strings.TrimPrefix(kind, "multivalue")
	default:
		return "", false
	}
	return "method.request." + kind + "." + name, true
}

// readIntegrationResponses reads the answers by their patterns.
func (im *importer) readIntegrationResponses(s scope, m *api.Method, out *api.Integration, n *document.Node, part []string) {
	if !s.isMap(n, "responses") {
		return
	}
	for i := range n.Members() {
		e := &n.Members()[i]
		name := "the integration response " + quote(e.Key)
		if !s.isMap(e.Value, name) {
			continue
		}
		code := e.Value.Get("statusCode")
		if code.Kind() == document.Null {
			s.fail(s.keyPlace(e), "%s has no statusCode", name)
			continue
		}
		r := &api.IntegrationResponse{}
		var ok bool
		if r.StatusCode, ok = s.statusCode(code, "statusCode"); !ok {
			continue
		}
		if e.Key != "default" {
			r.SelectionPattern = new(e.Key)
		}
		if out.IntegrationResponses == nil {
			out.IntegrationResponses = map[string]*api.IntegrationResponse{}
		}
		if out.IntegrationResponses[r.StatusCode] != nil {
			s.warn(s.keyPlace(e), "%s replaces the one before with the same statusCode %s; only one is kept a status code", name, r.StatusCode)
		}
		out.IntegrationResponses[r.StatusCode] = r
		im.note(s.keyPlace(e), append(part, r.StatusCode)...)
		im.note(s.keyPlace(e), append(part, r.StatusCode, "selectionPattern")...)
		s.integrationResponse(m, r, e.Value, append(part, r.StatusCode))
	}
}

func (s scope) integrationResponse(m *api.Method, r *api.IntegrationResponse, n *document.Node, part []string) {
	for i := range n.Members() {
		e := &n.Members()[i]
		s.im.note(s.place(e.Value), append(part, e.Key)...)
		if e.Value.Kind() == document.Null {
			continue
		}
		switch e.Key {
		case "statusCode":
		case "contentHandling":
			r.ContentHandling, _ = s.word(e.Value, e.Key, []string{api.ConvertToBinary, api.ConvertToText})
		case "responseTemplates":
			r.ResponseTemplates = s.templates(e.Value, e.Key, part...)
		case "responseParameters":
			r.ResponseParameters = s.responseParameters(e.Value, m.MethodResponses[r.StatusCode], part)
		default:
			s.unknown(e, "an integration response", []string{"statusCode", "responseParameters", "responseTemplates", "contentHandling"})
		}
	}
}

// responseParameters reads the response mappings. Their headers must be
// declared on the method response, if there is one.
func (s scope) responseParameters(n *document.Node, declared *api.MethodResponse, part []string) map[string]string {
	if !s.isMap(n, "responseParameters") {
		return nil
	}
	out := make(map[string]string, len(n.Members()))
	for i := range n.Members() {
		e := &n.Members()[i]
		s.im.note(s.place(e.Value), append(part, "responseParameters", e.Key)...)
		name, ok := strings.CutPrefix(e.Key, "method.response.header.")
		if !ok || !isParameterName(name) {
			s.fail(s.keyPlace(e), "%s", invalidMapping(e.Key))
			continue
		}
		if declared != nil {
			if _, ok := declared.ResponseParameters[e.Key]; !ok {
				s.fail(s.keyPlace(e), "%s", undeclaredMapping(e.Key))
				continue
			}
		}
		if t, ok := s.text(e.Value, quote(e.Key)+" of responseParameters"); ok {
			out[e.Key] = t
		}
	}
	return out
}
