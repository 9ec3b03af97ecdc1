package api

// GatewayResponse customises an answer that the gateway itself gives.
type GatewayResponse struct {
	ResponseType       ResponseType      `json:"responseType"`
	StatusCode         string            `json:"statusCode,omitempty"`
	ResponseParameters map[string]string `json:"responseParameters,omitzero"` // gatewayresponse.header.name -> expression
	ResponseTemplates  map[string]string `json:"responseTemplates,omitzero"`  // content type -> substitution template
	DefaultResponse    bool              `json:"defaultResponse"`
}

// ResponseType names a kind of gateway response.
type ResponseType string

// The 21 response types (service model: GatewayResponseType).
const (
	AccessDenied                 ResponseType = "ACCESS_DENIED"
	APIConfigurationError        ResponseType = "API_CONFIGURATION_ERROR"
	AuthorizerConfigurationError ResponseType = "AUTHORIZER_CONFIGURATION_ERROR"
	AuthorizerFailure            ResponseType = "AUTHORIZER_FAILURE"
	BadRequestBody               ResponseType = "BAD_REQUEST_BODY"
	BadRequestParameters         ResponseType = "BAD_REQUEST_PARAMETERS"
	Default4XX                   ResponseType = "DEFAULT_4XX"
	Default5XX                   ResponseType = "DEFAULT_5XX"
	ExpiredToken                 ResponseType = "EXPIRED_TOKEN"
	IntegrationFailure           ResponseType = "INTEGRATION_FAILURE"
	IntegrationTimeout           ResponseType = "INTEGRATION_TIMEOUT"
	InvalidAPIKey                ResponseType = "INVALID_API_KEY"
	InvalidSignature             ResponseType = "INVALID_SIGNATURE"
	MissingAuthenticationToken   ResponseType = "MISSING_AUTHENTICATION_TOKEN"
	QuotaExceeded                ResponseType = "QUOTA_EXCEEDED"
	RequestTooLarge              ResponseType = "REQUEST_TOO_LARGE"
	ResourceNotFound             ResponseType = "RESOURCE_NOT_FOUND"
	Throttled                    ResponseType = "THROTTLED"
	Unauthorized                 ResponseType = "UNAUTHORIZED"
	UnsupportedMediaType         ResponseType = "UNSUPPORTED_MEDIA_TYPE"
	WAFFiltered                  ResponseType = "WAF_FILTERED"
)

// ResponseTypes returns all response types in alphabetical order.
func ResponseTypes() []ResponseType {
	return []ResponseType{
		AccessDenied, APIConfigurationError, AuthorizerConfigurationError, AuthorizerFailure,
		BadRequestBody, BadRequestParameters, Default4XX, Default5XX, ExpiredToken,
		IntegrationFailure, IntegrationTimeout, InvalidAPIKey, InvalidSignature,
		MissingAuthenticationToken, QuotaExceeded, RequestTooLarge, ResourceNotFound,
		Throttled, Unauthorized, UnsupportedMediaType, WAFFiltered,
	}
}
