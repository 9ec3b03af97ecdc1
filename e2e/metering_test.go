package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// value is the value of the key with an id in these tests.
func value(id string) string { return id + "-0123456789abcdef" }

// keysProject has limits that gain nothing worth mentioning while a test runs.
const keysProject = `
  - definition: metered.yaml
    id: m
    stages:
      - name: dev
        methodSettings:
          /open/POST: {throttlingRateLimit: 0.0001, throttlingBurstLimit: 2}
      - name: other
apiKeys:
  - {id: alice, value: alice-0123456789abcdef}
  - {id: burst, value: burst-0123456789abcdef}
  - {id: method, value: method-0123456789abcdef}
  - {id: off, value: off-0123456789abcdef, enabled: false}
  - {id: nowhere, value: nowhere-0123456789abcdef}
  - {id: elsewhere, value: elsewhere-0123456789abcdef}
usagePlans:
  - id: quota
    apiStages: [{apiId: m, stage: dev}]
    quota: {limit: 3, period: MONTH}
    keys: [alice, off]
  - id: throttled
    apiStages: [{apiId: m, stage: dev}, {apiId: m, stage: other}]
    throttle: {rateLimit: 0.0001, burstLimit: 2}
    keys: [burst]
  - id: method
    apiStages:
      - apiId: m
        stage: dev
        throttle:
          /keyed/POST: {rateLimit: 0.0001, burstLimit: 1}
    keys: [method]
  - id: other
    apiStages: [{apiId: m, stage: other}]
    keys: [elsewhere]
account: {throttle: {rateLimit: 1000, burstLimit: 1000}}
`

// call asks once and compares.
func call(t *testing.T, s *server, method, path, key string, status int, body string) answer {
	t.Helper()
	var header []string
	if key != "" {
		header = []string{"X-API-Key", key}
	}
	a := request(t, method, s.url+"/_aws/execute-api/m"+path, "", header...)
	if a.status != status || a.body != body {
		t.Errorf("%s %s with key %q: %d %s, want %d %s", method, path, key, a.status, a.body, status, body)
	}
	return a
}

const (
	forbidden     = `{"message":"Forbidden"}`
	limitExceeded = `{"message":"Limit Exceeded"}`
	tooMany       = `{"message":"Too Many Requests"}`
)

