package runtime

import (
	"sort"
	"strconv"
	"strings"

	"sluice/api"
	"sluice/lambda"
	"sluice/mapping"
	"sluice/runtime/executionlog"
)

// integration compiles the backend of a method.
func (c *compiler) integration(out *method, m *api.Method, part []string, subject string) {
	in := m.MethodIntegration
	it := &out.integration
	switch in.Type {
	case api.IntegrationMock:
		it.kind = kindMock
	case api.IntegrationHTTP:
		it.kind = kindHTTP
	case api.IntegrationHTTPProxy:
		it.kind = kindHTTPProxy
	case api.IntegrationAWSProxy:
		it.kind = kindFunctionProxy
	case api.IntegrationAWS:
		it.kind = kindService
		if lambda.IsURI(substituteStageVariables(in.URI, c.vars)) {
			it.kind = kindFunction
		}
	default:
		c.fail(append(part, "type"), subject, "unknown integration type "+strconv.Quote(in.Type)+": it must be HTTP, HTTP_PROXY, AWS, AWS_PROXY or MOCK")
		return
	}
	c.transfer(it, in, part, subject)
	c.connection(it, in, part, subject)
	if in.TimeoutInMillis < 0 {
		c.fail(append(part, "timeoutInMillis"), subject, "timeoutInMillis "+strconv.Itoa(in.TimeoutInMillis)+" is negative")
	}
	it.timeout = milliseconds(in.TimeoutInMillis)
	if in.TimeoutInMillis == 0 {
		it.timeout = milliseconds(api.DefaultTimeoutInMillis)
	}
	it.contentHandling = c.contentHandling(append(part, "contentHandling"), subject, in.ContentHandling)
	switch it.kind {
	case kindHTTP, kindHTTPProxy:
		c.target(it, in, part, subject)
	case kindFunction, kindFunctionProxy:
		c.functionTarget(it, in, part, subject)
	case kindService:
		c.serviceTarget(it, in, part, subject)
	}
	c.requestParameters(it, in, part, subject)
	if it.kind == kindHTTPProxy || it.kind == kindFunctionProxy {
		return // templates and integration responses do not apply to proxies
	}
	it.requestTemplates = c.requestTemplates(in, append(part, "requestTemplates"), subject)
	it.responses = c.responses(out, in, part, subject)
	if it.kind == kindMock && len(it.requestTemplates.list) == 1 && it.requestTemplates.fallback == nil {
		if t := &it.requestTemplates.list[0]; t.isStatic {
			it.mockStatus, _ = mockStatus(string(t.static))
		}
	}
}

// transfer checks how the answer is to be passed on.
func (c *compiler) transfer(it *integration, in *api.Integration, part []string, subject string) {
	if in.ResponseTransferMode == "" || in.ResponseTransferMode == "BUFFERED" {
		return
	}
	at := append(part[:len(part):len(part)], "responseTransferMode")
	switch {
	case in.ResponseTransferMode != "STREAM":
		c.fail(at, subject, "responseTransferMode "+strconv.Quote(in.ResponseTransferMode)+" is not BUFFERED or STREAM")
	case it.kind != kindHTTPProxy && it.kind != kindFunctionProxy:
		c.fail(at, subject, "responseTransferMode STREAM goes with HTTP_PROXY and AWS_PROXY only")
	default:
		c.warn(at, subject, "responseTransferMode \"STREAM\" is not supported by this version: answers are buffered")
	}
}

// connection checks the members that say by which way the backend is reached.
func (c *compiler) connection(it *integration, in *api.Integration, part []string, subject string) {
	if in.IntegrationTarget == "" && (in.ConnectionType == "" || in.ConnectionType == api.ConnectionInternet) {
		return
	}
	at := append(part[:len(part):len(part)], "connectionType")
	http := it.kind == kindHTTP || it.kind == kindHTTPProxy
	switch {
	case in.ConnectionType == api.ConnectionVPCLink && !http && it.kind != kindMock:
		c.fail(at, subject, "connectionType VPC_LINK goes with HTTP and HTTP_PROXY only")
	case in.ConnectionType != "" && in.ConnectionType != api.ConnectionInternet && in.ConnectionType != api.ConnectionVPCLink:
		c.fail(at, subject, "connectionType "+strconv.Quote(in.ConnectionType)+" is not INTERNET or VPC_LINK")
	case in.IntegrationTarget != "" && in.ConnectionType != api.ConnectionVPCLink:
		c.fail(append(part[:len(part):len(part)], "integrationTarget"), subject, "integrationTarget goes with connectionType VPC_LINK only")
	}
}

