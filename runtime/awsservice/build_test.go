package awsservice

import (
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"sluice/mapping"
	"sluice/runtime/backend"
	"sluice/runtime/octets"
)

// checkBuilt compiles uri and builds a request with value in every placeholder.
// Whatever they are: host and endpoint are the definition's, and the target can
// be sent as it is.
func checkBuilt(t *testing.T, s *Services, uri, value, other string) {
	t.Helper()
	c, err := s.Compile(uri, "GET", "")
	if err != nil {
		return
	}
	if !isAWS(c.host) {
		t.Fatalf("%q has host %q", uri, c.host)
	}
	p := Params{Now: moment, Query: []mapping.Pair{{Name: other, Value: value}}}
	for range c.Placeholders() {
		p.Path = append(p.Path, value)
	}
	var req backend.Request
	if err := c.Build(&req, &p); err != nil {
		if KindOf(err) != KindPath {
			t.Fatal(err)
		}
		return
	}
	if req.Host != c.host || len(req.Target) == 0 || req.Target[0] != '/' {
		t.Fatalf("host %q target %q", req.Host, req.Target)
	}
	for _, b := range req.Target {
		if !unreserved[b] && !strings.ContainsRune("/%?&=", rune(b)) {
			t.Fatalf("target %q", req.Target)
		}
	}
	_, query, _ := strings.Cut(string(req.Target), "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, v := range values[other] {
		found = found || v == value
	}
	if !found {
		t.Fatalf("%q=%q is not in %q", other, value, req.Target)
	}
	authorization, n := headerOf(req.Header, "Authorization")
	if n != 1 || !octets.IsFieldValue([]byte(authorization)) {
		t.Fatalf("%q", authorization)
	}
}

// isAWS tells whether a host is one of the service's own domains.
func isAWS(host string) bool {
	for _, domain := range []string{
		".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws", ".api.amazonwebservices.com.cn", ".api.amazonwebservices.eu",
		".api.aws.scloud", ".api.aws.ic.gov", ".c2s.ic.gov", ".sc2s.sgov.gov", ".cloud.adc-e.uk", ".csp.hci.ic.gov", ".signin.aws.amazon.com", ".signin.amazonaws.cn",
		".signin.amazonaws-us-gov.com", ".signin.amazonaws-eusc.eu", ".signin.c2shome.ic.gov", ".signin.sc2shome.sgov.gov",
	} {
		if strings.HasSuffix(host, domain) {
			return true
		}
	}
	return false
}

