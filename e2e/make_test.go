package e2e

import (
	"net"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMakeRun does what a new user does first, on free ports, and runs the lines
// that are printed.
func TestMakeRun(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binaries once more")
	}
	for _, tool := range []string{"make", "bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s on this machine", tool)
		}
	}
	listen, backend := freeAddress(t), freeAddress(t)
	p := launch(t, root, nil, "make", "run", "LISTEN="+listen, "BACKEND="+backend)
	const building = 10 * time.Minute // on a busy machine with an empty cache
	p.lineWithin(building, p.stdout, 0, `^sluice: ready on http://`+regexp.QuoteMeta(listen)+`$`)
	wants := []string{`"type": "dog"`, `"id": 1`, `"type": "cat"`}
	seen := 0
	for _, want := range wants {
		var m []string
		m, seen = p.line(p.stdout, seen, `^\s+(curl .*)$`)
		out, err := exec.Command("bash", "-c", m[1]).Output()
		if err != nil || !strings.HasPrefix(string(out), "HTTP/1.1 200 OK\r\n") || !strings.Contains(string(out), want) {
			t.Errorf("%s\nprints (%v):\n%s\nwant %s in it", m[1], err, out, want)
		}
	}
	// Ctrl-C reaches the whole group, make and its script included.
	if err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	p.wait()
	for _, address := range []string{listen, backend} {
		eventually(t, "nothing listens on "+address, func() bool {
			c, err := net.Dial("tcp", address)
			if err == nil {
				c.Close()
			}
			return err != nil
		})
	}
}

// freeAddress is an address that nothing listens on at the moment.
func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}
