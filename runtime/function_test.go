package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"sluice/api"
	"sluice/lambda"
)

// fakeFunctions answers invocations from a table: there is no wire here, the
// invokers' own tests have that.
type fakeFunctions struct {
	mu      sync.Mutex
	answers map[string]func(*lambda.Invocation) (*lambda.Result, error)
	last    lambda.Invocation
}

func (f *fakeFunctions) Invoke(_ context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = *inv
	f.last.Payload = append([]byte(nil), inv.Payload...)
	answer := f.answers[inv.Function.Name]
	if answer == nil {
		return nil, lambda.UnknownFunction(inv.Function)
	}
	return answer(inv)
}

func (f *fakeFunctions) Close() error { return nil }

func answerWith(payload string) func(*lambda.Invocation) (*lambda.Result, error) {
	return func(*lambda.Invocation) (*lambda.Result, error) {
		return &lambda.Result{Payload: []byte(payload), StatusCode: 200, RequestID: "req-1", ExecutedVersion: lambda.Latest}, nil
	}
}

func functionIntegration(kind, name string) *api.Integration {
	return &api.Integration{
		Type: kind, HTTPMethod: "POST",
		URI:                  "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:" + name + "/invocations",
		IntegrationResponses: map[string]*api.IntegrationResponse{"200": {StatusCode: "200"}},
	}
}

// TestProxyEvent checks the event field by field (aws-facts: data plane, section 7).
func TestProxyEvent(t *testing.T) {
	fns := &fakeFunctions{answers: map[string]func(*lambda.Invocation) (*lambda.Result, error){"echo": answerWith(`{"statusCode":200}`)}}
	b := newAPI()
	b.stage.Variables = map[string]string{"v": "1"}
	b.snapshot.RestApi.BinaryMediaTypes = []string{"image/png"}
	b.method("ANY", "/p/{proxy+}", functionIntegration(api.IntegrationAWSProxy, "echo"))
	plain := newAPI()
	plain.snapshot.RestApi.ID = "plain"
	plain.method("GET", "/", functionIntegration(api.IntegrationAWSProxy, "echo"))
	r := startGateway(t, Options{Functions: fns})
	r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage}, Deployment{Snapshot: plain.snapshot, Stage: plain.stage})

	r.send("POST", "/_aws/execute-api/a1b2c3d4e5/dev//p/a%2Bb//c/?q=1&q=a+%2B&e", "body\xff", "X-One: 1", "x-one: 2", "User-Agent: ua", "Content-MD5: gone",
		"Authorization: Bearer x", "X-Forwarded-For: 203.0.113.9", "X-Amzn-Trace-Id: Root=1-a-b;Parent=c;Sampled=1")
	var event map[string]any
	if err := json.Unmarshal(fns.last.Payload, &event); err != nil {
		t.Fatalf("%v in %s", err, fns.last.Payload)
	}
	order := []string{
		`{"resource":`, `"path":`, `"httpMethod":`, `"headers":`, `"multiValueHeaders":`, `"queryStringParameters":`,
		`"multiValueQueryStringParameters":`, `"pathParameters":`, `"stageVariables":`, `"requestContext":`, `"body":`, `"isBase64Encoded":`,
	}
	rest := string(fns.last.Payload)
	for _, key := range order {
		i := strings.Index(rest, key)
		if i < 0 {
			t.Fatalf("%s is missing or out of order in %s", key, fns.last.Payload)
		}
		rest = rest[i:]
	}
	asJSON := func(v any) string {
		out, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	for key, want := range map[string]string{
		"resource": `"/p/{proxy+}"`, "path": `"/p/a%2Bb//c/"`, "httpMethod": `"POST"`,
		"queryStringParameters": `{"e":"","q":"a +"}`, "multiValueQueryStringParameters": `{"e":[""],"q":["1","a +"]}`,
		"pathParameters": `{"proxy":"a%2Bb//c"}`, "stageVariables": `{"v":"1"}`, "body": `"body` + "\uFFFD" + `"`, "isBase64Encoded": "false",
	} {
		if got := asJSON(event[key]); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	headers := event["headers"].(map[string]any)
	for name, want := range map[string]string{
		"X-One": "2", "User-Agent": "ua", "Authorization": "Bearer x", "X-Forwarded-For": "203.0.113.9, 127.0.0.1",
		"X-Forwarded-Proto": "http", "X-Amzn-Trace-Id": "Root=1-a-b;Parent=c;Sampled=1", "Host": r.addr,
	} {
		if headers[name] != want {
			t.Errorf("header %s is %v, want %q", name, headers[name], want)
		}
	}
	if _, ok := headers["Content-MD5"]; ok {
		t.Error("Content-MD5 arrived")
	}
	if got := asJSON(event["multiValueHeaders"].(map[string]any)["X-One"]); got != `["1","2"]` {
		t.Errorf("multiValueHeaders X-One is %s", got)
	}
	rc := event["requestContext"].(map[string]any)
	for name, want := range map[string]any{
		"accountId": "000000000000", "apiId": "a1b2c3d4e5", "stage": "dev", "deploymentId": "dep123", "resourcePath": "/p/{proxy+}",
		"httpMethod": "POST", "path": "/dev//p/a%2Bb//c/", "protocol": "HTTP/1.1", "domainPrefix": "a1b2c3d4e5",
	} {
		if rc[name] != want {
			t.Errorf("requestContext.%s is %v, want %v", name, rc[name], want)
		}
	}
	if _, ok := rc["requestTimeEpoch"].(float64); !ok {
		t.Errorf("requestTimeEpoch is %T", rc["requestTimeEpoch"])
	}
	for _, absent := range []string{"authorizer", "isCanaryRequest"} {
		if _, ok := rc[absent]; ok {
			t.Errorf("requestContext.%s is there", absent)
		}
	}
	identity := rc["identity"].(map[string]any)
	if len(identity) != 12 || identity["sourceIp"] != "127.0.0.1" || identity["user"] != nil {
		t.Errorf("identity is %v", identity)
	}

	r.send("POST", "/_aws/execute-api/a1b2c3d4e5/dev/p/x", "\xff\x00", "Content-Type: image/png")
	if err := json.Unmarshal(fns.last.Payload, &event); err != nil || event["body"] != "/wA=" || event["isBase64Encoded"] != true {
		t.Errorf("binary body: %v %v %v", err, event["body"], event["isBase64Encoded"])
	}
	r.get("/_aws/execute-api/plain/dev")
	event = nil
	if err := json.Unmarshal(fns.last.Payload, &event); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables", "body"} {
		if v, ok := event[key]; !ok || v != nil {
			t.Errorf("%s is %v (%v), want null", key, v, ok)
		}
	}
	if event["path"] != "/" {
		t.Errorf("path of the root is %v", event["path"])
	}
}

