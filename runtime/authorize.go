package runtime

import (
	"net/netip"
	"strings"

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
		Action: policy.Invoke, Resource: arn, Time: x.start, SourceIP: ip.Unmap(), Context: (*requestKeys)(x),
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

// denied refuses with a text of the request's own.
func (x *exchange) denied(message string) *fault {
	x.ownFault = fault{
		kind: kindAccessDenied, status: 403, errorType: "AccessDeniedException",
		message: message, capital: true,
	}
	return &x.ownFault
}

// methodARN is arn:aws:execute-api:{region}:{account}:{api}/{stage}/{METHOD}/{path}.
// The path is the one that was routed by, with the parameters' values: spelled
// out from the resource, so that a doubled slash or an encoded letter cannot
// lead around a policy.
func (x *exchange) methodARN() string {
	start := len(x.scope.Arena)
	a := append(x.scope.Arena, "arn:aws:execute-api:"...)
	a = append(append(a, x.gateway.options.Region...), ':')
	a = append(append(a, x.gateway.options.AccountID...), ':')
	a = append(append(a, x.stage.apiID...), '/')
	a = append(append(a, x.stage.name...), '/')
	a = append(append(a, x.verbText...), '/')
	template, params := strings.TrimPrefix(x.method.resourcePath, "/"), x.scope.Params.Path
	for {
		i := strings.IndexByte(template, '{')
		if i < 0 || len(params) == 0 {
			break
		}
		a = append(a, template[:i]...)
		a = appendUnreserved(a, params[0].Value)
		params = params[1:]
		template = template[i+strings.IndexByte(template[i:], '}')+1:]
	}
	x.scope.Arena = append(a, template...)
	return view(x.scope.Arena[start:])
}

// appendUnreserved appends s with the percent-encoded unreserved characters of
// RFC 3986 as themselves: %61 and a name the same resource.
func appendUnreserved(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			c := unhex(s[i+1])<<4 | unhex(s[i+2])
			if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '.' || c == '_' || c == '~' {
				dst = append(dst, c)
				i += 2
				continue
			}
		}
		dst = append(dst, s[i])
	}
	return dst
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// requestKeys are the condition keys that a request itself answers.
type requestKeys exchange

// Value answers aws:Referer, aws:UserAgent, aws:SecureTransport and, for text
// operators, aws:SourceIp.
func (k *requestKeys) Value(key string, i int) (string, bool) {
	x := (*exchange)(k)
	if i > 0 {
		return "", false
	}
	v := ""
	switch key {
	case "aws:sourceip":
		v = x.sourceIP()
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
