package control

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"sluice/control/store"
	"sluice/lambda"
	"sluice/runtime"
	"sluice/throttle"
)

// deferredCase is an API whose problem only requests show: it is deployed, and what
// they are answered and what is logged of them is the service's.
type deferredCase struct {
	Name                 string
	WithoutFunctions     bool
	Method               json.RawMessage
	Authorizer           map[string]any
	BrokenModel          bool     // the model Uses, checked by a validator, refers to one that changed
	Responses            []string // codes of the method's; 200 alone without
	Integration          json.RawMessage
	IntegrationResponses map[string]json.RawMessage
	GatewayResponses     map[string]json.RawMessage
	Headers              map[string]string
	Sent                 string
	Status               int
	Answer               string
	ErrorType            string
	Log                  []string // what is sent where, and what failed
	Tested               []string // the same of a test call, if its log says less
}

// nobody is an invoker without functions.
type nobody struct{}

func (nobody) Invoke(_ context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
	return nil, lambda.UnknownFunction(inv.Function)
}

func (nobody) Close() error { return nil }

// lineLog keeps the lines of logs.
type lineLog struct {
	mu    sync.Mutex
	lines []string
}

func (l *lineLog) Log(line []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, string(line))
}

// take are the lines since the last call.
func (l *lineLog) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.lines
	l.lines = nil
	return out
}

// servedFixture is a fixture whose data plane serves what is deployed at addr.
type servedFixture struct {
	*fixture
	log  *lineLog // execution logs
	addr string
}

func newServedFixture(t *testing.T, o runtime.Options) *servedFixture {
	t.Helper()
	f := &servedFixture{fixture: newFixture(t), log: &lineLog{}}
	f.limiter = throttle.New(throttle.Options{})
	o.Limiter, o.ExecutionLog, o.AccountID = f.limiter, f.log, "123456789012"
	o.Log = slog.New(slog.DiscardHandler)
	var err error
	if f.gateway, err = runtime.New(o); err != nil {
		t.Fatal(err)
	}
	f.server.options.DataPlane = f.gateway
	if _, err := StartPublisher(t.Context(), PublisherOptions{Store: f.server.options.Store, Traffic: f.gateway, Limits: f.limiter, Log: o.Log}); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.addr = ln.Addr().String()
	done := make(chan error, 1)
	go func() { done <- f.gateway.Serve(ln) }()
	t.Cleanup(func() {
		if err := f.gateway.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return f
}

// send sends a request to a stage.
func (f *servedFixture) send(method, apiID, path, body string, header map[string]string) answer {
	f.Helper()
	r, err := http.NewRequest(method, "http://"+f.addr+"/_aws/execute-api/"+apiID+path, strings.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	for name, v := range header {
		r.Header.Set(name, v)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		f.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		f.Fatal(err)
	}
	return answer{status: resp.StatusCode, kind: resp.Header.Get("x-amzn-ErrorType"), header: resp.Header, body: string(b)}
}

var (
	uuids   = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	latency = regexp.MustCompile(`\d+ ms$`)
)

// outcome are the lines of a log that tell what became of a request to an API.
func outcome(lines []string, apiID string) (out []string) {
	for _, line := range lines {
		for _, prefix := range []string{"Sending request to ", "Received response", "Lambda invocation failed", "Execution failed", "Successfully completed execution"} {
			if i := strings.Index(line, prefix); i >= 0 {
				line = latency.ReplaceAllString(uuids.ReplaceAllString(line[i:], "{id}"), "{n} ms")
				out = append(out, strings.ReplaceAll(line, apiID, "{api}"))
				break
			}
		}
	}
	return out
}

func TestDeferredProblems(t *testing.T) {
	src, err := os.ReadFile("testdata/deferred.json")
	if err != nil {
		t.Fatal(err)
	}
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "backend")
	}))
	defer backend.Close()
	src = []byte(strings.ReplaceAll(string(src), "BACKEND", strings.TrimPrefix(backend.URL, "http://")))
	var cases []deferredCase
	if err := json.Unmarshal(src, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			o := runtime.Options{Functions: nobody{}}
			if c.WithoutFunctions {
				o.Functions = nil
			}
			c.run(newServedFixture(t, o))
		})
	}
}

