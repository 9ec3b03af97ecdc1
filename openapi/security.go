package openapi

import (
	"slices"
	"strings"

	"sluice/api"
	"sluice/openapi/document"
)

// apiKeyHeader is the header whose apiKey scheme means the service's own API keys.
const apiKeyHeader = "x-api-key"

// scheme is what a security scheme comes to.
type scheme struct {
	name       string
	authorizer *api.Authorizer // nil if it is none
	iam        bool
	apiKey     bool
	ignored    string // why the service takes no notice of it; "" if it does
	broken     bool   // it was reported; methods that use it are not told again
}

// requirement is a security list, all its alternatives taken together as the
// service does.
type requirement struct {
	apiKey bool
	iam    *document.Node
	auth   *scheme
	scopes []string
	at     *document.Node // of the authorizer's entry
}

// readSecurity reads the schemes, makes the authorizers, and the root-level list.
func (im *importer) readSecurity() {
	s := scope{im: im}
	im.schemes = map[string]*scheme{}
	section, name := im.components("securitySchemes", "securityDefinitions")
	if section != nil && s.isMap(section, name) {
		for i := range section.Members() {
			m := &section.Members()[i]
			if !strings.HasPrefix(m.Key, "x-") {
				im.schemes[m.Key] = im.readScheme(m)
			}
		}
	}
	if n := im.root.Get("security"); n != nil {
		im.fallback = s.requirement(n)
	}
}

func (im *importer) readScheme(m *document.Member) *scheme {
	s := scope{im: im, subject: "security scheme " + m.Key}
	out := &scheme{name: m.Key}
	if !s.isMap(m.Value, "a security scheme") {
		out.broken = true
		return out
	}
	n := s.resolve(m.Value)
	if n == nil || !s.isMap(n, "a security scheme") {
		out.broken = true
		return out
	}
	s.extensions(n, atSecurityScheme)
	s.members(n, "a security scheme", "type", "name", "in", "description", "scheme", "bearerFormat", "flows",
		"openIdConnectUrl", "flow", "authorizationUrl", "tokenUrl", "scopes", "$ref")
	kind := n.Get("type").Text()
	authType := ""
	if v := n.Get(extAuthType); v != nil {
		authType, _ = s.text(v, extAuthType)
	}
	if v := n.Member(extAuthorizer); v != nil {
		if kind != "apiKey" {
			s.warn(s.place(n), "the service documents authorizers for schemes of type apiKey only; this one has type %s", quote(kind))
		}
		out.authorizer = im.readAuthorizer(s.at(stepAuthorizer), m.Key, n, v, authType)
		out.broken = out.authorizer == nil
		return out
	}
	name, in := n.Get("name").Text(), n.Get("in").Text()
	switch {
	case strings.EqualFold(authType, "awsSigv4"):
		out.iam = true
	case kind == "apiKey" && in == "header" && strings.EqualFold(name, apiKeyHeader):
		out.apiKey = true
	case kind == "apiKey":
		out.ignored = "it is neither the header " + apiKeyHeader + " nor has it " + extAuthorizer
	default:
		out.ignored = "the service does not use schemes of type " + quote(kind)
	}
	return out
}

func authorizerMembers() []string {
	return []string{
		"type", "authorizerUri", "authorizerCredentials", "identitySource", "identityValidationExpression",
		"authorizerResultTtlInSeconds", "providerARNs",
	}
}

