package control

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sluice/control/model"
	"sluice/control/store"
	"sluice/runtime"
	"sluice/throttle"
)

// fixture is a control plane with a store in memory and a data plane that serves
// nothing, on a real server.
type fixture struct {
	*testing.T
	server  *Server
	gateway *runtime.Gateway
	limiter *throttle.Limiter
	url     string
	region  string
	accept  string // "": application/json
}

// testTime is the time of every call of a fixture.
func testTime() time.Time { return time.Date(2026, 11, 22, 6, 35, 58, 0, time.UTC) }

func newFixture(t *testing.T) *fixture {
	t.Helper()
	records, err := store.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	limiter := throttle.New(throttle.Options{})
	gateway, err := runtime.New(runtime.Options{Limiter: limiter})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{T: t, gateway: gateway, limiter: limiter, region: "us-east-1"}
	f.server = New(Options{
		Store: records, DataPlane: gateway, Meter: limiter, AccountID: "123456789012", Now: testTime,
	})
	h := httptest.NewServer(f.server)
	t.Cleanup(func() {
		h.Close()
		if err := records.Close(); err != nil {
			t.Error(err)
		}
	})
	f.url = h.URL
	return f
}

// answer is what came over the wire.
type answer struct {
	status int
	kind   string // x-amzn-ErrorType
	header http.Header
	body   string
}

// do makes one call. body is JSON text or anything that is marshalled.
func (f *fixture) do(method, path string, body any) answer {
	f.Helper()
	text, ok := body.(string)
	if !ok && body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			f.Fatal(err)
		}
		text = string(b)
	}
	r, err := http.NewRequest(method, f.url+path, strings.NewReader(text))
	if err != nil {
		f.Fatal(err)
	}
	r.Header.Set("Accept", "application/json")
	if f.accept != "" {
		r.Header.Set("Accept", f.accept)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261122/"+f.region+"/apigateway/aws4_request, SignedHeaders=host, Signature=00")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		f.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		f.Fatal(err)
	}
	if resp.StatusCode < 300 && resp.Header.Get("Content-Type") == "application/json" {
		f.checkOutput(r, b)
	}
	return answer{status: resp.StatusCode, kind: resp.Header.Get("x-amzn-ErrorType"), header: resp.Header, body: string(b)}
}

// checkOutput sees to it that an answer has the shape that the model gives it.
func (f *fixture) checkOutput(r *http.Request, body []byte) {
	f.Helper()
	operation, _, _ := model.Match(r.Method, r.URL.EscapedPath(), r.URL.Query())
	if operation == nil {
		f.Fatalf("%s %s is no operation", r.Method, r.URL)
	}
	if err := operation.CheckOutput(body); err != nil {
		f.Errorf("%s %s: %v in %s", r.Method, r.URL, err, body)
	}
}

// make makes a call that must succeed and returns its answer as an object.
func (f *fixture) make(method, path string, body any) map[string]any {
	f.Helper()
	a := f.do(method, path, body)
	if a.status >= 300 {
		f.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
	}
	out := map[string]any{}
	if a.body != "" {
		if err := json.Unmarshal([]byte(a.body), &out); err != nil {
			f.Fatalf("%s %s: %v in %s", method, path, err, a.body)
		}
	}
	return out
}

// refuses makes a call that must fail with a status and a message.
func (f *fixture) refuses(method, path string, body any, status int, kind, message string) {
	f.Helper()
	a := f.do(method, path, body)
	want, _ := json.Marshal(map[string]string{"message": message})
	if a.status != status || a.kind != kind || !sameJSON(a.body, string(want)) {
		f.Errorf("%s %s:\n got %d %s %s\nwant %d %s %s", method, path, a.status, a.kind, a.body, status, kind, want)
	}
}

// sameJSON compares JSON texts as values.
func sameJSON(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return string(p) == string(q)
}

// record writes a record as another family would; no value deletes it.
func (f *fixture) record(key, value string) error {
	return f.server.options.Store.Update(f.Context(), func(t store.Tx) error {
		if value == "" {
			return t.Delete(key)
		}
		return t.Put(key, []byte(value))
	})
}

// records are all records of the fixture's region.
func (f *fixture) records() map[string]string {
	f.Helper()
	out := map[string]string{}
	err := f.server.options.Store.View(f.Context(), func(t store.Tx) error {
		all, err := t.List("", "", 0)
		for _, r := range all {
			out[r.Key] = string(r.Value)
		}
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return out
}
