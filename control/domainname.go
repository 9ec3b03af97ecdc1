package control

import "sluice/api"

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
	DomainNameStatusMessage             string                     `json:"domainNameStatusMessage,omitempty"`
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

func domainNameOperations() operations { return operations{} }
