package runtime

import (
	"errors"
	"strings"

	"sluice/mapping"
	"sluice/mapping/vtl/value"
	"sluice/runtime/edge"
	"sluice/runtime/executionlog"
)

// errBrokenTemplate is why a template cannot be rendered that did not compile.
var errBrokenTemplate = errors.New("the template does not compile")

// render runs a template over the scope. onResponse tells which direction a
// failure is reported for.
func (x *exchange) render(t *mappingTemplate, dst []byte, onResponse bool) ([]byte, *fault) {
	if t.isStatic {
		return append(dst, t.static...), nil
	}
	out, err := dst, errBrokenTemplate
	if t.template != nil {
		out, err = t.template.Render(dst, &x.scope)
	}
	if err == nil {
		return out, nil
	}
	x.gateway.log.Debug("template failed", "api", x.stage.apiID, "stage", x.stage.name,
		"resource", x.method.resourcePath, "error", err)
	if onResponse {
		x.log.Failed(executionlog.UnableToTransformResponse)
		return out, faultTransform
	}
	x.log.Failed(executionlog.UnableToTransformRequest)
	var bad *mapping.BadBodyError
	if errors.As(err, &bad) {
		return out, faultBadJSONBody // the client's mistake, not the template's
	}
	return out, faultTransform
}

// integrationRequest builds the request to an HTTP backend (step 8).
func (x *exchange) integrationRequest() *fault {
	it := &x.method.integration
	if it.breakingHeader != "" {
		x.log.HeaderAlreadyPresent(it.breakingHeader)
		return faultConfiguration
	}
	req := &x.backendRequest
	x.usedBackend = true
	req.Method = it.httpMethod
	if req.Method == "" {
		req.Method = x.verbText
	}
	req.Header, req.Checked, x.mapped = req.Header[:0], 0, 0
	req.Host = it.uri.linkHost
	payload, text, f := x.requestPayload(it.contentHandling)
	if f != nil {
		return f
	}
	x.binarySent = !text
	x.scope.Body.Reset(view(payload))
	if it.kind == kindHTTPProxy {
		x.passHeaders()
		f = x.mapHeaders()
		if f == nil {
			if !x.mapped.has(hdrUserAgent) { // the client has sent none (field reports)
				req.Header = append(req.Header, mapping.Pair{Name: "User-Agent", Value: x.stage.userAgent})
			}
			x.gatewayHeaders()
		}
	} else {
		if payload, f = x.transformRequest(payload, text); f == nil {
			f = x.mapHeaders()
		}
		if f == nil {
			x.defaultHeaders(len(payload) > 0)
			f = x.overrideRequestHeaders()
		}
	}
	if f != nil {
		return f
	}
	req.Body = payload
	return x.target()
}

// transformRequest applies the request template that the Content-Type selects.
func (x *exchange) transformRequest(payload []byte, text bool) ([]byte, *fault) {
	template, ok := x.method.integration.requestTemplates.pick(mimeOf(x.known.contentType))
	switch {
	case !ok:
		return nil, faultMediaType
	case template == nil:
		return payload, nil
	case !text:
		x.log.Failed(executionlog.UnableToTransformRequest)
		return nil, faultTransform
	}
	out, f := x.render(template, x.buf[:0], false)
	x.buf = out
	return out, f
}

func (x *exchange) decoded(payload []byte) ([]byte, *fault) {
	out, ok := x.decodeBase64(payload)
	if !ok {
		x.log.ConfigurationError("Unable to base64 decode the body.")
		return nil, faultConfiguration
	}
	return out, nil
}

// passHeaders hands the client's headers on to an HTTP_PROXY backend.
func (x *exchange) passHeaders() {
	req := &x.backendRequest
	it := &x.method.integration
	for i, p := range x.scope.Params.Header {
		id := x.headerIDs[i]
		if headerRules[id].proxyRequest == drop || it.maps[id] {
			continue
		}
		if id == hdrAccept || id == hdrUserAgent {
			x.mapped.add(id)
		}
		if id == hdrAuthorization && (isSignature(p.Value) || x.identity.Caller() != nil) {
			continue
		}
		if id == otherHeader && it.setsHeader(p.Name) {
			continue
		}
		req.Header = append(req.Header, p)
	}
	req.Checked = len(req.Header) // by the edge; those that Do sets itself never enter
	if !x.direct() {
		req.Header = x.appendForwarded(req.Header, &it.maps)
	}
}

