package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sluice/api"
	"sluice/lambda"
)

var update = flag.Bool("update", false, "write what tests get as what they want")

// volatile is what differs between two runs: times, ids, ports, signatures.
var volatile = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "{id}"},
	{regexp.MustCompile(`(?m)^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-3]\d [0-2]\d:[0-5]\d:[0-6]\d UTC 2\d{3} : `), "{time} : "},
	{regexp.MustCompile(`Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0`), "{trace}"},
	{regexp.MustCompile(`Root=1-[0-9a-f]{8}-[0-9a-f]{24}`), "{root}"},
	{regexp.MustCompile(`X-Amz-Content-Sha256=[0-9a-f]{64}`), "X-Amz-Content-Sha256={hash}"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "{backend}"},
	{regexp.MustCompile(`Integration latency: \d+ ms`), "Integration latency: {n} ms"},
	{regexp.MustCompile(`X-Amz-Date=\d{8}T\d{6}Z`), "X-Amz-Date={date}"},
	{regexp.MustCompile(`Date=\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT`), "Date={date}"},
	{regexp.MustCompile(`(Authorization=\*+)[0-9a-f]{6}`), "$1{last}"},
	{regexp.MustCompile(`X-Amz-Security-Token=IQoJb3JpZ2luX2Vj[0-9a-f]+ \[TRUNCATED\]`), "X-Amz-Security-Token={token} [TRUNCATED]"},
	{regexp.MustCompile(`"extendedRequestId":"[^"]{16}"`), `"extendedRequestId":"{ext}"`},
	{regexp.MustCompile(`"requestTime":"[^"]+"`), `"requestTime":"{time}"`},
	{regexp.MustCompile(`"requestTimeEpoch":\d+`), `"requestTimeEpoch":{ms}`},
}

func settled(s string) string {
	for _, v := range volatile {
		s = v.pattern.ReplaceAllString(s, v.text)
	}
	return s
}

// golden compares got with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// shown is a result as golden files have it.
func (r *TestResult) shown(t *testing.T) string {
	t.Helper()
	header, err := json.Marshal(r.MultiValueHeaders)
	if err != nil {
		t.Fatal(err)
	}
	for name, list := range r.MultiValueHeaders {
		if r.Headers[name] != list[len(list)-1] {
			t.Errorf("headers has %q for %s, multiValueHeaders %q", r.Headers[name], name, list)
		}
	}
	if len(r.Headers) != len(r.MultiValueHeaders) || r.Latency <= 0 {
		t.Errorf("headers %v, latency %v", r.Headers, r.Latency)
	}
	return settled(fmt.Sprintf("%d\n%s\n%s\n\n%s", r.Status, header, r.Body, r.Log))
}

var testCaller = Caller{AccountID: "111122223333", ARN: "arn:aws:iam::111122223333:user/u", UserID: "AIDAEXAMPLE", AccessKey: "AKIDEXAMPLE", UserAgent: "aws-cli/2"}

