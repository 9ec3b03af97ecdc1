package cache

import (
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// outcome is what a request that waited got.
type outcome struct {
	hit    *Entry
	flight *Flight
}

// waiters starts n requests for a key and returns when all of them wait for f.
func waiters(m *Method, f *Flight, n int) func() []outcome {
	var wg sync.WaitGroup
	out := make([]outcome, n)
	for i := range out {
		wg.Go(func() { out[i].hit, out[i].flight = recall(m, query("1")) })
	}
	for f.waiting.Load() != int32(n) {
		runtime.Gosched()
	}
	return func() []outcome { wg.Wait(); return out }
}

func TestConcurrentMissesShare(t *testing.T) {
	s := onStage(t, newCache(t, Options{}), "prod")
	m := compile(t, s, methodOf("method.request.querystring.q"))
	_, f := recall(m, query("1"))
	got := waiters(m, f, 50)
	wantMiss(t, m, query("2")) // another key waits for nobody
	f.Keep(answer("shared"))
	for _, o := range got() {
		if o.hit == nil || string(o.hit.Body) != "shared" || o.flight != nil {
			t.Fatalf("%+v", o)
		}
	}
	if st := s.Stats(); st.Misses != 2 || st.Hits != 50 {
		t.Errorf("%+v", st)
	}
}

func TestTooLargeIsSharedButNotKept(t *testing.T) {
	s := onStage(t, newCache(t, Options{}), "prod")
	m := compile(t, s, methodOf("method.request.querystring.q"))
	_, f := recall(m, query("1"))
	got := waiters(m, f, 3)
	f.Keep(answer(strings.Repeat("x", MaxBody+1)))
	for _, o := range got() {
		if o.hit == nil || len(o.hit.Body) != MaxBody+1 {
			t.Errorf("%+v", o)
		}
	}
	wantMiss(t, m, query("1"))
}

func TestFailureIsNotShared(t *testing.T) {
	ends := map[string]func(f *Flight){
		"abandoned": func(f *Flight) { f.Abandon() },
		"5XX":       func(f *Flight) { a := answer("x"); a.Status = 503; f.Keep(a) },
		"panic": func(f *Flight) {
			defer func() { _ = recover() }()
			defer f.Abandon()
			panic("in the integration")
		},
	}
	for name, end := range ends {
		s := onStage(t, newCache(t, Options{}), "prod")
		m := compile(t, s, methodOf("method.request.querystring.q"))
		_, f := recall(m, query("1"))
		got := waiters(m, f, 5)
		end(f)
		for _, o := range got() {
			if o.hit != nil || o.flight != nil {
				t.Errorf("%s: %+v", name, o)
			}
		}
		bring(t, m, query("1"), "next") // the key is free again
		wantHit(t, m, query("1"), "next")
	}
}

func TestWaitIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := onStage(t, c, "prod")
		o := methodOf()
		o.Method.MethodIntegration.TimeoutInMillis = 700
		m := compile(t, s, o)
		_, f := recall(m, query("1"))
		start := time.Now()
		hit, own := recall(m, query("1"))
		if hit != nil || own != nil || time.Since(start) != 700*time.Millisecond {
			t.Errorf("%v, %v after %v", hit, own, time.Since(start))
		}
		f.Keep(answer("late"))
		wantHit(t, m, query("1"), "late")
		c.Close()
	})
}

func TestRefreshWaitsForNobody(t *testing.T) {
	s := onStage(t, newCache(t, Options{}), "prod")
	m := compile(t, s, methodOf())
	_, f := recall(m, query("1"))
	var l Lookup
	if hit, own := m.Recall(&l, query("1"), true); hit != nil || own == nil {
		t.Errorf("%v, %v", hit, own)
	}
	f.Abandon()
}
