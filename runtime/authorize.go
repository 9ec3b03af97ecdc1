package runtime

import (
	"net/netip"

	"sluice/authorizers/policy"
)

// authorize judges the request by the API's resource policy (step 4). Methods
// with an authorization of their own do not compile in this version.
func (x *exchange) authorize() *fault {
	p := x.deployment.policy
	if p == nil {
		return nil
	}
	arn := x.methodARN()
	ip, _ := netip.ParseAddr(x.sourceIP())
	r := policy.Request{
		Action: actionInvoke, Resource: arn, Time: x.start, SourceIP: ip.Unmap(), Context: (*requestKeys)(x),
	}
	switch policy.CombineAlone(p.Evaluate(&r)) {
	case policy.Allowed:
		return nil
	case policy.ExplicitDeny:
		return x.denied(policy.DenyMessage("", arn, true))
	default:
		return x.denied(policy.DenyMessage("", arn, false))
	}
}

// actionInvoke is what a client does to a method.
var actionInvoke = policy.NewAction("execute-api:Invoke")

// denied refuses with a text of the request's own.
func (x *exchange) denied(message string) *fault {
	x.ownFault = fault{
		kind: kindAccessDenied, status: 403, errorType: "AccessDeniedException",
		message: message, capital: true,
	}
	return &x.ownFault
}

// methodARN is arn:aws:execute-api:{region}:{account}:{api}/{stage}/{METHOD}/{path}
// with the path as requested.
func (x *exchange) methodARN() string {
	start := len(x.scope.Arena)
	a := append(x.scope.Arena, "arn:aws:execute-api:"...)
	a = append(append(a, x.gateway.options.Region...), ':')
	a = append(append(a, x.gateway.options.AccountID...), ':')
	a = append(append(a, x.stage.apiID...), '/')
	a = append(append(a, x.stage.name...), '/')
	a = append(a, x.verbText...)
	if x.path == "" || x.path[0] != '/' {
		a = append(a, '/')
	}
	x.scope.Arena = append(a, x.path...)
	return view(x.scope.Arena[start:])
}

// requestKeys are the condition keys that a request itself answers.
type requestKeys exchange

// Value answers aws:Referer, aws:UserAgent and aws:SecureTransport.
func (k *requestKeys) Value(key string, i int) (string, bool) {
	x := (*exchange)(k)
	if i > 0 {
		return "", false
	}
	v := ""
	switch key {
	case "aws:referer":
		v = x.header("Referer")
	case "aws:useragent":
		v = x.known.userAgent
	case "aws:securetransport":
		// The service's own endpoints always speak TLS, so a policy that asks for
		// it would lock a local client out for no reason.
		v = "true"
	}
	return v, v != ""
}
