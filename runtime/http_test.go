package runtime

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"sluice/api"
)

var entryHeaders = []string{
	"Accept: text/x-accept", "Accept-Charset: utf-8", "Accept-Encoding: gzip", "Age: 5", "Authorization: Basic Zm9v",
	"Content-MD5: abc", "Date: Tue, 24 Nov 2026 00:00:00 GMT", "Max-Forwards: 5", "Pragma: no-cache",
	"Proxy-Authenticate: Basic", "Range: bytes=0-1", "Referer: http://r/", "Server: srv", "TE: trailers", "Trailer: X-T",
	"Upgrade: h2c", "User-Agent: my-agent", "Via: 1.1 me", "Warn: 199", "WWW-Authenticate: Basic",
	"X-cUsToM: Yes", "Content-Type: application/json", "X-Forwarded-For: 203.0.113.9",
	"X-Hop: 1", "Connection: keep-alive, X-Hop",
}

// TestRequestHeaders has the rows of aws-facts/data-plane.md sections 4.1 and 4.2
// for the HTTP kinds.
func TestRequestHeaders(t *testing.T) {
	be := startBackend(t, "")
	b := newAPI()
	mapped := httpIntegration(api.IntegrationHTTP, "POST", "http://"+be.addr+"/mapped")
	mapped.RequestParameters = map[string]string{
		"integration.request.header.X-New":           "method.request.header.X-cUsToM",
		"integration.request.header.Accept":          "method.request.header.Accept",
		"integration.request.header.User-Agent":      "'ua'",
		"integration.request.header.Server":          "'mapped'",
		"integration.request.header.Upgrade":         "'mapped'",
		"integration.request.header.Connection":      "'mapped'",
		"integration.request.header.Via":             "'mapped'",
		"integration.request.header.TE":              "'mapped'",
		"integration.request.header.Host":            "'other.example'",
		"integration.request.header.X-Missing":       "method.request.header.Nope",
		"integration.request.header.X-Dropped":       "method.request.header.Content-MD5",
		"integration.request.header.Content-MD5":     "'mapped'",
		"integration.request.header.X-Path":          "context.resourcePath",
		"integration.request.querystring.multi":      "method.request.multivaluequerystring.q",
		"integration.request.querystring.last":       "method.request.querystring.q",
		"integration.request.querystring.fromBody":   "method.request.body.a.b",
		"integration.request.querystring.testEmpty":  "method.request.querystring.none",
		"integration.request.header.X-Multi":         "method.request.multivalueheader.X-Two",
		"integration.request.header.X-Body":          "method.request.body",
		"integration.request.header.X-Whole-Objects": "method.request.body.a",
	}
	b.method("POST", "/mapped", mapped)
	b.method("POST", "/http", httpIntegration(api.IntegrationHTTP, "POST", "http://"+be.addr+"/http"))
	b.method("GET", "/http", httpIntegration(api.IntegrationHTTP, "GET", "http://"+be.addr+"/http"))
	proxy := httpIntegration(api.IntegrationHTTPProxy, "ANY", "http://"+be.addr+"/proxy")
	b.method("ANY", "/proxy", proxy)
	r := b.start(t)

	check := func(name string, want map[string]string, absent ...string) {
		t.Helper()
		got := be.last(t)
		for h, v := range want {
			if have, ok := got.get(h); !ok || have != v {
				t.Errorf("%s: %s is %q (%v), want %q", name, h, have, ok, v)
			}
		}
		for _, h := range absent {
			if v, ok := got.get(h); ok {
				t.Errorf("%s: %s arrived as %q", name, h, v)
			}
		}
	}

	r.send("POST", "/dev/http", `{"a":1}`, entryHeaders...)
	check("HTTP", map[string]string{
		"Accept": "application/json", "User-Agent": "AmazonAPIGateway_a1b2c3d4e5", "Host": be.addr,
		"X-Amzn-Apigateway-Api-Id": "a1b2c3d4e5", "Content-Type": "application/json", "Content-Length": "7",
	}, "Accept-Charset", "Accept-Encoding", "Age", "Authorization", "Content-MD5", "Date", "Max-Forwards", "Pragma",
		"Range", "Referer", "Via", "Warn", "X-Custom", "X-Forwarded-For", "X-Hop", "Connection")
	if v, ok := be.last(t).get("X-Amzn-Trace-Id"); !ok || !strings.HasPrefix(v, "Root=1-") {
		t.Errorf("HTTP: X-Amzn-Trace-Id %q", v)
	}

	r.get("/dev/http", "Content-Type: application/json")
	check("HTTP GET", map[string]string{"Content-Length": "0"}, "Content-Type")

	r.send("POST", "/dev/proxy?a=1&b=x%20y", `{"a":1}`, entryHeaders...)
	check("HTTP_PROXY", map[string]string{
		"Accept": "text/x-accept", "User-Agent": "my-agent", "Host": be.addr, "Authorization": "Basic Zm9v",
		"X-Amzn-Apigateway-Api-Id": "a1b2c3d4e5", "Accept-Encoding": "gzip", "Age": "5", "Pragma": "no-cache",
		"Range": "bytes=0-1", "Referer": "http://r/", "Warn": "199", "X-Forwarded-For": "203.0.113.9, 127.0.0.1",
		"X-Forwarded-Proto": "http", "Content-Length": "7",
	}, "Content-MD5", "Max-Forwards", "Proxy-Authenticate", "Server", "TE", "Trailer", "Upgrade", "Via",
		"WWW-Authenticate", "X-Hop", "Connection", "Transfer-Encoding")
	spelled := false
	for _, h := range be.last(t).header {
		spelled = spelled || h[0] == "X-cUsToM"
	}
	if !spelled {
		t.Errorf("HTTP_PROXY: the client's spelling is lost: %v", be.last(t).header)
	}
	if got := be.last(t).line; got != "POST /proxy?a=1&b=x%20y HTTP/1.1" {
		t.Errorf("HTTP_PROXY: request line %q", got)
	}

	r.get("/dev/proxy", "Authorization: AWS4-HMAC-SHA256 Credential=x, Signature=y")
	check("HTTP_PROXY with a signature", map[string]string{"Accept": "application/json", "User-Agent": "AmazonAPIGateway_a1b2c3d4e5"}, "Authorization")

	r.send("POST", "/dev/mapped?q=1&q=a%26b", `{"a":{"b":"c d"}}`, append(entryHeaders[:len(entryHeaders):len(entryHeaders)], "X-Two: 1", "X-Two: 2")...)
	check("mapped", map[string]string{
		"X-New": "Yes", "Accept": "text/x-accept", "User-Agent": "ua", "Server": "mapped", "Upgrade": "mapped",
		"Host": "other.example", "Content-MD5": "mapped", "X-Path": "/mapped", "X-Multi": "1,2",
		"X-Body": `{"a":{"b":"c d"}}`, "X-Whole-Objects": `{"b":"c d"}`,
	}, "Connection", "Via", "TE", "X-Missing", "X-Dropped")
	if got := be.last(t).line; got != "POST /mapped?fromBody=c%20d&last=a%26b&multi=1&multi=a%26b HTTP/1.1" {
		t.Errorf("mapped: request line %q", got)
	}
}

