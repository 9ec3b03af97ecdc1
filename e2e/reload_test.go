package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func versionDefinition(t *testing.T, version string) string {
	return strings.ReplaceAll(read(t, "testdata/version.yaml"), "VERSION", version)
}

// TestReloadUnderLoad edits a definition again and again while clients keep
// asking. No request may fail, and each client must see versions in order.
func TestReloadUnderLoad(t *testing.T) {
	edits := 12
	if testing.Short() {
		edits = 4
	}
	file := writeFile(t, "version.yaml", versionDefinition(t, "0"))
	s := serve(t, file)

	var clients sync.WaitGroup
	var stop atomic.Bool
	var requests atomic.Int64
	var slowest time.Duration
	failures := make(chan string, 10) // further ones are only counted
	var failed atomic.Int64
	fail := func(text string) {
		failed.Add(1)
		select {
		case failures <- text:
		default:
		}
	}
	for range 8 {
		clients.Go(func() {
			last := 0
			for !stop.Load() {
				a, err := try(http.MethodGet, s.url+"/dev/version", "")
				var version int
				switch {
				case err != nil:
					fail(err.Error())
				case a.status != http.StatusOK:
					fail(fmt.Sprintf("status %d: %s", a.status, a.body))
				default:
					if _, err := fmt.Sscanf(a.body, `{"version": "%d"}`, &version); err != nil || version < last {
						fail(fmt.Sprintf("body %q after version %d", a.body, last))
					}
					last = version
				}
				requests.Add(1)
			}
		})
	}
	seen := 0
	for i := 1; i <= edits; i++ {
		before := requests.Load()
		start := time.Now()
		rewrite(t, file, versionDefinition(t, fmt.Sprint(i)))
		_, seen = s.line(s.stderr, seen, `msg=reloaded stages=1`)
		slowest = max(slowest, time.Since(start))
		if got, want := get(t, s.url+"/dev/version").body, fmt.Sprintf(`{"version": "%d"}`, i); got != want {
			t.Errorf("after edit %d the answer is %s", i, got)
		}
		eventually(t, "clients have asked since the edit", func() bool { return requests.Load() > before+20 })
	}
	stop.Store(true)
	clients.Wait()
	close(failures)
	if n := failed.Load(); n > 0 {
		t.Errorf("%d of %d requests failed", n, requests.Load())
	}
	for f := range failures {
		t.Error(f)
	}
	t.Logf("%d requests over %d edits; the slowest edit took %v until it was served", requests.Load(), edits, slowest)
}

// TestBrokenEdit keeps the running stage through edits that cannot be served.
func TestBrokenEdit(t *testing.T) {
	file := writeFile(t, "version.yaml", versionDefinition(t, "1"))
	s := serve(t, file)
	seen := 0
	broken := []struct {
		name, content, problem string
	}{
		{"not YAML", "openapi: 3.0.1\npaths: [\n", `/version\.yaml:\d+:\d+: `},
		{"unknown integration type", strings.ReplaceAll(versionDefinition(t, "2"), "type: mock", "type: mook"), `/version\.yaml:8:15: .*mook`},
		{"template that does not parse", versionDefinition(t, "#if(1"), `/version\.yaml:\d+:\d+: `},
		{"removed", "", `/version\.yaml:1:1: no such file`},
	}
	for _, b := range broken {
		if b.content == "" {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		} else {
			rewrite(t, file, b.content)
		}
		s.line(s.stderr, seen, b.problem)
		_, seen = s.line(s.stderr, seen, `not reloaded`)
		if a := get(t, s.url+"/dev/version"); a.status != http.StatusOK || a.body != `{"version": "1"}` {
			t.Errorf("%s: the answer is %d %s", b.name, a.status, a.body)
		}
	}
	rewrite(t, file, versionDefinition(t, "3"))
	s.line(s.stderr, seen, `msg=reloaded`)
	if a := get(t, s.url+"/dev/version"); a.body != `{"version": "3"}` {
		t.Errorf("after the repair the answer is %d %s", a.status, a.body)
	}
	if n := s.stdout.count(`^sluice: ready on `); n != 1 {
		t.Errorf("the ready line was printed %d times", n)
	}
}

// TestReloadProject edits what a project file names, and the project file itself.
func TestReloadProject(t *testing.T) {
	dir := t.TempDir()
	project := filepath.Join(dir, "sluice.yaml")
	one, two := filepath.Join(dir, "apis", "one.yaml"), filepath.Join(dir, "apis", "two.yaml")
	if err := os.Mkdir(filepath.Dir(one), 0o700); err != nil {
		t.Fatal(err)
	}
	rewrite(t, one, versionDefinition(t, "1"))
	rewrite(t, two, versionDefinition(t, "2"))
	rewrite(t, project, "apis:\n  - definition: apis/one.yaml\n")
	s := serve(t, project)
	_, seen := s.line(s.stdout, 0, `ready`)
	seen = 0
	step := func(file, content, api, want string) {
		t.Helper()
		rewrite(t, file, content)
		_, seen = s.line(s.stderr, seen, `msg=reloaded`)
		if a := get(t, s.url+"/_aws/execute-api/"+api+"/dev/version"); a.body != want {
			t.Errorf("after an edit of %s the answer is %d %s, want %s", file, a.status, a.body, want)
		}
	}
	step(one, versionDefinition(t, "1b"), "one", `{"version": "1b"}`)
	step(project, "apis:\n  - definition: apis/one.yaml\n  - definition: apis/two.yaml\n", "two", `{"version": "2"}`)
	step(two, versionDefinition(t, "2b"), "two", `{"version": "2b"}`)
	step(project, "apis:\n  - definition: apis/two.yaml\n", "two", `{"version": "2b"}`)
	if a := get(t, s.url+"/_aws/execute-api/one/dev/version"); a.status != http.StatusForbidden {
		t.Errorf("an API that was removed answers %d %s", a.status, a.body)
	}
}

// TestWatchOff looks for the notification handle: that nothing happens cannot be
// waited for.
func TestWatchOff(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	file := writeFile(t, "version.yaml", versionDefinition(t, "1"))
	tests := []struct {
		args, env []string
		watches   bool
	}{
		{nil, nil, true},
		{[]string{"--watch"}, nil, true},
		{[]string{"--watch=false"}, nil, false},
		{[]string{"--no-watch"}, nil, false},
		{nil, []string{"SLUICE_WATCH=false"}, false},
		{nil, []string{"SLUICE_WATCH="}, true},
	}
	for _, tt := range tests {
		s := serveWith(t, tt.env, append(tt.args, file)...)
		eventually(t, fmt.Sprintf("watching is %v with %v %v", tt.watches, tt.args, tt.env), func() bool {
			handles, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", s.cmd.Process.Pid))
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range handles {
				if to, err := os.Readlink(h); err == nil && strings.Contains(to, "inotify") {
					return tt.watches
				}
			}
			return !tt.watches
		})
	}
}
