package mapping

import "strings"

// Variable is one $context variable, resolved when its expression is compiled.
type Variable struct {
	ID  VariableID
	Key string // for AuthorizerProperty and AuthorizerClaim: the property's name
}

// VariableID numbers the variables of aws-facts/context-variables.md.
type VariableID uint8

// The variables. The comment is the name behind $context., where the constant
// does not spell it out; the table below is the authority.
const (
	NoVariable VariableID = iota

	AccountID
	APIID
	AuthorizerPrincipalID
	AuthorizerProperty           // authorizer.{Key}
	AuthorizerClaim              // authorizer.claims.{Key}
	AuthorizerError              // access logs only, as the five that follow
	AuthorizerLatency            // ms
	AuthorizerStatus             //
	AuthorizerIntegrationStatus  //
	AuthorizerRequestID          //
	AuthorizerIntegrationLatency // ms; also in requestContext
	AuthenticateError
	AuthenticateLatency
	AuthenticateStatus
	AuthorizeError
	AuthorizeLatency
	AuthorizeStatus
	AWSEndpointRequestID
	CipherSuite
	CustomDomainBasePathMatched
	CustomDomainRoutingRuleIDMatched
	DeploymentID
	DomainName
	DomainPrefix
	EndpointType
	ErrorMessage
	ErrorMessageString
	ErrorResponseType
	ErrorValidationErrorString
	ExtendedRequestID
	HTTPMethod
	IdentityAccessKey
	IdentityAccountID
	IdentityAPIKey
	IdentityAPIKeyID
	IdentityCaller
	IdentityCognitoAuthenticationProvider
	IdentityCognitoAuthenticationType
	IdentityCognitoIdentityID
	IdentityCognitoIdentityPoolID
	IdentityPrincipalOrgID
	IdentityClientCertPEM
	IdentityClientCertSubjectDN
	IdentityClientCertIssuerDN
	IdentityClientCertSerialNumber
	IdentityClientCertValidityNotBefore
	IdentityClientCertValidityNotAfter
	IdentitySourceIP
	IdentityUser
	IdentityUserAgent
	IdentityUserARN
	IdentityVPCID
	IdentityVPCEID
	IntegrationError             // integration.error, integrationErrorMessage
	IntegrationIntegrationStatus // integration.integrationStatus, integrationStatus
	IntegrationLatency           // integration.latency, integrationLatency; ms
	IntegrationRequestID         // equals AWSEndpointRequestID
	IntegrationStatus            // integration.status
	IntegrationResponseTransferMode
	IntegrationTimeToAllHeaders
	IntegrationTimeToFirstContent
	IsCanaryRequest
	Path
	Protocol
	RequestID
	RequestTime      // CLF
	RequestTimeEpoch // ms
	ResourceID
	ResourcePath
	ResponseLatency // ms
	ResponseLength  // bytes
	Stage
	Status
	TLSVersion
	WAFError
	WAFLatency
	WAFStatus
	WAFResponseCode
	WebACLARN
	XRayTraceID

	// VariableCount is the number of IDs, for tables indexed by VariableID.
	VariableCount
)

// Where is a set of places in which a variable can be used.
type Where uint8

// The places, as the columns of aws-facts/context-variables.md.
const (
	InTemplate        Where = 1 << iota // mapping templates and parameter mappings
	InAccessLog                         // access log formats
	InRequestContext                    // requestContext of REQUEST authorizers and proxy events
	InGatewayResponse                   // gateway response templates and parameters

	anywhere = InTemplate | InAccessLog | InRequestContext | InGatewayResponse
)

// VariableInfo is one row of the table of variables.
type VariableInfo struct {
	Name string // behind $context.
	ID   VariableID
	In   Where
}