// functionTarget compiles which function an AWS integration calls.
func (c *compiler) functionTarget(it *integration, in *api.Integration, part []string, subject string) {
	it.httpMethod = strings.ToUpper(in.HTTPMethod)
	switch at := append(part[:len(part):len(part)], "httpMethod"); {
	case it.httpMethod == "" && it.kind == kindFunction: // recorded of AWS, not of AWS_PROXY
		c.fail(at, subject, "the integration has no httpMethod")
	case it.httpMethod != "POST":
		c.warn(at, subject, "httpMethod "+strconv.Quote(in.HTTPMethod)+" is not POST, by which functions are invoked: "+failsAll)
	}
	uri := substituteStageVariables(in.URI, c.vars)
	ref, err := lambda.FromURI(uri)
	if err != nil {
		c.deferred(append(part, "uri"), subject, err.Error(), failsAll)
		it.function = &function{}
		it.unusable = &unusable{reason: err.Error()}
		if name, ok := invokedName(uri); ok {
			// Lambda lets nobody call what there is not.
			it.function.uri, it.function.assumesRole = invokeURIOf(name, c.region), in.Credentials != ""
			it.unusable.failure = executionlog.InvalidFunctionPermissions
		}
		return
	}
	it.function = &function{reference: ref, uri: invokeURI(ref, c.region), assumesRole: in.Credentials != ""}
	if c.gateway.options.Functions == nil {
		reason := "integration type " + in.Type + " cannot be run: no functions are configured"
		c.deferred(append(part, "type"), subject, reason, failsAll)
		it.unusable = &unusable{failure: executionlog.InvalidFunctionPermissions, reason: reason}
		return
	}
	c.callable(ref, append(part, "uri"), subject)
}

// invokedName is what stands in the place of a function in the uri of an invocation,
// whatever it is.
func invokedName(uri string) (string, bool) {
	_, rest, ok := strings.Cut(uri, "/functions/")
	if !ok || !lambda.IsURI(uri) {
		return "", false
	}
	return strings.TrimSuffix(rest, "/invocations"), true
}

// invokeURI is the address of the Invoke call of a function; region is that of one
// without an ARN.
func invokeURI(ref lambda.Reference, region string) string {
	if r := ref.Region(); r != "" {
		region = r
	}
	return invokeURIOf(ref.String(), region)
}

func invokeURIOf(function, region string) string {
	return "https://lambda." + region + "." + partitionOf(region).domain + "/2015-03-31/functions/" + function + "/invocations"
}

// target compiles where an HTTP integration's requests go.
func (c *compiler) target(it *integration, in *api.Integration, part []string, subject string) {
	switch m := strings.ToUpper(in.HTTPMethod); m {
	case "":
		c.fail(append(part, "httpMethod"), subject, "the integration has no httpMethod")
	case api.MethodAny:
		// the client's method is passed on
	default:
		if !validHeaderName(m) {
			c.fail(append(part, "httpMethod"), subject, "invalid httpMethod "+strconv.Quote(in.HTTPMethod))
		}
		it.httpMethod = m
	}
	if in.URI == "" {
		c.fail(append(part, "uri"), subject, "the integration has no uri")
		return
	}
	slot := func(name string) int {
		for i := range it.path {
			if it.path[i].name == name {
				return i
			}
		}
		it.path = append(it.path, c.placeholder(name, in, part, subject))
		return len(it.path) - 1
	}
	t, err := parseURI(substituteStageVariables(in.URI, c.vars), slot)
	if !hasLiteralScheme(in.URI) { // recorded: a stage variable cannot stand in for it
		err = errAddress
	}
	if err != nil {
		// A variable that is not set makes the address invalid for each request
		// (recorded); an address that could never be right is an error now.
		if strings.Contains(in.URI, "${stageVariables.") && hasLiteralScheme(in.URI) {
			c.warn(append(part, "uri"), subject, "with this stage's variables the uri is no address: every request fails with 500")
			it.uri = &uriTemplate{source: in.URI}
			return
		}
		c.deferred(append(part, "uri"), subject, "uri "+strconv.Quote(in.URI)+" is not an http:// or https:// address", failsAll)
		it.uri = &uriTemplate{source: in.URI}
		return
	}
	t.source = in.URI
	it.uri = t
	it.uri.insecure = in.TLSConfig != nil && in.TLSConfig.InsecureSkipVerification
	it.uri.identity = c.certificate
	if in.ConnectionType == api.ConnectionVPCLink {
		c.linkTarget(it, in, part, subject)
		return
	}
	if t.literalHost() {
		e, err := c.gateway.backends.CertifiedEndpoint(t.scheme, t.host[0].literal, t.insecure, t.identity)
		if err != nil {
			c.deferred(append(part, "uri"), subject, "uri "+strconv.Quote(in.URI)+": "+err.Error(), failsAll)
			it.uri = &uriTemplate{source: in.URI}
			return
		}
		t.endpoint = e
	}
}