// direct tells that the request came over no connection: it is a test call's, and
// there is nobody it was forwarded for.
func (x *exchange) direct() bool { return x.gateway.detached == x.stage.unrouted }

// appendForwarded appends the X-Forwarded headers: the chain of addresses that
// ends with the client's, and the port and protocol it used. mapped ones are
// left to their mapping.
func (x *exchange) appendForwarded(list []mapping.Pair, mapped *[headerCount]bool) []mapping.Pair {
	if mapped == nil || !mapped[hdrForwardedFor] {
		chain := x.sourceIP()
		if x.known.forwardedFor != "" {
			chain = x.joined(x.known.forwardedFor, ", ", chain)
		}
		list = append(list, mapping.Pair{Name: "X-Forwarded-For", Value: chain})
	}
	port, proto := "80", "http"
	if x.request.Secure() {
		port, proto = "443", "https"
	}
	if p := portOf(x.request.Host); p != "" {
		port = p
	}
	if mapped == nil || !mapped[hdrForwardedPort] {
		list = append(list, mapping.Pair{Name: "X-Forwarded-Port", Value: port})
	}
	if mapped == nil || !mapped[hdrForwardedProto] {
		list = append(list, mapping.Pair{Name: "X-Forwarded-Proto", Value: proto})
	}
	return list
}

// setsHeader tells whether a mapping sets the header name.
func (it *integration) setsHeader(name string) bool {
	for i := range it.headers {
		if equalFold(it.headers[i].name, name) {
			return true
		}
	}
	return false
}

// isSignature tells whether an Authorization value is a SigV4 signature, which is
// the gateway's own and not a backend's.
func isSignature(v string) bool { return strings.HasPrefix(v, "AWS4-") }

// gatewayHeaders adds what every backend gets from the gateway.
func (x *exchange) gatewayHeaders() {
	if !x.mapped.has(hdrAccept) {
		x.backendRequest.Header = append(x.backendRequest.Header, mapping.Pair{Name: "Accept", Value: mimeJSON})
	}
	x.backendRequest.Header = append(x.backendRequest.Header,
		mapping.Pair{Name: "X-Amzn-Apigateway-Api-Id", Value: x.stage.apiID},
		mapping.Pair{Name: "X-Amzn-Trace-Id", Value: x.traceID()})
}

// defaultHeaders adds what an HTTP backend gets without a mapping. A mapping
// whose source is missing is none.
func (x *exchange) defaultHeaders(hasBody bool) {
	req := &x.backendRequest
	if !x.mapped.has(hdrUserAgent) {
		req.Header = append(req.Header, mapping.Pair{Name: "User-Agent", Value: x.stage.userAgent})
	}
	if !x.mapped.has(hdrContentType) && (hasBody || carriesBody(req.Method)) {
		ct := x.known.contentType
		if ct == "" && hasBody {
			ct = mimeJSON
		}
		if ct != "" {
			req.Header = append(req.Header, mapping.Pair{Name: "Content-Type", Value: ct})
		}
	}
	x.gatewayHeaders()
}

func carriesBody(method string) bool {
	return method == "POST" || method == "PUT" || method == "PATCH"
}

// mapHeaders evaluates the header mappings. A missing source leaves its header
// out; several values are joined by a comma.
func (x *exchange) mapHeaders() *fault {
	it, req := &x.method.integration, &x.backendRequest
	for i := range it.headers {
		p := &it.headers[i]
		v, ok, f := x.evaluate(p.source, false)
		if f != nil {
			return f
		}
		if !ok {
			continue
		}
		if !validHeaderValue(v) {
			x.log.ConfigurationError("Invalid value for header " + p.name)
			return faultConfiguration
		}
		if p.id == hdrHost {
			req.Host = v
			continue
		}
		x.mapped.add(p.id)
		req.Header = append(req.Header, mapping.Pair{Name: p.name, Value: v})
	}
	return nil
}

// evaluate evaluates an expression to one text; ok is false when its source is
// missing.
func (x *exchange) evaluate(e *mapping.Expression, onResponse bool) (v string, ok bool, f *fault) {
	values, err := e.Eval(x.values[:0], &x.scope)
	x.values = values[:0]
	if err != nil {
		if onResponse {
			x.log.Failed(executionlog.UnableToTransformResponse)
			return "", false, faultTransform
		}
		return "", false, faultBadJSONBody
	}
	switch len(values) {
	case 0:
		return "", false, nil
	case 1:
		return values[0], true, nil
	}
	start := len(x.scope.Arena)
	for i, s := range values {
		if i > 0 {
			x.scope.Arena = append(x.scope.Arena, ',')
		}
		x.scope.Arena = append(x.scope.Arena, s...)
	}
	return view(x.scope.Arena[start:]), true, nil
}

