package watch

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// settle is how long nothing must happen before an edit counts as finished:
	// editors write in several steps.
	settle = 60 * time.Millisecond
	// longest bounds the wait while files keep changing.
	longest = 400 * time.Millisecond
)

// Watcher watches a set of files. One goroutine at a time may use it.
type Watcher struct {
	notify *fsnotify.Watcher
	files  map[string]checksum // by absolute path
	dirs   map[string]bool
}

// checksum is the content of a file; the zero value stands for a file that
// cannot be read.
type checksum [sha256.Size]byte

// New makes a Watcher that watches nothing yet.
func New() (*Watcher, error) {
	n, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch files: %w", err)
	}
	return &Watcher{
		notify: n,
		files:  map[string]checksum{},
		dirs:   map[string]bool{},
	}, nil
}

// Add adds a file. Its content of this moment is what later contents are
// compared with, so a file is to be added before it is read; one that is watched
// already stays as it is. A file that cannot be watched is an error.
func (w *Watcher) Add(file string) error {
	path, err := filepath.Abs(file)
	if err != nil {
		return fmt.Errorf("watch %s: %w", file, err)
	}
	if _, ok := w.files[path]; ok {
		return nil
	}
	for _, dir := range directories(path) {
		if w.dirs[dir] {
			continue
		}
		if err := w.notify.Add(dir); err != nil {
			return fmt.Errorf("watch %s: %w", file, err)
		}
		w.dirs[dir] = true
	}
	w.files[path] = sum256(path)
	return nil
}

// Keep stops watching all files but these.
func (w *Watcher) Keep(files []string) {
	keep := map[string]bool{}
	for _, f := range files {
		if path, err := filepath.Abs(f); err == nil {
			keep[path] = true
		}
	}
	dirs := map[string]bool{}
	for path := range w.files {
		if !keep[path] {
			delete(w.files, path)
			continue
		}
		for _, dir := range directories(path) {
			dirs[dir] = true
		}
	}
	for dir := range w.dirs {
		if !dirs[dir] {
			_ = w.notify.Remove(dir) // fails only when the directory is gone
			delete(w.dirs, dir)
		}
	}
}

// directories are those that can change what path leads to: the one it is in,
// and when it is a symbolic link the one its target is in.
func directories(path string) []string {
	dirs := []string{filepath.Dir(path)}
	if real, err := filepath.EvalSymlinks(path); err == nil && filepath.Dir(real) != dirs[0] {
		dirs = append(dirs, filepath.Dir(real))
	}
	return dirs
}

// Next waits until the content of a file differs from what it was at the last
// call, and the edit has settled. It returns false when ctx ends.
func (w *Watcher) Next(ctx context.Context) bool {
	var quiet, deadline <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return false
		case e, ok := <-w.notify.Events:
			if !ok {
				return false
			}
			if !w.concerns(e) {
				continue
			}
			quiet = time.After(settle)
			if deadline == nil {
				deadline = time.After(longest)
			}
			continue
		case _, ok := <-w.notify.Errors:
			if !ok {
				return false
			}
			// Events were lost: look for ourselves.
			quiet = time.After(settle)
			continue
		case <-quiet:
		case <-deadline:
		}
		quiet, deadline = nil, nil
		if w.refresh() {
			return true
		}
	}
}

// concerns tells whether an event may have changed one of the files. Writes to
// other files cannot; that they come and go can, when links are switched.
func (w *Watcher) concerns(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod {
		return false
	}
	if _, ok := w.files[e.Name]; ok {
		return true
	}
	for path := range w.files {
		if filepath.Base(path) == filepath.Base(e.Name) {
			return true
		}
	}
	return e.Has(fsnotify.Create) || e.Has(fsnotify.Rename) || e.Has(fsnotify.Remove)
}

// refresh takes the contents anew and tells whether any has changed.
func (w *Watcher) refresh() bool {
	changed := false
	for path, old := range w.files {
		if now := sum256(path); now != old {
			w.files[path], changed = now, true
		}
	}
	return changed
}

// Close ends the watch.
func (w *Watcher) Close() error { return w.notify.Close() }

func sum256(path string) (sum checksum) {
	f, err := os.Open(path)
	if err != nil {
		return sum
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return checksum{}
	}
	h.Sum(sum[:0])
	return sum
}
