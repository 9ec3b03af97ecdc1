package runtime

import (
	"strings"
	"testing"
	"time"

	"sluice/api"
)

const domainEcho = `$context.domainName|$context.domainPrefix|$context.path|$context.stage|$context.apiId|$context.resourcePath`

// TestDomains checks where custom domains lead and the variables that come of them
// (aws-facts: data plane, section 16).
func TestDomains(t *testing.T) {
	r := startGateway(t, Options{})
	build := func(id, stage string) *apiBuilder {
		b := newAPI()
		b.snapshot.RestApi.ID = id
		b.stage.StageName = stage
		b.stage.AccessLogSettings = &api.AccessLogSettings{Format: `$context.requestId $context.customDomain.basePathMatched`}
		for _, path := range []string{"/", "/pets/{id}", "/ping", "/v1"} {
			b.method("GET", path, mockIntegration(domainEcho))
		}
		return b
	}
	r.publish(build("one", "prod"))
	r.publish(build("one", "dev"))
	r.publish(build("two", "prod"))
	r.gateway.SetDomains([]Domain{
		{Name: "API.example.com", Mappings: []Mapping{
			{BasePath: "v1", APIID: "one", Stage: "prod"},
			{BasePath: "v2", APIID: "two"},
			{BasePath: "a/b", APIID: "two", Stage: "prod"},
			{BasePath: "a", APIID: "one", Stage: "dev"},
			{BasePath: "gone", APIID: "three", Stage: "prod"},
			{BasePath: "lost", APIID: "one", Stage: "none"},
			{BasePath: "x$y", APIID: "one", Stage: "prod"},
		}},
		{Name: "root.example.com", Mappings: []Mapping{{BasePath: "(none)", APIID: "one", Stage: "prod"}, {BasePath: "v1", APIID: "two", Stage: "prod"}}},
		{Name: "staged.example.com", Mappings: []Mapping{{APIID: "one"}}},
		{Name: "*.wild.example.com", Mappings: []Mapping{{APIID: "one", Stage: "prod"}}},
		{Name: "own.wild.example.com", Mappings: []Mapping{{APIID: "two", Stage: "prod"}}},
		{Name: "empty.example.com"},
	})
	const apiHost, root, staged = "api.example.com", "root.example.com", "staged.example.com"
	for _, c := range []struct{ name, host, target, want, matched string }{
		{"base path", apiHost, "/v1/pets/7", "api.example.com|api|/v1/pets/7|prod|one|/pets/{id}", "v1"},
		{"base path alone", apiHost, "/v1", "api.example.com|api|/v1|prod|one|/", "v1"},
		{"base path and slash", apiHost, "/v1/", "api.example.com|api|/v1/|prod|one|/", "v1"},
		{"segment that begins like it", apiHost, "/v11/pets/7", "", ""},
		{"case of the path counts", apiHost, "/V1/pets/7", "", ""},
		{"case of the host does not", "ApI.Example.COM", "/v1/pets/7", "api.example.com|api|/v1/pets/7|prod|one|/pets/{id}", "v1"},
		{"port", apiHost + ":8443", "/v1/pets/7", "api.example.com|api|/v1/pets/7|prod|one|/pets/{id}", "v1"},
		{"trailing dot", apiHost + ".", "/v1/pets/7", "api.example.com|api|/v1/pets/7|prod|one|/pets/{id}", "v1"},
		{"trailing dot and port", apiHost + ".:80", "/v1/pets/7", "api.example.com|api|/v1/pets/7|prod|one|/pets/{id}", "v1"},
		{"double slash before the base path", apiHost, "//v1/pets/7", "api.example.com|api|/v1/pets/7|prod|one|/pets/{id}", "v1"},
		{"double slash after it", apiHost, "/v1//pets/7", "api.example.com|api|/v1//pets/7|prod|one|/pets/{id}", "v1"},
		{"encoded base path", apiHost, "/x%24y/pets/7", "api.example.com|api|/x%24y/pets/7|prod|one|/pets/{id}", "x$y"},
		{"stage from the path", apiHost, "/v2/prod/pets/7", "api.example.com|api|/v2/prod/pets/7|prod|two|/pets/{id}", "v2"},
		{"no such stage", apiHost, "/v2/dev/pets/7", "", ""},
		{"stage missing", apiHost, "/v2", "", ""},
		{"longest wins", apiHost, "/a/b/pets/7", "api.example.com|api|/a/b/pets/7|prod|two|/pets/{id}", "a/b"},
		{"shorter of two", apiHost, "/a/pets/7", "api.example.com|api|/a/pets/7|dev|one|/pets/{id}", "a"},
		{"unknown base path", apiHost, "/nope/pets/7", "", ""},
		{"root without a mapping", apiHost, "/", "", ""},
		{"API that is gone", apiHost, "/gone/pets/7", "", ""},
		{"stage that is gone", apiHost, "/lost/pets/7", "", ""},
		{"no base path", root, "/pets/7", "root.example.com|root|/pets/7|prod|one|/pets/{id}", "-"},
		{"no base path, root", root, "/", "root.example.com|root|/|prod|one|/", "-"},
		{"a base path beside none", root, "/v1/pets/7", "root.example.com|root|/v1/pets/7|prod|two|/pets/{id}", "v1"},
		{"forms of the API's own address mean nothing", root, "/_aws/execute-api/one/prod/pets/7", `{"message":"Missing Authentication Token"}`, "-"},
		{"no base path, stage from the path", staged, "/dev/pets/7", "staged.example.com|staged|/dev/pets/7|dev|one|/pets/{id}", "-"},
		{"wildcard", "Any.Wild.example.com", "/pets/7", "Any.Wild.example.com|Any|/pets/7|prod|one|/pets/{id}", "-"},
		{"wildcard, two labels", "a.b.wild.example.com", "/pets/7", "", ""},
		{"own name before the wildcard", "own.wild.example.com", "/pets/7", "own.wild.example.com|own|/pets/7|prod|two|/pets/{id}", "-"},
		{"no mappings", "empty.example.com", "/prod/pets/7", "", ""},
		{"a host of nobody", "other.example.com", "/prod/pets/7", "", ""},
		{"the API's own host", "one.execute-api.us-east-1.amazonaws.com", "/prod/pets/7", "one.execute-api.us-east-1.amazonaws.com|one|/prod/pets/7|prod|one|/pets/{id}", "-"},
		{"reserved path", root, "/ping", "healthy", ""},
		{"reserved path, secure", root, "/sping", "healthy", ""},
		{"reserved below a base path no more", apiHost, "/v1/ping", "api.example.com|api|/v1/ping|prod|one|/ping", "v1"},
		{"not reserved elsewhere", "one.execute-api.us-east-1.amazonaws.com", "/prod/ping", "one.execute-api.us-east-1.amazonaws.com|one|/prod/ping|prod|one|/ping", "-"},
		{"admin paths are not a domain's", root, "/_sluice/health", `{"message":"Missing Authentication Token"}`, "-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r.access.mu.Lock()
			r.access.lines = nil
			r.access.mu.Unlock()
			a := r.get(c.target, "Host: "+c.host)
			want := c.want
			if want == "" {
				want = forbidden
			}
			if a.body != want {
				t.Errorf("%d %s\nwant %s", a.status, a.body, want)
			}
			if forbade := a.status == 403 && a.get("x-amzn-ErrorType") == "ForbiddenException"; forbade != (c.want == "") {
				t.Errorf("status %d, header %v", a.status, a.header)
			}
			r.access.mu.Lock()
			defer r.access.mu.Unlock()
			got := ""
			if len(r.access.lines) > 0 {
				_, got, _ = strings.Cut(r.access.lines[0], " ")
			}
			if got != c.matched {
				t.Errorf("base path matched %q, want %q", got, c.matched)
			}
		})
	}
	r.gateway.SetDomains(nil)
	r.expect("/v1/pets/7", apiHost, 403, forbidden)
}

