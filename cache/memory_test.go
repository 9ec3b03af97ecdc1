package cache

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sluice/mapping"
)

// handClock is a clock that the test moves.
type handClock struct{ now atomic.Int64 }

func (c *handClock) NowNano() int64                      { return c.now.Load() }
func (c *handClock) Tick(time.Duration) <-chan time.Time { return nil }

func TestHit(t *testing.T) {
	s := onStage(t, newCache(t, Options{}), "prod")
	m := compile(t, s, methodOf("method.request.querystring.q"))
	hit, f := recall(m, query("1"))
	if hit != nil || f == nil {
		t.Fatalf("%v, %v", hit, f)
	}
	body, headers := []byte("hello"), []mapping.Pair{{Name: "set-COOKIE", Value: "a"}, {Name: "X", Value: ""}, {Name: "set-COOKIE", Value: "b"}}
	want := &Answer{Status: 203, ContentType: "text/x", Headers: append([]mapping.Pair(nil), headers...), Body: []byte("hello"), Trace: true}
	f.Keep(&Answer{Status: 203, ContentType: "text/x", Headers: headers, Body: body, Trace: true})
	f.Abandon() // as by defer
	clear(body)
	clear(headers)
	for range 2 {
		hit, f = recall(m, query("1"))
		if f != nil || hit == nil {
			t.Fatalf("%v, %v", hit, f)
		}
		got := &Answer{Status: hit.Status, ContentType: hit.ContentType, Headers: hit.Headers, Body: hit.Body, Trace: hit.Trace}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	wantMiss(t, m, query("2"))
	s.space.Load().entries.CleanUp() // which brings the figures up to date
	if st := s.Stats(); st.Hits != 2 || st.Misses != 2 || st.Entries != 1 || st.Bytes == 0 {
		t.Errorf("%+v", st)
	}
}

func TestWhatIsKept(t *testing.T) {
	s := onStage(t, newCache(t, Options{}), "prod")
	m := compile(t, s, methodOf("method.request.querystring.q"))
	for status, want := range map[int]bool{
		100: false, 199: false, 200: true, 204: true, 301: true, 304: true, 400: true, 404: true, 429: true, 499: true,
		500: false, 502: false, 599: false,
	} {
		scope := query(fmt.Sprint(status))
		_, f := recall(m, scope)
		a := answer("x")
		a.Status = status
		f.Keep(a)
		f.Abandon()
		hit, f := recall(m, scope)
		f.Abandon()
		if (hit != nil) != want || hit != nil && hit.Status != status {
			t.Errorf("%d: %+v", status, hit)
		}
	}
	for size, want := range map[int]bool{0: true, MaxBody: true, MaxBody + 1: false} {
		scope := query(fmt.Sprint("size ", size))
		bring(t, m, scope, strings.Repeat("x", size))
		if want {
			wantHit(t, m, scope, strings.Repeat("x", size))
		} else {
			wantMiss(t, m, scope)
		}
	}
	scope := query("abandoned")
	_, f := recall(m, scope)
	f.Abandon()
	f.Keep(answer("too late"))
	wantMiss(t, m, scope)
}

func TestExpiry(t *testing.T) {
	clock := &handClock{}
	clock.now.Store(1)
	s := onStage(t, newCache(t, Options{clock: clock}), "prod")
	short := methodOf("method.request.querystring.q")
	short.Setting.CacheTTLInSeconds = 10
	m := compile(t, s, short)
	long := methodOf("method.request.querystring.q")
	long.Verb = "HEAD"
	long.Setting.CacheTTLInSeconds = 3600
	m2 := compile(t, s, long)
	bring(t, m, query("1"), "short")
	bring(t, m2, query("1"), "long")
	clock.now.Add(int64(10*time.Second) - 1)
	wantHit(t, m, query("1"), "short") // and reading prolongs nothing
	clock.now.Add(1)
	wantMiss(t, m, query("1"))
	wantHit(t, m2, query("1"), "long")
	clock.now.Add(int64(3590*time.Second) - 1)
	wantHit(t, m2, query("1"), "long")
	clock.now.Add(1)
	wantMiss(t, m2, query("1"))
}

func TestFlushAndResize(t *testing.T) {
	c := newCache(t, Options{})
	s, other := onStage(t, c, "prod"), onStage(t, c, "test")
	m := compile(t, s, methodOf("method.request.querystring.q"))
	m2 := compile(t, other, methodOf("method.request.querystring.q"))
	bring(t, m2, query("1"), "other")
	steps := []struct {
		name string
		do   func() error
		kept bool
	}{
		{"flush", func() error { return s.Flush(context.Background()) }, false},
		{"the same size", func() error { return s.Configure(true, "0.5") }, true},
		{"another size", func() error { return s.Configure(true, "1.6") }, false},
		{"an invalid size", func() error {
			if s.Configure(true, "2") == nil {
				return fmt.Errorf("taken")
			}
			return nil
		}, true},
		{"off and on", func() error {
			if err := s.Configure(false, "1.6"); err != nil {
				return err
			}
			if m.Active() {
				return fmt.Errorf("still active")
			}
			if hit, f := recall(m, query("1")); hit != nil || f != nil {
				return fmt.Errorf("off, but %v, %v", hit, f)
			}
			return s.Configure(true, "1.6")
		}, false},
	}
	for _, step := range steps {
		hit, f := recall(m, query("1"))
		if hit == nil {
			f.Keep(answer("x"))
		}
		if err := step.do(); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
		if !m.Active() {
			t.Errorf("%s: off", step.name)
		}
		if step.kept {
			wantHit(t, m, query("1"), "x")
		} else {
			wantMiss(t, m, query("1"))
		}
	}
	wantHit(t, m2, query("1"), "other")
	c.Remove("api1", "test")
	if m2.Active() {
		t.Error("a removed stage caches")
	}
}

// TestFlushDuringFlight: an answer from before a flush is not kept after it.
func TestFlushDuringFlight(t *testing.T) {
	s := onStage(t, newCache(t, Options{}), "prod")
	m := compile(t, s, methodOf())
	_, f := recall(m, query("1"))
	if err := s.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	_, f2 := recall(m, query("1"))
	if f2 == nil {
		t.Fatal("joined a flight from before the flush")
	}
	f.Keep(answer("old"))
	f2.Abandon()
	wantMiss(t, m, query("1"))
}

func TestRefresh(t *testing.T) {
	s := onStage(t, newCache(t, Options{}), "prod")
	m := compile(t, s, methodOf())
	refresh := func() *Flight {
		var l Lookup
		hit, f := m.Recall(&l, query("1"), true)
		if hit != nil || f == nil {
			t.Fatalf("refresh: %v, %v", hit, f)
		}
		return f
	}
	_, early := recall(m, query("1"))
	first, second := refresh(), refresh()
	second.Keep(answer("second"))
	wantHit(t, m, query("1"), "second")
	first.Keep(answer("first")) // asked before
	wantHit(t, m, query("1"), "second")
	early.Keep(answer("early"))
	wantHit(t, m, query("1"), "second")
	refresh().Abandon() // a failed refresh leaves the entry
	wantHit(t, m, query("1"), "second")
	refresh().Keep(answer("third"))
	wantHit(t, m, query("1"), "third")
}

func TestBound(t *testing.T) {
	c := newCache(t, Options{BytesPerGB: 1 << 20}) // 512 KiB
	s := onStage(t, c, "prod")
	m := compile(t, s, methodOf("method.request.querystring.q"))
	body := strings.Repeat("x", 10_000)
	for i := range 1000 {
		bring(t, m, query(fmt.Sprint(i)), body)
	}
	s.space.Load().entries.CleanUp()
	if st := s.Stats(); st.Bytes > 512<<10 || st.Entries < 20 {
		t.Errorf("%+v", st)
	}
	// What exceeds the whole bound is not kept, and pushes nothing out for long.
	bring(t, m, query("huge"), strings.Repeat("x", 600<<10))
	s.space.Load().entries.CleanUp()
	wantMiss(t, m, query("huge"))
}

func TestNilMethod(t *testing.T) {
	var m *Method
	hit, f := recall(m, query("1"))
	f.Keep(answer("x"))
	f.Abandon()
	if hit != nil || f != nil || m.Active() || m.UsesBody() {
		t.Errorf("%v, %v", hit, f)
	}
}

// TestRace looks up, keeps, flushes and resizes at once: nobody ever sees the
// answer to another request.
func TestRace(t *testing.T) {
	c := newCache(t, Options{BytesPerGB: 1 << 20})
	s := onStage(t, c, "prod")
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			m := compile(t, s, methodOf("method.request.querystring.q"))
			var l Lookup
			for i := range 2000 {
				q := fmt.Sprint(i % 50)
				want := strings.Repeat(q+";", 500)
				hit, f := m.Recall(&l, query(q), i%97 == 0)
				switch {
				case hit != nil && string(hit.Body) != want:
					t.Errorf("%q has the answer of another request", q)
				case f != nil && i%13 == g:
					f.Abandon()
				case f != nil:
					f.Keep(answer(want))
				}
				if g == 0 && i%100 == 0 {
					_ = s.Flush(context.Background())
				}
				if g == 1 && i%500 == 0 {
					_ = s.Configure(i%1000 != 0, "0.5")
				}
			}
		})
	}
	wg.Wait()
}
