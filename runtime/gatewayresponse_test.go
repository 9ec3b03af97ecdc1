package runtime

import (
	"regexp"
	"strings"
	"testing"

	"sluice/api"
)

// bearerText is what public field reports show of a Bearer token on a path that
// does not exist.
const bearerText = `{"message":"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'uTem/WB082UJMN2ajD6lH6UChGpTAddMJSx2iu923No='."}`

// TestGatewayAnswers has the client-visible bytes of answers that the gateway
// itself gives (aws-facts: data plane, sections 1, 2 and 11).
func TestGatewayAnswers(t *testing.T) {
	b := newAPI()
	b.method("GET", "/pets", mockIntegration(`{}`))
	b.method("GET", "/keyed", mockIntegration(`{}`)).APIKeyRequired = true
	strict := b.method("POST", "/strict", mockIntegration(`{}`))
	strict.MethodIntegration.PassthroughBehavior = api.PassthroughNever
	broken := b.method("GET", "/broken", mockIntegration(`{}`))
	broken.MethodIntegration.RequestTemplates["application/json"] = `{"statusCode": "200"}`
	r := b.start(t)

	for _, c := range []struct {
		name, method, target, body string
		header                     []string
		status                     int
		errorType, want            string
	}{
		{name: "no such path", method: "GET", target: "/dev/nope", status: 403, errorType: "MissingAuthenticationTokenException", want: `{"message":"Missing Authentication Token"}`},
		{name: "no such method", method: "DELETE", target: "/dev/pets", status: 403, errorType: "MissingAuthenticationTokenException", want: `{"message":"Missing Authentication Token"}`},
		{name: "no such path, with a token", method: "GET", target: "/dev/nope", header: []string{"Authorization: Bearer x"}, status: 403, errorType: "IncompleteSignatureException", want: bearerText},
		{name: "unknown verb", method: "PROPFIND", target: "/dev/pets", status: 403, errorType: "MissingAuthenticationTokenException", want: `{"message":"Missing Authentication Token"}`},
		{name: "no such stage", method: "GET", target: "/prod/pets", status: 403, errorType: "ForbiddenException", want: `{"message":"Forbidden"}`},
		{name: "no stage", method: "GET", target: "/", status: 403, errorType: "ForbiddenException", want: `{"message":"Forbidden"}`},
		{name: "unknown API by host", method: "GET", target: "/dev/pets", header: []string{"Host: zzzz.execute-api.us-east-1.amazonaws.com"}, status: 403, errorType: "ForbiddenException", want: `{"message":"Forbidden"}`},
		{name: "key required", method: "GET", target: "/dev/keyed", header: []string{"X-API-Key: abcdefghijklmnopqrstuvwxyz"}, status: 403, errorType: "ForbiddenException", want: `{"message":"Forbidden"}`},
		{name: "media type refused", method: "POST", target: "/dev/strict", body: "<a/>", header: []string{"Content-Type: application/xml"}, status: 415, errorType: "BadRequestException", want: `{"message":"Unsupported Media Type"}`},
		{name: "500 has a blank after the colon", method: "GET", target: "/dev/broken", status: 500, errorType: "InternalServerErrorException", want: `{"message": "Internal server error"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := r.send(c.method, c.target, c.body, c.header...)
			if a.status != c.status || a.body != c.want {
				t.Fatalf("got %d %s, want %d %s", a.status, a.body, c.status, c.want)
			}
			if got := a.get("x-amzn-ErrorType"); got != c.errorType {
				t.Errorf("x-amzn-ErrorType %q, want %q", got, c.errorType)
			}
			if got := a.get("Content-Type"); got != "application/json" {
				t.Errorf("Content-Type %q", got)
			}
			if !isUUID(a.get("x-amzn-RequestId")) || a.get("x-amz-apigw-id") == "" || a.get("Date") == "" || a.get("Connection") != "keep-alive" {
				t.Errorf("header %v lacks an identifier, Date or Connection", a.header)
			}
			if a.has("X-Amzn-Trace-Id") {
				t.Error("an error answer has X-Amzn-Trace-Id")
			}
		})
	}
}

// TestCustomGatewayResponses checks customisation and inheritance.
func TestCustomGatewayResponses(t *testing.T) {
	b := newAPI()
	b.stage.Variables = map[string]string{"env": "blue"}
	b.method("GET", "/keyed", mockIntegration(`{}`)).APIKeyRequired = true
	broken := b.method("GET", "/broken", mockIntegration(`{}`))
	broken.MethodIntegration.RequestTemplates["application/json"] = `no json {`
	b.snapshot.GatewayResponses = []*api.GatewayResponse{
		{
			ResponseType: api.MissingAuthenticationToken, StatusCode: "404",
			ResponseParameters: map[string]string{
				"gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
				"gatewayresponse.header.X-Query":                     "method.request.querystring.q",
				"gatewayresponse.header.X-Header":                    "method.request.header.X-In",
				"gatewayresponse.header.X-Missing":                   "method.request.header.Nope",
				"gatewayresponse.header.X-Type":                      "context.error.responseType",
				"gatewayresponse.header.X-Stage":                     "stageVariables.env",
			},
			ResponseTemplates: map[string]string{
				"application/json": `{"m":$context.error.messageString,"t":"$context.error.responseType","p":"$context.path","q":"$method.request.querystring.q","v":"$stageVariables.env","none":"$context.error.validationErrorString"}`,
				"text/html":        `<p>$context.error.message</p>`,
			},
		},
		{ResponseType: api.Default4XX, StatusCode: "418", ResponseParameters: map[string]string{"gatewayresponse.header.X-Default": "'4'"}},
		{ResponseType: api.Default5XX, ResponseTemplates: map[string]string{"application/json": `{"five":$context.error.messageString}`}},
	}
	r := b.start(t)

	a := r.get("/dev/nope?q=a%20b", "X-In: hi")
	if a.status != 404 || a.body != `{"m":"Missing Authentication Token","t":"MISSING_AUTHENTICATION_TOKEN","p":"/dev/nope","q":"a b","v":"blue","none":""}` {
		t.Errorf("customised: %d %s", a.status, a.body)
	}
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "*", "X-Query": "a b", "X-Header": "hi", "X-Missing": "",
		"X-Type": "MISSING_AUTHENTICATION_TOKEN", "X-Stage": "blue", "Content-Type": "application/json",
		"x-amzn-ErrorType": "MissingAuthenticationTokenException",
	} {
		if got := a.get(name); got != want {
			t.Errorf("header %s is %q, want %q", name, got, want)
		}
	}
	if a := r.get("/dev/nope", "Accept: text/html,application/json"); a.body != "<p>Missing Authentication Token</p>" || a.get("Content-Type") != "text/html" {
		t.Errorf("by Accept: %s %s", a.get("Content-Type"), a.body)
	}
	if a := r.get("/dev/nope", "Accept: image/png"); !strings.HasPrefix(a.body, `{"m":`) {
		t.Errorf("unknown Accept falls back to JSON: %s", a.body)
	}
	if a := r.get("/dev/keyed"); a.status != 418 || a.body != `{"message":"Forbidden"}` || a.get("X-Default") != "4" {
		t.Errorf("DEFAULT_4XX: %d %s %v", a.status, a.body, a.header)
	}
	if a := r.get("/dev/broken"); a.status != 500 || a.body != `{"five":"Internal server error"}` {
		t.Errorf("DEFAULT_5XX: %d %s", a.status, a.body)
	}
}

// TestRequestIDs checks the rules of aws-facts/data-plane.md section 4.6.
func TestRequestIDs(t *testing.T) {
	b := newAPI()
	b.method("GET", "/id", mockIntegration(`$context.requestId $context.extendedRequestId`))
	r := b.start(t)
	a := r.get("/dev/id")
	if want := a.get("x-amzn-RequestId") + " " + a.get("x-amz-apigw-id"); a.body != want {
		t.Errorf("context has %q, headers %q", a.body, want)
	}
	const own = "7f2c1a7e-1d2b-4c7e-9a55-0f3e2b1c4d5e"
	if a := r.get("/dev/id", "x-amzn-RequestId: "+own); a.get("x-amzn-RequestId") != own || !strings.HasPrefix(a.body, own) {
		t.Errorf("a client's UUID is not taken: %v %s", a.header, a.body)
	}
	if a := r.get("/dev/id", "x-amzn-RequestId: nonsense"); !regexp.MustCompile(`^UUID_REPLACED_INVALID_REQUEST_ID `).MatchString(a.body) || !isUUID(a.get("x-amzn-RequestId")) {
		t.Errorf("a client's non-UUID: %v %s", a.header, a.body)
	}
}

// TestValidation has the rows of aws-facts/data-plane.md section 11.
func TestValidation(t *testing.T) {
	b := newAPI()
	b.snapshot.RequestValidators = []*api.RequestValidator{
		{ID: "both", ValidateRequestBody: true, ValidateRequestParameters: true},
		{ID: "params", ValidateRequestParameters: true},
		{ID: "body", ValidateRequestBody: true},
	}
	b.snapshot.Models = []*api.Model{
		{Name: "Pet", ContentType: "application/json", Schema: `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","required":["a"],"properties":{"a":{"type":"integer"},"next":{"$ref":"https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/Pet"}}}`},
		{Name: "Any", ContentType: "application/json", Schema: `{}`},
	}
	params := map[string]bool{
		"method.request.header.x-header-param": true, "method.request.path.issuer": true,
		"method.request.querystring.qs1": true, "method.request.querystring.optional": false,
	}
	for path, validator := range map[string]string{"/both/{issuer}": "both", "/params": "params", "/body": "body", "/none": ""} {
		m := b.method("POST", path, mockIntegration(`ok`))
		m.RequestParameters, m.RequestValidatorID = params, validator
		m.RequestModels = map[string]string{"application/json": "Pet"}
	}
	get := b.method("GET", "/body", mockIntegration(`ok`))
	get.RequestValidatorID, get.RequestModels = "body", map[string]string{"application/json": "Pet"}
	fallback := b.method("PUT", "/body", mockIntegration(`ok`))
	fallback.RequestValidatorID, fallback.RequestModels = "body", map[string]string{"$default": "Pet"}
	fallback.MethodIntegration.RequestTemplates["text/plain"] = `{"statusCode": 200}`
	b.snapshot.GatewayResponses = []*api.GatewayResponse{{
		ResponseType:      api.BadRequestBody,
		ResponseTemplates: map[string]string{"application/json": `$context.error.message $context.error.validationErrorString`},
	}}
	r := b.start(t)

	const missing = `{"message":"Missing required request parameters: [`
	const body = `Invalid request body `
	for _, c := range []struct {
		name, method, target, body string
		header                     []string
		status                     int
		want                       string
	}{
		{name: "header, query missing; order header, path, query", method: "POST", target: "/dev/both/x", status: 400, want: missing + `x-header-param, qs1]"}`},
		{name: "path parameter that the resource lacks", method: "POST", target: "/dev/params", status: 400, want: missing + `x-header-param, issuer, qs1]"}`},
		{name: "blank counts as missing", method: "POST", target: "/dev/both/x?qs1=%20", header: []string{"x-header-param: 1"}, status: 400, want: missing + `qs1]"}`},
		{name: "header names are compared by case", method: "POST", target: "/dev/both/x?qs1=1", header: []string{"X-Header-Param: 1"}, status: 400, want: missing + `x-header-param]"}`},
		{name: "parameters before the body", method: "POST", target: "/dev/both/x", body: `{}`, status: 400, want: missing + `x-header-param, qs1]"}`},
		{name: "all there", method: "POST", target: "/dev/both/x?qs1=1", body: `{"a":1}`, header: []string{"x-header-param: 1"}, status: 200, want: "ok"},
		{name: "body bad", method: "POST", target: "/dev/both/x?qs1=1", body: `{"b":1}`, header: []string{"x-header-param: 1"}, status: 400, want: body + `[object has missing required properties ([\"a\"])]`},
		{name: "only the body is validated", method: "POST", target: "/dev/body", body: `{"a":2}`, status: 200, want: "ok"},
		{name: "model refers to itself", method: "POST", target: "/dev/body", body: `{"a":2,"next":{"a":3,"next":{}}}`, status: 400, want: body + `[object has missing required properties ([\"a\"])]`},
		{name: "not JSON", method: "POST", target: "/dev/body", body: `hello`, status: 400, want: body},
		{name: "empty body, as a log of the service words it", method: "GET", target: "/dev/body", status: 400, want: body + `[Unknown error parsing request body]`},
		{name: "no model for the type: passes to the next step", method: "POST", target: "/dev/body", body: `x`, header: []string{"Content-Type: application/json; charset=utf-8"}, status: 400, want: body},
		{name: "$default model", method: "PUT", target: "/dev/body", body: `{}`, header: []string{"Content-Type: text/plain"}, status: 400, want: body + `[object has missing required properties ([\"a\"])]`},
		{name: "no validator", method: "POST", target: "/dev/none", body: `{}`, status: 200, want: "ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := r.send(c.method, c.target, c.body, c.header...)
			if a.status != c.status || !strings.HasPrefix(a.body, c.want) || c.want != body && a.body != c.want {
				t.Errorf("got %d %s, want %d %s", a.status, a.body, c.status, c.want)
			}
		})
	}
}

// TestGatewayResponseClasses checks what a type takes from DEFAULT_4XX and
// DEFAULT_5XX: everything when it is not customised, else only the status.
func TestGatewayResponseClasses(t *testing.T) {
	b := newAPI()
	b.method("GET", "/keyed", mockIntegration(`{}`)).APIKeyRequired = true
	broken := b.method("GET", "/broken", mockIntegration(`{}`))
	broken.MethodIntegration.RequestTemplates["application/json"] = `no json {`
	strict := b.method("POST", "/strict", mockIntegration(`{}`))
	strict.MethodIntegration.PassthroughBehavior = api.PassthroughNever
	b.snapshot.GatewayResponses = []*api.GatewayResponse{
		{ResponseType: api.Default4XX, StatusCode: "418", ResponseParameters: map[string]string{"gatewayresponse.header.X-Class": "'4'"}},
		{ResponseType: api.Default5XX, ResponseParameters: map[string]string{"gatewayresponse.header.X-Class": "'5'"}},
		{ResponseType: api.InvalidAPIKey, ResponseParameters: map[string]string{
			"gatewayresponse.header.WWW-Authenticate": `'Basic realm="x"'`, "gatewayresponse.header.Server": "'mine'",
		}},
		{ResponseType: api.InvalidSignature, StatusCode: "419"},
		{ResponseType: api.UnsupportedMediaType, StatusCode: "406", ResponseTemplates: map[string]string{
			"text/plain; charset=utf-8": "$context.error.message", "application/json": "{}",
		}},
	}
	r := b.start(t)
	for _, c := range []struct {
		name   string
		answer *answer
		status int
		want   map[string]string
		body   string
	}{
		{"not customised", r.get("/dev/nope"), 418, map[string]string{"X-Class": "4"}, `{"message":"Missing Authentication Token"}`},
		{"customised without a status", r.get("/dev/keyed"), 418, map[string]string{
			"X-Class": "", "WWW-Authenticate": `Basic realm="x"`, "x-amzn-Remapped-Server": "mine",
		}, `{"message":"Forbidden"}`},
		{
			"customised with a status", r.send("POST", "/dev/strict", "x", "Content-Type: a/b", "Accept: text/plain"), 406,
			map[string]string{"X-Class": "", "Content-Type": "text/plain; charset=utf-8"},
			"Unsupported Media Type",
		},
		{"no route and no signature", r.get("/dev/nope", "Authorization: Bearer x"), 418, map[string]string{"X-Class": "4"}, bearerText},
		{"5XX", r.get("/dev/broken"), 500, map[string]string{"X-Class": "5"}, `{"message": "Internal server error"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.answer.status != c.status || c.answer.body != c.body {
				t.Errorf("%d %s, want %d %s", c.answer.status, c.answer.body, c.status, c.body)
			}
			for name, want := range c.want {
				if got := c.answer.get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}
