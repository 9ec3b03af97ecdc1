package executionlog

import "sluice/mapping"

// Level is how much a stage logs, from the method setting loggingLevel.
type Level uint8

// The levels: Error logs failures only, Info the course of every request.
const (
	Off Level = iota
	Error
	Info
)

// ParseLevel reads OFF, ERROR or INFO; "" is Off.
func ParseLevel(s string) (Level, bool) { panic("not built yet") }

// Settings are what a stage sets for a method.
type Settings struct {
	Level     Level
	DataTrace bool // show parameters, headers and bodies too (at Info only)
}

// Sink takes one finished line without its line end. It must not block and must
// not keep line. *accesslog.Writer is one.
type Sink interface{ Log(line []byte) }

// Log is the log of one request. It belongs to one request and is not safe for
// concurrent use. All methods may be called on nil.
type Log struct{}

// Acquire returns a Log that writes the lines of request requestID to sink, or
// nil when the settings or a nil sink say that nothing is to be logged.
func Acquire(sink Sink, s Settings, requestID string) *Log { panic("not built yet") }

// AcquireTest returns a Log that collects all lines for Text, headed by the
// first line of a test call's log.
func AcquireTest(requestID string) *Log { panic("not built yet") }

// Release gives the Log back. It must not be used afterwards.
func (l *Log) Release() { panic("not built yet") }

// Text is the collected text of a test call: lines ended by \n. It is "" otherwise.
func (l *Log) Text() string { panic("not built yet") }

// Detailed tells whether parameters, headers and bodies are shown: callers that
// must compute something for those lines ask first.
func (l *Log) Detailed() bool { panic("not built yet") }

// ExtendedRequestID is the first line of a request in a stage log.
func (l *Log) ExtendedRequestID(id string) { panic("not built yet") }

// VerifyingUsagePlan says that the usage plan of key (masked; "" without one) is looked up.
func (l *Log) VerifyingUsagePlan(key, apiID, stage string) { panic("not built yet") }

// KeyNotRequired says that the method needs no API key. method is "GET /pets".
func (l *Log) KeyNotRequired(key, httpMethod, resourcePath string) { panic("not built yet") }

// UsagePlanSucceeded says that the request is within its usage plan.
func (l *Log) UsagePlanSucceeded(key, apiID, stage string) { panic("not built yet") }

// Start is the first line of the execution proper.
func (l *Log) Start() { panic("not built yet") }

// HTTPMethod names the method and the path template of its resource.
func (l *Log) HTTPMethod(method, resourcePath string) { panic("not built yet") }

// RequestPath shows the path parameters.
func (l *Log) RequestPath(params []mapping.Pair) { panic("not built yet") }

// QueryString shows the query parameters of the method request.
func (l *Log) QueryString(params []mapping.Pair) { panic("not built yet") }

// Headers shows the headers of the method request.
func (l *Log) Headers(params []mapping.Pair) { panic("not built yet") }

// BodyBefore shows the client's body.
func (l *Log) BodyBefore(body string) { panic("not built yet") }

// EndpointURI shows the address of the backend, with its query.
func (l *Log) EndpointURI(uri string) { panic("not built yet") }

// EndpointHeaders shows the headers sent to the backend.
func (l *Log) EndpointHeaders(params []mapping.Pair) { panic("not built yet") }

// EndpointBody shows the body sent to the backend.
func (l *Log) EndpointBody(body string) { panic("not built yet") }

// SendingTo says that the backend is being called.
func (l *Log) SendingTo(uri string) { panic("not built yet") }

// Received shows the backend's status and how long it took, in milliseconds.
func (l *Log) Received(status int, latencyMs int64) { panic("not built yet") }

// EndpointResponseHeaders shows the backend's headers.
func (l *Log) EndpointResponseHeaders(params []mapping.Pair) { panic("not built yet") }

// EndpointResponseBody shows the backend's body.
func (l *Log) EndpointResponseBody(body string) { panic("not built yet") }

// MethodResponseBody shows the body for the client.
func (l *Log) MethodResponseBody(body string) { panic("not built yet") }

// MethodResponseHeaders shows the headers for the client.
func (l *Log) MethodResponseHeaders(params []mapping.Pair) { panic("not built yet") }

// Success says that no step failed.
func (l *Log) Success() { panic("not built yet") }

// Completed is the last line: the status for the client. failed is true when a
// step failed, so that the line is shown at level ERROR too.
func (l *Log) Completed(status int, failed bool) { panic("not built yet") }

// AWSEndpointRequestID is the id an AWS backend gave its answer.
func (l *Log) AWSEndpointRequestID(id string) { panic("not built yet") }

// GatewayResponse shows the answer that a failed step led to: its type, status,
// body and headers.
func (l *Log) GatewayResponse(responseType string, status int, body string, headers []mapping.Pair) {
	panic("not built yet")
}

// MissingParameters fails the request for required parameters that it lacks.
func (l *Log) MissingParameters(names []string) { panic("not built yet") }

// BodyMismatch fails the request for a body that is not as its model wants it.
// problems is the text of schema.Validator.Validate.
func (l *Log) BodyMismatch(contentType, problems string) { panic("not built yet") }

// Failure is what an execution failed of, for Failed.
type Failure uint8

// The failures whose line has no other content; their texts are in failureText.
const (
	UnableToTransformRequest Failure = iota
	UnableToTransformResponse
	UnparsableMockStatus
	InvalidEndpointAddress
	NetworkError
	TimeoutError
	MalformedProxyResponse
	InvalidFunctionPermissions
)

// Failed writes the line of a Failure.
func (l *Log) Failed(f Failure) { panic("not built yet") }

// ConfigurationError fails the execution for a reason that has no Failure:
// "Execution failed due to configuration error: " and reason.
func (l *Log) ConfigurationError(reason string) { panic("not built yet") }

// NoIntegrationResponse fails the execution: nothing matches the backend's status
// and there is no default.
func (l *Log) NoIntegrationResponse(endpointStatus int) { panic("not built yet") }

// UndeclaredMethodResponse fails the execution: the integration response is for a
// status that the method does not have.
func (l *Log) UndeclaredMethodResponse(status string) { panic("not built yet") }

// HeaderAlreadyPresent fails the execution: a mapping sets a header that the
// gateway sets itself.
func (l *Log) HeaderAlreadyPresent(header string) { panic("not built yet") }

// FunctionError fails the execution for an error that the customer's function raised.
func (l *Log) FunctionError(text, functionRequestID string) { panic("not built yet") }
