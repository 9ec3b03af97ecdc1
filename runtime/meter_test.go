package runtime

import (
	"context"
	"testing"

	"sluice/api"
	"sluice/throttle"
	"sluice/throttle/ledger"
)

// TestMeter checks what clients see of keys, throttles and quotas (aws-facts:
// usage plans and throttling, sections 1 and 2).
func TestMeter(t *testing.T) {
	rate := 0.001
	burst := int64(2)
	l := throttle.New(throttle.Options{})
	const good, disabled, loose, quota = "good-key-0123456789abc", "disabled-key-0123456789", "loose-key-0123456789abc", "quota-key-0123456789abc"
	err := l.Apply(context.Background(), throttle.Config{
		NoAccountLimit: true,
		Keys: []throttle.Key{
			{ID: "k1", Value: good, Enabled: true},
			{ID: "k2", Value: disabled},
			{ID: "k3", Value: loose, Enabled: true},
			{ID: "k4", Value: quota, Enabled: true},
		},
		Plans: []throttle.Plan{
			{ID: "p1", Stages: []throttle.PlanStage{{APIID: "a1b2c3d4e5", Stage: "dev"}}, Throttle: throttle.Throttle{RateLimit: &rate, BurstLimit: &burst}, Keys: []string{"k1", "k2"}},
			{ID: "p2", Stages: []throttle.PlanStage{{APIID: "a1b2c3d4e5", Stage: "other"}}, Keys: []string{"k3"}},
			{ID: "p3", Stages: []throttle.PlanStage{{APIID: "a1b2c3d4e5", Stage: "dev"}}, Quota: &throttle.Quota{Limit: 1, Period: ledger.Monthly}, Keys: []string{"k4"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	b := newAPI()
	b.method("GET", "/keyed", mockIntegration(`$context.identity.apiKeyId $context.identity.apiKey`)).APIKeyRequired = true
	b.method("GET", "/open", mockIntegration(`$context.identity.apiKeyId`))
	b.method("GET", "/closed", mockIntegration(`x`))
	b.stage.MethodSettings = map[string]*api.MethodSetting{
		"*/*":          {ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1},
		"~1closed/GET": {ThrottlingRateLimit: 0, ThrottlingBurstLimit: 0},
	}
	r := startGateway(t, Options{Limiter: l})
	r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	for _, c := range []struct {
		name, target, key string
		status            int
		errorType, body   string
	}{
		{"missing", "/dev/keyed", "", 403, "ForbiddenException", `{"message":"Forbidden"}`},
		{"unknown", "/dev/keyed", "unknown-key-0123456789", 403, "ForbiddenException", `{"message":"Forbidden"}`},
		{"disabled", "/dev/keyed", disabled, 403, "ForbiddenException", `{"message":"Forbidden"}`},
		{"in no plan of the stage", "/dev/keyed", loose, 403, "ForbiddenException", `{"message":"Forbidden"}`},
		{"good", "/dev/keyed", good, 200, "", "k1 " + good},
		{"good again", "/dev/keyed", good, 200, "", "k1 " + good},
		{"throttled by the plan", "/dev/keyed", good, 429, "TooManyRequestsException", `{"message":"Too Many Requests"}`},
		{"quota", "/dev/keyed", quota, 200, "", "k4 " + quota},
		{"quota used up", "/dev/keyed", quota, 429, "LimitExceededException", `{"message":"Limit Exceeded"}`},
		{"no key needed", "/dev/open", good, 200, "", ""},
		{"method setting of 0", "/dev/closed", "", 429, "TooManyRequestsException", `{"message":"Too Many Requests"}`},
	} {
		var header []string
		if c.key != "" {
			header = []string{"x-api-key: " + c.key}
		}
		if a := r.get(c.target, header...); a.status != c.status || a.body != c.body || a.get("x-amzn-ErrorType") != c.errorType {
			t.Errorf("%s: %d %s %v, want %d %s", c.name, a.status, a.body, a.header, c.status, c.body)
		}
	}
	// Live: the setting goes away with the next deployment of the stage.
	b.stage.MethodSettings = nil
	r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	if a := r.get("/dev/closed"); a.status != 200 {
		t.Errorf("after the setting is gone: %d", a.status)
	}
}
