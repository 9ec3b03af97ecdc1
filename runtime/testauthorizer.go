package runtime

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sluice/api"
	"sluice/authorizers"
	"sluice/mapping"
	"sluice/runtime/executionlog"
)

// TestAuthorizer is a test call of an authorizer (TestInvokeAuthorizer).
type TestAuthorizer struct {
	TestCall
	AuthorizerID string
	// AdditionalContext are values of $context by name, as identity.sourceIp; with or
	// without "context." before it.
	AdditionalContext map[string]string
}

// AuthorizerTestResult is what an authorizer made of a test call.
type AuthorizerTestResult struct {
	ClientStatus  int // 0: it succeeded; else what the client would get
	Log           string
	Latency       time.Duration
	PrincipalID   string
	Policy        string // JSON text
	Authorization map[string][]string
	Claims        map[string]string
}

// testAuthorizerStage is the stage in the method ARN that an authorizer sees in a
// test call (aws-facts: test-invoke, section 5).
const testAuthorizerStage = "ESTestInvoke-stage"

// testResourceID is the resource that an authorizer sees in a test call (field report).
const testResourceID = "test-invoke-resource-id"

// configurationException is what the log of an authorizer that cannot be used
// ends with.
const configurationException = "AuthorizerConfigurationException"

// TestInvokeAuthorizer asks one authorizer of the snapshot about a request, without
// its cache, and judges no policy. The error is ErrTestCall or the context's.
func (g *Gateway) TestInvokeAuthorizer(ctx context.Context, t TestAuthorizer) (*AuthorizerTestResult, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var tested *api.Authorizer
	for _, a := range t.Deployment.Snapshot.Authorizers {
		if a.ID == t.AuthorizerID {
			tested = a
		}
	}
	if tested == nil {
		return nil, fmt.Errorf("%w: there is no authorizer %s", ErrTestCall, t.AuthorizerID)
	}
	x, err := g.testExchange(&t.TestCall, "GET")
	if err != nil {
		return nil, err
	}
	defer x.release()
	if x.path == "" {
		x.path, x.fullPath = "/", "/"
	}
	x.enter(g.testAuthorizerStage(&t))
	x.acceptTest()
	if f := x.decodeBody(); f != nil {
		return nil, fmt.Errorf("%w: %s", ErrTestCall, f.message)
	}
	own := x.scope.Context.(*testContext).values
	own[mapping.ResourceID], own[mapping.ResourcePath] = testResourceID, "/"
	additional(own, t.AdditionalContext)
	x.log = executionlog.AcquireTest(x.loggedID())
	out := x.testAuthorizer(ctx, tested, t.StageVariables)
	out.Log, out.Latency = x.log.Text(), since(x.start)
	return out, nil
}

// testAuthorizerStage is the stage of the test call with an empty deployment.
func (g *Gateway) testAuthorizerStage(t *TestAuthorizer) *Stage {
	s := g.testStage(&t.TestCall)
	s.base = &deployment{minimumCompression: -1, variables: variablesOf(t.StageVariables)}
	return s
}

// additional puts the call's own context variables over those of the exchange.
func additional(values map[mapping.VariableID]string, own map[string]string) {
	for name, v := range own {
		name = strings.TrimPrefix(strings.TrimPrefix(name, "$"), "context.")
		if known, ok := mapping.LookUpVariable(name, mapping.InTemplate|mapping.InRequestContext); ok {
			values[known.ID] = v
		}
	}
}

func (x *exchange) testAuthorizer(ctx context.Context, tested *api.Authorizer, vars map[string]string) *AuthorizerTestResult {
	g := x.gateway
	stage := authorizers.Stage{APIID: x.stage.apiID, Name: testAuthorizerStage, Variables: vars}
	defer g.guard.Forget(stage.APIID, stage.Name)
	a, err := g.guard.Authorizer(stage, tested)
	if err != nil {
		x.log.ConfigurationError(err.Error())
		x.log.AuthorizerEnded(configurationException)
		return &AuthorizerTestResult{ClientStatus: faultConfiguration.status}
	}
	x.fillTestRequest()
	trace := &authorizerTrace{x: x, role: tested.AuthorizerCredentials != ""}
	x.authRequest.Trace = trace
	r := a.Test(ctx, &x.authRequest)
	if r.Refusal != nil {
		if r.ClientStatus == 401 {
			x.log.Unauthorized()
			x.log.AuthorizerEnded(r.Refusal.Message)
		} else {
			trace.refused(r.Refusal)
			x.log.AuthorizerEnded(trace.ended(r.Refusal))
		}
	}
	return &AuthorizerTestResult{
		ClientStatus: r.ClientStatus, PrincipalID: r.PrincipalID, Policy: r.Policy,
		Authorization: r.Authorization, Claims: r.Claims,
	}
}

// fillTestRequest shows the authorizer the request of the test call.
func (x *exchange) fillTestRequest() {
	r := &x.authRequest
	x.judged = true
	r.MethodARN = strings.TrimSuffix(x.stage.arn, testStageName+"/") + testAuthorizerStage + "/GET/"
	r.Method, r.ResourcePath = x.verbText, "/"
	r.Path = x.eventPath()
	r.Time = x.start
	r.Header, r.Query, r.PathParams = x.scope.Params.Header, x.scope.Params.Query, nil
	r.StageVariables, r.Variables = x.scope.StageVariables, x.scope.Context
	r.TraceID = x.traceID()
}
