package javascript

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/lambda"
)

const (
	killed = `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: id-1 Error: Runtime exited with error: signal: killed"}`
	late   = `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: id-1 Error: Task timed out after 0.20 seconds"}`
)

// TestNeverEnds runs functions that loop for ever, each of which is to be broken
// off, and after each a second invocation, which must find the function in order.
func TestNeverEnds(t *testing.T) {
	for name, body := range map[string]string{
		"loop":         `for (;;);`,
		"microtasks":   `const f = () => Promise.resolve().then(f); await f();`,
		"await":        `for (;;) await null;`,
		"timers":       `await new Promise(() => setInterval(() => {}, 1));`,
		"never called": `await new Promise((r) => setTimeout(r, 1e9));`,
		"catches":      `for (;;) { try { for (;;); } catch (e) {} finally { for (;;); } }`,
		"regexp":       `/^(?=a)(a|aa|a?)+$(?<!b)\1/.test("a".repeat(60) + "c");`,
		"sparse":       `const a = []; a.length = 4294967295; for (;;) a.findIndex(() => false);`,
		"generator":    `function* g() { for (;;) yield 1; } for (const x of g());`,
		"getter":       `return { get x() { for (;;); } };`,
		"toJSON":       `return { toJSON() { for (;;); } };`,
		"proxy":        `return new Proxy({}, { ownKeys() { for (;;); } });`,
		"thenable":     `return { then() { for (;;); } };`,
		"error":        `const e = new Error("x"); Object.defineProperty(e, "message", { get() { for (;;); } }); throw e;`,
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := open(t, lambda.Function{TimeoutMs: 200, Concurrency: 4}, map[string]string{
				"index.js": `exports.handler = async (event) => { if (event.good) return "good"; ` + body + ` };`,
			})
			r := invoke(t, f, `{}`)
			if string(r.Payload) != late || !r.TimedOut || r.FunctionError != "Unhandled" {
				t.Fatalf("%s", r.Payload)
			}
			// On a busy machine even a good one can be late.
			deadline := time.Now().Add(30 * time.Second)
			for r.TimedOut && time.Now().Before(deadline) {
				r = invoke(t, f, `{"good":1}`)
			}
			if string(r.Payload) != `"good"` {
				t.Fatalf("%s", r.Payload)
			}
		})
	}
}

func TestNeverLoads(t *testing.T) {
	f, _ := open(t, lambda.Function{TimeoutMs: 200}, map[string]string{"index.js": `for (;;);`})
	for range 2 {
		if r := invoke(t, f, `{}`); string(r.Payload) != late {
			t.Fatalf("%s", r.Payload)
		}
	}
}

// mostHeap bounds the heap that the process has ever had, with hogs whose limit is
// 16 MB: what lives, a step that takes as much again, and as much garbage.
const mostHeap = 512 << 20

// TestHoards runs functions that take memory for ever, while another one works.
func TestHoards(t *testing.T) {
	for name, body := range hogs() {
		// Under the race detector some take minutes to get anywhere.
		if testing.Short() && !slices.Contains([]string{"string", "objects", "await", "catches", "concat", "template"}, name) {
			continue
		}
		t.Run(name, func(t *testing.T) { hoard(t, body) })
	}
}

// TestHoardsWhenBusy does the same while other work wants all processors, so that
// nothing that only looks at the heap now and then comes to do so.
func TestHoardsWhenBusy(t *testing.T) {
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for n := 0; ; n++ {
				if n%1e6 == 0 {
					select {
					case <-stop:
						return
					default:
					}
				}
			}
		})
	}
	defer wg.Wait()
	defer close(stop)
	for _, name := range []string{"string", "objects", "catches"} {
		t.Run(name, func(t *testing.T) { hoard(t, hogs()[name]) })
	}
}

