package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// needs fails the test when a program that "make test" installs is not there.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Fatalf("%s is needed for this test; make test installs it: %v", p, err)
		}
	}
}

// copyOf copies a directory of testdata, so that a test can edit it.
func copyOf(t *testing.T, name string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), name)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "testdata", name))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// build builds a program of the repository.
func build(t *testing.T, source string) (binary string) {
	t.Helper()
	binary = filepath.Join(t.TempDir(), "program")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", binary, source)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", source, err, out)
	}
	return binary
}

// check compares an answer with what it should be.
func (a answer) check(t *testing.T, what string, status int, body string) {
	t.Helper()
	if a.status != status || a.body != body {
		t.Errorf("%s: got %d %s, want %d %s", what, a.status, a.body, status, body)
	}
}

// TestFunctions calls functions in each way that there is.
func TestFunctions(t *testing.T) {
	needs(t, "node", "python3")
	var signed, path string
	remote := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signed, path = verifySignature(r, "AKIDREMOTE", "remote/secret"), r.Method+" "+r.URL.RequestURI()
		fmt.Fprint(w, `{"statusCode": 200, "body": "from afar"}`)
	}))
	defer remote.Close()
	program := build(t, "./testdata/functions/program")
	dir := copyOf(t, "functions")
	s := serveWith(t, []string{"AWS_ACCESS_KEY_ID=AKIDREMOTE", "AWS_SECRET_ACCESS_KEY=remote/secret", "AWS_ENDPOINT_URL_LAMBDA=" + remote.URL},
		"--function", "program=process:"+program, dir+"/sluice.yaml")

	a := request(t, http.MethodPost, s.url+"/dev/javascript/a/b%20c?q=1&q=2", "hello", "Content-Type", "text/plain")
	a.check(t, "javascript", 200, `{"method":"POST","path":"/javascript/a/b%20c","proxy":"a/b%20c","query":{"q":["1","2"]},"body":"hello","base64":false,"stage":"dev","name":"echo","arn":"arn:aws:lambda:us-east-1:000000000000:function:echo"}`)
	if got := fmt.Sprint(a.header["X-Many"], a.header.Get("X-One"), a.header.Get("Content-Type")); got != "[a b]1application/json" {
		t.Errorf("headers of the function: %s", got)
	}
	get(t, s.url+"/dev/typescript").check(t, "typescript", 200, "typed GET")
	get(t, s.url+"/dev/python").check(t, "python", 200, `{"greeting": "Hello", "function": "python"}`)
	get(t, s.url+"/dev/node").check(t, "node", 200, `{"node":true,"platform":true,"function":"node"}`)
	get(t, s.url+"/dev/program?name=Go").check(t, "a Go program", 200, `hello Go`)
	get(t, s.url+"/dev/static").check(t, "static", 203, "always the same")
	get(t, s.url+"/dev/remote").check(t, "an Invoke endpoint", 200, "from afar")
	if signed != "" || path != "POST /2015-03-31/functions/remote/invocations?Qualifier=live" &&
		path != "POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Aremote/invocations?Qualifier=live" {
		t.Errorf("the Invoke endpoint got %s, signature: %q", path, signed)
	}
	s.line(s.stderr, 0, `python got GET`)

	// A stage variable in the ARN, an integration that is no proxy, and an event.
	get(t, s.url+"/dev/variable").check(t, "stage variable", 200, `{"method":"GET","path":"/variable","proxy":null,"query":null,"body":null,"base64":false,"stage":"dev","name":"echo","arn":"arn:aws:lambda:us-east-1:000000000000:function:echo"}`)
	post := func(path, body string) answer {
		return request(t, http.MethodPost, s.url+"/dev/"+path, body, "Content-Type", "application/json")
	}
	post("orders", `{"pet":"dog"}`).check(t, "templates", 201, `{"order": 3}`)
	post("orders", `{"pet":"unicorn"}`).check(t, "selectionPattern", 404, `{"error": "No such pet: unicorn", "type": "RangeError"}`)
	if a := post("orders", `{"pet":"dragon"}`); a.status != 500 || !strings.HasPrefix(a.body, `{"errorType":"Error","errorMessage":"the barn\nburns"`) {
		t.Errorf("an error with a line end: %d %s", a.status, a.body)
	}
	post("later", `{"a":1}`).check(t, "event invocation", 202, "")
	s.line(s.stderr, 0, `later: \{.*a.*1\}`)

	// Binary both ways.
	picture := get(t, s.url+"/dev/picture", "Accept", "image/png")
	picture.check(t, "binary answer", 200, "\x89P\xff\x00")
	get(t, s.url+"/dev/picture", "Accept", "text/plain").check(t, "not binary for this client", 200, "iVD/AA==")
	request(t, http.MethodPut, s.url+"/dev/picture", "\x00\xff\xfe", "Content-Type", "image/png", "Accept", "image/png").check(t, "binary both ways", 200, "\x00\xff\xfe")
}