// TestBreakingMappings has the rows of aws-facts/data-plane.md section 4.3.
func TestBreakingMappings(t *testing.T) {
	be := startBackend(t, "")
	for _, header := range []string{"Content-Length", "Transfer-Encoding", "X-Amzn-Trace-Id", "X-Amzn-Apigateway-Api-Id"} {
		for _, kind := range []string{api.IntegrationHTTP, api.IntegrationHTTPProxy} {
			b := newAPI()
			in := httpIntegration(kind, "GET", "http://"+be.addr+"/")
			in.RequestParameters = map[string]string{"integration.request.header." + header: "'1'"}
			b.method("GET", "/x", in)
			a := b.start(t).get("/dev/x")
			if a.status != 500 || a.body != `{"message": "Internal server error"}` || a.get("x-amzn-ErrorType") != "InternalServerErrorException" {
				t.Errorf("%s %s: %d %s", kind, header, a.status, a.body)
			}
		}
	}
}

// TestMappedResponseHeaders has the rows of aws-facts/data-plane.md section 4.4,
// first table.
func TestMappedResponseHeaders(t *testing.T) {
	plain := []string{"Accept", "Accept-Charset", "Accept-Encoding", "Age", "Content-Encoding", "Pragma", "Range", "Referer", "TE", "Via", "Warn", "X-Own"}
	remapped := []string{
		"Authorization", "Connection", "Content-Length", "Content-MD5", "Date", "Expect", "Host", "Max-Forwards",
		"Proxy-Authenticate", "Server", "Trailer", "Upgrade", "User-Agent", "WWW-Authenticate",
	}
	in := mockIntegration(`body`)
	in.IntegrationResponses["200"].ResponseParameters = map[string]string{"method.response.header.Transfer-Encoding": "'mapped'", "method.response.header.Content-Type": "'text/x-mapped'"}
	for _, h := range append(plain[:len(plain):len(plain)], remapped...) {
		in.IntegrationResponses["200"].ResponseParameters["method.response.header."+h] = "'mapped'"
	}
	b := newAPI()
	b.method("GET", "/x", in)
	a := b.start(t).get("/dev/x")
	if a.body != "body" || a.get("Content-Type") != "text/x-mapped" {
		t.Fatalf("%d %q %v", a.status, a.body, a.header)
	}
	for _, h := range plain {
		if a.get(h) != "mapped" {
			t.Errorf("%s is %q, want as mapped", h, a.get(h))
		}
	}
	for _, h := range remapped {
		if a.get("x-amzn-Remapped-"+h) != "mapped" || a.get(h) == "mapped" {
			t.Errorf("%s is not remapped: %v", h, a.header)
		}
	}
	if a.has("Transfer-Encoding") || a.has("x-amzn-Remapped-Transfer-Encoding") {
		t.Error("Transfer-Encoding was sent")
	}
	if a.get("Connection") != "keep-alive" || a.get("Content-Length") != "4" {
		t.Errorf("the gateway's own headers: %v", a.header)
	}
}

