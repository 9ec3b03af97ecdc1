package runtime

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sluice/lambda"
	"sluice/mapping"
	"sluice/mapping/vtl/value"
	"sluice/runtime/executionlog"
)

// function is the compiled target of an integration that calls a function.
type function struct {
	reference lambda.Reference
	uri       string // of the Invoke call, for the execution log; "" without one
	// assumesRole tells that the integration has credentials.
	assumesRole bool
}

// invoke calls the function and waits for its answer.
func (x *exchange) invoke(payload []byte, async bool) (*lambda.Result, *fault) {
	it := &x.method.integration
	if it.function.uri != "" {
		x.logInvocation(payload)
	}
	if it.unusable != nil {
		return nil, x.cannotCall(it.unusable)
	}
	if it.httpMethod != "POST" {
		return nil, x.noInvocation()
	}
	began := time.Now()
	res, err := x.gateway.options.Functions.Invoke(context.Background(), &lambda.Invocation{
		Function: it.function.reference, Payload: payload, Async: async,
		Deadline: began.Add(it.timeout), RequestID: "", TraceID: strings.Clone(x.traceID()),
	})
	x.integrationLatency = since(began)
	if err != nil {
		return nil, x.invokeFault(err)
	}
	x.integrationStatus = res.StatusCode
	x.endpointRequestID = res.RequestID
	x.log.Received(res.StatusCode, x.integrationLatency.Milliseconds())
	if x.log.Detailed() {
		x.log.EndpointResponseHeaders(x.invokedHeaders(res))
		x.log.EndpointResponseBody(view(res.Payload))
	}
	x.log.AWSEndpointRequestID(res.RequestID)
	if res.TimedOut {
		x.log.Failed(executionlog.TimeoutError)
		x.integrationError = "Execution failed due to a timeout error"
		return nil, faultTimeout
	}
	return res, nil
}

// logInvocation shows the Invoke call that is about to be made.
func (x *exchange) logInvocation(payload []byte) {
	uri := x.method.integration.function.uri
	if x.log.Detailed() {
		x.log.EndpointURI(uri)
		x.log.EndpointHeaders(x.invokeHeaders(x.invokeSource(), payload))
		x.log.EndpointBody(loggedBody(payload, x.binarySent))
	}
	x.log.SendingTo(uri)
}

// noOperation is what Lambda answers to a request that is not POST.
const noOperation = "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n"

// noInvocation fails a request whose integration's method is not POST: that is no
// Invoke call, and Lambda refuses it (log: knowledge center, "Execution failed due to
// configuration" with Lambda integrations).
func (x *exchange) noInvocation() *fault {
	x.integrationStatus = 403
	x.endpointRequestID = string(appendUUID(nil))
	x.log.Received(403, 0)
	if x.log.Detailed() {
		x.log.EndpointResponseHeaders([]mapping.Pair{
			{Name: "Date", Value: time.Now().UTC().Format(http.TimeFormat)},
			{Name: "Content-Length", Value: strconv.Itoa(len(noOperation))},
			{Name: "Connection", Value: "keep-alive"},
			{Name: "x-amzn-RequestId", Value: x.endpointRequestID},
		})
		x.log.EndpointResponseBody(noOperation)
	}
	x.log.InvocationFailed(403, x.endpointRequestID)
	x.log.ConfigurationError("")
	return faultIntegration
}

// invokeHeaders are the headers of the Invoke call as the log shows them (aws-facts:
// test-invoke, section 2). A function may run in this very process: what the service
// signs with is shown by stand-ins of the same form then. source is "" for a call with
// a role.
func (x *exchange) invokeHeaders(source string, payload []byte) []mapping.Pair {
	hash := sha256.Sum256(payload)
	date := x.start.UTC().Format("20060102T150405Z")
	tag := x.loggedID()
	sum := sha256.Sum256([]byte(tag))
	signature := hex.EncodeToString(sum[:])
	out := []mapping.Pair{
		{Name: "x-amzn-lambda-integration-tag", Value: tag},
		{Name: "Authorization", Value: "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/" + date[:8] + "/" + x.stage.region +
			"/lambda/aws4_request, SignedHeaders=accept;content-type;host;user-agent;x-amz-date;x-amz-security-token;x-amzn-lambda-integration-tag, Signature=" + signature},
		{Name: "X-Amz-Date", Value: date},
		{Name: "x-amzn-apigateway-api-id", Value: x.stage.apiID},
		{Name: "Accept", Value: mimeJSON},
		{Name: "User-Agent", Value: x.stage.userAgent},
		{Name: "X-Amz-Security-Token", Value: "IQoJb3JpZ2luX2Vj" + strings.Repeat(signature, 16)},
	}
	if source == "" {
		return out
	}
	// Without a role, Lambda is told who calls (field reports since 2021, all alike).
	root, _, _ := strings.Cut(x.traceID(), ";")
	return append(
		out,
		mapping.Pair{Name: "Host", Value: "lambda." + x.stage.region + "." + partitionOf(x.stage.region).domain},
		mapping.Pair{Name: "X-Amz-Content-Sha256", Value: hex.EncodeToString(hash[:])},
		mapping.Pair{Name: "X-Amzn-Trace-Id", Value: root},
		mapping.Pair{Name: "X-Amz-Source-Arn", Value: source},
		mapping.Pair{Name: "X-Amz-Source-Account", Value: x.gateway.options.AccountID},
		mapping.Pair{Name: "Content-Type", Value: mimeJSON},
	)
}

