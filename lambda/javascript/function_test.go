package javascript

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sluice/lambda"
)

// journal keeps what functions log.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// open makes a function of files; the first argument configures it further.
func open(tb testing.TB, cfg lambda.Function, files map[string]string) (*Function, *journal) {
	tb.Helper()
	dir := tb.TempDir()
	for name, text := range files {
		write(tb, filepath.Join(dir, name), text)
	}
	log := &journal{}
	watch := NewWatch()
	cfg.Runtime = lambda.RuntimeJavaScript
	if cfg.Name == "" {
		cfg.Name = "hello"
	}
	if cfg.Handler == "" {
		cfg.Handler = "index.handler"
	}
	f, err := New(&cfg, Options{
		Dir: dir, ARN: "arn:aws:lambda:us-east-1:000000000000:function:hello", Region: "us-east-1", Watch: watch,
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		tb.Fatal(err)
	}
	f.recheck = 0
	tb.Cleanup(func() {
		_ = f.Close()
		watch.Close()
	})
	return f, log
}

func write(tb testing.TB, file, text string) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
	// As if written a while ago, so that it counts as finished.
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(file, past, past); err != nil {
		tb.Fatal(err)
	}
}

func invoke(tb testing.TB, f *Function, event string) *lambda.Result {
	tb.Helper()
	r, err := f.Invoke(context.Background(), &lambda.Invocation{
		Function: lambda.Reference{Name: "hello"}, Payload: []byte(event), RequestID: "id-1",
	})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func TestHello(t *testing.T) {
	f, _ := open(t, lambda.Function{}, map[string]string{"index.js": `exports.handler = async (e) => ({statusCode: 200, body: e.name})`})
	for range 3 {
		r := invoke(t, f, `{"name":"x"}`)
		if string(r.Payload) != `{"statusCode":200,"body":"x"}` || r.FunctionError != "" {
			t.Fatalf("%s %s", r.Payload, r.FunctionError)
		}
	}
}

func TestTrace(t *testing.T) {
	f, _ := open(t, lambda.Function{Concurrency: 1}, map[string]string{"index.js": `exports.handler = async () => process.env._X_AMZN_TRACE_ID ?? "none"`})
	for _, id := range []string{"", "Root=1", "Root=1", "Root=2", ""} {
		r, err := f.Invoke(context.Background(), &lambda.Invocation{Function: lambda.Reference{Name: "hello"}, TraceID: id})
		want := id
		if want == "" {
			want = "none"
		}
		if err != nil || string(r.Payload) != `"`+want+`"` {
			t.Fatal(r, err)
		}
	}
}

// BenchmarkProxyEvent has an event as a gateway sends it, of which the handler
// reads a little.
func BenchmarkProxyEvent(b *testing.B) {
	f, _ := open(b, lambda.Function{}, map[string]string{"index.js": `exports.handler = async (e) => ({ statusCode: 200, headers: { "Content-Type": "application/json" }, body: JSON.stringify({ path: e.path, q: e.queryStringParameters }) })`})
	f.recheck = recheck
	event, err := os.ReadFile("testdata/proxy-event.json")
	if err != nil {
		b.Fatal(err)
	}
	inv := &lambda.Invocation{Function: lambda.Reference{Name: "hello"}, Payload: event, RequestID: "id-1"}
	ctx := context.Background()
	if r := invoke(b, f, string(event)); r.FunctionError != "" {
		b.Fatalf("%s", r.Payload)
	}
	b.SetBytes(int64(len(event)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Invoke(ctx, inv); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTrivialHandler(b *testing.B) {
	f, _ := open(b, lambda.Function{}, map[string]string{"index.js": `exports.handler = async (e) => ({statusCode: 200, body: 'hello'})`})
	f.recheck = recheck
	inv := &lambda.Invocation{Function: lambda.Reference{Name: "hello"}, Payload: []byte(`{"name":"x"}`), RequestID: "id-1"}
	ctx := context.Background()
	if r := invoke(b, f, `{}`); r.FunctionError != "" {
		b.Fatalf("%s", r.Payload)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Invoke(ctx, inv); err != nil {
			b.Fatal(err)
		}
	}
}
