package authorizers

import (
	"crypto/subtle"
	"net/http"
	"strings"

	"sluice/api"
	"sluice/authorizers/sigv4"
)

// signingService is the service that clients of an API sign for.
const signingService = "execute-api"

// authenticate finds out who signed the request for a region (authorization AWS_IAM).
func (g *Guard) authenticate(r *Request, region string) (*Credential, *Refusal) {
	s, f := sigv4.Parse(&r.Wire)
	if f != nil {
		return nil, signatureRefusal(f)
	}
	if f := s.Check(sigv4.Scope{Region: region, Service: signingService}, r.Time); f != nil {
		return nil, signatureRefusal(f)
	}
	c := g.options.Credentials.find(s.AccessKeyID)
	if c == nil {
		return nil, refuseUnknownKey
	}
	if subtle.ConstantTimeCompare([]byte(c.SessionToken), []byte(s.SecurityToken)) != 1 {
		return nil, refuseUnknownKey
	}
	if f := s.Verify(&r.Wire, c.key); f != nil {
		return nil, signatureRefusal(f)
	}
	if !c.Expiration.IsZero() && !r.Time.Before(c.Expiration) {
		return nil, refuseExpiredCredential
	}
	return c, nil
}

var (
	refuseUnknownKey = &Refusal{
		Type: api.InvalidSignature, Status: http.StatusForbidden, ErrorType: "UnrecognizedClientException",
		Message: "The security token included in the request is invalid.",
	}
	refuseExpiredCredential = &Refusal{
		Type: api.ExpiredToken, Status: http.StatusForbidden, ErrorType: "ExpiredTokenException",
		Message: "The security token included in the request is expired",
	}
)

func signatureRefusal(f *sigv4.Fault) *Refusal {
	if f.Exception == sigv4.MissingAuthenticationToken {
		return refuseMissingToken
	}
	return &Refusal{
		Type: api.InvalidSignature, Status: http.StatusForbidden, ErrorType: f.Exception,
		// A message goes to the client as text: what is not text in the request is cut out.
		Message: strings.ToValidUTF8(f.Message, ""),
	}
}

// Unrouted is the refusal for a request that no method serves. The service looks
// for a signature first, so that an Authorization header that is none changes the
// text (field reports); without one it is MISSING_AUTHENTICATION_TOKEN.
func Unrouted(r *Request) *Refusal {
	if _, f := sigv4.Parse(&r.Wire); f != nil && f.Exception == sigv4.IncompleteSignature {
		return signatureRefusal(f)
	}
	return refuseMissingToken
}
