package control

import (
	"crypto/tls"
	"encoding/json"
	"slices"
	"strings"
)

// edgeCertificateRegion is where certificates of edge-optimized domains must be
// (developer guide).
const edgeCertificateRegion = "us-east-1"

// maxPolicy is the length of a resource policy (aws-facts: limits, 2).
const maxPolicy = 8192

func (r *domainNameRecord) has(endpoint string) bool {
	return slices.Contains(r.EndpointConfiguration.Types, endpoint)
}

// check finds the first fault of a domain, new or patched.
func (r *domainNameRecord) check(c *call) error {
	for _, check := range []func(*call) error{
		r.checkEndpoints, r.checkCertificates, r.checkSecurity, r.checkMutualTLS, r.checkPolicies,
	} {
		if err := check(c); err != nil {
			return err
		}
	}
	switch r.RoutingMode {
	case routingMappings, routingRules, routingRulesBefore:
	default:
		return badRequest("Invalid routing mode specified. Valid options are %s,%s,%s", routingMappings, routingRules, routingRulesBefore)
	}
	return checkTags(r.Tags)
}

func (r *domainNameRecord) checkEndpoints(*call) error {
	e := r.EndpointConfiguration
	switch {
	case len(e.Types) == 0:
		return noEndpoint()
	case r.private() && len(e.Types) > 1:
		return badRequest("Private domain names cannot have other Endpoint Types.")
	case e.IPAddressType != addressIPv4 && e.IPAddressType != addressDualstack:
		return badRequest("ipAddressType must be either ipv4 or dualstack.")
	case r.private() && e.IPAddressType == addressIPv4:
		return badRequest("Only dualstack ipAddressType is supported for Private domain names.")
	}
	return nil
}

// checkCertificates sees to it that each endpoint has its certificate, and no other
// has one. Certificates are named only: they need not exist.
func (r *domainNameRecord) checkCertificates(c *call) error {
	other := r.EndpointConfiguration.Types[0]
	edge := r.CertificateARN != "" || r.CertificateName != ""
	if edge && !r.has(endpointEdge) && !r.private() {
		return badRequest("Cannot import certificates for %s while %s is active.", endpointEdge, other)
	}
	regional := r.RegionalCertificateARN != "" || r.RegionalCertificateName != ""
	if regional && !r.has(endpointRegional) {
		return badRequest("Cannot import certificates for %s while %s is active.", endpointRegional, other)
	}
	for _, endpoint := range r.EndpointConfiguration.Types {
		if endpoint == endpointRegional && !regional || endpoint != endpointRegional && !edge {
			return r.noCertificate(endpoint)
		}
	}
	region := c.region
	if r.has(endpointEdge) {
		region = edgeCertificateRegion
	}
	if err := checkCertificateARN(r.CertificateARN, region); err != nil {
		return err
	}
	if err := checkCertificateARN(r.RegionalCertificateARN, c.region); err != nil {
		return err
	}
	return checkCertificateARN(r.OwnershipVerificationCertificateARN, c.region)
}

func (r *domainNameRecord) noCertificate(endpoint string) error {
	return badRequest("A certificate was not provided for the endpoint type %s.", endpoint)
}

// checkCertificateARN judges the ARN of a certificate, "" for none.
func checkCertificateARN(arn, region string) error {
	if arn == "" {
		return nil
	}
	parts := strings.SplitN(arn, ":", 6)
	switch {
	case !isARN(arn) || parts[2] != "acm" || !strings.HasPrefix(parts[5], "certificate/"):
		return badRequest("Invalid certificate ARN: %s.", arn)
	case parts[3] != region:
		return badRequest("Invalid certificate ARN: %s. Certificate must be in '%s'.", arn, region)
	}
	return nil
}

// checkUpload judges a certificate that was sent itself. It is not kept: connections
// are encrypted in front of this gateway.
func (in *createDomainNameInput) checkUpload() error {
	if in.CertificateBody == "" && in.CertificatePrivateKey == "" && in.CertificateChain == "" {
		return nil
	}
	switch {
	case in.CertificateARN != "":
		return badRequest("Only one of certificateArn and certificateBody can be specified.")
	case in.CertificateName == "":
		return badRequest("No certificate name specified")
	case in.CertificateBody == "" || in.CertificatePrivateKey == "":
		return badRequest("A certificate body and its private key must be specified together.")
	}
	if _, err := tls.X509KeyPair([]byte(in.CertificateBody+"\n"+in.CertificateChain), []byte(in.CertificatePrivateKey)); err != nil {
		return badRequest("Unable to parse the certificate: it must be PEM-encoded and match its private key.")
	}
	return nil
}

// checkSecurity judges the TLS policy with the access mode that it needs.
func (r *domainNameRecord) checkSecurity(*call) error {
	if !isSecurityPolicy(r.SecurityPolicy) {
		return badRequest("Invalid security policy specified: %s", r.SecurityPolicy)
	}
	switch r.EndpointAccessMode {
	case "", "BASIC", "STRICT":
	default:
		return badRequest("Invalid endpoint access mode specified. Valid options are BASIC,STRICT")
	}
	if !strings.HasPrefix(r.SecurityPolicy, "SecurityPolicy_") {
		if r.EndpointAccessMode != "" {
			return badRequest("Endpoint access mode is not supported for the specified security policy")
		}
		if r.private() && r.SecurityPolicy != "TLS_1_2" {
			return badRequest("Security policy %s is not supported for endpoint type %s", r.SecurityPolicy, endpointPrivate)
		}
		return nil
	}
	if r.EndpointAccessMode == "" && !r.private() {
		return badRequest("Endpoint access mode is required for the specified security policy")
	}
	if r.EndpointAccessMode != "" && r.private() {
		return badRequest("Endpoint access mode is not supported for endpoint type %s", endpointPrivate)
	}
	for _, endpoint := range r.EndpointConfiguration.Types {
		if (endpoint == endpointEdge) != strings.HasSuffix(r.SecurityPolicy, "_EDGE") {
			return badRequest("Security policy %s is not supported for endpoint type %s", r.SecurityPolicy, endpoint)
		}
	}
	return nil
}

func (r *domainNameRecord) checkMutualTLS(*call) error {
	m := r.MutualTLSAuthentication
	if m == nil {
		return nil
	}
	bucket, key, ok := strings.Cut(strings.TrimPrefix(m.TruststoreURI, "s3://"), "/")
	switch {
	case m.TruststoreURI == "":
		return badRequest("A truststore URI is required for mutual TLS authentication")
	case !strings.HasPrefix(m.TruststoreURI, "s3://") || !ok || bucket == "" || key == "":
		return badRequest("Invalid truststore URI specified: %s. It must have the form s3://bucket-name/key-name", m.TruststoreURI)
	case len(r.EndpointConfiguration.Types) != 1 || !r.has(endpointRegional):
		return badRequest("Mutual TLS authentication is only supported for REGIONAL domain names")
	case r.SecurityPolicy == "TLS_1_0":
		return badRequest("Mutual TLS authentication requires a security policy of TLS_1_2 or newer")
	}
	return nil
}

// checkPolicies judges the policies that private domains have.
func (r *domainNameRecord) checkPolicies(*call) error {
	for _, policy := range []string{r.Policy, r.ManagementPolicy} {
		var statements struct{ Statement json.RawMessage }
		switch {
		case policy == "":
		case !r.private():
			return badRequest("Policies are only supported for private domain names")
		case len(policy) > maxPolicy || json.Unmarshal([]byte(policy), &statements) != nil || statements.Statement == nil:
			return badRequest("Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")
		}
	}
	return nil
}
