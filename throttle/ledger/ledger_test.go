package ledger_test

import (
	"cmp"
	"context"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"sluice/throttle/ledger"
	"sluice/throttle/ledger/sqlite"
)

func stores(t *testing.T) map[string]ledger.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "a b?#%.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return map[string]ledger.Store{"memory": ledger.NewMemory(), "sqlite": s}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func days(t *testing.T, s ledger.Store, plan, key string, first, last ledger.Day) []ledger.Entry {
	t.Helper()
	var all []ledger.Entry
	must(t, s.Days(context.Background(), plan, key, first, last, func(e ledger.Entry) { all = append(all, e) }))
	slices.SortFunc(all, func(a, b ledger.Entry) int {
		return cmp.Or(cmp.Compare(a.KeyID, b.KeyID), cmp.Compare(a.Day, b.Day))
	})
	return all
}

func TestStores(t *testing.T) {
	ctx := context.Background()
	for name, s := range stores(t) {
		t.Run(name, func(t *testing.T) {
			must(t, s.Save(ctx, nil))
			must(t, s.Save(ctx, []ledger.Entry{{"p", "k1", 10, 5}, {"p", "k1", 11, 6}, {"p", "k2", 10, 7}, {"q", "k1", 10, 8}}))
			must(t, s.Save(ctx, []ledger.Entry{{"p", "k1", 11, 9}})) // replaces
			must(t, s.Save(ctx, []ledger.Entry{{"p", "k1", 11, 9}})) // counts once
			if got := days(t, s, "p", "", 0, 100); !reflect.DeepEqual(got, []ledger.Entry{{"p", "k1", 10, 5}, {"p", "k1", 11, 9}, {"p", "k2", 10, 7}}) {
				t.Errorf("all: %v", got)
			}
			if got := days(t, s, "p", "k1", 11, 11); !reflect.DeepEqual(got, []ledger.Entry{{"p", "k1", 11, 9}}) {
				t.Errorf("one: %v", got)
			}
			if got := days(t, s, "x", "", 0, 100); got != nil {
				t.Errorf("of an unknown plan: %v", got)
			}

			must(t, s.Extend(ctx, ledger.Extension{PlanID: "p", KeyID: "k1", Period: ledger.Daily, Start: 11, Extra: 3}))
			must(t, s.Extend(ctx, ledger.Extension{PlanID: "p", KeyID: "k1", Period: ledger.Daily, Start: 11, Extra: -4}))
			must(t, s.Extend(ctx, ledger.Extension{PlanID: "p", KeyID: "k1", Period: ledger.Weekly, Start: 11, Extra: 5}))
			must(t, s.Extend(ctx, ledger.Extension{PlanID: "p", KeyID: "k2", Period: ledger.Daily, Start: 9, Extra: 1}))
			for _, c := range []struct {
				key         string
				first, last ledger.Day
				want        int
			}{{"k1", 11, 11, 2}, {"", 0, 100, 3}, {"k2", 10, 11, 0}} {
				sum, n := int64(0), 0
				must(t, s.Extensions(ctx, "p", c.key, c.first, c.last, func(e ledger.Extension) {
					n++
					sum += e.Extra
				}))
				if n != c.want || n == 2 && sum != 1 {
					t.Errorf("%+v: %d extensions of %d", c, n, sum)
				}
			}

			for _, c := range []struct{ day, want ledger.Day }{{20, 20}, {30, 20}} {
				if born, err := s.Born(ctx, "p", c.day); err != nil || born != c.want {
					t.Errorf("born on %d, %v", born, err)
				}
			}
			must(t, s.Prune(ctx, 11))
			if got := days(t, s, "p", "", 0, 100); !reflect.DeepEqual(got, []ledger.Entry{{"p", "k1", 11, 9}}) {
				t.Errorf("after Prune: %v", got)
			}
			must(t, s.Extensions(ctx, "p", "k2", 0, 100, func(e ledger.Extension) { t.Errorf("after Prune: %v", e) }))
		})
	}
}

func TestSQLiteBelongsToOneProcess(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "usage.db")
	s, err := sqlite.Open(ctx, path)
	must(t, err)
	must(t, s.Save(ctx, []ledger.Entry{{"p", "k", 1, 1}}))
	if other, err := sqlite.Open(ctx, path); err == nil {
		other.Close()
		t.Fatal("two stores have one file open")
	}
	must(t, s.Close())
	s, err = sqlite.Open(ctx, path)
	must(t, err)
	defer s.Close()
	if got := days(t, s, "p", "", 0, 10); len(got) != 1 {
		t.Errorf("after it was opened again: %v", got)
	}
}

func TestSQLiteRefusesOtherFiles(t *testing.T) {
	if s, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "missing", "usage.db")); err == nil {
		s.Close()
		t.Error("opened a file in a directory that does not exist")
	}
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		period           ledger.Period
		day, start, next string
	}{
		{ledger.Daily, "2026-11-24", "2026-11-24", "2026-11-25"},
		{ledger.Weekly, "2026-11-24", "2026-11-22", "2026-11-29"},
		{ledger.Weekly, "2026-11-22", "2026-11-22", "2026-11-29"},
		{ledger.Weekly, "2026-11-28", "2026-11-22", "2026-11-29"},
		{ledger.Weekly, "2027-01-01", "2026-12-27", "2027-01-03"},
		{ledger.Monthly, "2026-11-01", "2026-11-01", "2026-12-01"},
		{ledger.Monthly, "2026-12-31", "2026-12-01", "2027-01-01"},
		{ledger.Monthly, "2028-02-29", "2028-02-01", "2028-03-01"},
	} {
		d, err := ledger.ParseDay(c.day)
		must(t, err)
		if s, n := c.period.Start(d).String(), c.period.End(d).String(); s != c.start || n != c.next {
			t.Errorf("%s of %s: %s to %s, want %s to %s", c.period, c.day, s, n, c.start, c.next)
		}
	}
	for _, s := range []string{"", "2026-13-01", "2026-1-1", "tomorrow"} {
		if _, err := ledger.ParseDay(s); err == nil {
			t.Errorf("%q is a day", s)
		}
	}
	for s, want := range map[string]string{
		"2026-11-24T00:00:00Z": "2026-11-24", "2026-11-23T23:59:59.999999999Z": "2026-11-23",
		"2026-11-24T01:00:00+02:00": "2026-11-23", "1969-12-31T23:59:59Z": "1969-12-31",
	} {
		at, err := time.Parse(time.RFC3339Nano, s)
		must(t, err)
		if d := ledger.DayOf(at).String(); d != want {
			t.Errorf("%s is on %s, want %s", s, d, want)
		}
	}
}