// hogs are handlers that take memory for ever, or very much at once.
func hogs() map[string]string {
	return map[string]string{
		"objects":       `const all = []; for (;;) all.push({ a: [1, 2, 3], b: "x" + all.length });`,
		"string":        `let s = "x"; for (;;) s += s;`,
		"buffers":       `const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));`,
		"array buffers": `const all = []; for (;;) all.push(new ArrayBuffer(10 << 20));`,
		"await":         `const all = []; for (;;) { all.push(new Array(1e4).fill(1)); await null; }`,
		"timers":        `const all = []; for (;;) { for (let i = 0; i < 100; i++) all.push("y".repeat(1e4) + i); await new Promise((r) => setTimeout(r, 1)); }`,
		"map":           `const m = new Map(); for (let i = 0; ; i++) m.set(i, { i });`,
		"closures":      `let f = () => 0; for (;;) { const g = f, pad = new Array(100).fill(0); f = () => g() + pad.length; }`,
		"split":         `const all = []; for (;;) all.push("abc".repeat(10000).split("b"));`,
		"catches":       `let s = "x"; for (;;) { try { s += s; } catch { s = s + "y"; s = s.slice(1) + s; } }`,
		"member":        `const o = { s: "x" }, f = () => o; for (;;) f().s += o.s;`,
		"template":      "let s = 'x'; for (;;) s = `${s}${s}${s}${s}`;",
		"unrolled":      `let s = "x".repeat(1e6); ` + strings.Repeat("s = s + s; ", 40),
		"no loop":       `const all = [], s = "\u20ac".repeat(8e6); all.push(` + strings.Repeat("s.slice(1), ", 2000) + `0); for (;;);`,
		"recursion":     `const all = [], f = (n) => { all.push({ n }); if (n) { f(n - 1); f(n - 1); } }; f(60);`,
		"eval":          `let s = "x"; globalThis.s = s; for (;;) eval("s += s");`,
		"new Function":  `new Function("let s = 'x'; for (;;) s += s;")();`,
		"constructor":   `await (async () => {}).constructor("let s = 'x'; for (;;) s += s;")();`,
		"with":          `new Function("o", "with (o) { let s = 'x'; for (;;) s += s; }")(new Proxy({}, { has: () => true, get: (t, k) => k === Symbol.unscopables ? undefined : (a, b) => a }));`,
		"concat":        `let s = "x"; for (;;) s = s.concat(s, s);`,
		"join":          `let s = "x".repeat(1e6); for (;;) s = Array(100).fill(s).join("");`,
		"join nested":   `let a = ["x".repeat(1000)]; for (let i = 0; i < 40; i++) a = [a, a]; return a.join();`,
		"to string":     `let a = ["x".repeat(1000)]; for (let i = 0; i < 40; i++) a = [a, a]; return "" + a;`,
		"locale":        `let a = ["x".repeat(1000)]; for (let i = 0; i < 40; i++) a = [a, a]; return a.toLocaleString();`,
		"flat":          `let a = [1]; for (let i = 0; i < 40; i++) a = [a, a]; return a.flat(Infinity).length;`,
		"flatMap":       `const big = Array(1e6).fill(1); return big.flatMap(() => big).length;`,
		"stringify":     `let a = ["x".repeat(1000)]; for (let i = 0; i < 40; i++) a = [a, a]; return JSON.stringify(a);`,
		"keys":          `let a = { x: "x".repeat(1000) }; for (let i = 0; i < 40; i++) a = { x: a, y: a }; return JSON.stringify(a, ["x", "y"]);`,
		"spaces":        `let a = [1]; for (let i = 0; i < 40; i++) a = [a, a]; return JSON.stringify(a, null, 10);`,
		"answer":        `let a = ["x".repeat(1000)]; for (let i = 0; i < 40; i++) a = [a, a]; return a;`,
		"parse":         `return JSON.parse("[" + "[],".repeat(9e6) + "1]").length;`,
		"spread":        `let a = [1]; for (;;) a = [...a, ...a];`,
		"arguments":     `let a = [1]; for (;;) a = Array.of(...a, ...a);`,
		"push":          `const a = [1]; for (;;) a.push(...a);`,
		"array concat":  `let a = [1]; for (;;) a = a.concat(a, a, a);`,
		"replace":       `return "x".repeat(1e6).replace(/x/g, "y".repeat(1e5)).length;`,
		"replace with":  `const s = "y".repeat(1e6); return "x".repeat(1e6).replaceAll("x", () => s).length;`,
		"replace all":   `return "x".repeat(1e5).replaceAll("", "$` + "`" + `").length;`,
		"dollars":       `return "x".repeat(1e5).replace(/x/g, "$'$'$'").length;`,
		"symbol":        `return /x/g[Symbol.replace]("x".repeat(1e6), "y".repeat(1e5)).length;`,
		"match":         `const all = []; for (;;) all.push("x".repeat(1e6).match(/x/g));`,
		"one match":     `return "x".repeat(3e7).match(/x/g).length;`,
		"pieces":        `return "x".repeat(3e7).split("").length;`,
		"raw":           `const s = "x".repeat(1e7); return String.raw({ raw: Array(1e4).fill(s) }).length;`,
		"big shift":     `return (1n << 8589934592n) > 0n;`,
		"big power":     `let x = 3n; for (;;) x = x ** 1000n;`,
		"big member":    `const o = { x: 3n }, f = () => o; for (;;) f().x **= 1000n;`,
		"keys of":       `const o = {}; for (let i = 0; i < 1e5; i++) o["k" + i] = i; const all = []; for (;;) all.push(Object.entries(o));`,
		"sets":          `const a = Array.from({ length: 1e5 }, (_, i) => i), all = []; for (;;) all.push(new Set(a));`,
		"clones":        `const a = Array(1e4).fill({ x: 1 }), all = []; for (;;) all.push(structuredClone(a));`,
		"text":          `const all = [], e = new TextEncoder(), d = new TextDecoder(); const b = e.encode("\u20ac".repeat(1e6)); for (;;) all.push(d.decode(b));`,
	}
}

