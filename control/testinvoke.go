package control

import (
	"errors"

	"sluice/api"
	"sluice/runtime"
)

func testInvokeOperations() operations {
	return operations{
		"TestInvokeMethod":     testInvokeMethod,
		"TestInvokeAuthorizer": testInvokeAuthorizer,
	}
}

// testCallInput are the members of the bodies of both operations.
type testCallInput struct {
	PathWithQueryString string              `json:"pathWithQueryString"`
	Body                string              `json:"body"`
	Headers             map[string]string   `json:"headers"`
	MultiValueHeaders   map[string][]string `json:"multiValueHeaders"`
	StageVariables      map[string]string   `json:"stageVariables"`
	ClientCertificateID string              `json:"clientCertificateId"`
	AdditionalContext   map[string]string   `json:"additionalContext"`
}

// testCall is a test call with the definition of the moment.
func (c *call) testCall(in *testCallInput, s *api.Snapshot) runtime.TestCall {
	return runtime.TestCall{
		Deployment:          runtime.Deployment{Snapshot: s, Region: c.region},
		PathWithQueryString: in.PathWithQueryString,
		Body:                in.Body,
		Headers:             in.Headers,
		MultiValueHeaders:   in.MultiValueHeaders,
		StageVariables:      in.StageVariables,
		Caller:              runtime.Caller(c.caller),
	}
}

type testMethodOutput struct {
	Status            int                 `json:"status"`
	Body              string              `json:"body"`
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Log               string              `json:"log"`
	Latency           int64               `json:"latency"` // milliseconds
}

// testInvokeMethod sends a request through a method as it is at the moment. Whatever
// the method makes of it, the call itself succeeds.
func testInvokeMethod(c *call) (any, error) {
	in, err := decode[testCallInput](c)
	if err != nil {
		return nil, err
	}
	p := c.methodPlace()
	t := runtime.TestMethod{ResourceID: p.resource, HTTPMethod: p.verb}
	err = c.view(func(tx *tx) error {
		r, err := findResource(tx, p.api, p.resource)
		if err != nil {
			return err
		}
		if r.ResourceMethods[p.verb] == nil && r.ResourceMethods[api.MethodAny] == nil {
			return notFound("Invalid Method identifier specified")
		}
		restAPI, err := requireAPI(tx, p.api)
		if err != nil {
			return err
		}
		s := &api.Snapshot{RestApi: *restAPI, Resources: []*api.Resource{r}}
		if err := readParts(tx, s, p.api); err != nil {
			return err
		}
		if in.ClientCertificateID != "" {
			certificate, err := requireClientCertificate(tx, in.ClientCertificateID)
			if err != nil {
				return err
			}
			t.ClientCertificate = certificate.material()
		}
		t.TestCall = c.testCall(&in, s)
		t.Deployment.LinkNames, err = linkNames(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	out, err := c.options.DataPlane.TestInvokeMethod(c.ctx, t)
	if err != nil {
		return nil, testError(err)
	}
	return &testMethodOutput{
		Status: out.Status, Body: out.Body, Headers: out.Headers, MultiValueHeaders: out.MultiValueHeaders,
		Log: out.Log, Latency: out.Latency.Milliseconds(),
	}, nil
}

// testError is the error of a test call that could not be made.
func testError(err error) error {
	if errors.Is(err, runtime.ErrTestCall) {
		return badRequest("%s", err.Error())
	}
	return err
}

type testAuthorizerOutput struct {
	ClientStatus  int                 `json:"clientStatus"`
	Log           string              `json:"log"`
	Latency       int64               `json:"latency"` // milliseconds
	PrincipalID   string              `json:"principalId,omitempty"`
	Policy        string              `json:"policy,omitempty"`
	Authorization map[string][]string `json:"authorization,omitempty"`
	Claims        map[string]string   `json:"claims,omitempty"`
}

// testInvokeAuthorizer asks an authorizer as it is at the moment about a request.
func testInvokeAuthorizer(c *call) (any, error) {
	in, err := decode[testCallInput](c)
	if err != nil {
		return nil, err
	}
	apiID := c.path["restapi_id"]
	t := runtime.TestAuthorizer{AuthorizerID: c.path["authorizer_id"], AdditionalContext: in.AdditionalContext}
	err = c.view(func(tx *tx) error {
		a, err := authorizerOf(tx, apiID, t.AuthorizerID)
		if err != nil {
			return err
		}
		restAPI, err := requireAPI(tx, apiID)
		if err != nil {
			return err
		}
		t.TestCall = c.testCall(&in, &api.Snapshot{RestApi: *restAPI, Authorizers: []*api.Authorizer{a}})
		return nil
	})
	if err != nil {
		return nil, err
	}
	out, err := c.options.DataPlane.TestInvokeAuthorizer(c.ctx, t)
	if err != nil {
		return nil, testError(err)
	}
	return &testAuthorizerOutput{
		ClientStatus: out.ClientStatus, Log: out.Log, Latency: out.Latency.Milliseconds(), PrincipalID: out.PrincipalID,
		Policy: out.Policy, Authorization: out.Authorization, Claims: out.Claims,
	}, nil
}
