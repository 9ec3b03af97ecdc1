package control

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sluice/api"
	"sluice/mapping"
)

// maxStreamTimeout bounds, in milliseconds, an integration that streams its answer
// (aws-facts: limits, 3).
const maxStreamTimeout = 15 * 60 * 1000

// checkIntegration checks a method's integration as a whole, after it was put or
// patched, in the service's order: the method before the URI (recorded).
func (c *call) checkIntegration(m *api.Method) error {
	i := m.MethodIntegration
	if i.Type != api.IntegrationMock {
		if i.HTTPMethod == "" {
			return badRequest("Enumeration value for HttpMethod must be non-empty")
		}
		if !slices.Contains(methodVerbs(), i.HTTPMethod) {
			return badOption("HttpMethod", methodVerbs())
		}
	}
	var err error
	switch i.Type {
	case api.IntegrationHTTP, api.IntegrationHTTPProxy:
		err = checkEndpointURI(i.URI)
	case api.IntegrationAWS, api.IntegrationAWSProxy:
		err = checkServiceURI(i)
	}
	if err == nil {
		err = c.checkCredentials(i)
	}
	if err == nil {
		err = checkConnection(i)
	}
	if err == nil {
		err = checkBehaviour(i)
	}
	if err == nil {
		err = checkRequestMappings(m)
	}
	return err
}

// checkEndpointURI checks the URI of an HTTP integration. Placeholders and stage
// variables stand for anything but the scheme.
func checkEndpointURI(uri string) error {
	invalid := badRequest("Invalid HTTP endpoint specified for URI")
	scheme, rest, ok := strings.Cut(uri, "://")
	if !ok || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return invalid
	}
	u, err := url.Parse(scheme + "://" + fillPlaceholders(rest))
	if err != nil || u.Hostname() == "" {
		return invalid
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return invalid
		}
	}
	return nil
}

// fillPlaceholders puts a digit for each {name} and ${stageVariables.name}: it can
// stand in a port, too.
func fillPlaceholders(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "{")
		if !ok {
			break
		}
		_, after, ok := strings.Cut(rest, "}")
		if !ok {
			break
		}
		b.WriteString(strings.TrimSuffix(before, "$"))
		b.WriteByte('1')
		s = after
	}
	b.WriteString(s)
	return b.String()
}

// checkServiceURI checks the ARN of an AWS integration:
// arn:{partition}:apigateway:{region}:{service}:{path|action}/{rest}.
func checkServiceURI(i *api.Integration) error {
	parts := strings.SplitN(i.URI, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return badRequest("Invalid ARN specified in the request")
	}
	service := parts[4]
	kind, rest, ok := strings.Cut(parts[5], "/")
	if !ok || kind != "path" && kind != "action" {
		return badRequest("AWS ARN for integration must contain path or action")
	}
	if parts[2] != "apigateway" || service == "" {
		return badRequest("Invalid ARN specified in the request")
	}
	function := service == "lambda" && kind == "path" && isInvocation(rest)
	if i.Type == api.IntegrationAWSProxy && !function && (service != "firehose" || kind != "action") {
		return badRequest("Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.")
	}
	if !function && i.Credentials == "" {
		return badRequest("Role ARN must be specified for AWS integrations")
	}
	return nil
}

