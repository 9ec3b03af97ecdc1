package control

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"sluice/api"
	"sluice/throttle"
)

func TestUsagePlan(t *testing.T) { runScenarios(t, "usageplan.json") }

// Rates have a fraction on the wire, all else has none (recorded).
func TestUsagePlanNumbers(t *testing.T) {
	f := newFixture(t)
	a := f.do("POST", "/usageplans", `{"name":"n","throttle":{"burstLimit":1,"rateLimit":2},"quota":{"limit":10,"period":"DAY"}}`)
	id := f.text(f.make("GET", "/usageplans", nil)["item"].([]any)[0].(map[string]any), "id")
	want := `{"id":"` + id + `","name":"n","apiStages":[],"throttle":{"burstLimit":1,"rateLimit":2.0},"quota":{"limit":10,"offset":0,"period":"DAY"}}`
	if a.body != want {
		t.Errorf("%s\nwant %s", a.body, want)
	}
}

func TestUsagePlanLimits(t *testing.T) {
	f := newFixture(t)
	for i := range maxUsagePlans {
		if err := f.record(fmt.Sprintf("usageplan/us-east-1/p%d", i), fmt.Sprintf(`{"id":"p%d","name":"n","apiStages":[]}`, i)); err != nil {
			t.Fatal(err)
		}
	}
	f.refuses("POST", "/usageplans", `{"name":"n"}`, 429, "LimitExceededException",
		"Maximum number of Usage Plans for this account has been reached.  Please contact AWS if you need additional Usage Plans.")
	key := f.text(f.make("POST", "/apikeys", `{}`), "id")
	join := map[string]any{"keyId": key, "keyType": "API_KEY"}
	for i := range maxPlansOfKey {
		f.make("POST", fmt.Sprintf("/usageplans/p%d/keys", i), join)
	}
	f.refuses("POST", "/usageplans/p20/keys", join, 429, "LimitExceededException", "Maximum number of Usage Plans for this API Key has been reached.")

	throttles := map[string]any{}
	for i := range maxMethodThrottles + 1 {
		throttles[fmt.Sprintf("/p%d/GET", i)] = map[string]any{"burstLimit": 1}
	}
	text, err := json.Marshal(throttles)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.record("usageplan/us-east-1/p0", `{"id":"p0","name":"n","apiStages":[{"apiId":"a","stage":"s"}]}`); err != nil {
		t.Fatal(err)
	}
	f.refuses("PATCH", "/usageplans/p0", map[string]any{"patchOperations": []any{map[string]any{"op": "add", "path": "/apiStages/a:s/throttle", "value": string(text)}}},
		429, "LimitExceededException", "Maximum number of method throttle settings for API Stage a:s has been reached.")
}

func TestUsagePlanThrottled(t *testing.T) {
	rate, burst := api.Double(2), int64(3)
	r := &usagePlanRecord{
		ID: "p", Name: "n", Throttle: &planThrottle{RateLimit: &rate, BurstLimit: &burst}, Quota: &planQuota{Limit: 10, Offset: 1, Period: "WEEK"},
		APIStages: []*planStage{{APIID: "a", Stage: "s", Throttle: map[string]*planThrottle{"/x/GET": {RateLimit: &rate}}}},
	}
	number := 2.0
	want := throttle.Plan{
		ID: "p", Name: "n", Throttle: throttle.Throttle{RateLimit: &number, BurstLimit: &burst}, Quota: &throttle.Quota{Limit: 10, Offset: 1, Period: "WEEK"},
		Stages: []throttle.PlanStage{{APIID: "a", Stage: "s", Throttle: map[string]throttle.Throttle{"/x/GET": {RateLimit: &number}}}},
	}
	if got := r.throttled(); !reflect.DeepEqual(got, want) || got.Validate() != nil {
		t.Errorf("%+v", got)
	}
	if got := (&usagePlanRecord{ID: "p"}).throttled(); !reflect.DeepEqual(got, throttle.Plan{ID: "p"}) {
		t.Errorf("%+v", got)
	}
}

func TestMethodThrottlePath(t *testing.T) {
	for path, want := range map[string]string{
		"/apiStages/a:s/throttle/~1pets~1{id}/GET":            "/apiStages/a:s/throttle/~1pets~1{id}/GET",
		"/apiStages/a:s/throttle/~1/GET/rateLimit":            "/apiStages/a:s/throttle/~1/GET/rateLimit",
		"/apiStages/a:s/throttle//GET/burstLimit":             "/apiStages/a:s/throttle/~1/GET/burstLimit",
		"/apiStages/a:s/throttle/pets/GET":                    "/apiStages/a:s/throttle/~1pets/GET",
		"/apiStages/a:s/throttle//pets/{id}/GET/rateLimit":    "/apiStages/a:s/throttle/~1pets~1{id}/GET/rateLimit",
		"/apiStages/a:s/throttle/~1a~0b/ANY":                  "/apiStages/a:s/throttle/~1a~0b/ANY",
		"/apiStages/a:s/throttle/~1pets/get":                  "/apiStages/a:s/throttle/~1pets/get",
		"/apiStages/a:s/throttle":                             "/apiStages/a:s/throttle",
		"/apiStages/a:s/throttle/":                            "/apiStages/a:s/throttle/",
		"/apiStages/a/b/throttle/~1x/GET":                     "/apiStages/a/b/throttle/~1x/GET",
		"/throttle/rateLimit":                                 "/throttle/rateLimit",
		"/apiStages/a:s/throttle/~1rateLimit/rateLimit/GET":   "/apiStages/a:s/throttle/~1rateLimit~1rateLimit/GET",
		"/apiStages/a:s/throttle/GET":                         "/apiStages/a:s/throttle/GET",
		"/apiStages/a:s/throttle/~1throttle~1/POST/rateLimit": "/apiStages/a:s/throttle/~1throttle~1/POST/rateLimit",
	} {
		if got := methodThrottlePath(path); got != want {
			t.Errorf("%s is %s, not %s", path, got, want)
		}
	}
}
