package policy

// Outcome is the final word on a request. The zero value refuses.
type Outcome uint8

const (
	ImplicitDeny Outcome = iota // nothing allows it
	Allowed
	ExplicitDeny // a statement denies it
)

// CombineAlone judges by the resource policy alone: authorization NONE and, once
// the token is valid, COGNITO_USER_POOLS. Without a resource policy there is
// nothing to judge: a public API is open, a private one closed.
func CombineAlone(resource Decision) Outcome { panic("not built yet") }

// CombineSameAccount is table A of "How API Gateway resource policies affect
// authorization workflow": an IAM caller of the API's own account or a Lambda
// authorizer's answer. Without a resource policy its decision is Neither.
func CombineSameAccount(identity, resource Decision) Outcome { panic("not built yet") }

// CombineCrossAccount is table B: an IAM caller of another account.
func CombineCrossAccount(identity, resource Decision) Outcome { panic("not built yet") }
