package throttle

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"unsafe"
)

func TestIndex(t *testing.T) {
	x := newIndex()
	rnd := rand.New(rand.NewPCG(1, 2))
	model := map[string]*apiKey{}
	find := func(value string) *apiKey {
		k, _ := x.find(value)
		return k
	}
	for round := range 60 {
		for i := range rnd.IntN(4000) {
			length := 1 + rnd.IntN(60) // some are too long to lie in their record
			k := x.newKey("", fmt.Sprintf("%0*d-%d", length, i, round), true)
			x.put(k)
			model[k.value()] = k
		}
		var removed []string
		part := 1 + rnd.IntN(4)
		for v, k := range model {
			switch rnd.IntN(part + 1) {
			case 0:
			case 1:
				fresh := x.newKey("", v, true)
				x.replace(k, fresh)
				model[v] = fresh
			default:
				x.remove(k)
				delete(model, v)
				removed = append(removed, v)
			}
		}
		for _, v := range removed {
			if find(v) != nil {
				t.Fatalf("round %d: found %q, which was removed", round, v)
			}
		}
		for v, k := range model {
			if find(v) != k || k.value() != v {
				t.Fatalf("round %d: %q not found", round, v)
			}
			for _, other := range []string{v + "x", v[:len(v)-1], "x" + v[1:], v[:len(v)-1] + "x", v + "-"} {
				if find(other) != model[other] {
					t.Fatalf("round %d: found %q, which no key has", round, other)
				}
			}
		}
	}
	for v, k := range model { // where the directory is large enough for it to matter
		x.expect(v)
		x.expect(v + "x")
		if find(v) != k {
			t.Fatalf("%q not found after it was expected", v)
		}
	}
	if x.expect(""); find("") != nil {
		t.Error("found a key without a value")
	}
	for v, k := range model {
		x.remove(k)
		delete(model, v)
	}
	for i := range x.segments {
		if s := x.segments[i].Load(); s.live != 0 || len(s.slots) != minSlots {
			t.Errorf("segment %d has %d keys and %d slots, and all were removed", i, s.live, len(s.slots))
		}
	}
}

// A key that stays is found at all times while others come and go.
func TestIndexWhileItChanges(t *testing.T) {
	x := newIndex()
	kept := x.newKey("kept", valueOf("kept"), true)
	x.put(kept)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				x.expect(valueOf("kept"))
				if k, _ := x.find(valueOf("kept")); k == nil || k.id != "kept" {
					t.Error("a key that stays was not found")
					return
				}
			}
		})
	}
	for round := range 5 {
		var keys []*apiKey
		for i := range 5000 {
			k := x.newKey("", fmt.Sprint("value-", round, "-", i), true)
			x.put(k)
			keys = append(keys, k)
		}
		for _, k := range keys {
			x.remove(k)
		}
		fresh := x.newKey("kept", valueOf("kept"), true)
		x.replace(kept, fresh)
		kept = fresh
	}
	close(stop)
	wg.Wait()
}

// Nearly all keys that a limiter starts with lie where their hashes tell, and every
// key fills two lines of the processor's cache.
func TestDirectory(t *testing.T) {
	s := newStand(t, nil)
	const n = 10_000
	var c Config
	for i := range n {
		c.Keys = append(c.Keys, key(fmt.Sprint(i)))
	}
	s.must(s.Apply(context.Background(), c))
	direct := 0
	d := s.keys.direct.Load()
	first, last := &d.pairs[0][0], &d.pairs[len(d.pairs)-1][1]
	for id := range s.byID {
		k, _ := s.keys.find(valueOf(id))
		if k != s.byID[id] {
			t.Fatalf("key %s is not found", id)
		}
		if uintptr(unsafe.Pointer(k))%128 != 0 {
			t.Fatalf("key %s is at %p", id, k)
		}
		if at := uintptr(unsafe.Pointer(k)); at >= uintptr(unsafe.Pointer(first)) && at <= uintptr(unsafe.Pointer(last)) {
			direct++
		}
	}
	if direct < n*85/100 {
		t.Errorf("%d of %d keys are in the directory", direct, n)
	}
	// However many keys come and go, the directory grows with those that stay.
	size := d.len()
	for i := range 5 * n {
		s.must(s.PutKey(key(fmt.Sprint("other", i))))
		s.must(s.DeleteKey(fmt.Sprint("other", i)))
	}
	if got := s.keys.direct.Load().len(); got > size {
		t.Errorf("the directory has grown from %d to %d places", size, got)
	}
	s.must(s.Apply(context.Background(), Config{}))
	if s.keys.direct.Load() != nil || s.keys.live != 0 {
		t.Error("a directory without keys")
	}
}

// A key that leaves a plan and joins another one, or the same one, has a record of
// its own for it each time: requests that are under way count in the old one.
func TestKeyChangesPlans(t *testing.T) {
	ctx := context.Background()
	s := newStand(t, nil)
	p, q := planOf("p"), planOf("q")
	q.Stages[0].Stage = "dev"
	s.must(s.Apply(ctx, Config{Keys: []Key{key("k")}, Plans: []Plan{p, q}}))
	prod, dev := s.Stage("a", "prod").Method("/pets", "GET"), s.Stage("a", "dev").Method("/pets", "GET")
	seen := map[*subscription]bool{}
	for range 3 {
		for _, plan := range []string{"p", "q"} {
			s.must(s.Subscribe(ctx, plan, "k"))
			sub := s.plans[plan].members["k"]
			if seen[sub] {
				t.Fatal("a record was used twice")
			}
			seen[sub] = true
		}
		s.want(prod, "k", Allowed)
		s.want(dev, "k", Allowed)
		s.must(s.Unsubscribe("p", "k"))
		s.want(prod, "k", InvalidKey)
		s.want(dev, "k", Allowed)
		s.must(s.Unsubscribe("q", "k"))
		s.want(dev, "k", InvalidKey)
	}
}
