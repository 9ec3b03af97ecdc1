package authorizers

import (
	"context"

	"sluice/mapping"
)

// TestResult is what TestInvokeAuthorizer answers (service model), without log
// and latency.
type TestResult struct {
	ClientStatus  int // 0 for success, else what the client would get
	Refusal       *Refusal
	PrincipalID   string
	Policy        string // JSON text
	Authorization map[string][]string
	Claims        map[string]string
}

// Test runs the authorizer for test_invoke_authorizer: nothing is cached, and no
// policy is judged.
func (a *Authorizer) Test(ctx context.Context, r *Request) TestResult {
	var id Identity
	var refusal *Refusal
	if a.kind == cognitoAuthorizer {
		// Scopes belong to methods, so a test takes ID and access tokens alike.
		if r.Trace != nil {
			r.Trace.StartingAuthorizer(a.id)
			r.Trace.IncomingIdentity(bearer(r.header(a.sources[0].name)))
		}
		if refusal = a.valid(ctx, r, &id); refusal == nil && r.Trace != nil {
			r.Trace.AuthorizerCompleted()
		}
	} else {
		uncached := *a
		uncached.ttl = 0
		refusal = uncached.authorize(ctx, r, &id)
	}
	if refusal != nil {
		return TestResult{ClientStatus: refusal.Status, Refusal: refusal}
	}
	var out TestResult
	if id.answer != nil {
		out.PrincipalID, out.Policy = id.answer.principalID, id.answer.policyText
		out.Authorization = make(map[string][]string, len(id.answer.context))
		for _, p := range id.answer.context {
			out.Authorization[p.Name] = []string{p.Value}
		}
	}
	if id.token != nil {
		out.Claims = texts(id.token.Pairs())
	}
	return out
}

func texts(pairs []mapping.Pair) map[string]string {
	m := make(map[string]string, len(pairs))
	for _, p := range pairs {
		m[p.Name] = p.Value
	}
	return m
}