// invokeSource is the X-Amz-Source-Arn of the method; "" with a role, which needs none.
func (x *exchange) invokeSource() string {
	if x.method.integration.function.assumesRole {
		return ""
	}
	return x.stage.arn + verbNames[x.method.verb] + x.method.resourcePath
}

// invokedHeaders are the headers of the Invoke call's answer as the log shows them.
func (x *exchange) invokedHeaders(res *lambda.Result) []mapping.Pair {
	return []mapping.Pair{
		{Name: "Date", Value: time.Now().UTC().Format(http.TimeFormat)},
		{Name: "Content-Type", Value: mimeJSON},
		{Name: "Content-Length", Value: strconv.Itoa(len(res.Payload))},
		{Name: "Connection", Value: "keep-alive"},
		{Name: "x-amzn-RequestId", Value: res.RequestID},
		{Name: "x-amzn-Remapped-Content-Length", Value: "0"},
		{Name: "X-Amz-Executed-Version", Value: res.ExecutedVersion},
		{Name: "X-Amzn-Trace-Id", Value: x.traceID()},
	}
}

// invokeFault turns an invocation that never got an answer into the client's.
func (x *exchange) invokeFault(err error) *fault {
	x.gateway.log.Debug("invocation failed", "api", x.stage.apiID, "stage", x.stage.name,
		"resource", x.method.resourcePath, "error", err)
	x.integrationError = err.Error()
	switch lambda.KindOf(err) {
	case lambda.KindTimeout:
		x.log.Failed(executionlog.TimeoutError)
		return faultTimeout
	case lambda.KindTooLarge:
		return faultTooLarge
	case lambda.KindUnknownFunction:
		x.log.Failed(executionlog.InvalidFunctionPermissions)
		if !x.log.Tests() { // the service says no more, but who runs this gateway has to find the function
			x.log.ConfigurationError(err.Error())
		}
		return faultConfiguration
	default:
		x.log.ConfigurationError(err.Error())
		return faultConfiguration
	}
}

// proxyFunction runs an AWS_PROXY integration.
func (x *exchange) proxyFunction() *fault {
	it := &x.method.integration
	if it.breakingHeader != "" {
		x.log.HeaderAlreadyPresent(it.breakingHeader)
		return faultConfiguration
	}
	x.buf = x.appendProxyEvent(x.buf[:0])
	res, f := x.invoke(x.buf, false)
	if f != nil {
		return f
	}
	return x.proxyAnswer(res)
}

// proxyAnswer turns a proxy function's answer into the client's (aws-facts: data
// plane, section 8). Anything that does not have the documented form is a 502.
func (x *exchange) proxyAnswer(res *lambda.Result) *fault {
	if res.FunctionError != "" {
		x.log.FunctionError(view(res.Payload), res.RequestID)
		x.integrationError = "Lambda function error"
		return faultBadGateway
	}
	if len(res.Payload) == 0 || !json.Valid(res.Payload) {
		return x.malformedAnswer()
	}
	root, err := value.ParseJSON(view(res.Payload))
	m := root.Map()
	if err != nil || m == nil {
		return x.malformedAnswer()
	}
	a := proxyAnswer{status: 200}
	for i := range m.Len() {
		e := m.At(i)
		name, _ := e.Key.Str()
		if !a.take(name, e.Val) {
			return x.malformedAnswer()
		}
	}
	x.status, x.functionStatus = a.status, a.status
	x.sendTrace = true
	x.contentType = mimeJSON
	if !x.proxyHeaders(&a) {
		return x.malformedAnswer()
	}
	x.payload = bytesOf(a.body)
	if a.base64 && x.deployment.binary.match(firstAccept(x.known.accept)) {
		var f *fault
		if x.payload, f = x.decoded(x.payload); f != nil {
			return f
		}
	}
	return nil
}

func (x *exchange) malformedAnswer() *fault {
	x.log.Failed(executionlog.MalformedProxyResponse)
	x.integrationError = "Malformed Lambda proxy response"
	return faultBadGateway
}

// proxyAnswer is what a proxy function may answer.
type proxyAnswer struct {
	status         int
	headers, multi *value.Map
	body           string
	base64         bool
}

// take reads one member; false when it is not of the form it must have.
func (a *proxyAnswer) take(name string, v value.Value) bool {
	switch name {
	case "statusCode":
		switch v.Kind() {
		case value.Null:
			return true
		case value.Int:
			a.status = int(v.Int())
		case value.String:
			s, _ := v.Str()
			n, err := strconv.Atoi(s)
			if err != nil {
				return false
			}
			a.status = n
		default:
			return false
		}
		return a.status >= 100 && a.status <= 599
	case "headers":
		a.headers = v.Map()
		return v.IsNull() || a.headers != nil
	case "multiValueHeaders":
		a.multi = v.Map()
		return v.IsNull() || a.multi != nil
	case "body":
		s, ok := v.Str()
		a.body = s
		return ok || v.IsNull()
	case "isBase64Encoded":
		a.base64 = v.Bool()
		return v.Kind() == value.Bool || v.IsNull()
	}
	return false
}

