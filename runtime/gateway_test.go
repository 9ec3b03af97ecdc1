package runtime

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sluice/api"
)

func TestAdminPaths(t *testing.T) {
	b := newAPI()
	b.method("GET", "/x", mockIntegration(`x`))
	b.method("GET", "/health", mockIntegration(`the API's own`))
	r := b.start(t)
	if a := r.get("/_sluice/health"); a.status != 200 || a.body != `{"status":"ok"}` {
		t.Errorf("health: %d %s", a.status, a.body)
	}
	r.get("/dev/x")
	if a := r.get("/_sluice/metrics"); a.status != 200 || !strings.Contains(a.body, `sluice_requests_total{api="a1b2c3d4e5",method="GET",resource="/x",stage="dev"} 1`) {
		t.Errorf("metrics: %d %s", a.status, a.body)
	}
	if a := r.send("POST", "/_sluice/health", ""); a.status != 405 {
		t.Errorf("POST: %d", a.status)
	}
	if a := r.get("/_sluice/nope"); a.status != 404 {
		t.Errorf("unknown: %d", a.status)
	}
	if a := r.get("/_sluice/health", "Host: a1b2c3d4e5.execute-api.localhost"); a.status != 403 {
		t.Errorf("an API's host reaches the admin paths: %d %s", a.status, a.body)
	}

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go r.gateway.ServeAdmin(ln) //nolint:errcheck // ends with Shutdown
	apart := &running{t: t, addr: ln.Addr().String()}
	if a := apart.get("/_sluice/health"); a.status != 200 {
		t.Errorf("admin listener: %d %s", a.status, a.body)
	}
	if a := r.get("/_sluice/health"); a.status != 403 {
		t.Errorf("the public listener still answers admin paths: %d", a.status)
	}
	if a := apart.get("/dev/x"); a.status != 404 {
		t.Errorf("the admin listener serves the API: %d", a.status)
	}
}

// TestReplaceUnderLoad swaps stages while clients keep asking: each answer comes
// whole from one of them.
func TestReplaceUnderLoad(t *testing.T) {
	r := startGateway(t, Options{})
	version := func(n int) Deployment {
		b := newAPI()
		b.method("GET", "/v", mockIntegration(fmt.Sprintf("%d %s", n, strings.Repeat("x", 100*n))))
		return Deployment{Snapshot: b.snapshot, Stage: b.stage}
	}
	r.deploy(version(1))
	var stop atomic.Bool
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c, err := net.Dial("tcp", r.addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			br := bufio.NewReader(c)
			for !stop.Load() {
				io.WriteString(c, "GET /dev/v HTTP/1.1\r\nHost: x\r\n\r\n")
				a, err := readAnswer(br, "GET")
				if err != nil {
					t.Errorf("a request failed: %v", err)
					return
				}
				var n int
				if _, err := fmt.Sscan(a.body, &n); err != nil || a.status != 200 || a.body != fmt.Sprintf("%d %s", n, strings.Repeat("x", 100*n)) {
					t.Errorf("mixed answer %d %q", a.status, a.body)
					return
				}
			}
		}()
	}
	for i := range 200 {
		r.deploy(version(1 + i%5))
	}
	stop.Store(true)
	wg.Wait()
}

// TestShutdownDrains checks that a request in flight is finished.
func TestShutdownDrains(t *testing.T) {
	release, arrived := make(chan struct{}), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		io.WriteString(w, "done")
	}))
	defer slow.Close()
	b := newAPI()
	b.method("GET", "/slow", httpIntegration(api.IntegrationHTTPProxy, "GET", slow.URL+"/"))
	g, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, problems := g.Compile(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	if problems.Fatal() {
		t.Fatal(problems)
	}
	g.Replace([]*Stage{s})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- g.Serve(ln) }()
	r := &running{t: t, addr: ln.Addr().String()}
	got := make(chan *answer, 1)
	go func() { got <- r.get("/dev/slow") }()
	<-arrived
	down := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		down <- g.Shutdown(ctx)
	}()
	if err := <-served; err != nil {
		t.Errorf("serve: %v", err)
	}
	close(release)
	if a := <-got; a.status != 200 || a.body != "done" {
		t.Errorf("request in flight: %d %s", a.status, a.body)
	}
	if err := <-down; err != nil {
		t.Errorf("shutdown: %v", err)
	}
}

