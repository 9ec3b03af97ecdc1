package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"maps"
	"strings"
	"testing"

	"sluice/control/store/postgrestest"
)

// fill stores some records and returns them.
func fill(t testing.TB, s Store) map[string]string {
	t.Helper()
	records := map[string]string{
		"empty": "", "json": `{"a":"<b> & \"c\"","d":"\u2028"}`, "é/\x00": "umlaut", "text": "\u2028\u2029\ufffd<>&\\", "control": strings.Repeat("\x01", 100),
		"binary": "\xff\x00\xfe", "big": strings.Repeat("0123456789", 100_000),
	}
	for i := range 1200 {
		records["many/"+Key(strings.Repeat("x", i%7), string(rune('a'+i%26)), strings.Repeat("y", i/26))] = strings.Repeat("v", i)
	}
	update(t, s, func(tx Tx) error {
		for key, value := range records {
			if err := tx.Put(key, []byte(value)); err != nil {
				return err
			}
		}
		return nil
	})
	return records
}

func backedUp(t testing.TB, s Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func testBackup(t *testing.T, k kind) {
	s := k.open(t)
	empty := backedUp(t, s)
	want := fill(t, s)
	full := backedUp(t, s)
	if !bytes.Equal(full, backedUp(t, s)) {
		t.Error("two backups of the same differ")
	}
	for name, backup := range map[string][]byte{"full": full, "empty": empty} {
		for _, to := range []kind{k, memoryKind(), sqliteKind()} {
			restored := to.open(t)
			if err := restored.Restore(t.Context(), bytes.NewReader(backup), IntoEmpty); err != nil {
				t.Fatalf("%s to %s: %v", name, to.name, err)
			}
			want := want
			if name == "empty" {
				want = nil
			}
			if !maps.Equal(dump(t, restored), want) {
				t.Errorf("%s to %s: other records", name, to.name)
			}
			if !bytes.Equal(backedUp(t, restored), backup) {
				t.Errorf("%s to %s: another backup", name, to.name)
			}
		}
	}
	failure := errors.New("disk full")
	if err := s.Backup(t.Context(), failingWriter{failure}); !errors.Is(err, failure) {
		t.Error("writer that fails: ", err)
	}
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// TestBackupPostgresToSQLite is the way back, too.
func TestBackupPostgresToSQLite(t *testing.T) {
	postgres, sqlite := postgresKind(postgrestest.Start(t)), sqliteKind()
	for _, way := range [][2]kind{{postgres, sqlite}, {sqlite, postgres}} {
		from, to := way[0].open(t), way[1].open(t)
		want := fill(t, from)
		if err := to.Restore(t.Context(), bytes.NewReader(backedUp(t, from)), IntoEmpty); err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(dump(t, to), want) {
			t.Errorf("%s to %s: other records", way[0].name, way[1].name)
		}
	}
}

func testRestore(t *testing.T, k kind) {
	source := k.open(t)
	update(t, source, func(tx Tx) error { return errors.Join(tx.Put("a", []byte("1")), tx.Put("b", []byte("2"))) })
	backup := backedUp(t, source)

	s := k.open(t)
	var r recorder
	s.Subscribe(r.see(t))
	update(t, s, func(tx Tx) error { return errors.Join(tx.Put("b", []byte("old")), tx.Put("c", []byte("old"))) })
	before := r.take()
	if err := s.Restore(t.Context(), bytes.NewReader(backup), IntoEmpty); !errors.Is(err, ErrNotEmpty) {
		t.Error("into a store that is not empty: ", err)
	}
	// Whatever is wrong with a backup, nothing of it is stored.
	for name, c := range damage(t, backup) {
		err := s.Restore(t.Context(), bytes.NewReader(c.data), Replace)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	failure := errors.New("unplugged")
	if err := s.Restore(t.Context(), io.MultiReader(bytes.NewReader(backup[:20]), failingReader{failure}), Replace); !errors.Is(err, failure) {
		t.Error("reader that fails: ", err)
	}
	if got := dump(t, s); !maps.Equal(got, map[string]string{"b": "old", "c": "old"}) {
		t.Errorf("after restores that failed: %q", got)
	}
	if got := r.take(); len(got) != 0 {
		t.Errorf("restores that failed changed %v", got)
	}
	if err := s.Restore(t.Context(), bytes.NewReader(backup), Replace); err != nil {
		t.Fatal(err)
	}
	if got := dump(t, s); !maps.Equal(got, map[string]string{"a": "1", "b": "2"}) {
		t.Errorf("restored: %q", got)
	}
	got := r.take()
	if len(got) != 3 || got[0].Key != "a" || got[1].Key != "b" || got[2].Key != "c" || got[0].Deleted || got[1].Deleted || !got[2].Deleted ||
		got[0].Revision <= before[0].Revision {
		t.Errorf("changes %+v after %+v", got, before)
	}
	put(t, s, "d", "goes on")
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

type damagedBackup struct {
	data []byte
	want error
}

// damage makes every kind of wrong backup of a good one.
func damage(t testing.TB, backup []byte) map[string]damagedBackup {
	t.Helper()
	text := unzip(t, backup)
	lines := strings.SplitAfter(text, "\n")
	out := map[string]damagedBackup{}
	for n := range backup {
		out["cut at "+Key(string(rune('0'+n/100)), string(rune('0'+n/10%10)), string(rune('0'+n%10)))] = damagedBackup{backup[:n], ErrDamaged}
	}
	for name, text := range map[string]string{
		"no trailer":        strings.Join(lines[:3], ""),
		"header only":       lines[0],
		"no header":         strings.Join(lines[1:], ""),
		"a record missing":  lines[0] + lines[1] + lines[3],
		"a record twice":    lines[0] + lines[1] + lines[1] + lines[2] + lines[3],
		"another order":     lines[0] + lines[2] + lines[1] + lines[3],
		"another value":     strings.Replace(text, `"2"`, `"3"`, 1),
		"another number":    strings.Replace(text, `"records":2`, `"records":3`, 1),
		"more after it":     text + lines[1],
		"half a line":       strings.TrimSuffix(text, "\n"),
		"two on a line":     strings.Replace(text, "}\n{\"key\":\"b", "} {\"key\":\"b", 1),
		"unknown field":     strings.Replace(text, `{"key":"a"`, `{"x":1,"key":"a"`, 1),
		"no value":          lines[0] + `{"key":"a"}` + "\n" + lines[3],
		"two values":        lines[0] + `{"key":"a","text":"","bytes":""}` + "\n" + lines[3],
		"an empty key":      lines[0] + `{"key":"","text":""}` + "\n" + lines[3],
		"another format":    strings.Replace(text, backupFormat, "other-backup", 1),
		"version 0":         strings.Replace(text, `"version":1`, `"version":0`, 1),
		"JSON of its own":   "[]\n",
		"nothing in it":     "",
		"record and end":    lines[0] + `{"key":"a","text":"","records":1}` + "\n" + lines[3],
		"end with a value":  lines[0] + lines[1] + lines[2] + strings.Replace(lines[3], `{`, `{"text":"",`, 1),
		"end without a sum": lines[0] + `{"records":0}` + "\n",
	} {
		out[name] = damagedBackup{zip(t, text), ErrDamaged}
	}
	out["newer"] = damagedBackup{zip(t, strings.Replace(text, `"version":1`, `"version":2`, 1)), ErrNewer}
	out["not zipped"] = damagedBackup{[]byte(text), ErrDamaged}
	out["zipped twice"] = damagedBackup{zip(t, string(backup)), ErrDamaged}
	out["garbage after it"] = damagedBackup{append(bytes.Clone(backup), "garbage"...), ErrDamaged}
	return out
}

func zip(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func unzip(t testing.TB, backup []byte) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(backup))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestBackupFormat is what files out there look like.
func TestBackupFormat(t *testing.T) {
	s := memoryKind().open(t)
	update(t, s, func(tx Tx) error {
		return errors.Join(tx.Put("b", []byte("\xff")), tx.Put("us-east-1/restapi/a1", []byte(`{"name":"<é>"}`)))
	})
	want := `{"format":"sluice-backup","version":1}
{"key":"b","bytes":"/w=="}
{"key":"us-east-1/restapi/a1","text":"{\"name\":\"<é>\"}"}
{"records":2,"sha256":"a78bc0a7d8bc24b72608dc46b27174ec1a51d1d1459c4d0fc41113d095f66cf4"}
`
	if got := unzip(t, backedUp(t, s)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func FuzzRestore(f *testing.F) {
	source := memoryKind().open(f)
	update(f, source, func(tx Tx) error {
		return errors.Join(tx.Put("a", []byte("1")), tx.Put("b", []byte("\xff")), tx.Put("é", nil))
	})
	backup := backedUp(f, source)
	f.Add([]byte(unzip(f, backup)))
	for _, d := range damage(f, backup) {
		if r, err := gzip.NewReader(bytes.NewReader(d.data)); err == nil {
			if text, err := io.ReadAll(r); err == nil {
				f.Add(text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, data := range [][]byte{text, zip(t, string(text))} {
			s := memoryKind().open(t)
			err := s.Restore(context.Background(), bytes.NewReader(data), IntoEmpty)
			if err != nil {
				if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
					t.Errorf("error %v", err)
				}
				if n := len(dump(t, s)); n != 0 {
					t.Errorf("%d records of a backup that was refused", n)
				}
				continue
			}
			again := memoryKind().open(t)
			if err := again.Restore(context.Background(), bytes.NewReader(backedUp(t, s)), IntoEmpty); err != nil {
				t.Error(err)
			}
			if !maps.Equal(dump(t, s), dump(t, again)) {
				t.Error("restored once more it differs")
			}
		}
	})
}
