package runtime

import (
	"strings"
	"testing"

	"sluice/api"
)

// TestEmptyTemplates: a template without text stands for its content type and
// leaves the body alone.
func TestEmptyTemplates(t *testing.T) {
	be := startBackend(t, reply200("application/json", `{"from":"backend"}`))
	b := newAPI()
	in := httpIntegration(api.IntegrationHTTP, "POST", "http://"+be.addr+"/")
	in.PassthroughBehavior = api.PassthroughNever
	in.RequestTemplates = map[string]string{"application/json": "", "text/plain": "T"}
	in.IntegrationResponses["200"].ResponseTemplates = map[string]string{"application/json": "", "application/xml": "<x/>"}
	b.method("POST", "/x", in)
	r := b.start(t)
	for _, c := range []struct {
		contentType, accept string
		status              int
		sent, got           string
	}{
		{"", "", 200, "body", `{"from":"backend"}`},
		{"application/json; charset=utf-8", "application/json", 200, "body", `{"from":"backend"}`},
		{"text/plain", "application/xml, application/json", 200, "T", "<x/>"},
		{"TEXT/Plain ;q=1", "image/png", 200, "T", `{"from":"backend"}`},
		{"text/html", "", 415, "", `{"message":"Unsupported Media Type"}`},
	} {
		var header []string
		if c.contentType != "" {
			header = append(header, "Content-Type: "+c.contentType)
		}
		if c.accept != "" {
			header = append(header, "Accept: "+c.accept)
		}
		a := r.send("POST", "/dev/x", "body", header...)
		if a.status != c.status || a.body != c.got || c.sent != "" && be.last(t).body != c.sent {
			t.Errorf("%q, Accept %q: %d %q, sent %q", c.contentType, c.accept, a.status, a.body, be.last(t).body)
		}
	}
}

