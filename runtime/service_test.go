package runtime

import (
	"context"
	"strings"
	"testing"

	"sluice/api"
	"sluice/runtime/awsservice"
)

// TestService checks an AWS integration with a service behind it, from the
// client's request to the signed one and back.
func TestService(t *testing.T) {
	be := startBackend(t, reply200("application/x-amz-json-1.0", `{"MessageId":"m-1"}`, "x-amzn-RequestId: svc-1"))
	b := newAPI()
	in := &api.Integration{
		Type: api.IntegrationAWS, HTTPMethod: "POST", URI: "arn:aws:apigateway:us-east-1:sqs:path/{account}/${stageVariables.queue}",
		RequestParameters: map[string]string{
			"integration.request.path.account":        "'000000000000'",
			"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
		},
		RequestTemplates:     map[string]string{"application/json": `Action=SendMessage&MessageBody=$util.urlEncode($input.body)`},
		IntegrationResponses: map[string]*api.IntegrationResponse{"200": {StatusCode: "200", SelectionPattern: new("2\\d\\d"), ResponseTemplates: map[string]string{"application/json": `{"id":$input.json('$.MessageId'),"req":"$context.awsEndpointRequestId"}`}}},
	}
	b.stage.Variables = map[string]string{"queue": "orders"}
	b.method("POST", "/send", in)
	wild := *in
	wild.RequestParameters = map[string]string{"integration.request.path.account": "method.request.querystring.a"}
	b.method("POST", "/wild", &wild)
	r := startGateway(t, Options{Services: awsservice.Options{
		Endpoints: map[string]string{"sqs": "http://" + be.addr},
		Chain: func(context.Context) (awsservice.Credentials, error) {
			return awsservice.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret"}, nil
		},
	}})
	r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	a := r.send("POST", "/dev/send", `{"a": 1}`)
	if a.status != 200 || a.body != `{"id":"m-1","req":"svc-1"}` {
		t.Fatalf("%d %s", a.status, a.body)
	}
	got := be.last(t)
	if got.line != "POST /000000000000/orders HTTP/1.1" || got.body != "Action=SendMessage&MessageBody=%7B%22a%22%3A+1%7D" {
		t.Errorf("request %q with body %q", got.line, got.body)
	}
	if v, _ := got.get("Authorization"); !strings.HasPrefix(v, "AWS4-HMAC-SHA256 Credential=AKID/") || !strings.Contains(v, "/us-east-1/sqs/aws4_request") {
		t.Errorf("Authorization %q", v)
	}
	if v, _ := got.get("Content-Type"); v != "application/x-www-form-urlencoded" {
		t.Errorf("Content-Type %q", v)
	}
	if !a.has("X-Amzn-Trace-Id") {
		t.Error("an AWS answer has no X-Amzn-Trace-Id")
	}
	if a := r.send("POST", "/dev/wild?a=..", `{}`); a.status != 400 {
		t.Errorf("a value leads out of its place: %d %s", a.status, a.body)
	}
}

// TestMissingTarget has integrations with services that know the action by a header
// only, which the definition has to set.
func TestMissingTarget(t *testing.T) {
	for _, c := range []struct {
		name, uri  string
		parameters map[string]string
		template   string
		warns      bool
	}{
		{"nothing", "events:action/PutEvents", nil, `{}`, true},
		{"mapped", "events:action/PutEvents", map[string]string{"integration.request.header.x-amz-TARGET": "'AWSEvents.PutEvents'"}, `{}`, false},
		{"override", "events:action/PutEvents", nil, `#set($context.requestOverride.header.X-Amz-Target = "AWSEvents.PutEvents"){}`, false},
		{"a query parameter does not count", "events:path//", map[string]string{"integration.request.querystring.X-Amz-Target": "'x'"}, `{}`, true},
		{"derived", "dynamodb:action/PutItem", nil, `{}`, false},
		{"other protocol", "sqs:path/1/q", nil, `{}`, false},
	} {
		b := newAPI()
		b.method("POST", "/x", &api.Integration{
			Type: api.IntegrationAWS, HTTPMethod: "POST", URI: "arn:aws:apigateway:us-east-1:" + c.uri,
			RequestParameters: c.parameters, RequestTemplates: map[string]string{"application/json": c.template},
			IntegrationResponses: map[string]*api.IntegrationResponse{"200": {StatusCode: "200"}},
		})
		g, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, problems := g.Compile(Deployment{Snapshot: b.snapshot, Stage: b.stage})
		warned := false
		for _, p := range problems {
			warned = warned || p.Warning && strings.Contains(p.Message, "X-Amz-Target")
		}
		if problems.Fatal() || warned != c.warns {
			t.Errorf("%s: %v", c.name, problems)
		}
	}
}
