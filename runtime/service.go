package runtime

import (
	"errors"
	"strconv"
	"strings"

	"sluice/api"
	"sluice/mapping"
	"sluice/runtime/awsservice"
	"sluice/runtime/executionlog"
)

// serviceTarget compiles which AWS service an AWS integration calls.
func (c *compiler) serviceTarget(it *integration, in *api.Integration, part []string, subject string) {
	uri, credentials := substituteStageVariables(in.URI, c.vars), substituteStageVariables(in.Credentials, c.vars)
	call, err := c.around.services.Compile(uri, in.HTTPMethod, credentials)
	at := append(part[:len(part):len(part)], "uri")
	if credentials == "" && in.Credentials != "" && err == nil {
		// None at all would be those of the gateway itself.
		err = errors.New("credentials " + strconv.Quote(in.Credentials) + " are none with this stage's variables")
	}
	if err != nil {
		it.serviceURI = in.URI
		it.unusable = &unusable{failure: executionlog.InvalidEndpointAddress, reason: err.Error()}
		if _, other := c.around.services.Compile(uri, in.HTTPMethod, ""); other == nil {
			at[len(at)-1] = "credentials"
			it.unusable = &unusable{reason: "API Gateway does not have permission to assume the provided role " + credentials}
		}
		c.deferred(at, subject, err.Error(), failsAll)
		return
	}
	if w := call.Warning(); w != "" {
		c.warn(at, subject, w)
	}
	if call.NeedsTarget() && !setsTarget(in) {
		c.warn(at, subject, "nothing sets X-Amz-Target, by which the service knows the action: map \"integration.request.header.X-Amz-Target\"")
	}
	it.call, it.serviceURI, it.httpMethod = call, in.URI, strings.ToUpper(in.HTTPMethod)
	for _, name := range call.Placeholders() {
		it.path = append(it.path, c.placeholder(name, in, part, subject))
	}
}

// setsTarget tells whether an integration has a mapping or, in a template, an override
// of X-Amz-Target.
func setsTarget(in *api.Integration) bool {
	for name := range in.RequestParameters {
		if header, ok := strings.CutPrefix(name, "integration.request.header."); ok && strings.EqualFold(header, "x-amz-target") {
			return true
		}
	}
	for _, template := range in.RequestTemplates {
		if strings.Contains(strings.ToLower(template), "x-amz-target") {
			return true
		}
	}
	return false
}

// service runs an AWS integration with a service behind it.
func (x *exchange) service() *fault {
	it := &x.method.integration
	if it.breakingHeader != "" {
		x.log.HeaderAlreadyPresent(it.breakingHeader)
		return faultConfiguration
	}
	req := &x.backendRequest
	x.usedBackend = true
	req.Header = req.Header[:0]
	payload, text, f := x.requestPayload(it.contentHandling)
	if f != nil {
		return f
	}
	x.binarySent = !text
	x.scope.Body.Reset(view(payload))
	payload, f = x.transformRequest(payload, text)
	if f == nil {
		f = x.mapHeaders()
	}
	if f == nil {
		f = x.overrideRequestHeaders()
	}
	if f == nil {
		f = x.serviceRequest(payload)
	}
	if f == nil {
		f = x.call()
	}
	if f != nil {
		return f
	}
	x.endpointRequestID = serviceRequestID(x.backendResponse.Header)
	x.log.AWSEndpointRequestID(x.endpointRequestID)
	return x.integrationResponse()
}

// serviceRequest completes and signs the request.
func (x *exchange) serviceRequest(payload []byte) *fault {
	it, req, p := &x.method.integration, &x.backendRequest, &x.serviceParams
	if it.unusable != nil {
		return x.cannotCall(it.unusable)
	}
	req.Body = payload
	p.Method, p.ContentType = x.verbText, x.known.contentType
	p.APIID, p.UserAgent, p.TraceID = x.stage.apiID, x.stage.userAgent, x.traceID()
	p.Now = x.start
	p.Deadline = x.start.Add(it.timeout)
	p.Path = p.Path[:0]
	for i := range it.path {
		v, ok, f := x.pathParameter(&it.path[i])
		if f != nil {
			return f
		}
		if !ok {
			return x.badAddress()
		}
		p.Path = append(p.Path, v)
	}
	var f *fault
	if p.Query, f = x.mappedQuery(p.Query[:0]); f != nil {
		return f
	}
	p.Caller = nil
	if it.call.NeedsCaller() {
		if c := x.identity.Caller(); c != nil {
			p.Caller = &awsservice.Credentials{
				AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken,
			}
		}
	}
	if err := it.call.Build(req, p); err != nil {
		x.integrationError = err.Error()
		x.log.ConfigurationError(err.Error())
		if awsservice.KindOf(err) == awsservice.KindPath {
			return faultPathEscape
		}
		return faultConfiguration
	}
	x.endpoint, x.endpointBase = it.call.Endpoint(), it.call.BaseURL()
	return nil
}

// serviceRequestID is the id that a service gave its answer.
func serviceRequestID(header []mapping.Pair) string {
	for i := range header {
		switch p := &header[i]; {
		case identifyHeader(p.Name) == hdrAmznRequestID:
			return p.Value
		case len(p.Name) == len("x-amz-request-id") && equalFold(p.Name, "x-amz-request-id"):
			return p.Value
		}
	}
	return ""
}

// placeholder compiles the mapping that fills {name} in a URI.
func (c *compiler) placeholder(name string, in *api.Integration, part []string, subject string) mappedParameter {
	p := mappedParameter{name: name}
	dest := "integration.request.path." + name
	source, ok := in.RequestParameters[dest]
	if !ok {
		c.warn(append(part[:len(part):len(part)], "uri"), subject,
			"{"+name+"} in the uri is not filled: map "+strconv.Quote(dest)+", or every request fails with 500")
		return p
	}
	p.source = c.expression(append(part[:len(part):len(part)], "requestParameters", dest), subject, source, mapping.IntegrationRequest)
	return p
}
