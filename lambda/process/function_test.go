package process

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/aws/aws-lambda-go/lambda" // the function in testdata/go is built with it
	"golang.org/x/sys/unix"

	"sluice/lambda"
)

// journal keeps what functions log.
type journal struct {
	mu      sync.Mutex
	b       bytes.Buffer
	written chan struct{} // closed by the next write
}

func newJournal() *journal { return &journal{written: make(chan struct{})} }

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	close(j.written)
	j.written = make(chan struct{})
	return j.b.Write(p)
}

// wait waits until all of the texts have been written.
func (j *journal) wait(tb testing.TB, texts ...string) {
	tb.Helper()
	late := time.After(time.Minute)
	for {
		j.mu.Lock()
		log, written := j.b.String(), j.written
		j.mu.Unlock()
		missing := slices.ContainsFunc(texts, func(s string) bool { return !strings.Contains(log, s) })
		if !missing {
			return
		}
		select {
		case <-written:
		case <-late:
			tb.Fatalf("not in time: %q in\n%s", texts, log)
		}
	}
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// need fails the test when a program that the Makefile installs is not there.
func need(tb testing.TB, program string) {
	tb.Helper()
	if _, err := exec.LookPath(program); err != nil {
		tb.Fatalf("%s is needed for this test and is not on the PATH: %v", program, err)
	}
}

func open(tb testing.TB, cfg lambda.Function) (*Function, *journal) {
	tb.Helper()
	return openHurried(tb, cfg, nil)
}

func openHurried(tb testing.TB, cfg lambda.Function, hurry <-chan struct{}) (*Function, *journal) {
	tb.Helper()
	if cfg.Name == "" {
		cfg.Name = "hello"
	}
	dir, err := filepath.Abs("testdata")
	if err != nil {
		tb.Fatal(err)
	}
	c := lambda.Config{Functions: []lambda.Function{cfg}}
	if problems := c.Validate(); problems != nil {
		tb.Fatal(problems)
	}
	log := newJournal()
	f, err := New(&cfg, Options{
		Dir: dir, ARN: "arn:aws:lambda:us-east-1:000000000000:function:hello", Region: "us-east-1",
		Log: slog.New(slog.NewTextHandler(log, nil)), Hurry: hurry,
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := f.Close(); err != nil {
			tb.Error(err)
		}
		if text := log.String(); tb.Failed() {
			tb.Log(text[:min(len(text), 10000)])
		}
	})
	return f, log
}

func invoke(tb testing.TB, f *Function, event string) *lambda.Result {
	tb.Helper()
	r, err := f.Invoke(context.Background(), &lambda.Invocation{
		Function: lambda.Reference{Name: "hello", Qualifier: "live"}, Payload: []byte(event), RequestID: "id-1",
		TraceID: "Root=1-2-3",
	})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

const arn = "arn:aws:lambda:us-east-1:000000000000:function:hello:live"

func TestNode(t *testing.T) {
	need(t, "node")
	t.Setenv("SLUICE_TEST_SECRET", "s")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "k")
	f, _ := open(t, lambda.Function{Runtime: "node", Dir: "node", Handler: "index.hello", Environment: map[string]string{"OWN": "v"}, Concurrency: 1})
	for n := range 3 {
		r := invoke(t, f, `{"name":"x"}`)
		want := `{"hello":"x","n":` + strconv.Itoa(n+1) + `,"id":"id-1","arn":"` + arn +
			`","name":"hello","left":true,"trace":"Root=1-2-3","own":"v","path":"string","handler":"index.hello"}`
		if string(r.Payload) != want || r.FunctionError != "" || r.StatusCode != 200 {
			t.Fatalf("got  %s %s\nwant %s", r.Payload, r.FunctionError, want)
		}
	}
}

func TestPython(t *testing.T) {
	need(t, "python3")
	t.Setenv("SLUICE_TEST_SECRET", "s")
	f, _ := open(t, lambda.Function{Runtime: "python", File: "python/app.py", Handler: "hello", Environment: map[string]string{"OWN": "v"}, Concurrency: 1})
	for n := range 3 {
		r := invoke(t, f, `{"name":"x"}`)
		want := `{"hello": "x", "n": ` + strconv.Itoa(n+1) + `, "id": "id-1", "arn": "` + arn +
			`", "left": true, "trace": "Root=1-2-3", "own": "v", "secret": null, "task": true}`
		if string(r.Payload) != want || r.FunctionError != "" {
			t.Fatalf("got  %s %s\nwant %s", r.Payload, r.FunctionError, want)
		}
	}
}

// buildGo builds the function in testdata/go.
func buildGo(tb testing.TB) string {
	tb.Helper()
	need(tb, "go")
	program := filepath.Join(tb.TempDir(), "bootstrap")
	if out, err := exec.Command("go", "build", "-o", program, "./testdata/go").CombinedOutput(); err != nil {
		tb.Fatalf("build the Go function: %v\n%s", err, out)
	}
	return program
}

func TestGoProgram(t *testing.T) {
	f, _ := open(t, lambda.Function{Runtime: "process", File: buildGo(t), Handler: "main", Environment: map[string]string{"OWN": "v"}, Concurrency: 1})
	r := invoke(t, f, `{"name":"x"}`)
	if want := `{"hello":"x","id":"id-1","arn":"` + arn + `","own":"v","handler":"main"}`; string(r.Payload) != want {
		t.Fatalf("got  %s\nwant %s", r.Payload, want)
	}
	r = invoke(t, f, `{"fail":true}`)
	if want := `{"errorMessage":"Unauthorized","errorType":"errorString"}`; string(r.Payload) != want || r.FunctionError != "Unhandled" {
		t.Fatalf("got  %s %s\nwant %s", r.Payload, r.FunctionError, want)
	}
	r = invoke(t, f, `{"die":true}`)
	if want := `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: id-1 Error: Runtime exited with error: exit status 5"}`; string(r.Payload) != want {
		t.Fatalf("got  %s\nwant %s", r.Payload, want)
	}
	if r = invoke(t, f, `{"name":"again"}`); !strings.HasPrefix(string(r.Payload), `{"hello":"again"`) {
		t.Fatalf("after the crash: %s", r.Payload)
	}
}

// TestAnswers is what handlers and runtimes do, and what becomes of it.
func TestAnswers(t *testing.T) {
	need(t, "node")
	need(t, "python3")
	raw := func(event string) lambda.Function {
		return lambda.Function{Runtime: "process", File: "raw/bootstrap.py", Handler: event}
	}
	exited := func(reason string) string {
		return `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: id-1 Error: Runtime exited with error: ` + reason + `"}`
	}
	cases := []struct {
		name, event, want, failure string
		cfg                        lambda.Function
		prefix                     bool
	}{
		{"node callback", `{}`, `"called"`, "", lambda.Function{Runtime: "node", Dir: "node", Handler: "index.callback"}, false},
		{"node error", `{}`, `{"errorType":"TypeError","errorMessage":"bad","trace":["TypeError: bad","    at exports.fails`, "Unhandled", lambda.Function{Runtime: "node", Dir: "node", Handler: "index.fails"}, true},
		{"node text error", `{}`, `{"errorType":"string","errorMessage":"text","trace":[]}`, "Unhandled", lambda.Function{Runtime: "node", Dir: "node", Handler: "index.text"}, false},
		{"node exit", `{}`, exited("exit status 7"), "Unhandled", lambda.Function{Runtime: "node", Dir: "node", Handler: "index.crash"}, false},
		{"node uncaught", `{}`, `{"errorType":"Error","errorMessage":"later","trace":["Error: later"`, "Unhandled", lambda.Function{Runtime: "node", Dir: "node", Handler: "index.uncaught"}, true},
		{"node never settles", `{}`, `null`, "", lambda.Function{Runtime: "node", Dir: "node", Handler: "index.never"}, false},
		{"node es module", `{"a":1}`, `{"module":"es","lines":true,"event":{"a":1}}`, "", lambda.Function{Runtime: "node", File: "node/esm.mjs"}, false},
		{"node no module", `{}`, `{"errorType":"Runtime.ImportModuleError","errorMessage":"Error: Cannot find module 'nothing'","trace":[`, "Unhandled", lambda.Function{Runtime: "node", Dir: "node", Handler: "nothing.handler"}, true},
		{"node no handler", `{}`, `{"errorType":"Runtime.HandlerNotFound","errorMessage":"index.nothing is undefined or not exported","trace":[`, "Unhandled", lambda.Function{Runtime: "node", Dir: "node", Handler: "index.nothing"}, true},
		{"node crash at init", `{}`, `{"errorType":"RangeError","errorMessage":"cannot begin","trace":[`, "Unhandled", lambda.Function{Runtime: "node", Dir: "node", Handler: "broken.handler"}, true},
		{"node 20 MB", `{}`, `{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}`, "Unhandled", lambda.Function{Runtime: "node", Dir: "node", Handler: "index.big"}, false},
		{"python error", `{}`, `{"errorMessage": "bad", "errorType": "ValueError", "requestId": "id-1", "stackTrace": ["  File \"`, "Unhandled", lambda.Function{Runtime: "python", Dir: "python", Handler: "app.fails"}, true},
		{"python not serializable", `{}`, `{"errorMessage": "Unable to marshal response: Object of type object is not JSON serializable", "errorType": "Runtime.MarshalError", "requestId": "id-1", "stackTrace": []}`, "Unhandled", lambda.Function{Runtime: "python", Dir: "python", Handler: "app.unserializable"}, false},
		{"python decimal", `{}`, `1.5`, "", lambda.Function{Runtime: "python", Dir: "python", Handler: "app.number"}, false},
		{"python exit", `{}`, exited("exit status 3"), "Unhandled", lambda.Function{Runtime: "python", Dir: "python", Handler: "app.exits"}, false},
		{"python no module", `{}`, `{"errorMessage": "Unable to import module 'nothing': No module named 'nothing'", "errorType": "Runtime.ImportModuleError", "stackTrace": []}`, "Unhandled", lambda.Function{Runtime: "python", Dir: "python", Handler: "nothing.handler"}, false},
		{"python no handler", `{}`, `{"errorMessage": "Handler 'nothing' missing on module 'app'", "errorType": "Runtime.HandlerNotFound", "stackTrace": []}`, "Unhandled", lambda.Function{Runtime: "python", Dir: "python", Handler: "app.nothing"}, false},
		{"python syntax error", `{}`, `{"errorMessage": "Syntax error in module 'broken': `, "Unhandled", lambda.Function{Runtime: "python", Dir: "python", Handler: "broken.handler"}, true},
		{"echo", `{"a":[1,2]}`, `{"a":[1,2]}`, "", raw(""), false},
		{"no event", ``, `{}`, "", raw(""), false},
		{"garbage answer", `{"do":"garbage"}`, "\x00\xff not json", "", raw(""), false},
		{"wrong id", `{"do":"wrong-id"}`, `[400, {"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"}]`, "", raw(""), false},
		{"answers twice", `{"do":"twice"}`, `1`, "", raw(""), false},
		{"asks twice", `{"do":"next-twice"}`, `403`, "", raw(""), false},
		{"unknown path", `{"do":"unknown-path"}`, `[404, 405]`, "", raw(""), false},
		{"foreign host", `{"do":"foreign-host"}`, `403`, "", raw(""), false},
		{"error without JSON", `{"do":"error-without-json"}`, `{"errorType":"My.Type","errorMessage":"plain"}`, "Unhandled", raw(""), false},
		{"empty answer", `{"do":"empty"}`, ``, "", raw(""), false},
		{"20 MB in chunks", `{"do":"chunked-big"}`, `{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}`, "Unhandled", raw(""), false},
		{"cut short", `{"do":"cut-short"}`, `{"errorType":"Runtime.TruncatedResponse","errorMessage":"The response was not transmitted completely"}`, "Unhandled", raw(""), false},
		{"exit at start", `{}`, exited("exit status 4"), "Unhandled", lambda.Function{Runtime: "process", File: "raw/bootstrap.py", Environment: map[string]string{"START": "exit"}}, false},
		{"init error", `{}`, `{"errorType":"Mine","errorMessage":"not today"}`, "Unhandled", lambda.Function{Runtime: "process", File: "raw/bootstrap.py", Environment: map[string]string{"START": "error"}}, false},
		{"garbage at start", `{"a":1}`, `{"a":1}`, "", lambda.Function{Runtime: "process", File: "raw/bootstrap.py", Environment: map[string]string{"START": "garbage"}}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, _ := open(t, c.cfg)
			for range 2 {
				r := invoke(t, f, c.event)
				got := string(r.Payload)
				if got != c.want && !(c.prefix && strings.HasPrefix(got, c.want)) || r.FunctionError != c.failure {
					t.Fatalf("got  %s (%s)\nwant %s (%s)", got, r.FunctionError, c.want, c.failure)
				}
			}
		})
	}
}