// TestTargets has the request targets that URIs and values must lead to, or the
// error.
func TestTargets(t *testing.T) {
	raw, err := os.ReadFile("testdata/targets.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		URI           string
		Path          []string
		Query         [][2]string
		Headers       [][2]string
		Body          string
		Target, Error string
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	s := services(t, Options{})
	for _, tc := range cases {
		c, err := s.Compile("arn:aws:apigateway:us-east-1:"+tc.URI, "POST", "")
		if err == nil {
			req := backend.Request{Header: pairsOf(tc.Headers), Body: []byte(tc.Body)}
			p := Params{Now: moment, Path: tc.Path, Query: pairsOf(tc.Query)}
			if err = c.Build(&req, &p); err == nil && tc.Error == "" {
				if string(req.Target) != tc.Target {
					t.Errorf("%s %q: target %s\nwant %s", tc.URI, tc.Path, req.Target, tc.Target)
				}
				continue
			}
		}
		if err == nil || tc.Error == "" || !strings.Contains(err.Error(), tc.Error) {
			t.Errorf("%s %q: error %v, want %q", tc.URI, tc.Path, err, tc.Error)
		}
	}
}

// TestHeaders has what the gateway adds and what a mapping keeps.
func TestHeaders(t *testing.T) {
	const arn = "arn:aws:apigateway:us-east-1:"
	type list [][2]string
	for name, tc := range map[string]struct {
		uri, method string
		client      string // its Content-Type
		mapped      list
		body        string
		want        list // less Authorization and X-Amz-Date
	}{
		"all that is added": {
			uri: "dynamodb:action/PutItem", method: "POST", client: "application/json", body: "{}",
			want: list{
				{"x-amzn-apigateway-api-id", "abc"},
				{"Accept", "application/json"},
				{"User-Agent", "AmazonAPIGateway_abc"},
				{"X-Amz-Security-Token", "tok"},
				{"X-Amzn-Trace-Id", "Root=1"},
				{"X-Amz-Target", "DynamoDB_20120810.PutItem"},
				{"Content-Type", "application/json"},
			},
		},
		"the mapping wins": {
			uri: "dynamodb:action/PutItem", method: "POST", client: "application/json",
			mapped: list{{"accept", "text/plain"}, {"CONTENT-TYPE", "a/b"}, {"x-amz-target", "X.Y"}, {"User-agent", "u"}, {"Foo", "bar"}},
			want: list{
				{"accept", "text/plain"},
				{"CONTENT-TYPE", "a/b"},
				{"x-amz-target", "X.Y"},
				{"User-agent", "u"},
				{"Foo", "bar"},
				{"x-amzn-apigateway-api-id", "abc"},
				{"X-Amz-Security-Token", "tok"},
				{"X-Amzn-Trace-Id", "Root=1"},
			},
		},
		"what a signature has cannot be mapped": {
			uri: "s3:path/b", method: "GET",
			mapped: list{{"authorization", "x"}, {"X-AMZ-DATE", "x"}, {"x-amz-security-token", "x"}, {"X-Amz-Content-SHA256", "x"}, {"HOST", "evil"}, {"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}},
			want: list{
				{"x-amzn-apigateway-api-id", "abc"},
				{"Accept", "application/json"},
				{"User-Agent", "AmazonAPIGateway_abc"},
				{"X-Amz-Security-Token", "tok"},
				{"X-Amzn-Trace-Id", "Root=1"},
				{"X-Amz-Content-Sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
			},
		},
		"defaults of a JSON service": {
			uri: "kinesis:action/PutRecord", method: "POST",
			want: list{
				{"x-amzn-apigateway-api-id", "abc"},
				{"Accept", "application/json"},
				{"User-Agent", "AmazonAPIGateway_abc"},
				{"X-Amz-Security-Token", "tok"},
				{"X-Amzn-Trace-Id", "Root=1"},
				{"X-Amz-Target", "Kinesis_20131202.PutRecord"},
				{"Content-Type", "application/x-amz-json-1.1"},
			},
		},
		"events has no derived target": {
			uri: "events:action/PutEvents", method: "POST", client: "application/json",
			want: list{
				{"x-amzn-apigateway-api-id", "abc"},
				{"Accept", "application/json"},
				{"User-Agent", "AmazonAPIGateway_abc"},
				{"X-Amz-Security-Token", "tok"},
				{"X-Amzn-Trace-Id", "Root=1"},
				{"Content-Type", "application/json"},
			},
		},
		"the service's type for a GET without body": {
			uri: "sqs:action/ListQueues", method: "GET", client: "application/json",
			want: list{
				{"x-amzn-apigateway-api-id", "abc"},
				{"Accept", "application/json"},
				{"User-Agent", "AmazonAPIGateway_abc"},
				{"X-Amz-Security-Token", "tok"},
				{"X-Amzn-Trace-Id", "Root=1"},
				{"Content-Type", "application/x-www-form-urlencoded"},
			},
		},
		"no type for a path without body": {
			uri: "lambda:path/2015-03-31/functions", method: "GET", client: "application/json",
			want: list{
				{"x-amzn-apigateway-api-id", "abc"},
				{"Accept", "application/json"},
				{"User-Agent", "AmazonAPIGateway_abc"},
				{"X-Amz-Security-Token", "tok"},
				{"X-Amzn-Trace-Id", "Root=1"},
			},
		},
		"default of a query service": {
			uri: "sqs:path/1/q", method: "POST", body: "Action=X",
			want: list{
				{"x-amzn-apigateway-api-id", "abc"},
				{"Accept", "application/json"},
				{"User-Agent", "AmazonAPIGateway_abc"},
				{"X-Amz-Security-Token", "tok"},
				{"X-Amzn-Trace-Id", "Root=1"},
				{"Content-Type", "application/x-www-form-urlencoded"},
			},
		},
	} {
		s := services(t, Options{Chain: chainOf(Credentials{AccessKeyID: "id", SecretAccessKey: "s", SessionToken: "tok"})})
		c := compile(t, s, arn+tc.uri, tc.method, "")
		req := backend.Request{Header: pairsOf(tc.mapped), Body: []byte(tc.body)}
		p := Params{ContentType: tc.client, APIID: "abc", UserAgent: "AmazonAPIGateway_abc", TraceID: "Root=1", Now: moment}
		if err := c.Build(&req, &p); err != nil {
			t.Error(name, err)
			continue
		}
		var got list
		for _, h := range req.Header {
			switch h.Name {
			case "Authorization":
			case "X-Amz-Date":
				if h.Value != "20260309T080504Z" {
					t.Errorf("%s: date %s", name, h.Value)
				}
			default:
				got = append(got, [2]string{h.Name, h.Value})
			}
		}
		if len(got) != len(tc.want) {
			t.Errorf("%s: %q\nwant %q", name, got, tc.want)
			continue
		}
		for i := range got {
			if got[i] != tc.want[i] {
				t.Errorf("%s: %q, want %q", name, got[i], tc.want[i])
			}
		}
	}
}

// TestContentTypeAtEndpoint has the type of an action at endpoints that are
// configured, next to the real service's.
func TestContentTypeAtEndpoint(t *testing.T) {
	for _, tc := range []struct{ uri, method, client, body, real, configured string }{
		{"dynamodb:action/PutItem", "POST", "application/json; charset=utf-8", "{}", "application/json; charset=utf-8", "application/x-amz-json-1.0"},
		{"dynamodb:action/PutItem", "POST", "text/plain", "{}", "text/plain", "text/plain"},
		{"dynamodb:path/", "POST", "application/json", "{}", "application/json", "application/json"},
		{"events:action/PutEvents", "POST", "application/json", "{}", "application/json", "application/json"},
		{"sns:action/Publish", "POST", "application/json", "{}", "application/json", "application/json"},
		{"sns:action/Publish", "POST", "application/json", "", "application/json", "application/x-www-form-urlencoded"},
		{"sqs:path/1/q", "POST", "application/json", "", "application/json", "application/x-www-form-urlencoded"},
		{"sqs:path/1/q", "POST", "application/json", "{}", "application/json", "application/json"},
		{"s3:path/b/k", "PUT", "application/json", "{}", "application/json", "application/json"},
		{"s3:path/b/k", "PUT", "", "{}", "", ""},
		{"lambda:path/2015-03-31/functions", "POST", "", "{}", "application/json", "application/json"},
	} {
		for i, want := range []string{tc.real, tc.configured} {
			o := Options{}
			if i == 1 {
				o.Endpoints = map[string]string{"*": "http://127.0.0.1:1"}
			}
			c := compile(t, services(t, o), "arn:aws:apigateway:us-east-1:"+tc.uri, tc.method, "")
			req, p := newRequest()
			req.Body, p.ContentType = []byte(tc.body), tc.client
			if err := c.Build(req, p); err != nil {
				t.Fatal(err)
			}
			if got, _ := headerOf(req.Header, "Content-Type"); got != want {
				t.Errorf("%+v: %q, want %q", tc, got, want)
			}
		}
	}
}

func TestMethod(t *testing.T) {
	s := services(t, Options{})
	for in, want := range map[string]string{"": "PATCH", "any": "PATCH", "ANY": "PATCH", "get": "GET", "POST": "POST"} {
		c := compile(t, s, "arn:aws:apigateway:us-east-1:s3:path/b", in, "")
		var req backend.Request
		if err := c.Build(&req, &Params{Method: "PATCH"}); err != nil || req.Method != want {
			t.Errorf("%q: %s %v, want %s", in, req.Method, err, want)
		}
	}
	if _, err := s.Compile("arn:aws:apigateway:us-east-1:s3:path/b", "GET /evil", ""); err == nil {
		t.Error("a method with a blank")
	}
}

func BenchmarkBuild(b *testing.B) {
	s := services(b, Options{})
	body := []byte(`{"TableName":"pets","Item":{"id":{"S":"4711"},"name":{"S":"Rex"},"age":{"N":"7"}}}`)
	for _, bm := range []struct {
		name, uri, method string
		path              []string
		query             []mapping.Pair
		body              []byte
	}{
		{"dynamodb", "dynamodb:action/PutItem", "POST", nil, nil, body},
		{"sqs", "sqs:path/123456789012/{q}", "GET", []string{"queue"}, []mapping.Pair{{Name: "Action", Value: "SendMessage"}, {Name: "MessageBody", Value: "hello, world"}}, nil},
		{"s3", "s3:path/{bucket}/{key}", "GET", []string{"bucket", "some/key/with%20blank.txt"}, nil, nil},
	} {
		b.Run(bm.name, func(b *testing.B) {
			c := compile(b, s, "arn:aws:apigateway:us-east-1:"+bm.uri, bm.method, "")
			var req backend.Request
			var p Params
			b.ReportAllocs()
			for b.Loop() {
				p.Reset()
				p.Path, p.Query = append(p.Path, bm.path...), append(p.Query, bm.query...)
				p.ContentType, p.APIID, p.UserAgent, p.TraceID, p.Now = "application/json", "a1b2c3d4e5", "AmazonAPIGateway_a1b2c3d4e5", "Root=1-67ca5d1e-0123456789abcdef01234567", moment
				req.Header, req.Body = req.Header[:0], bm.body
				if err := c.Build(&req, &p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
