package authorizers

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"sluice/api"
	"sluice/authorizers/sigv4"
)

// signingService is the service that clients of an API sign for.
const signingService = "execute-api"

// authenticate finds out who signed the request for a region (authorization AWS_IAM).
func (g *Guard) authenticate(r *Request, region string) (*Credential, *Refusal) {
	return g.options.Credentials.Authenticate(&r.Wire, sigv4.Scope{Region: region, Service: signingService}, r.Time)
}

// Authenticate finds out which of the credentials signed a request for a scope.
func (c *Credentials) Authenticate(r *sigv4.Request, scope sigv4.Scope, now time.Time) (*Credential, *Refusal) {
	s, f := sigv4.Parse(r)
	if f != nil {
		return nil, signatureRefusal(f)
	}
	if f := s.Check(scope, now); f != nil {
		return nil, signatureRefusal(f)
	}
	caller := c.find(s.AccessKeyID)
	if caller == nil {
		return nil, refuseUnknownKey
	}
	if subtle.ConstantTimeCompare([]byte(caller.SessionToken), []byte(s.SecurityToken)) != 1 {
		return nil, refuseUnknownKey
	}
	if f := s.Verify(r, caller.key); f != nil {
		return nil, signatureRefusal(f)
	}
	if !caller.Expiration.IsZero() && !now.Before(caller.Expiration) {
		return nil, refuseExpiredCredential
	}
	return caller, nil
}

// Root tells whether the caller is an account's root, which may do everything in it.
func (c *Credential) Root() bool { return c.principal.root }

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