// hoard runs one of them while another invocation of the function works.
func hoard(t *testing.T, body string) {
	t.Helper()
	f, log := open(t, lambda.Function{TimeoutMs: 60000, MemoryMB: 16}, map[string]string{
		"index.js": `exports.handler = async (event) => { if (event.good) return "good"; ` + body + ` };`,
	})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for {
			select {
			case <-stop:
				return
			default:
			}
			if r := invoke(t, f, `{"good":1}`); string(r.Payload) != `"good"` {
				t.Errorf("another invocation was harmed: %s", r.Payload)
				return
			}
		}
	}()
	r := invoke(t, f, `{}`)
	close(stop)
	wg.Wait()
	got := string(r.Payload)
	refused := strings.Contains(got, `"errorType":"RangeError"`) || strings.Contains(got, "Unable to stringify response body")
	if got != killed && !refused || r.FunctionError != "Unhandled" {
		t.Fatalf("%s\n%s", got, log)
	}
	if r := invoke(t, f, `{"good":1}`); string(r.Payload) != `"good"` {
		t.Fatalf("%s", r.Payload)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapSys > mostHeap {
		t.Errorf("the heap grew to %d MB", m.HeapSys>>20)
	}
}

// TestCallerLeaves checks that a caller's deadline does not end the function, and
// that its slot stays taken.
func TestCallerLeaves(t *testing.T) {
	none := 0
	f, log := open(t, lambda.Function{Concurrency: 1, Queue: &none}, map[string]string{
		"index.js": `exports.handler = async () => { await new Promise((r) => setTimeout(r, 300)); console.log("went on"); };`,
	})
	inv := &lambda.Invocation{Function: lambda.Reference{Name: "hello"}, Deadline: time.Now().Add(20 * time.Millisecond)}
	if _, err := f.Invoke(context.Background(), inv); lambda.KindOf(err) != lambda.KindTimeout {
		t.Fatal(err)
	}
	if _, err := f.Invoke(context.Background(), &lambda.Invocation{}); lambda.KindOf(err) != lambda.KindThrottled {
		t.Fatal(err)
	}
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(log.String(), "went on") {
		if time.Now().After(deadline) {
			t.Fatal("the function was broken off")
		}
		runtime.Gosched()
	}
}

func TestCloseWhileBusy(t *testing.T) {
	f, log := open(t, lambda.Function{}, map[string]string{"index.js": `exports.handler = async () => { console.log("begun"); for (;;); };`})
	done := make(chan error)
	go func() {
		_, err := f.Invoke(context.Background(), &lambda.Invocation{Function: lambda.Reference{Name: "hello"}})
		done <- err
	}()
	for !strings.Contains(log.String(), "begun") {
		runtime.Gosched()
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; lambda.KindOf(err) != lambda.KindFailed {
		t.Fatal(err)
	}
	if _, err := f.Invoke(context.Background(), &lambda.Invocation{}); lambda.KindOf(err) != lambda.KindFailed {
		t.Fatal(err)
	}
}

func TestParallel(t *testing.T) {
	f, _ := open(t, lambda.Function{Concurrency: 4}, map[string]string{
		"index.js": `exports.handler = async (e) => { await new Promise((r) => setTimeout(r, 1)); return e.i; };`,
	})
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			want := strings.Repeat("x", i)
			r := invoke(t, f, `{"i":"`+want+`"}`)
			if string(r.Payload) != `"`+want+`"` {
				t.Errorf("%s", r.Payload)
			}
		}()
	}
	wg.Wait()
}