func TestNotJSON(t *testing.T) {
	need(t, "python3")
	f, _ := open(t, lambda.Function{Runtime: "process", File: "raw/bootstrap.py"})
	_, err := f.Invoke(context.Background(), &lambda.Invocation{Function: lambda.Reference{Name: "hello"}, Payload: []byte(`{"a"`)})
	e, ok := err.(*lambda.Error)
	if !ok || e.Status != 400 || e.Type != "InvalidRequestContentException" {
		t.Fatal(err)
	}
}

func TestOwnTimeLimit(t *testing.T) {
	need(t, "node")
	for _, handler := range []string{"index.hang", "index.spin"} {
		f, _ := open(t, lambda.Function{Runtime: "node", Dir: "node", Handler: handler, TimeoutMs: 300, Concurrency: 1})
		for range 2 {
			r := invoke(t, f, `{}`)
			want := `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: id-1 Error: Task timed out after 0.30 seconds"}`
			if string(r.Payload) != want || !r.TimedOut || r.FunctionError != "Unhandled" {
				t.Fatalf("%s: got %s %v", handler, r.Payload, r.TimedOut)
			}
		}
	}
}

func TestCallerLeaves(t *testing.T) {
	need(t, "node")
	f, _ := open(t, lambda.Function{Runtime: "node", Dir: "node", Handler: "index.hang", TimeoutMs: 2000, Concurrency: 1})
	inv := &lambda.Invocation{Function: lambda.Reference{Name: "hello"}, Deadline: time.Now().Add(50 * time.Millisecond)}
	if _, err := f.Invoke(context.Background(), inv); lambda.KindOf(err) != lambda.KindTimeout {
		t.Fatal(err)
	}
	// The function still runs: its only slot is taken.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := f.Invoke(ctx, &lambda.Invocation{Function: lambda.Reference{Name: "hello"}}); lambda.KindOf(err) != lambda.KindCanceled {
		t.Fatal(err)
	}
}

