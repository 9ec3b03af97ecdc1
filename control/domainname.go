package control

import (
	"strings"

	"sluice/api"
	"sluice/control/store"
)

// domainNameRecord is a custom domain name (service model: DomainName).
type domainNameRecord struct {
	DomainName                          string                     `json:"domainName"`
	DomainNameID                        string                     `json:"domainNameId,omitempty"` // of private ones only
	DomainNameARN                       string                     `json:"domainNameArn,omitempty"`
	CertificateName                     string                     `json:"certificateName,omitempty"`
	CertificateARN                      string                     `json:"certificateArn,omitempty"`
	CertificateUploadDate               *api.Timestamp             `json:"certificateUploadDate,omitempty"`
	RegionalDomainName                  string                     `json:"regionalDomainName,omitempty"`
	RegionalHostedZoneID                string                     `json:"regionalHostedZoneId,omitempty"`
	RegionalCertificateName             string                     `json:"regionalCertificateName,omitempty"`
	RegionalCertificateARN              string                     `json:"regionalCertificateArn,omitempty"`
	DistributionDomainName              string                     `json:"distributionDomainName,omitempty"`
	DistributionHostedZoneID            string                     `json:"distributionHostedZoneId,omitempty"`
	EndpointConfiguration               *api.EndpointConfiguration `json:"endpointConfiguration,omitempty"`
	DomainNameStatus                    string                     `json:"domainNameStatus,omitempty"`
	SecurityPolicy                      string                     `json:"securityPolicy,omitempty"`
	EndpointAccessMode                  string                     `json:"endpointAccessMode,omitempty"`
	Tags                                map[string]string          `json:"tags,omitzero"`
	MutualTLSAuthentication             *mutualTLS                 `json:"mutualTlsAuthentication,omitempty"`
	OwnershipVerificationCertificateARN string                     `json:"ownershipVerificationCertificateArn,omitempty"`
	ManagementPolicy                    string                     `json:"managementPolicy,omitempty"`
	Policy                              string                     `json:"policy,omitempty"`
	RoutingMode                         string                     `json:"routingMode,omitempty"`
}

// mutualTLS is who may speak to a domain (service model: MutualTlsAuthentication).
type mutualTLS struct {
	TruststoreURI     string `json:"truststoreUri,omitempty"`
	TruststoreVersion string `json:"truststoreVersion,omitempty"`
}

// Bounds of domain names (aws-facts: limits, 1).
const (
	maxPublicDomains  = 120
	maxPrivateDomains = 50
)

// domainAvailable is the status of every domain: what the service rolls out for a
// while is in effect here at once.
const domainAvailable = "AVAILABLE"

// The routing modes of domains. Routing rules are made by another API; without any,
// they lead nowhere.
const (
	routingMappings    = "BASE_PATH_MAPPING_ONLY"
	routingRules       = "ROUTING_RULE_ONLY"
	routingRulesBefore = "ROUTING_RULE_THEN_BASE_PATH_MAPPING"
)

func domainNameOperations() operations {
	return operations{
		"CreateDomainName": createDomainName,
		"DeleteDomainName": deleteDomainName,
		"GetDomainName":    getDomainName,
		"GetDomainNames":   getDomainNames,
		"UpdateDomainName": updateDomainName,
	}
}

// domainPlace names the domain of a call: a private one by its id, too.
func (c *call) domainPlace() (name, id string) {
	return strings.ToLower(c.path["domain_name"]), c.query.Get("domainNameId")
}

// requireDomainName reads a domain; id is "" for public ones.
func requireDomainName(t *tx, name, id string) (*domainNameRecord, error) {
	r, err := get[domainNameRecord](t, kindDomainName, name, id)
	if err == nil && r == nil {
		err = notFound("Invalid domain name identifier specified")
	}
	return r, err
}

func (r *domainNameRecord) private() bool { return isPrivate(r.EndpointConfiguration) }

func showDomainName(r *domainNameRecord, withTags bool) *domainNameRecord {
	out := *r
	out.Tags = shownTags(r.Tags, withTags)
	return &out
}

