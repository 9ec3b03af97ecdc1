package throttle

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/throttle/ledger"
)

// stand is a limiter with a clock that stands still until it is moved.
type stand struct {
	*Limiter
	t   testing.TB
	now time.Time
}

func newStand(t testing.TB, store ledger.Store) *stand {
	s := &stand{t: t, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	s.Limiter = New(Options{Clock: func() time.Time { return s.now }, Ledger: store})
	return s
}

func (s *stand) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stand) want(m *Method, key string, want Outcome) Verdict {
	s.t.Helper()
	v := s.Check(m, valueOf(key), s.now)
	if v.Outcome != want {
		s.t.Fatalf("key %s: %v at level %v, want %v", key, v.Outcome, v.Level, want)
	}
	return v
}

func key(id string) Key { return Key{ID: id, Value: valueOf(id), Enabled: true} }

func planOf(id string, keys ...string) Plan {
	return Plan{ID: id, Keys: keys, Stages: []PlanStage{{APIID: "a", Stage: "prod"}}}
}

// Whatever changes about keys and plans holds for the next request, and nothing
// else changes.
func TestLiveChanges(t *testing.T) {
	ctx := context.Background()
	s := newStand(t, nil)
	m := s.Stage("a", "prod").Method("/pets", "GET")
	s.want(m, "k", InvalidKey)
	s.must(s.PutKey(key("k")))
	s.want(m, "k", InvalidKey) // in no plan
	plan := planOf("p")
	plan.Throttle = throttleOf(0.001, 3)
	plan.Quota = &Quota{Limit: 10, Period: ledger.Daily}
	s.must(s.PutPlan(ctx, plan))
	s.must(s.Subscribe(ctx, "p", "k"))
	s.want(m, "k", Allowed)

	disabled := key("k")
	disabled.Enabled = false
	s.must(s.PutKey(disabled))
	s.want(m, "k", InvalidKey)
	s.must(s.PutKey(key("k")))
	s.want(m, "k", Allowed)

	// The same limits: the bucket keeps its one token, and the usage stays.
	plan.Keys = []string{"k"}
	plan.Name = "another name"
	s.must(s.PutPlan(ctx, plan))
	if v := s.want(m, "k", Allowed); v.Remaining != 7 {
		t.Errorf("remaining %d after a change of the name, want 7", v.Remaining)
	}
	s.want(m, "k", Throttled)

	// A higher rate holds from now on.
	plan.Throttle = throttleOf(1000, 3)
	s.must(s.PutPlan(ctx, plan))
	s.now = s.now.Add(1001 * time.Microsecond)
	s.want(m, "k", Allowed)
	s.want(m, "k", Throttled)
	s.now = s.now.Add(10 * time.Millisecond)

	// A smaller quota counts what was used.
	plan.Quota = &Quota{Limit: 5, Period: ledger.Monthly}
	s.must(s.PutPlan(ctx, plan))
	if v := s.want(m, "k", Allowed); v.Remaining != 0 {
		t.Errorf("remaining %d, want 0", v.Remaining)
	}
	s.want(m, "k", QuotaExceeded)
	plan.Quota = nil
	s.must(s.PutPlan(ctx, plan))
	s.want(m, "k", Allowed)

	// Another value of the same key: the old one opens nothing, the record stays.
	other := key("k")
	other.Value = valueOf("other")
	s.must(s.PutKey(other))
	s.want(m, "k", InvalidKey)
	s.now = s.now.Add(time.Second)
	if v := s.want(m, "other", Allowed); v.KeyID != "k" {
		t.Errorf("key id %q", v.KeyID)
	}

	s.must(s.Unsubscribe("p", "k"))
	s.want(m, "other", InvalidKey)
	s.must(s.Subscribe(ctx, "p", "k"))
	s.now = s.now.Add(time.Second)
	s.want(m, "other", Allowed)
	s.must(s.DeletePlan("p"))
	s.want(m, "other", InvalidKey)
	s.must(s.PutPlan(ctx, plan))
	s.want(m, "other", Allowed)
	s.must(s.DeleteKey("k"))
	s.want(m, "other", InvalidKey)
	if len(s.plans["p"].members) != 0 {
		t.Error("a deleted key is still in its plan")
	}
}

func TestAccountChanges(t *testing.T) {
	s := newStand(t, nil)
	m := s.Stage("a", "prod").Method("/pets", "GET")
	s.must(s.SetAccount(throttleOf(0.001, 2)))
	for range 2 {
		if v := s.CheckKeyless(m, s.now); v.Outcome != Allowed {
			t.Fatal(v)
		}
	}
	s.must(s.SetAccount(throttleOf(0.001, 2)))
	if v := s.CheckKeyless(m, s.now); v.Level != AccountLevel {
		t.Error("the same limit filled the bucket", v)
	}
	if err := s.SetAccount(throttleOf(-1, 2)); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
}

