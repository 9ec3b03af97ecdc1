package awsservice

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"sluice/mapping"
	"sluice/runtime/backend"
)

// send compiles, builds and sends.
func send(t testing.TB, s *Services, uri, method, credentials string, header []mapping.Pair, body []byte, p *Params) *backend.Response {
	t.Helper()
	c := compile(t, s, "arn:aws:apigateway:us-east-1:"+uri, method, credentials)
	req := backend.Request{Header: header, Body: body}
	if p == nil {
		p = &Params{}
	}
	p.APIID, p.UserAgent, p.TraceID = "abc", "AmazonAPIGateway_abc", "Root=1"
	if err := c.Build(&req, p); err != nil {
		t.Fatal(err)
	}
	var resp backend.Response
	if err := c.Endpoint().Do(&req, &resp, time.Now().Add(20*time.Second)); err != nil {
		t.Fatal(err)
	}
	return &resp
}

func atFake(f *fake) func(string) string {
	return func(name string) string {
		if name == "AWS_ENDPOINT_URL" {
			return f.URL
		}
		return ""
	}
}

var formHeader = []mapping.Pair{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}}

func TestQueues(t *testing.T) {
	f := newFake(t)
	s := services(t, Options{Env: atFake(f)})
	for _, tc := range []struct {
		uri, method string
		header      []mapping.Pair
		body        string
		query       []mapping.Pair
		answer      string
	}{
		{uri: "sqs:path/123456789012/my-queue", method: "POST", header: formHeader, body: "Action=SendMessage&MessageBody=form+%C3%A9", answer: `{"SendMessageResponse":{}}`},
		{uri: "sqs:path/1/q", method: "GET", query: []mapping.Pair{{Name: "Action", Value: "SendMessage"}, {Name: "MessageBody", Value: "a b&c=d é"}}, answer: `{"SendMessageResponse":{}}`},
		{uri: "sqs:path/1/q", method: "GET", header: []mapping.Pair{{Name: "Accept", Value: "application/xml"}}, query: []mapping.Pair{{Name: "Action", Value: "SendMessage"}, {Name: "MessageBody", Value: "xml"}}, answer: `<SendMessageResponse/>`},
		{uri: "sqs:action/SendMessage&MessageBody=literal", method: "POST", answer: `{"SendMessageResponse":{}}`},
		{uri: "sns:action/Publish", method: "POST", query: []mapping.Pair{{Name: "Message", Value: "hi"}}, body: `{"passed":"through"}`, answer: `{"PublishResponse":{}}`},
		{uri: "sns:path//", method: "POST", header: formHeader, body: "Action=Publish&Version=2010-03-31&Message=path", answer: `{"PublishResponse":{}}`},
		{
			uri: "sqs:path/", method: "POST", body: `{"MessageBody":"json"}`, answer: `{}`,
			header: []mapping.Pair{{Name: "Content-Type", Value: "application/x-amz-json-1.0"}, {Name: "X-Amz-Target", Value: "AmazonSQS.SendMessage"}},
		},
	} {
		resp := send(t, s, tc.uri, tc.method, "", tc.header, []byte(tc.body), &Params{Query: tc.query, ContentType: "application/json"})
		if resp.StatusCode != 200 || string(resp.Body) != tc.answer {
			t.Errorf("%s: %d %s", tc.uri, resp.StatusCode, resp.Body)
		}
	}
	want := []string{
		"/123456789012/my-queue  form é", "/1/q  a b&c=d é", "/1/q  xml", "/ 2012-11-05 literal", "/ 2010-03-31 hi", "/ 2010-03-31 path",
	}
	if !reflect.DeepEqual(f.messages, want) {
		t.Errorf("%q\nwant %q", f.messages, want)
	}
}

