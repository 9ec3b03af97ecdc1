package authorizers

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sluice/api"
	"sluice/authorizers/userpool"
	"sluice/lambda"
)

// Stage names the stage that authorizers are compiled for.
type Stage struct {
	APIID     string
	Name      string
	Variables map[string]string // with a canary's overrides, if it is for that
}

// Authorizer is one compiled authorizer of one stage. It is safe for concurrent use.
type Authorizer struct {
	guard   *Guard
	id      string
	kind    authorizerKind
	sources []source
	pattern *pattern // nil: none
	ttl     time.Duration

	// TOKEN and REQUEST
	uri      string
	function lambda.Reference
	scope    *scope
	broken   *Refusal // what every request gets; nil for an authorizer that works

	// COGNITO_USER_POOLS
	pools []*userpool.KeySet
}

type authorizerKind uint8

const (
	tokenAuthorizer authorizerKind = iota
	requestAuthorizer
	cognitoAuthorizer
)

// Limits of an authorizer's definition (service model).
const (
	defaultTTL       = 300 // seconds
	maxTTL           = 3600
	maxProviders     = 1000
	defaultTokenFrom = "method.request.header.Authorization"
)

// Authorizer compiles an authorizer for a stage. An error is a mistake in the
// definition. An authorizer whose stage variables lead nowhere compiles: the
// service finds that out by its requests, which get 500; Problem tells it before.
func (g *Guard) Authorizer(stage Stage, d *api.Authorizer) (*Authorizer, error) {
	a := &Authorizer{guard: g, id: d.ID, ttl: defaultTTL * time.Second}
	if t := d.AuthorizerResultTTLInSeconds; t != nil {
		if *t < 0 || *t > maxTTL {
			return nil, fmt.Errorf("authorizerResultTtlInSeconds %d is not between 0 and %d", *t, maxTTL)
		}
		a.ttl = time.Duration(*t) * time.Second
	}
	var err error
	if a.sources, err = parseSources(d.IdentitySource); err != nil {
		return nil, err
	}
	if e := d.IdentityValidationExpression; e != "" && d.Type != api.AuthorizerRequest {
		if a.pattern, err = compilePattern(e); err != nil {
			return nil, fmt.Errorf("identityValidationExpression: %w", err)
		}
	}
	switch d.Type {
	case api.AuthorizerToken:
		a.kind = tokenAuthorizer
		if len(a.sources) != 1 || a.sources[0].kind != headerSource {
			return nil, fmt.Errorf("a TOKEN authorizer has one identity source, a header, not %q", d.IdentitySource)
		}
	case api.AuthorizerRequest:
		a.kind = requestAuthorizer
		if len(a.sources) == 0 && a.ttl > 0 {
			return nil, errors.New("a REQUEST authorizer without identity sources must have authorizerResultTtlInSeconds 0")
		}
	case api.AuthorizerCognito:
		a.kind = cognitoAuthorizer
		if len(a.sources) == 0 {
			a.sources, _ = parseSources(defaultTokenFrom)
		}
		if len(a.sources) != 1 || a.sources[0].kind != headerSource {
			return nil, fmt.Errorf("a COGNITO_USER_POOLS authorizer has one identity source, a header, not %q", d.IdentitySource)
		}
		return a, a.compilePools(stage, d)
	default:
		return nil, fmt.Errorf("authorizer type %q is none of TOKEN, REQUEST, COGNITO_USER_POOLS", d.Type)
	}
	return a, a.compileFunction(stage, d)
}

// Problem tells why every request is refused; "" for an authorizer that works.
func (a *Authorizer) Problem() string {
	if a.broken == nil {
		return ""
	}
	return a.broken.Reason
}

// Function is what a TOKEN or REQUEST authorizer calls; false when that is not
// known, and for other authorizers.
func (a *Authorizer) Function() (lambda.Reference, bool) {
	return a.function, a.kind != cognitoAuthorizer && a.broken == nil
}

func (a *Authorizer) compileFunction(stage Stage, d *api.Authorizer) error {
	uri, variable := stageVariables(d.AuthorizerURI, stage.Variables)
	function, err := lambda.FromURI(uri)
	if err != nil {
		if !variable {
			return fmt.Errorf("authorizerUri: %w", err)
		}
		a.broken = refuseConfiguration.because("authorizerUri: " + err.Error())
	}
	a.uri, a.function = uri, function
	a.scope = a.guard.results.scope(scopeID{
		stageID:    stageID{stage.APIID, stage.Name},
		authorizer: d.ID,
		definition: definition(d.Name, d.Type, uri, d.AuthorizerCredentials, d.IdentitySource,
			d.IdentityValidationExpression, strconv.Itoa(int(a.ttl))),
	})
	return nil
}

// definition joins texts so that no two lists make the same one.
func definition(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(strconv.Itoa(len(p)))
		b.WriteByte(':')
		b.WriteString(p)
	}
	return b.String()
}