// Apply makes the account the given one, whatever it was; keys may change plans.
func TestApply(t *testing.T) {
	ctx := context.Background()
	s := newStand(t, nil)
	m := s.Stage("a", "prod").Method("/pets", "GET")
	p1, p2 := planOf("p1", "k1", "k2"), planOf("p2", "k3")
	p1.Quota = &Quota{Limit: 5, Period: ledger.Daily}
	s.must(s.Apply(ctx, Config{Keys: []Key{key("k1"), key("k2"), key("k3")}, Plans: []Plan{p1, p2}}))
	s.want(m, "k1", Allowed)
	s.want(m, "k3", Allowed)
	p1.Keys, p2.Keys = []string{"k1", "k3"}, []string{"k2"}
	swapped := key("k4")
	swapped.Value = valueOf("k2")
	k2 := key("k2")
	k2.Value = valueOf("k2-new")
	s.must(s.Apply(ctx, Config{Keys: []Key{key("k1"), k2, key("k3"), swapped}, Plans: []Plan{p1, p2}}))
	if v := s.want(m, "k1", Allowed); v.Remaining != 3 {
		t.Errorf("k1 has %d left, want 3", v.Remaining)
	}
	if v := s.want(m, "k3", Allowed); v.PlanID != "p1" {
		t.Errorf("k3 is in plan %s", v.PlanID)
	}
	if v := s.want(m, "k2-new", Allowed); v.KeyID != "k2" || v.PlanID != "p2" {
		t.Error(v)
	}
	s.want(m, "k2", InvalidKey) // k4 now, in no plan
	s.must(s.Apply(ctx, Config{}))
	for _, k := range []string{"k1", "k2", "k3", "k2-new"} {
		s.want(m, k, InvalidKey)
	}
}

func TestRefusedConfigurations(t *testing.T) {
	minus := int64(-1)
	long := key("k")
	long.Value = strings.Repeat("x", 129)
	short := key("k")
	short.Value = strings.Repeat("x", 19)
	blank := key("k")
	blank.Value = strings.Repeat("x", 19) + " "
	twin := key("twin")
	twin.Value = valueOf("k")
	badQuota := planOf("p")
	badQuota.Quota = &Quota{Limit: 1, Period: "YEAR"}
	badOffset := planOf("p")
	badOffset.Quota = &Quota{Limit: 1, Offset: 2, Period: ledger.Daily}
	badBurst := planOf("p")
	badBurst.Throttle.BurstLimit = &minus
	badMethod := planOf("p")
	badMethod.Stages[0].Throttle = map[string]Throttle{"/x/GET": {BurstLimit: &minus}}
	twice := planOf("p")
	twice.Stages = append(twice.Stages, twice.Stages[0])
	for _, c := range []struct {
		name   string
		config Config
		kind   error
		text   string
	}{
		{"long", Config{Keys: []Key{long}}, ErrInvalid, "API Key value exceeds maximum size of 128 characters"},
		{"short", Config{Keys: []Key{short}}, ErrInvalid, "API Key value should be at least 20 characters"},
		{"blank", Config{Keys: []Key{blank}}, ErrInvalid, "no header can carry"},
		{"no id", Config{Keys: []Key{{Value: valueOf("x")}}}, ErrInvalid, "without an id"},
		{"same id", Config{Keys: []Key{key("k"), key("k")}}, ErrConflict, "given twice"},
		{"same value", Config{Keys: []Key{key("k"), twin}}, ErrConflict, "API keys k and twin have the same value"},
		{"same plan", Config{Plans: []Plan{planOf("p"), planOf("p")}}, ErrConflict, "given twice"},
		{"key twice", Config{Keys: []Key{key("k")}, Plans: []Plan{planOf("p", "k", "k")}}, ErrConflict, "given twice"},
		{"unknown key", Config{Plans: []Plan{planOf("p", "k")}}, ErrNotFound, "API key k"},
		{"overlap", Config{Keys: []Key{key("k")}, Plans: []Plan{planOf("p", "k"), planOf("q", "k")}}, ErrConflict, "which both have the API stage a:prod"},
		{"period", Config{Plans: []Plan{badQuota}}, ErrInvalid, `"YEAR" is not DAY, WEEK or MONTH`},
		{"offset", Config{Plans: []Plan{badOffset}}, ErrInvalid, "offset"},
		{"burst", Config{Plans: []Plan{badBurst}}, ErrInvalid, "burst limit is negative"},
		{"method burst", Config{Plans: []Plan{badMethod}}, ErrInvalid, "method /x/GET: burst limit is negative"},
		{"stage twice", Config{Plans: []Plan{twice}}, ErrInvalid, "a:prod is given twice"},
		{"account", Config{Account: Throttle{BurstLimit: &minus}}, ErrInvalid, "account: burst limit is negative"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStand(t, nil)
			s.must(s.Apply(context.Background(), Config{Keys: []Key{key("old")}, Plans: []Plan{planOf("old", "old")}}))
			err := s.Apply(context.Background(), c.config)
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("error %v", err)
			}
			s.want(s.Stage("a", "prod").Method("/", "GET"), "old", Allowed) // nothing has changed
		})
	}
}