// readAuthorizer makes the authorizer of a scheme; nil if it cannot work.
func (im *importer) readAuthorizer(s scope, name string, schemeNode *document.Node, ext *document.Member, authType string) *api.Authorizer {
	n := ext.Value
	if !s.isMap(n, extAuthorizer) {
		return nil
	}
	a := &api.Authorizer{ID: im.ids.make("authorizer", name, idLength), Name: name, AuthType: authType}
	im.note(s.keyPlace(ext), "authorizers", name)
	kinds := []string{api.AuthorizerToken, api.AuthorizerRequest, api.AuthorizerCognito}
	ok := true
	for i := range n.Members() {
		e := &n.Members()[i]
		im.note(s.place(e.Value), "authorizers", name, e.Key)
		good := true
		switch e.Key {
		case "type":
			a.Type, good = s.word(e.Value, "the authorizer type", kinds)
		case "authorizerUri":
			a.AuthorizerURI, good = s.text(e.Value, e.Key)
		case "authorizerCredentials":
			a.AuthorizerCredentials, good = s.text(e.Value, e.Key)
		case "identitySource":
			a.IdentitySource, good = s.text(e.Value, e.Key)
		case "identityValidationExpression":
			a.IdentityValidationExpression, good = s.text(e.Value, e.Key)
		case "authorizerResultTtlInSeconds":
			a.AuthorizerResultTTLInSeconds, good = s.ttl(e.Value, e.Key)
		case "providerARNs":
			a.ProviderARNs = s.texts(e.Value, e.Key)
			good = a.ProviderARNs != nil
		case "authorizerPayloadFormatVersion", "enableSimpleResponses", "jwtConfiguration":
			s.warn(s.keyPlace(e), "%s is for HTTP APIs only and is ignored", e.Key)
		default:
			s.unknown(e, extAuthorizer, authorizerMembers())
			good = false
		}
		ok = ok && good
	}
	if n.Get("type") == nil {
		s.fail(s.place(n), "the authorizer has no type; it must be one of %s", oneOf(kinds))
		ok = false
	}
	if a.IdentitySource == "" {
		a.IdentitySource = sourceOfScheme(schemeNode)
	}
	if a.AuthType == "" {
		a.AuthType = "custom"
		if a.Type == api.AuthorizerCognito {
			a.AuthType = "cognito_user_pools"
		}
	}
	if a.Type == "" || !s.authorizerFits(a, n) || !ok {
		return nil
	}
	im.snap.Authorizers = append(im.snap.Authorizers, a)
	if d := schemeNode.Get("description"); d != nil {
		im.describe(schemeNode, api.DocumentationPartLocation{Type: "AUTHORIZER", Name: name})
	}
	return a
}

func (s scope) ttl(n *document.Node, name string) (*int, bool) {
	i, ok := s.integer(n, name)
	if !ok {
		return nil, false
	}
	if i < 0 || i > 3600 {
		s.fail(s.place(n), "Authorizer result TTL should be between 0 and 3600 seconds, not %d", i)
		return nil, false
	}
	return &i, true
}

// sourceOfScheme derives the identity source from a scheme's name and in. The
// name Unused, which documents write where identitySource counts, gives none.
func sourceOfScheme(n *document.Node) string {
	name, in := n.Get("name").Text(), n.Get("in").Text()
	switch {
	case strings.EqualFold(name, "unused"):
		return ""
	case name == "":
		return "method.request.header.Authorization"
	case in == "query":
		return "method.request.querystring." + name
	}
	return "method.request.header." + name
}

// authorizerFits checks what each type needs.
func (s scope) authorizerFits(a *api.Authorizer, n *document.Node) bool {
	at := func(member string) api.Place {
		if v := n.Get(member); v != nil {
			return s.place(v)
		}
		return s.place(n)
	}
	good := true
	fail := func(at api.Place, format string, args ...any) {
		s.fail(at, format, args...)
		good = false
	}
	if a.Type == api.AuthorizerCognito {
		if len(a.ProviderARNs) == 0 {
			fail(at("providerARNs"), "an authorizer of type %s needs providerARNs", a.Type)
		}
	} else if a.AuthorizerURI == "" {
		fail(at("authorizerUri"), "an authorizer of type %s needs authorizerUri", a.Type)
	} else if !strings.HasPrefix(a.AuthorizerURI, "arn:") || !strings.Contains(a.AuthorizerURI, ":lambda:path/") {
		fail(at("authorizerUri"), "Invalid Authorizer URI: %s. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.", a.AuthorizerURI)
	}
	if a.IdentitySource == "" {
		switch {
		case a.Type != api.AuthorizerRequest:
			fail(at("identitySource"), "an authorizer of type %s needs identitySource", a.Type)
		case a.AuthorizerResultTTLInSeconds == nil || *a.AuthorizerResultTTLInSeconds != 0:
			fail(at("identitySource"), "an authorizer of type %s needs identitySource unless its authorizerResultTtlInSeconds is 0", a.Type)
		}
		return good
	}
	for _, source := range strings.Split(a.IdentitySource, ",") {
		source = strings.TrimSpace(source)
		if !isIdentitySource(source, a.Type) {
			fail(at("identitySource"), "%s is no identity source of an authorizer of type %s", quote(source), a.Type)
		}
	}
	return good
}

