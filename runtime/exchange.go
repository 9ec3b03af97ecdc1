package runtime

import (
	"strings"
	"sync"
	"time"
	"unsafe"

	"sluice/authorizers"
	"sluice/cache"
	"sluice/mapping"
	"sluice/mapping/vtl/value"
	"sluice/runtime/awsservice"
	"sluice/runtime/backend"
	"sluice/runtime/edge"
	"sluice/runtime/executionlog"
	"sluice/runtime/metrics"
)

// exchange is one request on its way through the pipeline, and its answer. It is
// pooled; strings in it are views into the request, into buf or into the stage.
type exchange struct {
	visit

	// What stays with a pooled exchange: buffers, and what empties itself.
	headerIDs       []headerID // parallel to scope.Params.Header
	idBuf           [36]byte   // the request id, unless the client sent one
	extBuf          [16]byte
	clock           clock
	queryBuf        []byte // decoded query text
	decodedBody     []byte // the client's payload, decoded from its Content-Encoding
	authRequest     authorizers.Request
	identity        authorizers.Identity
	lookup          cache.Lookup
	scope           mapping.Scope
	values          []string         // scratch for expressions
	queryPairs      []mapping.Pair   // scratch for the query of a backend
	groups          []parameterGroup // scratch for events
	chain           []int
	buf             []byte // what a template wrote
	spare           []byte // what a conversion wrote
	traceBuf        []byte
	backendRequest  backend.Request
	backendResponse backend.Response
	serviceParams   awsservice.Params
	headers         []mapping.Pair // of the answer, beside Content-Type and the gateway's own
	coded           []byte         // the answer's body in its Content-Encoding
	line            []byte         // access log
}

// visit is what an exchange holds of one request alone. It is cleared as a whole.
type visit struct {
	gateway *Gateway
	request *edge.Request
	answer  *edge.Answer
	start   time.Time

	// accept
	known    knownHeaders
	hasExt   bool
	clientID string // x-amzn-RequestId of the client
	peer     string // text of the client's address

	// resolve
	stage      *Stage
	deployment *deployment
	isCanary   bool
	domainName string
	fullPath   string    // /{stage}{path}, as $context.path
	path       string    // what follows the stage
	basePath   *basePath // of a custom domain; nil without

	// route
	verb     verb
	verbText string
	method   *method
	body     []byte // the client's payload, decoded from its Content-Encoding

	// authorize
	judged        bool       // authRequest was filled
	authorizerMap *value.Map // $context.authorizer, made when first asked for

	// meter
	key, keyID string         // the API key that was let in
	figures    *metrics.Shard // what the request is counted in; nil before

	// integrate
	integrationStatus  int
	functionStatus     int           // that a proxy function answered with
	integrationLatency time.Duration // negative: no backend was called
	integrationError   string
	functionHeader     [2]mapping.Pair // of a function's answer, for mappings
	endpointRequestID  string          // the id an AWS backend gave its answer
	usedBackend        bool
	binarySent         bool      // the payload for the backend is binary data
	mapped             headerSet // special headers that backendRequest has already
	endpoint           *backend.Endpoint
	endpointBase       string // its scheme and authority, for logs

	// reply
	fault          *fault
	ownFault       fault // backs fault when it carries the request's own data
	status         int
	contentType    string
	typePlace      int // where a proxy's backend has it among headers, from 1; 0: it is the gateway's
	payload        []byte
	payloadStatic  bool // payload belongs to the stage: it must not be handed on
	binaryPayload  bool // payload is binary data
	payloadBackend bool // payload is the backend's body, which can be swapped out
	sendTrace      bool // X-Amzn-Trace-Id goes to the client
	latency        time.Duration
	responseLength int
	log            *executionlog.Log
}

// knownHeaders are the request headers that the gateway itself reads.
type knownHeaders struct {
	accept, acceptEncoding, authorization, contentEncoding, contentType, host,
	methodOverride, forwardedFor, traceID, userAgent string
	nominates bool // Connection says more than nothing
}

