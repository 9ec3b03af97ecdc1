package control

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"sluice/control/store"
	"sluice/throttle"
)

// countedLimits is a limiter that counts what it is told of plans and keys.
type countedLimits struct {
	Limits
	told []string
}

func (l *countedLimits) PutKey(k throttle.Key) error {
	l.told = append(l.told, "key "+k.Name)
	return l.Limits.PutKey(k)
}

func (l *countedLimits) UpdatePlan(ctx context.Context, p throttle.Plan) error {
	l.told = append(l.told, fmt.Sprintf("plan %s with %d keys", p.Name, len(p.Keys)))
	return l.Limits.UpdatePlan(ctx, p)
}

func (l *countedLimits) Subscribe(ctx context.Context, plan, key string) error {
	l.told = append(l.told, "subscription")
	return l.Limits.Subscribe(ctx, plan, key)
}

// However many keys a plan has, a change of it or of one key tells of nothing else.
func TestPublishedPlanWithoutKeys(t *testing.T) {
	f := newFixture(t)
	counted := &countedLimits{Limits: f.limiter}
	if _, err := StartPublisher(t.Context(), PublisherOptions{Store: f.server.options.Store, Traffic: f.gateway, Limits: counted}); err != nil {
		t.Fatal(err)
	}
	plan := f.text(f.make("POST", "/usageplans", `{"name":"p"}`), "id")
	join := func(name string) {
		t.Helper()
		key := f.text(f.make("POST", "/apikeys", map[string]any{"name": name}), "id")
		f.make("POST", "/usageplans/"+plan+"/keys", map[string]any{"keyId": key, "keyType": "API_KEY"})
	}
	for i := range 5 {
		join(fmt.Sprint(i))
	}
	counted.told = nil
	f.make("PATCH", "/usageplans/"+plan, `{"patchOperations":[{"op":"replace","path":"/throttle/rateLimit","value":"7"}]}`)
	if want := []string{"plan p with 0 keys"}; !slices.Equal(counted.told, want) {
		t.Errorf("of a rate: %q, not %q", counted.told, want)
	}
	counted.told = nil
	join("last")
	if want := []string{"key last", "key last", "subscription"}; !slices.Equal(counted.told, want) {
		t.Errorf("of a key: %q, not %q", counted.told, want)
	}
	if err := f.limiter.Unsubscribe(plan, f.text(f.make("GET", "/usageplans/"+plan+"/keys", nil)["item"].([]any)[5].(map[string]any), "id")); err != nil {
		t.Errorf("the plan has lost its first key: %v", err)
	}
}

// Nodes that follow the store may learn of several changes at once: of two plans of one
// key that exchange a stage, the one that loses it need not come first.
func TestPublishedStageMoves(t *testing.T) {
	for _, names := range [][2]string{{"a", "b"}, {"b", "a"}} { // from, to
		f := newFixture(t)
		p, err := StartPublisher(t.Context(), PublisherOptions{Store: f.server.options.Store, Traffic: f.gateway, Limits: f.limiter})
		if err != nil {
			t.Fatal(err)
		}
		key := f.make("POST", "/apikeys", `{"enabled":true}`)
		put := func(t store.Tx, name, stages string) error {
			return t.Put("usageplan/us-east-1/"+name, []byte(`{"id":"`+name+`","name":"n","apiStages":[`+stages+`]}`))
		}
		const stage = `{"apiId":"x","stage":"s"}`
		write := func(fn func(store.Tx) error) {
			t.Helper()
			if err := f.server.options.Store.Update(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		write(func(t store.Tx) error { return put(t, names[0], stage) })
		write(func(t store.Tx) error { return put(t, names[1], "") })
		for _, name := range names {
			f.make("POST", "/usageplans/"+name+"/keys", map[string]any{"keyId": key["id"], "keyType": "API_KEY"})
		}
		write(func(t store.Tx) error {
			if err := put(t, names[0], ""); err != nil {
				return err
			}
			return put(t, names[1], stage)
		})
		v := f.limiter.Check(f.limiter.Stage("x", "s").Method("/", "GET"), f.text(key, "value"), testTime())
		if v.PlanID != names[1] || !p.Metered(names[1]) {
			t.Errorf("from %s to %s: %+v", names[0], names[1], v)
		}
	}
}