// isInvocation tells whether a path is that of a Lambda invocation:
// {API version}/functions/{function}/invocations, with a slash too many in front of it
// (recorded), or the streaming kind of it.
func isInvocation(path string) bool {
	version, rest, ok := strings.Cut(strings.TrimLeft(path, "/"), "/")
	if !ok || len(version) != len("2015-03-31") || strings.Trim(version, "0123456789-") != "" {
		return false
	}
	function, ok := strings.CutPrefix(rest, "functions/")
	if !ok {
		return false
	}
	name, call, ok := cutLast(function, "/")
	return ok && name != "" && (call == "invocations" || call == "response-streaming-invocations")
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// defaultAccount is the account of a server that nobody gave one: roles of any
// account are its own then.
const defaultAccount = "000000000000"

// checkCredentials checks what an integration is called with: the ARN of a role of the
// account, or of a user for the caller's own credentials (service model).
func (c *call) checkCredentials(i *api.Integration) error {
	if i.Credentials == "" {
		return nil
	}
	parts := strings.SplitN(i.Credentials, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[2] != "iam" {
		return badRequest("Invalid ARN specified in the request")
	}
	account := parts[4]
	if c.account() != defaultAccount && len(account) == len(defaultAccount) && strings.Trim(account, "0123456789") == "" && account != c.account() {
		return accessDenied("Cross-account pass role is not allowed.")
	}
	return nil
}

// checkConnection checks the way to the backend. A VPC link need not exist (recorded).
func checkConnection(i *api.Integration) error {
	linked := i.ConnectionType == api.ConnectionVPCLink
	switch {
	case linked && !isHTTPIntegration(i):
		return badRequest("Connection type VPC_LINK is only supported for integrations of type HTTP and HTTP_PROXY")
	case linked && i.ConnectionID == "":
		return badRequest("Connection ID must be specified for connection type VPC_LINK")
	case !linked && i.IntegrationTarget != "":
		return badRequest("Integration target is only supported for connection type VPC_LINK")
	}
	return nil
}

// checkBehaviour checks the members that choose among values.
func checkBehaviour(i *api.Integration) error {
	stream := i.ResponseTransferMode == "STREAM"
	proxy := i.Type == api.IntegrationHTTPProxy || i.Type == api.IntegrationAWSProxy
	passthrough := []string{api.PassthroughWhenNoMatch, api.PassthroughWhenNoTemplates, api.PassthroughNever}
	limit := api.MaxTimeoutInMillis
	if stream {
		limit = maxStreamTimeout
	}
	switch {
	case i.TimeoutInMillis < api.MinTimeoutInMillis || i.TimeoutInMillis > limit:
		return badRequest("Timeout should be between %d ms and %d ms", api.MinTimeoutInMillis, limit)
	case !slices.Contains(passthrough, i.PassthroughBehavior):
		return badOption("PassthroughBehavior", passthrough)
	case stream && !proxy:
		return badRequest("Response transfer mode STREAM is only supported for integrations of type HTTP_PROXY and AWS_PROXY")
	}
	for _, contentType := range sortedKeys(i.RequestTemplates) {
		if len(i.RequestTemplates[contentType]) > mapping.MaxTemplate {
			return badRequest("Mapping templates can be at most %d bytes", mapping.MaxTemplate)
		}
	}
	return nil
}

// checkRequestMappings checks the request parameters of an integration: destinations,
// sources, and that what a source reads of the request is declared on the method; and
// that each cache key is declared on the method or the integration.
func checkRequestMappings(m *api.Method) error {
	i := m.MethodIntegration
	var faults mappingFaults
	for _, name := range sortedKeys(i.RequestParameters) {
		source := i.RequestParameters[name]
		if !isIntegrationParameter(name) {
			faults.expression(name)
			continue
		}
		if !faults.source(source, mapping.IntegrationRequest) {
			continue
		}
		if parameter, ok := declaredAs(source); ok {
			if _, declared := m.RequestParameters[parameter]; !declared {
				faults.parameter(source)
			}
		}
	}
	if err := faults.err(); err != nil {
		return err
	}
	for _, name := range i.CacheKeyParameters {
		_, ofMethod := m.RequestParameters[name]
		if p, ok := declaredAs(name); ok && !ofMethod { // all values of a parameter are declared with it
			_, ofMethod = m.RequestParameters[p]
		}
		_, ofIntegration := i.RequestParameters[name]
		if !ofMethod && !ofIntegration {
			return badRequest("Invalid cache key parameter specified")
		}
	}
	return nil
}
