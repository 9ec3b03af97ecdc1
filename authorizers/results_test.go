package authorizers

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/api"
	"sluice/lambda"
	"sluice/mapping"
	"sluice/mapping/vtl/value"
)

// echo is a function that allows everything to a principal named by its event.
func echo() *invoker {
	return &invoker{f: func(_ context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
		event := strings.ReplaceAll(string(inv.Payload), `"`, "'")
		return &lambda.Result{Payload: []byte(strings.Replace(allowAll, "user1", event, 1)), StatusCode: 200}, nil
	}}
}

func TestCacheLifetime(t *testing.T) {
	i := answers(allowAll)
	g := newTestGuard(t, Options{Invoker: i})
	m := compile(t, g, testStage, tokenDefinition(60), MethodOptions{})
	calls := func(name string, r *Request, want int64) {
		t.Helper()
		if _, got := ask(m, r); got != nil {
			t.Errorf("%s: %v", name, got)
		}
		if got := i.calls.Load(); got != want {
			t.Errorf("%s: %d calls, want %d", name, got, want)
		}
	}
	later := func(d time.Duration) *Request {
		r := testRequest()
		r.Time = r.Time.Add(d)
		return r
	}
	calls("first", later(0), 1)
	calls("again", later(0), 1)
	calls("a second before the end", later(59*time.Second), 1)
	calls("after the end", later(70*time.Second), 2)
	g.Flush("abcdef1234", "other")
	g.Flush("other", "prod")
	calls("other stages flushed", later(70*time.Second), 2)
	g.Flush("abcdef1234", "prod")
	calls("flushed", later(70*time.Second), 3)
	calls("again", later(70*time.Second), 3)

	// A stage that is compiled anew keeps its results, as long as the authorizer
	// stays what it was.
	m = compile(t, g, testStage, tokenDefinition(60), MethodOptions{})
	calls("compiled anew", later(70*time.Second), 3)
	for n, change := range []func(d *api.Authorizer){
		func(d *api.Authorizer) { d.ID = "auth02" },
		func(d *api.Authorizer) { d.AuthorizerURI = strings.Replace(testFunction, "auth", "auth2", 1) },
		func(d *api.Authorizer) { d.IdentityValidationExpression = ".*" },
		func(d *api.Authorizer) { d.Type = api.AuthorizerRequest },
		func(d *api.Authorizer) { d.AuthorizerCredentials = "arn:aws:iam::123456789012:role/r" },
	} {
		d := tokenDefinition(60)
		change(&d)
		m = compile(t, g, testStage, d, MethodOptions{})
		calls(fmt.Sprint("change ", n), later(70*time.Second), int64(4+n))
	}
}

func TestNotCached(t *testing.T) {
	for _, payload := range []string{`{"errorMessage":"Unauthorized"}`, `{"errorMessage":"boom"}`} {
		i := &invoker{f: func(context.Context, *lambda.Invocation) (*lambda.Result, error) {
			return &lambda.Result{Payload: []byte(payload), FunctionError: lambda.Unhandled}, nil
		}}
		m := compile(t, newTestGuard(t, Options{Invoker: i}), testStage, tokenDefinition(300), MethodOptions{})
		for range 3 {
			ask(m, testRequest())
		}
		if i.calls.Load() != 3 {
			t.Errorf("%s: %d calls", payload, i.calls.Load())
		}
	}
	for _, payload := range []string{`{}`, denyAll} {
		i := answers(payload)
		m := compile(t, newTestGuard(t, Options{Invoker: i}), testStage, tokenDefinition(300), MethodOptions{})
		for range 3 {
			if _, got := ask(m, testRequest()); got == nil {
				t.Error("let in")
			}
		}
		want := int64(3)
		if payload == denyAll {
			want = 1 // a policy is a policy
		}
		if i.calls.Load() != want {
			t.Errorf("%s: %d calls, want %d", payload, i.calls.Load(), want)
		}
	}
	i := answers(allowAll)
	m := compile(t, newTestGuard(t, Options{Invoker: i}), testStage, tokenDefinition(0), MethodOptions{})
	for range 3 {
		ask(m, testRequest())
	}
	if i.calls.Load() != 3 {
		t.Errorf("TTL 0: %d calls", i.calls.Load())
	}
}