func (a *Authorizer) compilePools(stage Stage, d *api.Authorizer) error {
	if n := len(d.ProviderARNs); n < 1 || n > maxProviders {
		return fmt.Errorf("providerARNs must be 1 to %d user pools, not %d", maxProviders, n)
	}
	for _, arn := range d.ProviderARNs {
		text, variable := stageVariables(arn, stage.Variables)
		pool, err := userpool.ParseARN(text)
		switch {
		case err != nil && !variable:
			return fmt.Errorf("providerARNs: %w", err)
		case err != nil:
			a.broken = refuseConfiguration.because("providerARNs: " + err.Error())
		default:
			a.pools = append(a.pools, a.guard.tokens.KeySet(pool))
		}
	}
	if len(a.pools) > 0 {
		a.broken = nil // the pools that exist can be asked
	}
	return nil
}

// authorize runs a TOKEN or REQUEST authorizer: it finds the answer for the
// request's identity, which still has to be judged.
func (a *Authorizer) authorize(ctx context.Context, r *Request, id *Identity) *Refusal {
	start := time.Now()
	refusal := a.find(ctx, r, id)
	id.Authorizer.done(start, refusal)
	return refusal
}

func (a *Authorizer) find(ctx context.Context, r *Request, id *Identity) *Refusal {
	if r.Trace != nil {
		r.Trace.StartingAuthorizer(a.id)
	}
	identity, refusal := a.identify(r, id)
	switch {
	case r.Trace == nil:
	case a.kind == requestAuthorizer:
		r.Trace.IncomingSources(a.sourceValues(r))
	default:
		r.Trace.IncomingIdentity(identity)
	}
	switch {
	case refusal != nil:
		return refusal
	case a.broken != nil:
		return a.broken
	}
	if a.ttl > 0 {
		if found := a.guard.results.find(id.scratch, r); found != nil {
			return a.use(r, id, found)
		}
	}
	f, refusal := a.invoke(ctx, r, id, identity)
	if refusal != nil {
		return refusal
	}
	id.IntegrationLatency, id.integrationStatus, id.functionRequestID = f.latency, f.status, f.requestID
	if r.Trace != nil && f.text != "" {
		r.Trace.AuthorizerResult(clip(f.text))
	}
	if f.refusal != nil {
		return f.refusal
	}
	return a.use(r, id, f.answer)
}

func (a *Authorizer) use(r *Request, id *Identity, found *answer) *Refusal {
	id.answer = found
	if r.Trace != nil {
		r.Trace.UsingPolicy(found.principalID)
		r.Trace.AuthorizerCompleted()
	}
	return nil
}

// identify puts the cache key of the request into id.scratch and returns the
// identity: the token, or the value of a REQUEST authorizer's first source.
func (a *Authorizer) identify(r *Request, id *Identity) (identity string, refusal *Refusal) {
	key := a.scope.appendKey(id.scratch[:0])
	for i := range a.sources {
		var last string
		var missing bool
		key, last, missing = a.sources[i].appendKey(key, r)
		if missing {
			id.scratch = key
			return "", refuseUnauthorized
		}
		if i == 0 {
			identity = last
		}
	}
	id.scratch = key
	if a.pattern != nil && !a.pattern.match(identity) {
		return identity, refuseUnauthorized
	}
	return identity, nil
}

// refuseGone answers a client that does not wait any more.
var refuseGone = refuseFailure.because("the client went away")

// invoke asks the function, or waits for a request that asks it the same.
func (a *Authorizer) invoke(ctx context.Context, r *Request, id *Identity, identity string) (*flight, *Refusal) {
	f, fresh := (*flight)(nil), (*flight)(nil)
	if a.ttl > 0 {
		var found *answer
		if f, fresh, found = a.guard.results.join(a.scope, id.scratch, r); found != nil {
			return &flight{answer: found}, nil
		}
	} else {
		fresh = &flight{done: make(chan struct{})}
	}
	if f == nil {
		if fresh == nil {
			return nil, refuseFailure.because("too many invocations of the authorizer are under way")
		}
		f = fresh
		a.start(f, r, identity)
		if r.Trace != nil {
			r.Trace.AuthorizerRequest(a.uri, f.event)
		}
	}
	// An invoker keeps its deadline; should one not, nobody waits for ever.
	timer := time.NewTimer(a.guard.options.InvokeTimeout + invokeGrace)
	defer timer.Stop()
	select {
	case <-f.done:
		return f, nil
	case <-ctx.Done():
		return nil, refuseGone
	case <-timer.C:
		return nil, refuseFailure.because("the authorizer's function did not answer in time")
	}
}

const invokeGrace = 2 * time.Second

// start sends a flight off.
func (a *Authorizer) start(f *flight, r *Request, identity string) {
	started := false
	defer func() {
		if !started { // a panic while the event was built
			f.refusal = refuseFailure.because("the authorizer's event could not be built")
			a.land(f)
		}
	}()
	if a.kind == tokenAuthorizer {
		f.event = appendTokenEvent(nil, r, identity)
	} else {
		f.event = appendRequestEvent(make([]byte, 0, requestEventSize), r)
	}
	f.traceID = strings.Clone(r.TraceID)
	f.ttl, f.arrived = a.ttl, r.Time
	started = true
	go func() {
		a.fly(f)
		a.land(f)
	}()
}

// land ends a flight.
func (a *Authorizer) land(f *flight) {
	if a.ttl > 0 {
		a.guard.results.land(a.scope, f)
		return
	}
	close(f.done)
}

// requestEventSize is room for a usual event, in bytes.
const requestEventSize = 4 << 10
