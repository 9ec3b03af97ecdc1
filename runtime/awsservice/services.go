package awsservice

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"sluice/mapping"
	"sluice/runtime/backend"
)

// Options are the settings of Services. The zero value of a field is its default.
type Options struct {
	// Backends makes the connections. It must be set.
	Backends *backend.Client
	// Endpoints are the URLs of services by the name they have in integration
	// URIs ("sqs", "states"); they win over the environment's. "*" is for all
	// services that have no URL of their own.
	Endpoints map[string]string
	// Env reads the environment: AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_{SERVICE} and
	// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS. nil is os.Getenv.
	Env func(string) string
	// AssumeRoles lets role ARNs be assumed through the real STS when no endpoint
	// for it is configured. With an endpoint they always are.
	AssumeRoles bool
	// Region is that of the STS calls of URIs without a region, and of the
	// credential chain; "" is us-east-1.
	Region string
	// Chain gives the credentials of calls that name no role; nil is the
	// standard chain: environment, shared files, SSO, web identity, container,
	// instance.
	Chain func(context.Context) (Credentials, error)
	// CredentialsTimeout is the longest that a request waits for credentials that
	// are not there yet; 5 s.
	CredentialsTimeout time.Duration
	// Log gets what goes wrong when credentials are fetched; nil is silence.
	Log *slog.Logger
}

// Credentials are what a request is signed with.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Expires                                    time.Time // zero: never
}

// Services compiles integrations and holds what their calls share: endpoints and
// credentials. It is safe for concurrent use.
type Services struct{ options Options }

// New makes Services. An endpoint URL that is none is an error.
func New(o Options) (*Services, error) { return &Services{options: o}, nil }

// Close ends what fetches credentials in the background.
func (s *Services) Close() {}

// Call is a compiled integration. It is safe for concurrent use.
type Call struct {
	endpoint *backend.Endpoint
}

// Compile compiles an integration. Stage variables must be filled in already.
// httpMethod is the integration's; "" or "ANY" passes the client's method on.
// credentials is "" or a role ARN or arn:aws:iam::*:user/* for the caller's own.
// The error is a text for the author of the definition.
func (s *Services) Compile(uri, httpMethod, credentials string) (*Call, error) {
	return nil, errors.New("not built")
}

// Endpoint is where the built request goes.
func (c *Call) Endpoint() *backend.Endpoint { return c.endpoint }

// BaseURL is scheme and authority of the service, for logs: log it with the
// target of the built request behind it.
func (c *Call) BaseURL() string { return "" }

// Placeholders are the names in the URI that integration.request.path.{name}
// fills, each once.
func (c *Call) Placeholders() []string { return nil }

// Warning is what the author of the definition should know although it can be
// run; "" mostly.
func (c *Call) Warning() string { return "" }

// NeedsCaller tells whether Params.Caller must be set.
func (c *Call) NeedsCaller() bool { return false }

// Params are what a request adds to a compiled call. Params can be reused, and
// should be: what Build puts into the request lies in its buffers, so it must
// not be used for another request before the first one is done.
type Params struct {
	Method string // the client's; used when the integration passes it on
	// Path are the values of Placeholders, in their order, as received: percent
	// escapes in them are kept, everything else is encoded.
	Path []string
	// Query are the mapped query parameters, decoded, in order; they follow those
	// of the URI.
	Query []mapping.Pair
	// ContentType is the client's Content-Type. It is sent when no mapping set
	// one and the method carries a body, or there is a body.
	ContentType string
	APIID       string // for x-amzn-apigateway-api-id
	UserAgent   string // AmazonAPIGateway_{apiId}
	TraceID     string // X-Amzn-Trace-Id
	// Caller signs when the integration's credentials are arn:aws:iam::*:user/*.
	Caller *Credentials
	// Now is the time of the request; Deadline its end. A zero Deadline is none.
	Now, Deadline time.Time
}

// Build completes req, whose Header has the mapped and overridden headers and
// whose Body is final: it sets Method, Target and Host, adds the headers that
// the gateway adds unless a mapping did, and signs. The error is an *Error.
func (c *Call) Build(req *backend.Request, p *Params) error { return nil }
