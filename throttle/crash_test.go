package throttle

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"sluice/throttle/ledger"
	"sluice/throttle/ledger/sqlite"
)

// After kill -9 under load the ledger has every request but at most those of the
// last second, none twice, and the next process continues the quota from there.
func TestKilledUnderLoad(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "usage.db")
	const clients, quota = 4, 1 << 40
	o := nodeOptions{Ledger: path, Rate: 1e6, Burst: 1e6, Quota: quota}
	today := ledger.DayOf(time.Now())
	sent, stored := int64(0), int64(0)
	for range 3 {
		n := startNode(t, o)
		l := startLoad(clients, n)
		type mark struct {
			at      time.Time
			allowed int64
		}
		var marks []mark
		await(t, "load", 20*time.Second, func() bool {
			marks = append(marks, mark{time.Now(), l.allowed.Load()})
			return l.allowed.Load() > 500 && time.Since(l.start) > 1500*time.Millisecond
		})
		n.kill()
		killed := time.Now()
		l.end()
		safe := int64(0) // answered a second before
		for _, m := range marks {
			if killed.Sub(m.at) > time.Second {
				safe = m.allowed
			}
		}
		store, err := sqlite.Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		now := int64(0)
		err = store.Days(ctx, "p", "k", today, today+1, func(e ledger.Entry) { now += e.Used })
		store.Close()
		if err != nil {
			t.Fatal(err)
		}
		allowed := l.allowed.Load()
		t.Logf("%d answered, %d of them a second before the end, %d written", allowed, safe, now-stored)
		if now-stored < safe || now-stored > allowed+clients {
			t.Errorf("%d written, of %d answered and %d a second before the end", now-stored, allowed, safe)
		}
		sent += allowed
		stored = now
	}

	store, err := sqlite.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s := newStand(t, store)
	s.now = time.Now()
	plan := planOf("p", "k")
	plan.Quota = &Quota{Limit: quota, Period: ledger.Weekly}
	s.must(s.Apply(ctx, Config{Keys: []Key{key("k")}, Plans: []Plan{plan}}))
	v := s.want(s.Stage("a", "prod").Method("/pets", "GET"), "k", Allowed)
	if v.Remaining != quota-stored-1 && today.Time().Weekday() != time.Saturday {
		t.Errorf("%d remain after a restart, want %d", v.Remaining, quota-stored-1)
	}
}
