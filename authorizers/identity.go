package authorizers

import (
	"strconv"
	"time"

	"sluice/authorizers/userpool"
	"sluice/lambda"
	"sluice/mapping"
	"sluice/mapping/vtl/value"
)

// Identity is who a request comes from and how that was found out. It answers
// $context.authorizer.* and $context.identity.*. The zero value is the anonymous
// caller. It belongs to one request; what it points to is shared and never changes.
type Identity struct {
	// Authorizer, Authenticate and Authorize are what access logs tell of the
	// Lambda authorizer, of the check of a token or signature, and of policies.
	Authorizer, Authenticate, Authorize Step
	// IntegrationLatency is how long the authorizer's function took; 0 when its
	// result came from the cache.
	IntegrationLatency time.Duration

	answer *answer          // of a Lambda authorizer
	token  *userpool.Claims // of a user pool
	caller *Credential      // of IAM

	integrationStatus int // of the Invoke API
	functionRequestID string
	keys              policyKeys
	scratch           []byte
}

// Step is one check as access logs show it.
type Step struct {
	Ran     bool
	Status  int // 200, or that of the refusal
	Latency time.Duration
	Error   string
}

// Reset makes the identity anonymous again and keeps its memory.
func (id *Identity) Reset() {
	scratch := id.scratch[:0]
	if cap(scratch) > maxKeptScratch {
		scratch = nil
	}
	*id = Identity{scratch: scratch}
}

// maxKeptScratch bounds what an idle Identity holds on to, in bytes.
const maxKeptScratch = 64 << 10

// PrincipalID is $context.authorizer.principalId; "" without a Lambda authorizer.
func (id *Identity) PrincipalID() string {
	if id.answer == nil {
		return ""
	}
	return id.answer.principalID
}

// UsageIdentifierKey is the API key that a Lambda authorizer answered.
func (id *Identity) UsageIdentifierKey() string {
	if id.answer == nil {
		return ""
	}
	return id.answer.usageIdentifierKey
}

// Caller is the credential that signed the request; nil without one. It must not
// be written to.
func (id *Identity) Caller() *Credential { return id.caller }

// Authorized tells whether $context.authorizer exists: a Lambda or Cognito
// authorizer took part.
func (id *Identity) Authorized() bool { return id.answer != nil || id.token != nil }

// AppendVariable appends the text of an authorizer.*, authenticate.*, authorize.*
// or caller's identity.* variable; ok is false for one that has no value or is
// none of these.
func (id *Identity) AppendVariable(dst []byte, v mapping.Variable) (out []byte, ok bool) {
	switch v.ID {
	case mapping.AuthorizerPrincipalID:
		if id.answer == nil {
			return dst, false
		}
		return append(dst, id.answer.principalID...), true
	case mapping.AuthorizerProperty:
		if id.answer == nil {
			return dst, false
		}
		return appendLast(dst, id.answer.context, v.Key)
	case mapping.AuthorizerClaim:
		if id.token == nil {
			return dst, false
		}
		return appendLast(dst, id.token.Pairs(), v.Key)
	case mapping.AuthorizerIntegrationLatency:
		if !id.Authorizer.Ran {
			return dst, false
		}
		return strconv.AppendInt(dst, id.IntegrationLatency.Milliseconds(), 10), true
	case mapping.AuthorizerIntegrationStatus:
		if id.integrationStatus == 0 {
			return dst, false
		}
		return strconv.AppendInt(dst, int64(id.integrationStatus), 10), true
	case mapping.AuthorizerRequestID:
		return text(dst, id.functionRequestID)
	case mapping.AuthorizerError:
		return text(dst, id.Authorizer.Error)
	case mapping.AuthorizerLatency:
		return id.Authorizer.latency(dst)
	case mapping.AuthorizerStatus:
		return id.Authorizer.status(dst)
	case mapping.AuthenticateError:
		return text(dst, id.Authenticate.Error)
	case mapping.AuthenticateLatency:
		return id.Authenticate.latency(dst)
	case mapping.AuthenticateStatus:
		return id.Authenticate.status(dst)
	case mapping.AuthorizeError:
		return text(dst, id.Authorize.Error)
	case mapping.AuthorizeLatency:
		return id.Authorize.latency(dst)
	case mapping.AuthorizeStatus:
		return id.Authorize.status(dst)
	}
	if id.caller == nil {
		return dst, false
	}
	return id.caller.appendVariable(dst, v.ID)
}

// Map is $context.authorizer for templates, made anew: a template may change its
// map, but never the cached result. It is nil without an authorizer.
func (id *Identity) Map() *value.Map {
	switch {
	case id.answer != nil:
		m := value.NewMap(len(id.answer.context) + 1)
		m.Put("principalId", value.Of(id.answer.principalID))
		putAll(m, id.answer.context)
		return m
	case id.token != nil:
		pairs := id.token.Pairs()
		claims := value.NewMap(len(pairs))
		putAll(claims, pairs)
		m := value.NewMap(1)
		m.Put("claims", value.OfMap(claims))
		return m
	}
	return nil
}

func putAll(m *value.Map, pairs []mapping.Pair) {
	for i := range pairs {
		m.Put(pairs[i].Name, value.Of(pairs[i].Value))
	}
}

// AppendJSON appends the object that is requestContext.authorizer in proxy
// events: principalId, integrationLatency and the context of a Lambda authorizer,
// or the claims of a token. It appends nothing without an authorizer.
func (id *Identity) AppendJSON(dst []byte) []byte {
	switch {
	case id.answer != nil:
		dst = append(dst, `{"principalId":`...)
		dst = lambda.AppendJSONString(dst, id.answer.principalID)
		dst = append(dst, `,"integrationLatency":`...)
		dst = strconv.AppendInt(dst, id.IntegrationLatency.Milliseconds(), 10)
		dst = appendMembers(dst, id.answer.context, true)
		dst = append(dst, '}')
	case id.token != nil:
		dst = append(dst, `{"claims":{`...)
		dst = appendMembers(dst, id.token.Pairs(), false)
		dst = append(dst, "}}"...)
	}
	return dst
}

func appendMembers(dst []byte, pairs []mapping.Pair, comma bool) []byte {
	for i := range pairs {
		if comma || i > 0 {
			dst = append(dst, ',')
		}
		dst = lambda.AppendJSONString(dst, pairs[i].Name)
		dst = append(dst, ':')
		dst = lambda.AppendJSONString(dst, pairs[i].Value)
	}
	return dst
}

// done notes how a step ended.
func (s *Step) done(start time.Time, r *Refusal) {
	s.Ran, s.Status, s.Latency = true, 200, time.Since(start)
	if r != nil {
		s.Status, s.Error = r.Status, r.Message
		if r.Reason != "" {
			s.Error = r.Reason
		}
	}
}

func (s *Step) latency(dst []byte) ([]byte, bool) {
	if !s.Ran {
		return dst, false
	}
	return strconv.AppendInt(dst, s.Latency.Milliseconds(), 10), true
}

func (s *Step) status(dst []byte) ([]byte, bool) {
	if !s.Ran {
		return dst, false
	}
	return strconv.AppendInt(dst, int64(s.Status), 10), true
}

// text appends s; a variable without text has no value.
func text(dst []byte, s string) ([]byte, bool) { return append(dst, s...), s != "" }

func appendLast(dst []byte, pairs []mapping.Pair, name string) ([]byte, bool) {
	for i := len(pairs) - 1; i >= 0; i-- {
		if pairs[i].Name == name {
			return append(dst, pairs[i].Value...), true
		}
	}
	return dst, false
}