func TestThrottle(t *testing.T) {
	need(t, "node")
	none := 0
	f, _ := open(t, lambda.Function{Runtime: "node", Dir: "node", Handler: "index.hang", Concurrency: 1, Queue: &none})
	_, _ = f.Invoke(context.Background(), &lambda.Invocation{Deadline: time.Now().Add(time.Millisecond)})
	_, err := f.Invoke(context.Background(), &lambda.Invocation{Function: lambda.Reference{Name: "hello"}})
	if lambda.KindOf(err) != lambda.KindThrottled {
		t.Fatal(err)
	}
}

func TestConcurrency(t *testing.T) {
	need(t, "python3")
	f, _ := open(t, lambda.Function{Runtime: "process", File: "raw/bootstrap.py", Concurrency: 3})
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			event := `{"i":` + strconv.Itoa(i) + `}`
			r, err := f.Invoke(context.Background(), &lambda.Invocation{Function: lambda.Reference{Name: "hello"}, Payload: []byte(event)})
			if err != nil || string(r.Payload) != event {
				t.Errorf("%v %v", r, err)
			}
		}()
	}
	wg.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.children); n < 1 || n > 3 {
		t.Errorf("%d processes", n)
	}
}

func TestOutput(t *testing.T) {
	need(t, "python3")
	need(t, "node")
	f, log := open(t, lambda.Function{Runtime: "python", Dir: "python", Handler: "app.prints"})
	invoke(t, f, `{}`)
	log.wait(t,
		`level=INFO msg="to stdout" function=hello stream=stdout`,
		`level=WARN msg="to stderr" function=hello stream=stderr`,
		"msg=\"\uFFFD\\x00raw\"")
	f, log = open(t, lambda.Function{Runtime: "node", Dir: "node", Handler: "index.floods"})
	if r := invoke(t, f, `{}`); string(r.Payload) != `"done"` {
		t.Fatalf("%s", r.Payload)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "output of a function was dropped") {
		t.Error("a flood of output is not bounded")
	}
}

