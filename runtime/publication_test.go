package runtime

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	goruntime "runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sluice/api"
)

// simpleAPI is an API whose GET /x answers text.
func simpleAPI(id, text string) *apiBuilder {
	b := newAPI()
	b.snapshot.RestApi.ID = id
	b.method("GET", "/x", mockIntegration(text))
	return b
}

// compile compiles a stage that must compile.
func (r *running) compile(b *apiBuilder) *Stage {
	r.t.Helper()
	s, problems := r.gateway.Compile(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	if problems.Fatal() {
		r.t.Fatalf("compile: %v", problems)
	}
	return s
}

func (r *running) publish(b *apiBuilder) {
	r.t.Helper()
	r.gateway.Publish(Publication{APIID: b.snapshot.RestApi.ID, Stage: b.stage.StageName, Compiled: r.compile(b)})
}

func (r *running) expect(target, host string, status int, body string) {
	r.t.Helper()
	var header []string
	if host != "" {
		header = []string{"Host: " + host}
	}
	if a := r.get(target, header...); a.status != status || a.body != body {
		r.t.Errorf("%s at %q: %d %q, want %d %q", target, host, a.status, a.body, status, body)
	}
}

const forbidden = `{"message":"Forbidden"}`

func TestPublish(t *testing.T) {
	r := startGateway(t, Options{})
	one, two := simpleAPI("one", "1"), simpleAPI("two", "2")
	r.expect("/dev/x", "", 403, forbidden)
	r.publish(one)
	r.expect("/dev/x", "", 200, "1") // the only API needs no name
	r.publish(two)
	r.expect("/dev/x", "", 403, forbidden)
	r.expect("/_aws/execute-api/one/dev/x", "", 200, "1")
	r.expect("/restapis/two/dev/_user_request_/x", "", 200, "2")
	r.publish(simpleAPI("one", "1 again"))
	r.expect("/_aws/execute-api/one/dev/x", "", 200, "1 again")
	more := simpleAPI("one", "1 prod")
	more.stage.StageName = "prod"
	r.publish(more)
	r.expect("/prod/x", "one.execute-api.us-east-1.amazonaws.com", 200, "1 prod")
	r.gateway.Publish(Publication{APIID: "one", Stage: "dev"})
	r.expect("/_aws/execute-api/one/dev/x", "", 403, forbidden)
	r.expect("/_aws/execute-api/one/prod/x", "", 200, "1 prod")
	r.gateway.Publish(Publication{APIID: "one", Stage: "prod"}, Publication{APIID: "none", Stage: "prod"})
	r.expect("/dev/x", "", 200, "2") // alone again
	r.gateway.Publish(Publication{APIID: "two", Stage: "dev"})
	r.expect("/dev/x", "", 403, forbidden)
}

// TestPublishBesideFiles checks that Replace and Publish leave each other's stages
// alone, and that a file's stage hides a published one.
func TestPublishBesideFiles(t *testing.T) {
	r := startGateway(t, Options{})
	r.publish(simpleAPI("one", "published"))
	file := simpleAPI("one", "file")
	other := simpleAPI("two", "other")
	r.deploy(Deployment{Snapshot: file.snapshot, Stage: file.stage}, Deployment{Snapshot: other.snapshot, Stage: other.stage})
	r.expect("/_aws/execute-api/one/dev/x", "", 200, "file")
	r.expect("/_aws/execute-api/two/dev/x", "", 200, "other")
	r.publish(simpleAPI("one", "published later"))
	r.expect("/_aws/execute-api/one/dev/x", "", 200, "file")
	r.deploy(Deployment{Snapshot: other.snapshot, Stage: other.stage})
	r.expect("/_aws/execute-api/one/dev/x", "", 200, "published later")
	r.deploy()
	r.expect("/dev/x", "", 200, "published later")
	r.expect("/_aws/execute-api/two/dev/x", "", 403, forbidden)
}

// TestColdStage checks that many first requests share one compilation.
func TestColdStage(t *testing.T) {
	r := startGateway(t, Options{})
	var compiled atomic.Int32
	started, release := make(chan struct{}), make(chan struct{})
	b := simpleAPI("one", "warm")
	r.gateway.Publish(Publication{APIID: "one", Stage: "dev", Cold: func() (*Stage, api.Problems) {
		if compiled.Add(1) == 1 {
			close(started)
		}
		<-release
		return r.gateway.Compile(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	}})
	if compiled.Load() != 0 {
		t.Error("compiled before anybody asked")
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { r.expect("/_aws/execute-api/one/dev/x", "", 200, "warm") })
	}
	<-started
	close(release)
	wg.Wait()
	if n := compiled.Load(); n != 1 {
		t.Errorf("compiled %d times", n)
	}
}

// TestColdStageFails checks the answer to requests for a stage that does not compile,
// and that it is not tried for each of them.
func TestColdStageFails(t *testing.T) {
	r := startGateway(t, Options{})
	tries := 0
	good := simpleAPI("one", "warm")
	r.gateway.Publish(Publication{APIID: "one", Stage: "dev", Cold: func() (*Stage, api.Problems) {
		switch tries++; tries {
		case 1:
			return nil, api.Problems{{Message: "no"}}
		case 2:
			panic("no")
		case 3:
			return r.gateway.Compile(Deployment{Snapshot: simpleAPI("other", "").snapshot, Stage: good.stage})
		}
		return r.gateway.Compile(Deployment{Snapshot: good.snapshot, Stage: good.stage})
	}})
	const failed = `{"message": "Internal server error"}`
	c := r.gateway.table.find(stageID{"one", "dev"}).cold
	for range 3 {
		for range 3 {
			r.expect("/dev/x", "", 500, failed)
		}
		c.mu.Lock()
		c.retry = time.Now()
		c.mu.Unlock()
	}
	if tries != 3 {
		t.Errorf("%d tries, want 3", tries)
	}
	r.expect("/dev/x", "", 200, "warm")
}

// TestColdStageReplaced checks that a compilation which ends after its stage was
// replaced does not bring it back.
func TestColdStageReplaced(t *testing.T) {
	for _, withdrawn := range []bool{false, true} {
		t.Run(fmt.Sprint("withdrawn ", withdrawn), func(t *testing.T) {
			r := startGateway(t, Options{})
			started, release := make(chan struct{}), make(chan struct{})
			old := simpleAPI("one", "old")
			old.method("GET", "/gone", mockIntegration("old"))
			r.gateway.Publish(Publication{APIID: "one", Stage: "dev", Cold: func() (*Stage, api.Problems) {
				close(started)
				<-release
				return r.gateway.Compile(Deployment{Snapshot: old.snapshot, Stage: old.stage})
			}})
			var wg sync.WaitGroup
			wg.Go(func() { r.expect("/_aws/execute-api/one/dev/x", "", 200, "old") }) // it came before
			<-started
			if withdrawn {
				r.gateway.Publish(Publication{APIID: "one", Stage: "dev"})
			} else {
				r.publish(simpleAPI("one", "new"))
			}
			close(release)
			wg.Wait()
			figures := r.get("/_sluice/metrics").body
			if strings.Contains(figures, `resource="/gone"`) {
				t.Error("figures of a method that is not served")
			}
			if withdrawn {
				r.expect("/_aws/execute-api/one/dev/x", "", 403, forbidden)
			} else {
				r.expect("/_aws/execute-api/one/dev/x", "", 200, "new")
				if !strings.Contains(figures, `api="one",method="GET",resource="/x",stage="dev"`) {
					t.Error("no figures of what is served")
				}
			}
		})
	}
}

// TestRedeployKeeps checks what a stage leaves the one that takes its place: tokens,
// cached answers and figures; and that a withdrawn one leaves nothing.
func TestRedeployKeeps(t *testing.T) {
	r := startGateway(t, Options{})
	backend := startBackend(t, "")
	build := func(rate float64) *apiBuilder {
		b := newAPI()
		b.stage.CacheClusterEnabled, b.stage.CacheClusterSize = true, "0.5"
		b.stage.MethodSettings = map[string]*api.MethodSetting{
			"*/*":         {ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1, CacheTTLInSeconds: 300},
			"cached/GET":  {CachingEnabled: true, CacheTTLInSeconds: 300, ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1},
			"limited/GET": {ThrottlingRateLimit: api.Double(rate), ThrottlingBurstLimit: 1},
		}
		b.method("GET", "/cached", httpIntegration(api.IntegrationHTTPProxy, "GET", "http://"+backend.addr+"/"))
		b.method("GET", "/limited", mockIntegration("in"))
		return b
	}
	calls := func() int {
		backend.mu.Lock()
		defer backend.mu.Unlock()
		return len(backend.seen)
	}
	ask := func(what string, limited, backendCalls int) {
		t.Helper()
		if a := r.get("/dev/limited"); a.status != limited {
			t.Errorf("%s: limited %d, want %d", what, a.status, limited)
		}
		r.get("/dev/cached")
		if n := calls(); n != backendCalls {
			t.Errorf("%s: %d calls of the backend, want %d", what, n, backendCalls)
		}
	}
	const hardly = 0.0001 // requests a second
	r.publish(build(hardly))
	ask("first", 200, 1)
	ask("second", 429, 1)
	r.publish(build(hardly))
	ask("redeployed", 429, 1)
	r.gateway.Publish(Publication{APIID: "a1b2c3d4e5", Stage: "dev", Cold: func() (*Stage, api.Problems) {
		b := build(hardly)
		return r.gateway.Compile(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	}})
	if body := r.get("/_sluice/metrics").body; !strings.Contains(body, `sluice_requests_total{api="a1b2c3d4e5",method="GET",resource="/limited",stage="dev"} 3`) {
		t.Error("a stage that is cold again lost its figures")
	}
	goruntime.GC() // whatever nobody has any more is gone
	ask("redeployed cold", 429, 1)
	if body := r.get("/_sluice/metrics").body; !strings.Contains(body, `sluice_requests_total{api="a1b2c3d4e5",method="GET",resource="/limited",stage="dev"} 4`) {
		t.Error("a stage that was cold does not go on with its figures")
	}
	if err := r.gateway.FlushCache("a1b2c3d4e5", "dev"); err != nil {
		t.Fatal(err)
	}
	ask("flushed", 429, 2)
	r.gateway.Publish(Publication{APIID: "a1b2c3d4e5", Stage: "dev"})
	if body := r.get("/_sluice/metrics").body; strings.Contains(body, `api="a1b2c3d4e5"`) {
		t.Error("a withdrawn stage left figures")
	}
	r.publish(build(hardly))
	ask("published anew", 200, 3)
}

func TestFlushUnserved(t *testing.T) {
	g, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.FlushCache("no", "dev"); !errors.Is(err, ErrNotServed) {
		t.Errorf("FlushCache: %v", err)
	}
	if err := g.FlushAuthorizers("no", "dev"); !errors.Is(err, ErrNotServed) {
		t.Errorf("FlushAuthorizers: %v", err)
	}
}

// TestFailedCompileLeavesNothing checks that a stage that does not compile shows no
// figures, and takes none from the stage of its name that is served.
func TestFailedCompileLeavesNothing(t *testing.T) {
	r := startGateway(t, Options{})
	r.publish(simpleAPI("one", "1"))
	r.expect("/dev/x", "", 200, "1")
	for _, id := range []string{"one", "two"} {
		b := simpleAPI(id, "1")
		b.method("GET", "/bad", &api.Integration{Type: "NONE"})
		if s, problems := r.gateway.Compile(Deployment{Snapshot: b.snapshot, Stage: b.stage}); s != nil || !problems.Fatal() {
			t.Fatal("it compiled")
		}
	}
	body := r.get("/_sluice/metrics").body
	if strings.Contains(body, `"/bad"`) || strings.Contains(body, `api="two"`) {
		t.Error("figures of a stage that did not compile")
	}
	if !strings.Contains(body, `sluice_requests_total{api="one",method="GET",resource="/x",stage="dev"} 1`) {
		t.Error("the served stage lost its figures")
	}
}

// TestPublishUnderLoad publishes and withdraws while clients keep asking: nothing in
// flight is dropped, and every answer is whole.
func TestPublishUnderLoad(t *testing.T) {
	r := startGateway(t, Options{})
	version := func(n int) *apiBuilder { return simpleAPI("one", strconv.Itoa(n)+" "+strings.Repeat("x", 100*n)) }
	r.publish(version(1))
	var stop atomic.Bool
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			c, err := net.Dial("tcp", r.addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			br := bufio.NewReader(c)
			for !stop.Load() {
				io.WriteString(c, "GET /_aws/execute-api/one/dev/x HTTP/1.1\r\nHost: x\r\n\r\n")
				a, err := readAnswer(br, "GET")
				if err != nil {
					t.Errorf("a request failed: %v", err)
					return
				}
				var n int
				if _, err := fmt.Sscan(a.body, &n); err != nil || a.status != 200 || a.body != strconv.Itoa(n)+" "+strings.Repeat("x", 100*n) {
					t.Errorf("mixed answer %d %q", a.status, a.body)
					return
				}
			}
		})
	}
	for i := range 200 {
		b := version(1 + i%5)
		other := simpleAPI("api"+strconv.Itoa(i), "other")
		p := Publication{APIID: "one", Stage: "dev", Compiled: r.compile(b)}
		if i%3 == 0 {
			p = Publication{APIID: "one", Stage: "dev", Cold: func() (*Stage, api.Problems) {
				return r.gateway.Compile(Deployment{Snapshot: b.snapshot, Stage: b.stage})
			}}
		}
		r.gateway.Publish(p, Publication{APIID: other.snapshot.RestApi.ID, Stage: "dev", Compiled: r.compile(other)})
		if i > 10 {
			r.gateway.Publish(Publication{APIID: "api" + strconv.Itoa(i-10), Stage: "dev"})
		}
	}
	stop.Store(true)
	wg.Wait()
}
