package runtime

import (
	"strings"

	"sluice/mapping"
	"sluice/runtime/executionlog"
)

// proxiedResponse hands an HTTP_PROXY backend's answer on (step 10).
func (x *exchange) proxiedResponse() *fault {
	b := &x.backendResponse
	x.status = b.StatusCode
	nominates, encoded := false, false
	for i := range b.Header {
		switch p := &b.Header[i]; identifyHeader(p.Name) {
		case hdrConnection:
			nominates = true
		case hdrContentEncoding:
			encoded = true
		case hdrContentType:
			x.contentType = p.Value
		}
	}
	for i := range b.Header {
		p := b.Header[i]
		id := identifyHeader(p.Name)
		if id == hdrContentType {
			x.typePlace = len(x.headers) + 1
		}
		if id == hdrContentType || nominates && id == otherHeader && nominated(b.Header, p.Name) {
			continue
		}
		x.addHeader(p.Name, p.Value, headerRules[id].proxiedResponse)
	}
	if x.contentType == "" && b.StatusCode != 304 { // a 304's would replace the one the client has stored
		x.contentType = mimeJSON
	}
	if encoded {
		// The bytes are compressed: no text that could be converted.
		x.payload, x.payloadBackend, x.binaryPayload = b.Body, true, true
		return nil
	}
	payload, text, f := x.responsePayload(b.Body, asIs, x.contentType)
	x.payload, x.payloadBackend, x.binaryPayload = payload, x.isBackendBody(payload), !text
	return f
}

// isBackendBody tells whether a payload is the body of the backend's answer
// itself, which can be given away instead of copied.
func (x *exchange) isBackendBody(payload []byte) bool {
	b := x.backendResponse.Body
	return len(payload) > 0 && len(payload) == len(b) && &payload[0] == &b[0]
}

// nominated tells whether a Connection field among header names a header.
func nominated(header []mapping.Pair, name string) bool {
	for i := range header {
		if identifyHeader(header[i].Name) != hdrConnection {
			continue
		}
		for option := range strings.SplitSeq(header[i].Value, ",") {
			if equalFold(strings.Trim(option, " \t"), name) {
				return true
			}
		}
	}
	return false
}

// integrationResponse selects and applies the integration response to an HTTP
// backend's answer (step 10).
func (x *exchange) integrationResponse() *fault {
	b := &x.backendResponse
	r := x.method.integration.responses.pick(b.StatusCode)
	if r == nil {
		x.log.NoIntegrationResponse(b.StatusCode)
		return faultConfiguration
	}
	x.sendTrace = true
	return x.methodResponse(r, b.Body, contentTypeOf(b.Header))
}

// contentTypeOf is the Content-Type among a backend's headers, "" without it.
func contentTypeOf(header []mapping.Pair) string {
	for i := range header {
		if identifyHeader(header[i].Name) == hdrContentType {
			return header[i].Value
		}
	}
	return ""
}

// methodResponse applies an integration response to a payload: parameters,
// template, overrides, content handling. mime is the payload's Content-Type.
func (x *exchange) methodResponse(r *integrationResponse, body []byte, mime string) *fault {
	if r.unselectable {
		x.log.ConfigurationError("Invalid selection pattern for integration response " + r.statusText)
		return faultConfiguration
	}
	payload, text, f := x.responsePayload(body, r.contentHandling, mime)
	if f != nil {
		return f
	}
	x.scope.Body.Reset(view(payload))
	x.status = r.status
	x.contentType = mimeJSON
	for i := range r.headers {
		p := &r.headers[i]
		v, ok, f := x.evaluate(p.source, true)
		if f != nil {
			return f
		}
		if !ok {
			continue
		}
		if f := x.setResponseHeader(p.name, p.id, v); f != nil {
			return f
		}
	}
	x.payload, x.payloadBackend, x.binaryPayload = payload, x.isBackendBody(payload), !text
	switch template := r.templates.pick(x.known.accept); {
	case template == nil:
	case !text:
		x.log.Failed(executionlog.UnableToTransformResponse)
		return faultTransform
	case template.isStatic:
		x.payload, x.payloadStatic, x.payloadBackend = template.static, true, false
	default:
		out, f := x.render(template, x.buf[:0], true)
		x.buf = out
		if f != nil {
			return f
		}
		x.payload, x.payloadBackend = out, false
	}
	return x.overrideResponse(r)
}

// overrideResponse lets $context.responseOverride win, and checks that the
// status that is left is one the method declares.
func (x *exchange) overrideResponse(r *integrationResponse) *fault {
	status := x.overriddenStatus()
	if status == 0 {
		if !r.declared {
			x.log.UndeclaredMethodResponse(r.statusText)
			return faultConfiguration
		}
	} else {
		x.status = status
	}
	o := x.scope.Overrides.ResponseSet()
	if o == nil {
		return nil
	}
	v, _ := o.Get("header")
	m := v.Map()
	if m == nil {
		return nil
	}
	for i := range m.Len() {
		e := m.At(i)
		name := x.textOf(e.Key)
		if !validHeaderName(name) {
			x.log.ConfigurationError("Invalid header name in override")
			return faultConfiguration
		}
		x.dropResponseHeader(name)
		if list := e.Val.List(); list != nil {
			for _, item := range list.Items {
				if f := x.setResponseHeader(name, identifyHeader(name), x.textOf(item)); f != nil {
					return f
				}
			}
			continue
		}
		if f := x.setResponseHeader(name, identifyHeader(name), x.textOf(e.Val)); f != nil {
			return f
		}
	}
	return nil
}

// setResponseHeader adds a header that a mapping or an override sets.
func (x *exchange) setResponseHeader(name string, id headerID, v string) *fault {
	if !validHeaderValue(v) {
		x.log.ConfigurationError("Invalid value for header " + name)
		return faultConfiguration
	}
	if id == hdrContentType {
		x.contentType = v
		return nil
	}
	x.addHeader(name, v, headerRules[id].mappedResponse)
	return nil
}

// addHeader adds a header for the client as its rule says.
func (x *exchange) addHeader(name, v string, d disposition) {
	switch d {
	case drop:
		return
	case remap:
		name = x.joined(remappedPrefix, name, "")
	}
	x.headers = append(x.headers, mapping.Pair{Name: name, Value: v})
}

// dropResponseHeader removes what a mapping set, in either spelling.
func (x *exchange) dropResponseHeader(name string) {
	n := 0
	for _, p := range x.headers {
		if equalFold(p.Name, name) || len(p.Name) == len(remappedPrefix)+len(name) && equalFold(p.Name[len(remappedPrefix):], name) {
			continue
		}
		x.headers[n] = p
		n++
	}
	x.headers = x.headers[:n]
}
