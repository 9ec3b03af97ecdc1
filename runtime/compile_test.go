package runtime

import (
	"strings"
	"testing"

	"sluice/api"
	"sluice/runtime/executionlog"
)

// What only requests can find out keeps a definition from being compiled, but not a
// deployment from being served.
func TestDeferred(t *testing.T) {
	const invoke = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
	mock := func() *api.Integration { return mockIntegration("x") }
	for name, c := range map[string]struct {
		make func(b *apiBuilder)
		then string // ends the warning
	}{
		"function": {func(b *apiBuilder) {
			b.method("GET", "/", &api.Integration{Type: api.IntegrationAWSProxy, HTTPMethod: "POST", URI: invoke + "f${stageVariables.v}:/invocations"})
		}, failsAll},
		"no functions": {func(b *apiBuilder) {
			b.method("GET", "/", &api.Integration{Type: api.IntegrationAWS, HTTPMethod: "POST", URI: invoke + "f/invocations"})
		}, failsAll},
		"address": {func(b *apiBuilder) {
			b.method("GET", "/", httpIntegration(api.IntegrationHTTP, "GET", "http://a@b/"))
		}, failsAll},
		"port": {func(b *apiBuilder) {
			b.method("GET", "/", httpIntegration(api.IntegrationHTTP, "GET", "http://a:99999/"))
		}, failsAll},
		"link": {func(b *apiBuilder) {
			in := httpIntegration(api.IntegrationHTTP, "GET", "http://a/")
			in.ConnectionType, in.ConnectionID = api.ConnectionVPCLink, "l"
			b.method("GET", "/", in)
		}, failsAll},
		"service": {func(b *apiBuilder) {
			b.method("GET", "/", &api.Integration{Type: api.IntegrationAWS, HTTPMethod: "POST", URI: "arn:aws:apigateway:us-east-1:s3:action/No"})
		}, failsAll},
		"role": {func(b *apiBuilder) {
			b.method("GET", "/", &api.Integration{Type: api.IntegrationAWS, HTTPMethod: "POST", URI: "arn:aws:apigateway:us-east-1:sqs:path/q", Credentials: "${stageVariables.role}"})
		}, failsAll},
		"template": {func(b *apiBuilder) { b.method("GET", "/", mockIntegration("#if(")) }, "every request that takes it fails with 500"},
		"pattern": {func(b *apiBuilder) {
			in := mock()
			in.IntegrationResponses["200"].SelectionPattern = pointer("(")
			b.method("GET", "/", in)
		}, "every request whose answer is held against it fails with 500"},
		"authorizer": {func(b *apiBuilder) {
			b.method("GET", "/", mock())
			b.snapshot.Authorizers = []*api.Authorizer{{ID: "a", Name: "a", Type: api.AuthorizerToken, IdentitySource: "x"}}
		}, "every request that needs it fails with 500"},
		"no authorizer": {func(b *apiBuilder) {
			m := b.method("GET", "/", mock())
			m.AuthorizationType, m.AuthorizerID = api.AuthorizationCustom, "gone"
		}, failsAll},
		"model": {func(b *apiBuilder) {
			b.method("GET", "/", mock())
			b.snapshot.Models = []*api.Model{{Name: "M", ContentType: "application/json", Schema: `{"type":"objekt"}`}}
		}, "every request whose body is to be checked against it fails with 500"},
		"certificate": {func(b *apiBuilder) {
			b.method("GET", "/", mock())
			b.stage.ClientCertificateID = "gone"
		}, "backends get none"},
		"cache": {func(b *apiBuilder) {
			b.method("GET", "/", mock())
			b.stage.MethodSettings = map[string]*api.MethodSetting{"*/*": {CachingEnabled: true, CacheTTLInSeconds: 9999}}
		}, "answers are not cached"},
	} {
		t.Run(name, func(t *testing.T) {
			g, err := New(Options{})
			if err != nil {
				t.Fatal(err)
			}
			b := newAPI()
			c.make(b)
			d := Deployment{Snapshot: b.snapshot, Stage: b.stage}
			s, strict := g.Compile(d)
			if s != nil || !strict.Fatal() {
				t.Fatalf("it compiles: %v", strict)
			}
			if checked := g.Check(d); checked.Error() != strict.Error() {
				t.Errorf("Check tells %v, Compile %v", checked, strict)
			}
			d.Deferred = true
			s, deferred := g.Compile(d)
			if s == nil || deferred.Fatal() || len(deferred) != len(strict) {
				t.Fatalf("deferred: %v", deferred)
			}
			g.Discard(s)
			for i, p := range strict {
				if p.Warning {
					continue
				}
				if want := p.Message + ": " + c.then; deferred[i].Message != want {
					t.Errorf("got %q, want %q", deferred[i].Message, want)
				}
			}
		})
	}
}

