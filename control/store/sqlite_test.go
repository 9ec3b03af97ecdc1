package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func openedSQLite(t testing.TB, path string) *SQLite {
	t.Helper()
	s, err := OpenSQLite(t.Context(), path)
	return opened(t, s, err)
}

func TestSQLiteReopen(t *testing.T) {
	// Names that mean something in a URL are names of files all the same.
	for _, name := range []string{"sluice.db", "a b?c#d%20e.db"} {
		path := filepath.Join(t.TempDir(), name)
		s, err := OpenSQLite(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		put(t, s, "a", "1")
		put(t, s, "a", "2")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
		again := openedSQLite(t, path)
		put(t, again, "b", "3")
		view(t, again, func(tx Tx) error {
			records, err := tx.List("", "", 0)
			if err != nil || len(records) != 2 || string(records[0].Value) != "2" || records[1].Revision <= records[0].Revision {
				t.Errorf("records: %+v, %v", records, err)
			}
			return nil
		})
	}
}

func TestSQLiteInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.db")
	s := openedSQLite(t, path)
	_, err := OpenSQLite(t.Context(), path)
	if want := "store " + path + ": another process has it open"; !errors.Is(err, ErrInUse) || err.Error() != want {
		t.Errorf("in this process: %v; want %s", err, want)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childStore+"="+path)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "another process has it open") {
		t.Errorf("in another process: %s, %v", out, err)
	}
	put(t, s, "a", "still ours")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	openedSQLite(t, path)
}

func TestSQLiteReader(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.db")
	if _, err := OpenSQLiteReader(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("without a file: ", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("reading made the file")
	}
	s := openedSQLite(t, path)
	want := fill(t, s)
	for _, when := range []string{"while it is served", "afterwards"} {
		r, err := OpenSQLiteReader(t.Context(), path)
		if err != nil {
			t.Fatal(when, ": ", err)
		}
		if !maps.Equal(dump(t, r), want) {
			t.Error(when, ": other records")
		}
		if !bytes.Equal(backedUp(t, r), backedUp(t, r)) {
			t.Error(when, ": two backups differ")
		}
		for name, err := range map[string]error{
			"Update":  r.Update(t.Context(), func(tx Tx) error { return tx.Put("a", nil) }),
			"Restore": r.Restore(t.Context(), bytes.NewReader(nil), Replace),
		} {
			if !errors.Is(err, ErrReadOnly) {
				t.Errorf("%s: %s: %v", when, name, err)
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSQLiteVersions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.db")
	s, err := OpenSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO sluice_schema_version (version_id, is_applied) VALUES (99, 1)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	want := "it was written by a newer version of this program: its tables have version 99, this program knows versions up to 1"
	for name, open := range map[string]func(context.Context, string) (*SQLite, error){"OpenSQLite": OpenSQLite, "OpenSQLiteReader": OpenSQLiteReader} {
		if _, err := open(t.Context(), path); !errors.Is(err, ErrNewer) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSQLiteOtherFiles(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, bytes.Repeat([]byte("not a database\n"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"text": text, "directory": dir, "no directory": filepath.Join(dir, "absent", "file")} {
		if s, err := OpenSQLite(t.Context(), path); err == nil {
			s.Close()
			t.Error(name, " was opened")
		} else if !strings.Contains(err.Error(), path) {
			t.Errorf("%s: the error does not name it: %v", name, err)
		}
	}
}
