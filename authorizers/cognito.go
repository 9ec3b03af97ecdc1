package authorizers

import (
	"context"
	"errors"
	"slices"
	"time"

	"sluice/authorizers/userpool"
)

// Uses of a token (Cognito developer guide, "Using tokens").
const (
	useID     = "id"
	useAccess = "access"
)

// verify runs a COGNITO_USER_POOLS authorizer. scopes are the method's: with any,
// the token must be an access token that has one of them, without it must be an
// ID token.
func (a *Authorizer) verify(ctx context.Context, r *Request, id *Identity, scopes []string) *Refusal {
	start := time.Now()
	refusal := a.valid(ctx, r, id)
	if refusal == nil && !permitted(id.token, scopes) {
		id.token, refusal = nil, refuseUnauthorized
	}
	id.Authenticate.done(start, refusal)
	return refusal
}

// valid finds the claims of the request's token, whatever its use.
func (a *Authorizer) valid(ctx context.Context, r *Request, id *Identity) *Refusal {
	token := bearer(r.header(a.sources[0].name))
	switch {
	case token == "":
		return refuseUnauthorized
	case a.broken != nil:
		return a.broken
	}
	claims, err := a.guard.tokens.Verify(ctx, token, a.pools, r.Time)
	switch {
	case err == nil:
	case errors.Is(err, userpool.ErrExpired):
		return refuseExpired
	case errors.Is(err, userpool.ErrKeys):
		return refuseConfiguration.because(err.Error())
	default:
		return refuseUnauthorized
	}
	if !a.audience(claims) {
		return refuseUnauthorized
	}
	id.token = claims
	return nil
}

// bearer cuts the scheme off a header that has it.
func bearer(header string) string {
	const scheme = "Bearer "
	if len(header) > len(scheme) && equalFold(header[:len(scheme)], scheme) {
		header = header[len(scheme):]
		for header != "" && header[0] == ' ' {
			header = header[1:]
		}
	}
	return header
}

// audience judges aud by the validation expression. An access token has no aud,
// so that an expression refuses it (service model).
func (a *Authorizer) audience(c *userpool.Claims) bool {
	if a.pattern == nil {
		return true
	}
	return slices.ContainsFunc(c.Audience, a.pattern.match)
}

func permitted(c *userpool.Claims, scopes []string) bool {
	if len(scopes) == 0 {
		return c.TokenUse == useID
	}
	if c.TokenUse != useAccess {
		return false
	}
	for _, s := range c.Scopes {
		if slices.Contains(scopes, s) {
			return true
		}
	}
	return false
}
