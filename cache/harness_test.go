package cache

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"sluice/api"
	"sluice/mapping"
)

// load reads cases.
func load(t testing.TB, name string, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// newCache makes a Cache that ends with the test.
func newCache(t testing.TB, o Options) *Cache {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// onStage is a stage of c with a cluster of the smallest size.
func onStage(t testing.TB, c *Cache, name string) *Stage {
	t.Helper()
	s := c.Stage("api1", name)
	if err := s.Configure(true, ""); err != nil {
		t.Fatal(err)
	}
	return s
}

// settings are those of a cached method.
func settings() *api.MethodSetting {
	return &api.MethodSetting{CachingEnabled: true, CacheTTLInSeconds: 300}
}

// methodOf is the options of a GET method with key parameters, all declared.
func methodOf(parameters ...string) MethodOptions {
	declared := map[string]bool{}
	for _, p := range parameters {
		declared[p] = false
	}
	return MethodOptions{
		Deployment: "dep1", ResourceID: "res1", Verb: "GET", Setting: settings(),
		Method: &api.Method{
			RequestParameters: declared,
			MethodIntegration: &api.Integration{Type: api.IntegrationHTTP, CacheKeyParameters: parameters, TimeoutInMillis: 29000},
		},
	}
}

// compile compiles without problems.
func compile(t testing.TB, s *Stage, o MethodOptions) *Method {
	t.Helper()
	m, problems := s.Method(o)
	if len(problems) != 0 || m == nil {
		t.Fatalf("Method: %v, %v", m, problems)
	}
	return m
}

// query is a request with one query parameter q.
func query(q string) *mapping.Scope {
	return &mapping.Scope{Params: mapping.Params{Query: []mapping.Pair{{Name: "q", Value: q}}}}
}

// recall looks up with a Lookup of its own.
func recall(m *Method, s *mapping.Scope) (*Entry, *Flight) {
	var l Lookup
	return m.Recall(&l, s, false)
}

// bring misses and keeps an answer with this body.
func bring(t testing.TB, m *Method, s *mapping.Scope, body string) {
	t.Helper()
	hit, f := recall(m, s)
	if hit != nil || f == nil {
		t.Fatalf("wanted a flight, got hit %v, flight %v", hit, f)
	}
	f.Keep(answer(body))
}

func answer(body string) *Answer {
	return &Answer{Status: 200, ContentType: "text/plain", Body: []byte(body)}
}

// wantHit demands a hit with this body.
func wantHit(t testing.TB, m *Method, s *mapping.Scope, body string) {
	t.Helper()
	hit, f := recall(m, s)
	f.Abandon()
	if hit == nil || string(hit.Body) != body {
		t.Fatalf("wanted a hit with %q, got %+v", body, hit)
	}
}

// wantMiss demands a miss.
func wantMiss(t testing.TB, m *Method, s *mapping.Scope) {
	t.Helper()
	hit, f := recall(m, s)
	f.Abandon()
	if hit != nil {
		t.Fatalf("wanted a miss, got %q", hit.Body)
	}
}
