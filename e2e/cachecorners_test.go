package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// corners is testdata/corners.yaml in front of a backend that counts its calls.
type corners struct {
	*server
	t     *testing.T
	file  string
	calls atomic.Int64
	seen  int // lines of the log
}

func startCorners(t *testing.T) *corners {
	t.Helper()
	c := &corners{t: t}
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := c.calls.Add(1)
		if text, ok := strings.CutPrefix(r.URL.Path, "/big/"); ok {
			size, _ := strconv.Atoi(text)
			body := fmt.Sprintf("call %d ", n)
			fmt.Fprint(w, body, strings.Repeat("x", size-len(body)))
			return
		}
		if text, ok := strings.CutPrefix(r.URL.Path, "/status/"); ok {
			status, _ := strconv.Atoi(text)
			w.WriteHeader(status)
		}
		fmt.Fprintf(w, "call %d", n)
	}))
	t.Cleanup(backend.Close)
	dir := t.TempDir()
	rewrite(t, filepath.Join(dir, "corners.yaml"), read(t, "testdata/corners.yaml"))
	rewrite(t, filepath.Join(dir, "judge.js"), read(t, root+"/testdata/authorizers/judge.js"))
	c.file = filepath.Join(dir, "sluice.yaml")
	rewrite(t, c.file, `apis:
  - definition: corners.yaml
    id: c
    stages:
      - name: dev
        variables: &variables {backend: "`+strings.TrimPrefix(backend.URL, "http://")+`"}
        cacheClusterEnabled: true
        methodSettings: &settings
          "*/*": {cachingEnabled: true, requireAuthorizationForCacheControl: false}
          /signed/GET: {cachingEnabled: true, unauthorizedCacheControlHeaderStrategy: FAIL_WITH_403}
      - name: apart
        variables: *variables
        cacheClusterEnabled: true
        methodSettings: *settings
        canary: {percentTraffic: 100, useStageCache: false}
      - name: together
        variables: *variables
        cacheClusterEnabled: true
        methodSettings: *settings
        canary: {percentTraffic: 100, useStageCache: true}
      - name: without
        variables: *variables
        cacheClusterEnabled: false
        methodSettings: *settings
functions:
  - {name: judge, file: judge.js}
credentials:
  - accessKeyId: AKIDMAY
    secretAccessKey: may
    arn: arn:aws:iam::000000000000:user/may
    policies:
      - Version: "2012-10-17"
        Statement: {Effect: Allow, Action: ["execute-api:Invoke", "execute-api:InvalidateCache"], Resource: "arn:aws:execute-api:*:*:c/dev/GET/signed"}
  - accessKeyId: AKIDMAYNOT
    secretAccessKey: maynot
    arn: arn:aws:iam::000000000000:user/maynot
    policies:
      - Version: "2012-10-17"
        Statement: {Effect: Allow, Action: "execute-api:Invoke", Resource: "arn:aws:execute-api:*:*:c/dev/GET/*"}
apiKeys:
  - {id: one, value: one-0123456789abcdefgh}
  - {id: two, value: two-0123456789abcdefgh}
usagePlans:
  - {id: plan, apiStages: [{apiId: c, stage: dev}], quota: {limit: 2, period: MONTH}, keys: [one, two]}
`)
	c.server = serve(t, c.file)
	return c
}

// want asks for a path and says whether the backend is to be called for it.
func (c *corners) want(path string, called bool, header ...string) answer {
	c.t.Helper()
	before := c.calls.Load()
	a := get(c.t, c.url+"/_aws/execute-api/c"+path, header...)
	if got := c.calls.Load() - before; (got != 0) != called {
		c.t.Errorf("%s %v: the backend was called %d times; answer %d", path, header, got, a.status)
	}
	return a
}

func (c *corners) edit(old, next string) {
	c.t.Helper()
	before := read(c.t, c.file)
	if !strings.Contains(before, old) {
		c.t.Fatalf("%q is not in the project", old)
	}
	rewrite(c.t, c.file, strings.ReplaceAll(before, old, next))
	_, c.seen = c.line(c.stderr, c.seen, `msg=reloaded`)
}