// TestKeysAndPlans goes through keys, plans and limits of a project, edits of them
// while it is served, and a restart.
func TestKeysAndPlans(t *testing.T) {
	file := metered(t, keysProject)
	s := serve(t, file)
	granted := func(id string) string { return `{"key": "` + id + `"}` }

	for _, key := range []string{"", "no such key 0123456789", value("nowhere"), value("off"), value("elsewhere")} {
		if a := call(t, s, "GET", "/dev/keyed", key, 403, forbidden); a.header.Get("x-amzn-ErrorType") != "ForbiddenException" {
			t.Errorf("the error type is %q", a.header.Get("x-amzn-ErrorType"))
		}
	}
	call(t, s, "GET", "/other/keyed", value("elsewhere"), 200, granted("elsewhere"))

	// A quota; requests to methods that need no key do not count.
	call(t, s, "GET", "/dev/open", value("alice"), 200, granted(""))
	for range 3 {
		call(t, s, "GET", "/dev/keyed", value("alice"), 200, granted("alice"))
	}
	if a := call(t, s, "GET", "/dev/keyed", value("alice"), 429, limitExceeded); a.header.Get("x-amzn-ErrorType") != "LimitExceededException" {
		t.Errorf("the error type is %q", a.header.Get("x-amzn-ErrorType"))
	}
	// A plan's throttle, over all its stages.
	call(t, s, "GET", "/dev/keyed", value("burst"), 200, granted("burst"))
	call(t, s, "GET", "/other/keyed", value("burst"), 200, granted("burst"))
	if a := call(t, s, "GET", "/other/keyed", value("burst"), 429, tooMany); a.header.Get("x-amzn-ErrorType") != "TooManyRequestsException" {
		t.Errorf("the error type is %q", a.header.Get("x-amzn-ErrorType"))
	}
	// A method's throttle in a plan, and a stage's.
	call(t, s, "POST", "/dev/keyed", value("method"), 200, granted("method"))
	call(t, s, "POST", "/dev/keyed", value("method"), 429, tooMany)
	call(t, s, "GET", "/dev/keyed", value("method"), 200, granted("method"))
	for range 2 {
		call(t, s, "POST", "/dev/open", "", 200, granted(""))
	}
	call(t, s, "POST", "/dev/open", "", 429, tooMany)
	call(t, s, "POST", "/other/open", "", 200, granted(""))

	// Edits take effect at once; what has not changed keeps its tokens and counts.
	seen := 0
	edit := func(old, next string) {
		t.Helper()
		before := read(t, file)
		if !strings.Contains(before, old) {
			t.Fatalf("%q is not in the project", old)
		}
		rewrite(t, file, strings.Replace(before, old, next, 1))
		_, seen = s.line(s.stderr, seen, `msg=reloaded`)
	}
	edit("limit: 3", "limit: 4")
	call(t, s, "GET", "/dev/keyed", value("alice"), 200, granted("alice"))
	call(t, s, "GET", "/dev/keyed", value("alice"), 429, limitExceeded)
	edit(", enabled: false", "")
	call(t, s, "GET", "/dev/keyed", value("off"), 200, granted("off"))
	edit("keys: [elsewhere]", "keys: [elsewhere, nowhere]")
	call(t, s, "GET", "/other/keyed", value("nowhere"), 200, granted("nowhere"))
	edit("  - {id: nowhere, value: nowhere-0123456789abcdef}\n", "  - {id: nowhere, value: changed-0123456789abcdef}\n")
	call(t, s, "GET", "/other/keyed", value("nowhere"), 403, forbidden)
	call(t, s, "GET", "/other/keyed", value("changed"), 200, granted("nowhere"))
	call(t, s, "GET", "/dev/keyed", value("burst"), 429, tooMany)
	call(t, s, "POST", "/dev/keyed", value("method"), 429, tooMany)
	call(t, s, "POST", "/dev/open", "", 429, tooMany)
	edit("throttlingBurstLimit: 2", "throttlingBurstLimit: 5")
	call(t, s, "POST", "/dev/open", "", 200, granted(""))
	edit("account: {throttle: {rateLimit: 1000, burstLimit: 1000}}", "account: {throttle: {rateLimit: 0.0001, burstLimit: 1}}")
	edit("account: {throttle: {rateLimit: 0.0001, burstLimit: 1}}", "account: {throttle: unlimited}")
	for range 3 {
		call(t, s, "GET", "/other/open", "", 200, granted(""))
	}
	// A mistake leaves everything as it was.
	rewrite(t, file, strings.Replace(read(t, file), "keys: [burst]", "keys: [brust]", 1))
	s.line(s.stderr, seen, `/sluice\.yaml:\d+:\d+: there is no API key "brust"; did you mean "burst"\?`)
	_, seen = s.line(s.stderr, seen, `not reloaded`)
	call(t, s, "GET", "/dev/keyed", value("burst"), 429, tooMany)
	rewrite(t, file, strings.Replace(read(t, file), "keys: [brust]", "keys: [burst]", 1))
	s.line(s.stderr, seen, `msg=reloaded`)

	want := fmt.Sprintf(`{"usagePlanId":"quota","startDate":"%[1]s","endDate":"%[1]s","values":{"alice":[[4,0]],"off":[[1,3]]}}`, today())
	if a := get(t, s.url+"/_sluice/usage?usagePlanId=quota"); a.status != 200 || a.body != want {
		t.Errorf("the usage is %d %s, want %s", a.status, a.body, want)
	}
	for query, status := range map[string]int{
		"": 400, "usagePlanId=nope": 404, "usagePlanId=quota&keyId=nope": 404, "usagePlanId=quota&startDate=today": 400,
		"usagePlanId=quota&startDate=2020-01-01": 400, "usagePlanId=quota&limit=501": 400,
	} {
		if a := get(t, s.url+"/_sluice/usage?"+query); a.status != status {
			t.Errorf("usage?%s: %d %s, want %d", query, a.status, a.body, status)
		}
	}

	// The counters lie beside the project, out of sight of version control, and a
	// restart goes on with them.
	if got := read(t, filepath.Join(filepath.Dir(file), ".sluice", ".gitignore")); got != "*\n" {
		t.Errorf(".gitignore holds %q", got)
	}
	code, _, stderr := run(t, nil, "serve", "--listen", "127.0.0.1:0", file)
	if code != 1 || !strings.Contains(stderr, "another process has it open") {
		t.Errorf("a second process with the same counters exits with %d: %s", code, stderr)
	}
	s.signal(syscall.SIGTERM)
	if code := s.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	s = serve(t, file)
	call(t, s, "GET", "/dev/keyed", value("alice"), 429, limitExceeded)
	if a := get(t, s.url+"/_sluice/usage?usagePlanId=quota"); a.body != want {
		t.Errorf("after a restart the usage is %d %s, want %s", a.status, a.body, want)
	}
	// Somewhere else there are none.
	elsewhere := serveWith(t, []string{"SLUICE_DATA_DIR=" + t.TempDir()}, file)
	call(t, elsewhere, "GET", "/dev/keyed", value("alice"), 200, granted("alice"))
}

