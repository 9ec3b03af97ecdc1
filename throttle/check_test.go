package throttle

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"reflect"
	"testing"
	"time"

	"sluice/api"
	"sluice/throttle/ledger"
)

// scenario is an account and requests to it, as testdata/scenarios.json has them.
type scenario struct {
	Name    string
	Start   time.Time // of "at": 0; a Tuesday by default
	Account rateData
	Keys    []struct {
		ID      string
		Enabled bool
	}
	Plans    []planData
	Settings map[string]rateData // of stage prod of API a
	Steps    []stepData
}

type rateData struct {
	Rate  *float64
	Burst *int64
}

type planData struct {
	ID      string
	Created time.Time
	Keys    []string
	Stages  []struct {
		API, Stage string
		Methods    map[string]rateData
	}
	Rate  *float64
	Burst *int64
	Quota *struct {
		Limit, Offset int64
		Period        ledger.Period
	}
}

type stepData struct {
	At                       float64 // seconds
	Key, Value               string
	Keyless                  bool
	API, Stage, Path, Method string
	Times                    int
	Want, Level, Plan        string
	Remaining                *int64 // after the last time
}

func valueOf(key string) string {
	v := "value-of-" + key + "-"
	for len(v) < 22 {
		v += "0"
	}
	return v
}

func (s *scenario) config() Config {
	c := Config{Account: Throttle{s.Account.Rate, s.Account.Burst}}
	for _, k := range s.Keys {
		c.Keys = append(c.Keys, Key{ID: k.ID, Value: valueOf(k.ID), Enabled: k.Enabled})
	}
	for _, p := range s.Plans {
		plan := Plan{ID: p.ID, Keys: p.Keys, Created: p.Created, Throttle: Throttle{p.Rate, p.Burst}}
		for _, st := range p.Stages {
			stage := PlanStage{APIID: st.API, Stage: st.Stage, Throttle: map[string]Throttle{}}
			for name, m := range st.Methods {
				stage.Throttle[name] = Throttle{m.Rate, m.Burst}
			}
			plan.Stages = append(plan.Stages, stage)
		}
		if p.Quota != nil {
			plan.Quota = &Quota{Limit: p.Quota.Limit, Offset: p.Quota.Offset, Period: p.Quota.Period}
		}
		c.Plans = append(c.Plans, plan)
	}
	return c
}

func (s *scenario) settings() map[string]*api.MethodSetting {
	out := map[string]*api.MethodSetting{}
	for key, r := range s.Settings {
		set := &api.MethodSetting{ThrottlingBurstLimit: int(*r.Burst)}
		reflect.ValueOf(&set.ThrottlingRateLimit).Elem().SetFloat(*r.Rate)
		out[key] = set
	}
	return out
}

func TestScenarios(t *testing.T) {
	data, err := os.ReadFile("testdata/scenarios.json")
	if err != nil {
		t.Fatal(err)
	}
	var scenarios []scenario
	if err := json.Unmarshal(data, &scenarios); err != nil {
		t.Fatal(err)
	}
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			if s.Start.IsZero() {
				s.Start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
			}
			l := New(Options{Clock: func() time.Time { return s.Start }})
			if err := l.Apply(context.Background(), s.config()); err != nil {
				t.Fatal(err)
			}
			l.Stage("a", "prod").Configure(s.settings())
			var held []*Method // as a compiled stage holds them
			for n, step := range s.Steps {
				m := l.Stage(cmp.Or(step.API, "a"), cmp.Or(step.Stage, "prod")).Method(cmp.Or(step.Path, "/pets"), cmp.Or(step.Method, "GET"))
				held = append(held, m)
				at := s.Start.Add(time.Duration(step.At * 1e9))
				value := step.Value
				if step.Key != "" {
					value = valueOf(step.Key)
				}
				for range max(step.Times, 1) {
					var v Verdict
					if step.Keyless {
						v = l.CheckKeyless(m, at)
					} else {
						v = l.Check(m, value, at)
					}
					if v.Outcome.String() != step.Want || v.Level.String() != cmp.Or(step.Level, "none") {
						t.Fatalf("step %d: %v at level %v, want %v at level %v", n, v.Outcome, v.Level, step.Want, cmp.Or(step.Level, "none"))
					}
					if wantKey := step.Key; v.Outcome == InvalidKey && v.KeyID != "" || v.Outcome != InvalidKey && v.KeyID != wantKey {
						t.Fatalf("step %d: key id %q", n, v.KeyID)
					}
					if step.Plan != "" && v.PlanID != step.Plan {
						t.Fatalf("step %d: plan %q, want %q", n, v.PlanID, step.Plan)
					}
					if step.Remaining != nil && step.Times <= 1 && v.Remaining != *step.Remaining {
						t.Fatalf("step %d: remaining %d, want %d", n, v.Remaining, *step.Remaining)
					}
				}
			}
			if len(held) != len(s.Steps) {
				t.Fatal("handles were not held")
			}
		})
	}
}
