package runtime

import "sluice/runtime/compress"

// reply turns what the steps left into the client's answer (step 11), and writes
// the access log line and the metrics.
func (x *exchange) reply(f *fault) {
	if f != nil {
		x.fault = f
		x.gatewayReply(f)
	}
	body := x.payload
	x.compress()
	a := x.answer
	a.SetStatus(x.status)
	a.SetContentType(x.contentType)
	a.Add("x-amzn-RequestId", x.requestID())
	a.Add("x-amz-apigw-id", x.extendedID())
	if f != nil {
		a.Add("x-amzn-ErrorType", f.errorType)
	} else if x.sendTrace {
		a.Add("X-Amzn-Trace-Id", x.traceID())
	}
	for i := range x.headers {
		a.Add(x.headers[i].Name, x.headers[i].Value)
	}
	if f != nil && f.close {
		a.Close()
	}
	x.responseLength = len(x.payload)
	switch {
	case x.payloadStatic:
		a.SetStaticBody(x.payload)
	case x.payloadBackend:
		// The answer is written when the exchange already serves another request,
		// so the body must not stay the backend response's.
		a.SwapBody(x.backendResponse.SwapBody)
	default:
		a.SetBody(x.payload)
	}
	x.finish(body)
}

// finish writes what is seen from outside. body is the payload before compression.
func (x *exchange) finish(body []byte) {
	x.latency = since(x.start)
	x.answer.Done = x.start.Add(x.latency)
	if x.log != nil {
		x.logReply(body)
	}
	figures := x.figures
	switch {
	case figures != nil:
	case x.method != nil:
		figures = x.method.metrics.Shard()
	case x.stage != nil:
		figures = x.stage.unrouted.Shard()
	default:
		figures = x.gateway.unresolved.Shard()
	}
	figures.Observe(x.status, x.latency, x.integrationLatency)
	if x.deployment != nil && x.deployment.accessLog != nil {
		x.line = x.stage.accessLog.Append(x.line[:0], &x.scope)
		x.deployment.accessLog.Log(x.line)
	}
}

// logReply writes the last lines of the execution log.
func (x *exchange) logReply(body []byte) {
	if x.fault != nil {
		x.log.GatewayResponse(x.fault.responseTypeText(), x.status, view(body), x.headers)
		x.log.Completed(x.status)
		return
	}
	if x.log.Detailed() {
		x.log.MethodResponseBody(loggedBody(body, x.binaryPayload))
		x.log.MethodResponseHeaders(x.loggedHeaders())
	}
	x.log.Success()
	x.log.Completed(x.status)
}

// gatewayReply answers a fault with the stage's gateway response for its type.
func (x *exchange) gatewayReply(f *fault) {
	x.status = f.status
	x.contentType = mimeJSON
	x.headers = x.headers[:0]
	x.payloadStatic, x.payloadBackend, x.sendTrace = false, false, false
	x.payload = nil
	if x.deployment == nil {
		x.defaultErrorBody(f)
		return
	}
	custom := x.deployment.gateway.find(f)
	if custom == nil {
		x.defaultErrorBody(f)
		return
	}
	if s := x.deployment.gateway.status(custom, f); s != 0 {
		x.status = s
	}
	x.scope.Body.Reset(view(x.body))
	for i := range custom.headers {
		p := &custom.headers[i]
		v, ok, fault := x.evaluate(p.source, true)
		if fault != nil || !ok || !validHeaderValue(v) {
			continue
		}
		if p.id == hdrContentType {
			x.contentType = v
			continue
		}
		rule := headerRules[p.id].mappedResponse
		if p.id == hdrWWWAuthenticate {
			rule = pass // what a 401 needs; only integrations' are remapped (field reports)
		}
		x.addHeader(p.name, v, rule)
	}
	t := custom.template(x.known.accept)
	if t == nil {
		x.defaultErrorBody(f)
		return
	}
	if !custom.setsContentType() {
		x.contentType = t.contentType
	}
	x.buf = t.body.Append(x.buf[:0], &x.scope)
	x.payload = x.buf
}

func (r *gatewayResponse) setsContentType() bool {
	for i := range r.headers {
		if r.headers[i].id == hdrContentType {
			return true
		}
	}
	return false
}

// defaultErrorBody is {"message":...}. Bodies of the 500 class have a blank after
// the colon (recorded), except those without a text (aws-facts: authorizers,
// section 5).
func (x *exchange) defaultErrorBody(f *fault) {
	b := x.buf[:0]
	switch {
	case f.capital:
		b = append(b, `{"Message":`...)
	case f.status >= 500 && !f.nullText:
		b = append(b, `{"message": `...)
	default:
		b = append(b, `{"message":`...)
	}
	b = append(f.appendMessageString(b), '}')
	x.buf, x.payload = b, b
}

// compress encodes the body when the API wants it, the client asks for it and
// the body is large enough.
func (x *exchange) compress() {
	if x.deployment == nil || x.deployment.minimumCompression < 0 || len(x.payload) < x.deployment.minimumCompression ||
		len(x.payload) == 0 || x.known.acceptEncoding == "" {
		return
	}
	for i := range x.headers {
		if identifyHeader(x.headers[i].Name) == hdrContentEncoding {
			return
		}
	}
	coding := compress.Negotiate(x.known.acceptEncoding)
	if coding == compress.Identity {
		return
	}
	x.coded = x.gateway.codec.Append(x.coded[:0], coding, x.payload)
	x.payload, x.payloadStatic, x.payloadBackend = x.coded, false, false
	x.addHeader("Content-Encoding", coding.String(), pass)
}
