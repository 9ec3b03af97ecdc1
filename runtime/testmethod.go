package runtime

import (
	"context"
	"errors"
	"time"
)

// TestCall is what a test call of a method or an authorizer is made with.
type TestCall struct {
	// Deployment has the definition of the moment in Snapshot, and the API's Region;
	// its other members do not matter, Stage may be nil.
	Deployment          Deployment
	PathWithQueryString string
	Body                string
	Headers             map[string]string
	MultiValueHeaders   map[string][]string
	StageVariables      map[string]string
	Caller              Caller
}

// Caller is who calls the control plane, as $context.identity shows it in a test call.
type Caller struct {
	AccountID, ARN, UserID, AccessKey, UserAgent string
}

// TestMethod is a test call of a method (TestInvokeMethod).
type TestMethod struct {
	TestCall
	ResourceID, HTTPMethod string
	ClientCertificate      *ClientCertificate // presented to HTTPS backends; nil: none
}

// TestResult is what a client would have got from a method.
type TestResult struct {
	Status            int
	Body              string
	Headers           map[string]string
	MultiValueHeaders map[string][]string
	Log               string
	Latency           time.Duration
}

// TestAuthorizer is a test call of an authorizer (TestInvokeAuthorizer).
type TestAuthorizer struct {
	TestCall
	AuthorizerID      string
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

// ErrTestCall is wrapped by the errors of test calls that cannot be made: there is no
// such method or authorizer, or the input is no HTTP.
var ErrTestCall = errors.New("invalid test call")

// TestInvokeMethod sends a request through the pipeline of one method, as the
// snapshot has it at the moment, without authorization, API key, limits and cache.
// Whatever the method is like, there is a result; the error is ErrTestCall or the
// context's.
func (g *Gateway) TestInvokeMethod(ctx context.Context, t TestMethod) (*TestResult, error) {
	return nil, errors.ErrUnsupported
}

// TestInvokeAuthorizer asks one authorizer of the snapshot about a request, without
// its cache. The error is ErrTestCall or the context's.
func (g *Gateway) TestInvokeAuthorizer(ctx context.Context, t TestAuthorizer) (*AuthorizerTestResult, error) {
	return nil, errors.ErrUnsupported
}