// TestProxyAnswer has the rows of aws-facts/data-plane.md section 8.
func TestProxyAnswer(t *testing.T) {
	const bad = `{"message": "Internal server error"}`
	for _, c := range []struct {
		name, payload string
		accept        string
		status        int
		body          string
		header        map[string]string
	}{
		{"status alone", `{"statusCode":200}`, "", 200, "", map[string]string{"Content-Type": "application/json", "Content-Length": "0"}},
		{"empty object", `{}`, "", 200, "", nil},
		{"headers alone", `{"headers":{"x":"1"}}`, "", 200, "", map[string]string{"x": "1"}},
		{"null", `null`, "", 502, bad, nil},
		{"nothing", ``, "", 502, bad, nil},
		{"text", `"hello"`, "", 502, bad, nil},
		{"list", `[]`, "", 502, bad, nil},
		{"not JSON", `{statusCode:200}`, "", 502, bad, nil},
		{"unknown key", `{"statusCode":200,"other":1}`, "", 502, bad, nil},
		{"status as text", `{"statusCode":"201"}`, "", 201, "", nil},
		{"status is no number", `{"statusCode":"test"}`, "", 502, bad, nil},
		{"status out of range", `{"statusCode":99}`, "", 502, bad, nil},
		{"headers null", `{"headers":null,"body":"b"}`, "", 200, "b", nil},
		{"boolean header", `{"headers":{"x":true}}`, "", 200, "", map[string]string{"x": "true"}},
		{"number header", `{"headers":{"x":12}}`, "", 200, "", map[string]string{"x": "12"}},
		{"object header", `{"headers":{"x":{}}}`, "", 502, bad, nil},
		{"multi value", `{"multiValueHeaders":{"x":["a","b"]}}`, "", 200, "", map[string]string{"x": "a|b"}},
		{"multi value is no list", `{"multiValueHeaders":{"x":"a"}}`, "", 502, bad, nil},
		{"both maps", `{"multiValueHeaders":{"X-Aa":["1","2"]},"headers":{"x-aA":"3"}}`, "", 200, "", map[string]string{"X-Aa": "1|2|3"}},
		{"same pair in both maps", `{"multiValueHeaders":{"X-Aa":["1","2"]},"headers":{"x-aA":"2"}}`, "", 200, "", map[string]string{"X-Aa": "1|2"}},
		{"body is no text", `{"body":{}}`, "", 502, bad, nil},
		{"header that splits", `{"headers":{"x":"a\r\nb: c"}}`, "", 502, bad, nil},
		{"remapped header", `{"headers":{"Server":"s","Transfer-Encoding":"chunked"}}`, "", 200, "", map[string]string{"x-amzn-Remapped-Server": "s", "Transfer-Encoding": ""}},
		{"base64 without match", `{"body":"aGk=","isBase64Encoded":true}`, "text/plain", 200, "aGk=", nil},
		{"base64 with match", `{"body":"aGk=","isBase64Encoded":true}`, "image/png", 200, "hi", nil},
		{"base64 with match behind the first type", `{"body":"aGk=","isBase64Encoded":true}`, "text/plain,image/png", 200, "aGk=", nil},
		{"bad base64 with match", `{"body":"?","isBase64Encoded":true}`, "image/png", 500, bad, nil},
		{"not base64 with match", `{"body":"aGk=","isBase64Encoded":false}`, "image/png", 200, "aGk=", nil},
		{"any status passes", `{"statusCode":300}`, "", 300, "", nil},
		{"content type", `{"headers":{"content-type":"text/x"},"body":"b"}`, "", 200, "b", map[string]string{"Content-Type": "text/x"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fns := &fakeFunctions{answers: map[string]func(*lambda.Invocation) (*lambda.Result, error){"f": answerWith(c.payload)}}
			b := newAPI()
			b.snapshot.RestApi.BinaryMediaTypes = []string{"image/png"}
			b.method("GET", "/f", functionIntegration(api.IntegrationAWSProxy, "f"))
			r := startGateway(t, Options{Functions: fns})
			r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage})
			var header []string
			if c.accept != "" {
				header = []string{"Accept: " + c.accept}
			}
			a := r.get("/dev/f", header...)
			if a.status != c.status || a.body != c.body {
				t.Fatalf("%d %q, want %d %q", a.status, a.body, c.status, c.body)
			}
			for name, want := range c.header {
				var all []string
				for _, h := range a.header {
					if h[0] == name {
						all = append(all, h[1])
					}
				}
				if got := strings.Join(all, "|"); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if (a.status < 500) != a.has("X-Amzn-Trace-Id") {
				t.Errorf("X-Amzn-Trace-Id in %v", a.header)
			}
		})
	}
}

