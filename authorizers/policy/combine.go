package policy

// Outcome is the final word on a request. The zero value refuses.
type Outcome uint8

const (
	ImplicitDeny Outcome = iota // nothing allows it
	Allowed
	ExplicitDeny // a statement denies it
)

// String is the outcome's name.
func (o Outcome) String() string {
	switch o {
	case Allowed:
		return "Allowed"
	case ExplicitDeny:
		return "ExplicitDeny"
	}
	return "ImplicitDeny"
}

// CombineAlone judges by the resource policy alone: authorization NONE. Without
// a resource policy there is nothing to judge: a public API is open, a private
// one closed.
func CombineAlone(resource Decision) Outcome {
	return [...]Outcome{Neither: ImplicitDeny, Allow: Allowed, Deny: ExplicitDeny}[resource]
}

// CombineCognito judges a caller with a valid token: the resource policy, if the
// API has one, must allow explicitly.
func CombineCognito(resource Decision) Outcome { return CombineAlone(resource) }

// CombineSameAccount is table A of "How API Gateway resource policies affect
// authorization workflow": an IAM caller of the API's own account or a Lambda
// authorizer's answer. Without a resource policy its decision is Neither.
func CombineSameAccount(identity, resource Decision) Outcome {
	switch {
	case identity == Deny || resource == Deny:
		return ExplicitDeny
	case identity == Allow || resource == Allow:
		return Allowed
	}
	return ImplicitDeny
}

// CombineCrossAccount is table B: an IAM caller of another account. Without a
// resource policy its decision is Neither.
func CombineCrossAccount(identity, resource Decision) Outcome {
	switch {
	case identity == Deny || resource == Deny:
		return ExplicitDeny
	case identity == Allow && resource == Allow:
		return Allowed
	}
	return ImplicitDeny
}