// TestTLSBackends has a certificate that nobody vouches for: a configuration error
// (knowledge center).
func TestTLSBackends(t *testing.T) {
	be := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "secure") }))
	defer be.Close()
	be.Config.ErrorLog = nil
	b := newAPI()
	b.method("GET", "/strict", httpIntegration(api.IntegrationHTTPProxy, "GET", be.URL+"/"))
	lax := httpIntegration(api.IntegrationHTTPProxy, "GET", be.URL+"/")
	lax.TLSConfig = &api.TLSConfig{InsecureSkipVerification: true}
	b.method("GET", "/lax", lax)
	r := b.start(t)
	if a := r.get("/dev/strict"); a.status != 500 || a.body != `{"message": "Internal server error"}` {
		t.Errorf("self-signed: %d %s", a.status, a.body)
	}
	if a := r.get("/dev/lax"); a.status != 200 || a.body != "secure" {
		t.Errorf("insecureSkipVerification: %d %s", a.status, a.body)
	}
}

// TestExecutionLog checks the lines of a stage's log with data trace.
func TestExecutionLog(t *testing.T) {
	be := startBackend(t, "")
	b := newAPI()
	b.stage.MethodSettings = map[string]*api.MethodSetting{
		"*/*":          {LoggingLevel: "INFO", DataTraceEnabled: true, ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1},
		"~1quiet/GET":  {LoggingLevel: "OFF", ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1},
		"~1errors/GET": {LoggingLevel: "ERROR", ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1},
	}
	b.method("POST", "/pets/{id}", httpIntegration(api.IntegrationHTTP, "POST", "http://"+be.addr+"/p"))
	b.method("GET", "/quiet", mockIntegration("x"))
	b.method("GET", "/errors", mockIntegration("x"))
	broken := mockIntegration("x")
	broken.RequestTemplates["application/json"] = "nothing"
	b.method("GET", "/broken", broken)
	r := b.start(t)
	r.get("/dev/quiet")
	r.get("/dev/errors")
	if len(r.execLog.lines) != 0 {
		t.Errorf("OFF and ERROR log a good request: %q", r.execLog.lines)
	}
	a := r.send("POST", "/dev/pets/7?q=v", `{"a":1}`, "X-A: b")
	id := a.get("x-amzn-RequestId")
	want := []string{
		`Extended Request Id: `, `Verifying Usage Plan for request: ` + id + `. API Key:  API Stage: a1b2c3d4e5/dev`, `API Key  authorized because method 'POST /pets/\{id\}' does not require API Key. Request will not contribute to throttle or quota limits`,
		`Usage Plan check succeeded for API Key  and API Stage a1b2c3d4e5/dev`,
		`Starting execution for request: ` + id, `HTTP Method: POST, Resource Path: /pets/7`,
		`Method request path: \{id=7\}`, `Method request query string: \{q=v\}`, `Method request headers: \{.*X-A=b.*\}`,
		`Method request body before transformations: \{"a":1\}`, `Endpoint request URI: http://` + be.addr + `/p`,
		`Endpoint request headers: \{.*User-Agent=AmazonAPIGateway_a1b2c3d4e5.*\}`, `Endpoint request body after transformations: \{"a":1\}`,
		`Sending request to http://` + be.addr + `/p`, `Received response. Status: 200, Integration latency: \d+ ms`,
		`Endpoint response headers: \{Content-Length=11, Content-Type=application/json\}`,
		`Endpoint response body before transformations: \{"ok":true\}`, `Method response body after transformations: \{"ok":true\}`,
		`Method response headers: \{X-Amzn-Trace-Id=.*, Content-Type=application/json\}`,
		`Successfully completed execution`, `Method completed with status: 200`,
	}
	checkLines(t, r.execLog.lines, id, want)
	r.execLog.lines = nil
	a = r.get("/dev/broken")
	lines := r.execLog.lines
	id = a.get("x-amzn-RequestId")
	checkLines(t, lines[len(lines)-5:], id, []string{
		`Execution failed due to configuration error: Unable to parse statusCode. It should be an integer that is defined in the request template.`,
		`Gateway response type: API_CONFIGURATION_ERROR with status code: 500`, `Gateway response body: \{"message": "Internal server error"\}`,
		`Gateway response headers: .*`, `Method completed with status: 500`,
	})
}

