package e2e

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// countingBackend counts its calls and answers with their number.
type countingBackend struct {
	address string
	calls   atomic.Int64
	hold    atomic.Pointer[chan struct{}] // what answers wait for; nil: nothing
}

func newCountingBackend(t *testing.T) *countingBackend {
	b := &countingBackend{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := b.calls.Add(1)
		if hold := b.hold.Load(); hold != nil {
			<-*hold
		}
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("X-Call", fmt.Sprint(n))
		if r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		fmt.Fprintf(w, "call %d: secret words", n)
	}))
	t.Cleanup(s.Close)
	b.address = strings.TrimPrefix(s.URL, "http://")
	return b
}

// cachedProject serves testdata/cached.yaml in front of a backend.
func cachedProject(t *testing.T, backend *countingBackend, more string) (file string) {
	t.Helper()
	dir := t.TempDir()
	rewrite(t, filepath.Join(dir, "cached.yaml"), read(t, "testdata/cached.yaml"))
	file = filepath.Join(dir, "sluice.yaml")
	rewrite(t, file, `apis:
  - definition: cached.yaml
    id: c
    stages:
      - name: dev
        variables: {backend: "`+backend.address+`"}
        cacheClusterEnabled: true
        cacheClusterSize: 0.5
        methodSettings:
          "*/*": {cachingEnabled: true, requireAuthorizationForCacheControl: false}
`+more)
	return file
}

// TestCache goes through what is kept, for whom and how long.
func TestCache(t *testing.T) {
	backend := newCountingBackend(t)
	file := cachedProject(t, backend, "")
	s := serve(t, file)
	step := func(method, path string, calls int64, header ...string) answer {
		t.Helper()
		a := request(t, method, s.url+"/dev"+path, "", header...)
		if n := backend.calls.Load(); n != calls {
			t.Errorf("after %s %s the backend was called %d times, want %d", method, path, n, calls)
		}
		return a
	}
	first := step("GET", "/a", 1)
	if first.status != 200 || first.body != "call 1: secret words" || first.header.Get("X-Call") != "1" {
		t.Fatalf("the answer is %+v", first)
	}
	again := step("GET", "/a?other=1", 1)
	if again.status != 200 || again.body != first.body || again.header.Get("X-Call") != "1" || again.header.Get("Content-Type") != "text/plain" {
		t.Errorf("the kept answer is %+v, the first was %+v", again, first)
	}
	if again.header.Get("x-amzn-RequestId") == first.header.Get("x-amzn-RequestId") {
		t.Error("two requests have the same id")
	}
	step("GET", "/a?who=me", 2)
	step("GET", "/a?who=me", 2)
	step("GET", "/b", 3)
	step("POST", "/a", 4)
	step("POST", "/a", 5)
	if a := step("GET", "/broken", 6); a.status != 500 {
		t.Errorf("the status is %d", a.status)
	}
	step("GET", "/broken", 7)
	if a := step("GET", "/a", 8, "Cache-Control", "max-age=0"); a.body != "call 8: secret words" {
		t.Errorf("a fresh answer was asked for, and it is %s", a.body)
	}
	if a := step("GET", "/a", 8); a.body != "call 8: secret words" {
		t.Errorf("the fresh answer was not kept: %s", a.body)
	}
	for name, want := range map[string]float64{"hits": 3, "misses": 6} {
		if got := metric(t, s.url, `sluice_cache_`+name+`_total{api="c",stage="dev"}`); got != want {
			t.Errorf("%s are %v, want %v", name, got, want)
		}
	}

	// Settings change live.
	seen := 0
	edit := func(old, next string) {
		t.Helper()
		rewrite(t, file, strings.Replace(read(t, file), old, next, 1))
		_, seen = s.line(s.stderr, seen, `msg=reloaded`)
	}
	edit("requireAuthorizationForCacheControl: false", "unauthorizedCacheControlHeaderStrategy: FAIL_WITH_403")
	if a := step("GET", "/a", 8, "Cache-Control", "no-cache"); a.status != 403 || a.body != `{"message":"Unauthorized"}` {
		t.Errorf("under FAIL_WITH_403 the answer is %d %s", a.status, a.body)
	}
	edit("FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER")
	if a := step("GET", "/a", 8, "Cache-Control", "max-age=0"); a.status != 200 || !strings.HasPrefix(a.header.Get("Warning"), "199 ") {
		t.Errorf("under SUCCEED_WITH_RESPONSE_HEADER the answer is %d with the warning %q", a.status, a.header.Get("Warning"))
	}
	if a := step("GET", "/a", 8); a.header.Get("Warning") != "" {
		t.Errorf("the warning %q was kept", a.header.Get("Warning"))
	}
	edit("SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER")
	if a := step("GET", "/a", 8, "Cache-Control", "max-age=0"); a.status != 200 || a.header.Get("Warning") != "" {
		t.Errorf("under SUCCEED_WITHOUT_RESPONSE_HEADER the answer is %d with the warning %q", a.status, a.header.Get("Warning"))
	}
	edit("cachingEnabled: true", "cachingEnabled: true, cacheTtlInSeconds: 1")
	kept := get(t, s.url+"/dev/brief").body
	eventually(t, "the answer is a second old", func() bool { return get(t, s.url+"/dev/brief").body != kept })
	edit("cacheClusterEnabled: true", "cacheClusterEnabled: false")
	before := backend.calls.Load()
	step("GET", "/a", before+1)
	step("GET", "/a", before+2)
}

