package runtime

import (
	"strings"
	"testing"

	"sluice/api"
)

// TestForwardedRequests checks what an HTTP backend gets: "-" stands for a header
// that must not arrive, values of repeated ones are joined by "|".
func TestForwardedRequests(t *testing.T) {
	be := startBackend(t, "")
	host, port, _ := strings.Cut(be.addr, ":")
	b := newAPI()
	b.stage.Variables = map[string]string{"host": host}
	mappings := map[string]string{
		"integration.request.header.Accept":       "method.request.header.Accept",
		"integration.request.header.User-Agent":   "method.request.header.X-Agent",
		"integration.request.header.Content-Type": "method.request.header.X-Type",
	}
	for path, kind := range map[string]string{"/http": api.IntegrationHTTP, "/proxy": api.IntegrationHTTPProxy} {
		b.method("POST", path, httpIntegration(kind, "POST", "http://"+be.addr+"/"))
		mapped := httpIntegration(kind, "POST", "http://"+be.addr+"/")
		mapped.RequestParameters = mappings
		b.method("POST", "/mapped"+path, mapped)
	}
	for name, source := range map[string]string{
		"context": "context.identity.sourceIp", "variable": "stageVariables.host", "static": "'" + host + "'",
	} {
		in := httpIntegration(api.IntegrationHTTP, "POST", "http://{h}:"+port+"/")
		in.RequestParameters = map[string]string{"integration.request.path.h": source}
		b.method("POST", "/host/"+name, in)
	}
	r := b.start(t)
	for _, c := range []struct {
		name, path string
		header     []string
		want       map[string]string
	}{
		{"host from a variable of the context", "/host/context", nil, map[string]string{"Host": be.addr}},
		{"host from a stage variable", "/host/variable", nil, map[string]string{"Host": be.addr}},
		{"static host", "/host/static", nil, map[string]string{"Host": be.addr}},
		{
			"every Connection field nominates", "/proxy",
			[]string{"Connection: X-A, Authorization", "X-A: 1", "Authorization: Basic x", "Connection: X-B, keep-alive", "X-B: 2", "Connection:", "X-C: 3"},
			map[string]string{"X-A": "-", "Authorization": "-", "X-B": "-", "X-C": "3", "Connection": "-"},
		},
		{"the chain of addresses", "/proxy", []string{"X-Forwarded-For: 203.0.113.1, 203.0.113.2", "x-forwarded-for: 203.0.113.3"}, map[string]string{"X-Forwarded-For": "203.0.113.1, 203.0.113.2, 203.0.113.3, 127.0.0.1"}},
		{"no Accept", "/proxy", nil, map[string]string{"Accept": "application/json"}},
		{"an empty Accept is the client's", "/proxy", []string{"Accept:"}, map[string]string{"Accept": ""}},
		{"several Accepts are the client's", "/proxy", []string{"Accept: a/b", "accept: c/d"}, map[string]string{"Accept": "a/b|c/d"}},
		{
			"HTTP, sources of the mappings missing", "/mapped/http", nil,
			map[string]string{"Accept": "application/json", "User-Agent": "AmazonAPIGateway_a1b2c3d4e5", "Content-Type": "application/json"},
		},
		{
			"HTTP, sources there", "/mapped/http",
			[]string{"Accept: a/b", "X-Agent: ua", "X-Type: c/d"},
			map[string]string{"Accept": "a/b", "User-Agent": "ua", "Content-Type": "c/d"},
		},
		{"HTTP_PROXY, source of Accept missing", "/mapped/proxy", nil, map[string]string{"Accept": "application/json"}},
		{"HTTP_PROXY, source of Accept there", "/mapped/proxy", []string{"Accept: a/b"}, map[string]string{"Accept": "a/b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if a := r.send("POST", "/dev"+c.path, "x", c.header...); a.status != 200 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			got := be.last(t)
			for name, want := range c.want {
				if v := got.all(name); v != want {
					t.Errorf("%s is %q, want %q", name, v, want)
				}
			}
		})
	}
}

// all is the values of a header, joined by "|"; "-" without it.
func (c *captured) all(name string) string {
	var values []string
	for _, h := range c.header {
		if strings.EqualFold(h[0], name) {
			values = append(values, h[1])
		}
	}
	if values == nil {
		return "-"
	}
	return strings.Join(values, "|")
}

// TestProxiedAnswers checks what the client of an HTTP_PROXY gets for odd answers
// of a backend.
func TestProxiedAnswers(t *testing.T) {
	for _, c := range []struct {
		name, response string
		status         int
		body           string
		want           map[string]string // "-": absent
	}{
		{"no Content-Type", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", 200, "ab", map[string]string{"Content-Type": "application/json"}},
		{"empty Content-Type", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type:\r\n\r\nab", 200, "ab", map[string]string{"Content-Type": "application/json"}},
		{"304 keeps the stored type", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 9\r\n\r\n", 304, "", map[string]string{"Content-Type": "-", "ETag": `"x"`, "Content-Length": "-"}},
		{"204", "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n", 204, "", map[string]string{"X-A": "1", "Content-Length": "-"}},
		{"redirects are not followed", "HTTP/1.1 302 Found\r\nLocation: http://a.example/\r\nContent-Length: 0\r\n\r\n", 302, "", map[string]string{"Location": "http://a.example/"}},
		{"1xx before the answer", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", map[string]string{"Link": "-"}},
		{"every Connection field nominates", "HTTP/1.1 200 OK\r\nConnection: X-A\r\nX-A: 1\r\nConnection: x-b, keep-alive\r\nX-B: 2\r\nX-C: 3\r\nContent-Length: 0\r\n\r\n", 200, "", map[string]string{"X-A": "-", "X-B": "-", "X-C": "3"}},
		{"bytes that are no UTF-8", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0JF", 200, "\uFFFD\uFFFD\uFFFD\uFFFDJF", map[string]string{"Content-Type": "image/jpeg"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			be := startBackend(t, c.response)
			b := newAPI()
			b.method("GET", "/p", httpIntegration(api.IntegrationHTTPProxy, "GET", "http://"+be.addr+"/"))
			a := b.start(t).get("/dev/p")
			if a.status != c.status || a.body != c.body {
				t.Fatalf("%d %q, want %d %q", a.status, a.body, c.status, c.body)
			}
			for name, want := range c.want {
				if got := a.get(name); got != want && (want != "-" || a.has(name)) {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

// TestSchemes: a uri's scheme is written out; a stage variable cannot stand in
// for it, not even one that would make an address.
func TestSchemes(t *testing.T) {
	for uri, ok := range map[string]bool{
		"http://a.example/": true, "HTTPS://a.example/": true, "http://${stageVariables.host}/": true,
		"http://${stageVariables.none}/": true, "${stageVariables.url}": false, "${stageVariables.scheme}://a.example/": false,
		"ftp://a.example/": false, "a.example": false, "//a.example/": false,
	} {
		b := newAPI()
		b.stage.Variables = map[string]string{"host": "a.example", "url": "http://a.example/", "scheme": "http"}
		b.method("GET", "/x", httpIntegration(api.IntegrationHTTP, "GET", uri))
		g, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, problems := g.Compile(Deployment{Snapshot: b.snapshot, Stage: b.stage}); problems.Fatal() == ok {
			t.Errorf("%s: %v, want it to compile: %v", uri, problems, ok)
		}
		if err := g.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