func TestSubscribeRefuses(t *testing.T) {
	ctx := context.Background()
	s := newStand(t, nil)
	s.must(s.Apply(ctx, Config{Keys: []Key{key("k")}, Plans: []Plan{planOf("p", "k"), planOf("q")}}))
	for _, c := range []struct {
		plan, key string
		want      error
	}{{"x", "k", ErrNotFound}, {"p", "x", ErrNotFound}, {"p", "k", ErrConflict}, {"q", "k", ErrConflict}} {
		if err := s.Subscribe(ctx, c.plan, c.key); !errors.Is(err, c.want) {
			t.Errorf("%s in %s: %v", c.key, c.plan, err)
		}
	}
	if err := s.PutPlan(ctx, planOf("q", "k")); !errors.Is(err, ErrConflict) {
		t.Error(err)
	}
	if err := s.Unsubscribe("q", "k"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if err := s.DeletePlan("x"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if err := s.DeleteKey("x"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	twin := key("twin")
	twin.Value = valueOf("k")
	if err := s.PutKey(twin); !errors.Is(err, ErrConflict) {
		t.Error(err)
	}
}

// The handle of a method, and its bucket, outlive a deployment that is replaced by
// another with the same method; those that nobody holds are collected.
func TestMethodHandles(t *testing.T) {
	s := newStand(t, nil)
	stage := s.Stage("a", "prod")
	m := stage.Method("/pets", "GET")
	if stage.Method("/pets", "GET") != m || s.Stage("a", "prod") != stage {
		t.Error("the same method has another handle")
	}
	for i := range 100 {
		stage.Method(fmt.Sprintf("/old/%d", i), "GET")
	}
	for range 3 {
		runtime.GC()
	}
	stage.Configure(nil)
	if n := len(stage.methods); n != 1 {
		t.Errorf("%d handles are kept, 1 is in use", n)
	}
	if stage.Method("/pets", "GET") != m {
		t.Error("a handle in use was forgotten")
	}
	s.Forget("a", "prod")
	if s.Stage("a", "prod") == stage {
		t.Error("a forgotten stage is still there")
	}
	runtime.KeepAlive(m)
}

// Buckets of single methods are evicted when they are full, and only then; what is
// taken from one while it is evicted is not lost.
func TestEviction(t *testing.T) {
	ctx := context.Background()
	s := newStand(t, nil)
	plan := planOf("p")
	plan.Stages[0].Throttle = map[string]Throttle{"/pets/GET": throttleOf(1, 10)}
	c := Config{}
	for i := range 500 {
		c.Keys = append(c.Keys, key(fmt.Sprint("k", i)))
		plan.Keys = append(plan.Keys, fmt.Sprint("k", i))
	}
	c.Plans = []Plan{plan}
	s.must(s.Apply(ctx, c))
	m := s.Stage("a", "prod").Method("/pets", "GET")
	for i := range 500 {
		for range 1 + i/100 {
			s.want(m, fmt.Sprint("k", i), Allowed)
		}
	}
	if n := s.sweep(s.nanos(s.now)); n != 500 {
		t.Fatalf("%d of 500 buckets left while none is full", n)
	}
	s.now = s.now.Add(2500 * time.Millisecond)
	if n := s.sweep(s.nanos(s.now)); n != 300 {
		t.Errorf("%d buckets left, want 300", n)
	}
	s.now = s.now.Add(time.Minute)
	if n := s.sweep(s.nanos(s.now)); n != 0 || len(s.withBuckets) != 0 {
		t.Errorf("%d buckets left, want none", n)
	}

	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				s.sweep(s.nanos(s.now))
			}
		}
	})
	allowed := make([]int, 4)
	for w := range allowed {
		wg.Go(func() {
			for range 2000 {
				if s.Check(m, valueOf("k0"), s.now).Outcome == Allowed {
					allowed[w]++
				}
			}
			if w == 0 {
				close(stop)
			}
		})
	}
	wg.Wait()
	if sum := allowed[0] + allowed[1] + allowed[2] + allowed[3]; sum != 10 {
		t.Errorf("%d let through during eviction, burst 10", sum)
	}
}