// TestProxiedResponseHeaders has the rows of section 4.4, second table.
func TestProxiedResponseHeaders(t *testing.T) {
	be := startBackend(t, "HTTP/1.1 201 Created\r\nServer: be\r\nDate: Mon, 01 Jan 2001 00:00:00 GMT\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"+
		"Content-Length: 5\r\nx-amzn-RequestId: theirs\r\nAccess-Control-Allow-Origin: *\r\ncOntent-type: text/plain\r\nX-Amzn-Trace-Id: Root=1-b\r\n"+
		"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nWWW-Authenticate: Basic\r\nVia: 1.1 x\r\nX-lOwEr: v\r\n\r\nhello")
	b := newAPI()
	b.method("GET", "/p", httpIntegration(api.IntegrationHTTPProxy, "GET", "http://"+be.addr+"/"))
	a := b.start(t).get("/dev/p")
	if a.status != 201 || a.body != "hello" {
		t.Fatalf("%d %q", a.status, a.body)
	}
	for name, want := range map[string]string{
		"x-amzn-Remapped-Server": "be", "x-amzn-Remapped-Date": "Mon, 01 Jan 2001 00:00:00 GMT",
		"x-amzn-Remapped-Connection": "keep-alive, X-Hop", "x-amzn-Remapped-Content-Length": "5",
		"x-amzn-Remapped-x-amzn-RequestId": "theirs", "Access-Control-Allow-Origin": "*", "Content-Type": "text/plain",
		"X-Amzn-Trace-Id": "Root=1-b", "x-amzn-Remapped-WWW-Authenticate": "Basic", "X-lOwEr": "v",
		"Connection": "keep-alive", "Content-Length": "5", "Server": "", "X-Hop": "", "Via": "",
	} {
		if got := a.get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	cookies := 0
	for _, h := range a.header {
		if h[0] == "Set-Cookie" {
			cookies++
		}
	}
	if cookies != 2 {
		t.Errorf("%d cookies, want 2", cookies)
	}
	if !isUUID(a.get("x-amzn-RequestId")) {
		t.Errorf("x-amzn-RequestId %q", a.get("x-amzn-RequestId"))
	}
}

// TestURIs checks placeholders, stage variables and paths that try to climb.
func TestURIs(t *testing.T) {
	be := startBackend(t, "")
	b := newAPI()
	b.stage.Variables = map[string]string{"host": be.addr, "path": "v/1", "qs": "a=1"}
	greedy := httpIntegration(api.IntegrationHTTPProxy, "GET", "http://"+be.addr+"/base/{proxy}?k=v")
	greedy.RequestParameters = map[string]string{"integration.request.path.proxy": "method.request.path.proxy", "integration.request.querystring.k2": "'m'"}
	b.method("GET", "/g/{proxy+}", greedy)
	vars := httpIntegration(api.IntegrationHTTP, "GET", "http://${stageVariables.host}/${stageVariables.path}?${stageVariables.qs}")
	b.method("GET", "/vars", vars)
	b.method("GET", "/missing", httpIntegration(api.IntegrationHTTP, "GET", "http://${stageVariables.nope}/x"))
	b.method("GET", "/unmapped/{id}", httpIntegration(api.IntegrationHTTP, "GET", "http://"+be.addr+"/{id}"))
	query := httpIntegration(api.IntegrationHTTP, "GET", "http://"+be.addr+"/q?x={v}&y=2")
	query.RequestParameters = map[string]string{"integration.request.path.v": "method.request.querystring.v"}
	b.method("GET", "/q", query)
	host := httpIntegration(api.IntegrationHTTP, "GET", "http://{host}/h")
	host.RequestParameters = map[string]string{"integration.request.path.host": "method.request.querystring.host"}
	b.method("GET", "/host", host)
	r := b.start(t)
	for _, c := range []struct {
		name, target string
		status       int
		line         string
	}{
		{"greedy", "/dev/g/a/b", 200, "GET /base/a/b?k=v&k2=m HTTP/1.1"},
		{"greedy keeps its encoding", "/dev/g/a%2Fb%20c/test%2Balias@x?q=%2B+z", 200, "GET /base/a%2Fb%20c/test%2Balias@x?k=v&q=%2B%20z&k2=m HTTP/1.1"},
		{"double slash", "/dev/g/a//b", 200, "GET /base/a//b?k=v&k2=m HTTP/1.1"},
		{"climbing", "/dev/g/../secret", 400, ""},
		{"climbing, encoded", "/dev/g/%2e%2E/secret", 400, ""},
		{"climbing, encoded slash", "/dev/g/..%2fsecret", 400, ""},
		{"not leaving the base", "/dev/g/a/../b", 200, "GET /base/a/../b?k=v&k2=m HTTP/1.1"},
		{"stage variables", "/dev/vars", 200, "GET /v/1?a=1 HTTP/1.1"},
		{"missing variable", "/dev/missing", 500, ""},
		{"placeholder without mapping", "/dev/unmapped/7", 500, ""},
		{"placeholder in the query", "/dev/q?v=a%26b", 200, "GET /q?x=a%26b&y=2 HTTP/1.1"},
		{"placeholder in the host", "/dev/host?host=" + be.addr, 200, "GET /h HTTP/1.1"},
		{"path in the host", "/dev/host?host=" + be.addr + "/evil", 500, ""},
		{"credentials in the host", "/dev/host?host=u@" + be.addr, 500, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := r.get(c.target)
			if a.status != c.status {
				t.Fatalf("status %d (%s), want %d", a.status, a.body, c.status)
			}
			if c.line != "" && be.last(t).line != c.line {
				t.Errorf("request line %q, want %q", be.last(t).line, c.line)
			}
		})
	}
}