// variables is the one table that templates, expressions, gateway responses,
// access logs and requestContext share. Aliases follow the name they equal.
var variables = [...]VariableInfo{
	{"accountId", AccountID, anywhere},
	{"apiId", APIID, anywhere},
	{"authorizer.principalId", AuthorizerPrincipalID, anywhere},
	{"authorizer.error", AuthorizerError, InAccessLog},
	{"authorizer.latency", AuthorizerLatency, InAccessLog},
	{"authorizer.status", AuthorizerStatus, InAccessLog},
	{"authorizer.integrationStatus", AuthorizerIntegrationStatus, InAccessLog},
	{"authorizer.requestId", AuthorizerRequestID, InAccessLog},
	{"authorizer.integrationLatency", AuthorizerIntegrationLatency, InAccessLog | InRequestContext},
	{"authenticate.error", AuthenticateError, InAccessLog},
	{"authenticate.latency", AuthenticateLatency, InAccessLog},
	{"authenticate.status", AuthenticateStatus, InAccessLog},
	{"authorize.error", AuthorizeError, InAccessLog},
	{"authorize.latency", AuthorizeLatency, InAccessLog},
	{"authorize.status", AuthorizeStatus, InAccessLog},
	{"awsEndpointRequestId", AWSEndpointRequestID, InTemplate | InAccessLog},
	{"cipherSuite", CipherSuite, InAccessLog},
	{"customDomain.basePathMatched", CustomDomainBasePathMatched, InAccessLog},
	{"customDomain.routingRuleIdMatched", CustomDomainRoutingRuleIDMatched, InAccessLog},
	{"deploymentId", DeploymentID, InTemplate | InAccessLog | InRequestContext},
	{"domainName", DomainName, anywhere},
	{"domainPrefix", DomainPrefix, anywhere},
	{"endpointType", EndpointType, InAccessLog},
	{"error.message", ErrorMessage, InAccessLog | InGatewayResponse},
	{"error.messageString", ErrorMessageString, InAccessLog | InGatewayResponse},
	{"error.responseType", ErrorResponseType, InAccessLog | InGatewayResponse},
	{"error.validationErrorString", ErrorValidationErrorString, InAccessLog | InGatewayResponse},
	{"extendedRequestId", ExtendedRequestID, anywhere},
	{"httpMethod", HTTPMethod, anywhere},
	{"identity.accessKey", IdentityAccessKey, InTemplate | InRequestContext},
	{"identity.accountId", IdentityAccountID, anywhere},
	{"identity.apiKey", IdentityAPIKey, anywhere},
	{"identity.apiKeyId", IdentityAPIKeyID, anywhere},
	{"identity.caller", IdentityCaller, anywhere},
	{"identity.cognitoAuthenticationProvider", IdentityCognitoAuthenticationProvider, anywhere},
	{"identity.cognitoAuthenticationType", IdentityCognitoAuthenticationType, anywhere},
	{"identity.cognitoIdentityId", IdentityCognitoIdentityID, anywhere},
	{"identity.cognitoIdentityPoolId", IdentityCognitoIdentityPoolID, anywhere},
	{"identity.principalOrgId", IdentityPrincipalOrgID, anywhere},
	{"identity.clientCert.clientCertPem", IdentityClientCertPEM, InTemplate | InAccessLog | InRequestContext},
	{"identity.clientCert.subjectDN", IdentityClientCertSubjectDN, InTemplate | InAccessLog | InRequestContext},
	{"identity.clientCert.issuerDN", IdentityClientCertIssuerDN, InTemplate | InAccessLog | InRequestContext},
	{"identity.clientCert.serialNumber", IdentityClientCertSerialNumber, InTemplate | InAccessLog | InRequestContext},
	{"identity.clientCert.validity.notBefore", IdentityClientCertValidityNotBefore, InTemplate | InAccessLog | InRequestContext},
	{"identity.clientCert.validity.notAfter", IdentityClientCertValidityNotAfter, InTemplate | InAccessLog | InRequestContext},
	{"identity.sourceIp", IdentitySourceIP, anywhere},
	{"identity.user", IdentityUser, anywhere},
	{"identity.userAgent", IdentityUserAgent, anywhere},
	{"identity.userArn", IdentityUserARN, anywhere},
	{"identity.vpcId", IdentityVPCID, anywhere},
	{"identity.vpceId", IdentityVPCEID, anywhere},
	{"integration.error", IntegrationError, InAccessLog},
	{"integrationErrorMessage", IntegrationError, InAccessLog},
	{"integration.integrationStatus", IntegrationIntegrationStatus, InAccessLog},
	{"integrationStatus", IntegrationIntegrationStatus, InAccessLog},
	{"integration.latency", IntegrationLatency, InAccessLog},
	{"integrationLatency", IntegrationLatency, InAccessLog},
	{"integration.requestId", IntegrationRequestID, InAccessLog},
	{"integration.status", IntegrationStatus, InAccessLog},
	{"integration.responseTransferMode", IntegrationResponseTransferMode, InAccessLog},
	{"integration.timeToAllHeaders", IntegrationTimeToAllHeaders, InAccessLog},
	{"integration.timeToFirstContent", IntegrationTimeToFirstContent, InAccessLog},
	{"isCanaryRequest", IsCanaryRequest, InTemplate | InAccessLog | InRequestContext},
	{"path", Path, anywhere},
	{"protocol", Protocol, anywhere},
	{"requestId", RequestID, anywhere},
	{"requestTime", RequestTime, anywhere},
	{"requestTimeEpoch", RequestTimeEpoch, anywhere},
	{"resourceId", ResourceID, anywhere},
	{"resourcePath", ResourcePath, anywhere},
	{"responseLatency", ResponseLatency, InAccessLog},
	{"responseLength", ResponseLength, InAccessLog},
	{"stage", Stage, anywhere},
	{"status", Status, InAccessLog},
	{"tlsVersion", TLSVersion, InAccessLog},
	{"waf.error", WAFError, InAccessLog},
	{"waf.latency", WAFLatency, InAccessLog},
	{"waf.status", WAFStatus, InAccessLog},
	{"wafResponseCode", WAFResponseCode, InTemplate | InAccessLog},
	{"webaclArn", WebACLARN, InTemplate | InAccessLog},
	{"xrayTraceId", XRayTraceID, InAccessLog},
}