type createDomainNameInput struct {
	DomainName                          string                     `json:"domainName"`
	CertificateName                     string                     `json:"certificateName"`
	CertificateBody                     string                     `json:"certificateBody"`
	CertificatePrivateKey               string                     `json:"certificatePrivateKey"`
	CertificateChain                    string                     `json:"certificateChain"`
	CertificateARN                      string                     `json:"certificateArn"`
	RegionalCertificateName             string                     `json:"regionalCertificateName"`
	RegionalCertificateARN              string                     `json:"regionalCertificateArn"`
	EndpointConfiguration               *endpointConfigurationText `json:"endpointConfiguration"`
	Tags                                map[string]string          `json:"tags"`
	SecurityPolicy                      string                     `json:"securityPolicy"`
	EndpointAccessMode                  string                     `json:"endpointAccessMode"`
	MutualTLSAuthentication             *mutualTLS                 `json:"mutualTlsAuthentication"`
	OwnershipVerificationCertificateARN string                     `json:"ownershipVerificationCertificateArn"`
	Policy                              string                     `json:"policy"`
	RoutingMode                         string                     `json:"routingMode"`
}

func createDomainName(c *call) (any, error) {
	in, err := decode[createDomainNameInput](c)
	if err != nil {
		return nil, err
	}
	r, err := in.domain(c)
	if err != nil {
		return nil, err
	}
	err = c.update(func(t *tx) error {
		if err := checkDomainRoom(t, r); err != nil {
			return err
		}
		return put(t, r, kindDomainName, r.DomainName, r.DomainNameID)
	})
	if err != nil {
		return nil, err
	}
	return showDomainName(r, false), nil
}

// domain is the domain that is asked for.
func (in *createDomainNameInput) domain(c *call) (*domainNameRecord, error) {
	if in.DomainName == "" {
		return nil, badRequest("No Domain Name specified")
	}
	r := &domainNameRecord{
		DomainName: strings.ToLower(strings.TrimSuffix(in.DomainName, ".")), CertificateName: in.CertificateName, CertificateARN: in.CertificateARN,
		RegionalCertificateName: in.RegionalCertificateName, RegionalCertificateARN: in.RegionalCertificateARN,
		DomainNameStatus: domainAvailable, SecurityPolicy: in.SecurityPolicy, EndpointAccessMode: in.EndpointAccessMode, Tags: in.Tags,
		MutualTLSAuthentication: in.MutualTLSAuthentication.orNone(), Policy: in.Policy, RoutingMode: in.RoutingMode,
		OwnershipVerificationCertificateARN: in.OwnershipVerificationCertificateARN,
	}
	if !isHostName(r.DomainName) {
		return nil, badRequest("Invalid domain name specified: %s", in.DomainName)
	}
	var err error
	if r.EndpointConfiguration, err = in.EndpointConfiguration.ofDomain(); err != nil {
		return nil, err
	}
	if r.SecurityPolicy == "" {
		r.SecurityPolicy = "TLS_1_2"
	}
	if r.RoutingMode == "" {
		r.RoutingMode = routingMappings
	}
	if err := in.checkUpload(); err != nil {
		return nil, err
	}
	uploaded := in.CertificateBody != ""
	if r.CertificateName != "" && r.CertificateARN == "" && !uploaded {
		return nil, r.noCertificate(r.EndpointConfiguration.Types[0])
	}
	if r.private() {
		r.DomainNameID = newID(apiIDLength)
	}
	if err := r.check(c); err != nil {
		return nil, err
	}
	r.DomainNameARN = c.domainARN(r.DomainName, r.DomainNameID)
	r.provision(c)
	return r, nil
}

// orNone is nil for mutual TLS without a trust store, which is none.
func (m *mutualTLS) orNone() *mutualTLS {
	if m == nil || *m == (mutualTLS{}) {
		return nil
	}
	return m
}

// domainARN is the ARN of a domain, as tags and policies know it.
func (c *call) domainARN(name, id string) string {
	if id == "" {
		return c.arn("/domainnames/" + name)
	}
	return "arn:" + partition(c.region) + ":apigateway:" + c.region + ":" + c.account() + ":/domainnames/" + name + "+" + id
}

// ofDomain is the configuration of a new domain with what was not sent filled in.
func (in *endpointConfigurationText) ofDomain() (*api.EndpointConfiguration, error) {
	out := &api.EndpointConfiguration{Types: []string{endpointEdge}, IPAddressType: addressIPv4}
	if in == nil {
		return out, nil
	}
	switch {
	case in.Types == nil:
	case len(in.Types) == 0:
		return nil, noEndpoint()
	case len(in.Types) > 1:
		return nil, badRequest("Cannot create a domain name with multiple Endpoint Types.")
	default:
		out.Types = in.Types
	}
	if isPrivate(out) {
		out.IPAddressType = addressDualstack
	}
	if in.IPAddressType != "" {
		out.IPAddressType = in.IPAddressType
	}
	if len(in.VpcEndpointIDs) > 0 {
		return nil, badRequest("VPCEndpoints are not supported for domain names.")
	}
	return out, nil
}