func checkLines(t *testing.T, lines []string, id string, want []string) {
	t.Helper()
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want), strings.Join(lines, "\n"))
	}
	for i, line := range lines {
		text, ok := strings.CutPrefix(line, "("+id+") ")
		if !ok || !regexp.MustCompile("^"+want[i]).MatchString(text) {
			t.Errorf("line %d is %q, want %q", i+1, line, want[i])
		}
	}
}

// TestPanic checks that a panic in one request answers 500 there and hurts
// nothing else.
func TestPanic(t *testing.T) {
	b := newAPI()
	b.method("GET", "/x", mockIntegration("x"))
	r := b.start(t)
	g := r.gateway
	s, _ := g.Compile(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	s.base.methods[0].integration.responses.list = nil // out of range when picked
	g.Replace([]*Stage{s})
	a := r.get("/dev/x")
	if a.status != 500 || a.body != `{"message": "Internal server error"}` {
		t.Errorf("%d %s", a.status, a.body)
	}
	r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	if a := r.get("/dev/x"); a.status != 200 {
		t.Errorf("after a panic: %d %s", a.status, a.body)
	}
}

// FuzzRequest sends any bytes as the first request of a connection: the gateway
// answers or closes, and goes on serving.
func FuzzRequest(f *testing.F) {
	for _, s := range []string{
		"GET /dev/p/x?a=%2 HTTP/1.1\r\nHost: x\r\n\r\n", "POST /dev/p HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
		"GET http://a1b2c3d4e5.execute-api.x/dev/p HTTP/1.1\r\nHost: y\r\n\r\n", "GET /dev/p/%00/../x HTTP/1.1\r\nHost: x\r\nConnection: X, close\r\nX: 1\r\n\r\n",
		"PUT /dev/p/{a} HTTP/1.0\r\n\r\n", "\x16\x03\x01", "GET //dev//p?;;&&=%zz HTTP/1.1\r\nHost: [::1]:80\r\nX-HTTP-Method-Override: PUT\r\n\r\n",
	} {
		f.Add(s)
	}
	be := startBackend(f, "")
	b := newAPI()
	proxy := httpIntegration(api.IntegrationHTTPProxy, "ANY", "http://"+be.addr+"/base/{proxy}")
	proxy.RequestParameters = map[string]string{"integration.request.path.proxy": "method.request.path.proxy"}
	b.method("ANY", "/p/{proxy+}", proxy)
	b.method("ANY", "/p", mockIntegration(`$input.params() $input.json('$') $context.path`))
	r := b.start(f)
	f.Fuzz(func(t *testing.T, raw string) {
		c, err := net.Dial("tcp", r.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(20 * time.Second))
		io.WriteString(c, raw)
		c.(*net.TCPConn).CloseWrite()
		if _, err := io.Copy(io.Discard, c); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Fatalf("no answer and no close after %q", raw)
		}
		be.mu.Lock()
		for _, seen := range be.seen {
			if !strings.Contains(seen.line, " /base/") {
				t.Errorf("%q left the base path: %q", raw, seen.line)
			}
		}
		be.seen = nil
		be.mu.Unlock()
		after := &running{t: t, addr: r.addr}
		if a := after.get("/dev/p"); a.status != 200 {
			t.Fatalf("after %q: %d %s", raw, a.status, a.body)
		}
	})
}