// TestTestInvokeMethod checks answers and logs of test calls line by line.
func TestTestInvokeMethod(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		switch r.URL.Path {
		case "/image":
			w.Header().Set("Content-Type", "image/png")
			io.WriteString(w, "\x89PNG")
		case "/teapot":
			w.WriteHeader(http.StatusTeapot)
		default:
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Add("X-Two", "1")
			w.Header().Add("X-Two", "2")
			io.WriteString(w, "from the backend")
		}
	}))
	defer backend.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	fns := &fakeFunctions{answers: map[string]func(*lambda.Invocation) (*lambda.Result, error){
		"echo":  answerWith(`{"message":"hello"}`),
		"proxy": answerWith(`{"statusCode":201,"headers":{"X-One":"1"},"body":"made"}`),
		"bad":   answerWith(`"text"`),
	}}
	b := newAPI()
	b.snapshot.RestApi.Policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"*"}]}`
	b.snapshot.RestApi.BinaryMediaTypes = []string{"image/png"}
	b.snapshot.RestApi.MinimumCompressionSize = new(int)
	b.snapshot.Models = []*api.Model{{ID: "m1", Name: "Pet", ContentType: "application/json", Schema: `{"type":"object","required":["a"]}`}}
	b.snapshot.RequestValidators = []*api.RequestValidator{{ID: "v1", ValidateRequestBody: true, ValidateRequestParameters: true}}
	b.snapshot.Authorizers = []*api.Authorizer{{ID: "broken", Name: "broken", Type: "TOKEN"}}
	add := func(verb, path string, in *api.Integration) *api.Method { return b.method(verb, path, in) }
	m := add("GET", "/mock/{id}", mockIntegration(`$context.stage $context.domainName $context.domainPrefix $context.path $context.identity.sourceIp $context.identity.apiKey $context.identity.apiKeyId $context.identity.userAgent $context.identity.accountId $context.identity.caller $context.identity.user $context.identity.userArn $context.identity.accessKey [$context.deploymentId] $input.params('id') $stageVariables.v`))
	m.APIKeyRequired, m.AuthorizationType, m.AuthorizerID = true, "CUSTOM", "broken"
	add("ANY", "/any", mockIntegration(`$context.httpMethod`))
	add("GET", "/http", httpIntegration(api.IntegrationHTTP, "GET", backend.URL+"/${stageVariables.v}?q=1"))
	add("POST", "/proxy/{rest+}", httpIntegration(api.IntegrationHTTPProxy, "POST", backend.URL+"/echo"))
	add("GET", "/image", httpIntegration(api.IntegrationHTTPProxy, "GET", backend.URL+"/image"))
	add("GET", "/teapot", httpIntegration(api.IntegrationHTTP, "GET", backend.URL+"/teapot"))
	add("GET", "/unreachable", httpIntegration(api.IntegrationHTTP, "GET", closed.URL+"/"))
	add("GET", "/address", httpIntegration(api.IntegrationHTTP, "GET", "http://${stageVariables.none}/"))
	add("GET", "/function", functionIntegration(api.IntegrationAWS, "echo"))
	add("POST", "/functionproxy/{id}", functionIntegration(api.IntegrationAWSProxy, "proxy"))
	add("POST", "/functionbad", functionIntegration(api.IntegrationAWSProxy, "bad"))
	add("POST", "/functionless", functionIntegration(api.IntegrationAWSProxy, "none"))
	add("GET", "/bare", nil)
	add("GET", "/broken", &api.Integration{Type: api.IntegrationMock, RequestTemplates: map[string]string{"application/json": `#if(`}})
	add("GET", "/brokenresponse", mockIntegration(`#if(`))
	status := mockIntegration(`x`)
	status.RequestTemplates["application/json"] = `{"statusCode":"no"}`
	add("GET", "/status", status)
	unmapped := mockIntegration(`x`)
	delete(unmapped.IntegrationResponses, "200")
	unmapped.IntegrationResponses["404"] = &api.IntegrationResponse{StatusCode: "404", SelectionPattern: pointer("404")}
	add("GET", "/unmapped", unmapped)
	undeclared := mockIntegration(`x`)
	delete(undeclared.IntegrationResponses, "200")
	undeclared.IntegrationResponses["202"] = &api.IntegrationResponse{StatusCode: "202"}
	add("GET", "/undeclared", undeclared)
	present := httpIntegration(api.IntegrationHTTP, "GET", backend.URL+"/")
	present.RequestParameters = map[string]string{"integration.request.header.Content-Length": "'1'"}
	add("GET", "/present", present)
	add("GET", "/transform", mockIntegration(`$util.base64Decode("%")#foreach($i in [1..2000])$i#end$util.parseJson("{")`))
	valid := add("POST", "/valid", mockIntegration(`ok`))
	valid.RequestValidatorID = "v1"
	valid.RequestModels = map[string]string{"application/json": "Pet"}
	valid.RequestParameters = map[string]bool{"method.request.querystring.q": true, "method.request.header.X-H": true}

	ids := map[string]string{}
	for _, r := range b.snapshot.Resources {
		ids[r.Path] = r.ID
	}
	g, err := New(Options{Functions: fns})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("é", 1100)
	for _, c := range []struct {
		name, verb, resource string
		call                 TestCall
	}{
		{"mock", "GET", "/mock/{id}", TestCall{PathWithQueryString: "/mock/7?a=1&a=2&b=x+y%2B", StageVariables: map[string]string{"v": "set"}}},
		{"mock without a path", "GET", "/mock/{id}", TestCall{}},
		{"another path", "GET", "/mock/{id}", TestCall{PathWithQueryString: "other/path"}},
		{"query alone", "GET", "/mock/{id}", TestCall{PathWithQueryString: "?a=1"}},
		{"strange path", "GET", "/mock/{id}", TestCall{PathWithQueryString: "/mock/a b\n{é}%2F#x"}},
		{"any", "DELETE", "/any", TestCall{}},
		{"any itself", "ANY", "/any", TestCall{}},
		{"headers", "GET", "/http", TestCall{Headers: map[string]string{"content-type": "text/xml", "Authorization": "Bearer secret-token", "X-Two": "lost", "B": "b"}, MultiValueHeaders: map[string][]string{"x-two": {"1", "2"}, "C": {}}, StageVariables: map[string]string{"v": "one"}}},
		{"http proxy", "POST", "/proxy/{rest+}", TestCall{PathWithQueryString: "/proxy/a/b?x=1", Body: "line one\nline two", Headers: map[string]string{"User-Agent": "mine"}}},
		{"binary answer", "GET", "/image", TestCall{Headers: map[string]string{"Accept": "image/png"}}},
		{"binary answer as text", "GET", "/image", TestCall{}},
		{"long lines", "POST", "/proxy/{rest+}", TestCall{Body: long}},
		{"teapot", "GET", "/teapot", TestCall{}},
		{"unreachable", "GET", "/unreachable", TestCall{}},
		{"address", "GET", "/address", TestCall{}},
		{"function", "GET", "/function", TestCall{Body: `{"test": "val123"}`, PathWithQueryString: "/function?queryTest=value", Headers: map[string]string{"content-type": "application/json"}}},
		{"function proxy", "POST", "/functionproxy/{id}", TestCall{PathWithQueryString: "/functionproxy/a%2Fb"}},
		{"function proxy, malformed", "POST", "/functionbad", TestCall{Body: "x"}},
		{"function unknown", "POST", "/functionless", TestCall{}},
		{"no integration", "GET", "/bare", TestCall{}},
		{"template that does not compile", "GET", "/broken", TestCall{Body: "x"}},
		{"response template that does not compile", "GET", "/brokenresponse", TestCall{}},
		{"template that fails", "GET", "/transform", TestCall{}},
		{"mock without a status", "GET", "/status", TestCall{}},
		{"no integration response", "GET", "/unmapped", TestCall{}},
		{"undeclared response", "GET", "/undeclared", TestCall{}},
		{"header already present", "GET", "/present", TestCall{}},
		{"parameters missing", "POST", "/valid", TestCall{Body: "{}"}},
		{"body invalid", "POST", "/valid", TestCall{Body: "{}", PathWithQueryString: "/valid?q=1", Headers: map[string]string{"X-H": "1", "Content-Type": "text/plain"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.call.Deployment = Deployment{Snapshot: b.snapshot}
			c.call.Caller = testCaller
			r, err := g.TestInvokeMethod(context.Background(), TestMethod{TestCall: c.call, ResourceID: ids[c.resource], HTTPMethod: c.verb})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "testinvoke/"+strings.ReplaceAll(c.name, " ", "_")+".txt", r.shown(t))
		})
	}
	for name, call := range map[string]TestMethod{
		"no such resource": {ResourceID: "none", HTTPMethod: "GET"},
		"no such method":   {ResourceID: ids["/http"], HTTPMethod: "POST"},
		"header name":      {ResourceID: ids["/http"], HTTPMethod: "GET", TestCall: TestCall{Headers: map[string]string{"a b": "1"}}},
		"header value":     {ResourceID: ids["/http"], HTTPMethod: "GET", TestCall: TestCall{MultiValueHeaders: map[string][]string{"a": {"1\r\nb: 2"}}}},
	} {
		call.Deployment = Deployment{Snapshot: b.snapshot}
		if _, err := g.TestInvokeMethod(context.Background(), call); !errors.Is(err, ErrTestCall) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := g.TestInvokeMethod(ctx, TestMethod{TestCall: TestCall{Deployment: Deployment{Snapshot: b.snapshot}}, ResourceID: ids["/http"], HTTPMethod: "GET"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if body := figuresOf(g); !strings.Contains(body, "sluice_requests_total") || strings.Contains(body, "a1b2c3d4e5") {
		t.Error("test calls left figures")
	}
}

func pointer[T any](v T) *T { return &v }

func FuzzTestInvokeMethod(f *testing.F) {
	b := newAPI()
	b.method("POST", "/a/{id}/{rest+}", mockIntegration(`$input.params('id') $input.params('q') $input.params('H') $input.body $context.path`))
	g, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("/a/1/2?q=1&q=%zz", "H", "v", "body")
	f.Add("?", "", "\r\n", "\x00\xff")
	f.Add("//#?%", "Content-Encoding", "gzip", "x")
	f.Add("a b\x00", "X-HTTP-Method-Override", "DELETE", "")
	f.Fuzz(func(t *testing.T, path, name, v, body string) {
		r, err := g.TestInvokeMethod(context.Background(), TestMethod{
			TestCall:   TestCall{Deployment: Deployment{Snapshot: b.snapshot}, PathWithQueryString: path, Body: body, Headers: map[string]string{name: v}},
			ResourceID: b.snapshot.Resources[0].ID, HTTPMethod: "POST",
		})
		if err != nil {
			if !errors.Is(err, ErrTestCall) {
				t.Fatal(err)
			}
			return
		}
		if r.Status != 200 || !strings.HasSuffix(r.Log, " : Method completed with status: 200\n") {
			t.Fatalf("%d %s\n%s", r.Status, r.Body, r.Log)
		}
	})
}