var exchangePool = sync.Pool{New: func() any { return new(exchange) }}

// acquireExchange takes an exchange for one request.
func acquireExchange(g *Gateway, q *edge.Request, a *edge.Answer) *exchange {
	x := exchangePool.Get().(*exchange)
	x.gateway = g
	x.request, x.answer = q, a
	x.start = q.Received
	x.integrationLatency = -1
	x.scope.Context = x
	appendUUID(x.idBuf[:0])
	return x
}

// maxKeptBuffer is the largest buffer that goes back to the pool: a rare large
// payload must not stay in memory for ever.
const maxKeptBuffer = 256 << 10

// release gives the exchange back. Its buffers stay with it, its views do not.
func (x *exchange) release() {
	if x.usedBackend {
		x.backendRequest.Reset()
		x.backendResponse.Reset()
		if x.method.integration.kind == kindService {
			x.serviceParams.Reset()
		}
	}
	if x.judged {
		x.authRequest = authorizers.Request{}
	}
	x.identity.Reset()
	x.log.Release()
	x.scope.ResponseHeader = nil // the backend response's
	x.scope.Reset()
	x.visit = visit{}
	x.headerIDs, x.values, x.queryPairs, x.groups = x.headerIDs[:0], x.values[:0], x.queryPairs[:0], x.groups[:0]
	x.chain, x.headers, x.traceBuf = x.chain[:0], x.headers[:0], x.traceBuf[:0]
	x.buf, x.spare, x.queryBuf, x.line = keep(x.buf), keep(x.spare), keep(x.queryBuf), keep(x.line)
	x.coded, x.decodedBody = keep(x.coded), keep(x.decodedBody)
	exchangePool.Put(x)
}

func keep(b []byte) []byte {
	if cap(b) > maxKeptBuffer {
		return nil
	}
	return b[:0]
}

// view makes a string of b without copying. It is valid as long as b is.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// bytesOf makes bytes of s without copying. They must not be written to.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// requestID is the id of the request: the client's if it sent a UUID.
func (x *exchange) requestID() string {
	if x.clientID != "" && isUUID(x.clientID) {
		return x.clientID
	}
	return view(x.idBuf[:])
}

// loggedID is $context.requestId. A client's id that is no UUID is replaced by a
// fixed text there (aws-facts: data plane, section 4.6).
func (x *exchange) loggedID() string {
	if x.clientID != "" && !isUUID(x.clientID) {
		return "UUID_REPLACED_INVALID_REQUEST_ID"
	}
	return x.requestID()
}

// extendedID is $context.extendedRequestId.
func (x *exchange) extendedID() string {
	if !x.hasExt {
		appendExtendedID(x.extBuf[:0])
		x.hasExt = true
	}
	return view(x.extBuf[:])
}

// traceID is the X-Amzn-Trace-Id that goes to backends.
func (x *exchange) traceID() string {
	if len(x.traceBuf) == 0 {
		x.traceBuf = appendTraceID(x.traceBuf, x.known.traceID, x.start)
	}
	return view(x.traceBuf)
}

// traceRoot is the trace id alone, as access logs show it.
func (x *exchange) traceRoot() string {
	root, _, _ := strings.Cut(strings.TrimPrefix(x.traceID(), "Root="), ";")
	return root
}

// sourceIP is the address of the TCP peer.
func (x *exchange) sourceIP() string {
	if x.peer == "" {
		if x.peer = x.request.PeerIP(); x.peer == "" {
			x.peer = "127.0.0.1" // a listener without addresses, such as an in-memory one
		}
	}
	return x.peer
}

// domainPrefix is the first label of the domain name.
func (x *exchange) domainPrefix() string {
	p, _, _ := strings.Cut(x.domainName, ".")
	return p
}