// handle is a process that is no child of the test. It keeps its number from being
// given to another one.
func handle(t *testing.T, pid int) int {
	t.Helper()
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatalf("open process %d: %v", pid, err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	return fd
}

// ended waits for the end of a process.
func ended(t *testing.T, fd int, what string) {
	t.Helper()
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 60_000)
		if err == unix.EINTR {
			continue
		}
		if n != 1 || err != nil {
			t.Fatalf("not in time: %s (%v)", what, err)
		}
		return
	}
}

func TestGroupsEnd(t *testing.T) {
	need(t, "node")
	f, _ := open(t, lambda.Function{Runtime: "node", Dir: "node", Handler: "index.forks"})
	var pid int
	if err := json.Unmarshal(invoke(t, f, `{}`).Payload, &pid); err != nil {
		t.Fatal(pid, err)
	}
	fd := handle(t, pid)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	ended(t, fd, "what the function started ends with it")

	f, log := open(t, lambda.Function{Runtime: "node", Dir: "node", Handler: "index.forksAndHangs", TimeoutMs: 1500})
	done := make(chan *lambda.Result, 1)
	go func() { done <- invoke(t, f, `{}`) }()
	log.wait(t, "started ")
	_, text, _ := strings.Cut(log.String(), "started ")
	text, _, _ = strings.Cut(text, ".")
	pid, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	fd = handle(t, pid)
	if r := <-done; !r.TimedOut {
		t.Fatalf("%s", r.Payload)
	}
	ended(t, fd, "what a timed-out function started ends with it")
}

