package runtime

import (
	"testing"

	"sluice/api"
)

// TestMock has the rows of aws-facts/data-plane.md section 9.5 and 12.
func TestMock(t *testing.T) {
	withRequest := func(template, response string) *api.Integration {
		in := mockIntegration(response)
		in.RequestTemplates["application/json"] = template
		return in
	}
	for _, c := range []struct {
		name        string
		integration *api.Integration
		body        string
		header      []string
		status      int
		want        string
	}{
		{name: "unquoted key", integration: withRequest(`{statusCode: 200}`, `ok`), status: 200, want: "ok"},
		{name: "string status", integration: withRequest(`{"statusCode": "200"}`, `ok`), status: 500, want: `{"message": "Internal server error"}`},
		{name: "no status", integration: withRequest(`{}`, `ok`), status: 500, want: `{"message": "Internal server error"}`},
		{name: "fraction", integration: withRequest(`{"statusCode": 200.0}`, `ok`), status: 500, want: `{"message": "Internal server error"}`},
		{name: "not JSON", integration: withRequest(`nothing`, `ok`), status: 500, want: `{"message": "Internal server error"}`},
		{name: "status without a response", integration: func() *api.Integration {
			in := withRequest(`{"statusCode": 404}`, `ok`)
			in.IntegrationResponses["200"].SelectionPattern = new("200")
			return in
		}(), status: 500, want: `{"message": "Internal server error"}`},
		{name: "default response takes any status", integration: withRequest(`{"statusCode": 404}`, `ok`), status: 200, want: "ok"},
		{name: "pattern matches", integration: func() *api.Integration {
			in := withRequest(`{"statusCode": 200}`, `ok`)
			in.IntegrationResponses["200"].SelectionPattern = new(`2\d{2}`)
			return in
		}(), status: 200, want: "ok"},
		{name: "pattern must match the whole", integration: func() *api.Integration {
			in := withRequest(`{"statusCode": 200}`, `ok`)
			in.IntegrationResponses["200"].SelectionPattern = new(`2\d`)
			return in
		}(), status: 500, want: `{"message": "Internal server error"}`},
		{name: "response does not see the request template's output", integration: withRequest(`{"statusCode": 200, "x": 1}`, `[$input.json('$')][$input.body]`), body: `{"y":2}`, status: 200, want: "[{}][{}]"},
		{name: "no response template", integration: &api.Integration{
			Type: api.IntegrationMock, RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`},
			IntegrationResponses: map[string]*api.IntegrationResponse{"200": {StatusCode: "200"}},
		}, status: 200, want: ""},
		{name: "no template, no status in the body", integration: &api.Integration{
			Type: api.IntegrationMock, IntegrationResponses: map[string]*api.IntegrationResponse{"200": {StatusCode: "200"}},
		}, body: `{"a":1}`, status: 500, want: `{"message": "Internal server error"}`},
		{name: "no template, status in the body", integration: &api.Integration{
			Type: api.IntegrationMock, IntegrationResponses: map[string]*api.IntegrationResponse{"200": {StatusCode: "200"}},
		}, body: `{"statusCode":200}`, status: 200, want: ""},
		{name: "override in the request template is seen by the response", integration: withRequest(
			`#set($context.responseOverride.status = 444)#set($context.responseOverride.custom = "c")#set($context.requestOverride.path.p = "q"){"statusCode": 200}`,
			`$context.responseOverride.custom $context.requestOverride.path.p`), status: 444, want: "c q"},
		{name: "NEVER without Content-Type", integration: func() *api.Integration {
			in := withRequest(`{"statusCode": 200}`, `ok`)
			in.PassthroughBehavior = api.PassthroughNever
			return in
		}(), body: "x=1", status: 200, want: "ok"},
		{name: "status override that is no status is ignored", integration: withRequest(
			`#set($context.responseOverride.status = 99){"statusCode": 200}`, `ok`), status: 200, want: "ok"},
		{name: "status without method response", integration: &api.Integration{
			Type: api.IntegrationMock, RequestTemplates: map[string]string{"application/json": `{"statusCode": 201}`},
			IntegrationResponses: map[string]*api.IntegrationResponse{"201": {StatusCode: "201", SelectionPattern: new("201")}},
		}, status: 500, want: `{"message": "Internal server error"}`},
		{name: "status without method response, overridden", integration: &api.Integration{
			Type: api.IntegrationMock, RequestTemplates: map[string]string{"application/json": `#set($context.responseOverride.status = 202){"statusCode": 201}`},
			IntegrationResponses: map[string]*api.IntegrationResponse{"201": {StatusCode: "201", SelectionPattern: new("201")}},
		}, status: 202, want: ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newAPI()
			b.method("POST", "/mock", c.integration)
			r := b.start(t)
			a := r.send("POST", "/dev/mock", c.body, c.header...)
			if a.status != c.status || a.body != c.want {
				t.Fatalf("got %d %q, want %d %q", a.status, a.body, c.status, c.want)
			}
			if a.get("Content-Type") != "application/json" {
				t.Errorf("Content-Type is %q", a.get("Content-Type"))
			}
			if a.has("X-Amzn-Trace-Id") {
				t.Error("a MOCK answer has X-Amzn-Trace-Id")
			}
		})
	}
}

// TestResponseTemplateChoice has the rows of aws-facts/data-plane.md section 9.3.
func TestResponseTemplateChoice(t *testing.T) {
	b := newAPI()
	two := mockIntegration(`json`)
	two.IntegrationResponses["200"].ResponseTemplates["text/html"] = `html`
	b.method("GET", "/two", two)
	html := mockIntegration("")
	html.IntegrationResponses["200"].ResponseTemplates = map[string]string{"text/html": `html`}
	html.IntegrationResponses["200"].ResponseParameters = map[string]string{"method.response.header.Content-Type": "'text/html'"}
	b.method("GET", "/html", html)
	r := b.start(t)
	for _, c := range []struct{ target, accept, want, contentType string }{
		{"/dev/two", "", "json", "application/json"},
		{"/dev/two", "application/json", "json", "application/json"},
		{"/dev/two", "text/html;q=0.9, application/json", "html", "application/json"},
		{"/dev/two", "image/png", "json", "application/json"},
		{"/dev/html", "*/*", "html", "text/html"},
		{"/dev/html", "", "html", "text/html"},
	} {
		var header []string
		if c.accept != "" {
			header = []string{"Accept: " + c.accept}
		}
		if a := r.get(c.target, header...); a.body != c.want || a.get("Content-Type") != c.contentType {
			t.Errorf("%s with Accept %q: %q %q, want %q %q", c.target, c.accept, a.body, a.get("Content-Type"), c.want, c.contentType)
		}
	}
}