// TestFunctionRefusals are answers that a proxy may not give, and functions that
// do not answer.
func TestFunctionRefusals(t *testing.T) {
	needs(t, "node")
	dir := copyOf(t, "functions")
	s := serveWith(t, []string{"AWS_ENDPOINT_URL=", "AWS_ENDPOINT_URL_LAMBDA="}, dir+"/sluice.yaml")
	const badGateway = `{"message": "Internal server error"}`
	odd := []struct {
		body, want string
		status     int
	}{
		{`{}`, "", 200},
		{`{"statusCode":"204"}`, "", 204},
		{`{"statusCode":200,"body":"b","headers":{"x":1,"y":true}}`, "b", 200},
		{`{"statusCode":200,"body":{"a":1}}`, badGateway, 502},
		{`{"statusCode":"ok"}`, badGateway, 502},
		{`{"statusCode":200,"headers":{"x":["a"]}}`, badGateway, 502},
		{`{"statusCode":200,"headers":{"x":"a\r\nset-cookie: b"}}`, badGateway, 502},
		{`{"statusCode":200,"other":1}`, badGateway, 502},
		{`"text"`, badGateway, 502},
		{`null`, badGateway, 502},
		{`throw`, badGateway, 502},
	}
	for _, tt := range odd {
		request(t, http.MethodPost, s.url+"/dev/odd", tt.body).check(t, tt.body, tt.status, tt.want)
	}
	get(t, s.url+"/dev/unknown").check(t, "unknown function", 500, `{"message": "Internal server error"}`)
	s.line(s.stderr, 0, `Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody`)
	get(t, s.url+"/dev/slow").check(t, "integration timeout", 504, `{"message": "Endpoint request timed out"}`)
	get(t, s.url+"/dev/crash").check(t, "a process that ends", 502, badGateway)

	// The only slot is taken, and nothing may wait for it.
	done := make(chan answer)
	_, seen := s.line(s.stderr, 0, `slow began.*function=slow`)
	go func() {
		a, err := try(http.MethodGet, s.url+"/dev/busy", "")
		if err != nil {
			t.Error(err)
		}
		done <- a
	}()
	s.line(s.stderr, seen, `slow began.*function=busy`)
	get(t, s.url+"/dev/busy").check(t, "throttled function", 500, `{"message": "Internal server error"}`)
	(<-done).check(t, "the one that runs", 200, "late")
}