func noEndpoint() error {
	return badRequest("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
}

// provision gives each endpoint of the domain the name that DNS leads to, and takes
// those of endpoints that it has no longer.
func (r *domainNameRecord) provision(c *call) {
	// Regional certificates have a date too: Terraform's provider reads one of every domain.
	if r.CertificateARN != "" || r.CertificateName != "" || r.RegionalCertificateARN != "" || r.RegionalCertificateName != "" {
		if r.CertificateUploadDate == nil {
			r.CertificateUploadDate = c.timestamp()
		}
	} else {
		r.CertificateUploadDate = nil
	}
	if r.has(endpointEdge) {
		if r.DistributionDomainName == "" {
			r.DistributionDomainName = "d" + newID(13) + ".cloudfront.net"
			r.DistributionHostedZoneID = edgeHostedZone
		}
	} else {
		r.DistributionDomainName, r.DistributionHostedZoneID = "", ""
	}
	if r.has(endpointRegional) {
		if r.RegionalDomainName == "" {
			r.RegionalDomainName = "d-" + newID(10) + ".execute-api." + c.region + "." + dnsSuffix(c.region)
			r.RegionalHostedZoneID = regionalHostedZone(c.region)
		}
	} else {
		r.RegionalDomainName, r.RegionalHostedZoneID = "", ""
	}
}

// dnsSuffix is the domain that a region's endpoints are in.
func dnsSuffix(region string) string {
	if partition(region) == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// checkDomainRoom refuses a domain that is taken or one too many. Public names are
// taken in all regions: the data plane knows them by the Host of a request alone.
// Private ones may exist more than once.
func checkDomainRoom(t *tx, r *domainNameRecord) error {
	records, err := t.List(store.Key(string(kindDomainName))+"/", "", 0)
	if err != nil {
		return err
	}
	public, private := 0, 0
	for _, other := range records {
		parts, err := store.Parts(other.Key)
		if err != nil || len(parts) != 4 {
			continue
		}
		region, name, id := parts[1], parts[2], parts[3]
		switch {
		case id == "" && name == r.DomainName && r.DomainNameID == "":
			return badRequest("The domain name you provided already exists.")
		case region != t.region:
		case id == "":
			public++
		default:
			private++
		}
	}
	if r.private() && private >= maxPrivateDomains || !r.private() && public >= maxPublicDomains {
		return accountFull("Domain Names")
	}
	return nil
}

func deleteDomainName(c *call) (any, error) {
	name, id := c.domainPlace()
	return nil, c.update(func(t *tx) error {
		r, err := requireDomainName(t, name, id)
		if err != nil {
			return err
		}
		if err := removeAll(t, kindBasePathMapping, name, id); err != nil {
			return err
		}
		associations, err := list[domainAssociationRecord](t, kindDomainAssociation)
		if err != nil {
			return err
		}
		for _, a := range associations {
			if a.DomainNameARN == r.DomainNameARN {
				if err := remove(t, kindDomainAssociation, a.ARN); err != nil {
					return err
				}
			}
		}
		return remove(t, kindDomainName, name, id)
	})
}

func getDomainName(c *call) (any, error) {
	name, id := c.domainPlace()
	var out *domainNameRecord
	err := c.view(func(t *tx) (err error) {
		out, err = requireDomainName(t, name, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return showDomainName(out, true), nil
}

func getDomainNames(c *call) (any, error) {
	if c.query.Get("resourceOwner") == otherAccounts {
		return page[*domainNameRecord]{Item: []*domainNameRecord{}}, nil
	}
	var out page[*domainNameRecord]
	err := c.view(func(t *tx) (err error) {
		out, err = pageOfRecords(c, t, func(r *domainNameRecord) *domainNameRecord { return showDomainName(r, false) }, kindDomainName)
		return err
	})
	return out, err
}

// otherAccounts asks for what others share with this account: there are none.
const otherAccounts = "OTHER_ACCOUNTS"

// isHostName tells whether s can be the Host of requests. A first label "*" stands
// for any.
func isHostName(s string) bool {
	s = strings.TrimPrefix(s, "*.")
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, b := range []byte(label) {
			if (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '-' {
				return false
			}
		}
	}
	return true
}