// Requests, changes, flushes and sweeps at once: nothing races, and the quota holds.
func TestEverythingAtOnce(t *testing.T) {
	ctx := context.Background()
	s := newStand(t, nil)
	plan := planOf("p", "k")
	plan.Quota = &Quota{Limit: 5000, Period: ledger.Monthly}
	s.must(s.Apply(ctx, Config{Account: throttleOf(1e9, 1e9), Keys: []Key{key("k")}, Plans: []Plan{plan}}))
	m := s.Stage("a", "prod").Method("/pets", "GET")
	stop := make(chan struct{})
	var background, load sync.WaitGroup
	for _, work := range []func(int){
		func(int) { _ = s.Flush(ctx) },
		func(n int) {
			p := plan
			p.Name = fmt.Sprint(n)
			_ = s.PutPlan(ctx, p)
		},
		func(n int) { _ = s.PutKey(key(fmt.Sprint("other", n%50))) },
		func(int) { s.sweep(0) },
	} {
		background.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
					work(n)
				}
			}
		})
	}
	var allowed [4]int64
	for w := range allowed {
		load.Go(func() {
			for i := range 3000 {
				// Buckets never run backwards: once one worker has come to the next day,
				// those that have not are throttled. So all go there, with more requests
				// left than the quota, in whatever order they run.
				day := min(i/1000, 1)
				if s.Check(m, valueOf("k"), s.now.AddDate(0, 0, day)).Outcome == Allowed {
					allowed[w]++
				}
			}
		})
	}
	load.Wait()
	close(stop)
	background.Wait()
	if n := allowed[0] + allowed[1] + allowed[2] + allowed[3]; n != 5000 {
		t.Errorf("%d let through, quota 5000", n)
	}
	page, _, err := s.Usage(ctx, UsageQuery{PlanID: "p", First: ledger.DayOf(s.now), Last: ledger.DayOf(s.now) + 1})
	s.must(err)
	if n := page[0].Days[0].Used + page[0].Days[1].Used; n != 5000 {
		t.Errorf("usage %d, want 5000", n)
	}
}

// However a plan's throttle changes, and however often before a key's next request,
// its bucket is what it would be if it had been changed each time.
func TestThrottleChanges(t *testing.T) {
	ctx := context.Background()
	s := newStand(t, nil)
	s.must(s.SetAccount(throttleOf(1e9, 1e9)))
	plan := planOf("p", "k")
	s.must(s.Apply(ctx, Config{Account: throttleOf(1e9, 1e9), Keys: []Key{key("k")}, Plans: []Plan{plan}}))
	plan.Keys = nil
	m := s.Stage("a", "prod").Method("/pets", "GET")
	rnd := rand.New(rand.NewPCG(3, 4))
	limits := []Throttle{throttleOf(1, 3), throttleOf(1000, 3), throttleOf(0.01, 20), throttleOf(50, 100), throttleOf(0, 1), {}}
	var model *limit
	full := int64(0)
	allowed, refused := 0, 0
	for range 2000 {
		switch s.now = s.now.Add(time.Duration(rnd.ExpFloat64() * 2e8)); rnd.IntN(3) {
		case 0:
			for range 1 + rnd.IntN(3)/2*rnd.IntN(60) {
				plan.Throttle = limits[rnd.IntN(len(limits))]
				s.must(s.UpdatePlan(ctx, plan))
				if model = newLimit(plan.Throttle, s.account); model != nil && !model.closed() {
					full = min(full, model.ticks(s.nanos(s.now))+model.window)
				}
				s.now = s.now.Add(time.Duration(rnd.IntN(3)) * time.Millisecond)
			}
		default:
			for range rnd.IntN(10) {
				want := Allowed
				if model != nil {
					now := model.ticks(s.nanos(s.now))
					if next := max(full, now) + model.interval; model.closed() || next > now+model.window {
						want = Throttled
					} else {
						full = next
					}
				}
				if want == Allowed {
					allowed++
				} else {
					refused++
				}
				s.want(m, "k", want)
			}
		}
	}
	if allowed < 1000 || refused < 1000 {
		t.Errorf("%d allowed, %d refused: the test shows little", allowed, refused)
	}
	// Another unit of time keeps what the bucket needs to be full.
	plan.Throttle = throttleOf(1, 3)
	s.must(s.UpdatePlan(ctx, plan))
	s.now = s.now.Add(time.Hour)
	for range 3 {
		s.want(m, "k", Allowed)
	}
	for range 3 {
		plan.Throttle = throttleOf(1e-8, 1)
		s.must(s.UpdatePlan(ctx, plan))
		plan.Throttle = throttleOf(1, 3)
		s.must(s.UpdatePlan(ctx, plan))
	}
	s.want(m, "k", Throttled)
	s.now = s.now.Add(1001 * time.Millisecond)
	s.want(m, "k", Allowed)
	s.want(m, "k", Throttled)
}

