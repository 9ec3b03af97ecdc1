package lambda

import (
	"fmt"
	"strings"
)

// Reference names a function, and perhaps one version or alias of it.
type Reference struct {
	// ARN is the function's ARN without the qualifier; "" when only the name is
	// known.
	ARN string
	// Scope is the ARN's "REGION:ACCOUNT"; "" when only the name is known.
	Scope string
	// Name is the function's bare name.
	Name string
	// Qualifier is a version or an alias; "" for none.
	Qualifier string
}

// Region is that of the ARN; "" without one.
func (r Reference) Region() string {
	region, _, _ := strings.Cut(r.Scope, ":")
	return region
}

// Account is that of the ARN; "" without one.
func (r Reference) Account() string {
	_, account, _ := strings.Cut(r.Scope, ":")
	return account
}

// String is the text that ParseReference takes.
func (r Reference) String() string {
	s := r.ARN
	if s == "" {
		s = r.Name
	}
	if r.Qualifier != "" {
		s += ":" + r.Qualifier
	}
	return s
}

// The service's limits on names (API model of Lambda, FunctionName and
// Qualifier); a name may be longer inside an ARN.
const (
	maxName      = 140
	maxQualifier = 128
)

// ParseReference reads NAME[:QUALIFIER], ACCOUNT:function:NAME[:QUALIFIER] or
// arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]. It allocates
// nothing unless it fails.
func ParseReference(s string) (Reference, error) {
	if strings.HasPrefix(s, "arn:") {
		return parseARN(s)
	}
	rest := s
	if account, tail, ok := strings.Cut(s, ":function:"); ok {
		if !isAccount(account) {
			return Reference{}, badReference(s, "the account is not twelve digits")
		}
		rest = tail
	}
	return nameAndQualifier(Reference{}, s, rest)
}

func parseARN(s string) (Reference, error) {
	// arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]
	rest := s[len("arn:"):]
	partition, rest, _ := strings.Cut(rest, ":")
	service, rest, _ := strings.Cut(rest, ":")
	if service != "lambda" || !isLabel(partition) {
		return Reference{}, badReference(s, "it is not the ARN of a Lambda function")
	}
	scope := rest
	region, rest, _ := strings.Cut(rest, ":")
	account, rest, _ := strings.Cut(rest, ":")
	kind, rest, ok := strings.Cut(rest, ":")
	switch {
	case !ok || kind != "function":
		return Reference{}, badReference(s, "it is not the ARN of a Lambda function")
	case !isLabel(region):
		return Reference{}, badReference(s, "the region is missing or malformed")
	case !isAccount(account):
		return Reference{}, badReference(s, "the account is not twelve digits")
	}
	ref := Reference{Scope: scope[:len(region)+1+len(account)]}
	ref, err := nameAndQualifier(ref, s, rest)
	if err != nil {
		return Reference{}, err
	}
	ref.ARN = s[:len(s)-len(rest)+len(ref.Name)]
	return ref, nil
}

func nameAndQualifier(ref Reference, whole, s string) (Reference, error) {
	name, qualifier, qualified := strings.Cut(s, ":")
	switch {
	case name == "":
		return Reference{}, badReference(whole, "the name is empty")
	case len(name) > maxName:
		return Reference{}, badReference(whole, "the name is too long")
	case !isName(name):
		return Reference{}, badReference(whole, "the name may have letters, digits, - and _ only")
	case qualified && !isQualifier(qualifier):
		return Reference{}, badReference(whole, "the version or alias is malformed")
	}
	ref.Name, ref.Qualifier = name, qualifier
	return ref, nil
}

const (
	invokePath   = ":lambda:path/2015-03-31/functions/"
	invokeSuffix = "/invocations"
)

// FromURI finds the function in the uri of an integration or an authorizer:
// arn:PARTITION:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations.
// Stage variables must have been resolved already.
func FromURI(uri string) (Reference, error) {
	head, rest, ok := strings.Cut(uri, invokePath)
	if !ok || !isGatewayARN(head) {
		return Reference{}, fmt.Errorf("%q is not the URI of a Lambda invocation", uri)
	}
	function, ok := strings.CutSuffix(rest, invokeSuffix)
	if !ok {
		return Reference{}, fmt.Errorf("%q does not end with %s", uri, invokeSuffix)
	}
	return ParseReference(function)
}

// IsURI tells whether an integration's uri invokes a function.
func IsURI(uri string) bool {
	head, _, ok := strings.Cut(uri, invokePath)
	return ok && isGatewayARN(head)
}

// isGatewayARN tells whether s is arn:PARTITION:apigateway:REGION.
func isGatewayARN(s string) bool {
	s, ok := strings.CutPrefix(s, "arn:")
	if !ok {
		return false
	}
	partition, s, _ := strings.Cut(s, ":")
	service, region, ok := strings.Cut(s, ":")
	return ok && service == "apigateway" && isLabel(partition) && isLabel(region)
}

func badReference(s, why string) error {
	if len(s) > 300 {
		s = s[:300] + "..."
	}
	return fmt.Errorf("function %q: %s", s, why)
}

// isLabel tells whether s can be a partition or a region.
func isLabel(s string) bool {
	if s == "" || len(s) > 63 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

func isAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func isName(s string) bool {
	for i := range len(s) {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return true
}

func isQualifier(s string) bool {
	if s == Latest {
		return true
	}
	return s != "" && len(s) <= maxQualifier && isName(s)
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}