// TestFunctionFailures checks what clients see of functions that do not answer.
func TestFunctionFailures(t *testing.T) {
	fns := &fakeFunctions{answers: map[string]func(*lambda.Invocation) (*lambda.Result, error){
		"failed": func(*lambda.Invocation) (*lambda.Result, error) {
			return &lambda.Result{StatusCode: 200, FunctionError: lambda.Unhandled, Payload: []byte(`{"errorMessage":"x"}`)}, nil
		},
		"late": func(i *lambda.Invocation) (*lambda.Result, error) {
			return nil, &lambda.Error{Kind: lambda.KindTimeout}
		},
		"throttled": func(i *lambda.Invocation) (*lambda.Result, error) { return nil, lambda.Throttled(i.Function) },
		"down":      func(i *lambda.Invocation) (*lambda.Result, error) { return nil, errors.New("down") },
	}}
	b := newAPI()
	for _, name := range []string{"failed", "late", "throttled", "down", "unknown"} {
		b.method("GET", "/"+name, functionIntegration(api.IntegrationAWSProxy, name))
	}
	get := functionIntegration(api.IntegrationAWSProxy, "failed")
	get.HTTPMethod = "GET"
	b.method("GET", "/get", get)
	r := startGateway(t, Options{Functions: fns})
	r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	for path, want := range map[string]int{"failed": 502, "late": 504, "throttled": 500, "down": 500, "unknown": 500, "get": 500} {
		if a := r.get("/dev/" + path); a.status != want || !strings.HasPrefix(a.body, `{"message": "`) {
			t.Errorf("%s: %d %s, want %d", path, a.status, a.body, want)
		}
	}
}

