package runtime

import "sluice/api"

// fault is why a request is answered by the gateway itself. A step returns one;
// only reply turns it into bytes. Faults without a request's own data are shared
// and never written to.
type fault struct {
	kind       gatewayKind
	status     int
	errorType  string // x-amzn-ErrorType
	message    string // $context.error.message
	nullText   bool   // the message is JSON's null
	capital    bool   // the default body spells the key "Message"
	validation string // $context.error.validationErrorString
	close      bool   // the connection cannot be used any further
}

// gatewayKind indexes tables by gateway response type.
type gatewayKind uint8

const (
	kindNone gatewayKind = iota // not customisable
	kindAccessDenied
	kindAPIConfigurationError
	kindAuthorizerConfigurationError
	kindAuthorizerFailure
	kindBadRequestBody
	kindBadRequestParameters
	kindDefault4XX
	kindDefault5XX
	kindExpiredToken
	kindIntegrationFailure
	kindIntegrationTimeout
	kindInvalidAPIKey
	kindInvalidSignature
	kindMissingAuthenticationToken
	kindQuotaExceeded
	kindRequestTooLarge
	kindResourceNotFound
	kindThrottled
	kindUnauthorized
	kindUnsupportedMediaType
	kindWAFFiltered
	kindCount
)

// kindNames are the wire's names of the kinds.
var kindNames = [kindCount]api.ResponseType{
	kindAccessDenied:                 api.AccessDenied,
	kindAPIConfigurationError:        api.APIConfigurationError,
	kindAuthorizerConfigurationError: api.AuthorizerConfigurationError,
	kindAuthorizerFailure:            api.AuthorizerFailure,
	kindBadRequestBody:               api.BadRequestBody,
	kindBadRequestParameters:         api.BadRequestParameters,
	kindDefault4XX:                   api.Default4XX,
	kindDefault5XX:                   api.Default5XX,
	kindExpiredToken:                 api.ExpiredToken,
	kindIntegrationFailure:           api.IntegrationFailure,
	kindIntegrationTimeout:           api.IntegrationTimeout,
	kindInvalidAPIKey:                api.InvalidAPIKey,
	kindInvalidSignature:             api.InvalidSignature,
	kindMissingAuthenticationToken:   api.MissingAuthenticationToken,
	kindQuotaExceeded:                api.QuotaExceeded,
	kindRequestTooLarge:              api.RequestTooLarge,
	kindResourceNotFound:             api.ResourceNotFound,
	kindThrottled:                    api.Throttled,
	kindUnauthorized:                 api.Unauthorized,
	kindUnsupportedMediaType:         api.UnsupportedMediaType,
	kindWAFFiltered:                  api.WAFFiltered,
}

// kindOf finds the kind of a response type.
func kindOf(t api.ResponseType) (gatewayKind, bool) {
	for k, n := range kindNames {
		if n == t && n != "" {
			return gatewayKind(k), true
		}
	}
	return kindNone, false
}

// The faults that carry nothing of the request (aws-facts: data plane, section 2).
var (
	// An unknown host, API or stage: no stage's gateway responses apply.
	faultForbidden = &fault{kind: kindNone, status: 403, errorType: "ForbiddenException", message: "Forbidden"}

	// A stage that its first request should have compiled.
	faultCold = &fault{kind: kindNone, status: 500, errorType: "InternalServerErrorException", message: "Internal server error"}

	faultNoRoute        = &fault{kind: kindMissingAuthenticationToken, status: 403, errorType: "MissingAuthenticationTokenException", message: "Missing Authentication Token"}
	faultInvalidAPIKey  = &fault{kind: kindInvalidAPIKey, status: 403, errorType: "ForbiddenException", message: "Forbidden"}
	faultThrottled      = &fault{kind: kindThrottled, status: 429, errorType: "TooManyRequestsException", message: "Too Many Requests"}
	faultQuotaExceeded  = &fault{kind: kindQuotaExceeded, status: 429, errorType: "LimitExceededException", message: "Limit Exceeded"}
	faultBadRequestBody = &fault{kind: kindBadRequestBody, status: 400, errorType: "BadRequestException", message: "Invalid request body"}
	faultMediaType      = &fault{kind: kindUnsupportedMediaType, status: 415, errorType: "BadRequestException", message: "Unsupported Media Type"}
	faultConfiguration  = &fault{kind: kindAPIConfigurationError, status: 500, errorType: "InternalServerErrorException", message: "Internal server error"}
	faultTransform      = &fault{kind: kindDefault5XX, status: 500, errorType: "InternalServerErrorException", message: "Internal server error"} // type: an execution log in a field report
	faultIntegration    = &fault{kind: kindIntegrationFailure, status: 500, errorType: "InternalServerErrorException", message: "Internal server error"}
	faultBadGateway     = &fault{kind: kindIntegrationFailure, status: 502, errorType: "InternalServerErrorException", message: "Internal server error"}
	faultNetwork        = &fault{kind: kindIntegrationFailure, status: 504, errorType: "InternalServerErrorException", message: "Network error communicating with endpoint"}
	faultTimeout        = &fault{kind: kindIntegrationTimeout, status: 504, errorType: "InternalServerErrorException", message: "Endpoint request timed out"}
	faultBadJSONBody    = &fault{kind: kindDefault4XX, status: 400, errorType: "BadRequestException", message: "Invalid JSON in request body"}
	faultPathEscape     = &fault{kind: kindDefault4XX, status: 400, errorType: "BadRequestException", message: "Bad Request"}
	faultTooLarge       = &fault{kind: kindRequestTooLarge, status: 413, errorType: "RequestTooLargeException", message: "Request Too Long"}
	faultURITooLong     = &fault{kind: kindNone, status: 414, errorType: "RequestURITooLongException", message: "Request URI too long"}
	faultPanic          = &fault{kind: kindDefault5XX, status: 500, errorType: "InternalServerErrorException", message: "Internal server error"}
)

// responseTypeText is $context.error.responseType.
func (f *fault) responseTypeText() string { return string(kindNames[f.kind]) }
