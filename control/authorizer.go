package control

import (
	"strings"

	"sluice/api"
)

func authorizerOperations() operations {
	return operations{
		"CreateAuthorizer": createAuthorizer,
		"GetAuthorizer":    getAuthorizer,
		"GetAuthorizers":   getAuthorizers,
		"DeleteAuthorizer": deleteAuthorizer,
		"UpdateAuthorizer": updateAuthorizer,
	}
}

// maxAuthorizers bounds those of one API, maxUserPools those of one authorizer
// (aws-facts: limits, 2).
const (
	maxAuthorizers = 10
	maxUserPools   = 1000
)

// checkAuthorizerCount tells whether an API may have n authorizers.
func checkAuthorizerCount(n int) error {
	if n > maxAuthorizers {
		return limitExceeded("Maximum number of Authorizers for this API has been reached. Please contact AWS if you need additional Authorizers.")
	}
	return nil
}

// maxAuthorizerTTL is in seconds.
const maxAuthorizerTTL = 3600

// authorizerOf reads an authorizer. Operations on one say the same of an API that is
// not there.
func authorizerOf(t *tx, apiID, id string) (*api.Authorizer, error) {
	a, err := get[api.Authorizer](t, kindAuthorizer, apiID, id)
	if err == nil && a == nil {
		err = notFound("Invalid Authorizer identifier specified")
	}
	return a, err
}

func createAuthorizer(c *call) (any, error) {
	out, err := decode[api.Authorizer](c)
	if err != nil {
		return nil, err
	}
	out.ID = newID(objectIDLength)
	if out.AuthType == "" {
		out.AuthType = "custom"
		if out.Type == api.AuthorizerCognito {
			out.AuthType = "cognito_user_pools"
		}
	}
	// The URI is looked at before the API is (aws-facts: control plane, 3.9).
	if err := checkAuthorizerURI(&out); err != nil {
		return nil, err
	}
	apiID := c.path["restapi_id"]
	return &out, c.update(func(t *tx) error {
		restAPI, err := get[api.RestApi](t, kindAPI, apiID)
		if err != nil {
			return err
		}
		if restAPI == nil {
			return concurrentModification() // recorded: no word of the API
		}
		if err := checkAuthorizer(t, apiID, &out); err != nil {
			return err
		}
		n, err := count(t, kindAuthorizer, apiID)
		if err != nil {
			return err
		}
		if err := checkAuthorizerCount(n + 1); err != nil {
			return err
		}
		return put(t, &out, kindAuthorizer, apiID, out.ID)
	})
}

// checkAuthorizerURI checks the URI of an authorizer that has one: the invocation of a
// function, whose parts may be stage variables.
func checkAuthorizerURI(a *api.Authorizer) error {
	if a.Type == api.AuthorizerCognito && a.AuthorizerURI == "" {
		return nil
	}
	parts := strings.SplitN(a.AuthorizerURI, ":", 6)
	if len(parts) == 6 && parts[0] == "arn" && parts[2] == "apigateway" && parts[4] == "lambda" {
		if path, ok := strings.CutPrefix(parts[5], "path/"); ok && isInvocation(path) {
			return nil
		}
	}
	return badRequest("Invalid Authorizer URI: %s. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.", a.AuthorizerURI)
}

// checkAuthorizerAlone checks an authorizer without its siblings.
func checkAuthorizerAlone(a *api.Authorizer) error {
	if a.Name == "" {
		return badRequest("Authorizer name must be non-empty")
	}
	if err := checkAuthorizerURI(a); err != nil {
		return err
	}
	if a.AuthorizerCredentials != "" && !isRoleARN(a.AuthorizerCredentials) && !strings.Contains(a.AuthorizerCredentials, ":user/") {
		return badRequest("Invalid ARN specified in the request")
	}
	if ttl := a.AuthorizerResultTTLInSeconds; ttl != nil && (*ttl < 0 || *ttl > maxAuthorizerTTL) {
		return badRequest("Authorizer result TTL should be between 0 and 3600")
	}
	return checkIdentity(a)
}

