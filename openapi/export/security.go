package export

import (
	"strings"

	"sluice/api"
)

// security is what a method asks of its callers.
func (x *exporter) security(m *api.Method) list {
	var out list
	switch m.AuthorizationType {
	case api.AuthorizationIAM:
		if x.iamScheme == "" {
			x.iamScheme = free(x.taken, "sigv4", "iam")
		}
		out = append(out, newObject().set(x.iamScheme, list{}))
	case api.AuthorizationCustom, api.AuthorizationCognito:
		if name := x.schemes[m.AuthorizerID]; name != "" {
			out = append(out, newObject().set(name, textList(m.AuthorizationScopes)))
		}
	}
	if m.APIKeyRequired {
		if x.keyScheme == "" {
			x.keyScheme = free(x.taken, "api_key", "x")
		}
		out = append(out, newObject().set(x.keyScheme, list{}))
	}
	return out
}

// securitySchemes are the authorizers, and the schemes for API keys and IAM if a
// method has asked for them.
func (x *exporter) securitySchemes() *object {
	out := newObject()
	for _, a := range x.snap.Authorizers {
		out.set(x.schemes[a.ID], x.authorizerScheme(a))
	}
	if x.keyScheme != "" {
		out.set(x.keyScheme, apiKey("x-api-key", "header"))
	}
	if x.iamScheme != "" {
		out.set(x.iamScheme, apiKey("Authorization", "header").set("x-amazon-apigateway-authtype", "awsSigv4"))
	}
	return out
}

func apiKey(name, in string) *object {
	return newObject().set("type", "apiKey").set("name", name).set("in", in)
}

// authorizerScheme writes an authorizer. The source of a REQUEST authorizer, and
// one that is not a single header, is written out; the name is Unused then.
func (x *exporter) authorizerScheme(a *api.Authorizer) *object {
	header, single := strings.CutPrefix(a.IdentitySource, "method.request.header.")
	single = single && !strings.ContainsAny(header, ", ") && !strings.EqualFold(header, "unused") && header != "" &&
		a.Type != api.AuthorizerRequest
	if !single {
		header = "Unused"
	}
	out := apiKey(header, "header")
	x.describe(out, api.DocumentationPartLocation{Type: "AUTHORIZER", Name: a.Name})
	out.text("x-amazon-apigateway-authtype", a.AuthType)
	if !x.want.authorizers {
		return out
	}
	o := newObject()
	if len(a.ProviderARNs) > 0 {
		o.set("providerARNs", textList(a.ProviderARNs))
	}
	o.text("authorizerUri", a.AuthorizerURI).text("authorizerCredentials", a.AuthorizerCredentials)
	if a.AuthorizerResultTTLInSeconds != nil {
		o.set("authorizerResultTtlInSeconds", *a.AuthorizerResultTTLInSeconds)
	}
	o.text("identityValidationExpression", a.IdentityValidationExpression)
	if !single {
		o.text("identitySource", a.IdentitySource)
	}
	return out.set("x-amazon-apigateway-authorizer", o.set("type", strings.ToLower(a.Type)))
}
