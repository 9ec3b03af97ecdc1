package control

import (
	"slices"
	"strings"

	"sluice/control/patch"
)

func updateDomainName(c *call) (any, error) {
	operations, err := c.patchOperations()
	if err != nil {
		return nil, err
	}
	name, id := c.domainPlace()
	var out *domainNameRecord
	err = c.update(func(t *tx) (err error) {
		if out, err = requireDomainName(t, name, id); err != nil {
			return err
		}
		before := slices.Clone(out.EndpointConfiguration.Types)
		if err := patchError(domainNamePatch().Apply(out, operations)); err != nil {
			return err
		}
		if err := checkOneStep(before, out.EndpointConfiguration.Types, operations); err != nil {
			return err
		}
		out.MutualTLSAuthentication = out.MutualTLSAuthentication.orNone()
		if err := out.check(c); err != nil {
			return err
		}
		out.provision(c)
		return put(t, out, kindDomainName, name, id)
	})
	if err != nil {
		return nil, err
	}
	return showDomainName(out, true), nil
}

// checkOneStep refuses to make one endpoint and delete another at once, and to add
// certificates or endpoints and remove others at once.
func checkOneStep(before, after []string, operations []patch.Operation) error {
	const text = "Can only perform one update operation at a time."
	var steps []string
	created := false
	for _, e := range before {
		if !slices.Contains(after, e) {
			steps = append(steps, "delete "+strings.ToLower(e)+" endpoint")
		}
	}
	deleted := len(steps) > 0
	for _, e := range after {
		if !slices.Contains(before, e) {
			steps = append(steps, "create "+strings.ToLower(e)+" endpoint")
			created = true
		}
	}
	if created && deleted {
		return badRequest("%s Request would %s", text, strings.Join(steps, ", "))
	}
	ops := map[string]bool{}
	for _, o := range operations {
		if isDomainMove(o.Path) {
			ops[o.Op] = true
		}
	}
	if ops[patch.Add] && ops[patch.Remove] {
		return badRequest("%s", text)
	}
	return nil
}

// isDomainMove tells whether a path is one of those that a domain moves between
// endpoints by.
func isDomainMove(path string) bool {
	switch path {
	case "/certificateArn", "/certificateName", "/regionalCertificateArn", "/regionalCertificateName", "/endpointConfiguration/types":
		return true
	}
	return false
}

// domainNamePatch is what UpdateDomainName supports (aws-facts: patch operations, 3).
func domainNamePatch() *patch.Table[*domainNameRecord] {
	type rule = patch.Rule[*domainNameRecord]
	replace := []string{patch.Replace}
	every := []string{patch.Add, patch.Replace, patch.Remove}
	text := func(path string, ops []string, member func(*domainNameRecord) *string) rule {
		return rule{Path: path, Ops: ops, Apply: func(r *domainNameRecord, o patch.Operation, _ []string) error {
			if *member(r) = o.Text(); o.Op == patch.Remove {
				*member(r) = ""
			}
			if strings.HasPrefix(path, "/certificate") || strings.HasPrefix(path, "/regionalCertificate") {
				r.CertificateUploadDate = nil // another one, of now
			}
			return nil
		}}
	}
	policy := func(path string, member func(*domainNameRecord) *string) rule {
		return rule{Path: path, Ops: replace, Apply: func(r *domainNameRecord, o patch.Operation, _ []string) error {
			if !r.private() {
				return badRequest("Policies are only supported for private domain names")
			}
			*member(r) = o.Text()
			return nil
		}}
	}
	return patch.NewTable(patch.Listing,
		text("/certificateArn", every, func(r *domainNameRecord) *string { return &r.CertificateARN }),
		text("/certificateName", every, func(r *domainNameRecord) *string { return &r.CertificateName }),
		rule{Path: "/endpointConfiguration/types", Ops: []string{patch.Add, patch.Remove}, Apply: patchDomainEndpoint},
		rule{Path: "/endpointConfiguration/types/{type}", Ops: replace, Apply: patchDomainEndpoints},
		text("/endpointConfiguration/ipAddressType", replace, func(r *domainNameRecord) *string { return &r.EndpointConfiguration.IPAddressType }),
		text("/endpointAccessMode", replace, func(r *domainNameRecord) *string { return &r.EndpointAccessMode }),
		policy("/managementPolicy", func(r *domainNameRecord) *string { return &r.ManagementPolicy }),
		rule{Path: "/mutualTlsAuthentication/truststoreUri", Ops: every, Apply: func(r *domainNameRecord, o patch.Operation, _ []string) error {
			if o.Op == patch.Remove || o.Text() == "" {
				r.MutualTLSAuthentication = nil // its version means nothing without it
				return nil
			}
			r.trust().TruststoreURI = o.Text()
			return nil
		}},
		text("/mutualTlsAuthentication/truststoreVersion", every, func(r *domainNameRecord) *string { return &r.trust().TruststoreVersion }),
		text("/ownershipVerificationCertificateArn", every, func(r *domainNameRecord) *string { return &r.OwnershipVerificationCertificateARN }),
		policy("/policy", func(r *domainNameRecord) *string { return &r.Policy }),
		text("/regionalCertificateArn", every, func(r *domainNameRecord) *string { return &r.RegionalCertificateARN }),
		text("/regionalCertificateName", every, func(r *domainNameRecord) *string { return &r.RegionalCertificateName }),
		text("/routingMode", replace, func(r *domainNameRecord) *string { return &r.RoutingMode }),
		text("/securityPolicy", replace, func(r *domainNameRecord) *string { return &r.SecurityPolicy }),
	)
}

// trust is the domain's mutual TLS to be patched.
func (r *domainNameRecord) trust() *mutualTLS {
	if r.MutualTLSAuthentication == nil {
		r.MutualTLSAuthentication = &mutualTLS{}
	}
	return r.MutualTLSAuthentication
}

// patchDomainEndpoint adds an endpoint to the domain or removes one with its
// certificate.
func patchDomainEndpoint(r *domainNameRecord, o patch.Operation, _ []string) error {
	e := r.EndpointConfiguration
	endpoint := o.Text()
	if endpoint != endpointEdge && endpoint != endpointRegional || r.private() {
		return badRequest("%s Invalid request input", o.Path)
	}
	if o.Op == patch.Add {
		if !r.has(endpoint) {
			e.Types = append(e.Types, endpoint)
		}
		return nil
	}
	if !r.has(endpoint) {
		return badRequest("%s Invalid request input", o.Path)
	}
	e.Types = slices.DeleteFunc(e.Types, func(t string) bool { return t == endpoint })
	if endpoint == endpointEdge {
		r.CertificateARN, r.CertificateName = "", ""
	} else {
		r.RegionalCertificateARN, r.RegionalCertificateName = "", ""
	}
	return nil
}

// patchDomainEndpoints replaces an endpoint, named by its type or place, which the
// service does only when that changes nothing: domains move in two steps.
func patchDomainEndpoints(r *domainNameRecord, o patch.Operation, names []string) error {
	e := r.EndpointConfiguration
	i := slices.Index(e.Types, names[0])
	if i < 0 && names[0] == "0" {
		i = 0
	}
	if i < 0 || o.Text() != e.Types[i] {
		return badRequest("%s Invalid request input", o.Path)
	}
	return nil
}
