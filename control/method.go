package control

import (
	"slices"
	"strings"

	"sluice/api"
)

func methodOperations() operations {
	return operations{
		"PutMethod":    putMethod,
		"GetMethod":    getMethod,
		"DeleteMethod": deleteMethod,
		"UpdateMethod": updateMethod,
	}
}

// methodPlace is where a method is: what the path of its operations names.
type methodPlace struct{ api, resource, verb string }

func (c *call) methodPlace() methodPlace {
	return methodPlace{c.path["restapi_id"], c.path["resource_id"], strings.ToUpper(c.path["http_method"])}
}

// find reads a method with its resource, in the order of the service (recorded).
func (p methodPlace) find(t *tx) (*api.Resource, *api.Method, error) {
	r, err := findResource(t, p.api, p.resource)
	if err != nil {
		return nil, nil, err
	}
	m := r.ResourceMethods[p.verb]
	if m == nil {
		return nil, nil, notFound("Invalid Method identifier specified")
	}
	return r, m, nil
}

// viewMethod has fn look at the method that the path names.
func (c *call) viewMethod(fn func(*api.Method) error) error {
	return c.view(func(t *tx) error {
		_, m, err := c.methodPlace().find(t)
		if err != nil {
			return err
		}
		return fn(m)
	})
}

// changeMethod has fn change the method that the path names, and stores it.
func (c *call) changeMethod(fn func(*tx, *api.Method) error) error {
	p := c.methodPlace()
	return c.update(func(t *tx) error {
		r, m, err := p.find(t)
		if err != nil {
			return err
		}
		if err := fn(t, m); err != nil {
			return err
		}
		return put(t, r, kindResource, p.api, r.ID)
	})
}

func getMethod(c *call) (any, error) {
	var out *api.Method
	err := c.viewMethod(func(m *api.Method) error {
		out = m
		return nil
	})
	return out, err
}

type putMethodInput struct {
	AuthorizationType   string            `json:"authorizationType"`
	AuthorizerID        string            `json:"authorizerId"`
	APIKeyRequired      bool              `json:"apiKeyRequired"`
	OperationName       string            `json:"operationName"`
	RequestParameters   map[string]bool   `json:"requestParameters"`
	RequestModels       map[string]string `json:"requestModels"`
	RequestValidatorID  string            `json:"requestValidatorId"`
	AuthorizationScopes []string          `json:"authorizationScopes"`
}

func putMethod(c *call) (any, error) {
	in, err := decode[putMethodInput](c)
	if err != nil {
		return nil, err
	}
	p := c.methodPlace()
	out := &api.Method{
		HTTPMethod: p.verb, AuthorizationType: strings.ToUpper(in.AuthorizationType), AuthorizerID: in.AuthorizerID,
		APIKeyRequired: in.APIKeyRequired, OperationName: in.OperationName, RequestParameters: in.RequestParameters,
		RequestModels: in.RequestModels, RequestValidatorID: in.RequestValidatorID, AuthorizationScopes: in.AuthorizationScopes,
	}
	return out, c.update(func(t *tx) error {
		r, err := findResource(t, p.api, p.resource)
		if err != nil {
			return err
		}
		if !slices.Contains(methodVerbs(), p.verb) {
			return badOption("HttpMethod", methodVerbs())
		}
		if r.ResourceMethods[p.verb] != nil {
			return conflict("Method already exists for this resource")
		}
		if err := checkMethod(t, p.api, out); err != nil {
			return err
		}
		if r.ResourceMethods == nil {
			r.ResourceMethods = map[string]*api.Method{}
		}
		r.ResourceMethods[p.verb] = out
		return put(t, r, kindResource, p.api, r.ID)
	})
}

// methodVerbs are the methods that a resource can have.
func methodVerbs() []string {
	return []string{"GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", api.MethodAny}
}

// badOption refuses the value of a member that has a fixed set of them. The form is
// that of the service's text for endpoint types (recorded).
func badOption(member string, options []string) error {
	return badRequest("Invalid %s specified. Valid options are %s", member, strings.Join(options, ","))
}

// checkMethod checks a method as a whole, after it was put or patched.
func checkMethod(t *tx, apiID string, m *api.Method) error {
	if err := checkAuthorization(t, apiID, m); err != nil {
		return err
	}
	var faults mappingFaults
	for _, name := range sortedKeys(m.RequestParameters) {
		if !isMethodParameter(name) {
			faults.expression(name)
		}
	}
	if err := faults.err(); err != nil {
		return err
	}
	if err := checkParameterNames(m.RequestParameters); err != nil {
		return err
	}
	if err := checkModels(t, apiID, m.RequestModels); err != nil {
		return err
	}
	if m.RequestValidatorID == "" {
		return nil
	}
	v, err := get[api.RequestValidator](t, kindValidator, apiID, m.RequestValidatorID)
	if err == nil && v == nil {
		err = badRequest("Invalid Request Validator identifier specified")
	}
	return err
}

// checkAuthorization checks that the authorizer of a method fits its type. The types
// NONE and AWS_IAM have none: what is said about one is kept, and nothing else.
func checkAuthorization(t *tx, apiID string, m *api.Method) error {
	switch m.AuthorizationType {
	case api.AuthorizationNone, api.AuthorizationIAM:
		return nil
	case api.AuthorizationCustom, api.AuthorizationCognito:
	default:
		return badOption("AuthorizationType", []string{
			api.AuthorizationNone, api.AuthorizationIAM, api.AuthorizationCustom, api.AuthorizationCognito,
		})
	}
	refused := badRequest("Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.")
	if m.AuthorizerID == "" {
		return refused
	}
	a, err := get[api.Authorizer](t, kindAuthorizer, apiID, m.AuthorizerID)
	if err != nil {
		return err
	}
	if a == nil || (a.Type == api.AuthorizerCognito) != (m.AuthorizationType == api.AuthorizationCognito) {
		return refused
	}
	return nil
}

// checkModels checks that the models of a method or a response exist.
func checkModels(t *tx, apiID string, models map[string]string) error {
	for _, contentType := range sortedKeys(models) {
		m, err := get[api.Model](t, kindModel, apiID, models[contentType])
		if err != nil {
			return err
		}
		if m == nil {
			return badRequest("Invalid model identifier specified: %s", models[contentType])
		}
	}
	return nil
}

func deleteMethod(c *call) (any, error) {
	p := c.methodPlace()
	return nil, c.update(func(t *tx) error {
		r, _, err := p.find(t)
		if err != nil {
			return err
		}
		delete(r.ResourceMethods, p.verb)
		return put(t, r, kindResource, p.api, r.ID)
	})
}
