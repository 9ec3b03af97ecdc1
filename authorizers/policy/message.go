package policy

// DenyMessage is the text for a caller that IAM or the resource policy refuses;
// principal is its ARN, "" for an anonymous one. The account in the resource
// ARN is masked but for its last four digits.
func DenyMessage(principal, resourceARN string, explicit bool) string { panic("not built yet") }

// AuthorizerDenyMessage is the text for a caller whom a Lambda authorizer's policy refuses.
func AuthorizerDenyMessage(explicit bool) string { panic("not built yet") }
