package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/control/store/postgrestest"
)

// TestPostgresAlone is what only this kind of store does.
func TestPostgresAlone(t *testing.T) {
	server := postgrestest.Start(t)
	for _, c := range []struct {
		name string
		test func(*testing.T, *postgrestest.Server)
	}{
		{"nodes", testPostgresNodes},
		{"catch up", testPostgresCatchUp},
		{"far behind", testPostgresFarBehind},
		{"prune", testPostgresPrune},
		{"versions", testPostgresVersions},
		{"schemas", testPostgresSchemas},
		{"lost answers", testPostgresLostAnswer},
		{"away", testPostgresAway},
		{"lock is left", testPostgresLockIsLeft},
		{"URL", testPostgresURL},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, server) })
	}
}

func openedPostgres(t testing.TB, url string) *Postgres {
	t.Helper()
	s, err := OpenPostgres(t.Context(), url)
	return opened(t, s, err)
}

// running has Run at work until the end of the test.
func running(t *testing.T, s Store) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Error("Run: ", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
}

// sight tells when a key was seen.
type sight struct {
	recorder
	key  string
	seen chan struct{}
	once sync.Once
}

func watch(t *testing.T, s Store, key string) *sight {
	v := &sight{key: key, seen: make(chan struct{})}
	see := v.see(t)
	s.Subscribe(func(ctx context.Context, changes []Change) {
		see(ctx, changes)
		if slices.ContainsFunc(changes, func(c Change) bool { return c.Key == key }) {
			v.once.Do(func() { close(v.seen) })
		}
	})
	return v
}

func (v *sight) wait(t *testing.T) {
	t.Helper()
	select {
	case <-v.seen:
	case <-time.After(time.Minute):
		t.Fatalf("%s never came", v.key)
	}
}