func today() string { return time.Now().UTC().Format(time.DateOnly) }

// TestAccountLimit: the account's burst is what all requests of a project share.
func TestAccountLimit(t *testing.T) {
	s := serve(t, metered(t, "  - {definition: metered.yaml, id: m, stages: [{name: dev}, {name: other}]}\naccount: {throttle: {rateLimit: 0.0001, burstLimit: 3}}\n"))
	for _, path := range []string{"/dev/open", "/other/open", "/dev/open"} {
		call(t, s, "GET", path, "", 200, `{"key": ""}`)
	}
	call(t, s, "GET", "/other/open", "", 429, tooMany)
}

// TestUsageSurvivesKill kills the process under load again and again. What it had
// counted a second before must be there, and nothing may count twice.
func TestUsageSurvivesKill(t *testing.T) {
	rounds := 3
	if testing.Short() {
		rounds = 2
	}
	file := metered(t, `
  - {definition: metered.yaml, id: m}
apiKeys:
  - {id: alice, value: alice-0123456789abcdef}
usagePlans:
  - id: plan
    apiStages: [{apiId: m, stage: dev}]
    quota: {limit: 1000000, period: MONTH}
    keys: [alice]
account: {throttle: unlimited}
`)
	data := t.TempDir()
	sent, counted := 0, 0
	for round := range rounds {
		s := serve(t, "--data-dir", data, file)
		if round > 0 {
			got := used(t, s, "plan", "alice")
			if got < counted || got > sent {
				t.Errorf("after kill -9 %d requests are counted: of %d a second before, and %d in all", got, counted, sent)
			}
			t.Logf("after kill -9 %d requests are counted; %d were answered a second before, %d were sent", got, counted, sent)
			sent, counted = got, got // what was lost is lost
		}
		l := startLoad([]*server{s}, 4, "/dev/keyed", "X-API-Key", value("alice"))
		eventually(t, "some requests are counted in the file", func() bool { return used(t, s, "plan", "alice") > counted })
		start := time.Now()
		eventually(t, "the load went on for long enough to lose some", func() bool { return time.Since(start) > 1500*time.Millisecond })
		killed := time.Now()
		s.signal(syscall.SIGKILL)
		s.wait()
		for _, shot := range l.end() {
			if shot.sent.Before(killed) {
				sent++
			}
			if shot.status == 200 && shot.received.Before(killed.Add(-time.Second)) {
				counted++
			}
		}
	}
	// The quota goes on exactly from what is there.
	s := serve(t, "--data-dir", data, file)
	got := used(t, s, "plan", "alice")
	if got < counted || got > sent {
		t.Errorf("after kill -9 %d requests are counted: of %d a second before, and %d in all", got, counted, sent)
	}
	rewrite(t, file, strings.Replace(read(t, file), "limit: 1000000", fmt.Sprintf("limit: %d", got+20), 1))
	s.line(s.stderr, 0, `msg=reloaded`)
	for range 20 {
		call(t, s, "GET", "/dev/keyed", value("alice"), 200, `{"key": "alice"}`)
	}
	call(t, s, "GET", "/dev/keyed", value("alice"), 429, limitExceeded)
}
