package e2e

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// output collects what a process writes, line by line.
type output struct {
	mu      sync.Mutex
	lines   []string
	partial []byte
	changed chan struct{} // closed and replaced at every line
}

func newOutput() *output { return &output{changed: make(chan struct{})} }

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.partial = append(o.partial, b...)
	for {
		line, rest, ok := bytes.Cut(o.partial, []byte("\n"))
		if !ok {
			return len(b), nil
		}
		o.lines = append(o.lines, string(line))
		o.partial = append([]byte(nil), rest...)
		close(o.changed)
		o.changed = make(chan struct{})
	}
}

// from returns the lines from index i on, and a channel that is closed when
// there are more.
func (o *output) from(i int) ([]string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lines[min(i, len(o.lines)):], o.changed
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(append(append([]string(nil), o.lines...), string(o.partial)), "\n")
}

// count is how many lines match.
func (o *output) count(pattern string) int {
	n, re := 0, regexp.MustCompile(pattern)
	lines, _ := o.from(0)
	for _, l := range lines {
		if re.MatchString(l) {
			n++
		}
	}
	return n
}

// process is a running program.
type process struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdout, stderr *output
	done           chan struct{}
}

// launch starts a program in its own process group, without the SLUICE_
// variables of the person who runs the tests.
func launch(t *testing.T, dir string, env []string, name string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(name, args...), stdout: newOutput(), stderr: newOutput(), done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, p.stdout, p.stderr
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "SLUICE_") {
			p.cmd.Env = append(p.cmd.Env, pair)
		}
	}
	p.cmd.Env = append(p.cmd.Env, env...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.cmd.WaitDelay = 5 * time.Second
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		var exit *exec.ExitError
		if err := p.cmd.Wait(); err != nil && !errors.As(err, &exit) {
			t.Logf("wait for %s: %v", name, err)
		}
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // fails when it has ended
		<-p.done
		if t.Failed() {
			t.Logf("%s %s\nstdout:\n%s\nstderr:\n%s", name, strings.Join(args, " "), p.stdout, p.stderr)
		}
		if s := p.stderr.String(); strings.Contains(s, "WARNING: DATA RACE") || strings.Contains(s, "\npanic: ") {
			t.Errorf("stderr shows a race or a panic:\n%s", s)
		}
	})
	return p
}

// run runs sluice to its end.
func run(t *testing.T, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	p := launch(t, "", env, sluiceBinary, args...)
	return p.wait(), p.stdout.String(), p.stderr.String()
}

// runWith runs sluice with input on its standard input.
func runWith(t *testing.T, input string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, problems bytes.Buffer
	cmd := exec.Command(sluiceBinary, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &problems
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), problems.String()
}

// line waits for a line from index from on that matches, and returns its
// submatches and the index after it.
func (p *process) line(o *output, from int, pattern string) ([]string, int) {
	p.t.Helper()
	return p.lineWithin(patience, o, from, pattern)
}

func (p *process) lineWithin(limit time.Duration, o *output, from int, pattern string) ([]string, int) {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	deadline := time.After(limit)
	ended := p.done
	for {
		lines, more := o.from(from)
		for _, l := range lines {
			from++
			if m := re.FindStringSubmatch(l); m != nil {
				return m, from
			}
		}
		select {
		case <-more:
		case <-ended:
			ended = nil // look once more: lines and the end may come together
			deadline = time.After(0)
		case <-deadline:
			p.t.Fatalf("no line matches %q", pattern)
		}
	}
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("signal %v: %v", s, err)
	}
}

// wait waits for the end and returns the exit code.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatal("the process does not end")
	}
	return p.cmd.ProcessState.ExitCode()
}

// server is a running "sluice serve".
type server struct {
	*process
	address string // host:port
	url     string
}

// serve starts sluice serve on a free port and waits until it is ready.
func serve(t *testing.T, args ...string) *server {
	t.Helper()
	return serveWith(t, nil, args...)
}

func serveWith(t *testing.T, env []string, args ...string) *server {
	t.Helper()
	p := launch(t, "", env, sluiceBinary, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	m, _ := p.line(p.stdout, 0, `^sluice: ready on http://(\S+)$`)
	return &server{process: p, address: m[1], url: "http://" + m[1]}
}

// petstore starts the example's backend and returns the definition, copied so
// that it names the backend's address.
func petstore(t *testing.T) (definition string) {
	t.Helper()
	p := launch(t, "", nil, backendBinary, "-listen", "127.0.0.1:0")
	m, _ := p.line(p.stdout, 0, `ready on http://(\S+)$`)
	src, err := os.ReadFile(root + "/testdata/petstore/petstore.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(src, []byte("127.0.0.1:4567")) {
		t.Fatal("the definition does not name the backend's default address")
	}
	return writeFile(t, "petstore.yaml", strings.ReplaceAll(string(src), "127.0.0.1:4567", m[1]))
}

// writeFile writes a file into a directory of its own.
func writeFile(t *testing.T, name, content string) (path string) {
	t.Helper()
	path = t.TempDir() + "/" + name
	rewrite(t, path, content)
	return path
}

// rewrite replaces a file as editors do: by renaming another over it.
func rewrite(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}