// TestVPCLink checks that an integration behind a link goes to the link's target,
// with the uri's host as Host.
func TestVPCLink(t *testing.T) {
	be := startBackend(t, "")
	b := newAPI()
	in := httpIntegration(api.IntegrationHTTPProxy, "GET", "http://internal.example/x")
	in.ConnectionType, in.ConnectionID = api.ConnectionVPCLink, "${stageVariables.link}"
	b.stage.Variables = map[string]string{"link": "link01"}
	b.method("GET", "/x", in)
	r := startGateway(t, Options{VPCLinks: map[string]string{"link01": "http://" + be.addr}})
	r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	if a := r.get("/dev/x"); a.status != 200 || be.last(t).line != "GET /x HTTP/1.1" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if host, _ := be.last(t).get("Host"); host != "internal.example" {
		t.Errorf("Host is %q", host)
	}
	b.stage.Variables["link"] = "other"
	if _, problems := r.gateway.Compile(Deployment{Snapshot: b.snapshot, Stage: b.stage}); !problems.Fatal() {
		t.Error("a link without a target compiles")
	}
}

// TestOverrides has the rows of aws-facts/data-plane.md section 12.
func TestOverrides(t *testing.T) {
	be := startBackend(t, "")
	b := newAPI()
	in := httpIntegration(api.IntegrationHTTP, "POST", "http://"+be.addr+"/{p}")
	in.RequestParameters = map[string]string{
		"integration.request.path.p":          "'mapped'",
		"integration.request.header.X-A":      "'mapped'",
		"integration.request.querystring.q":   "'mapped'",
		"integration.request.querystring.q2":  "'kept'",
		"integration.request.header.X-Mapped": "'kept'",
	}
	in.RequestTemplates = map[string]string{"application/json": `#set($context.requestOverride.path.p = "over/ridden")` +
		`#set($context.requestOverride.header.x-a = "over")#set($context.requestOverride.header.X-List = ["a", "b"])` +
		`#set($name = "q")#set($context.requestOverride.querystring[$name] = "over")#set($d = $context.requestOverride.querystring.put("new", 5))` +
		`#set($context.requestOverride.header.Content-Type = "text/x")body`}
	in.IntegrationResponses["200"].ResponseParameters = map[string]string{"method.response.header.X-R": "'mapped'"}
	in.IntegrationResponses["200"].ResponseTemplates = map[string]string{"application/json": `#set($context.responseOverride.status = 207)` +
		`#set($context.responseOverride.header.X-R = "over")#set($context.responseOverride.header.Content-Type = "text/y")done`}
	b.method("POST", "/o", in)
	r := b.start(t)
	a := r.send("POST", "/dev/o", "{}")
	if a.status != 207 || a.body != "done" || a.get("X-R") != "over" || a.get("Content-Type") != "text/y" {
		t.Errorf("response: %d %q %v", a.status, a.body, a.header)
	}
	got := be.last(t)
	if got.line != "POST /over/ridden?q2=kept&q=over&new=5 HTTP/1.1" || got.body != "body" {
		t.Errorf("request: %q %q", got.line, got.body)
	}
	for h, want := range map[string]string{"X-A": "over", "X-List": "a,b", "X-Mapped": "kept", "Content-Type": "text/x"} {
		if v, _ := got.get(h); v != want {
			t.Errorf("%s is %q, want %q", h, v, want)
		}
	}
}

