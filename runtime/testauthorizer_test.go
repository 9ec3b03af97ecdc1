package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"sluice/api"
	"sluice/lambda"
)

// TestTestInvokeAuthorizer checks answers and logs of test calls line by line.
func TestTestInvokeAuthorizer(t *testing.T) {
	const allow = `{"principalId":"user|a1b2c3d4","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*"}]},"context":{"key":"value","n":1}}`
	fns := &fakeFunctions{answers: map[string]func(*lambda.Invocation) (*lambda.Result, error){
		"allow": answerWith(allow),
		"deny":  answerWith(strings.Replace(allow, "Allow", "Deny", 1)),
		"thrown": func(*lambda.Invocation) (*lambda.Result, error) {
			return &lambda.Result{Payload: []byte(`{"errorMessage":"Unauthorized"}`), FunctionError: lambda.Unhandled, StatusCode: 200, RequestID: "req-1"}, nil
		},
		"failed": func(*lambda.Invocation) (*lambda.Result, error) {
			return &lambda.Result{Payload: []byte(`{"errorMessage":"boom"}`), FunctionError: lambda.Unhandled, StatusCode: 200, RequestID: "req-1"}, nil
		},
		"shape": answerWith(`{"principalId":"u"}`),
	}}
	uri := func(name string) string { return functionIntegration(api.IntegrationAWSProxy, name).URI }
	b := newAPI()
	for _, name := range []string{"allow", "deny", "thrown", "failed", "shape", "none", "${stageVariables.fn}"} {
		b.snapshot.Authorizers = append(b.snapshot.Authorizers, &api.Authorizer{
			ID: "token-" + name, Name: name, Type: api.AuthorizerToken, AuthorizerURI: uri(name),
			IdentitySource: "method.request.header.X-Token", IdentityValidationExpression: "secret-.*",
		})
	}
	b.snapshot.Authorizers = append(b.snapshot.Authorizers,
		&api.Authorizer{ID: "request", Name: "request", Type: api.AuthorizerRequest, AuthorizerURI: uri("allow"), IdentitySource: "method.request.querystring.q,context.identity.sourceIp,stageVariables.v"},
		&api.Authorizer{ID: "pool", Name: "pool", Type: api.AuthorizerCognito, ProviderARNs: []string{"arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_none"}},
		&api.Authorizer{ID: "broken", Name: "broken", Type: "NONE"},
	)
	g, err := New(Options{Functions: fns})
	if err != nil {
		t.Fatal(err)
	}
	token := TestCall{Headers: map[string]string{"x-token": "secret-token"}}
	for _, c := range []struct {
		name, id string
		call     TestCall
		context  map[string]string
	}{
		{"token", "token-allow", token, nil},
		{"a deny is no failure", "token-deny", token, nil},
		{"thrown", "token-thrown", token, nil},
		{"failed", "token-failed", token, nil},
		{"malformed answer", "token-shape", token, nil},
		{"unknown function", "token-none", token, nil},
		{"stage variable", "token-${stageVariables.fn}", TestCall{Headers: token.Headers, StageVariables: map[string]string{"fn": "allow"}}, nil},
		{"stage variable missing", "token-${stageVariables.fn}", token, nil},
		{"token missing", "token-allow", TestCall{}, nil},
		{"token of another form", "token-allow", TestCall{MultiValueHeaders: map[string][]string{"X-Token": {"public"}}}, nil},
		{"request", "request", TestCall{PathWithQueryString: "/pets/7?q=1&q=2", Body: "x", StageVariables: map[string]string{"v": "w"}}, map[string]string{"identity.sourceIp": "192.0.2.7", "context.identity.userAgent": "own", "no.such": "x"}},
		{"request, source missing", "request", TestCall{PathWithQueryString: "/?q=1"}, nil},
		{"no token for a pool", "pool", TestCall{}, nil},
		{"a token that is none", "pool", TestCall{Headers: map[string]string{"Authorization": "Bearer a.b.c"}}, nil},
		{"definition broken", "broken", token, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.call.Deployment = Deployment{Snapshot: b.snapshot, Region: "eu-west-1"}
			c.call.Caller = testCaller
			r, err := g.TestInvokeAuthorizer(context.Background(), TestAuthorizer{TestCall: c.call, AuthorizerID: c.id, AdditionalContext: c.context})
			if err != nil {
				t.Fatal(err)
			}
			if r.Latency <= 0 {
				t.Errorf("latency %v", r.Latency)
			}
			rest, err := json.Marshal([]any{r.Authorization, r.Claims})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "testauthorizer/"+strings.ReplaceAll(c.name, " ", "_")+".txt",
				settled(fmt.Sprintf("%d %s\n%s\n%s\n\n%s", r.ClientStatus, r.PrincipalID, r.Policy, rest, r.Log)))
		})
	}
	if _, err := g.TestInvokeAuthorizer(context.Background(), TestAuthorizer{TestCall: TestCall{Deployment: Deployment{Snapshot: b.snapshot}}, AuthorizerID: "gone"}); !errors.Is(err, ErrTestCall) {
		t.Errorf("no such authorizer: %v", err)
	}
}