// joined makes one string of three in the arena.
func (x *exchange) joined(a, b, c string) string {
	start := len(x.scope.Arena)
	x.scope.Arena = append(append(append(x.scope.Arena, a...), b...), c...)
	return view(x.scope.Arena[start:])
}

// target builds the request target, and for hosts with placeholders finds the
// endpoint.
func (x *exchange) target() *fault {
	it, req := &x.method.integration, &x.backendRequest
	t := it.uri
	if len(t.host) == 0 {
		return x.badAddress()
	}
	b, inserted := req.Target[:0], -1
	for i := range t.path {
		p := &t.path[i]
		if p.slot < 0 {
			b = append(b, p.literal...)
			continue
		}
		v, ok, f := x.pathParameter(&it.path[p.slot])
		if f != nil {
			return f
		}
		if !ok {
			return x.badAddress()
		}
		if inserted < 0 {
			inserted = len(b)
		}
		b = edge.AppendPathEscaped(b, v)
	}
	if inserted >= 0 && edge.LeavesBase(b[inserted:]) {
		req.Target = b
		return faultPathEscape
	}
	b, f := x.appendQuery(b)
	req.Target = b
	if f != nil {
		return f
	}
	if t.endpoint == nil {
		return x.dynamicEndpoint()
	}
	x.endpoint, x.endpointBase = t.endpoint, t.base
	return nil
}

func (x *exchange) badAddress() *fault {
	x.log.Failed(executionlog.InvalidEndpointAddress)
	x.integrationError = "Invalid endpoint address"
	return faultConfiguration
}

// pathParameter is the value for a placeholder: the template's override, else the
// mapping's.
func (x *exchange) pathParameter(p *mappedParameter) (string, bool, *fault) {
	if o := x.overrideMap("path"); o != nil {
		if v, ok := o.Get(p.name); ok {
			return x.textOf(v), true, nil
		}
	}
	if p.source == nil {
		return "", false, nil
	}
	return x.evaluate(p.source, false)
}

// appendQuery appends the query: the URI's own, for a proxy the client's, then
// the mapped parameters. Overrides replace mapped parameters of their name.
func (x *exchange) appendQuery(b []byte) ([]byte, *fault) {
	it := &x.method.integration
	t := it.uri
	mark := len(b)
	b = append(b, '?')
	for i := range t.query {
		p := &t.query[i]
		if p.slot < 0 {
			b = append(b, p.literal...)
			continue
		}
		v, ok, f := x.pathParameter(&it.path[p.slot])
		if f != nil {
			return b, f
		}
		if ok {
			b = edge.AppendQueryEscaped(b, v)
		}
	}
	if it.kind == kindHTTPProxy {
		for _, p := range x.scope.Params.Query {
			b = appendQueryPair(b, mark, p.Name, p.Value)
		}
	}
	pairs, f := x.mappedQuery(x.queryPairs[:0])
	x.queryPairs = pairs[:0]
	for _, p := range pairs {
		b = appendQueryPair(b, mark, p.Name, p.Value)
	}
	if len(b) == mark+1 && !t.hasQuery {
		b = b[:mark]
	}
	return b, f
}

// mappedQuery appends the mapped query parameters. Overrides replace those of
// their name and follow them.
func (x *exchange) mappedQuery(dst []mapping.Pair) ([]mapping.Pair, *fault) {
	it := &x.method.integration
	overrides := x.overrideMap("querystring")
	for i := range it.query {
		p := &it.query[i]
		if overrides != nil {
			if _, ok := overrides.Get(p.name); ok {
				continue
			}
		}
		values, err := p.source.Eval(x.values[:0], &x.scope)
		x.values = values[:0]
		if err != nil {
			return dst, faultBadJSONBody
		}
		for _, v := range values {
			dst = append(dst, mapping.Pair{Name: p.name, Value: v})
		}
	}
	if overrides == nil {
		return dst, nil
	}
	for i := range overrides.Len() {
		e := overrides.At(i)
		list := e.Val.List()
		if list == nil {
			dst = append(dst, mapping.Pair{Name: x.textOf(e.Key), Value: x.textOf(e.Val)})
			continue
		}
		for _, item := range list.Items {
			dst = append(dst, mapping.Pair{Name: x.textOf(e.Key), Value: x.textOf(item)})
		}
	}
	return dst, nil
}

