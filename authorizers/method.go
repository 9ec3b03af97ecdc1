package authorizers

import (
	"context"
	"fmt"
	"time"

	"sluice/api"
	"sluice/authorizers/policy"
)

// MethodOptions say who may call a method.
type MethodOptions struct {
	AuthorizationType string         // NONE (or ""), AWS_IAM, CUSTOM, COGNITO_USER_POOLS
	Authorizer        *Authorizer    // for CUSTOM and COGNITO_USER_POOLS
	Scopes            []string       // authorizationScopes, for COGNITO_USER_POOLS
	Policy            *policy.Policy // the API's resource policy; nil without one
	Private           bool           // a private API: without a policy every call is refused
	Region            string         // the API's, what signatures must be made for; "" is Options.Region
}

// Method is the compiled authorization of one method. It is safe for concurrent use.
type Method struct {
	guard      *Guard
	kind       methodKind
	authorizer *Authorizer
	scopes     []string
	policy     *policy.Policy
	judged     bool // by the resource policy, even if there is none
	region     string
	broken     *Refusal // of a method made by Refusing
}

type methodKind uint8

const (
	openMethod methodKind = iota
	iamMethod
	lambdaMethod
	cognitoMethod
	brokenMethod
)

// Method compiles the authorization of a method.
func (g *Guard) Method(o MethodOptions) (*Method, error) {
	m := &Method{guard: g, authorizer: o.Authorizer, scopes: o.Scopes, policy: o.Policy, judged: o.Policy != nil || o.Private, region: o.Region}
	if m.region == "" {
		m.region = g.options.Region
	}
	switch o.AuthorizationType {
	case "", api.AuthorizationNone:
		if !m.judged {
			// One for all: what nearly every request reads stays at hand.
			open, _ := g.open.LoadOrStore(m.region, &Method{guard: g, kind: openMethod, region: m.region})
			return open.(*Method), nil
		}
		m.kind = openMethod
	case api.AuthorizationIAM:
		m.kind = iamMethod
	case api.AuthorizationCustom, api.AuthorizationCognito:
		if o.Authorizer == nil {
			return nil, fmt.Errorf("authorization %s needs an authorizer", o.AuthorizationType)
		}
		m.kind = lambdaMethod
		if o.Authorizer.kind == cognitoAuthorizer {
			m.kind = cognitoMethod
		}
		if (m.kind == cognitoMethod) != (o.AuthorizationType == api.AuthorizationCognito) {
			return nil, fmt.Errorf("authorization %s does not go with the authorizer's type", o.AuthorizationType)
		}
	default:
		return nil, fmt.Errorf("authorization type %q is none of NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS", o.AuthorizationType)
	}
	return m, nil
}

// Refusing is the authorization of a method whose own cannot be compiled: whom the
// resource policy does not deny gets the answer for an authorizer that cannot be
// called. reason is for logs.
func (g *Guard) Refusing(o MethodOptions, reason string) *Method {
	return &Method{guard: g, kind: brokenMethod, policy: o.Policy, judged: true, broken: refuseConfiguration.because(reason)}
}

// Open tells that every request is let in: there is nothing to call Authorize for.
func (m *Method) Open() bool { return m.kind == openMethod && !m.judged }

// Judges tells that a policy may be asked about requests, which needs
// Request.SourceIP: of a user pool's method without one the token is all that counts.
func (m *Method) Judges() bool { return m.judged || m.kind != cognitoMethod && m.kind != openMethod }

// Authorize judges a request: nil lets it in. id must be fresh or reset; it says
// who the client is, as far as that was found out, and what access logs tell. ctx
// ends when the client does not wait any more.
func (m *Method) Authorize(ctx context.Context, r *Request, id *Identity) *Refusal {
	if m.Open() {
		return nil
	}
	id.keys = policyKeys{r: r, id: id}
	refusal := m.authorize(ctx, r, id)
	id.keys = policyKeys{}
	return refusal
}

