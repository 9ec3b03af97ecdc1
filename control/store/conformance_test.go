package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sluice/control/store/postgrestest"
)

// kind is a kind of store; open returns a new and empty one, closed with the test.
type kind struct {
	name string
	open func(t testing.TB) Store
}

// conformance is what every kind of store must do.
var conformance = []struct {
	name string
	test func(t *testing.T, k kind)
}{
	{"records", testRecords},
	{"odd keys", testOddKeys},
	{"refusals", testRefusals},
	{"values", testValues},
	{"atomicity", testAtomicity},
	{"property", testProperty},
	{"counters", testCounters},
	{"write skew", testWriteSkew},
	{"snapshots", testSnapshots},
	{"ended contexts", testEndedContexts},
	{"own commits", testOwnCommits},
	{"feed under load", testFeedUnderLoad},
	{"slow subscribers", testSlowSubscribers},
	{"update from a subscriber", testUpdateFromSubscriber},
	{"backup", testBackup},
	{"restore", testRestore},
	{"run", testRun},
	{"close", testClose},
}

func TestMemory(t *testing.T) { testKind(t, memoryKind()) }

func TestSQLite(t *testing.T) { testKind(t, sqliteKind()) }

func TestPostgres(t *testing.T) { testKind(t, postgresKind(postgrestest.Start(t))) }

func testKind(t *testing.T, k kind) {
	for _, c := range conformance {
		t.Run(c.name, func(t *testing.T) { c.test(t, k) })
	}
}

func memoryKind() kind {
	return kind{"memory", func(t testing.TB) Store {
		s, err := OpenMemory()
		return opened(t, s, err)
	}}
}

func sqliteKind() kind {
	return kind{"sqlite", func(t testing.TB) Store {
		s, err := OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "sluice.db"))
		return opened(t, s, err)
	}}
}

func postgresKind(server *postgrestest.Server) kind {
	return kind{"postgres", func(t testing.TB) Store {
		s, err := OpenPostgres(t.Context(), server.Database())
		return opened(t, s, err)
	}}
}

func opened[S Store](t testing.TB, s S, err error) S {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error("close: ", err)
		}
	})
	return s
}

func update(t testing.TB, s Store, fn func(Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal("update: ", err)
	}
}

func view(t testing.TB, s Store, fn func(Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatal("view: ", err)
	}
}

func put(t testing.TB, s Store, key, value string) {
	t.Helper()
	update(t, s, func(tx Tx) error { return tx.Put(key, []byte(value)) })
}

func get(t testing.TB, s Store, key string) (value []byte) {
	t.Helper()
	view(t, s, func(tx Tx) (err error) {
		value, err = tx.Get(key)
		return err
	})
	return value
}

// dump is all records, without revisions.
func dump(t testing.TB, s Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	view(t, s, func(tx Tx) error {
		records, err := tx.List("", "", 0)
		for _, r := range records {
			all[r.Key] = string(r.Value)
		}
		return err
	})
	return all
}

func keysOf(records []Record) []string {
	keys := []string{}
	for _, r := range records {
		keys = append(keys, r.Key)
	}
	return keys
}