// TestSplitting checks that no value can split a header or a request.
func TestSplitting(t *testing.T) {
	be := startBackend(t, "")
	b := newAPI()
	in := httpIntegration(api.IntegrationHTTP, "POST", "http://"+be.addr+"/")
	in.RequestParameters = map[string]string{"integration.request.header.X-A": "method.request.querystring.a"}
	b.method("POST", "/req", in)
	out := mockIntegration("x")
	out.IntegrationResponses["200"].ResponseParameters = map[string]string{"method.response.header.X-A": "method.request.querystring.a"}
	over := mockIntegration(`#set($context.responseOverride.header.X-A = $input.params('a'))x`)
	b.method("POST", "/over", over)
	r := b.start(t)
	for _, target := range []string{"/dev/req?a=x%0d%0aY:%201", "/dev/over?a=x%0d%0aY:%201", "/dev/req?a=%00", "/dev/over?a=%0a"} {
		a := r.send("POST", target, "{}")
		if a.status != 500 || a.has("Y") {
			t.Errorf("%s: %d %v", target, a.status, a.header)
		}
	}
	be.mu.Lock()
	defer be.mu.Unlock()
	for _, c := range be.seen {
		if _, ok := c.get("Y"); ok {
			t.Errorf("the backend saw an injected header: %v", c.header)
		}
	}
}

// TestPassthrough is the table of aws-facts/data-plane.md section 9.2.
func TestPassthrough(t *testing.T) {
	be := startBackend(t, "")
	for _, c := range []struct {
		template, contentType string
		want                  [3]string // WHEN_NO_MATCH, WHEN_NO_TEMPLATES, NEVER
	}{
		{"application/json", "", [3]string{"transform", "transform", "transform"}},
		{"application/json", "application/json", [3]string{"transform", "transform", "transform"}},
		{"application/json", "application/xml", [3]string{"pass", "415", "415"}},
		{"application/xml", "", [3]string{"pass", "415", "415"}},
		{"application/xml", "application/json", [3]string{"pass", "415", "415"}},
		{"application/xml", "application/xml", [3]string{"transform", "transform", "transform"}},
		{"", "application/xml", [3]string{"pass", "pass", "415"}},
		{"", "", [3]string{"pass", "pass", "415"}},
	} {
		for i, behavior := range []string{api.PassthroughWhenNoMatch, api.PassthroughWhenNoTemplates, api.PassthroughNever} {
			b := newAPI()
			in := httpIntegration(api.IntegrationHTTP, "POST", "http://"+be.addr+"/")
			in.PassthroughBehavior = behavior
			if c.template != "" {
				in.RequestTemplates = map[string]string{c.template: "transformed"}
			}
			b.method("POST", "/x", in)
			var header []string
			if c.contentType != "" {
				header = []string{"Content-Type: " + c.contentType + "; charset=utf-8"}
			}
			a := b.start(t).send("POST", "/dev/x", "original", header...)
			got := "415"
			if a.status == 200 {
				got = map[string]string{"transformed": "transform", "original": "pass"}[be.last(t).body]
			} else if a.status != 415 {
				got = fmt.Sprint(a.status)
			}
			if got != c.want[i] {
				t.Errorf("template %q, type %q, %s: %s, want %s", c.template, c.contentType, behavior, got, c.want[i])
			}
		}
	}
}