// TestTemplatesOnBinary: conversions come before templates, and none can be
// applied to binary data. An empty answer is text.
func TestTemplatesOnBinary(t *testing.T) {
	const b64 = "iVBORw=="
	any, png := []string{"*/*"}, []string{"image/png"}
	for _, c := range []struct {
		name          string
		list          []string
		kind          string
		requests      map[string]string // request templates
		handling      string            // of the integration
		contentType   string
		response      string // response template for application/json
		answer        string // contentHandling of the response
		backend       string // its Content-Type
		accept        string
		status        int
		sent, got     string
		responseType  string
		executionLine string
	}{
		{name: "MOCK, everything binary", list: any, kind: api.IntegrationMock, requests: map[string]string{"application/json": `{"statusCode":200}`}, response: "ok", status: 500, responseType: "DEFAULT_5XX", executionLine: "Unable to transform request"},
		{name: "MOCK, everything binary, to text", list: any, kind: api.IntegrationMock, requests: map[string]string{"application/json": `{"statusCode":200}`}, handling: api.ConvertToText, response: "ok", status: 200, got: "ok"},
		{name: "MOCK, everything binary, to text, binary accepted", list: any, kind: api.IntegrationMock, requests: map[string]string{"application/json": `{"statusCode":200}`}, handling: api.ConvertToText, response: "ok", accept: "image/png", status: 200, got: "ok"},
		{name: "MOCK, binary accepted", list: png, kind: api.IntegrationMock, requests: map[string]string{"application/json": `{"statusCode":200}`}, response: "ok", accept: "image/png", status: 200, got: "ok"},
		{name: "binary, template for its type", list: png, requests: map[string]string{"image/png": "T"}, contentType: "image/png", status: 500, responseType: "DEFAULT_5XX", executionLine: "Unable to transform request"},
		{name: "binary, template for another type", list: png, requests: map[string]string{"application/json": "T"}, contentType: "image/png", backend: "text/plain", status: 200, sent: b64, got: b64},
		{name: "binary to text, template", list: png, requests: map[string]string{"image/png": "[$input.body]"}, handling: api.ConvertToText, contentType: "image/png", backend: "text/plain", status: 200, sent: "[aVZCT1J3PT0=]", got: b64},
		{name: "text to binary, template", list: png, requests: map[string]string{"text/plain": "T"}, handling: api.ConvertToBinary, contentType: "text/plain", status: 500, responseType: "DEFAULT_5XX", executionLine: "Unable to transform request"},
		{name: "text to binary, no template for it", list: png, requests: map[string]string{"application/json": "T"}, handling: api.ConvertToBinary, contentType: "text/plain", backend: "text/plain", status: 200, sent: "\x89PNG", got: b64},
		{name: "text, template", list: png, requests: map[string]string{"text/plain": "[$input.body]"}, contentType: "text/plain", backend: "text/plain", response: "<$input.body>", status: 200, sent: "[" + b64 + "]", got: "<" + b64 + ">"},
		{name: "binary answer as base64, template", list: png, backend: "image/png", response: "<$input.body>", accept: "text/plain", status: 200, sent: b64, got: "<aVZCT1J3PT0=>"},
		{name: "binary answer to text, template", list: png, backend: "image/png", response: "<$input.body>", answer: api.ConvertToText, accept: "image/png", status: 200, sent: b64, got: "<aVZCT1J3PT0=>"},
		{name: "binary answer, template", list: png, backend: "image/png", response: "<$input.body>", accept: "image/png", status: 500, responseType: "DEFAULT_5XX", executionLine: "Unable to transform response"},
		{name: "text answer to binary, template", list: png, backend: "text/plain", response: "<$input.body>", answer: api.ConvertToBinary, status: 500, responseType: "DEFAULT_5XX", executionLine: "Unable to transform response"},
		{name: "text answer to binary, no template", list: png, backend: "text/plain", answer: api.ConvertToBinary, status: 200, sent: b64, got: "\x89PNG"},
	} {
		t.Run(c.name, func(t *testing.T) {
			be := startBackend(t, reply200(c.backend, b64))
			b := newAPI()
			b.snapshot.RestApi.BinaryMediaTypes = c.list
			b.stage.MethodSettings = map[string]*api.MethodSetting{"*/*": {LoggingLevel: "INFO", ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1}}
			kind := c.kind
			if kind == "" {
				kind = api.IntegrationHTTP
			}
			in := httpIntegration(kind, "POST", "http://"+be.addr+"/")
			in.RequestTemplates, in.ContentHandling = c.requests, c.handling
			in.IntegrationResponses["200"].ContentHandling = c.answer
			if c.response != "" {
				in.IntegrationResponses["200"].ResponseTemplates = map[string]string{"application/json": c.response}
			}
			b.method("POST", "/x", in)
			b.snapshot.GatewayResponses = []*api.GatewayResponse{{
				ResponseType: api.Default5XX, ResponseParameters: map[string]string{"gatewayresponse.header.X-Type": "context.error.responseType"},
			}}
			r := b.start(t)
			header := []string{"Accept: " + c.accept}
			body := b64
			if c.contentType != "" {
				header = append(header, "Content-Type: "+c.contentType)
			}
			a := r.send("POST", "/dev/x", body, header...)
			if a.status != c.status || a.get("X-Type") != c.responseType || c.status == 200 && a.body != c.got {
				t.Errorf("%d %q %q, want %d %q %q", a.status, a.body, a.get("X-Type"), c.status, c.got, c.responseType)
			}
			if c.sent != "" && be.last(t).body != c.sent {
				t.Errorf("sent %q, want %q", be.last(t).body, c.sent)
			}
			if lines := strings.Join(r.execLog.lines, "\n"); !strings.Contains(lines, c.executionLine) {
				t.Errorf("the log lacks %q:\n%s", c.executionLine, lines)
			}
		})
	}
}

// TestBinaryInLog: the execution log does not show binary data, and shows the
// answer as it was before compression.
func TestBinaryInLog(t *testing.T) {
	be := startBackend(t, reply200("image/png", "\x89PNG"))
	b := newAPI()
	size := 0
	b.snapshot.RestApi.BinaryMediaTypes, b.snapshot.RestApi.MinimumCompressionSize = []string{"image/png"}, &size
	b.stage.MethodSettings = map[string]*api.MethodSetting{"*/*": {LoggingLevel: "INFO", DataTraceEnabled: true, ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1}}
	b.method("POST", "/x", httpIntegration(api.IntegrationHTTP, "POST", "http://"+be.addr+"/"))
	b.method("GET", "/text", mockIntegration("plain"))
	r := b.start(t)
	r.send("POST", "/dev/x", "\x89PNG", "Content-Type: image/png", "Accept: image/png", "Accept-Encoding: gzip")
	r.get("/dev/text", "Accept-Encoding: gzip")
	log := strings.Join(r.execLog.lines, "\n")
	for _, line := range []string{
		"Method request body before transformations: [Binary Data]", "Endpoint request body after transformations: [Binary Data]",
		"Endpoint response body before transformations: [Binary Data]", "Method response body after transformations: [Binary Data]",
		"Method response body after transformations: plain",
	} {
		if !strings.Contains(log, line) {
			t.Errorf("the log lacks %q:\n%s", line, log)
		}
	}
}