func testRecords(t *testing.T, k kind) {
	s := k.open(t)
	if v := get(t, s, "a"); v != nil {
		t.Errorf("an absent record is %q", v)
	}
	update(t, s, func(tx Tx) error {
		return errors.Join(tx.Put("a/1", []byte("one")), tx.Put("a/2", []byte("two")), tx.Put("a/3", nil), tx.Put("ab", []byte{}), tx.Put("b", []byte("b")))
	})
	put(t, s, "a/1", "uno")
	view(t, s, func(tx Tx) error {
		for key, want := range map[string]string{"a/1": "uno", "a/2": "two", "a/3": "", "ab": ""} {
			if v, err := tx.Get(key); err != nil || v == nil || string(v) != want {
				t.Errorf("%s is %q (nil: %t), %v; want %q", key, v, v == nil, err, want)
			}
		}
		for _, c := range []struct {
			prefix, after string
			limit         int
			want          []string
		}{
			{"", "", 0, []string{"a/1", "a/2", "a/3", "ab", "b"}},
			{"", "", -1, []string{"a/1", "a/2", "a/3", "ab", "b"}},
			{"a", "", 0, []string{"a/1", "a/2", "a/3", "ab"}},
			{"a/", "", 0, []string{"a/1", "a/2", "a/3"}},
			{"a/", "", 2, []string{"a/1", "a/2"}},
			{"a/", "a/2", 2, []string{"a/3"}},
			{"a/", "a/1", 1, []string{"a/2"}},
			{"a/", "a/3", 0, []string{}},
			{"a/", "A", 1, []string{"a/1"}},
			{"a/", "b", 1, []string{}},
			{"c", "", 0, []string{}},
			{"a/1", "", 0, []string{"a/1"}},
			{"", "ab", 0, []string{"b"}},
			{"\xff", "", 0, []string{}},
			{"", "\xff\xff", 0, []string{}},
			{"a\xff", "a\x00", 0, []string{}},
		} {
			records, err := tx.List(c.prefix, c.after, c.limit)
			if err != nil || !slices.Equal(keysOf(records), c.want) {
				t.Errorf("List(%q, %q, %d) is %q, %v; want %q", c.prefix, c.after, c.limit, keysOf(records), err, c.want)
			}
		}
		records, err := tx.List("", "", 0)
		if err != nil {
			return err
		}
		if records[0].Revision <= records[1].Revision || records[1].Revision != records[4].Revision || records[1].Revision < 1 {
			t.Errorf("revisions are not those of the commits: %+v", records)
		}
		if string(records[0].Value) != "uno" || records[2].Value == nil || records[3].Value == nil {
			t.Errorf("values: %v", keysOf(records))
		}
		return nil
	})
	update(t, s, func(tx Tx) error { return errors.Join(tx.Delete("b"), tx.Delete("absent"), tx.DeletePrefix("a/")) })
	if got := dump(t, s); !maps.Equal(got, map[string]string{"ab": ""}) {
		t.Errorf("left over: %q", got)
	}
	update(t, s, func(tx Tx) error { return tx.DeletePrefix("") })
	if got := dump(t, s); len(got) != 0 {
		t.Errorf("left over: %q", got)
	}
}

func testOddKeys(t *testing.T, k kind) {
	s := k.open(t)
	keys := []string{"\x00", "\x00\x00", "\x01", " ", "%", "'; --", "A", "a", "a\x00", "a/b", "a\x7f", "ab", "é", "é/\U0010ffff", "ß", "中", "\U0010ffff", strings.Repeat("k", MaxKey)}
	slices.Sort(keys)
	for _, key := range keys {
		put(t, s, key, "of "+key)
	}
	view(t, s, func(tx Tx) error {
		records, err := tx.List("", "", 0)
		if err != nil || !slices.Equal(keysOf(records), keys) {
			t.Errorf("keys are %q, %v; want %q", keysOf(records), err, keys)
		}
		// Any bytes can be a prefix or a position.
		for _, bound := range append([]string{"\xc3", "\xe4\xb8", "\xf4", "a\xff"}, keys...) {
			want := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return !strings.HasPrefix(key, bound) })
			if records, err := tx.List(bound, "", 0); err != nil || !slices.Equal(keysOf(records), want) {
				t.Errorf("with prefix %q: %q, %v; want %q", bound, keysOf(records), err, want)
			}
			want = slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return key <= bound })
			if records, err := tx.List("", bound, 0); err != nil || !slices.Equal(keysOf(records), want) {
				t.Errorf("after %q: %q, %v; want %q", bound, keysOf(records), err, want)
			}
		}
		for _, key := range keys {
			if v, err := tx.Get(key); err != nil || string(v) != "of "+key {
				t.Errorf("%q is %q, %v", key, v, err)
			}
		}
		for _, key := range []string{"", "\xff", "absent"} {
			if v, err := tx.Get(key); err != nil || v != nil {
				t.Errorf("%q is %q, %v", key, v, err)
			}
		}
		return nil
	})
	update(t, s, func(tx Tx) error { return tx.DeletePrefix("é") })
	if got := dump(t, s); len(got) != len(keys)-2 {
		t.Errorf("%d records are left of %d", len(got), len(keys))
	}
}

