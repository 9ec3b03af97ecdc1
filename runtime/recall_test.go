package runtime

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"

	"sluice/api"
)

// TestRecall checks the response cache of a stage through the whole pipeline
// (aws-facts: data plane, section 15).
func TestRecall(t *testing.T) {
	var calls atomic.Int64
	be := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := calls.Add(1)
		w.Header().Set("X-Call", strconv.FormatInt(n, 10))
		if r.URL.Query().Get("status") != "" {
			code, _ := strconv.Atoi(r.URL.Query().Get("status"))
			w.WriteHeader(code)
		}
		w.Write([]byte("call " + strconv.FormatInt(n, 10)))
	}))
	defer be.Close()
	b := newAPI()
	for _, path := range []string{"/c", "/strict", "/quiet", "/fail", "/off"} {
		in := httpIntegration(api.IntegrationHTTPProxy, "ANY", be.URL+"/")
		in.CacheKeyParameters = []string{"method.request.querystring.k"}
		m := b.method("ANY", path, in)
		m.RequestParameters = map[string]bool{"method.request.querystring.k": false}
	}
	setting := func(strategy string, cached bool) *api.MethodSetting {
		return &api.MethodSetting{
			CachingEnabled: cached, CacheTTLInSeconds: 300, ThrottlingBurstLimit: -1, ThrottlingRateLimit: -1,
			RequireAuthorizationForCacheControl: strategy != "", UnauthorizedCacheControlHeaderStrategy: strategy,
		}
	}
	b.stage.CacheClusterEnabled, b.stage.CacheClusterSize = true, "0.5"
	b.stage.MethodSettings = map[string]*api.MethodSetting{
		"*/*":          setting("", true),
		"~1strict/GET": setting("SUCCEED_WITH_RESPONSE_HEADER", true),
		"~1quiet/GET":  setting("SUCCEED_WITHOUT_RESPONSE_HEADER", true),
		"~1fail/GET":   setting("FAIL_WITH_403", true),
		"~1off/GET":    setting("", false),
	}
	r := b.start(t)
	first := r.get("/dev/c?k=1&x=1")
	again := r.get("/dev/c?k=1&x=2")
	if first.body != again.body || again.get("X-Call") != first.get("X-Call") || again.status != 200 {
		t.Errorf("not recalled: %v, then %v %s", first.body, again.body, again.header)
	}
	if first.get("x-amzn-RequestId") == again.get("x-amzn-RequestId") {
		t.Error("the request id is recalled")
	}
	if other := r.get("/dev/c?k=2"); other.body == first.body {
		t.Error("another key has the same answer")
	}
	if without := r.get("/dev/c"); without.body == first.body {
		t.Error("without the parameter the answer is the same")
	}
	if a, b := r.send("POST", "/dev/c?k=1", "x"), r.send("POST", "/dev/c?k=1", "x"); a.body == b.body {
		t.Error("POST is cached without a setting of its own")
	}
	if a, b := r.get("/dev/off?k=1"), r.get("/dev/off?k=1"); a.body == b.body {
		t.Error("a method that is switched off is cached")
	}
	if a, b := r.get("/dev/c?k=5&status=500"), r.get("/dev/c?k=5&status=500"); a.body == b.body {
		t.Error("a 500 is recalled")
	}
	fresh := r.get("/dev/c?k=1", "Cache-Control: max-age=0")
	if fresh.body == first.body {
		t.Error("max-age=0 does not reach the backend")
	}
	if a := r.get("/dev/c?k=1"); a.body != fresh.body {
		t.Error("the new answer does not replace the entry")
	}
	const warning = "199 Cache-control headers were ignored because the caller was unauthorized"
	for path, want := range map[string]string{"/dev/strict": warning, "/dev/quiet": ""} {
		was := r.get(path)
		if a := r.get(path, "Cache-Control: max-age=0"); a.body != was.body || a.get("Warning") != want {
			t.Errorf("%s: %q (was %q), Warning %q", path, a.body, was.body, a.get("Warning"))
		}
		if a := r.get(path); a.get("Warning") != "" {
			t.Errorf("%s: the warning is kept", path)
		}
	}
	if a := r.get("/dev/fail", "Cache-Control: max-age=0"); a.status != 403 || a.body != `{"message":"Unauthorized"}` {
		t.Errorf("FAIL_WITH_403: %d %s", a.status, a.body)
	}
	// A new deployment of the same stage keeps the cache; switching it off drops it.
	kept := r.get("/dev/c?k=1")
	r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	if a := r.get("/dev/c?k=1"); a.body != kept.body {
		t.Error("the same deployment again drops the entries")
	}
	b.stage.CacheClusterEnabled = false
	r.deploy(Deployment{Snapshot: b.snapshot, Stage: b.stage})
	if a, b := r.get("/dev/c?k=1"), r.get("/dev/c?k=1"); a.body == b.body {
		t.Error("cached although the cluster is off")
	}
}