// TestPayloadMatrix has every cell of aws-facts/data-plane.md section 9.4.
func TestPayloadMatrix(t *testing.T) {
	const binary = "\xff\x00bin"
	b64 := base64.StdEncoding.EncodeToString([]byte(binary))
	request := func(list []string, contentType, handling, body string) (int, string) {
		be := startBackend(t, "")
		b := newAPI()
		b.snapshot.RestApi.BinaryMediaTypes = list
		in := httpIntegration(api.IntegrationHTTP, "POST", "http://"+be.addr+"/")
		in.ContentHandling = handling
		b.method("POST", "/x", in)
		a := b.start(t).send("POST", "/dev/x", body, "Content-Type: "+contentType)
		if a.status != 200 {
			return a.status, ""
		}
		return 200, be.last(t).body
	}
	for _, c := range []struct {
		name              string
		list              []string
		contentType, body string
		handling          string
		status            int
		want              string
	}{
		{"undefined list, unset", nil, "text/plain", "text", "", 200, "text"},
		{"undefined list, unset, invalid UTF-8", nil, "image/png", "\xffx", "", 200, "\uFFFDx"},
		{"undefined list, to binary", nil, "text/plain", b64, api.ConvertToBinary, 200, binary},
		{"undefined list, to binary, no base64", nil, "text/plain", "?!", api.ConvertToBinary, 500, ""},
		{"undefined list, to text", nil, "text/plain", "text", api.ConvertToText, 200, "text"},
		{"text type, unset", []string{"image/png"}, "text/plain", "text", "", 200, "text"},
		{"text type, to binary", []string{"image/png"}, "text/plain", b64, api.ConvertToBinary, 200, binary},
		{"text type, to text", []string{"image/png"}, "text/plain", "text", api.ConvertToText, 200, "text"},
		{"binary type, unset", []string{"image/png"}, "image/png", binary, "", 200, binary},
		{"binary type, to binary", []string{"image/png"}, "image/png", binary, api.ConvertToBinary, 200, binary},
		{"binary type, to text", []string{"image/png"}, "image/png", binary, api.ConvertToText, 200, b64},
		{"wildcard, with parameters", []string{"image/*"}, "image/png; a=b", binary, api.ConvertToText, 200, b64},
		{"everything", []string{"*/*"}, "text/plain", "text", "", 200, "text"},
	} {
		t.Run("request/"+c.name, func(t *testing.T) {
			status, got := request(c.list, c.contentType, c.handling, c.body)
			if status != c.status || got != c.want {
				t.Errorf("%d %q, want %d %q", status, got, c.status, c.want)
			}
		})
	}

	list := []string{"image/png"}
	for _, c := range []struct {
		name, payloadType, body, accept string
		list                            []string
		want                            [3]string // unset, to binary, to text; "500" for an error
	}{
		{"undefined list", "text/plain", b64, "text/plain", nil, [3]string{b64, binary, b64}},
		{"text, text", "text/plain", b64, "text/plain", list, [3]string{b64, binary, b64}},
		{"text, text, no base64", "text/plain", "?!", "text/plain", list, [3]string{"?!", "500", "?!"}},
		{"text, binary", "text/plain", b64, "image/png", list, [3]string{binary, binary, b64}},
		{"text, binary second", "text/plain", b64, "text/plain, image/png", list, [3]string{b64, binary, b64}},
		{"binary, text", "image/png", binary, "text/plain", list, [3]string{b64, binary, b64}},
		{"binary, no Accept", "image/png", binary, "", list, [3]string{b64, binary, b64}},
		{"binary, binary", "image/png", binary, "image/png", list, [3]string{binary, binary, b64}},
	} {
		for i, handling := range []string{"", api.ConvertToBinary, api.ConvertToText} {
			t.Run(fmt.Sprintf("response/%s/%s", c.name, handling), func(t *testing.T) {
				be := startBackend(t, reply200(c.payloadType, c.body))
				b := newAPI()
				b.snapshot.RestApi.BinaryMediaTypes = c.list
				in := httpIntegration(api.IntegrationHTTP, "GET", "http://"+be.addr+"/")
				in.IntegrationResponses["200"].ContentHandling = handling
				b.method("GET", "/x", in)
				if handling == "" {
					b.method("GET", "/proxy", httpIntegration(api.IntegrationHTTPProxy, "GET", "http://"+be.addr+"/"))
				}
				r := b.start(t)
				var header []string
				if c.accept != "" {
					header = []string{"Accept: " + c.accept}
				}
				for _, target := range []string{"/dev/x", "/dev/proxy"} {
					if handling != "" && target == "/dev/proxy" {
						continue
					}
					a := r.get(target, header...)
					got := a.body
					if a.status != 200 {
						got = fmt.Sprint(a.status)
					}
					if got != c.want[i] {
						t.Errorf("%s: %q, want %q", target, got, c.want[i])
					}
				}
			})
		}
	}
}

