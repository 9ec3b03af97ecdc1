package cache

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sluice/api"
	"sluice/mapping"
)

// requestCase is a request in cases.
type requestCase struct {
	Path, Query, Header map[string][]string
	Body                string
}

func (r *requestCase) scope() *mapping.Scope {
	s := &mapping.Scope{Params: mapping.Params{Path: pairs(r.Path), Query: pairs(r.Query), Header: pairs(r.Header)}}
	s.Body.Reset(r.Body)
	return s
}

func pairs(m map[string][]string) []mapping.Pair {
	var out []mapping.Pair
	for name, values := range m {
		for _, v := range values {
			out = append(out, mapping.Pair{Name: name, Value: v})
		}
	}
	slices.SortStableFunc(out, func(a, b mapping.Pair) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// keyOf is the key of a request.
func keyOf(t testing.TB, m *Method, s *mapping.Scope) string {
	t.Helper()
	var l Lookup
	key, ok := m.appendKey(slices.Clone(m.prefix), &l, s)
	if !ok {
		t.Fatal("no key")
	}
	return string(key)
}

func TestKeys(t *testing.T) {
	var cases []struct {
		Name        string
		Parameters  []string
		Proxy, Same bool
		A, B        requestCase
	}
	load(t, "keys.json", &cases)
	s := newCache(t, Options{}).Stage("api1", "prod")
	for _, c := range cases {
		o := methodOf(c.Parameters...)
		if c.Proxy {
			o.Method.MethodIntegration.Type = api.IntegrationHTTPProxy
		}
		o.Method.MethodIntegration.RequestParameters = map[string]string{
			"integration.request.header.mapped":   "method.request.querystring.q",
			"integration.request.header.static":   "'x'",
			"integration.request.header.payload":  "method.request.body.user",
			"integration.request.querystring.all": "method.request.multivaluequerystring.q",
		}
		m, _ := s.Method(o)
		if m.UsesBody() != slices.Contains(c.Parameters, "integration.request.header.payload") {
			t.Errorf("%s: UsesBody %v", c.Name, m.UsesBody())
		}
		if same := keyOf(t, m, c.A.scope()) == keyOf(t, m, c.B.scope()); same != c.Same {
			t.Errorf("%s: same key: %v", c.Name, same)
		}
	}
}

// TestKeysOfMethods compares methods whose requests are equal.
func TestKeysOfMethods(t *testing.T) {
	c := newCache(t, Options{})
	base := func() (string, string, MethodOptions) {
		return "api1", "prod", methodOf("method.request.querystring.q", "method.request.header.h")
	}
	cases := []struct {
		name   string
		same   bool
		change func(api, stage *string, o *MethodOptions)
	}{
		{"nothing", true, func(_, _ *string, _ *MethodOptions) {}},
		{"API", false, func(api, _ *string, _ *MethodOptions) { *api = "api2" }},
		{"stage", false, func(_, stage *string, _ *MethodOptions) { *stage = "test" }},
		{"API and stage run together", false, func(api, stage *string, _ *MethodOptions) { *api, *stage = "api1p", "rod" }},
		{"deployment", false, func(_, _ *string, o *MethodOptions) { o.Deployment = "dep2" }},
		{"canary apart", false, func(_, _ *string, o *MethodOptions) { o.Apart = true }},
		{"resource", false, func(_, _ *string, o *MethodOptions) { o.ResourceID = "res2" }},
		{"verb", false, func(_, _ *string, o *MethodOptions) { o.Verb = "HEAD" }},
		{"namespace is the resource's id", true, func(_, _ *string, o *MethodOptions) { o.Method.MethodIntegration.CacheNamespace = "res1" }},
		{"namespace, other resource", true, func(_, _ *string, o *MethodOptions) {
			o.ResourceID = "res2"
			o.Method.MethodIntegration.CacheNamespace = "res1"
		}},
		{"namespace", false, func(_, _ *string, o *MethodOptions) { o.Method.MethodIntegration.CacheNamespace = "mine" }},
		{"order of parameters", true, func(_, _ *string, o *MethodOptions) { slices.Reverse(o.Method.MethodIntegration.CacheKeyParameters) }},
		{"a parameter twice", true, func(_, _ *string, o *MethodOptions) {
			p := &o.Method.MethodIntegration.CacheKeyParameters
			*p = append(*p, (*p)[0])
		}},
		{"other parameter", false, func(_, _ *string, o *MethodOptions) {
			o.Method.MethodIntegration.CacheKeyParameters[1] = "method.request.querystring.h"
			o.Method.RequestParameters["method.request.querystring.h"] = false
		}},
		{"fewer parameters", false, func(_, _ *string, o *MethodOptions) {
			o.Method.MethodIntegration.CacheKeyParameters = o.Method.MethodIntegration.CacheKeyParameters[:1]
		}},
		{"TTL", true, func(_, _ *string, o *MethodOptions) { o.Setting.CacheTTLInSeconds = 1 }},
	}
	key := func(api, stage string, o MethodOptions) string {
		return keyOf(t, compile(t, c.Stage(api, stage), o), query("1"))
	}
	want := key(base())
	for _, cs := range cases {
		api, stage, o := base()
		cs.change(&api, &stage, &o)
		if same := key(api, stage, o) == want; same != cs.same {
			t.Errorf("%s: same key: %v", cs.name, same)
		}
	}
}

// TestKeysAreDistinct compares keys of random requests with what they are made
// of: equal exactly when every listed parameter is.
func TestKeysAreDistinct(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := newCache(t, Options{}).Stage("api1", "prod")
	kinds := []string{"path", "querystring", "multivaluequerystring", "header", "multivalueheader"}
	// Values that resemble lengths, separators and each other.
	values := []string{"", "\x00", "\x01", "\x01\x01", "a", "aa", "a\x01a", ",", "a,a", strings.Repeat("a", 127), strings.Repeat("a", 128), "\x80\x01"}
	names := []string{"a", "b"}
	some := func() []mapping.Pair {
		out := make([]mapping.Pair, r.IntN(4))
		for i := range out {
			out[i] = mapping.Pair{Name: names[r.IntN(len(names))], Value: values[r.IntN(len(values))]}
		}
		return out
	}
	equal, different := 0, 0
	for range 2000 {
		var parameters []string
		for range r.IntN(4) {
			parameters = append(parameters, "method.request."+kinds[r.IntN(len(kinds))]+"."+names[r.IntN(len(names))])
		}
		m := compile(t, s, methodOf(parameters...))
		seen := map[string]string{} // key -> parts
		reverse := map[string]string{}
		for range 30 {
			p := mapping.Params{Path: some(), Query: some(), Header: some()}
			key, parts := keyOf(t, m, &mapping.Scope{Params: p}), partsOf(&p, parameters)
			if old, ok := seen[key]; ok && old != parts {
				t.Fatalf("%q: one key for %s and %s", parameters, old, parts)
			}
			if old, ok := reverse[parts]; ok {
				if equal++; old != key {
					t.Fatalf("%q: two keys for %s", parameters, parts)
				}
			} else {
				different++
			}
			seen[key], reverse[parts] = parts, key
		}
	}
	if equal < 1000 || different < 1000 {
		t.Errorf("the comparison is empty: %d equal, %d different", equal, different)
	}
}

// partsOf is what the key of a request must tell, as text that is unambiguous.
func partsOf(p *mapping.Params, parameters []string) string {
	parts := map[string]string{}
	for _, name := range parameters {
		kind, name, _ := strings.Cut(strings.TrimPrefix(name, "method.request."), ".")
		pairs := map[string][]mapping.Pair{
			"path": p.Path, "querystring": p.Query, "multivaluequerystring": p.Query, "header": p.Header, "multivalueheader": p.Header,
		}[kind]
		var all []string
		for _, pair := range pairs {
			if pair.Name == name {
				all = append(all, pair.Value)
			}
		}
		if len(all) > 0 && !strings.HasPrefix(kind, "multi") {
			all = all[len(all)-1:]
		}
		parts[kind+"."+name] = fmt.Sprintf("%q", all)
	}
	return fmt.Sprintf("%q", parts) // maps print in order of their keys
}

func TestLongKeys(t *testing.T) {
	s := onStage(t, newCache(t, Options{}), "prod")
	o := methodOf("integration.request.header.payload")
	o.Method.MethodIntegration.RequestParameters = map[string]string{"integration.request.header.payload": "method.request.body"}
	m, _ := s.Method(o)
	scope := &mapping.Scope{}
	scope.Body.Reset(strings.Repeat("x", maxKey+1))
	if hit, f := recall(m, scope); hit != nil || f != nil {
		t.Errorf("a key of more than %d bytes: %v, %v", maxKey, hit, f)
	}
	scope.Body.Reset("{not JSON")
	if hit, f := recall(m, scope); hit != nil || f != nil {
		t.Errorf("a body that cannot be mapped: %v, %v", hit, f)
	}
	scope.Body.Reset("fine")
	bring(t, m, scope, "x")
	wantHit(t, m, scope, "x")
}