// run deploys the API, calls its method, and tests it.
func (c *deferredCase) run(f *servedFixture) {
	api := f.make("POST", "/restapis", `{"name":"a"}`)
	id := f.text(api, "id")
	apiURL := "/restapis/" + id
	method := apiURL + "/resources/" + f.text(f.make("POST", apiURL+"/resources/"+f.text(api, "rootResourceId"), `{"pathPart":"a"}`), "id") + "/methods/POST"
	c.define(f, apiURL, method)
	if a := f.do("POST", apiURL+"/deployments", `{"stageName":"dev"}`); a.status != 201 {
		f.Fatalf("deployment: %d %s", a.status, a.body)
	}
	f.make("PATCH", apiURL+"/stages/dev", `{"patchOperations":[{"op":"replace","path":"/*/*/logging/loglevel","value":"INFO"}]}`)

	a := f.send("POST", id, "/dev/a", c.Sent, c.Headers)
	if a.status != c.Status || a.body != c.Answer || a.kind != c.ErrorType {
		f.Errorf("got %d %s %q, want %d %s %q", a.status, a.kind, a.body, c.Status, c.ErrorType, c.Answer)
	}
	if got := outcome(f.log.take(), id); !slices.Equal(got, c.Log) {
		f.Errorf("log\n%q\nwant\n%q", got, c.Log)
	}
	if c.Authorizer != nil {
		return // a test call asks none
	}
	tested := f.make("POST", method, map[string]any{"headers": c.Headers, "body": c.Sent})
	if tested["status"] != float64(c.Status) || tested["body"] != c.Answer {
		f.Errorf("test: got %v %q", tested["status"], tested["body"])
	}
	want := c.Log
	if c.Tested != nil {
		want = c.Tested
	}
	if got := outcome(strings.Split(f.text(tested, "log"), "\n"), id); !slices.Equal(got, want) {
		f.Errorf("log of the test\n%q\nwant\n%q", got, want)
	}
}

// define makes the method with what it needs.
func (c *deferredCase) define(f *servedFixture, apiURL, method string) {
	put := map[string]any{"authorizationType": "NONE"}
	if c.Method != nil {
		if err := json.Unmarshal(c.Method, &put); err != nil {
			f.Fatal(err)
		}
	}
	if c.Authorizer != nil {
		c.Authorizer["name"] = "a"
		put["authorizerId"] = f.make("POST", apiURL+"/authorizers", c.Authorizer)["id"]
	}
	if c.BrokenModel {
		f.make("POST", apiURL+"/models", `{"name":"Used","contentType":"application/json","schema":"{\"definitions\":{\"d\":{\"type\":\"object\"}}}"}`)
		f.make("POST", apiURL+"/models", `{"name":"Uses","contentType":"application/json","schema":"{\"$ref\":\"https://apigateway.amazonaws.com/restapis/`+strings.TrimPrefix(apiURL, "/restapis/")+`/models/Used#/definitions/d\"}"}`)
		// No call breaks it: it is as an earlier version could have left it.
		if err := f.record(store.Key(string(kindModel), f.region, strings.TrimPrefix(apiURL, "/restapis/"), "Used"), `{"id":"aaaaaa","name":"Used","contentType":"application/json","schema":"{\"type\":\"object\"}"}`); err != nil {
			f.Fatal(err)
		}
		put["requestValidatorId"] = f.make("POST", apiURL+"/requestvalidators", `{"name":"v","validateRequestBody":true}`)["id"]
	}
	f.make("PUT", method, put)
	f.make("PUT", method+"/integration", string(c.Integration))
	codes := c.Responses
	if codes == nil {
		codes = []string{"200"}
	}
	for _, code := range codes {
		f.make("PUT", method+"/responses/"+code, `{}`)
	}
	responses := c.IntegrationResponses
	if responses == nil {
		responses = map[string]json.RawMessage{"200": json.RawMessage("{}")}
	}
	for code, r := range responses {
		f.make("PUT", method+"/integration/responses/"+code, string(r))
	}
	for kind, r := range c.GatewayResponses {
		f.make("PUT", apiURL+"/gatewayresponses/"+kind, string(r))
	}
}
