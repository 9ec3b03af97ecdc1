package runtime

import (
	"errors"
	"strings"
	"time"

	"sluice/runtime/backend"
	"sluice/runtime/executionlog"
)

// integrate runs the method's integration: request, backend, response (steps 8
// to 10).
func (x *exchange) integrate() *fault {
	switch x.method.integration.kind {
	case kindMock:
		return x.mock()
	case kindFunctionProxy:
		return x.proxyFunction()
	case kindFunction:
		return x.function()
	case kindService:
		return x.service()
	}
	if f := x.integrationRequest(); f != nil {
		return f
	}
	if f := x.call(); f != nil {
		return f
	}
	if x.method.integration.kind == kindHTTPProxy {
		return x.proxiedResponse()
	}
	return x.integrationResponse()
}

// call sends the request to the backend and waits for the whole answer, within
// the integration's timeout.
func (x *exchange) call() *fault {
	if x.log != nil {
		x.logEndpointRequest()
	}
	began := x.now()
	err := x.endpoint.DoFrom(&x.backendRequest, &x.backendResponse, began, began.Add(x.method.integration.timeout))
	x.integrationLatency = since(began)
	if err != nil {
		return x.backendFault(err)
	}
	x.integrationStatus = x.backendResponse.StatusCode
	x.scope.ResponseHeader = x.backendResponse.Header
	x.log.Received(x.integrationStatus, x.integrationLatency.Milliseconds())
	if x.log.Detailed() {
		x.log.EndpointResponseHeaders(x.backendResponse.Header)
		mime := contentTypeOf(x.backendResponse.Header)
		x.log.EndpointResponseBody(loggedBody(x.backendResponse.Body, x.deployment.binary.match(mimeOrJSON(mime))))
	}
	return nil
}

// now is the time by the clock that only runs forward: half of what reading both
// clocks takes.
func (x *exchange) now() time.Time { return x.start.Add(time.Since(x.start)) }

// logEndpointRequest shows what is about to be sent.
func (x *exchange) logEndpointRequest() {
	uri := x.endpointBase + string(x.backendRequest.Target)
	if x.log.Detailed() {
		x.log.EndpointURI(uri)
		x.log.EndpointHeaders(x.endpointHeaders())
		x.log.EndpointBody(loggedBody(x.backendRequest.Body, x.binarySent))
	}
	// Shown without data trace too, so without the query and what it may hold.
	uri, _, _ = strings.Cut(uri, "?")
	x.log.SendingTo(uri)
}

// backendFault turns an error of a call into the client's answer (aws-facts:
// data plane, section 14).
func (x *exchange) backendFault(err error) *fault {
	x.gateway.log.Debug("backend failed", "api", x.stage.apiID, "stage", x.stage.name,
		"resource", x.method.resourcePath, "error", err)
	var e *backend.Error
	if !errors.As(err, &e) {
		return faultConfiguration
	}
	switch e.Kind {
	case backend.KindTimeout:
		x.log.Failed(executionlog.TimeoutError)
		x.integrationError = "Execution failed due to a timeout error"
		return faultTimeout
	case backend.KindAddress, backend.KindRequest:
		return x.badAddress()
	case backend.KindTooLarge:
		x.log.ConfigurationError("Integration response exceeds the maximum size")
		x.integrationError = "Integration response exceeds the maximum size"
		return faultIntegration
	default:
		if reason := untrusted(e); reason != "" {
			x.log.ConfigurationError(reason)
			x.integrationError = "Execution failed due to configuration error: " + reason
			return faultConfiguration
		}
		x.log.Failed(executionlog.NetworkError)
		x.integrationError = "Execution failed due to a network error communicating with endpoint"
		return faultNetwork
	}
}
