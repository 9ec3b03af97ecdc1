package runtime

import (
	"encoding/json"
	"strings"
	"testing"

	"sluice/api"
)

// TestAddresses checks the forms of an address and the variables that come of them.
func TestAddresses(t *testing.T) {
	b := newAPI()
	b.method("GET", "/pets/{id}", mockIntegration(`$context.domainName $context.domainPrefix $context.path $context.resourcePath $context.stage $context.apiId $input.params('id')`))
	r := b.start(t)
	const own = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
	for _, c := range []struct{ name, target, host, want string }{
		{"host", "/dev/pets/7", "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com:4566", "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com a1b2c3d4e5 /dev/pets/7 /pets/{id} dev a1b2c3d4e5 7"},
		{"host, other suffix", "/dev/pets/7", "a1b2c3d4e5.execute-api.localhost", "a1b2c3d4e5.execute-api.localhost a1b2c3d4e5 /dev/pets/7 /pets/{id} dev a1b2c3d4e5 7"},
		{"private host", "/dev/pets/7", "a1b2c3d4e5-vpce-0a1b.execute-api.us-east-1.amazonaws.com", "a1b2c3d4e5-vpce-0a1b.execute-api.us-east-1.amazonaws.com a1b2c3d4e5-vpce-0a1b /dev/pets/7 /pets/{id} dev a1b2c3d4e5 7"},
		{"_aws", "/_aws/execute-api/a1b2c3d4e5/dev/pets/7", "", own + " a1b2c3d4e5 /dev/pets/7 /pets/{id} dev a1b2c3d4e5 7"},
		{"_user_request_", "/restapis/a1b2c3d4e5/dev/_user_request_/pets/7", "", own + " a1b2c3d4e5 /dev/pets/7 /pets/{id} dev a1b2c3d4e5 7"},
		{"the only API", "/dev/pets/7", "", own + " a1b2c3d4e5 /dev/pets/7 /pets/{id} dev a1b2c3d4e5 7"},
		{"double slash before the stage", "//dev/pets/7", "", own + " a1b2c3d4e5 /dev/pets/7 /pets/{id} dev a1b2c3d4e5 7"},
		{"double slash after the stage", "/dev//pets/7", "", own + " a1b2c3d4e5 /dev//pets/7 /pets/{id} dev a1b2c3d4e5 7"},
		{"trailing slash", "/dev/pets/7/", "", own + " a1b2c3d4e5 /dev/pets/7/ /pets/{id} dev a1b2c3d4e5 7"},
		{"encoding stays", "/dev/pets/a%2Bb", "", own + " a1b2c3d4e5 /dev/pets/a%2Bb /pets/{id} dev a1b2c3d4e5 a%2Bb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var header []string
			if c.host != "" {
				header = []string{"Host: " + c.host}
			}
			if a := r.get(c.target, header...); a.status != 200 || a.body != c.want {
				t.Errorf("%d %s\nwant %s", a.status, a.body, c.want)
			}
		})
	}
	const endpoint = "Host: vpce-0a1b-2c3d.execute-api.us-east-1.vpce.amazonaws.com"
	if a := r.get("/dev/pets/7", endpoint, "X-Apigw-Api-Id: a1b2c3d4e5"); a.status != 200 {
		t.Errorf("VPC endpoint with a header: %d %s", a.status, a.body)
	}
	for _, header := range []string{"X-Other: 1", "x-apigw-api-id: none"} {
		if a := r.get("/dev/pets/7", endpoint, header); a.status != 403 || a.body != `{"message":"Forbidden"}` {
			t.Errorf("VPC endpoint with %q: %d %s", header, a.status, a.body)
		}
	}
	other := newAPI()
	other.snapshot.RestApi.ID = "second"
	other.method("GET", "/x", mockIntegration(`second`))
	r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage}, Deployment{Snapshot: other.snapshot, Stage: other.stage})
	if a := r.get("/dev/pets/7"); a.status != 403 || a.body != `{"message":"Forbidden"}` {
		t.Errorf("with two APIs the short form names none: %d %s", a.status, a.body)
	}
	if a := r.get("/_aws/execute-api/second/dev/x"); a.body != "second" {
		t.Errorf("second API: %d %s", a.status, a.body)
	}
}

func TestCanary(t *testing.T) {
	b := newAPI()
	b.stage.Variables = map[string]string{"v": "stage", "w": "stage"}
	b.method("GET", "/x", mockIntegration(`base $stageVariables.v $stageVariables.w $context.isCanaryRequest $context.deploymentId`))
	c := newAPI()
	c.snapshot.DeploymentID = "canary"
	c.method("GET", "/x", mockIntegration(`canary $stageVariables.v $stageVariables.w $context.isCanaryRequest $context.deploymentId`))
	b.stage.CanarySettings = &api.CanarySettings{PercentTraffic: 50, StageVariableOverrides: map[string]string{"v": "canary"}}
	r := startGateway(t, Options{})
	r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage, Canary: c.snapshot})
	seen := map[string]bool{}
	for range 200 {
		seen[r.get("/dev/x").body] = true
	}
	if len(seen) != 2 || !seen["base stage stage false dep123"] || !seen["canary canary stage true canary"] {
		t.Errorf("answers %v", seen)
	}
	for percent, want := range map[float64]string{0: "base", 100: "canary"} {
		b.stage.CanarySettings.PercentTraffic = api.Double(percent)
		r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage, Canary: c.snapshot})
		for range 20 {
			if got := r.get("/dev/x").body; !strings.HasPrefix(got, want) {
				t.Fatalf("at %v percent: %s", percent, got)
			}
		}
	}
}

func TestAccessLog(t *testing.T) {
	b := newAPI()
	b.stage.AccessLogSettings = &api.AccessLogSettings{Format: `{"id":"$context.requestId","ip":"$context.identity.sourceIp","verb":"$context.httpMethod","path":"$context.path","resource":"$context.resourcePath","status":"$context.status","length":"$context.responseLength","protocol":"$context.protocol","error":"$context.error.message","type":"$context.error.responseType","latency":"$context.responseLatency","integration":"$context.integrationLatency","agent":"$context.identity.userAgent"}`}
	b.method("GET", "/x", mockIntegration(`hello`))
	r := b.start(t)
	a := r.get("/dev/x", "User-Agent: a\"b")
	b2 := r.get("/dev/nope")
	r.access.mu.Lock()
	defer r.access.mu.Unlock()
	if len(r.access.lines) != 2 {
		t.Fatalf("%d lines, want one a request: %q", len(r.access.lines), r.access.lines)
	}
	if !strings.Contains(r.access.lines[0], `"id":"`+a.get("x-amzn-RequestId")+`"`) ||
		!strings.Contains(r.access.lines[0], `"ip":"127.0.0.1","verb":"GET","path":"/dev/x","resource":"/x","status":"200","length":"5","protocol":"HTTP/1.1","error":"-","type":"-"`) {
		t.Errorf("line %s", r.access.lines[0])
	}
	var line map[string]string
	if err := json.Unmarshal([]byte(r.access.lines[1]), &line); err != nil {
		t.Fatal(err)
	}
	if line["id"] != b2.get("x-amzn-RequestId") || line["status"] != "403" || line["type"] != "MISSING_AUTHENTICATION_TOKEN" || line["resource"] != "-" || line["integration"] != "-" {
		t.Errorf("line %s", r.access.lines[1])
	}
}
