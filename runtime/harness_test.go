package runtime

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/api"
)

// apiBuilder makes a snapshot for a test, one method a call.
type apiBuilder struct {
	snapshot *api.Snapshot
	stage    *api.Stage
}

func newAPI() *apiBuilder {
	return &apiBuilder{
		snapshot: &api.Snapshot{DeploymentID: "dep123", RestApi: api.RestApi{ID: "a1b2c3d4e5", Name: "test"}},
		stage:    &api.Stage{StageName: "dev"},
	}
}

// method adds a method; its integration is in.
func (b *apiBuilder) method(verb, path string, in *api.Integration) *api.Method {
	var r *api.Resource
	for _, x := range b.snapshot.Resources {
		if x.Path == path {
			r = x
		}
	}
	if r == nil {
		r = &api.Resource{ID: "r" + strconv.Itoa(len(b.snapshot.Resources)), Path: path, ResourceMethods: map[string]*api.Method{}}
		b.snapshot.Resources = append(b.snapshot.Resources, r)
	}
	m := &api.Method{HTTPMethod: verb, AuthorizationType: "NONE", MethodIntegration: in, MethodResponses: map[string]*api.MethodResponse{
		"200": {StatusCode: "200"},
	}}
	r.ResourceMethods[verb] = m
	return m
}

