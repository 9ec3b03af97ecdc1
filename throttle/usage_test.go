package throttle

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"sluice/throttle/ledger"
	"sluice/throttle/ledger/sqlite"
)

func (s *stand) usage(q UsageQuery) []KeyUsage {
	s.t.Helper()
	page, _, err := s.Usage(context.Background(), q)
	s.must(err)
	return page
}

func (s *stand) send(m *Method, key string, n int) {
	s.t.Helper()
	for range n {
		s.want(m, key, Allowed)
	}
}

func TestUsage(t *testing.T) {
	ctx := context.Background()
	s := newStand(t, nil)
	week, none := planOf("week", "k1", "k2", "k3"), planOf("none", "k1")
	none.Stages[0].Stage = "dev"
	week.Quota = &Quota{Limit: 10, Offset: 1, Period: ledger.Weekly}
	s.must(s.Apply(ctx, Config{Keys: []Key{key("k1"), key("k2"), key("k3")}, Plans: []Plan{week, none}}))
	prod, dev := s.Stage("a", "prod").Method("/pets", "GET"), s.Stage("a", "dev").Method("/pets", "GET")
	first := ledger.DayOf(s.now) // a Tuesday
	s.send(prod, "k1", 2)
	s.send(dev, "k1", 5)
	s.now = s.now.AddDate(0, 0, 2)
	s.send(prod, "k1", 3)
	s.send(prod, "k2", 9)
	s.want(prod, "k2", QuotaExceeded)
	s.now = s.now.AddDate(0, 0, 3) // Sunday
	s.send(prod, "k1", 1)
	s.send(dev, "k1", 1)

	days := func(pairs ...int64) (d []DayUsage) {
		for i := 0; i < len(pairs); i += 2 {
			d = append(d, DayUsage{pairs[i], pairs[i+1]})
		}
		return d
	}
	k1 := KeyUsage{"k1", days(2, 7, 0, 7, 3, 4, 0, 4, 0, 4, 1, 9)}
	k2 := KeyUsage{"k2", days(0, 9, 0, 9, 9, 0, 0, 0, 0, 0, 0, 10)}
	k3 := KeyUsage{"k3", days(0, 9, 0, 9, 0, 9, 0, 9, 0, 9, 0, 10)}
	for _, c := range []struct {
		name string
		q    UsageQuery
		want []KeyUsage
	}{
		{"all keys", UsageQuery{PlanID: "week", First: first, Last: first + 5}, []KeyUsage{k1, k2, k3}},
		{"one key", UsageQuery{PlanID: "week", KeyID: "k2", First: first, Last: first + 5}, []KeyUsage{k2}},
		{"in the middle of a week", UsageQuery{PlanID: "week", KeyID: "k1", First: first + 3, Last: first + 5}, []KeyUsage{{"k1", k1.Days[3:]}}},
		{"without a quota", UsageQuery{PlanID: "none", First: first, Last: first + 5}, []KeyUsage{{"k1", days(5, -1, 0, -1, 0, -1, 0, -1, 0, -1, 1, -1)}}},
		{"a page", UsageQuery{PlanID: "week", First: first, Last: first + 5, After: "k1", Limit: 1}, []KeyUsage{k2}},
	} {
		if got := s.usage(c.q); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if _, next, _ := s.Usage(ctx, UsageQuery{PlanID: "week", First: first, Last: first, Limit: 2}); next != "k2" {
		t.Errorf("next page after %q", next)
	}
	if _, next, _ := s.Usage(ctx, UsageQuery{PlanID: "week", First: first, Last: first, Limit: 3}); next != "" {
		t.Errorf("a page after the last: %q", next)
	}
	for _, q := range []UsageQuery{
		{PlanID: "x", First: first, Last: first},
		{PlanID: "week", KeyID: "x", First: first, Last: first},
		{PlanID: "week", First: first, Last: first - 1},
		{PlanID: "week", First: first, Last: first + 91},
	} {
		if _, _, err := s.Usage(ctx, q); !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrInvalid) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

func TestUpdateUsage(t *testing.T) {
	ctx := context.Background()
	s := newStand(t, nil)
	plan, free := planOf("p", "k"), planOf("free")
	plan.Quota = &Quota{Limit: 3, Period: ledger.Monthly}
	s.must(s.Apply(ctx, Config{Keys: []Key{key("k")}, Plans: []Plan{plan, free}}))
	m := s.Stage("a", "prod").Method("/pets", "GET")
	today := ledger.DayOf(s.now)
	s.send(m, "k", 3)
	s.want(m, "k", QuotaExceeded)
	u, err := s.UpdateUsage(ctx, "p", "k", 2)
	if err != nil || u != (DayUsage{3, 2}) {
		t.Fatal(u, err)
	}
	s.send(m, "k", 1)
	s.now = s.now.AddDate(0, 0, 1)
	s.send(m, "k", 1)
	s.want(m, "k", QuotaExceeded)
	if u, err := s.UpdateUsage(ctx, "p", "k", 0); err != nil || u != (DayUsage{1, 0}) {
		t.Fatal(u, err)
	}
	s.want(m, "k", QuotaExceeded)
	u, err = s.UpdateUsage(ctx, "p", "k", 1)
	if err != nil || u != (DayUsage{1, 1}) {
		t.Fatal(u, err)
	}
	s.send(m, "k", 1)
	s.want(m, "k", QuotaExceeded)
	if got := s.usage(UsageQuery{PlanID: "p", First: today, Last: today + 1}); !reflect.DeepEqual(got[0].Days, []DayUsage{{4, 2}, {2, 0}}) {
		t.Errorf("usage %v", got)
	}
	s.now = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC) // the extension is over
	s.send(m, "k", 3)
	s.want(m, "k", QuotaExceeded)
	for _, c := range []struct {
		plan, key string
		remaining int64
	}{{"x", "k", 1}, {"p", "x", 1}, {"free", "k", 1}, {"p", "k", -1}} {
		if _, err := s.UpdateUsage(ctx, c.plan, c.key, c.remaining); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}

// A restart continues the quota: with the usage of the day, the week or the month,
// its extension, and the plan's first period.
func TestRestart(t *testing.T) {
	ctx := context.Background()
	for _, period := range []ledger.Period{ledger.Daily, ledger.Weekly, ledger.Monthly} {
		t.Run(string(period), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "usage.db")
			plan := planOf("p", "k", "l")
			plan.Quota = &Quota{Limit: 100, Offset: 10, Period: period}
			config := Config{Keys: []Key{key("k"), key("l")}, Plans: []Plan{plan}}
			now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
			inPeriod := int64(0)
			left := int64(90)
			for day := range 10 { // over a Sunday and a first of the month
				store, err := sqlite.Open(ctx, path)
				if err != nil {
					t.Fatal(err)
				}
				s := newStand(t, store)
				s.now = now.AddDate(0, 0, day)
				s.must(s.Apply(ctx, config))
				m := s.Stage("a", "prod").Method("/pets", "GET")
				if day > 0 && period.Start(ledger.DayOf(s.now)) == ledger.DayOf(s.now) {
					inPeriod, left = 0, 100
				}
				for range day {
					inPeriod++
					if v := s.want(m, "k", Allowed); v.Remaining != left-inPeriod {
						t.Fatalf("day %d: %d remain, want %d", day, v.Remaining, left-inPeriod)
					}
				}
				if day == 2 {
					_, err := s.UpdateUsage(ctx, "p", "k", left-inPeriod+50)
					s.must(err)
					left += 50
				}
				s.must(s.Flush(ctx))
				s.must(store.Close())
			}
		})
	}
}