// TestBinaryMediaTypes has the recorded rows on matching of section 8.
func TestBinaryMediaTypes(t *testing.T) {
	for _, c := range []struct {
		list []string
		mime string
		want bool
	}{
		{nil, "image/png", false},
		{[]string{"image/png"}, "image/png", true},
		{[]string{"image/png"}, "image/*", false},
		{[]string{"image/png"}, "*/*", false},
		{[]string{"*/test"}, "*/test", false},
		{[]string{"*/test"}, "application/test", false},
		{[]string{"application/*"}, "application/whatever", true},
		{[]string{"application/*"}, "application/*", true},
		{[]string{"application/*"}, "application", false},
		{[]string{"*/*"}, "", true},
	} {
		m := compileMediaTypes(c.list)
		if got := m.match(c.mime); got != c.want {
			t.Errorf("%v matches %q: %v, want %v", c.list, c.mime, got, c.want)
		}
	}
}

// TestBackendFailures has the rows of aws-facts/data-plane.md section 14.
func TestBackendFailures(t *testing.T) {
	stalled := startListener(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	reset := startListener(t, func(c net.Conn) {
		buf := make([]byte, 1)
		c.Read(buf)
		c.(*net.TCPConn).SetLinger(0)
	})
	garbage := startListener(t, func(c net.Conn) {
		c.Read(make([]byte, 4096))
		io.WriteString(c, "garbage\r\n\r\n")
	})
	huge := startListener(t, func(c net.Conn) {
		c.Read(make([]byte, 4096))
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx")
		io.Copy(io.Discard, c)
	})
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for _, c := range []struct {
		name, addr string
		status     int
		body       string
	}{
		{"timeout", stalled, 504, `{"message": "Endpoint request timed out"}`},
		{"refused", closed.Addr().String(), 504, `{"message": "Network error communicating with endpoint"}`},
		{"reset", reset, 504, `{"message": "Network error communicating with endpoint"}`},
		{"garbage", garbage, 504, `{"message": "Network error communicating with endpoint"}`},
		{"too large", huge, 500, `{"message": "Internal server error"}`},
	} {
		for _, kind := range []string{api.IntegrationHTTP, api.IntegrationHTTPProxy} {
			t.Run(c.name+"/"+kind, func(t *testing.T) {
				b := newAPI()
				in := httpIntegration(kind, "GET", "http://"+c.addr+"/")
				in.TimeoutInMillis = 20000
				if c.name == "timeout" {
					in.TimeoutInMillis = 100
				}
				b.method("GET", "/x", in)
				a := b.start(t).get("/dev/x")
				if a.status != c.status || a.body != c.body || a.get("x-amzn-ErrorType") != "InternalServerErrorException" {
					t.Errorf("%d %s %v, want %d %s", a.status, a.body, a.header, c.status, c.body)
				}
			})
		}
	}
}

func startListener(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				handle(c)
			}()
		}
	}()
	return ln.Addr().String()
}

