package logdelivery

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(b)
}

func TestFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs", "access")
	d := newDeliveries(t, Options{Dir: dir})
	one, two := d.Access("arn:aws:logs:us-east-1:000000000000:log-group:/aws/apigateway/pets:*"), d.Access("arn:aws:logs:us-east-1:000000000000:log-group:/aws/apigateway/pets")
	if one != two {
		t.Error("one group has two deliveries")
	}
	one.Log([]byte("one"))
	two.Log([]byte("two"))
	d.Execution("us-east-1", "a1b2c3d4e5", "dev").Log([]byte("(id) line"))
	d.Execution("us-east-1", "a1b2c3d4e5", "dev/Canary").Log([]byte("(id) canary"))
	d.Access(stream).Log([]byte("record"))
	if lost := d.Close(); lost != 0 {
		t.Errorf("lost %d", lost)
	}
	for name, want := range map[string]string{
		"aws/apigateway/pets.log":                              "one\ntwo\n",
		"API-Gateway-Execution-Logs_a1b2c3d4e5/dev.log":        "(id) line\n",
		"API-Gateway-Execution-Logs_a1b2c3d4e5/dev/Canary.log": "(id) canary\n",
		"@us-west-2/amazon-apigateway-x.log":                   "record\n",
	} {
		if got := read(t, filepath.Join(dir, name)); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if f := d.Figures()[toFile]; f.Delivered != 5 || f.Dropped != 0 || f.Failures != 0 {
		t.Errorf("%+v", f)
	}
}

// TestRotation renames and removes a file under the delivery.
func TestRotation(t *testing.T) {
	dir := t.TempDir()
	d := newDeliveries(t, Options{Dir: dir})
	a := d.Access("arn:aws:logs:us-east-1:000000000000:log-group:a/b")
	path := filepath.Join(dir, "a", "b.log")
	step := func(line, file string, then func() error) {
		t.Helper()
		a.Log([]byte(line))
		waitFor(t, line, func() bool { return read(t, path) == file })
		if err := then(); err != nil {
			t.Fatal(err)
		}
	}
	step("one", "one\n", func() error { return nil })
	step("two", "one\ntwo\n", func() error { return os.Rename(path, path+".1") })
	step("three", "three\n", func() error { return os.Truncate(path, 0) })
	step("four", "four\n", func() error { return os.RemoveAll(filepath.Join(dir, "a")) })
	step("five", "five\n", func() error { return nil })
}

// TestBrokenFile is a file that cannot be written until it is put right.
func TestBrokenFile(t *testing.T) {
	dir := t.TempDir()
	var log records
	d := newDeliveries(t, Options{Dir: dir, Log: newLog(&log)})
	path := filepath.Join(dir, "access.log")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	a := d.Access("arn:aws:logs:us-east-1:000000000000:log-group:access")
	a.Log([]byte("one"))
	waitFor(t, "failures", func() bool { return d.Figures()[toFile].Failures > 3 })
	a.Log([]byte("two"))
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if lost := d.Close(); lost != 0 {
		t.Errorf("lost %d", lost)
	}
	if got := read(t, path); got != "one\ntwo\n" {
		t.Errorf("got %q", got)
	}
	if log.count("logs do not reach their destination") != 1 || log.count("again") != 1 {
		t.Error(log.String())
	}
}

// TestPartOfABatch goes on where a write ended, and with a whole line in a new file.
func TestPartOfABatch(t *testing.T) {
	dir := t.TempDir()
	for name, replaced := range map[string]bool{"same": false, "new": true} {
		f := &file{path: filepath.Join(dir, name)}
		if err := os.WriteFile(f.path, []byte("one\ntw"), 0o600); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(f.path)
		if err != nil {
			t.Fatal(err)
		}
		b := &batch{body: []byte("one\ntwo\nthree\n"), left: 3}
		f.partial, f.written = info, len("one\ntw")
		want := "one\ntwo\nthree\n"
		if replaced {
			if err := os.Rename(f.path, f.path+".1"); err != nil {
				t.Fatal(err)
			}
			want = "two\nthree\n"
		}
		if err := f.deliver(b, time.Time{}); err != nil || b.left != 0 || b.delivered != 3 {
			t.Errorf("%s: %v, %d left", name, err, b.left)
		}
		if got := read(t, f.path); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestManyLines writes more than one write's worth.
func TestManyLines(t *testing.T) {
	dir := t.TempDir()
	d := newDeliveries(t, Options{Dir: dir})
	a := d.Access("arn:aws:logs:us-east-1:000000000000:log-group:access")
	want := strings.Join(numbered(0, 100000), "\n") + "\n"
	logAll(a, numbered(0, 100000))
	if lost := d.Close(); lost != 0 {
		t.Errorf("lost %d", lost)
	}
	if got := read(t, filepath.Join(dir, "access.log")); got != want {
		t.Errorf("%d bytes, want %d", len(got), len(want))
	}
}