// checkAuthorizer checks an authorizer as a whole, after it was created or patched.
func checkAuthorizer(t *tx, apiID string, a *api.Authorizer) error {
	if err := checkAuthorizerAlone(a); err != nil {
		return err
	}
	others, err := list[api.Authorizer](t, kindAuthorizer, apiID)
	if err != nil {
		return err
	}
	for _, other := range others {
		if other.Name == a.Name && other.ID != a.ID {
			return badRequest("Authorizer name must be unique. Authorizer %s already exists in this RestApi.", a.Name)
		}
	}
	return nil
}

// checkIdentity checks what an authorizer looks at: each type needs something else
// (service model).
func checkIdentity(a *api.Authorizer) error {
	if a.Type == api.AuthorizerCognito {
		switch {
		case len(a.ProviderARNs) == 0:
			return badRequest("At least one provider ARN must be specified for an authorizer of type COGNITO_USER_POOLS")
		case len(a.ProviderARNs) > maxUserPools:
			return limitExceeded("An authorizer can have at most %d provider ARNs", maxUserPools)
		}
		for _, arn := range a.ProviderARNs {
			if !isUserPool(arn) {
				return badRequest("Invalid Cognito User Pool ARN: %s", arn)
			}
		}
	}
	if a.Type != api.AuthorizerRequest {
		if !isParameter(a.IdentitySource, "method.request.", "header") {
			return badRequest("Invalid token source expression: %s. The source must be a method request header, matching 'method.request.header.[a-zA-Z0-9._-]+'.", a.IdentitySource)
		}
		return nil
	}
	if a.IdentitySource == "" {
		if ttl := a.AuthorizerResultTTLInSeconds; ttl == nil || *ttl > 0 {
			return badRequest("Identity source must be specified for an authorizer of type REQUEST whose results are cached")
		}
		return nil
	}
	for source := range strings.SplitSeq(a.IdentitySource, ",") {
		if source = strings.TrimSpace(source); !isIdentitySource(source) {
			return badRequest("Invalid identity source expression: %s. The source must be a method request header or query string parameter, a stage variable or a context variable.", source)
		}
	}
	return nil
}

func isIdentitySource(s string) bool {
	if isParameter(s, "method.request.", "header", "querystring") {
		return true
	}
	for _, prefix := range []string{"stageVariables.", "context."} {
		if name, ok := strings.CutPrefix(s, prefix); ok && isParameterName(name) {
			return true
		}
	}
	return false
}

// isUserPool tells whether s is arn:{partition}:cognito-idp:{region}:{account}:userpool/{id}.
func isUserPool(s string) bool {
	parts := strings.SplitN(s, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && parts[2] == "cognito-idp" && strings.HasPrefix(parts[5], "userpool/")
}

func getAuthorizer(c *call) (any, error) {
	var out *api.Authorizer
	err := c.view(func(t *tx) (err error) {
		out, err = authorizerOf(t, c.path["restapi_id"], c.path["authorizer_id"])
		return err
	})
	return out, err
}

func getAuthorizers(c *call) (any, error) {
	var out page[*api.Authorizer]
	err := c.view(func(t *tx) (err error) {
		if _, err := requireAPI(t, c.path["restapi_id"]); err != nil {
			return err
		}
		out, err = pageOfRecords(c, t, same[api.Authorizer], kindAuthorizer, c.path["restapi_id"])
		return err
	})
	return out, err
}

// deleteAuthorizer deletes an authorizer that no method has.
func deleteAuthorizer(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	return nil, c.update(func(t *tx) error {
		a, err := authorizerOf(t, apiID, c.path["authorizer_id"])
		if err != nil {
			return err
		}
		resources, err := list[api.Resource](t, kindResource, apiID)
		if err != nil {
			return err
		}
		for _, r := range resources {
			for _, verb := range sortedKeys(r.ResourceMethods) {
				m := r.ResourceMethods[verb]
				authorized := m.AuthorizationType == api.AuthorizationCustom || m.AuthorizationType == api.AuthorizationCognito
				if authorized && m.AuthorizerID == a.ID {
					return conflict("Cannot delete authorizer '%s', is referenced in method: %s/%s", a.Name, verb, r.Path)
				}
			}
		}
		return remove(t, kindAuthorizer, apiID, a.ID)
	})
}
