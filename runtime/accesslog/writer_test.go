package accesslog

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// records counts reports by message.
type records struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *records) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *records) count(s string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Count(r.text.String(), s)
}

func logTo(r *records) *slog.Logger { return slog.New(slog.NewTextHandler(r, nil)) }

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// waitFor waits for something another goroutine does, as long as the test may run.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("never happened: " + what)
		}
	}
}

func TestLinesArriveWholeAndInOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	w, err := Open(path, Options{Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	const writers, lines = 8, 2000
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for j := range lines {
				w.Log(fmt.Appendf(nil, "%d %d %s", i, j, strings.Repeat("x", j%300)))
			}
		})
	}
	wg.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w.Dropped() != 0 {
		t.Fatalf("dropped %d", w.Dropped())
	}
	checkLines(t, writers, lines, path)
}

// checkLines reads files in order and wants each line once, and each writer's in its order.
func checkLines(t *testing.T, writers, lines int, paths ...string) {
	t.Helper()
	next := make([]int, writers)
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			var i, j int
			var x string
			fmt.Sscanf(s.Text(), "%d %d %s", &i, &j, &x)
			if want := fmt.Sprintf("%d %d %s", i, j, strings.Repeat("x", j%300)); s.Text() != want {
				t.Fatalf("torn line %q", s.Text())
			}
			if next[i] != j {
				t.Fatalf("writer %d: line %d follows %d", i, j, next[i]-1)
			}
			next[i]++
		}
	}
	for i, n := range next {
		if n != lines {
			t.Errorf("writer %d: %d lines of %d", i, n, lines)
		}
	}
}

func TestFlushWithoutMoreLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	w, err := Open(path, Options{FlushInterval: time.Millisecond, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, line := range []string{"one", "two"} {
		w.Log([]byte(line))
		waitFor(t, line, func() bool {
			got, _ := os.ReadFile(path)
			return strings.HasSuffix(string(got), line+"\n")
		})
	}
}

func TestAppends(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	for _, line := range []string{"one", "two"} {
		w, err := Open(path, Options{Log: quiet()})
		if err != nil {
			t.Fatal(err)
		}
		w.Log([]byte(line))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := os.ReadFile(path); string(got) != "one\ntwo\n" {
		t.Errorf("got %q", got)
	}
}

func TestRotateLosesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	w, err := Open(path, Options{FlushInterval: time.Millisecond, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	const writers, lines, rotations = 4, 4000, 7
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for j := range lines {
				w.Log(fmt.Appendf(nil, "%d %d %s", i, j, strings.Repeat("x", j%300)))
			}
		})
	}
	var paths []string
	for i := range rotations {
		old := fmt.Sprintf("%s.%d", path, i)
		if err := os.Rename(path, old); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, old)
		if err := w.Rotate(); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	checkLines(t, writers, lines, append(paths, path)...)
}

func TestRotateWritesWaitingLinesToTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	w, err := Open(path, Options{FlushInterval: time.Hour, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	w.Log([]byte("old"))
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	if err := w.Rotate(); err != nil {
		t.Fatal(err)
	}
	w.Log([]byte("new"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{path + ".1": "old\n", path: "new\n"} {
		if got, _ := os.ReadFile(name); string(got) != want {
			t.Errorf("%s: %q, want %q", filepath.Base(name), got, want)
		}
	}
	if err := w.Rotate(); err == nil {
		t.Error("Rotate after Close succeeded")
	}
}

func TestRotateKeepsTheOldFileWhenThePathIsGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "access.log")
	w, err := Open(path, Options{Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	moved := dir + ".moved"
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	if err := w.Rotate(); err == nil {
		t.Error("no error")
	}
	w.Log([]byte("still here"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(moved, "access.log")); string(got) != "still here\n" {
		t.Errorf("got %q", got)
	}
}

func TestStuckPipeDropsAndReports(t *testing.T) {
	r, p, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var rec records
	o := Options{BufferSize: 256 << 10, FlushInterval: time.Millisecond, CloseTimeout: time.Hour, Log: logTo(&rec)}
	w := newWriter(p, "", o.withDefaults())
	line := []byte(strings.Repeat("x", 99))
	const lines = 20000 // far more than the pipe and both buffers hold
	for range lines {
		w.Log(line)
	}
	if w.Dropped() == 0 {
		t.Fatal("nothing dropped")
	}
	waitFor(t, "report of drops", func() bool { return rec.count("lines dropped") == 1 })

	got := make(chan int)
	go func() {
		n := 0
		for s := bufio.NewScanner(r); s.Scan(); n++ {
			if !bytes.Equal(s.Bytes(), line) {
				t.Errorf("torn line %q", s.Bytes())
			}
		}
		got <- n
	}()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	p.Close() // the reader's end of file; a Writer without a path leaves its file open
	if n := <-got; uint64(n)+w.Dropped() != lines {
		t.Errorf("%d lines arrived and %d were dropped of %d", n, w.Dropped(), lines)
	}
}

func TestCloseGivesUpOnAStuckPipe(t *testing.T) {
	r, p, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	o := Options{BufferSize: 1 << 20, FlushInterval: time.Millisecond, CloseTimeout: time.Millisecond, Log: quiet()}
	w := newWriter(p, "", o.withDefaults())
	for range 5000 {
		w.Log([]byte(strings.Repeat("x", 99)))
	}
	if err := w.Close(); err != ErrStuck {
		t.Errorf("got %v", err)
	}
	before := w.Dropped()
	w.Log([]byte("late"))
	if w.Dropped() != before+1 {
		t.Error("a line after Close was not dropped")
	}
	io.Copy(io.Discard, io.LimitReader(r, 1<<16)) // lets the goroutine go
}

func TestFailingFileIsReportedOnceAndLeftByRotate(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no device that is always full")
	}
	path := filepath.Join(t.TempDir(), "access.log")
	var rec records
	o := Options{FlushInterval: time.Millisecond, RetryInterval: time.Millisecond, Log: logTo(&rec)}
	w := newWriter(full, path, o.withDefaults())
	w.Log([]byte("one"))
	waitFor(t, "report", func() bool { return rec.count("cannot be written") > 0 })
	w.Log([]byte("two"))
	if err := w.Rotate(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "one\ntwo\n" {
		t.Errorf("got %q", got)
	}
	if n := rec.count("cannot be written"); n != 1 {
		t.Errorf("reported %d times", n)
	}
	if rec.count("written again") != 1 {
		t.Error("recovery not reported")
	}
}

func TestTooLongLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	w, err := Open(path, Options{BufferSize: 64, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	w.Log(bytes.Repeat([]byte("x"), 32))
	w.Log([]byte("fits"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "fits\n" || w.Dropped() != 1 {
		t.Errorf("got %q, dropped %d", got, w.Dropped())
	}
}

func TestOpenErrors(t *testing.T) {
	if _, err := Open(t.TempDir(), Options{}); err == nil {
		t.Error("a folder was opened")
	}
}

func TestCloseTwice(t *testing.T) {
	w, err := Open(filepath.Join(t.TempDir(), "a"), Options{Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
}

var benchLine = []byte(`192.0.2.1 - - [10/Nov/2026:19:15:17 +0000] "GET /pets/{petId} HTTP/1.1" 200 1024 c6af9ac6-7b61-11e6-9a41-93e8deadbeef`)

func benchmark(b *testing.B, path string, parallel bool) {
	w, err := Open(path, Options{BufferSize: 64 << 20, Log: quiet()})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(benchLine)))
	if parallel {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				w.Log(benchLine)
			}
		})
	} else {
		for b.Loop() {
			w.Log(benchLine)
		}
	}
	b.StopTimer()
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	// Nothing but Log in a loop is faster than a disk; a request does more.
	b.ReportMetric(float64(w.Dropped())/float64(b.N), "dropped/op")
}

func BenchmarkLog(b *testing.B)         { benchmark(b, os.DevNull, false) }
func BenchmarkLogParallel(b *testing.B) { benchmark(b, os.DevNull, true) }
func BenchmarkLogFileParallel(b *testing.B) {
	benchmark(b, filepath.Join(b.TempDir(), "access.log"), true)
}