// proxyHeaders adds the answer's headers: those of multiValueHeaders first, in
// their spelling; a pair that stands in both maps counts once.
func (x *exchange) proxyHeaders(a *proxyAnswer) bool {
	if a.multi != nil {
		for i := range a.multi.Len() {
			e := a.multi.At(i)
			name, _ := e.Key.Str()
			if e.Val.IsNull() {
				continue
			}
			list := e.Val.List()
			if list == nil {
				return false
			}
			for _, item := range list.Items {
				if v, ok := x.headerText(item); !ok || !x.addFunctionHeader(name, v) {
					return false
				}
			}
		}
	}
	if a.headers == nil {
		return true
	}
	for i := range a.headers.Len() {
		e := a.headers.At(i)
		name, _ := e.Key.Str()
		v, ok := x.headerText(e.Val)
		if !ok {
			return false
		}
		spelled, twice := multiSpelling(a.multi, name, v)
		if twice {
			continue
		}
		if !x.addFunctionHeader(spelled, v) {
			return false
		}
	}
	return true
}

// multiSpelling finds name in the multi-value map: its spelling there, and
// whether the very same value is there too.
func multiSpelling(m *value.Map, name, v string) (spelled string, twice bool) {
	if m == nil {
		return name, false
	}
	for i := range m.Len() {
		e := m.At(i)
		s, _ := e.Key.Str()
		if !equalFold(s, name) {
			continue
		}
		if list := e.Val.List(); list != nil {
			for _, item := range list.Items {
				if t, ok := item.Str(); ok && t == v {
					return s, true
				}
			}
		}
		return s, false
	}
	return name, false
}

// headerText is a header value: text, a number or a boolean; null is empty.
func (x *exchange) headerText(v value.Value) (string, bool) {
	switch v.Kind() {
	case value.MapKind, value.ListKind, value.ObjectKind:
		return "", false
	case value.Null:
		return "", true
	}
	return x.textOf(v), true
}

// addFunctionHeader adds one header of a function's answer; false when it cannot
// be a header.
func (x *exchange) addFunctionHeader(name, v string) bool {
	if !validHeaderName(name) || !validHeaderValue(v) {
		return false
	}
	id := identifyHeader(name)
	if id == hdrContentType {
		x.contentType, x.typePlace = v, len(x.headers)+1
		return true
	}
	if id == hdrAmznTraceID {
		x.sendTrace = false
	}
	x.addHeader(name, v, headerRules[id].proxiedResponse)
	return true
}

// function runs an AWS integration with a function behind it.
func (x *exchange) function() *fault {
	it := &x.method.integration
	if it.breakingHeader != "" {
		x.log.HeaderAlreadyPresent(it.breakingHeader)
		return faultConfiguration
	}
	payload, text, f := x.requestPayload(it.contentHandling)
	if f != nil {
		return f
	}
	x.binarySent = !text
	x.scope.Body.Reset(view(payload))
	payload, f = x.transformRequest(payload, text)
	if f != nil {
		return f
	}
	async, f := x.asynchronous()
	if f != nil {
		return f
	}
	res, f := x.invoke(payload, async)
	if f != nil {
		return f
	}
	x.functionHeader = [2]mapping.Pair{
		{Name: "Content-Type", Value: mimeJSON},
		{Name: "x-amzn-RequestId", Value: res.RequestID},
	}
	x.scope.ResponseHeader = x.functionHeader[:]
	r := it.responses.pickText(errorMessage(res.Payload))
	if r == nil {
		x.log.NoIntegrationResponse(res.StatusCode)
		return faultConfiguration
	}
	x.sendTrace = true
	return x.methodResponse(r, res.Payload, mimeJSON)
}

// asynchronous tells whether a mapping or an override asks for invocation type Event.
func (x *exchange) asynchronous() (bool, *fault) {
	const name = "X-Amz-Invocation-Type"
	if o := x.overrideMap("header"); o != nil {
		for i := range o.Len() {
			if e := o.At(i); equalFold(x.textOf(e.Key), name) {
				return x.textOf(e.Val) == "Event", nil
			}
		}
	}
	it := &x.method.integration
	for i := range it.headers {
		if equalFold(it.headers[i].name, name) {
			v, _, f := x.evaluate(it.headers[i].source, false)
			return v == "Event", f
		}
	}
	return false, nil
}

// errorMessage is the text that a function's response patterns are matched
// against: errorMessage of a JSON object, "" without one.
func errorMessage(payload []byte) string {
	if !strings.Contains(view(payload), `"errorMessage"`) {
		return ""
	}
	v, err := value.ParseJSON(view(payload))
	if err != nil || v.Map() == nil {
		return ""
	}
	m, _ := v.Map().Get("errorMessage")
	s, _ := m.Str()
	return s
}
