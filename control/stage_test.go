package control

import (
	"strings"
	"testing"
)

func TestDeployment(t *testing.T) { runScenarios(t, "deployments.json") }

func TestStage(t *testing.T) { runScenarios(t, "stages.json") }

// A stage that cannot be served is refused, with what is wrong, and nothing is stored.
func TestDeploymentThatDoesNotCompile(t *testing.T) {
	f := newFixture(t)
	apiURL, method := f.madeMethod()
	good := f.make("POST", apiURL+"/deployments", `{"stageName":"dev"}`)
	f.make("PUT", method+"/integration", `{"type":"MOCK"}`)
	before := f.records()
	for key, value := range before { // an operation would not let it pass
		if broken := strings.Replace(value, `"type":"MOCK"`, `"type":"MUCK"`, 1); broken != value && strings.HasPrefix(key, "resource/") {
			if err := f.record(key, broken); err != nil {
				t.Fatal(err)
			}
		}
	}
	a := f.do("POST", apiURL+"/deployments", `{"stageName":"dev"}`)
	if a.status != 400 || a.kind != "BadRequestException" || !strings.HasPrefix(a.member("message"), `GET /pets/{id}: unknown integration type "MUCK"`) {
		t.Errorf("%d %s %s", a.status, a.kind, a.body)
	}
	if after := f.records(); len(after) != len(before) {
		t.Errorf("%d records instead of %d", len(after), len(before))
	}
	if s := f.make("GET", apiURL+"/stages/dev", nil); s["deploymentId"] != good["id"] {
		t.Errorf("stage is %v", s)
	}
	broken := f.make("POST", apiURL+"/deployments", `{}`)
	patch := `{"patchOperations":[{"op":"replace","path":"/deploymentId","value":"` + broken["id"].(string) + `"}]}`
	if a := f.do("PATCH", apiURL+"/stages/dev", patch); a.status != 400 || !strings.HasPrefix(a.member("message"), "GET /pets/{id}: ") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := f.do("POST", apiURL+"/stages", map[string]any{"stageName": "s", "deploymentId": broken["id"]}); a.status != 400 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// What a deployment froze stays as it was.
func TestDeploymentIsFrozen(t *testing.T) {
	f := newFixture(t)
	apiURL, method := f.madeMethod()
	d := f.make("POST", apiURL+"/deployments", `{}`)["id"].(string)
	id := strings.TrimPrefix(apiURL, "/restapis/")
	key := "snapshot/us-east-1/" + id + "/" + d
	frozen := f.records()[key]
	if !strings.Contains(frozen, `"deploymentId":"`+d+`"`) || !strings.Contains(frozen, "/pets/{id}") {
		t.Fatalf("snapshot is %s", frozen)
	}
	f.make("DELETE", method, nil)
	f.make("PATCH", apiURL, `{"patchOperations":[{"op":"replace","path":"/name","value":"b"}]}`)
	if got := f.records()[key]; got != frozen {
		t.Errorf("snapshot is now %s", got)
	}
	f.make("DELETE", apiURL+"/deployments/"+d, nil)
	if got, ok := f.records()[key]; ok {
		t.Errorf("left: %s", got)
	}
}

// A stage takes its flush record with it and leaves the usage plans. Each flush writes
// another record, which is what other nodes see.
func TestStageFlushAndDelete(t *testing.T) {
	f := newFixture(t)
	apiURL, _ := f.madeMethod()
	id := strings.TrimPrefix(apiURL, "/restapis/")
	f.make("POST", apiURL+"/deployments", `{"stageName":"dev"}`)
	key := "flush/us-east-1/" + id + "/dev"
	seen := map[string]bool{}
	for _, c := range []struct{ path, last string }{{"data", "cache"}, {"data", "cache"}, {"authorizers", "authorizers"}} {
		f.make("DELETE", apiURL+"/stages/dev/cache/"+c.path, nil)
		got := f.records()[key]
		if !strings.Contains(got, `"last":"`+c.last+`"`) || seen[got] {
			t.Errorf("record is %s", got)
		}
		seen[got] = true
	}
	plan := `{"id":"p1","name":"p","apiStages":[{"apiId":"` + id + `","stage":"dev"},{"apiId":"` + id + `","stage":"other"}]}`
	if err := f.record("usageplan/us-east-1/p1", plan); err != nil {
		t.Fatal(err)
	}
	f.make("DELETE", apiURL+"/stages/dev", nil)
	left := f.records()
	if got, ok := left[key]; ok {
		t.Errorf("left: %s", got)
	}
	if got := left["usageplan/us-east-1/p1"]; strings.Contains(got, `"dev"`) || !strings.Contains(got, `"other"`) {
		t.Errorf("plan is %s", got)
	}
}

// What a stage refers to must be there.
func TestStageReferences(t *testing.T) {
	f := newFixture(t)
	apiURL, _ := f.madeMethod()
	id := strings.TrimPrefix(apiURL, "/restapis/")
	d := f.make("POST", apiURL+"/deployments", `{}`)["id"]
	if err := f.record("documentationversion/us-east-1/"+id+"/1.0", `{"version":"1.0"}`); err != nil {
		t.Fatal(err)
	}
	s := f.make("POST", apiURL+"/stages", map[string]any{"stageName": "dev", "deploymentId": d, "documentationVersion": "1.0"})
	if s["documentationVersion"] != "1.0" {
		t.Errorf("%v", s)
	}
	if err := f.record("clientcertificate/us-east-1/abc123", `{"clientCertificateId":"abc123","pemEncodedCertificate":"none","privateKey":"none"}`); err != nil {
		t.Fatal(err)
	}
	// The certificate is there, and what it is goes to the data plane.
	a := f.do("PATCH", apiURL+"/stages/dev", `{"patchOperations":[{"op":"replace","path":"/clientCertificateId","value":"abc123"}]}`)
	if a.status != 400 || !strings.Contains(a.body, "client certificate abc123") {
		t.Errorf("%d %s", a.status, a.body)
	}
}
