package control

import (
	"encoding/json"
	"os"
	"testing"

	"sluice/throttle"
)

// Keys and plans of files are shown like those that operations make, and stay as they
// are.
func TestServedLimits(t *testing.T) {
	text, err := os.ReadFile("testdata/served.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []scenario
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	rate, burst, methodBurst, account := 2.0, int64(4), int64(3), 100.0
	shown := Served{
		Account: throttle.Throttle{RateLimit: &account},
		Keys: []ServedKey{
			{throttle.Key{ID: "k1", Value: "11111111111111111111", Name: "first", Enabled: true}, "sluice.yaml"},
			{throttle.Key{ID: "k2", Value: "22222222222222222222", CustomerID: "c"}, "sluice.yaml"},
		},
		Plans: []ServedPlan{{throttle.Plan{
			ID: "p1", Name: "gold", Throttle: throttle.Throttle{RateLimit: &rate, BurstLimit: &burst},
			Quota: &throttle.Quota{Limit: 10, Offset: 1, Period: "WEEK"}, Keys: []string{"k1"},
			Stages: []throttle.PlanStage{{APIID: "petstore", Stage: "dev", Throttle: map[string]throttle.Throttle{"/pets/GET": {BurstLimit: &methodBurst}, "/pets/POST": {}}}},
		}, "plans.yaml"}},
	}
	for _, s := range all {
		t.Run(s.Name, func(t *testing.T) {
			f := newFixture(t)
			if err := f.server.SetServed(shown); err != nil {
				t.Fatal(err)
			}
			known := map[string]string{}
			for i, x := range s.Calls {
				f.exchange(i, x, known)
			}
			f.region = "eu-west-1" // they belong to one region
			if a := f.do("GET", "/apikeys", nil); a.body != `{"item":[]}` {
				t.Error(a.body)
			}
		})
	}
}