// Whatever two clients send, one never gets the other's result.
func TestNoSharedEntries(t *testing.T) {
	ttl := 300
	definition := api.Authorizer{
		Type: api.AuthorizerRequest, AuthorizerResultTTLInSeconds: &ttl,
		IdentitySource: "method.request.header.A,method.request.querystring.B,context.identity.sourceIp,stageVariables.v",
	}
	i := echo()
	g := newTestGuard(t, Options{Invoker: i})
	request := func(a, b []string, ip, v string) *Request {
		r := testRequest()
		r.Header, r.Query = nil, nil
		for _, s := range a {
			r.Header = append(r.Header, mapping.Pair{Name: "A", Value: s})
		}
		for _, s := range b {
			r.Query = append(r.Query, mapping.Pair{Name: "B", Value: s})
		}
		r.Variables = variables{mapping.IdentitySourceIP: ip}
		r.StageVariables = value.NewMap(1)
		r.StageVariables.Put("v", value.Of(v))
		return r
	}
	l := func(s ...string) []string { return s }
	requests := []*Request{
		request(l("ab"), l("c"), "d", "e"),
		request(l("a"), l("bc"), "d", "e"),
		request(l("a"), l("b"), "cd", "e"),
		request(l("a"), l("b"), "c", "de"),
		request(l("a", "b"), l("c"), "d", "e"),
		request(l("b", "a"), l("c"), "d", "e"),
		request(l("a", "a"), l("c"), "d", "e"),
		request(l("a"), l("a", "c"), "d", "e"),
		request(l("a"), l("c"), "d", "e"),
		request(l("A"), l("c"), "d", "e"),
		request(l("a,b"), l("c"), "d", "e"),
		request(l("a\x00"), l("c"), "d", "e"),
		request(l("\x01a"), l("c"), "d", "e"),
	}
	stages := []Stage{testStage, {APIID: "abcdef1234", Name: "dev"}, {APIID: "zzzzzz1234", Name: "prod"}, {APIID: "abcdef1234prod", Name: ""}}
	seen := map[string]string{}
	n := int64(0)
	for _, stage := range stages {
		for _, id := range []string{"auth01", "auth02"} {
			d := definition
			d.ID = id
			m := compile(t, g, stage, d, MethodOptions{})
			for k, r := range requests {
				n++
				for range 2 { // the second comes from the cache
					who, got := ask(m, r)
					if got != nil {
						t.Fatal(got)
					}
					name := fmt.Sprint(stage, id, k)
					if old, ok := seen[name]; ok && old != who.PrincipalID() {
						t.Errorf("%s: %s, then %s", name, old, who.PrincipalID())
					}
					seen[name] = who.PrincipalID()
				}
				if i.calls.Load() != n {
					t.Fatalf("%v %s request %d: %d calls, want %d", stage, id, k, i.calls.Load(), n)
				}
			}
		}
	}
}

// The policy in the cache is judged for each method.
func TestCachedPolicyPerMethod(t *testing.T) {
	i := answers(strings.Replace(allowAll, `"*"`, `["arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/*"]`, 1))
	m := compile(t, newTestGuard(t, Options{Invoker: i}), testStage, tokenDefinition(300), MethodOptions{})
	post := testRequest()
	post.MethodARN = strings.Replace(testARN, "GET", "POST", 1)
	for range 2 {
		_, got := ask(m, testRequest())
		wantRefusal(t, "GET", got, "", "")
		_, got = ask(m, post)
		wantRefusal(t, "POST", got, api.AccessDenied, "User is not authorized to access this resource")
	}
	if i.calls.Load() != 1 {
		t.Errorf("%d calls", i.calls.Load())
	}
}

