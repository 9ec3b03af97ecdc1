package policy

import (
	"errors"
	"slices"
	"strings"
)

// principals is a compiled Principal or NotPrincipal element.
type principals struct {
	not           bool
	everyone      bool     // "*" or {"AWS": "*"}
	accounts      []string // 12 digits
	arns          []string
	roles         []role // those of arns that are roles
	services      []string
	federated     []string
	canonicalUser []string
}

// role names a role as its sessions do: without its path.
type role struct{ partition, account, name string }

var errPrincipal = errors.New(`must be "*", an account of 12 digits or an ARN without wildcards`)

// addAWS compiles one principal of {"AWS": ...}.
func (p *principals) addAWS(s string) error {
	switch {
	case s == "*":
		p.everyone = true
		return nil
	case isAccount(s):
		p.accounts = append(p.accounts, s)
		return nil
	case isUniqueID(s):
		// What remains of a user or role that was deleted: it matches nobody.
		p.arns = append(p.arns, s)
		return nil
	}
	parts, ok := splitARN(s)
	if !ok || parts[0] != "arn" || (parts[2] != "iam" && parts[2] != "sts") || parts[5] == "" || strings.ContainsAny(s, "*?$") {
		return errPrincipal
	}
	if parts[2] == "iam" && parts[5] == "root" {
		if !isAccount(parts[4]) {
			return errPrincipal
		}
		p.accounts = append(p.accounts, parts[4])
		return nil
	}
	p.arns = append(p.arns, s)
	if name, ok := strings.CutPrefix(parts[5], "role/"); ok && parts[2] == "iam" {
		p.roles = append(p.roles, role{parts[1], parts[4], name[strings.LastIndexByte(name, '/')+1:]})
	}
	return nil
}

func isAccount(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) == 12
}

// isUniqueID tells identifiers such as AIDAJQABLZS4A3QDU576Q.
func isUniqueID(s string) bool {
	for i := range len(s) {
		if (s[i] < '0' || s[i] > '9') && (s[i] < 'A' || s[i] > 'Z') {
			return false
		}
	}
	return len(s) >= 16 && len(s) <= 128 && s[0] == 'A'
}

// apply says whether the element covers who asks; deny is the statement's effect.
func (p *principals) apply(who *Principal, deny bool) bool {
	if !p.not {
		return p.everyone || p.lists(who)
	}
	if p.everyone {
		return false
	}
	if deny {
		return !p.listsAll(who)
	}
	return !p.lists(who)
}

// lists says whether who is listed, by itself, by its role or by its account.
func (p *principals) lists(who *Principal) bool {
	if p.listsOther(who) {
		return true
	}
	if who.AWS == "" {
		return false
	}
	if slices.Contains(p.arns, who.AWS) {
		return true
	}
	parts, ok := splitARN(who.AWS)
	return ok && (slices.Contains(p.accounts, parts[4]) || p.listsRole(&parts))
}

// listsAll says whether who, its role and its account are all listed.
func (p *principals) listsAll(who *Principal) bool {
	if p.listsOther(who) {
		return true
	}
	parts, ok := splitARN(who.AWS)
	if !ok || !slices.Contains(p.accounts, parts[4]) {
		return false
	}
	if parts[2] == "iam" && parts[5] == "root" {
		return true
	}
	session := parts[2] == "sts" && strings.HasPrefix(parts[5], "assumed-role/")
	return slices.Contains(p.arns, who.AWS) && (!session || p.listsRole(&parts))
}

// listsRole says whether the role of a session is listed.
func (p *principals) listsRole(parts *arnParts) bool {
	session, ok := strings.CutPrefix(parts[5], "assumed-role/")
	if !ok || parts[2] != "sts" {
		return false
	}
	name, _, ok := strings.Cut(session, "/")
	return ok && slices.Contains(p.roles, role{parts[1], parts[4], name})
}

// listsOther looks at what is no AWS principal.
func (p *principals) listsOther(who *Principal) bool {
	return who.Service != "" && slices.Contains(p.services, who.Service) ||
		who.Federated != "" && slices.Contains(p.federated, who.Federated) ||
		who.CanonicalUser != "" && slices.Contains(p.canonicalUser, who.CanonicalUser)
}