// TestDomainEvent checks the paths of a proxy event behind a base path.
func TestDomainEvent(t *testing.T) {
	fns := &fakeFunctions{answers: invocations("echo", `{"statusCode":200}`)}
	r := startGateway(t, Options{Functions: fns})
	b := newAPI()
	b.method("GET", "/{proxy+}", functionIntegration(api.IntegrationAWSProxy, "echo"))
	b.method("GET", "/", functionIntegration(api.IntegrationAWSProxy, "echo"))
	r.publish(b)
	r.gateway.SetDomains([]Domain{{Name: "d.example.com", Mappings: []Mapping{
		{BasePath: "v1", APIID: "a1b2c3d4e5", Stage: "dev"}, {BasePath: "any", APIID: "a1b2c3d4e5"}, {APIID: "a1b2c3d4e5", Stage: "dev"},
	}}})
	for _, c := range []struct{ target, path, contextPath string }{
		{"/v1/pets/7", "/v1/pets/7", "/v1/pets/7"},
		{"/v1//pets/7/", "/v1/pets/7/", "/v1//pets/7/"},
		{"/v1", "/v1", "/v1"},
		{"/any/dev/pets", "/any/pets", "/any/dev/pets"},
		{"/pets/7", "/pets/7", "/pets/7"},
		{"/", "/", "/"},
	} {
		r.get(c.target, "Host: d.example.com")
		event := string(fns.last.Payload)
		if !strings.Contains(event, `,"path":"`+c.path+`","httpMethod"`) || !strings.Contains(event, `,"path":"`+c.contextPath+`","accountId"`) {
			t.Errorf("%s: %s\nwant path %s, requestContext.path %s", c.target, event, c.path, c.contextPath)
		}
	}
}