// TestHostileFunctions run while others are asked: those are not harmed.
func TestHostileFunctions(t *testing.T) {
	dir := copyOf(t, "functions")
	s := serve(t, dir+"/sluice.yaml")
	var all sync.WaitGroup
	for _, hostile := range []string{"loop", "hoard", "huge"} {
		for range 2 {
			all.Go(func() {
				a, err := try(http.MethodGet, s.url+"/dev/"+hostile, "")
				want := 502
				if hostile == "loop" {
					want = 504 // the function's own limit has passed
				}
				if err != nil || a.status != want {
					t.Errorf("%s: %d %s %v", hostile, a.status, a.body, err)
				}
			})
		}
	}
	for i := range 40 {
		if a := get(t, s.url+"/dev/typescript"); a.status != 200 || a.body != "typed GET" {
			t.Errorf("request %d among hostile functions: %d %s", i, a.status, a.body)
		}
	}
	all.Wait()
	get(t, s.url+"/dev/typescript").check(t, "afterwards", 200, "typed GET")
}

// TestReloadFunctions edits functions and the project while clients ask: no
// request fails, and what did not change stays warm.
func TestReloadFunctions(t *testing.T) {
	dir := t.TempDir()
	uri := "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:%s/invocations"
	path := func(name string) string {
		return fmt.Sprintf("  /%s:\n    get:\n      responses: {}\n      x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, uri: '"+uri+"'}\n", name, name)
	}
	head := "openapi: \"3.0.1\"\ninfo: {title: a, version: \"1\"}\npaths:\n"
	counter := `let n = 0; exports.handler = async () => ({ statusCode: 200, body: "VERSION " + ++n });`
	version := func(v string) string { return strings.ReplaceAll(counter, "VERSION", v) }
	rewrite(t, dir+"/api.yaml", head+path("edited")+path("kept"))
	rewrite(t, dir+"/edited.js", version("one"))
	rewrite(t, dir+"/kept.js", version("kept"))
	project := "apis: [{definition: api.yaml}]\nfunctions:\n  - {name: kept, file: kept.js, concurrency: 1}\n"
	rewrite(t, dir+"/sluice.yaml", project+"  - {name: edited, file: edited.js}\n")
	s := serve(t, dir+"/sluice.yaml")
	get(t, s.url+"/dev/kept").check(t, "first", 200, "kept 1")

	stop, failures := make(chan struct{}), make(chan string, 1)
	var clients sync.WaitGroup
	for range 2 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if a, err := try(http.MethodGet, s.url+"/dev/edited", ""); err != nil || a.status != 200 {
					select {
					case failures <- fmt.Sprint(a.status, a.body, err):
					default:
					}
				}
			}
		})
	}
	edited := func(want string) {
		t.Helper()
		eventually(t, "the answer is "+want, func() bool { return strings.HasPrefix(get(t, s.url+"/dev/edited").body, want+" ") })
	}
	rewrite(t, dir+"/edited.js", version("two"))
	edited("two")
	rewrite(t, dir+"/three.js", version("three"))
	rewrite(t, dir+"/sluice.yaml", project+"  - {name: edited, file: three.js, timeoutMs: 5000}\n")
	edited("three")
	_, seen := s.line(s.stderr, 0, `msg=reloaded`)
	// A mistake changes nothing; its repair does.
	rewrite(t, dir+"/sluice.yaml", project+"  - {name: edited, file: four.js}\n")
	s.line(s.stderr, seen, `sluice\.yaml:4:26: .*four\.js: no such file`)
	s.line(s.stderr, seen, `not reloaded`)
	edited("three")
	rewrite(t, dir+"/four.js", version("four"))
	edited("four")
	get(t, s.url+"/dev/kept").check(t, "what did not change", 200, "kept 2")
	close(stop)
	clients.Wait()
	select {
	case f := <-failures:
		t.Errorf("a request failed during the edits: %s", f)
	default:
	}
}