// TestConcurrentMisses: of many requests for what is not there, one calls the backend.
func TestConcurrentMisses(t *testing.T) {
	const clients = 16
	backend := newCountingBackend(t)
	hold := make(chan struct{})
	backend.hold.Store(&hold)
	release := sync.OnceFunc(func() { close(hold) })
	defer release()
	s := serve(t, "--admin-listen", "127.0.0.1:0", cachedProject(t, backend, ""))
	m, _ := s.line(s.stdout, 0, `^admin on (http://[^/]+)/`)
	bodies := make(chan string, clients)
	for range clients {
		go func() {
			a, err := try(http.MethodGet, s.url+"/dev/a", "")
			if err != nil {
				a.body = err.Error()
			}
			bodies <- a.body
		}()
	}
	eventually(t, "all requests wait", func() bool { return metric(t, m[1], "sluice_requests_in_flight") == clients })
	release()
	for range clients {
		if body := <-bodies; body != "call 1: secret words" {
			t.Errorf("a client got %s", body)
		}
	}
	if n := backend.calls.Load(); n != 1 {
		t.Errorf("the backend was called %d times", n)
	}
}

// TestSharedCache: what one node has learnt, the other knows, through Redis; and
// without Redis both ask the backend.
func TestSharedCache(t *testing.T) {
	redis := startRedis(t)
	backend := newCountingBackend(t)
	key := base64.StdEncoding.EncodeToString([]byte("a key of thirty-two bytes, truly"))
	file := cachedProject(t, backend, `          /{name}/ANY: {cachingEnabled: true, requireAuthorizationForCacheControl: false}
cache: {encryptionKey: {env: CACHE_KEY}}
redis: {waitMs: 2000}
`)
	start := func() *server {
		return serveWith(t, []string{"CACHE_KEY=" + key, "SLUICE_REDIS=" + redis.url}, file)
	}
	one, two := start(), start()
	client := redis.client()
	entries := func() (n int) {
		keys, err := client.Keys(t.Context(), "sluice:cache:*").Result()
		if err != nil {
			t.Fatal(err)
		}
		return len(keys)
	}
	share := func(path string, call int64, before int) {
		t.Helper()
		want := fmt.Sprintf("call %d: secret words", call)
		if a := get(t, one.url+"/dev"+path); a.body != want {
			t.Errorf("the first node answers %d %s, want %s", a.status, a.body, want)
		}
		// It is written behind the answer's back.
		eventually(t, "the answer is in Redis", func() bool { return entries() > before })
		if a := get(t, two.url+"/dev"+path); a.body != want {
			t.Errorf("the second node answers %d %s, want %s", a.status, a.body, want)
		}
	}
	share("/a", 1, 0)
	if !inRedis(t, redis, "secret words") {
		t.Error("the answer is not in Redis as it is")
	}

	// Encrypted answers tell nothing to who looks into Redis.
	rewrite(t, file, strings.Replace(read(t, file), "/{name}/ANY: {", "/{name}/ANY: {cacheDataEncrypted: true, ", 1))
	for _, s := range []*server{one, two} {
		s.line(s.stderr, 0, `msg=reloaded`)
	}
	if err := client.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	share("/b", 2, entries())
	if inRedis(t, redis, "secret words") {
		t.Error("the answer lies in Redis for all to read")
	}

	redis.kill()
	for i, s := range []*server{one, two, one, two} {
		if a := get(t, s.url+"/dev/b"); a.status != 200 || a.body != fmt.Sprintf("call %d: secret words", 3+i) {
			t.Errorf("without Redis the answer is %d %s", a.status, a.body)
		}
	}
	if got := metric(t, one.url, "sluice_fleet_cache_failures_total"); got == 0 {
		t.Error("no failure of Redis was counted")
	}

	// A node without the key does not pretend.
	code, _, stderr := run(t, []string{"CACHE_KEY="}, "serve", "--listen", "127.0.0.1:0", file)
	if code != 1 || !strings.Contains(stderr, "CACHE_KEY") {
		t.Errorf("without the key it exits with %d: %s", code, stderr)
	}
}

// inRedis looks for a text in all values of the response cache.
func inRedis(t *testing.T, r *redisServer, text string) bool {
	t.Helper()
	client := r.client()
	keys, err := client.Keys(t.Context(), "sluice:cache:*").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if v, err := client.Get(t.Context(), k).Result(); err != nil || strings.Contains(v, text) {
			return true
		}
	}
	return false
}