// TestDisabledEndpoint checks that only a custom domain leads to an API with
// disableExecuteApiEndpoint.
func TestDisabledEndpoint(t *testing.T) {
	r := startGateway(t, Options{})
	b := simpleAPI("one", "in")
	b.snapshot.RestApi.DisableExecuteAPIEndpoint = true
	r.publish(b)
	r.gateway.SetDomains([]Domain{{Name: "d.example.com", Mappings: []Mapping{{APIID: "one", Stage: "dev"}}}})
	r.expect("/x", "d.example.com", 200, "in")
	r.expect("/dev/x", "one.execute-api.us-east-1.amazonaws.com", 403, forbidden)
	r.expect("/_aws/execute-api/one/dev/x", "", 403, forbidden)
	r.expect("/restapis/one/dev/_user_request_/x", "", 403, forbidden)
	r.expect("/dev/x", "", 403, forbidden)
}

// TestRegion checks what an API in another region is called.
func TestRegion(t *testing.T) {
	for region, want := range map[string]string{
		"":              "one.execute-api.us-east-1.amazonaws.com arn:aws:execute-api:us-east-1:********0000:one/dev/GET/denied",
		"eu-west-1":     "one.execute-api.eu-west-1.amazonaws.com arn:aws:execute-api:eu-west-1:********0000:one/dev/GET/denied",
		"cn-north-1":    "one.execute-api.cn-north-1.amazonaws.com.cn arn:aws-cn:execute-api:cn-north-1:********0000:one/dev/GET/denied",
		"us-gov-west-1": "one.execute-api.us-gov-west-1.amazonaws.com arn:aws-us-gov:execute-api:us-gov-west-1:********0000:one/dev/GET/denied",
	} {
		r := startGateway(t, Options{})
		b := simpleAPI("one", "$context.domainName")
		b.method("GET", "/denied", mockIntegration("in"))
		b.snapshot.RestApi.Policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/dev/GET/x"}]}`
		s, problems := r.gateway.Compile(Deployment{Snapshot: b.snapshot, Stage: b.stage, Region: region})
		if problems.Fatal() {
			t.Fatal(problems)
		}
		r.gateway.Publish(Publication{APIID: "one", Stage: "dev", Compiled: s})
		denied := r.get("/dev/denied").body
		denied = strings.TrimSuffix(denied[strings.LastIndex(denied, " ")+1:], `"}`)
		if got := r.get("/dev/x").body + " " + denied; got != want {
			t.Errorf("%s: %s\nwant %s", region, got, want)
		}
	}
}

// domainsWith is a table of n domains with one base path each.
func domainsWith(n int) []Domain {
	list := make([]Domain, n)
	for i := range list {
		list[i] = Domain{Name: "d" + itoa(i) + ".example.com", Mappings: []Mapping{{BasePath: "v1", APIID: "api" + itoa(i), Stage: "dev"}}}
	}
	return list
}

// TestSignatureRegion checks that signatures must be made for the API's own region.
func TestSignatureRegion(t *testing.T) {
	r := startGateway(t, Options{})
	b := newAPI()
	b.method("GET", "/x", mockIntegration("in")).AuthorizationType = api.AuthorizationIAM
	s, problems := r.gateway.Compile(Deployment{Snapshot: b.snapshot, Stage: b.stage, Region: "eu-west-1"})
	if problems.Fatal() {
		t.Fatal(problems)
	}
	r.gateway.Publish(Publication{APIID: s.apiID, Stage: s.name, Compiled: s})
	now := time.Now().UTC()
	for region, want := range map[string]string{
		"eu-west-1": `{"message":"The security token included in the request is invalid`,
		"us-east-1": `{"message":"Credential should be scoped to a valid region`,
	} {
		a := r.get("/dev/x", "X-Amz-Date: "+now.Format("20060102T150405Z"),
			"Authorization: AWS4-HMAC-SHA256 Credential=AKID/"+now.Format("20060102")+"/"+region+"/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature="+strings.Repeat("0", 64))
		if a.status != 403 || !strings.HasPrefix(a.body, want) {
			t.Errorf("%s: %d %s, want %s", region, a.status, a.body, want)
		}
	}
}

func FuzzDomain(f *testing.F) {
	for _, path := range []string{"/", "/v1", "/v1/", "//v1//x", "/a/b/c", "/%76%31/x", "/v1%", "/%2f/%2e%2e"} {
		f.Add(path, "v1", "a/b")
	}
	f.Fuzz(func(t *testing.T, path, one, two string) {
		if path == "" || path[0] != '/' {
			return
		}
		d := newDomain("", []Mapping{{BasePath: one, APIID: "one"}, {BasePath: two, APIID: "two"}, {APIID: "rest"}})
		path = oneSlash(path)
		p, own := d.match(path)
		switch {
		case p == nil:
			t.Fatal("nothing, although (none) is there")
		case p == d.rest && own != path:
			t.Fatalf("%q: (none) took a part of the path, %q is left", path, own)
		case p != d.rest && (own != "" && own[0] != '/' || !strings.HasSuffix(path, own) || p.matched == ""):
			t.Fatalf("%q: %q matched, %q is left", path, p.matched, own)
		}
	})
}