func testPostgresNodes(t *testing.T, server *postgrestest.Server) {
	t.Run("counters", func(t *testing.T) {
		url := server.Database()
		countConcurrently(t, 16, 15, openedPostgres(t, url), openedPostgres(t, url))
	})
	t.Run("feed", func(t *testing.T) {
		url := server.Database()
		a, b := openedPostgres(t, url), openedPostgres(t, url)
		feedOfTwo(t, a, b, func() {})
	})
	for name, end := range map[string]func(){"feed while the server restarts": server.Stop, "feed while the server crashes": server.Kill} {
		t.Run(name, func(t *testing.T) {
			url := server.Database()
			a, b := openedPostgres(t, url), openedPostgres(t, url)
			feedOfTwo(t, a, b, func() {
				end()
				server.Start()
			})
		})
	}
	t.Run("start together", func(t *testing.T) {
		url := server.Database()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				s, err := OpenPostgres(t.Context(), url)
				if err != nil {
					t.Error(err)
					return
				}
				defer s.Close()
				if err := increment(t.Context(), s, "n"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := get(t, openedPostgres(t, url), "n"); string(got) != "4" {
			t.Errorf("n is %s", got)
		}
	})
}

// feedOfTwo has two nodes write at the same time, while something happens, and
// checks what each of them heard.
func feedOfTwo(t *testing.T, a, b Store, happens func()) {
	t.Helper()
	running(t, a)
	running(t, b)
	sights := []*sight{watch(t, a, "z/end"), watch(t, b, "z/end")}
	var wg sync.WaitGroup
	wg.Go(happens)
	writeConcurrently(t, 8, 12, a, b)
	wg.Wait()
	stored := dump(t, a)
	update(t, a, func(tx Tx) error { return errors.Join(tx.Put("z/end", nil), tx.Put("z/end2", nil)) })
	for _, v := range sights {
		v.wait(t)
		changes := v.take()
		checkFeed(t, changes[:len(changes)-2], stored, 2*8*12)
	}
}

// testPostgresCatchUp has a commit come without a notification.
func testPostgresCatchUp(t *testing.T, server *postgrestest.Server) {
	url := server.Database()
	s := openedPostgres(t, url)
	running(t, s)
	v := watch(t, s, "silent")
	put(t, s, "a", "")
	server.Exec(url, `BEGIN; LOCK TABLE sluice_turn IN EXCLUSIVE MODE;
		INSERT INTO sluice_records VALUES ('silent', '', 0, nextval('sluice_revision'));
		INSERT INTO sluice_changes VALUES (currval('sluice_revision'), 'silent', false); COMMIT`)
	v.wait(t)
}

func testPostgresFarBehind(t *testing.T, server *postgrestest.Server) {
	url := server.Database()
	a, b := openedPostgres(t, url), openedPostgres(t, url)
	a.keep = retention{} // nothing
	var r recorder
	b.Subscribe(r.see(t))
	// seen has b look, and returns what it saw.
	seen := func() string {
		head, err := a.head(t.Context(), a.pool)
		if err != nil {
			t.Fatal(err)
		}
		for {
			b.feed.mu.Lock()
			at, moved := b.feed.delivered, b.feed.moved
			b.feed.mu.Unlock()
			if at == head {
				break
			}
			// Not once more than needed: it would look again while others write.
			b.feed.wake()
			<-moved
		}
		var out []string
		for _, c := range r.take() {
			out = append(out, strings.Repeat("-", map[bool]int{true: 1}[c.Deleted])+c.Key)
		}
		return strings.Join(out, " ")
	}
	update(t, a, func(tx Tx) error {
		return errors.Join(tx.Put("gone", nil), tx.Put("kept", nil), tx.Put("rewritten", nil))
	})
	if got := seen(); got != "gone kept rewritten" {
		t.Errorf("at first: %s", got)
	}
	update(t, a, func(tx Tx) error { return tx.Put("passing", nil) })
	update(t, a, func(tx Tx) error {
		return errors.Join(tx.Delete("gone"), tx.Delete("passing"), tx.Put("rewritten", nil), tx.Put("new", nil))
	})
	if err := a.prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := seen(); got != "-gone new rewritten" {
		t.Errorf("after changes were pruned: %s", got)
	}
	put(t, a, "next", "")
	if got := seen(); got != "next" {
		t.Errorf("then: %s", got)
	}
	// The database is replaced by an earlier state of it.
	server.Exec(url, `DELETE FROM sluice_records WHERE key IN ('next', 'new'); DELETE FROM sluice_changes;
		UPDATE sluice_pruned SET revision = 1`)
	if got := seen(); got != "kept -new -next rewritten" {
		t.Errorf("after the database was replaced: %s", got)
	}
}

func testPostgresPrune(t *testing.T, server *postgrestest.Server) {
	s := openedPostgres(t, server.Database())
	count := func() (n int) {
		t.Helper()
		if err := s.pool.QueryRow(t.Context(), "SELECT count(*) FROM sluice_changes").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i := range 10 {
		put(t, s, fmt.Sprint(i), "")
	}
	for _, c := range []struct {
		keep retention
		want int
	}{{defaultRetention(), 10}, {retention{time.Hour, 7}, 7}, {retention{time.Hour, 7}, 7}, {retention{0, 7}, 0}} {
		s.keep = c.keep
		before, err := s.head(t.Context(), s.pool)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		after, err := s.head(t.Context(), s.pool)
		if n := count(); err != nil || n != c.want || after != before {
			t.Errorf("with %+v there are %d, %v; want %d. The head was %d and is %d", c.keep, n, err, c.want, before, after)
		}
	}
}

func testPostgresVersions(t *testing.T, server *postgrestest.Server) {
	url := server.Database()
	openedPostgres(t, url)
	server.Exec(url, "INSERT INTO sluice_schema_version (version_id, is_applied) VALUES (99, true)")
	_, err := OpenPostgres(t.Context(), url)
	if want := "store in PostgreSQL: it was written by a newer version of this program: its tables have version 99, this program knows versions up to 1"; !errors.Is(err, ErrNewer) || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

// testPostgresSchemas has two stores in one database.
func testPostgresSchemas(t *testing.T, server *postgrestest.Server) {
	url := server.Database()
	server.Exec(url, "CREATE SCHEMA one; CREATE SCHEMA two")
	one, two := openedPostgres(t, url+"&search_path=one"), openedPostgres(t, url+"&search_path=two")
	put(t, one, "a", "1")
	put(t, two, "a", "2")
	if a, b := get(t, one, "a"), get(t, two, "a"); string(a) != "1" || string(b) != "2" {
		t.Errorf("%s and %s", a, b)
	}
}

// testPostgresLostAnswer has the connection break in a commit: whether it is done
// is found out, and nothing is done twice.
func testPostgresLostAnswer(t *testing.T, server *postgrestest.Server) {
	url := server.Database()
	direct := openedPostgres(t, url)
	for _, c := range []struct {
		name    string
		arrives bool
	}{{"before the server has it", false}, {"before the answer", true}} {
		t.Run(c.name, func(t *testing.T) {
			p := startProxy(t, url, c.arrives)
			s := openedPostgres(t, p.url)
			put(t, direct, "n", "0")
			p.cut.Store(3)
			for range 5 {
				if err := increment(t.Context(), s, "n"); err != nil {
					t.Error(err)
				}
			}
			if v := get(t, direct, "n"); string(v) != "5" {
				t.Errorf("counted to %s, want 5", v)
			}
			if left := p.cut.Load(); left > 0 {
				t.Errorf("%d commits were not cut", left)
			}
			// With nobody to ask, that is the answer.
			p.cut.Store(1)
			p.refuse.Store(true)
			s.outage = 200 * time.Millisecond
			if err := increment(t.Context(), s, "n"); !errors.Is(err, ErrUnknownOutcome) {
				t.Errorf("with the server gone: %v", err)
			}
		})
	}
}

// testPostgresAway has a server that does not come back.
func testPostgresAway(t *testing.T, server *postgrestest.Server) {
	url := server.Database()
	s := openedPostgres(t, url)
	put(t, s, "a", "1")
	server.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	for name, err := range map[string]error{
		"Update": increment(ctx, s, "a"),
		"View":   s.View(ctx, func(Tx) error { return nil }),
	} {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := OpenPostgres(ctx, url); err == nil {
		t.Error("opened")
	}
	server.Start()
	if v := get(t, s, "a"); string(v) != "1" {
		t.Errorf("a is %s", v)
	}
}

// testPostgresLockIsLeft has an Update end that waits for another one's turn: the
// server must not go on waiting for it.
func testPostgresLockIsLeft(t *testing.T, server *postgrestest.Server) {
	s := openedPostgres(t, server.Database())
	holder, err := s.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer rollback(holder)
	if _, err := holder.Exec(t.Context(), takeTurn); err != nil {
		t.Fatal(err)
	}
	waiting := func() (n int) {
		t.Helper()
		if err := holder.QueryRow(t.Context(), "SELECT count(*) FROM pg_locks WHERE NOT granted").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	returned := make(chan error, 1)
	go func() { returned <- increment(ctx, s, "a") }()
	for poll := time.NewTicker(time.Millisecond); waiting() == 0; <-poll.C {
	}
	cancel()
	if err := <-returned; !errors.Is(err, context.Canceled) {
		t.Error("Update: ", err)
	}
	if v := get(t, s, "a"); v != nil { // nor does a View wait
		t.Errorf("a is %s", v)
	}
	if n := waiting(); n != 0 {
		t.Errorf("%d still wait", n)
	}
	rollback(holder)
	put(t, s, "a", "1")
}

func testPostgresURL(t *testing.T, _ *postgrestest.Server) {
	for _, url := range []string{"postgres://user:secret@127.0.0.1:x/db", "postgres://user:secret@127.0.0.1/db?sslmode=perhaps"} {
		_, err := OpenPostgres(t.Context(), url)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