// flakyLedger fails when it is told to.
type flakyLedger struct {
	ledger.Store
	failing bool
}

func (f *flakyLedger) Save(ctx context.Context, entries []ledger.Entry) error {
	if f.failing {
		return errors.New("disk full")
	}
	return f.Store.Save(ctx, entries)
}

// What a ledger could not take is written when it can, also of days that are over.
func TestLedgerFails(t *testing.T) {
	ctx := context.Background()
	store := &flakyLedger{Store: ledger.NewMemory()}
	s := newStand(t, store)
	config := Config{}
	plan := planOf("p")
	for i := range 2*saveBatch + 1 {
		config.Keys = append(config.Keys, key(fmt.Sprint("k", i)))
		plan.Keys = append(plan.Keys, fmt.Sprint("k", i))
	}
	config.Plans = []Plan{plan}
	s.must(s.Apply(ctx, config))
	s.must(s.SetAccount(throttleOf(1e9, 1e9)))
	m := s.Stage("a", "prod").Method("/pets", "GET")
	first := ledger.DayOf(s.now)
	store.failing = true
	for day := range 2 {
		for i := range plan.Keys {
			s.send(m, plan.Keys[i], day+1)
		}
		if err := s.Flush(ctx); err == nil {
			t.Fatal("no error from a ledger that fails")
		}
		s.now = s.now.AddDate(0, 0, 1)
	}
	store.failing = false
	s.must(s.Flush(ctx))
	for day, want := range []int64{1, 2} {
		n := 0
		s.must(store.Days(ctx, "p", "", first+ledger.Day(day), first+ledger.Day(day), func(e ledger.Entry) {
			n++
			if e.Used != want {
				t.Fatalf("%+v, want %d", e, want)
			}
		}))
		if n != len(plan.Keys) {
			t.Errorf("day %d of %d keys was written, want %d", day, n, len(plan.Keys))
		}
	}
}