// TestHTTPResponses checks selection, templates and mapping on the way back.
func TestHTTPResponses(t *testing.T) {
	be := startBackend(t, "HTTP/1.1 404 Not Found\r\nContent-Length: 16\r\nContent-Type: application/json\r\nX-Two: 1\r\nX-Two: 2\r\n\r\n"+`{"e":{"m":"no"}}`)
	b := newAPI()
	m := b.method("GET", "/x", httpIntegration(api.IntegrationHTTP, "GET", "http://"+be.addr+"/"))
	m.MethodResponses["404"] = &api.MethodResponse{StatusCode: "404"}
	m.MethodIntegration.IntegrationResponses["404"] = &api.IntegrationResponse{
		StatusCode: "404", SelectionPattern: new(`4\d{2}`),
		ResponseParameters: map[string]string{
			"method.response.header.X-Last":  "integration.response.header.X-Two",
			"method.response.header.X-All":   "integration.response.multivalueheader.X-Two",
			"method.response.header.X-Body":  "integration.response.body.e.m",
			"method.response.header.X-None":  "integration.response.header.None",
			"method.response.header.X-Fixed": "'f'",
			"method.response.header.X-Ctx":   "context.httpMethod",
		},
		ResponseTemplates: map[string]string{"application/json": `{"was":$input.json('$.e.m')}`},
	}
	b.method("GET", "/default", httpIntegration(api.IntegrationHTTP, "GET", "http://"+be.addr+"/"))
	none := b.method("GET", "/none", httpIntegration(api.IntegrationHTTP, "GET", "http://"+be.addr+"/"))
	none.MethodIntegration.IntegrationResponses["200"].SelectionPattern = new("200")
	b.method("GET", "/proxy", httpIntegration(api.IntegrationHTTPProxy, "GET", "http://"+be.addr+"/"))
	r := b.start(t)

	a := r.get("/dev/x")
	if a.status != 404 || a.body != `{"was":"no"}` {
		t.Errorf("matched: %d %s", a.status, a.body)
	}
	for name, want := range map[string]string{"X-Last": "2", "X-All": "1,2", "X-Body": "no", "X-None": "", "X-Fixed": "f", "X-Ctx": "GET", "X-Two": ""} {
		if got := a.get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if !strings.HasPrefix(a.get("X-Amzn-Trace-Id"), "Root=1-") {
		t.Errorf("HTTP answers carry X-Amzn-Trace-Id: %v", a.header)
	}
	if a := r.get("/dev/default"); a.status != 200 || a.body != `{"e":{"m":"no"}}` {
		t.Errorf("HTTP with only a default 200 response: %d %s", a.status, a.body)
	}
	if a := r.get("/dev/none"); a.status != 500 || a.body != `{"message": "Internal server error"}` {
		t.Errorf("no match and no default: %d %s", a.status, a.body)
	}
	if a := r.get("/dev/proxy"); a.status != 404 || a.body != `{"e":{"m":"no"}}` || a.has("X-Amzn-Trace-Id") {
		t.Errorf("HTTP_PROXY: %d %s %v", a.status, a.body, a.header)
	}
}

// TestCompression has the rows on compression of aws-facts/data-plane.md section 15.
func TestCompression(t *testing.T) {
	large := strings.Repeat("abcdefgh", 200)
	b := newAPI()
	size := 1000
	b.snapshot.RestApi.MinimumCompressionSize = &size
	b.method("GET", "/large", mockIntegration(large))
	b.method("GET", "/small", mockIntegration("small"))
	in := mockIntegration("x")
	in.RequestTemplates["application/json"] = `{"statusCode": $input.json('$.code')}`
	b.method("POST", "/in", in)
	r := b.start(t)

	a := r.get("/dev/large", "Accept-Encoding: gzip")
	if a.get("Content-Encoding") != "gzip" {
		t.Fatalf("not compressed: %v", a.header)
	}
	zr, err := gzip.NewReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(zr); err != nil || string(got) != large {
		t.Errorf("gzip body is wrong (%v)", err)
	}
	if a := r.get("/dev/large"); a.has("Content-Encoding") || a.body != large {
		t.Error("compressed without Accept-Encoding")
	}
	if a := r.get("/dev/large", "Accept-Encoding: identity"); a.has("Content-Encoding") {
		t.Error("compressed although identity is preferred")
	}
	if a := r.get("/dev/small", "Accept-Encoding: gzip"); a.has("Content-Encoding") {
		t.Error("a small body was compressed")
	}
	var z bytes.Buffer
	zw := gzip.NewWriter(&z)
	io.WriteString(zw, `{"code":200}`)
	zw.Close()
	if a := r.send("POST", "/dev/in", z.String(), "Content-Encoding: gzip"); a.status != 200 {
		t.Errorf("gzip request: %d %s", a.status, a.body)
	}
	for _, c := range []struct{ coding, body string }{{"br", "x"}, {"gzip", "not gzip"}} {
		if a := r.send("POST", "/dev/in", c.body, "Content-Encoding: "+c.coding); a.status != 415 || a.body != `{"message":"Unsupported Media Type"}` {
			t.Errorf("%s: %d %s", c.coding, a.status, a.body)
		}
	}
}
