package authorizers

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sluice/api"
	"sluice/lambda"
	"sluice/mapping"
)

// The rows of the facts about what clients see.
func TestResults(t *testing.T) {
	fault := func(payload string, timedOut bool) func(context.Context, *lambda.Invocation) (*lambda.Result, error) {
		return func(context.Context, *lambda.Invocation) (*lambda.Result, error) {
			return &lambda.Result{Payload: []byte(payload), FunctionError: lambda.Unhandled, TimedOut: timedOut, StatusCode: 200}, nil
		}
	}
	fails := func(err error) func(context.Context, *lambda.Invocation) (*lambda.Result, error) {
		return func(context.Context, *lambda.Invocation) (*lambda.Result, error) { return nil, err }
	}
	gives := func(payload string) func(context.Context, *lambda.Invocation) (*lambda.Result, error) {
		return answers(payload).f
	}
	other := strings.Replace(allowAll, `"*"`, `"arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/POST/*"`, 1)
	for _, c := range []struct {
		name    string
		f       func(context.Context, *lambda.Invocation) (*lambda.Result, error)
		kind    api.ResponseType
		status  int
		typ     string
		message string
		null    bool
		capital bool
	}{
		{name: "allowed", f: gives(allowAll)},
		{"thrown Unauthorized", fault(`{"errorMessage":"Unauthorized","errorType":"Error","trace":[]}`, false), api.Unauthorized, 401, "UnauthorizedException", "Unauthorized", false, false},
		{"thrown unauthorized", fault(`{"errorMessage":"unauthorized"}`, false), api.AuthorizerFailure, 500, "AuthorizerFailureException", "", true, false},
		{"thrown Unauthorized.", fault(`{"errorMessage":"Unauthorized."}`, false), api.AuthorizerFailure, 500, "AuthorizerFailureException", "", true, false},
		{"thrown anything", fault(`{"errorMessage":"boom"}`, false), api.AuthorizerFailure, 500, "AuthorizerFailureException", "", true, false},
		{"thrown no JSON", fault(`x`, false), api.AuthorizerFailure, 500, "AuthorizerFailureException", "", true, false},
		{"function timed out", fault(`{"errorMessage":"Unauthorized"}`, true), api.AuthorizerFailure, 500, "AuthorizerFailureException", "", true, false},
		{"no answer in time", fails(&lambda.Error{Kind: lambda.KindTimeout}), api.AuthorizerFailure, 500, "AuthorizerFailureException", "", true, false},
		{"throttled", fails(&lambda.Error{Kind: lambda.KindThrottled}), api.AuthorizerFailure, 500, "AuthorizerFailureException", "", true, false},
		{"unknown function", fails(lambda.UnknownFunction(lambda.Reference{Name: "x"})), api.AuthorizerConfigurationError, 500, "AuthorizerConfigurationException", "", true, false},
		{"no permission", fails(&lambda.Error{Kind: lambda.KindFailed, Status: 403}), api.AuthorizerConfigurationError, 500, "AuthorizerConfigurationException", "", true, false},
		{"not reachable", fails(errors.New("connection refused")), api.AuthorizerConfigurationError, 500, "AuthorizerConfigurationException", "", true, false},
		{"panic", func(context.Context, *lambda.Invocation) (*lambda.Result, error) { panic("x") }, api.AuthorizerFailure, 500, "AuthorizerFailureException", "", true, false},
		{"bad answer", gives(`{}`), api.AuthorizerConfigurationError, 500, "AuthorizerConfigurationException", "", true, false},
		{"null answer", gives(`null`), api.AuthorizerConfigurationError, 500, "AuthorizerConfigurationException", "", true, false},
		{"no Allow matches", gives(other), api.AccessDenied, 403, "AccessDeniedException", "User is not authorized to access this resource", false, true},
		{"Deny", gives(denyAll), api.AccessDenied, 403, "AccessDeniedException", "User is not authorized to access this resource with an explicit deny", false, true},
	} {
		for _, ttl := range []int{0, 300} {
			g := newTestGuard(t, Options{Invoker: &invoker{f: c.f}})
			m := compile(t, g, testStage, tokenDefinition(ttl), MethodOptions{})
			id, got := ask(m, testRequest())
			if (got == nil) != (c.kind == "") {
				t.Errorf("%s: got %v", c.name, got)
				continue
			}
			if got == nil {
				continue
			}
			if got.Type != c.kind || got.Status != c.status || got.ErrorType != c.typ || got.Message != c.message ||
				got.NullMessage != c.null || got.CapitalMessage != c.capital {
				t.Errorf("%s: got %+v", c.name, got)
			}
			if c.kind != api.AccessDenied && (id.Authorizer.Status != c.status || id.Authorizer.Error == "") {
				t.Errorf("%s: step %+v", c.name, id.Authorizer)
			}
		}
	}
}

func TestNoInvoker(t *testing.T) {
	m := compile(t, newTestGuard(t, Options{}), testStage, tokenDefinition(300), MethodOptions{})
	_, got := ask(m, testRequest())
	wantRefusal(t, "no functions", got, api.AuthorizerConfigurationError, "")
}