// A plan that gets another stage is checked against all other plans of its keys.
func TestUpdatePlan(t *testing.T) {
	ctx := context.Background()
	s := newStand(t, nil)
	p, q, r := planOf("p", "k", "l"), planOf("q", "k"), planOf("r", "l")
	q.Stages[0].Stage, r.Stages[0].Stage = "dev", "test"
	s.must(s.Apply(ctx, Config{Keys: []Key{key("k"), key("l")}, Plans: []Plan{p, q, r}}))
	q.Keys = nil
	q.Stages = append(q.Stages, PlanStage{APIID: "a", Stage: "test"}) // r has no key of q
	s.must(s.UpdatePlan(ctx, q))
	s.want(s.Stage("a", "test").Method("/", "GET"), "k", Allowed)
	q.Stages = append(q.Stages, PlanStage{APIID: "a", Stage: "prod"})
	if err := s.UpdatePlan(ctx, q); !errors.Is(err, ErrConflict) || !strings.Contains(err.Error(), "API key k is in the usage plans p and q") {
		t.Error(err)
	}
	s.must(s.Unsubscribe("p", "k"))
	s.must(s.UpdatePlan(ctx, q))
	s.want(s.Stage("a", "prod").Method("/", "GET"), "k", Allowed)
	if err := s.Subscribe(ctx, "p", "k"); !errors.Is(err, ErrConflict) {
		t.Error(err)
	}
	q.Keys = []string{"l"}
	if err := s.UpdatePlan(ctx, q); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
	s.must(s.DeleteKey("k"))
	for _, id := range []string{"p", "q", "r"} {
		if s.plans[id].members["k"] != nil || len(s.plans[id].common) > 1 {
			t.Errorf("plan %s remembers a deleted key", id)
		}
	}
}

// A key that leaves a plan and joins it again goes on with its usage of the day,
// also if that was not written yet.
func TestRejoin(t *testing.T) {
	ctx := context.Background()
	s := newStand(t, nil)
	plan := planOf("p", "k")
	plan.Quota = &Quota{Limit: 3, Period: ledger.Daily}
	s.must(s.Apply(ctx, Config{Keys: []Key{key("k")}, Plans: []Plan{plan}}))
	m := s.Stage("a", "prod").Method("/pets", "GET")
	for range 3 {
		s.want(m, "k", Allowed)
		s.must(s.Unsubscribe("p", "k"))
		s.must(s.Subscribe(ctx, "p", "k"))
	}
	s.want(m, "k", QuotaExceeded)
	if len(s.departures.at) != 0 {
		t.Errorf("%d departures are remembered", len(s.departures.at))
	}
}

// What somebody else looks after stays as it is; its keys' values are taken.
func TestForeign(t *testing.T) {
	ctx := context.Background()
	s := newStand(t, nil)
	s.must(s.PutKey(key("theirs")))
	s.must(s.PutPlan(ctx, planOf("their-plan", "theirs")))
	config := Config{
		Keys: []Key{key("ours")}, Plans: []Plan{planOf("our-plan", "ours")},
		Foreign: func(id string) bool { return strings.HasPrefix(id, "their") },
	}
	s.must(s.Apply(ctx, config))
	m := s.Stage("a", "prod").Method("/", "GET")
	s.want(m, "ours", Allowed)
	s.want(m, "theirs", Allowed)
	config.Keys[0].Value = valueOf("theirs")
	if err := s.Apply(ctx, config); !errors.Is(err, ErrConflict) {
		t.Error(err)
	}
	s.want(m, "ours", Allowed)
	if v := s.want(m, "theirs", Allowed); v.KeyID != "theirs" {
		t.Error(v)
	}
	config.Keys, config.Plans = nil, nil
	s.must(s.Apply(ctx, config))
	s.want(m, "ours", InvalidKey)
	s.want(m, "theirs", Allowed)
}
