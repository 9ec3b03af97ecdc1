package control

import "strings"

// domainAssociationRecord lets a VPC endpoint use a private domain (service model:
// DomainNameAccessAssociation).
type domainAssociationRecord struct {
	ARN           string            `json:"domainNameAccessAssociationArn"`
	DomainNameARN string            `json:"domainNameArn"`
	SourceType    string            `json:"accessAssociationSourceType"`
	Source        string            `json:"accessAssociationSource"`
	Tags          map[string]string `json:"tags,omitzero"`
}

// maxDomainAssociations is how many an account may have (aws-facts: limits, 1).
const maxDomainAssociations = 100

func domainAssociationOperations() operations {
	return operations{
		"CreateDomainNameAccessAssociation": createDomainAssociation,
		"DeleteDomainNameAccessAssociation": deleteDomainAssociation,
		"GetDomainNameAccessAssociations":   getDomainAssociations,
		"RejectDomainNameAccessAssociation": rejectDomainAssociation,
	}
}

// requireDomainAssociation reads an association by its ARN.
func requireDomainAssociation(t *tx, arn string) (*domainAssociationRecord, error) {
	r, err := get[domainAssociationRecord](t, kindDomainAssociation, arn)
	if err == nil && r == nil {
		err = notFound("Invalid domain name access association identifier specified")
	}
	return r, err
}

func showDomainAssociation(r *domainAssociationRecord) *domainAssociationRecord {
	out := *r
	out.Tags = shownTags(r.Tags, false)
	return &out
}

func createDomainAssociation(c *call) (any, error) {
	in, err := decode[domainAssociationRecord](c)
	if err != nil {
		return nil, err
	}
	name, id, ok := c.privateDomainOf(in.DomainNameARN)
	if !ok {
		return nil, badRequest("Invalid ARN specified in the request")
	}
	if !isVPCEndpoint(in.Source) {
		return nil, badRequest("Invalid VPC endpoint ID: %s", in.Source)
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	r := &in
	r.ARN = "arn:" + partition(c.region) + ":apigateway:" + c.region + ":" + c.account() +
		":/domainnameaccessassociations/domainname/" + name + "+" + id + "/vpcesource/" + r.Source
	err = c.update(func(t *tx) error {
		if domain, err := get[domainNameRecord](t, kindDomainName, name, id); err != nil {
			return err
		} else if domain == nil {
			return badRequest("Invalid domain name identifier specified")
		}
		if other, err := get[domainAssociationRecord](t, kindDomainAssociation, r.ARN); err != nil {
			return err
		} else if other != nil {
			return conflict("The domain name access association already exists.")
		}
		if err := checkRoom(t, kindDomainAssociation, maxDomainAssociations, "Domain Name Access Associations"); err != nil {
			return err
		}
		return put(t, r, kindDomainAssociation, r.ARN)
	})
	if err != nil {
		return nil, err
	}
	return showDomainAssociation(r), nil
}

// privateDomainOf reads the ARN of a private domain of this account and region:
// arn:aws:apigateway:us-east-1:123456789012:/domainnames/private.example.com+abcd1234.
func (c *call) privateDomainOf(arn string) (name, id string, ok bool) {
	path, ok := strings.CutPrefix(arn, "arn:"+partition(c.region)+":apigateway:"+c.region+":"+c.account()+":/domainnames/")
	if !ok {
		return "", "", false
	}
	name, id, ok = strings.Cut(path, "+")
	return name, id, ok && isHostName(name) && id != "" && !strings.Contains(id, "/")
}

// isVPCEndpoint tells whether s looks like the id of a VPC endpoint.
func isVPCEndpoint(s string) bool {
	id, ok := strings.CutPrefix(s, "vpce-")
	return ok && id != "" && len(id) <= 64 && !strings.ContainsFunc(id, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9')
	})
}

func deleteDomainAssociation(c *call) (any, error) {
	return nil, c.update(func(t *tx) error {
		r, err := requireDomainAssociation(t, c.path["domain_name_access_association_arn"])
		if err != nil {
			return err
		}
		return remove(t, kindDomainAssociation, r.ARN)
	})
}

// rejectDomainAssociation is the domain's owner ending an association.
func rejectDomainAssociation(c *call) (any, error) {
	return nil, c.update(func(t *tx) error {
		r, err := requireDomainAssociation(t, c.query.Get("domainNameAccessAssociationArn"))
		if err != nil {
			return err
		}
		if r.DomainNameARN != c.query.Get("domainNameArn") {
			return notFound("Invalid domain name identifier specified")
		}
		return remove(t, kindDomainAssociation, r.ARN)
	})
}

func getDomainAssociations(c *call) (any, error) {
	if c.query.Get("resourceOwner") == otherAccounts {
		return page[*domainAssociationRecord]{Item: []*domainAssociationRecord{}}, nil
	}
	var out page[*domainAssociationRecord]
	err := c.view(func(t *tx) (err error) {
		out, err = pageOfRecords(c, t, showDomainAssociation, kindDomainAssociation)
		return err
	})
	return out, err
}