// appendQueryPair appends name=value to the query that begins at mark.
func appendQueryPair(b []byte, mark int, name, v string) []byte {
	if len(b) > mark+1 && b[len(b)-1] != '&' {
		b = append(b, '&')
	}
	b = edge.AppendQueryEscaped(b, name)
	b = append(b, '=')
	return edge.AppendQueryEscaped(b, v)
}

// dynamicEndpoint finds the endpoint of a host with placeholders. Only what can
// stand in a host may be inserted, so that a value cannot turn into a path or
// into credentials.
func (x *exchange) dynamicEndpoint() *fault {
	it := &x.method.integration
	t := it.uri
	var room [128]byte
	b := room[:0] // not the arena: evaluating a placeholder may write there
	for i := range t.host {
		p := &t.host[i]
		if p.slot < 0 {
			b = append(b, p.literal...)
			continue
		}
		v, ok, f := x.pathParameter(&it.path[p.slot])
		if f != nil {
			return f
		}
		if !ok || strings.ContainsFunc(v, notInHost) {
			return x.badAddress()
		}
		b = append(b, v...)
	}
	host := string(b)
	e, err := x.gateway.backends.CertifiedEndpoint(t.scheme, host, t.insecure, t.identity)
	if err != nil {
		return x.badAddress()
	}
	x.endpoint, x.endpointBase = e, t.scheme+"://"+host
	return nil
}

func notInHost(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' || r == ':')
}

// overrideMap is one map of $context.requestOverride, nil when no template made
// one or the integration is a proxy, where overrides do not apply.
func (x *exchange) overrideMap(name string) *value.Map {
	o := x.scope.Overrides.RequestSet()
	if k := x.method.integration.kind; o == nil || k == kindHTTPProxy || k == kindFunctionProxy {
		return nil
	}
	v, _ := o.Get(name)
	if m := v.Map(); m != nil && m.Len() > 0 {
		return m
	}
	return nil
}

// overrideRequestHeaders lets $context.requestOverride.header win over what the
// mappings and the gateway set.
func (x *exchange) overrideRequestHeaders() *fault {
	o := x.overrideMap("header")
	if o == nil {
		return nil
	}
	req := &x.backendRequest
	for i := range o.Len() {
		e := o.At(i)
		name, v := x.textOf(e.Key), x.listText(e.Val)
		id := identifyHeader(name)
		switch {
		case headerRules[id].mappedRequest == drop:
			continue
		case headerRules[id].mappedRequest == fail:
			x.log.HeaderAlreadyPresent(name)
			return faultConfiguration
		case !validHeaderName(name) || !validHeaderValue(v):
			x.log.ConfigurationError("Invalid value for header " + name)
			return faultConfiguration
		case id == hdrHost:
			req.Host = v
			continue
		}
		req.Header = setHeader(req.Header, name, v)
	}
	return nil
}

// setHeader replaces the headers of a name by one, or appends it.
func setHeader(list []mapping.Pair, name, v string) []mapping.Pair {
	n, done := 0, false
	for _, p := range list {
		if equalFold(p.Name, name) {
			if done {
				continue
			}
			p.Name, p.Value, done = name, v, true
		}
		list[n] = p
		n++
	}
	list = list[:n]
	if !done {
		list = append(list, mapping.Pair{Name: name, Value: v})
	}
	return list
}

// textOf is the text of a template's value.
func (x *exchange) textOf(v value.Value) string {
	if s, ok := v.Str(); ok {
		return s
	}
	start := len(x.scope.Arena)
	x.scope.Arena = value.AppendText(x.scope.Arena, v)
	return view(x.scope.Arena[start:])
}

// listText is the text of a value, with a list's items joined by commas.
func (x *exchange) listText(v value.Value) string {
	list := v.List()
	if list == nil {
		return x.textOf(v)
	}
	start := len(x.scope.Arena)
	for i, item := range list.Items {
		if i > 0 {
			x.scope.Arena = append(x.scope.Arena, ',')
		}
		x.scope.Arena = value.AppendText(x.scope.Arena, item)
	}
	return view(x.scope.Arena[start:])
}

// portOf is the port of an authority, "" without one.
func portOf(host string) string {
	i := strings.LastIndexByte(host, ':')
	if i < 0 || strings.IndexByte(host[i:], ']') >= 0 {
		return ""
	}
	return host[i+1:]
}
