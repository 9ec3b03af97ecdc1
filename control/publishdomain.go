package control

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"sluice/control/store"
	"sluice/runtime"
)

// publishedDomain is a stored domain with what orders those of one name.
type publishedDomain struct {
	runtime.Domain
	key        string // of the name: region, name, id of a private one
	arn        string
	private    bool
	associated bool // a VPC endpoint may use it
	ruled      bool // only rules are to route it: its mappings do not count
}

// publishDomains tells the data plane of all custom domain names anew.
//
// On the service, private domains are found only from the VPC endpoints that an access
// association names, so that a public domain and any number of private ones may have one
// name. Here nothing but the Host tells requests apart, and one of them answers: the
// public one; without it a private one that some endpoint may use before those that none
// may; and of these the first by region and domainNameId.
func (p *Publisher) publishDomains(ctx context.Context) error {
	var domains []*publishedDomain
	err := p.store.View(ctx, func(t store.Tx) (err error) {
		domains, err = readDomains(t)
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(domains, func(a, b *publishedDomain) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), a.rank()-b.rank(), cmp.Compare(a.key, b.key))
	})
	domains = slices.CompactFunc(domains, func(a, b *publishedDomain) bool { return a.Name == b.Name })
	out := make([]runtime.Domain, len(domains))
	for i, d := range domains {
		out[i] = d.Domain
	}
	p.traffic.SetDomains(out)
	return nil
}

// rank orders domains of one name.
func (d *publishedDomain) rank() int {
	switch {
	case !d.private:
		return 0
	case d.associated:
		return 1
	}
	return 2
}

// readDomains reads the domains of all regions with their mappings.
func readDomains(t store.Tx) ([]*publishedDomain, error) {
	names, err := t.List(string(kindDomainName)+"/", "", 0)
	if err != nil {
		return nil, err
	}
	var out []*publishedDomain
	byKey, byARN := map[string]*publishedDomain{}, map[string]*publishedDomain{}
	for _, r := range names {
		parts, err := store.Parts(r.Key)
		if err != nil || len(parts) < 4 {
			continue
		}
		stored, err := decodeRecord[domainNameRecord](r.Key, r.Value)
		if err != nil {
			return nil, err
		}
		d := &publishedDomain{
			Domain: runtime.Domain{Name: parts[2]}, key: strings.Join(parts[1:], "/"), arn: stored.DomainNameARN,
			private: parts[3] != "", ruled: stored.RoutingMode == routingRules,
		}
		out = append(out, d)
		byKey[d.key], byARN[d.arn] = d, d
	}
	mappings, err := t.List(string(kindBasePathMapping)+"/", "", 0)
	if err != nil {
		return nil, err
	}
	for _, r := range mappings {
		parts, err := store.Parts(r.Key)
		if err != nil || len(parts) < 5 {
			continue
		}
		m, err := decodeRecord[basePathMappingRecord](r.Key, r.Value)
		if err != nil {
			return nil, err
		}
		if d := byKey[strings.Join(parts[1:4], "/")]; d != nil && !d.ruled {
			d.Mappings = append(d.Mappings, runtime.Mapping{BasePath: m.BasePath, APIID: m.RestAPIID, Stage: m.Stage})
		}
	}
	associations, err := t.List(string(kindDomainAssociation)+"/", "", 0)
	if err != nil {
		return nil, err
	}
	for _, r := range associations {
		a, err := decodeRecord[domainAssociationRecord](r.Key, r.Value)
		if err != nil {
			return nil, err
		}
		if d := byARN[a.DomainNameARN]; d != nil {
			d.associated = true
		}
	}
	return out, nil
}
