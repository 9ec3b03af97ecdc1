package runtime

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/mapping"
	"sluice/mapping/vtl/value"
	"sluice/runtime/edge"
)

// TestCall is what a test call of a method or an authorizer is made with.
type TestCall struct {
	// Deployment has the definition of the moment in Snapshot, the API's Region and
	// LinkNames; its other members do not matter, Stage may be nil.
	Deployment Deployment
	// PathWithQueryString is what the client would send after the stage. Path
	// parameters are read from it by the resource's path.
	PathWithQueryString string
	Body                string
	// Headers have no order: they are sent sorted by name, those of
	// MultiValueHeaders first. Names in both have the values of MultiValueHeaders.
	Headers           map[string]string
	MultiValueHeaders map[string][]string
	StageVariables    map[string]string
	Caller            Caller
}

// Caller is who calls the control plane, as $context.identity shows it in a test call.
type Caller struct {
	AccountID, ARN, UserID, AccessKey, UserAgent string
}

// What $context holds in a test call (aws-facts: test-invoke, section 4).
const (
	testStageName  = "test-invoke-stage"
	testDomainName = "testPrefix.testDomainName"
	testSourceIP   = "test-invoke-source-ip"
	testAPIKey     = "test-invoke-api-key"
	testAPIKeyID   = "test-invoke-api-key-id"
)

// testStage is the stage of a test call, without a deployment.
func (g *Gateway) testStage(t *TestCall) *Stage {
	id, region := t.Deployment.Snapshot.RestApi.ID, t.Deployment.Region
	if region == "" {
		region = g.options.Region
	}
	return &Stage{
		apiID: id, name: testStageName, region: region, domainName: testDomainName,
		arn:       "arn:" + partitionOf(region).name + ":execute-api:" + region + ":" + g.options.AccountID + ":" + id + "/" + testStageName + "/",
		userAgent: "AmazonAPIGateway_" + id,
		unrouted:  g.detached,
	}
}

// testExchange makes the exchange of a test call, as if its request had come over a
// connection. It must be released.
func (g *Gateway) testExchange(t *TestCall, verb string) (*exchange, error) {
	header, err := t.header()
	if err != nil {
		return nil, err
	}
	q := &edge.Request{Method: verb, Protocol: "HTTP/1.1", Header: header, Body: []byte(t.Body), Received: time.Now()}
	x := acquireExchange(g, q, new(edge.Answer))
	x.peer, x.domainName = testSourceIP, testDomainName
	target, _, _ := strings.Cut(t.PathWithQueryString, "#") // clients keep it
	path, query, _ := strings.Cut(target, "?")
	x.request.Query = []byte(query)
	if path != "" {
		x.request.Path = []byte(escapeLiteral("/" + strings.TrimPrefix(path, "/")))
		x.path = view(x.request.Path)
		x.fullPath = x.path
	}
	x.scope.Context = newTestContext(x, t.Caller)
	return x, nil
}

// header is the header of the request.
func (t *TestCall) header() ([]mapping.Pair, error) {
	var out []mapping.Pair
	add := func(name, v string) error {
		if !validHeaderName(name) || !validHeaderValue(v) {
			return fmt.Errorf("%w: header %q is none that can be sent", ErrTestCall, name)
		}
		out = append(out, mapping.Pair{Name: name, Value: strings.Trim(v, " \t")})
		return nil
	}
	for _, name := range sortedKeys(t.MultiValueHeaders) {
		for _, v := range t.MultiValueHeaders[name] {
			if err := add(name, v); err != nil {
				return nil, err
			}
		}
	}
	several := len(out)
	for _, name := range sortedKeys(t.Headers) {
		if slices.ContainsFunc(out[:several], func(p mapping.Pair) bool { return equalFold(p.Name, name) }) {
			continue
		}
		if err := add(name, t.Headers[name]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// acceptTest is accept for a test call. Whatever its Content-Type, the payload counts
// as application/json, and the method is the one that is tested.
func (x *exchange) acceptTest() {
	x.accept()
	x.known.contentType = mimeJSON
	x.verbText = x.request.Method
	if x.verb = verbOf(x.verbText); x.verb != verbUnknown {
		x.verbText = verbNames[x.verb]
	}
}

// testContext answers $context in a test call: what the call itself says, else what
// the exchange knows.
type testContext struct {
	x      *exchange
	values map[mapping.VariableID]string
}

func newTestContext(x *exchange, c Caller) *testContext {
	return &testContext{x: x, values: map[mapping.VariableID]string{
		mapping.IdentityAccountID: c.AccountID,
		mapping.IdentityCaller:    c.UserID,
		mapping.IdentityUser:      c.UserID,
		mapping.IdentityUserARN:   c.ARN,
		mapping.IdentityAccessKey: c.AccessKey,
		mapping.IdentityUserAgent: c.UserAgent,
		mapping.IdentityAPIKey:    testAPIKey,
		mapping.IdentityAPIKeyID:  testAPIKeyID,
	}}
}

// AppendVariable implements mapping.ContextSource.
func (c *testContext) AppendVariable(dst []byte, v mapping.Variable) ([]byte, bool) {
	if s, ok := c.values[v.ID]; ok {
		return text(dst, s)
	}
	return c.x.AppendVariable(dst, v)
}

// Authorizer implements mapping.ContextSource.
func (c *testContext) Authorizer() *value.Map { return c.x.Authorizer() }