// linkTarget leads an integration to what its VPC link stands for. The uri's own
// host stays the Host header, as behind a load balancer.
func (c *compiler) linkTarget(it *integration, in *api.Integration, part []string, subject string) {
	t := it.uri
	at := append(part[:len(part):len(part)], "connectionId")
	unusable := func(at []string, message string) {
		c.deferred(at, subject, message, failsAll)
		it.uri = &uriTemplate{source: in.URI}
	}
	id := substituteStageVariables(in.ConnectionID, c.vars)
	target, ok := c.around.vpcLinks[in.IntegrationTarget] // one link may lead to several load balancers
	if !ok || in.IntegrationTarget == "" {
		target, ok = c.around.vpcLinks[id]
	}
	for _, name := range c.linkNames[id] {
		if ok {
			break
		}
		target, ok = c.around.vpcLinks[name]
	}
	if !ok {
		unusable(at, "no target is configured for the VPC link "+strconv.Quote(id))
		return
	}
	if !t.literalHost() {
		unusable(append(part[:len(part):len(part)], "uri"), "the uri of an integration behind a VPC link cannot have placeholders in its host")
		return
	}
	scheme, host, ok := strings.Cut(target, "://")
	if !ok {
		scheme, host = t.scheme, target
	}
	e, err := c.gateway.backends.CertifiedEndpoint(scheme, host, t.insecure, t.identity)
	if err != nil {
		unusable(at, "target "+strconv.Quote(target)+" of the VPC link: "+err.Error())
		return
	}
	t.endpoint, t.linkHost = e, t.host[0].literal
}