// mockIntegration answers 200 with a template.
func mockIntegration(response string) *api.Integration {
	return &api.Integration{
		Type: api.IntegrationMock, RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`},
		IntegrationResponses: map[string]*api.IntegrationResponse{
			"200": {StatusCode: "200", ResponseTemplates: map[string]string{"application/json": response}},
		},
	}
}

// httpIntegration sends to uri and passes a 200 back.
func httpIntegration(kind, method, uri string) *api.Integration {
	return &api.Integration{
		Type: kind, HTTPMethod: method, URI: uri, TimeoutInMillis: 5000,
		IntegrationResponses: map[string]*api.IntegrationResponse{"200": {StatusCode: "200"}},
	}
}

// lineLog keeps access log lines.
type lineLog struct {
	mu    sync.Mutex
	lines []string
}

func (l *lineLog) Log(line []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, string(line))
}

// running is a gateway that serves on a real port.
type running struct {
	t       testing.TB
	gateway *Gateway
	addr    string
	access  *lineLog
	execLog *lineLog
}

// start serves the API; problems that are fatal fail the test.
func (b *apiBuilder) start(t testing.TB) *running {
	t.Helper()
	r := startGateway(t, Options{})
	r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	return r
}

func startGateway(t testing.TB, o Options) *running {
	t.Helper()
	r := &running{t: t, access: &lineLog{}, execLog: &lineLog{}}
	o.Log = slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	o.AccessLog, o.ExecutionLog = r.access, r.execLog
	var err error
	if r.gateway, err = New(o); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = ln.Addr().String()
	done := make(chan error, 1)
	go func() { done <- r.gateway.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := r.gateway.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return r
}

func (r *running) deploy(list ...Deployment) {
	r.t.Helper()
	var stages []*Stage
	for _, d := range list {
		s, problems := r.gateway.Compile(d)
		if problems.Fatal() {
			r.t.Fatalf("compile: %v", problems)
		}
		stages = append(stages, s)
	}
	r.gateway.Replace(stages)
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimRight(string(p), "\n"))
	return len(p), nil
}

// answer is a response with its header as it was on the wire.
type answer struct {
	status int
	header [][2]string
	body   string
}

// get is the value of the one header with this exact spelling.
func (a *answer) get(name string) string {
	for _, h := range a.header {
		if h[0] == name {
			return h[1]
		}
	}
	return ""
}

func (a *answer) has(name string) bool {
	for _, h := range a.header {
		if strings.EqualFold(h[0], name) {
			return true
		}
	}
	return false
}

// get sends GET target with optional header lines.
func (r *running) get(target string, header ...string) *answer {
	r.t.Helper()
	return r.send("GET", target, "", header...)
}

// send sends a request over a connection of its own.
func (r *running) send(method, target, body string, header ...string) *answer {
	r.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", method, target)
	host := false
	for _, h := range header {
		host = host || strings.HasPrefix(strings.ToLower(h), "host:")
	}
	if !host {
		fmt.Fprintf(&b, "Host: %s\r\n", r.addr)
	}
	for _, h := range header {
		b.WriteString(h + "\r\n")
	}
	if body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n" + body)
	return r.raw(b.String(), method)
}

// raw sends bytes and reads one answer.
func (r *running) raw(request, method string) *answer {
	r.t.Helper()
	c, err := net.Dial("tcp", r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		r.t.Fatal(err)
	}
	if _, err := io.WriteString(c, request); err != nil {
		r.t.Fatal(err)
	}
	a, err := readAnswer(bufio.NewReader(c), method)
	if err != nil {
		r.t.Fatalf("read answer to %q: %v", request, err)
	}
	return a
}

// readAnswer reads one response without touching the spelling of its header.
func readAnswer(br *bufio.Reader, method string) (*answer, error) {
	line, err := br.ReadString('\n')
	if err != nil {
		return nil, err
	}
	a := &answer{}
	if _, err := fmt.Sscanf(line, "HTTP/1.1 %d", &a.status); err != nil {
		return nil, fmt.Errorf("status line %q: %w", line, err)
	}
	length := 0
	for {
		line, err := br.ReadString('\n')
		if err != nil {
			return nil, err
		}
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		name, val, _ := strings.Cut(line, ":")
		a.header = append(a.header, [2]string{name, strings.TrimSpace(val)})
		if strings.EqualFold(name, "Content-Length") {
			length, _ = strconv.Atoi(strings.TrimSpace(val))
		}
	}
	if method != "HEAD" {
		b := make([]byte, length)
		if _, err := io.ReadFull(br, b); err != nil {
			return nil, err
		}
		a.body = string(b)
	}
	return a, nil
}

// captured is a request as a backend saw it.
type captured struct {
	line   string
	header [][2]string
	body   string
}

func (c *captured) get(name string) (string, bool) {
	for _, h := range c.header {
		if strings.EqualFold(h[0], name) {
			return h[1], true
		}
	}
	return "", false
}

// testBackend is a raw HTTP/1.1 server that answers every request with the same
// bytes and keeps what it saw.
type testBackend struct {
	addr string
	mu   sync.Mutex
	seen []*captured
}

// startBackend answers with response, which is a whole HTTP message; "" stands for
// a small JSON object.
func startBackend(t testing.TB, response string) *testBackend {
	t.Helper()
	if response == "" {
		response = reply200("application/json", `{"ok":true}`)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &testBackend{addr: ln.Addr().String()}
	var wg sync.WaitGroup
	var conns sync.Map
	t.Cleanup(func() {
		ln.Close()
		conns.Range(func(c, _ any) bool { c.(net.Conn).Close(); return true })
		wg.Wait()
	})
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			conns.Store(c, nil)
			wg.Add(1)
			go func() {
				defer wg.Done()
				defer c.Close()
				b.serve(c, response)
			}()
		}
	}()
	return b
}

// reply200 is a 200 message with a body.
func reply200(contentType, body string, header ...string) string {
	var h bytes.Buffer
	fmt.Fprintf(&h, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n", len(body))
	if contentType != "" {
		fmt.Fprintf(&h, "Content-Type: %s\r\n", contentType)
	}
	for _, l := range header {
		h.WriteString(l + "\r\n")
	}
	h.WriteString("\r\n" + body)
	return h.String()
}

func (b *testBackend) serve(c net.Conn, response string) {
	br := bufio.NewReader(c)
	for {
		line, err := br.ReadString('\n')
		if err != nil {
			return
		}
		req := &captured{line: strings.TrimRight(line, "\r\n")}
		length := 0
		for {
			line, err := br.ReadString('\n')
			if err != nil {
				return
			}
			line = strings.TrimRight(line, "\r\n")
			if line == "" {
				break
			}
			name, val, _ := strings.Cut(line, ":")
			req.header = append(req.header, [2]string{name, strings.TrimSpace(val)})
			if strings.EqualFold(name, "Content-Length") {
				length, _ = strconv.Atoi(strings.TrimSpace(val))
			}
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(br, body); err != nil {
			return
		}
		req.body = string(body)
		b.mu.Lock()
		b.seen = append(b.seen, req)
		b.mu.Unlock()
		if _, err := io.WriteString(c, response); err != nil {
			return
		}
	}
}

// last is the latest request that the backend saw.
func (b *testBackend) last(t testing.TB) *captured {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.seen) == 0 {
		t.Fatal("the backend saw no request")
	}
	return b.seen[len(b.seen)-1]
}

// figuresOf is what a scrape of a gateway's metrics shows.
func figuresOf(g *Gateway) string {
	w := httptest.NewRecorder()
	g.scrape.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/_sluice/metrics", http.NoBody))
	return w.Body.String()
}