func TestAnswers(t *testing.T) {
	var cases []struct {
		Name, Answer, PrincipalID, Key, Error string
		Context                               [][2]string
	}
	readJSON(t, "answers.json", &cases)
	for _, c := range cases {
		a, err := parseAnswer(c.Answer)
		if c.Error != "" {
			if err == nil || !strings.Contains(err.Error(), c.Error) {
				t.Errorf("%s: got %v, want %s", c.Name, err, c.Error)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if a.principalID != c.PrincipalID || a.usageIdentifierKey != c.Key || len(a.context) != len(c.Context) {
			t.Errorf("%s: got %+v", c.Name, a)
			continue
		}
		for i, w := range c.Context {
			if a.context[i] != (mapping.Pair{Name: w[0], Value: w[1]}) {
				t.Errorf("%s: got %q, want %q", c.Name, a.context[i], w)
			}
		}
	}
	if _, err := parseAnswer(allowAll[:len(allowAll)-1] + `,"x":"` + strings.Repeat("a", maxAnswer) + `"}`); err == nil {
		t.Error("a huge answer is taken")
	}
}

func TestDefinitions(t *testing.T) {
	var cases []struct {
		Name  string
		Def   api.Authorizer
		Error string
	}
	readJSON(t, "definitions.json", &cases)
	g := newTestGuard(t, Options{Invoker: answers(allowAll)})
	for _, c := range cases {
		if c.Def.AuthorizerURI == "" {
			c.Def.AuthorizerURI = testFunction
		}
		_, err := g.Authorizer(testStage, &c.Def)
		if (err == nil) != (c.Error == "") || err != nil && !strings.Contains(err.Error(), c.Error) {
			t.Errorf("%s: got %v, want %q", c.Name, err, c.Error)
		}
	}
	for _, o := range []MethodOptions{
		{AuthorizationType: "CUSTOM"},
		{AuthorizationType: "COGNITO_USER_POOLS"},
		{AuthorizationType: "OTHER"},
	} {
		if _, err := g.Method(o); err == nil {
			t.Errorf("%+v compiles", o)
		}
	}
	a, err := g.Authorizer(testStage, &api.Authorizer{Type: "TOKEN", IdentitySource: "method.request.header.X", AuthorizerURI: testFunction})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Method(MethodOptions{AuthorizationType: "COGNITO_USER_POOLS", Authorizer: a}); err == nil {
		t.Error("a TOKEN authorizer serves COGNITO_USER_POOLS")
	}
}

// Stage variables choose the function; one that leads nowhere is found out by
// requests, as in the service.
func TestStageVariables(t *testing.T) {
	var called string
	i := &invoker{f: func(_ context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
		called = inv.Function.String()
		return answers(allowAll).f(nil, nil)
	}}
	g := newTestGuard(t, Options{Invoker: i})
	d := tokenDefinition(300)
	d.AuthorizerURI = strings.Replace(testFunction, "function:auth", "function:${stageVariables.fn}:${stageVariables.alias}", 1)
	stage := testStage
	stage.Variables = map[string]string{"fn": "mine", "alias": "live"}
	if _, got := ask(compile(t, g, stage, d, MethodOptions{}), testRequest()); got != nil {
		t.Error(got)
	}
	if called != "arn:aws:lambda:us-east-1:123456789012:function:mine:live" {
		t.Errorf("called %s", called)
	}
	m := compile(t, g, testStage, d, MethodOptions{})
	if m.authorizer.Problem() == "" {
		t.Error("no problem is told")
	}
	_, got := ask(m, testRequest())
	wantRefusal(t, "unset variables", got, api.AuthorizerConfigurationError, "")
	_, got = ask(m, withHeader())
	wantRefusal(t, "no token", got, api.Unauthorized, "Unauthorized")
}

// A function that never answers holds a client for the time limit only.
func TestInvokeTimeout(t *testing.T) {
	i := &invoker{f: func(ctx context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
		<-ctx.Done()
		return nil, &lambda.Error{Kind: lambda.KindTimeout, Err: ctx.Err()}
	}}
	g := newTestGuard(t, Options{Invoker: i, InvokeTimeout: 5 * time.Millisecond})
	_, got := ask(compile(t, g, testStage, tokenDefinition(300), MethodOptions{}), testRequest())
	wantRefusal(t, "timeout", got, api.AuthorizerFailure, "")
}

func TestTestCall(t *testing.T) {
	i := answers(strings.Replace(denyAll, `{"principalId"`, `{"context":{"a":1,"b":"x"},"principalId"`, 1))
	g := newTestGuard(t, Options{Invoker: i})
	m := compile(t, g, testStage, tokenDefinition(300), MethodOptions{})
	for n := range 2 {
		got := m.authorizer.Test(context.Background(), testRequest())
		if got.ClientStatus != 0 || got.PrincipalID != "user1" || !strings.HasPrefix(got.Policy, `{"Version"`) ||
			got.Authorization["a"][0] != "1" || got.Authorization["b"][0] != "x" {
			t.Errorf("got %+v", got)
		}
		if calls := i.calls.Load(); calls != int64(n+1) {
			t.Errorf("%d calls", calls)
		}
	}
	if got := m.authorizer.Test(context.Background(), withHeader()); got.ClientStatus != 401 {
		t.Errorf("got %+v", got)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(allowAll)
	f.Add(`{"principalId":"a","policyDocument":{"Version":"2012-10-17","Statement":[]},"context":{"a":1e3,"b":[1]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseAnswer(text)
		if err == nil && a.policy == nil {
			t.Fatal("an answer without a policy")
		}
		errorMessage(text)
	})
}