func (m *Method) authorize(ctx context.Context, r *Request, id *Identity) *Refusal {
	ask := policy.Request{Action: policy.Invoke, Resource: r.MethodARN, Time: r.Time, SourceIP: r.SourceIP, Context: &id.keys}
	switch m.kind {
	case lambdaMethod:
		// Phase 1 of "How API Gateway resource policies affect authorization
		// workflow": an explicit deny ends it before the authorizer is asked.
		resource := m.policy.Evaluate(&ask)
		if resource == policy.Deny {
			return id.judge(policy.ExplicitDeny, "", r)
		}
		if refusal := m.authorizer.authorize(ctx, r, id); refusal != nil {
			return refusal
		}
		return id.judgeAnswer(&ask, resource)
	case brokenMethod:
		if m.policy.Evaluate(&ask) == policy.Deny {
			return id.judge(policy.ExplicitDeny, "", r)
		}
		id.Authorizer.done(time.Now(), m.broken)
		return m.broken
	case cognitoMethod:
		if refusal := m.authorizer.verify(ctx, r, id, m.scopes); refusal != nil {
			return refusal
		}
		if !m.judged {
			return nil
		}
		return id.judge(policy.CombineCognito(m.policy.Evaluate(&ask)), "", r)
	case iamMethod:
		start := time.Now()
		caller, refusal := m.guard.authenticate(r, m.region)
		id.Authenticate.done(start, refusal)
		if refusal != nil {
			return refusal
		}
		id.caller = caller
		return id.judge(m.combine(&ask, caller), caller.ARN, r)
	}
	return id.judge(policy.CombineAlone(m.policy.Evaluate(&ask)), "", r)
}

// combine judges a signed request by the caller's policies and the API's.
func (m *Method) combine(ask *policy.Request, caller *Credential) policy.Outcome {
	ask.Principal.AWS = caller.ARN
	identity, resource := caller.allows(ask), m.policy.Evaluate(ask)
	if caller.AccountID == m.guard.options.AccountID {
		return policy.CombineSameAccount(identity, resource)
	}
	return policy.CombineCrossAccount(identity, resource)
}

// MayInvalidate tells whether a request that Authorize let in may invalidate the
// stage's cache (action execute-api:InvalidateCache). Only a signed request, or
// one that the resource policy allows it, may.
func (m *Method) MayInvalidate(r *Request, id *Identity) bool {
	id.keys = policyKeys{r: r, id: id}
	ask := policy.Request{Action: policy.InvalidateCache, Resource: r.MethodARN, Time: r.Time, SourceIP: r.SourceIP, Context: &id.keys}
	var outcome policy.Outcome
	if id.caller != nil {
		outcome = m.combine(&ask, id.caller)
	} else {
		identity := policy.Neither
		if id.answer != nil {
			identity = id.answer.policy.Evaluate(&ask)
		}
		outcome = policy.CombineSameAccount(identity, m.policy.Evaluate(&ask))
	}
	id.keys = policyKeys{}
	return outcome == policy.Allowed
}

// judge turns an outcome into a refusal; principal is the caller's ARN, "" for an
// anonymous one.
func (id *Identity) judge(o policy.Outcome, principal string, r *Request) *Refusal {
	if o == policy.Allowed {
		id.Authorize = Step{Ran: true, Status: 200}
		return nil
	}
	refusal := denied(policy.DenyMessage(principal, r.MethodARN, o == policy.ExplicitDeny))
	id.Authorize = Step{Ran: true, Status: refusal.Status, Error: refusal.Message}
	return refusal
}

// judgeAnswer judges a Lambda authorizer's policy together with what the resource
// policy said, which is no deny.
func (id *Identity) judgeAnswer(ask *policy.Request, resource policy.Decision) *Refusal {
	refusal := refuseImplicit
	switch policy.CombineSameAccount(id.answer.policy.Evaluate(ask), resource) {
	case policy.Allowed:
		id.Authorize = Step{Ran: true, Status: 200}
		return nil
	case policy.ExplicitDeny:
		refusal = refuseExplicit
	}
	id.Authorize = Step{Ran: true, Status: refusal.Status, Error: refusal.Message}
	return refusal
}

// What a caller is told whom a Lambda authorizer's policy refuses.
var (
	refuseImplicit = denied(policy.AuthorizerDenyMessage(false))
	refuseExplicit = denied(policy.AuthorizerDenyMessage(true))
)