func hasLiteralScheme(uri string) bool {
	scheme, _, ok := strings.Cut(uri, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// requestParameters compiles integration.request.* mappings in the order of
// their destinations. Path destinations were taken by the URI's placeholders.
func (c *compiler) requestParameters(it *integration, in *api.Integration, part []string, subject string) {
	for _, dest := range sortedKeys(in.RequestParameters) {
		at := append(part[:len(part):len(part)], "requestParameters", dest)
		rest, ok := strings.CutPrefix(dest, "integration.request.")
		kind, name, ok2 := strings.Cut(rest, ".")
		if !ok || !ok2 || name == "" || kind != "header" && kind != "querystring" && kind != "path" {
			c.fail(at, subject, "destination "+strconv.Quote(dest)+" is not of the form integration.request.{header|querystring|path}.{name}")
			continue
		}
		if kind == "path" {
			if !it.hasPlaceholder(name) {
				c.expression(at, subject, in.RequestParameters[dest], mapping.IntegrationRequest)
			}
			continue
		}
		e := c.expression(at, subject, in.RequestParameters[dest], mapping.IntegrationRequest)
		if e == nil {
			continue
		}
		if kind == "querystring" {
			it.query = append(it.query, mappedParameter{name: name, source: e})
			continue
		}
		if !validHeaderName(name) {
			c.fail(at, subject, "invalid header name "+strconv.Quote(name))
			continue
		}
		p := mappedParameter{name: name, id: identifyHeader(name), source: e}
		if it.kind == kindMock {
			continue // stored, but a MOCK has no backend to send it to
		}
		rule := headerRules[p.id].mappedRequest
		if it.kind != kindHTTP && it.kind != kindHTTPProxy {
			rule = headerRules[p.id].awsRequest
		}
		switch rule {
		case drop:
			continue
		case fail:
			it.breakingHeader = name
			continue
		}
		it.maps[p.id] = true
		it.headers = append(it.headers, p)
	}
}

func (it *integration) hasPlaceholder(name string) bool {
	for i := range it.path {
		if it.path[i].name == name {
			return true
		}
	}
	return false
}

func (c *compiler) requestTemplates(in *api.Integration, part []string, subject string) requestTemplates {
	var out requestTemplates
	switch in.PassthroughBehavior {
	case "", api.PassthroughWhenNoMatch:
	case api.PassthroughWhenNoTemplates:
		out.passthrough = whenNoTemplates
	case api.PassthroughNever:
		out.passthrough = never
	default:
		c.fail(append(part[:len(part)-1:len(part)-1], "passthroughBehavior"), subject,
			"passthroughBehavior "+strconv.Quote(in.PassthroughBehavior)+" is not WHEN_NO_MATCH, WHEN_NO_TEMPLATES or NEVER")
	}
	for _, ct := range sortedKeys(in.RequestTemplates) {
		t := c.template(append(part[:len(part):len(part)], ct), subject, "requestTemplates "+ct, in.RequestTemplates[ct])
		if ct == "$default" {
			m := newMappingTemplate(ct, t)
			out.fallback = &m
			continue
		}
		out.list = append(out.list, newMappingTemplate(mimeOf(ct), t))
	}
	return out
}

// responses compiles the integration responses, in the order of their status
// codes, and decides which one each backend status takes.
func (c *compiler) responses(m *method, in *api.Integration, part []string, subject string) *responseSet {
	if len(in.IntegrationResponses) == 0 {
		return nil
	}
	set := &responseSet{}
	var key strings.Builder
	var patterns []string
	codes := sortedKeys(in.IntegrationResponses)
	for _, code := range codes {
		r := in.IntegrationResponses[code]
		at := append(part[:len(part):len(part)], "responses", code)
		n, err := strconv.Atoi(code)
		if err != nil || n < 100 || n > 599 {
			c.fail(at, subject, "status code "+strconv.Quote(code)+" is not between 100 and 599")
			continue
		}
		out := &integrationResponse{
			status: n, statusText: code, declared: m.statuses.has(n),
			contentHandling: c.contentHandling(append(at, "contentHandling"), subject, r.ContentHandling),
		}
		if !out.declared {
			c.warn(at, subject, "the method has no response "+code+": requests that take this integration response fail with 500")
		}
		c.responseParameters(out, r, append(at, "responseParameters"), subject)
		for _, ct := range sortedKeys(r.ResponseTemplates) {
			t := c.template(append(at[:len(at):len(at)], "responseTemplates", ct), subject, "responseTemplates "+ct, r.ResponseTemplates[ct])
			out.templates.add(mimeOf(ct), t)
		}
		set.list = append(set.list, out)
		patterns = append(patterns, r.Pattern())
		key.WriteString(strconv.Quote(r.Pattern()))
		var p pattern
		if r.Pattern() != "" {
			if p, err = compilePattern(r.Pattern()); err != nil {
				c.deferred(append(at, "selectionPattern"), subject, err.Error(), "every request whose answer is held against it fails with 500")
				p, out.unselectable = pattern{broken: true}, true
			}
		}
		set.patterns = append(set.patterns, p)
	}
	if set.choice = c.choices[key.String()]; set.choice == nil {
		set.choice = newChoiceTable(patterns)
		c.choices[key.String()] = set.choice
	}
	return set
}

// newChoiceTable decides for each status which of the patterns, in order, it
// takes: the first that matches the whole status, else the first default.
func newChoiceTable(patterns []string) *choiceTable {
	t := new(choiceTable)
	byDefault := 0
	for i, p := range patterns {
		if p == "" {
			if byDefault == 0 {
				byDefault = i + 1
			}
			continue
		}
		re, err := compilePattern(p)
		if err != nil {
			re = pattern{broken: true}
		}
		for status := range t {
			if t[status] == 0 && re.match(strconv.Itoa(status+100)) {
				t[status] = uint16(i + 1)
			}
		}
	}
	for status := range t {
		if t[status] == 0 {
			t[status] = uint16(byDefault)
		}
	}
	return t
}

func (c *compiler) responseParameters(out *integrationResponse, r *api.IntegrationResponse, part []string, subject string) {
	for _, dest := range sortedKeys(r.ResponseParameters) {
		at := append(part[:len(part):len(part)], dest)
		name, ok := strings.CutPrefix(dest, "method.response.header.")
		if !ok || !validHeaderName(name) {
			c.fail(at, subject, "destination "+strconv.Quote(dest)+" is not of the form method.response.header.{name}")
			continue
		}
		e := c.expression(at, subject, r.ResponseParameters[dest], mapping.MethodResponse)
		if e == nil {
			continue
		}
		out.headers = append(out.headers, mappedParameter{name: name, id: identifyHeader(name), source: e})
	}
}

func (t *responseTemplates) add(contentType string, template *mapping.Template) {
	t.list = append(t.list, newMappingTemplate(contentType, template))
	// application/json first: it is the choice for clients that name no type.
	sort.SliceStable(t.list, func(i, j int) bool {
		return t.list[i].contentType == mimeJSON && t.list[j].contentType != mimeJSON
	})
}

func (c *compiler) contentHandling(part []string, subject, s string) contentHandling {
	switch s {
	case "":
		return asIs
	case api.ConvertToBinary:
		return toBinary
	case api.ConvertToText:
		return toText
	}
	c.fail(part, subject, "contentHandling "+strconv.Quote(s)+" is not CONVERT_TO_BINARY or CONVERT_TO_TEXT")
	return asIs
}
