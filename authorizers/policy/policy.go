package policy

import (
	"net/netip"
	"time"
)

// Kind says where a document comes from, and with it which rules it must keep.
type Kind uint8

const (
	// Resource is the resource policy of an API: Principal or NotPrincipal is
	// required, at most 8192 characters not counting white space.
	Resource Kind = iota
	// Authorizer is the policyDocument of a Lambda authorizer's answer: each
	// resource has at most 512 characters, the document at most 32768 (a bound of
	// ours). Principal may be left out.
	Authorizer
	// Identity is an IAM policy of a user or role: no Id, no Principal, unique
	// Sids, at most 10240 characters not counting white space.
	Identity
)

func (k Kind) maxCharacters() int {
	return [...]int{Resource: 8192, Authorizer: 32768, Identity: 10240}[k]
}

// Options are the settings of Parse.
type Options struct {
	Kind Kind
	// Target, when set, lets resources be written in the short form
	// execute-api:/stage/METHOD/path.
	Target *Target
	// MaxCharacters overrides the size limit of the kind, white space outside
	// strings not counted; 0 leaves it.
	MaxCharacters int
}

// Target names the API that short-form resources belong to.
type Target struct {
	Partition string // "aws" when empty
	Region    string
	AccountID string
	APIID     string
}

// Action is an action's full name in lower case, as NewAction makes it.
type Action string

const (
	Invoke          Action = "execute-api:invoke"
	InvalidateCache Action = "execute-api:invalidatecache"
)

// Request is what a document is asked about. The zero value of a field is absent.
type Request struct {
	Action Action
	// Resource is the method's ARN: arn:aws:execute-api:region:account:api/stage/METHOD/path.
	Resource  string
	Principal Principal
	// Time answers aws:CurrentTime and aws:EpochTime, in whole seconds, for Date
	// and Numeric operators.
	Time time.Time
	// SourceIP answers aws:SourceIp for IP address operators.
	SourceIP netip.Addr
	// Context answers every other key; and the three above where their field is
	// zero or an operator compares text (only if it does not know them is the
	// field written out, which costs an allocation). It may be nil.
	Context Context
}

// Principal is who asks; the zero value is the anonymous caller. Members are
// named as in a Principal element.
type Principal struct {
	AWS           string // ARN of a user, a role session, a federated user or an account's root
	Service       string // "apigateway.amazonaws.com"
	Federated     string
	CanonicalUser string
}

// Context looks up context keys. Evaluate calls it many times a request, so it
// must be fast, and it must give the same answers during one call of Evaluate.
type Context interface {
	// Value returns the i-th value (from 0) of a key; key is in lower case
	// ("aws:sourcevpce"). ok is false when there are not that many.
	Value(key string, i int) (value string, ok bool)
}

// Values is a Context for callers whose keys are known beforehand. Its keys must be in lower case.
type Values map[string][]string

// Value implements Context.
func (v Values) Value(key string, i int) (string, bool) {
	if list := v[key]; i < len(list) {
		return list[i], true
	}
	return "", false
}

// Decision is what one document says about a request.
type Decision uint8

const (
	Neither Decision = iota // no statement applies
	Allow
	Deny
)

// String is the decision's name.
func (d Decision) String() string {
	switch d {
	case Allow:
		return "Allow"
	case Deny:
		return "Deny"
	}
	return "Neither"
}

// Policy is a compiled document. It never changes.
type Policy struct {
	id         string
	statements []statement // those that deny come first
}

// ID is the document's Id; "" when it has none.
func (p *Policy) ID() string { return p.id }

// Evaluate judges a request: Deny when any statement that denies applies, else
// Allow when any statement that allows does. A nil Policy says Neither.
func (p *Policy) Evaluate(r *Request) Decision {
	if p == nil {
		return Neither
	}
	ev := evaluation{r: r}
	for i := range p.statements {
		s := &p.statements[i]
		if !s.applies(&ev) {
			continue
		}
		if s.deny {
			return Deny
		}
		return Allow
	}
	return Neither
}
