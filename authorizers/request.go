package authorizers

import (
	"net/netip"
	"time"

	"sluice/authorizers/sigv4"
	"sluice/mapping"
	"sluice/mapping/vtl/value"
)

// Request is what a client sent, as authorizers see it. Its strings may be views
// into a request's buffers: they are read during a call only.
type Request struct {
	Method       string // as routed: GET, POST, ...
	Path         string // without the stage, not decoded; begins with "/"
	ResourcePath string // /pets/{id}
	// MethodARN is arn:aws:execute-api:{region}:{account}:{api}/{stage}/{METHOD}/{path},
	// with the path as requested: GET/ for the root.
	MethodARN  string
	Time       time.Time // when the request arrived; expiries are judged by it
	SourceIP   netip.Addr
	Header     []mapping.Pair // as a Lambda event shows them, Authorization included
	Query      []mapping.Pair // decoded
	PathParams []mapping.Pair // not decoded

	StageVariables *value.Map            // may be nil; only read
	Variables      mapping.ContextSource // answers $context; may be nil

	Wire    Wire
	Trace   Trace  // nil: nobody listens
	TraceID string // X-Amzn-Trace-Id for functions; may be empty
}

// Wire is the request as it came over the connection: what SigV4 signs.
type Wire = sigv4.Request

// Trace is told what a Lambda authorizer does, for execution logs. It is called
// on the goroutine of the request.
type Trace interface {
	// StartingAuthorizer names the authorizer.
	StartingAuthorizer(authorizerID string)
	// IncomingIdentity shows the identity, a token, to be masked.
	IncomingIdentity(identity string)
	// IncomingSources shows the identity of a REQUEST authorizer: its sources, as they
	// are written, with their values, to be masked.
	IncomingSources(values []mapping.Pair)
	// AuthorizerRequest shows where the event goes, and the event.
	AuthorizerRequest(uri string, event []byte)
	// AuthorizerResult shows the function's answer before it is parsed, or what
	// happened instead.
	AuthorizerResult(text string)
	// UsingPolicy says that the answer is valid; principal is to be masked.
	UsingPolicy(principal string)
	// AuthorizerCompleted ends a successful execution.
	AuthorizerCompleted()
}
