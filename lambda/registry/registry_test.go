package registry

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"sluice/lambda"
)

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

func open(t *testing.T, env map[string]string) (*Registry, *journal) {
	t.Helper()
	log := newJournal()
	r := New(Options{
		Log:         slog.New(slog.NewTextHandler(log, nil)),
		Getenv:      func(key string) string { return env[key] },
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	t.Cleanup(func() { _ = r.Close() })
	return r, log
}

// directory makes a directory with files.
func directory(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func call(t *testing.T, r *Registry, function, event string) (string, error) {
	t.Helper()
	ref, err := lambda.ParseReference(function)
	if err != nil {
		t.Fatal(err)
	}
	result, err := r.Invoke(context.Background(), &lambda.Invocation{Function: ref, Payload: []byte(event)})
	if err != nil {
		return "", err
	}
	return string(result.Payload), nil
}

func expect(t *testing.T, r *Registry, function, event, want string) {
	t.Helper()
	got, err := call(t, r, function, event)
	if err != nil || got != want {
		t.Errorf("%s: got %s %v, want %s", function, got, err, want)
	}
}

// invokeServer is an Invoke endpoint that answers with the path.
func invokeServer(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `"`+r.URL.RequestURI()+`"`)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestResolve(t *testing.T) {
	remote := invokeServer(t)
	r, _ := open(t, map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_LAMBDA": remote})
	dir := directory(t, map[string]string{
		"any.json": `"any"`, "live.json": `"live"`, "one.json": `"one"`, "fn.js": `exports.handler = async (e, c) => c.invokedFunctionArn;`,
	})
	err := r.Configure(&lambda.Config{Dir: dir, Region: "eu-west-1", AccountID: "111111111111", Functions: []lambda.Function{
		{Name: "f", Runtime: "static", File: "any.json"},
		{Name: "f:live", Runtime: "static", File: "live.json"},
		{Name: "arn:aws:lambda:eu-west-1:222222222222:function:f", Runtime: "static", File: "one.json"},
		{Name: "js", Runtime: "javascript", File: "fn.js"},
		{Name: "far", Runtime: "endpoint", RemoteName: "near:3"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"f", `"any"`},
		{"f:live", `"live"`},
		{"f:7", `"any"`},
		{"arn:aws:lambda:us-east-1:111111111111:function:f", `"any"`},
		{"arn:aws:lambda:us-east-1:111111111111:function:f:live", `"live"`},
		{"arn:aws:lambda:eu-west-1:222222222222:function:f", `"one"`},
		{"arn:aws:lambda:eu-west-1:222222222222:function:f:live", `"one"`},
		{"js", `"arn:aws:lambda:eu-west-1:111111111111:function:js"`},
		{"js:v1", `"arn:aws:lambda:eu-west-1:111111111111:function:js:v1"`},
		{"far", `"/2015-03-31/functions/near/invocations?Qualifier=3"`},
		{"other:v2", `"/2015-03-31/functions/other/invocations?Qualifier=v2"`},
	} {
		expect(t, r, c[0], `{}`, c[1])
	}
}

func TestUnknown(t *testing.T) {
	r, _ := open(t, nil)
	_, err := call(t, r, "arn:aws:lambda:us-east-1:111111111111:function:f:live", `{}`)
	if lambda.KindOf(err) != lambda.KindUnknownFunction || err.Error() !=
		"invoke function f: unknown function (status 404): ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:111111111111:function:f" {
		t.Fatal(err)
	}
}

func TestConfigureAgain(t *testing.T) {
	r, _ := open(t, nil)
	dir := directory(t, map[string]string{
		"count.js": `let n = 0; exports.handler = async () => ++n;`, "a.json": `1`,
	})
	one := lambda.Function{Name: "count", Runtime: "javascript", File: "count.js"}
	two := lambda.Function{Name: "a", Runtime: "static", File: "a.json"}
	configure := func(functions ...lambda.Function) error {
		return r.Configure(&lambda.Config{Dir: dir, Functions: functions})
	}
	if err := configure(one, two); err != nil {
		t.Fatal(err)
	}
	expect(t, r, "count", `{}`, `1`)
	// The same configuration keeps the function warm; a mistake changes nothing.
	if err := configure(one); err != nil {
		t.Fatal(err)
	}
	expect(t, r, "count", `{}`, `2`)
	if _, err := call(t, r, "a", `{}`); lambda.KindOf(err) != lambda.KindUnknownFunction {
		t.Fatal(err)
	}
	if err := configure(one, lambda.Function{Name: "b", Runtime: "static", File: "none.json"}); err == nil {
		t.Fatal("a missing file is no error")
	}
	expect(t, r, "count", `{}`, `3`)
	one.TimeoutMs = 5000
	if err := configure(one); err != nil {
		t.Fatal(err)
	}
	expect(t, r, "count", `{}`, `1`)
}

// TestInFlight checks that an invocation outlives the configuration that it began
// with.
func TestInFlight(t *testing.T) {
	r, log := open(t, nil)
	dir := directory(t, map[string]string{
		"slow.js": `exports.handler = async (e) => { console.log("begun"); await new Promise((r) => setTimeout(r, 400)); return "done"; };`,
	})
	if err := r.Configure(&lambda.Config{Dir: dir, Functions: []lambda.Function{{Name: "slow", Runtime: "javascript", File: "slow.js"}}}); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		expect(t, r, "slow", `{}`, `"done"`)
	}()
	log.wait(t, "begun")
	if err := r.Configure(&lambda.Config{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	<-done
}

func TestAsync(t *testing.T) {
	r, log := open(t, nil)
	dir := directory(t, map[string]string{"log.js": `exports.handler = async (e) => { console.log("got " + e.x); throw new Error("lost"); };`})
	if err := r.Configure(&lambda.Config{Dir: dir, Functions: []lambda.Function{{Name: "log", Runtime: "javascript", File: "log.js"}}}); err != nil {
		t.Fatal(err)
	}
	payload := []byte(`{"x":"one"}`)
	result, err := r.Invoke(context.Background(), &lambda.Invocation{Function: lambda.Reference{Name: "log"}, Payload: payload, Async: true, RequestID: "id-7"})
	copy(payload, "garbage,,,,")
	if err != nil || result.StatusCode != 202 || len(result.Payload) != 0 || result.RequestID != "id-7" || result.FunctionError != "" {
		t.Fatal(result, err)
	}
	log.wait(t, `msg="got one" function=log requestId=id-7`, "asynchronous invocation failed", "lost")
	_, err = r.Invoke(context.Background(), &lambda.Invocation{Function: lambda.Reference{Name: "log"}, Payload: make([]byte, lambda.MaxAsyncPayload+1), Async: true})
	if lambda.KindOf(err) != lambda.KindTooLarge {
		t.Fatal(err)
	}
}

func TestAllWays(t *testing.T) {
	for _, program := range []string{"node", "python3"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is needed for this test and is not on the PATH: %v", program, err)
		}
	}
	r, _ := open(t, map[string]string{"AWS_ENDPOINT_URL": invokeServer(t)})
	dir := directory(t, map[string]string{
		"js.js": `exports.handler = async (e) => e.a;`, "py.py": "def handler(event, context):\n    return event['a']\n", "a.json": `5`,
	})
	err := r.Configure(&lambda.Config{Dir: dir, Functions: []lambda.Function{
		{Name: "js", Runtime: "javascript", Handler: "js.handler"},
		{Name: "node", Runtime: "node", Handler: "js.handler"},
		{Name: "python", Runtime: "python", Handler: "py.handler"},
		{Name: "static", Runtime: "static", File: "a.json"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"js", "node", "python", "static"} {
		expect(t, r, name, `{"a":5}`, `5`)
	}
	expect(t, r, "remote", `{}`, `"/2015-03-31/functions/remote/invocations"`)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := call(t, r, "js", `{}`); lambda.KindOf(err) != lambda.KindUnknownFunction {
		t.Fatal(err)
	}
}

func BenchmarkResolve(b *testing.B) {
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.json"), []byte(`1`), 0o644); err != nil {
		b.Fatal(err)
	}
	r := New(Options{})
	defer r.Close()
	if err := r.Configure(&lambda.Config{Dir: dir, Functions: []lambda.Function{{Name: "a", Runtime: "static", File: "a.json"}}}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		ref, err := lambda.FromURI("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:a:live/invocations")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Resolve(ref); err != nil {
			b.Fatal(err)
		}
	}
}
