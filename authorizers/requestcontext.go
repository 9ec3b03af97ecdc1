package authorizers

import (
	"strings"

	"sluice/mapping"
)

// contextMember is one member of requestContext.
type contextMember struct {
	name   string
	id     mapping.VariableID
	number bool // not quoted
	option bool // left out without a value, instead of null
}

// The members in the order that the service's map has (aws-facts:
// context-variables, section 1, recorded).
var (
	contextBefore = []contextMember{
		{name: "resourceId", id: mapping.ResourceID},
	}
	contextMiddle = []contextMember{
		{name: "resourcePath", id: mapping.ResourcePath},
		{name: "httpMethod", id: mapping.HTTPMethod},
		{name: "extendedRequestId", id: mapping.ExtendedRequestID},
		{name: "requestTime", id: mapping.RequestTime},
		{name: "path", id: mapping.Path},
		{name: "accountId", id: mapping.AccountID},
		{name: "protocol", id: mapping.Protocol},
		{name: "stage", id: mapping.Stage},
		{name: "domainPrefix", id: mapping.DomainPrefix},
		{name: "requestTimeEpoch", id: mapping.RequestTimeEpoch, number: true},
		{name: "requestId", id: mapping.RequestID},
	}
	contextAfter = []contextMember{
		{name: "domainName", id: mapping.DomainName},
		{name: "deploymentId", id: mapping.DeploymentID, option: true},
		{name: "isCanaryRequest", id: mapping.IsCanaryRequest, number: true, option: true},
		{name: "apiId", id: mapping.APIID},
	}
	identityMembers = []contextMember{
		{name: "cognitoIdentityPoolId", id: mapping.IdentityCognitoIdentityPoolID},
		{name: "accountId", id: mapping.IdentityAccountID},
		{name: "cognitoIdentityId", id: mapping.IdentityCognitoIdentityID},
		{name: "caller", id: mapping.IdentityCaller},
		{name: "sourceIp", id: mapping.IdentitySourceIP},
		{name: "principalOrgId", id: mapping.IdentityPrincipalOrgID},
		{name: "accessKey", id: mapping.IdentityAccessKey},
		{name: "cognitoAuthenticationType", id: mapping.IdentityCognitoAuthenticationType},
		{name: "cognitoAuthenticationProvider", id: mapping.IdentityCognitoAuthenticationProvider},
		{name: "userArn", id: mapping.IdentityUserARN},
		{name: "userAgent", id: mapping.IdentityUserAgent},
		{name: "user", id: mapping.IdentityUser},
		{name: "vpcId", id: mapping.IdentityVPCID, option: true},
		{name: "vpceId", id: mapping.IdentityVPCEID, option: true},
	}
	// keyedMembers are those of a request with an API key: the map's table is twice as
	// large then (field reports of test calls, which have one).
	keyedMembers = []contextMember{
		{name: "cognitoIdentityPoolId", id: mapping.IdentityCognitoIdentityPoolID},
		{name: "cognitoIdentityId", id: mapping.IdentityCognitoIdentityID},
		{name: "apiKey", id: mapping.IdentityAPIKey, option: true},
		{name: "principalOrgId", id: mapping.IdentityPrincipalOrgID},
		{name: "cognitoAuthenticationType", id: mapping.IdentityCognitoAuthenticationType},
		{name: "userArn", id: mapping.IdentityUserARN},
		{name: "apiKeyId", id: mapping.IdentityAPIKeyID, option: true},
		{name: "userAgent", id: mapping.IdentityUserAgent},
		{name: "accountId", id: mapping.IdentityAccountID},
		{name: "caller", id: mapping.IdentityCaller},
		{name: "sourceIp", id: mapping.IdentitySourceIP},
		{name: "accessKey", id: mapping.IdentityAccessKey},
		{name: "cognitoAuthenticationProvider", id: mapping.IdentityCognitoAuthenticationProvider},
		{name: "user", id: mapping.IdentityUser},
		{name: "vpcId", id: mapping.IdentityVPCID, option: true},
		{name: "vpceId", id: mapping.IdentityVPCEID, option: true},
	}
	certificateMembers = []contextMember{
		{name: "clientCertPem", id: mapping.IdentityClientCertPEM},
		{name: "subjectDN", id: mapping.IdentityClientCertSubjectDN},
		{name: "issuerDN", id: mapping.IdentityClientCertIssuerDN},
		{name: "serialNumber", id: mapping.IdentityClientCertSerialNumber},
	}
	validityMembers = []contextMember{
		{name: "notBefore", id: mapping.IdentityClientCertValidityNotBefore},
		{name: "notAfter", id: mapping.IdentityClientCertValidityNotAfter},
	}
)

// AppendRequestContext appends the object that is requestContext in proxy events
// and, with a nil id, in the events of REQUEST authorizers. c may be nil.
func AppendRequestContext(b []byte, c mapping.ContextSource, id *Identity) []byte {
	b = append(b, '{')
	b = appendContext(b, c, contextBefore)
	if id != nil && id.Authorized() {
		b = append(b, `,"authorizer":`...)
		b = id.AppendJSON(b)
	}
	b = append(b, ',')
	b = appendContext(b, c, contextMiddle)
	b = append(b, `,"identity":{`...)
	if hasKey(b, c) {
		b = appendContext(b, c, keyedMembers)
	} else {
		b = appendContext(b, c, identityMembers)
	}
	b = appendCertificate(b, c)
	b = append(b, "},"...)
	b = appendContext(b, c, contextAfter)
	return append(b, '}')
}

// hasKey tells whether the request has an API key; b lends room behind its end.
func hasKey(b []byte, c mapping.ContextSource) bool {
	if c == nil {
		return false
	}
	_, ok := c.AppendVariable(b, mapping.Variable{ID: mapping.IdentityAPIKey})
	if !ok {
		_, ok = c.AppendVariable(b, mapping.Variable{ID: mapping.IdentityAPIKeyID})
	}
	return ok
}

// appendCertificate appends identity.clientCert of mutual TLS.
func appendCertificate(b []byte, c mapping.ContextSource) []byte {
	if c == nil {
		return b
	}
	probe, ok := c.AppendVariable(b, mapping.Variable{ID: mapping.IdentityClientCertPEM})
	b = probe[:len(b)]
	if !ok {
		return b
	}
	b = append(b, `,"clientCert":{`...)
	b = appendContext(b, c, certificateMembers)
	b = append(b, `,"validity":{`...)
	b = appendContext(b, c, validityMembers)
	return append(b, "}}"...)
}

func appendContext(b []byte, c mapping.ContextSource, members []contextMember) []byte {
	first := true
	for i := range members {
		m := &members[i]
		start := len(b)
		if !first {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, m.name...)
		b = append(b, `":`...)
		var ok bool
		if b, ok = appendVariable(b, c, m); !ok && m.option {
			b = b[:start]
			continue
		}
		first = false
	}
	return b
}

// appendVariable appends a variable as JSON: null for one without a value.
func appendVariable(b []byte, c mapping.ContextSource, m *contextMember) ([]byte, bool) {
	if c == nil {
		return append(b, "null"...), false
	}
	if !m.number {
		b = append(b, '"')
	}
	start := len(b)
	b, ok := c.AppendVariable(b, mapping.Variable{ID: m.id})
	switch {
	case !ok && m.number:
		return append(b[:start], "null"...), false
	case !ok:
		return append(b[:start-1], "null"...), false
	case m.number:
		return b, true
	case !plain(view(b[start:])):
		text := strings.Clone(view(b[start:]))
		return appendString(b[:start-1], text), true
	}
	return append(b, '"'), true
}
