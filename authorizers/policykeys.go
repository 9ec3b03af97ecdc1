package authorizers

import "sluice/mapping"

// policyKeys answers the condition keys of a request and of its caller. It lives
// in the Identity, so that nothing is allocated for it.
type policyKeys struct {
	r  *Request
	id *Identity
}

// Value implements policy.Context.
func (k *policyKeys) Value(key string, i int) (string, bool) {
	if i > 0 {
		return "", false
	}
	v := ""
	switch key {
	case "aws:referer":
		v = k.r.header("Referer")
	case "aws:useragent":
		v = k.r.header("User-Agent")
	case "aws:securetransport":
		// The service's own endpoints always speak TLS, so a policy that asks for it
		// would lock a local client out for no reason.
		v = "true"
	case "aws:sourcevpc":
		v = k.variable(mapping.IdentityVPCID)
	case "aws:sourcevpce":
		v = k.variable(mapping.IdentityVPCEID)
	default:
		if k.id.caller != nil {
			v = k.id.caller.conditionKey(key)
		}
	}
	return v, v != ""
}

func (k *policyKeys) variable(id mapping.VariableID) string {
	if k.r.Variables == nil {
		return ""
	}
	b, _ := k.r.Variables.AppendVariable(nil, mapping.Variable{ID: id})
	return string(b)
}