// TestFunction checks AWS integrations with a function (section 9 and 9.1).
func TestFunction(t *testing.T) {
	fns := &fakeFunctions{answers: map[string]func(*lambda.Invocation) (*lambda.Result, error){
		"pass": answerWith(`"Pass"`),
		"fail": func(*lambda.Invocation) (*lambda.Result, error) {
			return &lambda.Result{StatusCode: 200, FunctionError: lambda.Unhandled, Payload: []byte(`{"errorMessage":"a four hundred error","errorType":"E"}`)}, nil
		},
		"event": func(i *lambda.Invocation) (*lambda.Result, error) {
			if !i.Async {
				return nil, errors.New("not asynchronous")
			}
			return &lambda.Result{StatusCode: 202}, nil
		},
	}}
	b := newAPI()
	for _, name := range []string{"pass", "fail", "event"} {
		in := functionIntegration(api.IntegrationAWS, name)
		in.RequestTemplates = map[string]string{"application/json": `{"in":$input.json('$.a')}`}
		in.IntegrationResponses["400"] = &api.IntegrationResponse{StatusCode: "400", SelectionPattern: new(".*four hundred.*")}
		in.IntegrationResponses["500"] = &api.IntegrationResponse{StatusCode: "500", SelectionPattern: new("200")}
		m := b.method("POST", "/"+name, in)
		m.MethodResponses["400"] = &api.MethodResponse{StatusCode: "400"}
		m.MethodResponses["500"] = &api.MethodResponse{StatusCode: "500"}
		if name == "event" {
			in.RequestParameters = map[string]string{"integration.request.header.X-Amz-Invocation-Type": "'Event'"}
		}
	}
	r := startGateway(t, Options{Functions: fns})
	r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	if a := r.send("POST", "/dev/pass", `{"a":{"b":1}}`); a.status != 200 || a.body != `"Pass"` || string(fns.last.Payload) != `{"in":{"b":1}}` {
		t.Errorf("success: %d %s, payload %s", a.status, a.body, fns.last.Payload)
	}
	if a := r.send("POST", "/dev/fail", `{}`); a.status != 400 || a.body != `{"errorMessage":"a four hundred error","errorType":"E"}` {
		t.Errorf("error: %d %s", a.status, a.body)
	}
	if a := r.send("POST", "/dev/event", `{}`); a.status != 200 || a.body != "" {
		t.Errorf("asynchronous: %d %s", a.status, a.body)
	}
}

// TestIntegrationStatuses checks which of an integration's two statuses access
// logs show: of a proxy function both its own and the Invoke call's, of a MOCK
// only the one that was chosen by.
func TestIntegrationStatuses(t *testing.T) {
	fns := &fakeFunctions{answers: map[string]func(*lambda.Invocation) (*lambda.Result, error){
		"teapot": answerWith(`{"statusCode":418}`), "broken": answerWith(`{"statusCode":"x"}`),
	}}
	be := startBackend(t, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
	b := newAPI()
	b.method("GET", "/teapot", functionIntegration(api.IntegrationAWSProxy, "teapot"))
	b.method("GET", "/broken", functionIntegration(api.IntegrationAWSProxy, "broken"))
	b.method("GET", "/proxy", httpIntegration(api.IntegrationHTTPProxy, "GET", "http://"+be.addr+"/"))
	b.method("GET", "/mock", mockIntegration(""))
	r := startGateway(t, Options{Functions: fns})
	r.deploy(Deployment{
		Snapshot: b.snapshot, Stage: b.stage,
		AccessLogFormat: "$context.requestId $context.status $context.integration.status $context.integration.integrationStatus $context.integrationStatus",
	})
	for _, c := range []struct{ target, want string }{
		{"/dev/teapot", "418 418 200 200"},
		{"/dev/broken", "502 - 200 200"},
		{"/dev/proxy", "404 404 404 404"},
		{"/dev/mock", "200 - 200 200"},
		{"/dev/nope", "403 - - -"},
	} {
		r.get(c.target)
		r.access.mu.Lock()
		_, got, _ := strings.Cut(r.access.lines[len(r.access.lines)-1], " ")
		r.access.mu.Unlock()
		if got != c.want {
			t.Errorf("%s is logged with %q, want %q", c.target, got, c.want)
		}
	}
}

// invocations answers every call of one function with payload.
func invocations(name, payload string) map[string]func(*lambda.Invocation) (*lambda.Result, error) {
	return map[string]func(*lambda.Invocation) (*lambda.Result, error){name: answerWith(payload)}
}