func TestMemoryLimit(t *testing.T) {
	need(t, "node")
	f, _ := open(t, lambda.Function{Runtime: "node", Dir: "node", Handler: "index.hoard", MemoryMB: 128, TimeoutMs: 60000})
	r := invoke(t, f, `{}`)
	if want := `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: id-1 Error: Runtime exited with error: signal: killed"}`; string(r.Payload) != want {
		t.Fatalf("%s", r.Payload)
	}
}

func TestNoStormAfterCrashes(t *testing.T) {
	need(t, "python3")
	dir := t.TempDir()
	program := filepath.Join(dir, "bootstrap")
	count := filepath.Join(dir, "count")
	script := "#!/bin/sh\necho x >> " + count + "\nexit 1\n"
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	f, _ := open(t, lambda.Function{Runtime: "process", File: program, Concurrency: 1})
	for range 200 {
		r := invoke(t, f, `{}`)
		if want := `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: id-1 Error: Runtime exited with error: exit status 1"}`; string(r.Payload) != want {
			t.Fatalf("%s", r.Payload)
		}
	}
	b, err := os.ReadFile(count)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), "x"); n > 50 {
		t.Errorf("started %d times", n)
	}
	// Once the program is repaired, it is used at once.
	f.mu.Lock()
	f.recheck = 0
	f.mu.Unlock()
	source, err := os.ReadFile("testdata/raw/bootstrap.py")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, source, 0o755); err != nil {
		t.Fatal(err)
	}
	if r := invoke(t, f, `{"a":1}`); string(r.Payload) != `{"a":1}` {
		t.Fatalf("%s", r.Payload)
	}
}

func TestCloseWhileBusy(t *testing.T) {
	need(t, "node")
	f, log := open(t, lambda.Function{Runtime: "node", Dir: "node", Handler: "index.hang"})
	done := make(chan error)
	go func() {
		_, err := f.Invoke(context.Background(), &lambda.Invocation{Function: lambda.Reference{Name: "hello"}})
		done <- err
	}()
	log.wait(t, "hanging")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; lambda.KindOf(err) != lambda.KindFailed {
		t.Fatal(err)
	}
	if _, err := f.Invoke(context.Background(), &lambda.Invocation{}); err == nil {
		t.Fatal("a closed function answers")
	}
}

// TestHurry has a process that does not mind being asked to end.
func TestHurry(t *testing.T) {
	need(t, "node")
	hurry := make(chan struct{})
	f, _ := openHurried(t, lambda.Function{Runtime: "node", Dir: "node", Handler: "index.stubborn"}, hurry)
	f.grace = time.Hour
	invoke(t, f, `{}`)
	close(hurry)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestNoSuchProgram(t *testing.T) {
	cfg := lambda.Function{Name: "x", Runtime: "process", File: "no/such"}
	if _, err := New(&cfg, Options{Dir: "testdata", Log: slog.Default()}); err == nil || err.Error() != "function x: there is no program no/such" {
		t.Fatal(err)
	}
	f, _ := open(t, lambda.Function{Runtime: "process", Command: []string{"no-such-program-anywhere"}})
	_, err := f.Invoke(context.Background(), &lambda.Invocation{Function: lambda.Reference{Name: "hello"}})
	if lambda.KindOf(err) != lambda.KindFailed || !strings.Contains(err.Error(), "no-such-program-anywhere") {
		t.Fatal(err)
	}
}

func benchmark(b *testing.B, cfg lambda.Function) {
	cfg.Concurrency = 1
	f, _ := open(b, cfg)
	invoke(b, f, `{"name":"x"}`)
	inv := &lambda.Invocation{Function: lambda.Reference{Name: "hello"}, Payload: []byte(`{"name":"x"}`), RequestID: "id-1"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Invoke(context.Background(), inv); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGoProgram(b *testing.B) {
	benchmark(b, lambda.Function{Runtime: "process", File: buildGo(b)})
}

func BenchmarkNode(b *testing.B) {
	need(b, "node")
	benchmark(b, lambda.Function{Runtime: "node", Dir: "node", Handler: "index.hello"})
}

func BenchmarkPython(b *testing.B) {
	need(b, "python3")
	benchmark(b, lambda.Function{Runtime: "python", Dir: "python", Handler: "app.hello"})
}