// What has to be right when it is deployed is refused then.
func TestNotDeferred(t *testing.T) {
	for name, change := range map[string]func(*apiBuilder){
		"nothing":    func(b *apiBuilder) { b.snapshot.Resources = nil },
		"type":       func(b *apiBuilder) { b.snapshot.Resources[0].ResourceMethods["GET"].MethodIntegration.Type = "MUCK" },
		"no backend": func(b *apiBuilder) { b.snapshot.Resources[0].ResourceMethods["GET"].MethodIntegration = nil },
		"policy":     func(b *apiBuilder) { b.snapshot.RestApi.Policy = "{" },
		"web ACL":    func(b *apiBuilder) { b.stage.WebACLArn = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/b" },
		"log":        func(b *apiBuilder) { b.stage.AccessLogSettings = &api.AccessLogSettings{Format: "$context.nothing"} },
		"mapping": func(b *apiBuilder) {
			in := b.snapshot.Resources[0].ResourceMethods["GET"].MethodIntegration
			in.RequestParameters = map[string]string{"integration.request.header.a": "methd.request.header.a"}
		},
	} {
		g, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		b := simpleAPI("a1b2c3d4e5", "x")
		change(b)
		if problems := g.Check(Deployment{Snapshot: b.snapshot, Stage: b.stage, Deferred: true}); !problems.Fatal() {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

// A check, and a stage that is compiled and not served, leave no figures and no logs
// behind, and what is served under the name keeps its own.
func TestCheckLeavesNothing(t *testing.T) {
	opened := 0
	g, err := New(Options{
		AccessLogs:    func(string) AccessLogger { opened++; return nil },
		ExecutionLogs: func(_, _, _ string) executionlog.Sink { opened++; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	b := simpleAPI("checked", "x")
	b.stage.MethodSettings = map[string]*api.MethodSetting{"*/*": {LoggingLevel: "INFO", CachingEnabled: true, CacheTTLInSeconds: 60}}
	b.stage.AccessLogSettings = &api.AccessLogSettings{Format: "$context.requestId", DestinationArn: "arn:aws:logs:us-east-1:123456789012:log-group:g"}
	m := b.snapshot.Resources[0].ResourceMethods["GET"]
	m.AuthorizationType, m.AuthorizerID = api.AuthorizationCustom, "a"
	b.snapshot.Authorizers = []*api.Authorizer{{
		ID: "a", Name: "a", Type: api.AuthorizerToken, IdentitySource: "method.request.header.A",
		AuthorizerURI: "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations",
	}}
	d := Deployment{Snapshot: b.snapshot, Stage: b.stage}
	figures := func() string { return figuresOf(g) }
	if problems := g.Check(d); problems.Fatal() {
		t.Fatal(problems)
	}
	if opened != 0 || strings.Contains(figures(), "checked") {
		t.Errorf("%d logs, figures:\n%s", opened, figures())
	}
	s, problems := g.Compile(d)
	if problems.Fatal() {
		t.Fatal(problems)
	}
	g.Discard(s)
	if strings.Contains(figures(), "checked") {
		t.Errorf("figures:\n%s", figures())
	}
	if s, problems = g.Compile(d); problems.Fatal() {
		t.Fatal(problems)
	}
	g.Publish(Publication{APIID: "checked", Stage: b.stage.StageName, Compiled: s})
	other, problems := g.Compile(d)
	if problems.Fatal() {
		t.Fatal(problems)
	}
	g.Discard(other)
	if problems := g.Check(d); problems.Fatal() {
		t.Fatal(problems)
	}
	if !strings.Contains(figures(), `api="checked"`) {
		t.Errorf("figures:\n%s", figures())
	}
}
