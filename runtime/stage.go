package runtime

import (
	"time"

	"sluice/api"
	"sluice/authorizers"
	"sluice/cache"
	"sluice/mapping"
	"sluice/mapping/vtl/value"
	"sluice/runtime/awsservice"
	"sluice/runtime/executionlog"
	"sluice/runtime/metrics"
	"sluice/runtime/schema"
	"sluice/throttle"
)

// Stage is a compiled stage: what a request needs to be served, decided ahead.
type Stage struct {
	// What each request reads comes first: see method.
	base, canary  *deployment
	canaryPercent float64
	closed        bool // disableExecuteApiEndpoint: only custom domains lead here
	tracing       bool
	cacheEnabled  bool
	accessLog     *mapping.Substitution // nil: none
	unrouted      *metrics.MethodMetrics
	domainName    string // {api}.execute-api.{region}.amazonaws.com
	userAgent     string // AmazonAPIGateway_{api}, towards HTTP backends
	apiID, name   string
	arn           string // arn:aws:execute-api:{region}:{account}:{api}/{stage}/
	region        string

	settings   map[string]*api.MethodSetting // what metering is configured with
	cacheStage *cache.Stage
	cacheSize  string
}

// deployment is one compiled snapshot behind a stage: the stage's own or its canary's.
type deployment struct {
	// What each request reads comes first: see method.
	root               *node
	variables          *value.Map
	accessLog          AccessLogger
	executionLog       executionlog.Sink
	minimumCompression int    // bytes; negative: off
	keySource          string // HEADER or AUTHORIZER
	binary             mediaTypes

	id           string
	endpointType string
	methods      []*method // by path and verb, for people and metrics
	gateway      gatewayResponses
}

// method is a compiled method with its integration.
type method struct {
	// What each request reads comes first and fits into one cache line: with
	// thousands of methods it comes from memory each time.
	verb          verb
	keyRequired   bool
	validateBody  bool
	logging       executionlog.Settings
	limits        *throttle.Method
	caches        *[verbAny]*cache.Method // nil: nothing is cached
	metrics       *metrics.MethodMetrics
	authorization *authorizers.Method
	required      []requiredParameter

	resourcePath string
	integration  integration
	models       []bodyModel
	statuses     statusSet // declared method responses

	resourceID        string
	authorizationName string
}

// requiredParameter is one entry of the list that a missing parameter prints.
type requiredParameter struct {
	name   string
	source parameterSource
}

type parameterSource uint8

const (
	fromHeader parameterSource = iota
	fromPath
	fromQuery
)

// bodyModel checks the bodies of one content type.
type bodyModel struct {
	contentType string
	validator   *schema.Validator // nil: the model is broken
	problem     string            // of a broken model
}

// integrationKind is the compiled type of an integration.
type integrationKind uint8

const (
	kindMock integrationKind = iota
	kindHTTP
	kindHTTPProxy
	kindFunction      // AWS with a function behind it
	kindFunctionProxy // AWS_PROXY
	kindService       // AWS with another service behind it
)

// integration is a compiled integration.
type integration struct {
	// The order is that of method: first what each request reads.
	kind            integrationKind
	contentHandling contentHandling
	timeout         time.Duration
	uri             *uriTemplate
	httpMethod      string // "" takes the client's
	breakingHeader  string // a mapping that fails every request (aws-facts: data plane, 4.3)
	responses       *responseSet
	mockStatus      int // of a MOCK whose only request template is static; 0: ask the template
	headers         []mappedParameter
	query           []mappedParameter
	path            []mappedParameter // indexed by the URI's placeholders
	maps            [headerCount]bool // special headers that headers sets

	requestTemplates requestTemplates
	function         *function
	unusable         *unusable // nil: the function or service can be called
	call             *awsservice.Call
	serviceURI       string // of call, as defined, for people
}

// mappedParameter is one destination of a parameter mapping and its source.
type mappedParameter struct {
	name   string
	id     headerID
	source *mapping.Expression
}

// statusSet is a set of HTTP status codes 100 to 599.
type statusSet [8]uint64

func (s *statusSet) add(code int)      { s[(code-100)>>6] |= 1 << ((code - 100) & 63) }
func (s *statusSet) has(code int) bool { return s[(code-100)>>6]&(1<<((code-100)&63)) != 0 }

// contentHandling is a compiled contentHandling.
type contentHandling uint8

const (
	asIs contentHandling = iota
	toBinary
	toText
)

// APIID is the id of the stage's API.
func (s *Stage) APIID() string { return s.apiID }

// Name is the stage's name.
func (s *Stage) Name() string { return s.name }

// Route describes one compiled method for people (sluice routes).
type Route struct {
	Path          string `json:"path"`
	Method        string `json:"method"`
	Authorization string `json:"authorization"` // NONE, AWS_IAM, "CUSTOM name", ...
	KeyRequired   bool   `json:"apiKeyRequired"`
	Integration   string `json:"integration"` // type
	Target        string `json:"target"`      // method and URI of the backend; "" for MOCK
}

// Routes lists the stage's methods, by path and method.
func (s *Stage) Routes() []Route {
	out := make([]Route, 0, len(s.base.methods))
	for _, m := range s.base.methods {
		r := Route{
			Path: m.resourcePath, Method: verbNames[m.verb], Authorization: m.authorizationName,
			KeyRequired: m.keyRequired, Integration: m.integration.kind.String(),
		}
		if m.integration.uri != nil {
			r.Target = m.integration.httpMethod
			if r.Target == "" {
				r.Target = verbNames[m.verb]
			}
			r.Target += " " + m.integration.uri.source
		}
		if f := m.integration.function; f != nil {
			r.Target = f.reference.String()
		}
		if m.integration.call != nil {
			r.Target = m.integration.httpMethod + " " + m.integration.serviceURI
		}
		out = append(out, r)
	}
	return out
}

func (k integrationKind) String() string {
	return [...]string{kindMock: "MOCK", kindHTTP: "HTTP", kindHTTPProxy: "HTTP_PROXY", kindFunction: "AWS", kindFunctionProxy: "AWS_PROXY", kindService: "AWS"}[k]
}
