package authorizers

import "sluice/api"

// Refusal is why a request must not reach its method. Refusals without a
// request's own data are shared: they are never written to.
type Refusal struct {
	Type           api.ResponseType // the gateway response
	Status         int
	ErrorType      string // x-amzn-ErrorType
	Message        string // $context.error.message
	NullMessage    bool   // the message is JSON's null
	CapitalMessage bool   // the default body spells the key "Message"
	// Reason says more than a client may know; for logs.
	Reason string
}

// Error is the refusal for people.
func (r *Refusal) Error() string {
	s := string(r.Type) + ": " + r.Message
	if r.Reason != "" {
		s += " (" + r.Reason + ")"
	}
	return s
}

// because returns the refusal with a reason of its own.
func (r Refusal) because(reason string) *Refusal {
	r.Reason = reason
	return &r
}

// Sources of the refusals: aws-facts, authorizers, section 5.
var (
	refuseUnauthorized = &Refusal{
		Type: api.Unauthorized, Status: 401, ErrorType: "UnauthorizedException", Message: "Unauthorized",
	}
	refuseExpired = &Refusal{
		Type: api.Unauthorized, Status: 401, ErrorType: "UnauthorizedException", Message: "The incoming token has expired",
	}
	refuseFailure = &Refusal{
		Type: api.AuthorizerFailure, Status: 500, ErrorType: "AuthorizerFailureException", NullMessage: true,
	}
	refuseConfiguration = &Refusal{
		Type: api.AuthorizerConfigurationError, Status: 500, ErrorType: "AuthorizerConfigurationException", NullMessage: true,
	}
	refuseMissingToken = &Refusal{
		Type: api.MissingAuthenticationToken, Status: 403, ErrorType: "MissingAuthenticationTokenException",
		Message: "Missing Authentication Token",
	}
)

// denied is the refusal of a policy.
func denied(message string) *Refusal {
	return &Refusal{
		Type: api.AccessDenied, Status: 403, ErrorType: "AccessDeniedException", Message: message, CapitalMessage: true,
	}
}