func TestTargetsOnTheWire(t *testing.T) {
	f := newFake(t)
	s := services(t, Options{Env: atFake(f)})
	for _, tc := range []struct {
		uri    string
		header []mapping.Pair
		client string
		target string
		sent   string // Content-Type
	}{
		{"dynamodb:action/PutItem", nil, "application/json", "DynamoDB_20120810.PutItem", "application/x-amz-json-1.0"},
		{"kinesis:action/PutRecord", nil, "", "Kinesis_20131202.PutRecord", "application/x-amz-json-1.1"},
		{"states:action/StartExecution", nil, "", "AWSStepFunctions.StartExecution", "application/x-amz-json-1.0"},
		{"ssm:action/GetParameter", nil, "", "AmazonSSM.GetParameter", "application/x-amz-json-1.1"},
		{"events:action/PutEvents", []mapping.Pair{{Name: "X-Amz-Target", Value: "AWSEvents.PutEvents"}, {Name: "Content-Type", Value: "application/x-amz-json-1.1"}}, "application/json", "AWSEvents.PutEvents", "application/x-amz-json-1.1"},
	} {
		f.items = nil
		resp := send(t, s, tc.uri, "POST", "", tc.header, []byte(`{"a":"ü"}`), &Params{ContentType: tc.client})
		want := []map[string]any{{"a": "ü", "_target": tc.target, "_type": tc.sent}}
		if resp.StatusCode != 200 || !reflect.DeepEqual(f.items, want) {
			t.Errorf("%s: %d %s %v", tc.uri, resp.StatusCode, resp.Body, f.items)
		}
	}
	resp := send(t, s, "events:action/PutEvents", "POST", "", nil, []byte("{}"), nil)
	if resp.StatusCode != 400 || !strings.Contains(string(resp.Body), "UnknownOperation") {
		t.Errorf("events without a target: %d %s", resp.StatusCode, resp.Body)
	}
}

func TestObjects(t *testing.T) {
	f := newFake(t)
	s := services(t, Options{Env: atFake(f)})
	binary := make([]byte, 70000)
	for i := range binary {
		binary[i] = byte(i * 31)
	}
	for value, key := range map[string]string{
		"plain.txt":             "/bucket/plain.txt",
		"a/b/c":                 "/bucket/a/b/c",
		"a%2Fb":                 "/bucket/a/b",
		"with blank/ü 日本.txt":   "/bucket/with blank/ü 日本.txt",
		"with%20blank/%C3%BC":   "/bucket/with blank/ü",
		"a+b&c=d;e:f,g@h$i!'()": "/bucket/a+b&c=d;e:f,g@h$i!'()",
		"100%":                  "/bucket/100%",
		"%2541":                 "/bucket/%41",
		"what?acl#x":            "/bucket/what?acl#x",
		"\x00\x7f\xff":          "/bucket/\x00\x7f\xff",
	} {
		p := func() *Params { return &Params{Path: []string{"bucket", value}, Query: nil} }
		if resp := send(t, s, "s3:path/{bucket}/{key}", "PUT", "", []mapping.Pair{{Name: "Content-Type", Value: "image/png"}}, binary, p()); resp.StatusCode != 200 {
			t.Fatalf("%q: %d %s", value, resp.StatusCode, resp.Body)
		}
		if f.objects[key] != string(binary) {
			t.Errorf("%q is not at %q", value, key)
		}
		resp := send(t, s, "s3:action/GetObject&Bucket={bucket}&Key={key}", "GET", "", nil, nil, p())
		if resp.StatusCode != 200 || string(resp.Body) != string(binary) {
			t.Errorf("%q: %d, %d bytes", value, resp.StatusCode, len(resp.Body))
		}
		if resp := send(t, s, "bucket.s3:path/{key}", "DELETE", "", nil, nil, &Params{Path: []string{value}}); resp.StatusCode != 204 {
			t.Errorf("%q: %d", value, resp.StatusCode)
		}
		if resp := send(t, s, "s3:path/{bucket}/{key}", "GET", "", nil, nil, p()); resp.StatusCode != 404 || !strings.Contains(string(resp.Body), "NoSuchKey") {
			t.Errorf("%q after DELETE: %d %s", value, resp.StatusCode, resp.Body)
		}
	}
}

// TestWrongSecret makes sure that the server of these tests can say no.
func TestWrongSecret(t *testing.T) {
	f := newFake(t)
	s := services(t, Options{Env: atFake(f), Chain: chainOf(Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wrong"})})
	if resp := send(t, s, "sqs:action/SendMessage&MessageBody=x", "GET", "", nil, nil, nil); resp.StatusCode != 403 || !strings.HasPrefix(string(resp.Body), "signature ") {
		t.Errorf("%d %s", resp.StatusCode, resp.Body)
	}
}
