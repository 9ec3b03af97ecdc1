package javascript

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sluice/lambda"
)

func TestFetch(t *testing.T) {
	gone := make(chan struct{}, 10)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/echo":
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("X-Got", r.Method+" "+r.Header.Get("X-Sent")+" "+r.Header.Get("Content-Type"))
			w.Header().Add("Set-Cookie", "a=1")
			w.Header().Add("Set-Cookie", "b=2")
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write(body)
		case "/json":
			_, _ = io.WriteString(w, `{"a":[1]}`)
		case "/redirect":
			http.Redirect(w, r, "/json", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/hang":
			<-r.Context().Done()
			gone <- struct{}{}
		case "/big":
			_, _ = w.Write(make([]byte, maxFetched+1))
		}
	}))
	defer s.Close()
	for name, c := range map[string]struct{ body, want string }{
		"post":     {`const r = await fetch(U + "/echo", { method: "post", body: "hé", headers: { "X-Sent": "v" } }); return [r.status, r.ok, r.statusText, await r.text(), r.headers.get("x-got"), r.headers.getSetCookie()];`, `[201,true,"Created","hé","POST v text/plain;charset=UTF-8",["a=1","b=2"]]`},
		"json":     {`const r = await fetch(new URL("/json", U)); return [await r.json(), r.bodyUsed];`, `[{"a":[1]},true]`},
		"bytes":    {`const r = await fetch(U + "/echo", { method: "PUT", body: new Uint8Array([1, 2, 255]) }); return [...new Uint8Array(await r.arrayBuffer())];`, `[1,2,255]`},
		"form":     {`const r = await fetch(new Request(U + "/echo", { method: "POST", body: new URLSearchParams({ a: "b c" }) })); return [await r.text(), r.headers.get("x-got")];`, `["a=b+c","POST  application/x-www-form-urlencoded;charset=UTF-8"]`},
		"twice":    {`const r = await fetch(U + "/json"); await r.text(); try { await r.text(); } catch (e) { return e.name; }`, `"TypeError"`},
		"redirect": {`const r = await fetch(U + "/redirect"); return [r.redirected, r.url === U + "/json", (await fetch(U + "/redirect", { redirect: "manual" })).status];`, `[true,true,302]`},
		"no error": {`try { await fetch(U + "/redirect", { redirect: "error" }); } catch (e) { return [e.name, e.message]; }`, `["TypeError","fetch failed"]`},
		"loop":     {`try { await fetch(U + "/loop"); } catch (e) { return e.cause.message.includes("redirect count exceeded"); }`, `true`},
		"big":      {`try { await fetch(U + "/big"); } catch (e) { return e.cause.message; }`, `"the answer is too large"`},
		"refused":  {`try { await fetch("http://127.0.0.1:1/"); } catch (e) { return [e.name, e.message, e.cause.message.includes("refused")]; }`, `["TypeError","fetch failed",true]`},
		"scheme":   {`try { await fetch("file:///etc/hostname"); } catch (e) { return e.message; }`, `"fetch failed: unsupported scheme file"`},
		"header":   {`try { await fetch(U, { headers: { "a": "b\r\nc: d" } }); } catch (e) { return e.name; }`, `"TypeError"`},
		"abort":    {`const c = new AbortController(); setTimeout(() => c.abort(), 5); try { await fetch(U + "/hang", { signal: c.signal }); } catch (e) { return e.name; }`, `"AbortError"`},
		"timeout":  {`try { await fetch(U + "/hang", { signal: AbortSignal.timeout(5) }); } catch (e) { return e.name; }`, `"TimeoutError"`},
		"parallel": {`return (await Promise.all([1, 2, 3].map(() => fetch(U + "/json").then((r) => r.status))));`, `[200,200,200]`},
		"too many": {`const all = []; for (let i = 0; i < 70; i++) all.push(fetch(U + "/json")); const done = await Promise.allSettled(all); return done.filter((d) => d.status === "rejected").length;`, `6`},
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := open(t, lambda.Function{}, map[string]string{
				"index.js": `const U = "` + s.URL + `"; exports.handler = async () => { ` + c.body + ` };`,
			})
			for range 2 {
				if r := invoke(t, f, `{}`); string(r.Payload) != c.want {
					t.Fatalf("got %s, want %s", r.Payload, c.want)
				}
			}
		})
	}
	t.Run("ends with the invocation", func(t *testing.T) {
		for len(gone) > 0 {
			<-gone
		}
		f, _ := open(t, lambda.Function{TimeoutMs: 200}, map[string]string{
			"index.js": `exports.handler = async (e) => { const p = fetch("` + s.URL + `/hang"); if (e.leave) { await new Promise((r) => setTimeout(r, 50)); return 1; } await p; };`,
		})
		if r := invoke(t, f, `{}`); !r.TimedOut {
			t.Fatalf("%s", r.Payload)
		}
		<-gone
		if r := invoke(t, f, `{"leave":1}`); string(r.Payload) != "1" {
			t.Fatalf("%s", r.Payload)
		}
		<-gone
		if r := invoke(t, f, `{}`); !strings.Contains(string(r.Payload), "Timedout") {
			t.Fatalf("%s", r.Payload)
		}
	})
}