func TestIdentitySources(t *testing.T) {
	ttl := 300
	vars := value.NewMap(1)
	vars.Put("v", value.Of("set"))
	vars.Put("empty", value.Of(""))
	for _, c := range []struct {
		source string
		change func(r *Request)
		ok     bool
	}{
		{"method.request.header.X", func(r *Request) { r.Header = []mapping.Pair{{Name: "x", Value: "1"}} }, true},
		{"method.request.header.x", func(r *Request) { r.Header = []mapping.Pair{{Name: "X", Value: "1"}} }, true},
		{"method.request.header.X", func(r *Request) { r.Header = []mapping.Pair{{Name: "X-", Value: "1"}} }, false},
		{"method.request.header.X", func(r *Request) { r.Header = []mapping.Pair{{Name: "X", Value: ""}} }, false},
		{"method.request.header.X", func(r *Request) {
			r.Header = []mapping.Pair{{Name: "X", Value: "1"}, {Name: "X", Value: ""}}
		}, false},
		{"method.request.header.X", func(r *Request) { r.Query = []mapping.Pair{{Name: "X", Value: "1"}} }, false},
		{"method.request.querystring.X", func(r *Request) { r.Query = []mapping.Pair{{Name: "X", Value: "1"}} }, true},
		{"method.request.querystring.X", func(r *Request) { r.Query = []mapping.Pair{{Name: "x", Value: "1"}} }, false},
		{"method.request.querystring.X", func(r *Request) { r.Query = []mapping.Pair{{Name: "X"}} }, false},
		{"method.request.multivalueheader.X", func(r *Request) { r.Header = []mapping.Pair{{Name: "X", Value: "1"}} }, true},
		{"method.request.multivaluequerystring.X", func(r *Request) { r.Query = []mapping.Pair{{Name: "X", Value: "1"}} }, true},
		{"stageVariables.v", func(r *Request) { r.StageVariables = vars }, true},
		{"stageVariables.empty", func(r *Request) { r.StageVariables = vars }, false},
		{"stageVariables.none", func(r *Request) { r.StageVariables = vars }, false},
		{"stageVariables.v", func(r *Request) {}, false},
		{"context.httpMethod", func(r *Request) { r.Variables = variables{mapping.HTTPMethod: "GET"} }, true},
		{"context.httpMethod", func(r *Request) { r.Variables = variables{mapping.HTTPMethod: ""} }, false},
		{"context.httpMethod", func(r *Request) {}, false},
		{"context.httpMethod", func(r *Request) { r.Variables = nil }, false},
		{"method.request.header.Authorization,method.request.header.X", func(r *Request) {}, false},
		{"method.request.header.X,method.request.header.Authorization", func(r *Request) {}, false},
	} {
		i := answers(allowAll)
		m := compile(t, newTestGuard(t, Options{Invoker: i}), testStage,
			api.Authorizer{Type: api.AuthorizerRequest, IdentitySource: c.source, AuthorizerResultTTLInSeconds: &ttl}, MethodOptions{})
		r := testRequest()
		c.change(r)
		_, got := ask(m, r)
		if c.ok {
			wantRefusal(t, c.source, got, "", "")
			continue
		}
		wantRefusal(t, c.source, got, api.Unauthorized, "Unauthorized")
		if i.calls.Load() != 0 {
			t.Errorf("%s: called", c.source)
		}
	}
}

// The token is the last one of several, in any spelling; the cache never takes
// one set of headers for another.
func TestHeaderSmuggling(t *testing.T) {
	i := echo()
	m := compile(t, newTestGuard(t, Options{Invoker: i}), testStage, tokenDefinition(300), MethodOptions{})
	for n, c := range []struct {
		r    *Request
		want string
	}{
		{withHeader("Authorization", "good"), "good"},
		{withHeader("Authorization", "evil", "Authorization", "good"), "good"},
		{withHeader("Authorization", "good", "authorization", "evil"), "evil"},
		{withHeader("AUTHORIZATION", "evil", "Authorization", "good", "authorization", "good"), "good"},
		{withHeader("Authorization", "good,evil"), "good,evil"},
		{withHeader("Authorization", "Bearer good"), "Bearer good"},
	} {
		id, got := ask(m, c.r)
		if got != nil || !strings.Contains(id.PrincipalID(), "'authorizationToken':'"+c.want+"'") {
			t.Errorf("%q: got %v %s", c.r.Header, got, id.PrincipalID())
		}
		if i.calls.Load() != int64(n+1) {
			t.Errorf("%q came from the cache", c.r.Header)
		}
	}
	for _, r := range []*Request{withHeader(), withHeader("Authorization", ""), withHeader("Authorization ", "x"), withHeader("Authorization", "x", "Authorization", "")} {
		_, got := ask(m, r)
		wantRefusal(t, fmt.Sprint(r.Header), got, api.Unauthorized, "Unauthorized")
	}
}