// TestCacheCorners goes through what a response cache keeps and for whom, where the
// rules are the least obvious.
func TestCacheCorners(t *testing.T) {
	c := startCorners(t)

	// An answer of a megabyte is kept, one of a byte more is not.
	if a := c.want("/dev/big/1048576", true); a.status != 200 || len(a.body) != 1<<20 {
		t.Errorf("%d with %d bytes", a.status, len(a.body))
	}
	if a := c.want("/dev/big/1048576", false); a.status != 200 || len(a.body) != 1<<20 {
		t.Errorf("%d with %d bytes", a.status, len(a.body))
	}
	c.want("/dev/big/1048577", true)
	c.want("/dev/big/1048577", true)

	// All values of a parameter, in order, and whether there is one.
	for i, query := range []string{"", "?k=", "?k=a", "?k=a&k=b", "?k=b&k=a", "?k=a,b", "?k=a&k=b&k=c"} {
		c.want("/dev/multi"+query, true)
		c.want("/dev/multi"+query, false)
		c.want("/dev/multi"+query, true, "h", fmt.Sprint("v", i))
		c.want("/dev/multi"+query, false, "h", fmt.Sprint("v", i))
	}
	c.want("/dev/multi?other=1", false)

	// Two resources share a namespace; a third has its own.
	c.want("/dev/left?k=1", true)
	c.want("/dev/right?k=1", false)
	c.want("/dev/right?k=2", true)
	c.want("/dev/left?k=2", false)
	c.want("/dev/own?k=1", true)

	// Who may not call gets nothing that was kept.
	c.want("/dev/guarded", true, "Authorization", "jane")
	c.want("/dev/guarded", false, "Authorization", "joe")
	if a := c.want("/dev/guarded", false); a.status != 401 {
		t.Errorf("without a token: %d %s", a.status, a.body)
	}
	if a := c.want("/dev/guarded", false, "Authorization", "deny"); a.status != 403 {
		t.Errorf("a denied caller: %d %s", a.status, a.body)
	}
	// Kept answers count against the quota, and each key has its own.
	c.want("/dev/keyed", true, "X-API-Key", "one-0123456789abcdefgh")
	c.want("/dev/keyed", false, "X-API-Key", "one-0123456789abcdefgh")
	if a := c.want("/dev/keyed", false, "X-API-Key", "one-0123456789abcdefgh"); a.status != 429 || a.body != limitExceeded {
		t.Errorf("beyond the quota: %d %s", a.status, a.body)
	}
	c.want("/dev/keyed", false, "X-API-Key", "two-0123456789abcdefgh")
	if a := c.want("/dev/keyed", false); a.status != 403 || a.body != forbidden {
		t.Errorf("without a key: %d %s", a.status, a.body)
	}

	// What is kept is the answer after the mapping; a 5XX is not kept.
	first := c.want("/dev/mapped/200", true)
	if again := c.want("/dev/mapped/200", false); again.body != first.body || again.status != 200 {
		t.Errorf("%d %s, then %d %s", first.status, first.body, again.status, again.body)
	}
	if a := c.want("/dev/mapped/404", true); a.status != 404 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := c.want("/dev/mapped/404", false); a.status != 404 {
		t.Errorf("%d %s", a.status, a.body)
	}
	for range 2 {
		if a := c.want("/dev/mapped/503", true); a.status != 502 {
			t.Errorf("%d %s", a.status, a.body)
		}
	}

	// Without a cluster nothing is kept.
	c.want("/without/multi", true)
	c.want("/without/multi", true)
}

// TestInvalidationNeedsPermission: of two callers who sign their requests, only the
// one who is allowed execute-api:InvalidateCache gets a fresh answer.
func TestInvalidationNeedsPermission(t *testing.T) {
	c := startCorners(t)
	ask := func(key, secret string, fresh bool) answer {
		r := sign(t, http.MethodGet, c.url+"/_aws/execute-api/c/dev/signed", "", key, secret, "", "us-east-1", time.Now())
		if fresh {
			r.Header.Set("Cache-Control", "max-age=0")
		}
		return do(t, r)
	}
	for _, step := range []struct {
		key, secret string
		fresh       bool
		status      int
		body        string
	}{
		{"AKIDMAY", "may", false, 200, "call 1"},
		{"AKIDMAYNOT", "maynot", false, 200, "call 1"},
		{"AKIDMAYNOT", "maynot", true, 403, `{"message":"Unauthorized"}`},
		{"AKIDMAY", "may", true, 200, "call 2"},
		{"AKIDMAYNOT", "maynot", false, 200, "call 2"},
	} {
		if a := ask(step.key, step.secret, step.fresh); a.status != step.status || a.body != step.body {
			t.Errorf("%+v: %d %s", step, a.status, a.body)
		}
	}
	c.edit("FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER")
	a := ask("AKIDMAYNOT", "maynot", true)
	if got := a.header.Get("Warning"); a.status != 200 || a.body != "call 2" || got != "199 Cache-control headers were ignored because the caller was unauthorized" {
		t.Errorf("%d %s with the warning %q", a.status, a.body, got)
	}
}

// TestCanaryCache: a canary with the deployment of its stage shares the stage's
// answers only if it is told to.
func TestCanaryCache(t *testing.T) {
	c := startCorners(t)
	c.want("/apart/multi", true) // the canary takes all
	c.want("/apart/multi", false)
	c.want("/together/multi", true)
	c.want("/together/multi", false)
	c.edit("percentTraffic: 100", "percentTraffic: 0")
	c.want("/together/multi", false)
	c.want("/apart/multi", true)
	c.want("/apart/multi", false)
	c.edit("percentTraffic: 0", "percentTraffic: 100")
	c.want("/apart/multi", false) // its own is there yet
}

// TestCacheSettings: what a cache cannot be is refused with its place.
func TestCacheSettings(t *testing.T) {
	for _, tt := range []struct{ stage, want string }{
		{"cacheClusterSize: 0.7", `sluice\.yaml:\d+:\d+: .*cacheClusterSize`},
		{"methodSettings: {'*/*': {cacheTtlInSeconds: 3601}}", `sluice\.yaml:\d+:\d+: .*cacheTtlInSeconds`},
		{"methodSettings: {'*/*': {cacheTtlInSeconds: -1}}", `sluice\.yaml:\d+:\d+: .*cacheTtlInSeconds`},
		{"methodSettings: {'*/*': {unauthorizedCacheControlHeaderStrategy: FAIL}}", `sluice\.yaml:\d+:\d+: .*unauthorizedCacheControlHeaderStrategy`},
	} {
		dir := t.TempDir()
		rewrite(t, filepath.Join(dir, "cached.yaml"), read(t, "testdata/cached.yaml"))
		file := filepath.Join(dir, "sluice.yaml")
		rewrite(t, file, "apis:\n  - definition: cached.yaml\n    stages:\n      - name: dev\n        "+tt.stage+"\n")
		p := launch(t, "", nil, sluiceBinary, "validate", file)
		if code := p.wait(); code != 1 {
			t.Errorf("%s: exit code %d", tt.stage, code)
		}
		if p.stderr.count(tt.want)+p.stdout.count(tt.want) == 0 {
			t.Errorf("%s: %s%s", tt.stage, p.stdout, p.stderr)
		}
	}
}