// TestFunctionsEnd: at shutdown an invocation in flight finishes, and no process
// is left behind.
func TestFunctionsEnd(t *testing.T) {
	needs(t, "python3")
	dir := t.TempDir()
	rewrite(t, dir+"/app.py", `import os, sys, time
def handler(event, context):
    print("pid", os.getpid(), flush=True)
    for line in open(event["queryStringParameters"]["gate"]):
        pass
    return {"statusCode": 200, "body": "done"}
`)
	rewrite(t, dir+"/api.yaml", "openapi: \"3.0.1\"\ninfo: {title: a, version: \"1\"}\npaths:\n  /wait:\n    get:\n      responses: {}\n      x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, uri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:wait/invocations'}\n")
	gate := dir + "/gate"
	if out, err := exec.Command("mkfifo", gate).CombinedOutput(); err != nil {
		t.Fatalf("mkfifo: %v %s", err, out)
	}
	s := serve(t, "--function", "wait="+dir+"/app.py", dir+"/api.yaml")
	done := make(chan answer, 1)
	go func() {
		a, err := try(http.MethodGet, s.url+"/dev/wait?gate="+gate, "")
		if err != nil {
			t.Error(err)
		}
		done <- a
	}()
	m, _ := s.line(s.stderr, 0, `pid (\d+)`)
	s.signal(15)
	s.line(s.stderr, 0, `msg=stopping`)
	open, err := os.OpenFile(gate, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	open.Close()
	(<-done).check(t, "in flight", 200, "done")
	if code := s.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Stat("/proc/" + m[1]); err == nil {
		t.Errorf("process %s is left", m[1])
	}
}

// TestEverything serves the API that uses every extension.
func TestEverything(t *testing.T) {
	var queued string
	services := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		queued = recordService(r, "test", "test")
		fmt.Fprint(w, "<SendMessageResponse/>")
	}))
	defer services.Close()
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"host":%q,"path":%q}`, r.Host, r.URL.Path)
	}))
	defer backend.Close()
	s := serveWith(t, []string{"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test"},
		"--endpoint", "sqs="+services.URL, "--vpc-link", "link01="+backend.URL, root+"/testdata/everything/sluice.yaml")
	get(t, s.url+"/dev/", "Accept", "text/html").check(t, "the page", 200, "<h1>everything</h1>")
	get(t, s.url+"/dev/none", "Accept", "application/json").check(t, "no route", 404, `{"message":"no such route"}`)
	get(t, s.url+"/dev/orders?status=new").check(t, "a method with a key", 403, `{"error":"Forbidden","type":"INVALID_API_KEY"}`)
	get(t, s.url+"/dev/orders/7").check(t, "without a token", 401, `{"error":"Unauthorized","type":"UNAUTHORIZED"}`)
	request(t, http.MethodPut, s.url+"/dev/orders/7?token=t", "x", "Authorization", "allow").check(t, "VPC link", 200, `{"host":"orders.internal","path":"/v2/orders/7"}`)
	request(t, http.MethodPut, s.url+"/dev/orders/7?token=t", "x", "Authorization", "deny").check(t, "VPC link, denied", 403, `{"error":"User is not authorized to access this resource with an explicit deny","type":"ACCESS_DENIED"}`)
	request(t, http.MethodDelete, s.url+"/dev/orders/7", "", "Authorization", "x").check(t, "no token of the pool", 401, `{"error":"Unauthorized","type":"UNAUTHORIZED"}`)
	a := signedRequest(t, http.MethodPatch, s.url+"/dev/orders/7", `{"a":"b c"}`, "test", "test", "", "eu-central-1")
	a.check(t, "SQS", 200, "<SendMessageResponse/>")
	if want := "POST /000000000000/orders Action=SendMessage&MessageBody=%7B%22a%22%3A%22b+c%22%7D"; queued != want {
		t.Errorf("the queue got %q, want %q", queued, want)
	}
	signedRequest(t, http.MethodGet, s.url+"/dev/reports", "", "test", "test", "", "eu-central-1").check(t, "a signed request without a key", 403, `{"error":"Forbidden","type":"INVALID_API_KEY"}`)
	get(t, s.url+"/dev/reports").check(t, "an unsigned one", 404, `{"message":"no such route"}`)
}