func isIdentitySource(source, kind string) bool {
	prefixes := []string{"method.request.header."}
	if kind == api.AuthorizerRequest {
		prefixes = append(prefixes, "method.request.querystring.", "stageVariables.", "context.")
	}
	for _, p := range prefixes {
		if name, ok := strings.CutPrefix(source, p); ok && isParameterName(name) {
			return true
		}
	}
	return false
}

// requirement reads a security list.
func (s scope) requirement(n *document.Node) *requirement {
	out := &requirement{}
	if !s.isList(n, "security") {
		return out
	}
	for _, m := range n.Members() {
		if !s.isMap(m.Value, "an entry of security") {
			continue
		}
		for i := range m.Value.Members() {
			s.require(out, &m.Value.Members()[i])
		}
	}
	return out
}

func (s scope) require(out *requirement, e *document.Member) {
	sc := s.im.schemes[e.Key]
	switch {
	case sc == nil && e.Key == "NONE":
		// SAM writes this for "no authorizer"; no scheme is called so.
	case sc == nil:
		s.fail(s.keyPlace(e), "no security scheme is called %s%s", quote(e.Key), nearestKey(e.Key, s.im.schemes))
	case sc.broken:
	case sc.ignored != "":
		s.warn(s.keyPlace(e), "the security scheme %s is ignored, it protects nothing: %s", quote(e.Key), sc.ignored)
	case sc.apiKey:
		out.apiKey = true
	case sc.iam:
		out.iam = e.Value
	case out.auth != nil && out.auth != sc:
		s.fail(s.keyPlace(e), "a method has one authorizer only; it has %s already", quote(out.auth.name))
	default:
		out.auth, out.at = sc, e.Value
		if s.isList(e.Value, "the scopes of "+quote(e.Key)) {
			for _, t := range s.texts(e.Value, "the scopes of "+quote(e.Key)) {
				if !slices.Contains(out.scopes, t) {
					out.scopes = append(out.scopes, t)
				}
			}
		}
	}
}

// authorize sets what a caller of the method must show.
func (im *importer) authorize(s scope, m *api.Method, op *document.Node, part []string) {
	own := op.Get("security")
	req := im.fallback
	if own != nil {
		req = s.requirement(own)
	}
	auth := ""
	if n := op.Get(extAuth); n != nil && s.isMap(n, extAuth) {
		auth = s.authExtension(n)
		im.note(s.place(n), append(part, "authorizationType")...)
	}
	if req != nil {
		m.APIKeyRequired = req.apiKey
		switch {
		case req.auth != nil && req.iam != nil && auth == "":
			s.fail(s.place(req.iam), "a method is authorized by one of IAM and the authorizer %s, not both", quote(req.auth.name))
		case req.auth != nil && auth != "" && own != nil:
			s.fail(s.place(op.Get(extAuth)), "%s says %s, but security names the authorizer %s", extAuth, auth, quote(req.auth.name))
		case req.auth != nil && auth == "":
			im.useAuthorizer(s, m, req, part)
		case req.iam != nil:
			m.AuthorizationType = api.AuthorizationIAM
			im.note(s.place(req.iam), append(part, "authorizationType")...)
		}
	}
	if auth != "" {
		m.AuthorizationType = auth
	}
}

func (im *importer) useAuthorizer(s scope, m *api.Method, req *requirement, part []string) {
	a := req.auth.authorizer
	m.AuthorizerID = a.ID
	m.AuthorizationType = api.AuthorizationCustom
	if a.Type == api.AuthorizerCognito {
		m.AuthorizationType = api.AuthorizationCognito
		m.AuthorizationScopes = req.scopes
	} else if len(req.scopes) > 0 {
		s.warn(s.place(req.at), "scopes have an effect with authorizers of type COGNITO_USER_POOLS only")
	}
	im.note(s.place(req.at), append(part, "authorizationType")...)
	im.note(s.place(req.at), append(part, "authorizerId")...)
	im.note(s.place(req.at), append(part, "authorizationScopes")...)
}

// authExtension reads x-amazon-apigateway-auth.
func (s scope) authExtension(n *document.Node) string {
	auth := ""
	for i := range n.Members() {
		e := &n.Members()[i]
		if e.Key != "type" {
			s.unknown(e, extAuth, []string{"type"})
			continue
		}
		auth, _ = s.word(e.Value, "the type of "+extAuth, []string{api.AuthorizationNone, api.AuthorizationIAM})
	}
	if n.Get("type") == nil {
		s.fail(s.place(n), "%s has no type; it must be one of NONE, AWS_IAM", extAuth)
	}
	return auth
}
