package authorizers

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/netip"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"sluice/api"
	"sluice/lambda"
	"sluice/mapping"
	"sluice/mapping/vtl/value"
)

const (
	testFunction = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:auth/invocations"
	testARN      = "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/pets/1"
	allowAll     = `{"principalId":"user1","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*"}]}}`
	denyAll      = `{"principalId":"user1","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Deny","Resource":"*"}]}}`
)

var testNow = time.Date(2026, 9, 22, 10, 15, 0, 0, time.UTC)

// readJSON reads cases from testdata.
func readJSON(t testing.TB, file string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// variables is a request's $context.
type variables map[mapping.VariableID]string

func (v variables) AppendVariable(dst []byte, x mapping.Variable) ([]byte, bool) {
	s, ok := v[x.ID]
	return append(dst, s...), ok
}

func (v variables) Authorizer() *value.Map { return nil }

// invoker is a function that answers in the test's words, and counts.
type invoker struct {
	calls atomic.Int64
	f     func(ctx context.Context, inv *lambda.Invocation) (*lambda.Result, error)
}

func (i *invoker) Invoke(ctx context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
	i.calls.Add(1)
	return i.f(ctx, inv)
}

// answers is an invoker that always gives the same payload.
func answers(payload string) *invoker {
	return &invoker{f: func(context.Context, *lambda.Invocation) (*lambda.Result, error) {
		return &lambda.Result{Payload: []byte(payload), StatusCode: 200, RequestID: "r1"}, nil
	}}
}

func newTestGuard(t testing.TB, o Options) *Guard {
	o.AccountID = "123456789012"
	o.Log = slog.New(slog.DiscardHandler)
	g := New(o)
	t.Cleanup(g.Close)
	return g
}

var testStage = Stage{APIID: "abcdef1234", Name: "prod"}

// compile compiles an authorizer and a method that uses it.
func compile(t testing.TB, g *Guard, stage Stage, d api.Authorizer, o MethodOptions) *Method {
	t.Helper()
	if d.ID == "" {
		d.ID = "auth01"
	}
	if d.AuthorizerURI == "" && d.Type != api.AuthorizerCognito {
		d.AuthorizerURI = testFunction
	}
	a, err := g.Authorizer(stage, &d)
	if err != nil {
		t.Fatal(err)
	}
	o.Authorizer = a
	if o.AuthorizationType == "" {
		o.AuthorizationType = api.AuthorizationCustom
	}
	m, err := g.Method(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func tokenDefinition(ttl int) api.Authorizer {
	return api.Authorizer{
		Type: api.AuthorizerToken, IdentitySource: "method.request.header.Authorization", AuthorizerResultTTLInSeconds: &ttl,
	}
}

func testRequest() *Request {
	return &Request{
		Method: "GET", Path: "/pets/1", ResourcePath: "/pets/{id}", MethodARN: testARN, Time: testNow,
		SourceIP:   netip.MustParseAddr("192.0.2.1"),
		Header:     []mapping.Pair{{Name: "Host", Value: "h"}, {Name: "Authorization", Value: "token1"}},
		PathParams: []mapping.Pair{{Name: "id", Value: "1"}},
		Variables:  variables{},
	}
}

func withHeader(pairs ...string) *Request {
	r := testRequest()
	r.Header = nil
	for i := 0; i < len(pairs); i += 2 {
		r.Header = append(r.Header, mapping.Pair{Name: pairs[i], Value: pairs[i+1]})
	}
	return r
}

// ask judges a request with a fresh identity.
func ask(m *Method, r *Request) (*Identity, *Refusal) {
	id := new(Identity)
	return id, m.Authorize(context.Background(), r, id)
}

// wantRefusal compares a refusal; kind "" wants none.
func wantRefusal(t *testing.T, name string, got *Refusal, kind api.ResponseType, message string) {
	t.Helper()
	switch {
	case got == nil && kind != "":
		t.Errorf("%s: let in, want %s", name, kind)
	case got != nil && (got.Type != kind || got.Message != message):
		t.Errorf("%s: got %v, want %s: %s", name, got, kind, message)
	}
}
