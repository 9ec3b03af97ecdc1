package runtime

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"sluice/api"
	"sluice/mapping"
	"sluice/runtime/backend"
	"sluice/runtime/executionlog"
)

// TestMethod is a test call of a method (TestInvokeMethod).
type TestMethod struct {
	TestCall
	ResourceID        string
	HTTPMethod        string
	ClientCertificate *ClientCertificate // presented to HTTPS backends; nil: none
}

// TestResult is what a client would have got from a method.
type TestResult struct {
	Status            int
	Body              string // base64 where it is no text
	Headers           map[string]string
	MultiValueHeaders map[string][]string
	Log               string
	Latency           time.Duration
}

// ErrTestCall is wrapped by the errors of test calls that cannot be made: there is no
// such method or authorizer, or the input is no HTTP.
var ErrTestCall = errors.New("invalid test call")

// TestInvokeMethod sends a request through the pipeline of one method, as the
// snapshot has it at the moment, without authorization, API key, limits and cache.
// A method that could not be deployed answers 500, and the log says why. The error
// is ErrTestCall or the context's.
func (g *Gateway) TestInvokeMethod(ctx context.Context, t TestMethod) (*TestResult, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	tested, err := findTested(t.Deployment.Snapshot, t.ResourceID, t.HTTPMethod)
	if err != nil {
		return nil, err
	}
	x, err := g.testExchange(&t.TestCall, tested.verb)
	if err != nil {
		return nil, err
	}
	defer x.release()
	s, problems := g.compileTested(&t, tested)
	x.runTest(s, tested, problems)
	return x.testResult(), nil
}

// testedMethod is the method of a test call.
type testedMethod struct {
	resource *api.Resource
	method   *api.Method
	name     string // as defined: may be ANY
	verb     string // that the client would send
}

func findTested(s *api.Snapshot, resourceID, verb string) (*testedMethod, error) {
	for _, r := range s.Resources {
		if r.ID != resourceID {
			continue
		}
		t := &testedMethod{resource: r, name: verb, verb: verb}
		if t.method = r.ResourceMethods[verb]; t.method == nil && verbOf(verb) != verbUnknown {
			t.name = api.MethodAny
			t.method = r.ResourceMethods[api.MethodAny]
		}
		if t.method == nil {
			return nil, fmt.Errorf("%w: resource %s has no method %s", ErrTestCall, resourceID, verb)
		}
		if t.verb == api.MethodAny {
			t.verb = "GET" // a client sends one method, and this one goes with every backend
		}
		return t, nil
	}
	return nil, fmt.Errorf("%w: there is no resource %s", ErrTestCall, resourceID)
}

// compileTested compiles the one method that is tested, as a stage of its own that
// nothing is kept for by name.
func (g *Gateway) compileTested(t *TestMethod, tested *testedMethod) (*Stage, api.Problems) {
	snapshot := *t.Deployment.Snapshot
	snapshot.DeploymentID, snapshot.Authorizers = "", nil
	snapshot.RestApi.Policy, snapshot.RestApi.MinimumCompressionSize = "", nil
	m := *tested.method
	m.AuthorizationType, m.AuthorizerID, m.APIKeyRequired = api.AuthorizationNone, "", false
	if m.RequestValidatorID == "" {
		m.RequestModels, snapshot.Models = nil, nil // nobody asks for them
	}
	r := *tested.resource
	r.ResourceMethods = map[string]*api.Method{tested.name: &m}
	snapshot.Resources = []*api.Resource{&r}
	s := g.testStage(&t.TestCall)
	c := &compiler{
		gateway: g, detached: true, defers: true, linkNames: t.Deployment.LinkNames, around: g.around.Load(), region: s.region, partition: partitionOf(s.region).name,
		stage: &api.Stage{StageName: s.name, Variables: t.StageVariables}, snapshot: &snapshot,
		choices: map[string]*choiceTable{}, templates: map[templateKey]*mapping.Template{},
		expressions: map[expressionKey]*mapping.Expression{},
	}
	if cert := t.ClientCertificate; cert != nil {
		var err error
		if c.certificate, err = backend.ParseCertificate(cert.Certificate, cert.PrivateKey); err != nil {
			c.fail(nil, "", "client certificate: "+err.Error())
		}
	}
	s.base = c.deployment(t.StageVariables)
	return s, c.problems
}

// runTest is run for a test call: the same steps, less those that it skips.
func (x *exchange) runTest(s *Stage, tested *testedMethod, problems api.Problems) {
	defer func() {
		if p := recover(); p != nil {
			x.recovered(p)
		}
	}()
	x.reply(x.testSteps(s, tested, problems))
}

func (x *exchange) testSteps(s *Stage, tested *testedMethod, problems api.Problems) *fault {
	x.acceptTest()
	x.enter(s)
	if f := x.decodeBody(); f != nil {
		return f
	}
	x.method = s.base.methods[0]
	if x.path == "" {
		x.path, x.fullPath = tested.resource.Path, tested.resource.Path
	} else if m, params := s.base.root.find(x.path, x.verb, x.scope.Params.Path[:0]); m != nil {
		// A path that is not the resource's leaves the parameters without values.
		x.scope.Params.Path = params
	}
	x.log = executionlog.AcquireTest(x.loggedID())
	x.logStart()
	if tested.method.MethodIntegration == nil {
		x.log.ConfigurationError("No integration defined for method")
		return faultConfiguration
	}
	for _, p := range problems {
		if !p.Warning {
			x.log.ConfigurationError(p.Message)
			return faultConfiguration
		}
	}
	if f := x.validate(); f != nil {
		return f
	}
	return x.integrate()
}

// testResult is what the client would have got.
func (x *exchange) testResult() *TestResult {
	list := x.loggedHeaders()
	if f := x.fault; f != nil {
		// The service shows no more of an answer of its own (field reports).
		list = append(make([]mapping.Pair, 0, len(x.headers)+2), mapping.Pair{Name: "x-amzn-ErrorType", Value: f.errorType})
		list = append(list, x.headers...)
		if x.deployment != nil && x.deployment.gateway.find(f) != nil {
			list = append(list, mapping.Pair{Name: "Content-Type", Value: x.contentType})
		}
	}
	r := &TestResult{
		Status: x.status, Log: x.log.Text(), Latency: x.latency,
		Headers: make(map[string]string, len(list)), MultiValueHeaders: make(map[string][]string, len(list)),
	}
	for _, p := range list {
		if p.Value == "" && p.Name == "Content-Type" {
			continue
		}
		name, v := strings.Clone(p.Name), strings.Clone(p.Value)
		r.Headers[name] = v
		r.MultiValueHeaders[name] = append(r.MultiValueHeaders[name], v)
	}
	if x.binaryPayload || !utf8.Valid(x.payload) {
		r.Body = base64.StdEncoding.EncodeToString(x.payload)
	} else {
		r.Body = string(x.payload)
	}
	return r
}
