package watch

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// patience is how long a test waits for something that must happen.
const patience = 20 * time.Second

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWatcher(t *testing.T) {
	edits := []struct {
		name string
		edit func(t *testing.T, file string)
	}{
		{"written in place", func(t *testing.T, file string) { write(t, file, "two") }},
		{"replaced by rename", func(t *testing.T, file string) {
			write(t, file+".new", "two")
			if err := os.Rename(file+".new", file); err != nil {
				t.Fatal(err)
			}
		}},
		{"moved away and written anew", func(t *testing.T, file string) {
			if err := os.Rename(file, file+"~"); err != nil {
				t.Fatal(err)
			}
			write(t, file, "two")
		}},
		{"removed", func(t *testing.T, file string) {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}},
	}
	for _, tt := range edits {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "sluice.yaml")
			write(t, file, "one")
			w := start(t, file)
			tt.edit(t, file)
			expect(t, w)
			// A second edit is seen too, whatever the first did to the file.
			write(t, file, "three")
			expect(t, w)
		})
	}
}

// TestLinkSwitched edits as a cluster does that mounts configuration: the file
// is a link through a directory that is switched as a whole.
func TestLinkSwitched(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{"one", "two"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, d, "api.yaml"), d)
	}
	link := func(from, to string) {
		if err := os.Symlink(from, filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	link("one", "data")
	link(filepath.Join("data", "api.yaml"), "api.yaml")
	w := start(t, filepath.Join(dir, "api.yaml"))
	link("two", "data.new")
	if err := os.Rename(filepath.Join(dir, "data.new"), filepath.Join(dir, "data")); err != nil {
		t.Fatal(err)
	}
	expect(t, w)
}

// TestUnchanged shows that neither a neighbour nor a file that was only touched
// counts: the edit that does count is the last one.
func TestUnchanged(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "api.yaml")
	write(t, file, "one")
	w := start(t, file)
	write(t, filepath.Join(dir, "neighbour"), "x")
	write(t, file, "one")
	ctx, cancel := context.WithTimeout(t.Context(), 5*settle)
	defer cancel()
	if w.Next(ctx) {
		t.Error("an edit was seen where there was none")
	}
	write(t, file, "two")
	expect(t, w)
}

func TestKeep(t *testing.T) {
	one, two := filepath.Join(t.TempDir(), "a.yaml"), filepath.Join(t.TempDir(), "b.yaml")
	write(t, one, "one")
	w := start(t, one)
	if err := w.Add(two); err != nil {
		t.Fatal(err)
	}
	w.Keep([]string{two})
	write(t, one, "not watched")
	write(t, two, "two")
	expect(t, w)
	if err := w.Add(filepath.Join(t.TempDir(), "none", "c.yaml")); err == nil {
		t.Error("a file in a directory that is not there was watched")
	}
	write(t, two, "three")
	expect(t, w)
	if len(w.files) != 1 || len(w.dirs) != 1 {
		t.Errorf("%d files in %d directories are watched, want one", len(w.files), len(w.dirs))
	}
}

// TestEditedAfterAdd: an edit between Add and Next is seen, and adding once more
// does not hide it.
func TestEditedAfterAdd(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.yaml")
	write(t, file, "one")
	w := start(t, file)
	write(t, file, "two")
	if err := w.Add(file); err != nil {
		t.Fatal(err)
	}
	expect(t, w)
}

func start(t *testing.T, files ...string) *Watcher {
	t.Helper()
	w, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	for _, f := range files {
		if err := w.Add(f); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func expect(t *testing.T, w *Watcher) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if !w.Next(ctx) {
		t.Fatal("the edit was not seen")
	}
}
