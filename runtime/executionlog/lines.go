package executionlog

import "sluice/mapping"

// ExtendedRequestID is the first line of a request in a stage log.
func (l *Log) ExtendedRequestID(id string) {
	if l.informs() && !l.Tests() {
		l.begin("Extended Request Id: ").value(id)
		l.end()
	}
}

// VerifyingUsagePlan says that the usage plan of key is looked up; key is shown
// masked, and "" without one. Test calls skip usage plans, here and in the two
// lines that follow.
func (l *Log) VerifyingUsagePlan(key, apiID, stage string) {
	if l.informs() && !l.Tests() {
		l.begin("Verifying Usage Plan for request: ").value(l.requestID)
		l.own(". API Key: ")
		l.masked(key)
		l.own(" API Stage: ")
		l.apiStage(apiID, stage)
		l.end()
	}
}

// KeyNotRequired says that the method needs no API key. httpMethod is the
// method as configured, ANY included.
func (l *Log) KeyNotRequired(key, httpMethod, resourcePath string) {
	if l.informs() && !l.Tests() {
		l.begin("API Key ").masked(key)
		l.own(" authorized because method '")
		l.value(httpMethod)
		l.own(" ")
		l.value(resourcePath)
		l.own("' does not require API Key. Request will not contribute to throttle or quota limits")
		l.end()
	}
}

// UsagePlanSucceeded says that the request is within its usage plan.
func (l *Log) UsagePlanSucceeded(key, apiID, stage string) {
	if l.informs() && !l.Tests() {
		l.begin("Usage Plan check succeeded for API Key ").masked(key)
		l.own(" and API Stage ")
		l.apiStage(apiID, stage)
		l.end()
	}
}

func (l *Log) apiStage(apiID, stage string) {
	l.value(apiID)
	l.own("/")
	l.value(stage)
}

// Start is the first line of the execution proper.
func (l *Log) Start() {
	if l.informs() {
		l.begin("Starting execution for request: ").value(l.requestID)
		l.end()
	}
}

// HTTPMethod names the method and the path of the request, which the service calls
// the resource's: /Seattle for the resource /{city} (documented log of a test call).
func (l *Log) HTTPMethod(method, path string) {
	if l.informs() {
		l.begin("HTTP Method: ").value(method)
		l.own(", Resource Path: ")
		l.value(path)
		l.end()
	}
}

// RequestPath shows the path parameters.
func (l *Log) RequestPath(params []mapping.Pair) {
	if l.Detailed() {
		l.begin("Method request path: ").mapped(params, false)
		l.end()
	}
}

// QueryString shows the query parameters of the method request.
func (l *Log) QueryString(params []mapping.Pair) {
	if l.Detailed() {
		l.begin("Method request query string: ").mapped(params, false)
		l.end()
	}
}

// Headers shows the headers of the method request.
func (l *Log) Headers(params []mapping.Pair) {
	if l.Detailed() {
		l.begin("Method request headers: ").mapped(params, true)
		l.end()
	}
}

// BodyBefore shows the client's body.
func (l *Log) BodyBefore(body string) {
	if l.Detailed() {
		l.begin("Method request body before transformations: ").body(body)
		l.end()
	}
}

// Validated says that the body is as its model wants it (documented log of a test
// call).
func (l *Log) Validated(contentType string) {
	if l.informs() {
		l.begin("Request validation succeeded for content type ").value(contentType)
		l.end()
	}
}

// EndpointURI shows the address of the backend, with its query.
func (l *Log) EndpointURI(uri string) {
	if l.Detailed() {
		l.begin("Endpoint request URI: ").value(uri)
		l.end()
	}
}

// EndpointHeaders shows the headers sent to the backend.
func (l *Log) EndpointHeaders(params []mapping.Pair) {
	if l.Detailed() {
		l.begin("Endpoint request headers: ").mapped(params, true)
		l.end()
	}
}

// EndpointBody shows the body sent to the backend.
func (l *Log) EndpointBody(body string) {
	if l.Detailed() {
		l.begin("Endpoint request body after transformations: ").body(body)
		l.end()
	}
}

// SendingTo says that the backend is being called.
func (l *Log) SendingTo(uri string) {
	if l.informs() {
		l.begin("Sending request to ").value(uri)
		l.end()
	}
}

// Received shows the backend's status and how long it took, in milliseconds.
func (l *Log) Received(status int, latencyMs int64) {
	if l.informs() {
		l.begin("Received response. Status: ").number(int64(status))
		l.own(", Integration latency: ")
		l.number(latencyMs)
		l.own(" ms")
		l.end()
	}
}

// EndpointResponseHeaders shows the backend's headers.
func (l *Log) EndpointResponseHeaders(params []mapping.Pair) {
	if l.Detailed() {
		l.begin("Endpoint response headers: ").pairs(params, true)
		l.end()
	}
}

// EndpointResponseBody shows the backend's body.
func (l *Log) EndpointResponseBody(body string) {
	if l.Detailed() {
		l.begin("Endpoint response body before transformations: ").body(body)
		l.end()
	}
}

// MethodResponseBody shows the body for the client.
func (l *Log) MethodResponseBody(body string) {
	if l.Detailed() {
		l.begin("Method response body after transformations: ").body(body)
		l.end()
	}
}

// MethodResponseHeaders shows the headers for the client.
func (l *Log) MethodResponseHeaders(params []mapping.Pair) {
	if l.Detailed() {
		l.begin("Method response headers: ").pairs(params, true)
		l.end()
	}
}

// Success says that no step failed.
func (l *Log) Success() {
	if l.informs() {
		l.begin("Successfully completed execution")
		l.end()
	}
}

// Completed is the last line: the status for the client. At level ERROR it is
// shown when a failure was.
func (l *Log) Completed(status int) {
	if l.informs() || l != nil && l.failed {
		l.begin("Method completed with status: ").number(int64(status))
		l.end()
	}
}

// AWSEndpointRequestID is the id an AWS backend gave its answer; stage logs only.
func (l *Log) AWSEndpointRequestID(id string) {
	if l.informs() && !l.Tests() {
		l.begin("AWS Integration Endpoint RequestId : ").value(id)
		l.end()
	}
}

// GatewayResponse shows the answer that a failed step led to: its type, status,
// body and headers; stage logs only. At level ERROR its first line is shown when a
// failure was; body and headers need data trace.
func (l *Log) GatewayResponse(responseType string, status int, body string, headers []mapping.Pair) {
	if l == nil || l.Tests() || l.level != Info && !l.failed {
		return
	}
	l.begin("Gateway response type: ").value(responseType)
	l.own(" with status code: ")
	l.number(int64(status))
	l.end()
	if l.trace {
		l.begin("Gateway response body: ").body(body)
		l.end()
		l.begin("Gateway response headers: ").pairs(headers, true)
		l.end()
	}
}