// variableByName is filled once, before main, and only read afterwards.
var variableByName = func() map[string]*VariableInfo {
	m := make(map[string]*VariableInfo, len(variables))
	for i := range variables {
		m[variables[i].Name] = &variables[i]
	}
	return m
}()

// Variables lists the table of variables in the order of their names' groups.
func Variables() []VariableInfo { return variables[:] }

// ParseVariable resolves a name as it stands behind "$context." or "context."
// anywhere. A fixed name such as authorizer.error wins over the authorizer's own
// property of that name; LookUpVariable tells the places apart.
func ParseVariable(name string) (Variable, bool) { return LookUpVariable(name, anywhere) }

// LookUpVariable resolves a name that stands in one of the places in. Outside
// access logs authorizer.error is the authorizer's own property "error".
func LookUpVariable(name string, in Where) (Variable, bool) {
	if v, ok := variableByName[name]; ok && v.In&in != 0 {
		return Variable{ID: v.ID}, true
	}
	property, ok := strings.CutPrefix(name, "authorizer.")
	if !ok || property == "" || property == "claims" {
		return Variable{}, false
	}
	if claim, ok := strings.CutPrefix(property, "claims."); ok {
		return Variable{ID: AuthorizerClaim, Key: claim}, claim != ""
	}
	return Variable{ID: AuthorizerProperty, Key: property}, true
}

// String is the name of v as it stands behind "$context.".
func (v Variable) String() string {
	switch v.ID {
	case AuthorizerProperty:
		return "authorizer." + v.Key
	case AuthorizerClaim:
		return "authorizer.claims." + v.Key
	}
	for i := range variables {
		if variables[i].ID == v.ID {
			return variables[i].Name
		}
	}
	return ""
}