func TestValidationExpression(t *testing.T) {
	for _, c := range []struct {
		expression, token string
		want              bool
	}{
		{"Bearer .*", "Bearer x", true},
		{"Bearer .*", "xBearer x", false},
		{"Bearer", "Bearer x", false},
		{"^Bearer [a-z]+$", "Bearer abc", true},
		{"^Bearer [a-z]+$", "Bearer abc ", false},
		{"a|ab", "ab", true},
		{"a|b", "ab", false},
		{"(?i)bearer x", "BEARER X", true},
		{"(?=.*x)[a-z]+", "axb", true},
		{"(?=.*x)[a-z]+", "ab", false},
		{`(a)\1`, "aa", true},
		{`(a)\1`, "ab", false},
		{`(?=x)\w\d`, "x1", true},
		{`(?=x)\w\d`, "x٣", false},
		{`(?=a)(a+)+b`, strings.Repeat("a", 64), false}, // must end
		{`[^x]`, "y", true},
		{`[\[\]]`, "[", true},
		{`\Q[a&&b]\E`, "[a&&b]", true},
	} {
		p, err := compilePattern(c.expression)
		if err != nil {
			t.Errorf("%s: %v", c.expression, err)
			continue
		}
		if got := p.match(c.token); got != c.want {
			t.Errorf("%s of %q: %v", c.expression, c.token, got)
		}
	}
	for _, bad := range []string{"(", "[a", "a)|(b", "[a[b]]", "[a&&b]", `\Qx\E[a&&b]`, strings.Repeat("a", 5000)} {
		if _, err := compilePattern(bad); err == nil {
			t.Errorf("%.20s compiles", bad)
		}
	}
	i := answers(allowAll)
	d := tokenDefinition(300)
	d.IdentityValidationExpression = "token[0-9]"
	m := compile(t, newTestGuard(t, Options{Invoker: i}), testStage, d, MethodOptions{})
	_, got := ask(m, testRequest())
	wantRefusal(t, "match", got, "", "")
	_, got = ask(m, withHeader("Authorization", "token12"))
	wantRefusal(t, "no match", got, api.Unauthorized, "Unauthorized")
	if i.calls.Load() != 1 {
		t.Errorf("%d calls", i.calls.Load())
	}
}

// Concurrent requests of one identity share an invocation; a client that goes
// away takes nobody with it.
func TestOneInvocation(t *testing.T) {
	release, entered := make(chan struct{}), make(chan string, 100)
	i := &invoker{f: func(ctx context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
		entered <- string(inv.Payload)
		select {
		case <-release:
			return answers(allowAll).f(nil, nil)
		case <-ctx.Done():
			return nil, &lambda.Error{Kind: lambda.KindCanceled}
		}
	}}
	g := newTestGuard(t, Options{Invoker: i})
	m := compile(t, g, testStage, tokenDefinition(300), MethodOptions{})
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	gone := make(chan *Refusal, 1)
	group.Go(func() { gone <- m.Authorize(ctx, testRequest(), new(Identity)) })
	<-entered
	for range 20 {
		group.Go(func() {
			if _, got := ask(m, testRequest()); got != nil {
				t.Error(got)
			}
		})
	}
	cancel()
	wantRefusal(t, "the client that left", <-gone, api.AuthorizerFailure, "")
	// Another identity does not wait for the first.
	group.Go(func() {
		if _, got := ask(m, withHeader("Authorization", "token2")); got != nil {
			t.Error(got)
		}
	})
	if second := <-entered; !strings.Contains(second, "token2") {
		t.Errorf("entered %s", second)
	}
	close(release)
	group.Wait()
	if i.calls.Load() != 2 {
		t.Errorf("%d calls, want 2", i.calls.Load())
	}
	if len(m.authorizer.scope.flights) != 0 {
		t.Error("flights are left over")
	}
}

// A flush while an invocation is under way is not undone by its result.
func TestFlushInFlight(t *testing.T) {
	release, entered := make(chan struct{}), make(chan struct{}, 10)
	i := &invoker{f: func(context.Context, *lambda.Invocation) (*lambda.Result, error) {
		entered <- struct{}{}
		<-release
		return answers(allowAll).f(nil, nil)
	}}
	g := newTestGuard(t, Options{Invoker: i})
	m := compile(t, g, testStage, tokenDefinition(300), MethodOptions{})
	var group sync.WaitGroup
	group.Go(func() { ask(m, testRequest()) })
	<-entered
	g.Flush(testStage.APIID, testStage.Name)
	close(release)
	group.Wait()
	ask(m, testRequest())
	if i.calls.Load() != 2 {
		t.Errorf("%d calls, want 2", i.calls.Load())
	}
}

func TestConcurrentIdentities(t *testing.T) {
	m := compile(t, newTestGuard(t, Options{Invoker: echo(), ResultBytes: 64 << 10}), testStage, tokenDefinition(300), MethodOptions{})
	var group sync.WaitGroup
	for w := range 8 {
		group.Go(func() {
			id := new(Identity)
			for n := range 300 {
				token := fmt.Sprintf("t%d", (n*7+w)%100)
				id.Reset()
				if got := m.Authorize(context.Background(), withHeader("Authorization", token), id); got != nil {
					t.Error(got)
				} else if !strings.Contains(id.PrincipalID(), "'"+token+"'") {
					t.Errorf("%s got %s", token, id.PrincipalID())
				}
				id.Map().Put("principalId", value.Of("evil"))
			}
		})
	}
	group.Wait()
}
