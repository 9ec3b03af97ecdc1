package policy

import "strings"

const explicitDeny = " with an explicit deny"

// DenyMessage is the text for a caller that IAM or the resource policy refuses;
// principal is its ARN, "" for an anonymous one. The account in the resource
// ARN is masked but for its last four digits. The text is not escaped for JSON.
func DenyMessage(principal, resourceARN string, explicit bool) string {
	if principal == "" {
		principal = "anonymous"
	}
	m := "User: " + principal + " is not authorized to perform: execute-api:Invoke on resource: " + maskAccount(resourceARN)
	if explicit {
		m += explicitDeny
	}
	return m
}

// AuthorizerDenyMessage is the text for a caller whom a Lambda authorizer's policy refuses.
func AuthorizerDenyMessage(explicit bool) string {
	if explicit {
		return "User is not authorized to access this resource" + explicitDeny
	}
	return "User is not authorized to access this resource"
}

func maskAccount(arn string) string {
	parts, ok := splitARN(arn)
	if !ok {
		return arn
	}
	if hidden := len(parts[4]) - 4; hidden > 0 {
		parts[4] = strings.Repeat("*", hidden) + parts[4][hidden:]
	}
	return strings.Join(parts[:], ":")
}