func testRefusals(t *testing.T, k kind) {
	s := k.open(t)
	for _, c := range []struct{ name, key, want string }{
		{"empty", "", "invalid record: empty key"},
		{"long", strings.Repeat("k", MaxKey+1), "invalid record: key of 2049 bytes, at most 2048 are possible"},
		{"not UTF-8", "a\xff", `invalid record: key "a\xff" is not UTF-8`},
	} {
		err := s.Update(t.Context(), func(tx Tx) error { return tx.Put(c.key, nil) })
		if !errors.Is(err, ErrInvalid) || err.Error() != c.want {
			t.Errorf("%s: %v; want %s", c.name, err, c.want)
		}
	}
	err := s.Update(t.Context(), func(tx Tx) error { return tx.Put("k", make([]byte, MaxValue+1)) })
	if !errors.Is(err, ErrInvalid) {
		t.Error("large value: ", err)
	}
	err = s.View(t.Context(), func(tx Tx) error {
		for name, err := range map[string]error{"Put": tx.Put("k", nil), "Delete": tx.Delete("k"), "DeletePrefix": tx.DeletePrefix("k")} {
			if !errors.Is(err, ErrReadOnly) {
				t.Errorf("%s in a View: %v", name, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	var kept Tx
	update(t, s, func(tx Tx) error { kept = tx; return nil })
	_, err = kept.Get("k")
	_, listErr := kept.List("", "", 0)
	for name, err := range map[string]error{"Get": err, "List": listErr, "Put": kept.Put("k", nil), "Delete": kept.Delete("k"), "DeletePrefix": kept.DeletePrefix("k")} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s after the transaction: %v", name, err)
		}
	}
}

func testValues(t *testing.T, k kind) {
	s := k.open(t)
	random := make([]byte, 5<<20)
	rand.NewChaCha8([32]byte{1}).Read(random)
	values := map[string][]byte{
		"random":       random,
		"compressible": bytes.Repeat([]byte(`{"httpMethod":"GET","authorizationType":"NONE"},`), 120_000),
		"threshold-1":  bytes.Repeat([]byte("x"), compressFrom-1),
		"threshold":    bytes.Repeat([]byte("x"), compressFrom),
		"zeros":        make([]byte, 100_000),
		"byte":         {0},
	}
	update(t, s, func(tx Tx) error {
		for key, value := range values {
			buffer := bytes.Clone(value)
			if err := tx.Put(key, buffer); err != nil {
				return err
			}
			clear(buffer) // it is the caller's
			if v, err := tx.Get(key); err != nil || !bytes.Equal(v, value) {
				t.Errorf("%s differs in its transaction", key)
			}
		}
		return nil
	})
	view(t, s, func(tx Tx) error {
		records, err := tx.List("", "", 0)
		if len(records) != len(values) {
			t.Errorf("%d records", len(records))
		}
		for _, r := range records {
			v, err := tx.Get(r.Key)
			if err != nil || !bytes.Equal(v, values[r.Key]) || !bytes.Equal(r.Value, v) {
				t.Errorf("%s differs", r.Key)
			}
			clear(v) // what became of it must not reach the store
			clear(r.Value)
		}
		return err
	})
	for key, value := range values {
		if !bytes.Equal(get(t, s, key), value) {
			t.Errorf("%s changed", key)
		}
	}
}

func testAtomicity(t *testing.T, k kind) {
	s := k.open(t)
	put(t, s, "kept", "1")
	failure := errors.New("on purpose")
	err := s.Update(t.Context(), func(tx Tx) error {
		if err := errors.Join(tx.Put("kept", []byte("2")), tx.Put("new", nil), tx.DeletePrefix("kept")); err != nil {
			return err
		}
		return failure
	})
	if err != failure {
		t.Errorf("error %v", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic got lost")
			}
		}()
		_ = s.Update(t.Context(), func(tx Tx) error {
			_ = tx.Put("kept", []byte("3"))
			panic("on purpose")
		})
	}()
	if got := dump(t, s); !maps.Equal(got, map[string]string{"kept": "1"}) {
		t.Errorf("stored: %q", got)
	}
	put(t, s, "kept", "4") // no lock is left behind
}

// testProperty compares random transactions with a map.
func testProperty(t *testing.T, k kind) {
	s := k.open(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	parts := []string{"a", "b", "a/b", "%", "é", "c\x00", ""}
	key := func() string {
		key := Key(parts[rnd.IntN(3)], parts[rnd.IntN(len(parts))], strconv.Itoa(rnd.IntN(8)))
		return key[:len(key)-rnd.IntN(2)]
	}
	model := map[string]string{}
	for round := range 150 {
		draft := maps.Clone(model)
		rollback := rnd.IntN(5) == 0
		var ops []string
		err := s.Update(t.Context(), func(tx Tx) error {
			for range rnd.IntN(12) {
				switch key := key(); rnd.IntN(6) {
				case 0, 1, 2:
					value := strings.Repeat(key, rnd.IntN(3))
					if rnd.IntN(10) == 0 {
						value = strings.Repeat("long", 2000)
					}
					draft[key] = value
					ops = append(ops, "put "+key)
					if err := tx.Put(key, []byte(value)); err != nil {
						return err
					}
				case 3:
					delete(draft, key)
					ops = append(ops, "delete "+key)
					if err := tx.Delete(key); err != nil {
						return err
					}
				case 4:
					key = key[:rnd.IntN(len(key))]
					maps.DeleteFunc(draft, func(k, _ string) bool { return strings.HasPrefix(k, key) && rnd != nil })
					ops = append(ops, "delete all of "+key)
					if err := tx.DeletePrefix(key); err != nil {
						return err
					}
				case 5:
					if err := compare(tx, draft, rnd, key); err != nil {
						return fmt.Errorf("after %q: %w", ops, err)
					}
				}
			}
			if err := compare(tx, draft, rnd, key()); err != nil {
				return fmt.Errorf("after %q: %w", ops, err)
			}
			if rollback {
				return ErrConflict
			}
			return nil
		})
		switch {
		case rollback && errors.Is(err, ErrConflict):
		case err != nil:
			t.Fatalf("round %d: %v", round, err)
		default:
			model = draft
		}
		view(t, s, func(tx Tx) error {
			if err := compare(tx, model, rnd, key()); err != nil {
				return fmt.Errorf("round %d: %w", round, err)
			}
			return nil
		})
	}
	if got := dump(t, s); !maps.Equal(got, model) {
		t.Errorf("at last %q\nwant %q", got, model)
	}
}

func compare(tx Tx, model map[string]string, rnd *rand.Rand, key string) error {
	value, err := tx.Get(key)
	if err != nil {
		return err
	}
	if want, ok := model[key]; ok != (value != nil) || want != string(value) {
		return fmt.Errorf("%q is %q, want %q (%t)", key, value, want, ok)
	}
	prefix, after, limit := key[:rnd.IntN(len(key)+1)], "", rnd.IntN(6)
	if rnd.IntN(2) == 0 {
		after = key
	}
	keys := slices.Sorted(maps.Keys(model))
	keys = slices.DeleteFunc(keys, func(k string) bool { return !strings.HasPrefix(k, prefix) || k <= after })
	if limit > 0 && len(keys) > limit {
		keys = keys[:limit]
	}
	records, err := tx.List(prefix, after, limit)
	if err != nil {
		return err
	}
	if !slices.Equal(keysOf(records), keys) {
		return fmt.Errorf("List(%q, %q, %d) is %q, want %q", prefix, after, limit, keysOf(records), keys)
	}
	for _, r := range records {
		if string(r.Value) != model[r.Key] {
			return fmt.Errorf("%q is listed as %q, want %q", r.Key, r.Value, model[r.Key])
		}
	}
	return nil
}

// increment adds 1 to a counter.
func increment(ctx context.Context, s Store, key string) error {
	return s.Update(ctx, func(tx Tx) error {
		v, err := tx.Get(key)
		if err != nil {
			return err
		}
		n, _ := strconv.Atoi(string(v))
		return tx.Put(key, strconv.AppendInt(nil, int64(n+1), 10))
	})
}

func testCounters(t *testing.T, k kind) {
	countConcurrently(t, 16, 15, k.open(t))
}

// countConcurrently has goroutines increment three counters through some stores.
func countConcurrently(t *testing.T, goroutines, each int, stores ...Store) {
	t.Helper()
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				if err := increment(t.Context(), stores[g%len(stores)], "counter/"+strconv.Itoa((g+i)%3)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	sum := 0
	for _, v := range dump(t, stores[0]) {
		n, _ := strconv.Atoi(v)
		sum += n
	}
	if sum != goroutines*each {
		t.Errorf("counted to %d, want %d", sum, goroutines*each)
	}
}

// testWriteSkew has transactions write what others only read: of the names in a
// list, each is taken once.
func testWriteSkew(t *testing.T, k kind) {
	s := k.open(t)
	var wg sync.WaitGroup
	for g := range 12 {
		wg.Go(func() {
			err := s.Update(t.Context(), func(tx Tx) error {
				taken, err := tx.List("name/", "", 0)
				if err != nil {
					return err
				}
				for _, r := range taken {
					if string(r.Value) == strconv.Itoa(len(taken)) {
						return fmt.Errorf("%s has number %s of %d", r.Key, r.Value, len(taken))
					}
				}
				return tx.Put("name/"+strconv.Itoa(g), []byte(strconv.Itoa(len(taken))))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	numbers := map[string]bool{}
	for _, v := range dump(t, s) {
		numbers[v] = true
	}
	if len(numbers) != 12 {
		t.Errorf("numbers given: %v", numbers)
	}
}

// testSnapshots has a View stay open over commits; neither waits for the other.
func testSnapshots(t *testing.T, k kind) {
	s := k.open(t)
	put(t, s, "a", "1")
	view(t, s, func(tx Tx) error {
		if v, err := tx.Get("a"); err != nil || string(v) != "1" {
			t.Errorf("a is %q, %v", v, err)
		}
		put(t, s, "a", "2")
		put(t, s, "b", "2")
		records, err := tx.List("", "", 0)
		if err != nil || len(records) != 1 || string(records[0].Value) != "1" {
			t.Errorf("the snapshot changed: %v, %v", records, err)
		}
		return nil
	})
	// And a View does not wait for a transaction that is at work.
	update(t, s, func(tx Tx) error {
		if err := tx.Put("a", []byte("3")); err != nil {
			return err
		}
		if v := get(t, s, "a"); string(v) != "2" {
			t.Errorf("a is %q before the commit", v)
		}
		return nil
	})
	if v := get(t, s, "a"); string(v) != "3" {
		t.Errorf("a is %q after the commit", v)
	}
}

func testEndedContexts(t *testing.T, k kind) {
	s := k.open(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(ctx, func(tx Tx) error {
		err := tx.Put("a", nil)
		cancel()
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Error("Update that ends while it works: ", err)
	}
	for name, err := range map[string]error{
		"Update": s.Update(ctx, func(Tx) error { t.Error("Update ran"); return nil }),
		"View": s.View(ctx, func(tx Tx) error {
			_, err := tx.Get("a")
			return err
		}),
		"Restore": s.Restore(ctx, strings.NewReader(""), IntoEmpty),
		"Backup":  s.Backup(ctx, &bytes.Buffer{}),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := dump(t, s); len(got) != 0 {
		t.Errorf("stored: %q", got)
	}
	// A writer that waits for another one gives up.
	waiting, cancel := context.WithCancel(t.Context())
	update(t, s, func(tx Tx) error {
		if k.name == "postgres" {
			return nil // they do not wait there
		}
		time.AfterFunc(time.Millisecond, cancel)
		if err := increment(waiting, s, "a"); !errors.Is(err, context.Canceled) {
			t.Error("Update that waits: ", err)
		}
		return nil
	})
	cancel()
}

// recorder is a subscriber that keeps what it is called with.
type recorder struct {
	mu      sync.Mutex
	changes []Change
	inside  atomic.Int32
}

func (r *recorder) see(t testing.TB) func(context.Context, []Change) {
	return func(_ context.Context, changes []Change) {
		if r.inside.Add(1) != 1 {
			t.Error("called while it was at work")
		}
		defer r.inside.Add(-1)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.changes = append(r.changes, changes...)
	}
}

// take returns what came since the last time.
func (r *recorder) take() []Change {
	r.mu.Lock()
	defer r.mu.Unlock()
	changes := r.changes
	r.changes = nil
	return changes
}

func testOwnCommits(t *testing.T, k kind) {
	s := k.open(t)
	var first, second recorder
	s.Subscribe(first.see(t))
	s.Subscribe(second.see(t))
	last := int64(0)
	for _, c := range []struct {
		fn   func(Tx) error
		want []string
	}{
		{func(tx Tx) error { return errors.Join(tx.Put("b", nil), tx.Put("a/1", nil), tx.Put("a/2", nil)) }, []string{"a/1", "a/2", "b"}},
		{func(tx Tx) error { return tx.Put("b", []byte("again")) }, []string{"b"}},
		{func(tx Tx) error { _, err := tx.Get("b"); return err }, nil},
		{func(tx Tx) error { return errors.Join(tx.Delete("absent"), tx.DeletePrefix("z")) }, nil},
		{func(tx Tx) error { return errors.Join(tx.Put("c", nil), tx.Delete("c")) }, nil},
		{func(tx Tx) error { return errors.Join(tx.DeletePrefix("a/"), tx.Put("a/2", nil), tx.Delete("b")) }, []string{"-a/1", "a/2", "-b"}},
		{func(tx Tx) error { return tx.DeletePrefix("") }, []string{"-a/2"}},
	} {
		update(t, s, c.fn)
		changes := first.take()
		if !slices.Equal(second.take(), changes) {
			t.Error("the second subscriber saw something else")
		}
		var got []string
		for _, change := range changes {
			if change.Revision <= last || change.Revision != changes[0].Revision {
				t.Errorf("revisions of %+v after %d", changes, last)
			}
			got = append(got, strings.Repeat("-", map[bool]int{true: 1}[change.Deleted])+change.Key)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("changes %q, want %q", got, c.want)
		}
		if len(changes) > 0 {
			last = changes[0].Revision
		}
	}
	if err := s.Update(t.Context(), func(tx Tx) error { return errors.Join(tx.Put("a", nil), ErrConflict) }); err == nil {
		t.Error("no error")
	}
	if got := first.take(); len(got) != 0 {
		t.Errorf("of what was not stored it saw %v", got)
	}
}

func testFeedUnderLoad(t *testing.T, k kind) {
	s := k.open(t)
	var r recorder
	s.Subscribe(r.see(t))
	writeConcurrently(t, 8, 10, s)
	checkFeed(t, r.take(), dump(t, s), 2*8*10)
}

// writeConcurrently has goroutines write pairs of records, and delete some.
func writeConcurrently(t *testing.T, goroutines, each int, stores ...Store) {
	t.Helper()
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				err := stores[g%len(stores)].Update(t.Context(), func(tx Tx) error {
					if i > 0 && i%4 == 0 {
						if err := tx.DeletePrefix(fmt.Sprintf("r/%d/%d/", g, i-1)); err != nil {
							return err
						}
					}
					return errors.Join(tx.Put(fmt.Sprintf("r/%d/%d/1", g, i), nil), tx.Put(fmt.Sprintf("r/%d/%d/2", g, i), nil))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// checkFeed checks that changes are in order, each commit whole and once, and that
// they lead to what is stored.
func checkFeed(t *testing.T, changes []Change, stored map[string]string, puts int) {
	t.Helper()
	seen, state := map[Change]bool{}, map[string]string{}
	ofRevision := map[int64]int{}
	var last Change
	for _, c := range changes {
		if c.Revision < last.Revision || c.Revision == last.Revision && c.Key <= last.Key {
			t.Errorf("%+v comes after %+v", c, last)
		}
		last = c
		if seen[c] {
			t.Errorf("%+v came twice", c)
		}
		seen[c] = true
		ofRevision[c.Revision]++
		if c.Deleted {
			delete(state, c.Key)
		} else {
			state[c.Key] = ""
			puts--
		}
	}
	for revision, n := range ofRevision {
		if n != 2 && n != 4 {
			t.Errorf("commit %d came with %d changes", revision, n)
		}
	}
	if puts != 0 {
		t.Errorf("%d writes too few", puts)
	}
	if !maps.Equal(state, stored) {
		t.Errorf("the changes lead to %d records, %d are stored", len(state), len(stored))
	}
}

// testSlowSubscribers has a subscriber that stands still: Update waits for it, no
// longer than its context, while others read and write.
func testSlowSubscribers(t *testing.T, k kind) {
	s := k.open(t)
	entered, leave := make(chan struct{}, 10), make(chan struct{})
	var seen atomic.Int64
	s.Subscribe(func(_ context.Context, changes []Change) {
		entered <- struct{}{}
		<-leave
		seen.Add(int64(len(changes)))
	})
	returned := make(chan error, 1)
	go func() {
		returned <- s.Update(context.Background(), func(tx Tx) error { return tx.Put("slow", nil) })
	}()
	<-entered
	if v := get(t, s, "slow"); v == nil {
		t.Error("a View does not see what is committed")
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(ctx, func(tx Tx) error {
		// Once it is committed nobody waits any more.
		time.AfterFunc(50*time.Millisecond, cancel)
		return tx.Put("impatient", nil)
	})
	if err != nil && !errors.Is(err, context.Canceled) { // a slow machine has not committed it
		t.Error("Update whose context ends while it waits for subscribers: ", err)
	}
	if stored := get(t, s, "impatient") != nil; stored != (err == nil) {
		t.Errorf("stored: %t, and the error is %v", stored, err)
	}
	select {
	case err := <-returned:
		t.Errorf("Update returned %v before the subscriber did", err)
	default:
	}
	close(leave)
	if err := <-returned; err != nil {
		t.Error(err)
	}
	put(t, s, "after", "")
	if n, want := seen.Load(), int64(len(dump(t, s))); n != want {
		t.Errorf("it saw %d changes, want %d", n, want)
	}
}

func testUpdateFromSubscriber(t *testing.T, k kind) {
	s := k.open(t)
	var keys []string
	s.Subscribe(func(ctx context.Context, changes []Change) {
		for _, c := range changes {
			keys = append(keys, c.Key)
			if c.Key != "second" {
				if err := s.Update(ctx, func(tx Tx) error { return tx.Put("second", nil) }); err != nil {
					t.Error(err)
				}
			}
		}
	})
	put(t, s, "first", "")
	put(t, s, "third", "")
	update(t, s, func(tx Tx) error { return tx.Delete("first") })
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if len(keys) < 5 || keys[0] != "first" || keys[1] != "second" {
		t.Errorf("seen: %q", keys)
	}
}

func testRun(t *testing.T, k kind) {
	s := k.open(t)
	var r recorder
	s.Subscribe(r.see(t))
	ctx, cancel := context.WithCancel(t.Context())
	returned := make(chan error, 1)
	go func() { returned <- s.Run(ctx) }()
	put(t, s, "a", "")
	put(t, s, "b", "")
	if got := r.take(); len(got) != 2 {
		t.Errorf("changes: %v", got)
	}
	cancel()
	if err := <-returned; err != nil {
		t.Error("Run: ", err)
	}
	put(t, s, "c", "")
	if got := r.take(); len(got) != 1 {
		t.Errorf("after Run: %v", got)
	}
}

func testClose(t *testing.T, k kind) {
	s := k.open(t)
	s.Subscribe(func(context.Context, []Change) {})
	put(t, s, "a", "")
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"Close":   s.Close(),
		"View":    s.View(t.Context(), func(Tx) error { return nil }),
		"Update":  s.Update(t.Context(), func(Tx) error { return nil }),
		"Backup":  s.Backup(t.Context(), &bytes.Buffer{}),
		"Restore": s.Restore(t.Context(), &bytes.Buffer{}, Replace),
	} {
		if name == "Close" && err != nil || name != "Close" && !errors.Is(err, ErrClosed) {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
	s.Subscribe(func(context.Context, []Change) { t.Error("called") })
}
