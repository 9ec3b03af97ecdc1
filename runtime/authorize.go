package runtime

import (
	"context"
	"net/netip"
	"strings"

	"sluice/api"
	"sluice/authorizers"
	"sluice/authorizers/policy"
)

// maxMethodARN is the longest method ARN of a method that is judged (aws-facts:
// limits, section 3).
const maxMethodARN = 1600

// authorize asks whether the client may call the method: the resource policy
// together with IAM, a Lambda authorizer or a user pool (step 4).
func (x *exchange) authorize() *fault {
	m := x.method.authorization
	if m.Open() {
		return nil
	}
	x.fillAuthRequest()
	if len(x.authRequest.MethodARN) > maxMethodARN {
		return faultURITooLong
	}
	if r := m.Authorize(context.Background(), &x.authRequest, &x.identity); r != nil {
		return x.refused(r)
	}
	return nil
}

// fillAuthRequest shows authorizers the request.
func (x *exchange) fillAuthRequest() {
	r := &x.authRequest
	r.MethodARN = x.methodARN()
	r.Method, r.Path, r.ResourcePath = x.verbText, x.eventPath(), x.method.resourcePath
	r.Time = x.start
	if x.method.authorization.Judges() {
		r.SourceIP, _ = netip.ParseAddr(x.sourceIP())
	}
	r.Header, r.Query, r.PathParams = x.eventHeaders(true), x.scope.Params.Query, x.scope.Params.Path
	r.StageVariables, r.Variables = x.scope.StageVariables, x
	r.TraceID = x.traceID()
	if x.log != nil {
		r.Trace = &authorizerTrace{x: x}
	}
	x.fillWire()
}

// fillWire shows authorizers the request as it came over the connection.
func (x *exchange) fillWire() {
	x.judged = true
	x.authRequest.Wire = authorizers.Wire{
		Method: x.request.Method, Path: view(x.request.Path), Query: view(x.request.Query),
		Header: x.request.Header, Body: x.request.Body,
	}
}

// refused turns a refusal into the fault that reply knows.
func (x *exchange) refused(r *authorizers.Refusal) *fault {
	if r.Type == api.Unauthorized {
		x.log.Unauthorized() // knowledge center, "Amazon API Gateway logs for troubleshooting"
	}
	if t, ok := x.authRequest.Trace.(*authorizerTrace); ok {
		t.refused(r)
	}
	kind, _ := kindOf(r.Type)
	x.ownFault = fault{
		kind: kind, status: r.Status, errorType: r.ErrorType, message: r.Message,
		nullText: r.NullMessage, capital: r.CapitalMessage,
	}
	return &x.ownFault
}

// authorization compiles who may call a method.
func (c *compiler) authorization(m *api.Method, part []string, subject string) *authorizers.Method {
	o := authorizers.MethodOptions{
		AuthorizationType: m.AuthorizationType, Scopes: m.AuthorizationScopes,
		Policy: c.resourcePolicy, Private: c.private, Region: c.region,
	}
	switch m.AuthorizationType {
	case api.AuthorizationCustom, api.AuthorizationCognito: // others may name one that nobody asks
		if m.AuthorizerID == "" {
			break
		}
		if o.Authorizer = c.authorizers[m.AuthorizerID]; o.Authorizer == nil {
			reason, reported := c.brokenAuthorizers[m.AuthorizerID]
			if !reported {
				reason = "authorizer " + m.AuthorizerID + " does not exist"
				c.deferred(append(part, "authorizerId"), subject, reason, failsAll)
			}
			return c.gateway.guard.Refusing(o, reason)
		}
	}
	out, err := c.gateway.guard.Method(o)
	if err != nil {
		c.deferred(append(part, "authorizationType"), subject, err.Error(), failsAll)
		return c.gateway.guard.Refusing(o, err.Error())
	}
	return out
}

// compileAuthorizers compiles the authorizers of the snapshot.
func (c *compiler) compileAuthorizers() {
	c.authorizers = make(map[string]*authorizers.Authorizer, len(c.snapshot.Authorizers))
	c.brokenAuthorizers = map[string]string{}
	stage := authorizers.Stage{APIID: c.snapshot.RestApi.ID, Name: c.stage.StageName, Variables: c.vars}
	if c.detached {
		stage.Name = checkedStage
	}
	for _, d := range c.snapshot.Authorizers {
		a, err := c.gateway.guard.Authorizer(stage, d)
		part, subject := []string{"authorizers", d.Name}, "authorizer "+d.Name
		if err != nil {
			c.deferred(part, subject, err.Error(), "every request that needs it fails with 500")
			c.brokenAuthorizers[d.ID] = err.Error()
			continue
		}
		if p := a.Problem(); p != "" {
			c.warn(part, subject, p+": every request that needs it fails with 500")
		} else if ref, ok := a.Function(); ok {
			c.callable(ref, append(part, "authorizerUri"), subject)
		}
		c.authorizers[d.ID] = a
	}
}

// policy compiles the resource policy; nil without one.
func (c *compiler) policy() *policy.Policy {
	a := &c.snapshot.RestApi
	if a.Policy == "" {
		return nil
	}
	p, err := policy.Parse([]byte(a.Policy), policy.Options{Kind: policy.Resource, Target: &policy.Target{
		Partition: c.partition, Region: c.region, AccountID: c.gateway.options.AccountID, APIID: a.ID,
	}})
	if err != nil {
		c.fail([]string{"restApi", "policy"}, "resource policy", err.Error())
		return nil
	}
	return p
}

// methodARN is arn:aws:execute-api:{region}:{account}:{api}/{stage}/{METHOD}/{path}.
// The path is the one that was routed by, with the parameters' values: spelled
// out from the resource, so that a doubled slash or an encoded letter cannot
// lead around a policy.
func (x *exchange) methodARN() string {
	start := len(x.scope.Arena)
	a := append(x.scope.Arena, x.stage.arn...)
	a = append(append(a, x.verbText...), '/')
	template, params := strings.TrimPrefix(x.method.resourcePath, "/"), x.scope.Params.Path
	for {
		i := strings.IndexByte(template, '{')
		if i < 0 || len(params) == 0 {
			break
		}
		a = append(a, template[:i]...)
		a = appendUnreserved(a, params[0].Value)
		params = params[1:]
		template = template[i+strings.IndexByte(template[i:], '}')+1:]
	}
	x.scope.Arena = append(a, template...)
	return view(x.scope.Arena[start:])
}

// appendUnreserved appends s with the percent-encoded unreserved characters of
// RFC 3986 as themselves: %61 and a name the same resource.
func appendUnreserved(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			c := unhex(s[i+1])<<4 | unhex(s[i+2])
			if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '.' || c == '_' || c == '~' {
				dst = append(dst, c)
				i += 2
				continue
			}
		}
		dst = append(dst, s[i])
	}
	return dst
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