func TestSymbolicLinks(t *testing.T) {
	other := t.TempDir()
	write(t, filepath.Join(other, "secret.js"), `module.exports = "secret";`)
	f, _ := open(t, lambda.Function{}, map[string]string{
		"index.js": `const t = (n) => { try { return require(n); } catch (e) { return "refused"; } }; exports.handler = async () => [t("./file"), t("./dir/secret")];`,
	})
	for from, to := range map[string]string{"file.js": filepath.Join(other, "secret.js"), "dir": other} {
		if err := os.Symlink(to, filepath.Join(f.entry.Root, from)); err != nil {
			t.Fatal(err)
		}
	}
	if r := invoke(t, f, `{}`); string(r.Payload) != `["refused","refused"]` {
		t.Fatalf("%s", r.Payload)
	}
}

// TestDeepEvents checks that deeply nested text, which a client can send, is
// refused and does not end the process.
func TestDeepEvents(t *testing.T) {
	f, _ := open(t, lambda.Function{}, map[string]string{
		"index.js": `exports.handler = async (e) => { try { return JSON.parse(e.s); } catch (x) { return x.name; } };`,
	})
	deep := strings.Repeat("[", 5<<20)
	_, err := f.Invoke(context.Background(), &lambda.Invocation{Function: lambda.Reference{Name: "hello"}, Payload: []byte(deep)})
	if e, ok := err.(*lambda.Error); !ok || e.Status != 400 || e.Type != "InvalidRequestContentException" {
		t.Fatal(err)
	}
	if r := invoke(t, f, `{"s":"`+deep+`"}`); string(r.Payload) != `"SyntaxError"` {
		t.Fatalf("%s", r.Payload)
	}
}

func TestReload(t *testing.T) {
	f, _ := open(t, lambda.Function{}, map[string]string{
		"index.js": `const { name } = require("./name"); exports.handler = async () => name;`, "name.js": `exports.name = "one";`,
	})
	expect := func(want string) {
		t.Helper()
		if r := invoke(t, f, `{}`); string(r.Payload) != want {
			t.Fatalf("got %s, want %s", r.Payload, want)
		}
	}
	expect(`"one"`)
	change := func(name, text string, age time.Duration) {
		t.Helper()
		file := filepath.Join(f.entry.Root, name)
		write(t, file, text)
		when := time.Now().Add(-age)
		if err := os.Chtimes(file, when, when); err != nil {
			t.Fatal(err)
		}
	}
	change("name.js", `exports.name = "two";`, time.Minute)
	expect(`"two"`)
	// A file that is still being written is left alone.
	change("name.js", `exports.name = "thr`, -time.Hour)
	expect(`"two"`)
	change("name.js", `exports.name = "three";`, 30*time.Second)
	expect(`"three"`)
	// A mistake shows, and so does its repair.
	change("index.js", `exports.handler = `, 20*time.Second)
	if r := invoke(t, f, `{}`); !strings.Contains(string(r.Payload), "Runtime.UserCodeSyntaxError") {
		t.Fatalf("%s", r.Payload)
	}
	change("index.js", `exports.handler = async () => "four";`, 10*time.Second)
	expect(`"four"`)
}

// TestLeak checks that what a function hoards across invocations is bounded.
func TestLeak(t *testing.T) {
	f, _ := open(t, lambda.Function{MemoryMB: 32, Concurrency: 1}, map[string]string{
		"index.js": `const all = []; exports.handler = async () => { all.push(Buffer.alloc(4 << 20, 1)); return all.length; };`,
	})
	invoke(t, f, `{}`)
	replaced := false
	for range 60 {
		r := invoke(t, f, `{}`)
		if r.FunctionError != "" {
			t.Fatalf("%s", r.Payload)
		}
		if string(r.Payload) == "1" {
			replaced = true
		}
		// What the Watch does by itself, without waiting for it.
		f.watch.look()
	}
	if !replaced {
		t.Error("a machine that hoards 240 MB is not replaced")
	}
}
