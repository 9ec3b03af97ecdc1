package control

import (
	"strings"

	"sluice/api"
	"sluice/control/patch"
)

// basePathMappingRecord leads a base path of a domain to an API (service model:
// BasePathMapping).
type basePathMappingRecord struct {
	BasePath  string `json:"basePath"` // "(none)": whatever no other mapping matches
	RestAPIID string `json:"restApiId"`
	Stage     string `json:"stage,omitempty"` // "": the next segment of the path
}

// nothing is how the service writes the base path of what is left, and the stage
// that callers name themselves.
const nothing = "(none)"

// maxBasePath is the length of a base path, in characters (aws-facts: limits, 3).
const maxBasePath = 300

func basePathMappingOperations() operations {
	return operations{
		"CreateBasePathMapping": createBasePathMapping,
		"DeleteBasePathMapping": deleteBasePathMapping,
		"GetBasePathMapping":    getBasePathMapping,
		"GetBasePathMappings":   getBasePathMappings,
		"UpdateBasePathMapping": updateBasePathMapping,
	}
}

// requireBasePathMapping reads a mapping of a domain that must exist.
func requireBasePathMapping(t *tx, c *call) (*domainNameRecord, *basePathMappingRecord, error) {
	name, id := c.domainPlace()
	domain, err := requireDomainName(t, name, id)
	if err != nil {
		return nil, nil, err
	}
	r, err := get[basePathMappingRecord](t, kindBasePathMapping, name, id, c.path["base_path"])
	if err == nil && r == nil {
		err = notFound("Invalid base path mapping identifier specified")
	}
	return domain, r, err
}

func createBasePathMapping(c *call) (any, error) {
	r, err := decode[basePathMappingRecord](c)
	if err != nil {
		return nil, err
	}
	name, id := c.domainPlace()
	err = c.update(func(t *tx) error {
		domain, err := requireDomainName(t, name, id)
		if err != nil {
			return err
		}
		if domain.RoutingMode == routingRules {
			return badRequest("Base path mappings are not supported for domain names with the routing mode %s", routingRules)
		}
		if err := r.check(t, domain); err != nil {
			return err
		}
		return r.add(t, domain)
	})
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// check finds the first fault of a mapping, and writes it as the service does.
func (r *basePathMappingRecord) check(t *tx, domain *domainNameRecord) error {
	if r.BasePath == "" {
		r.BasePath = nothing
	}
	if r.Stage == nothing {
		r.Stage = ""
	}
	switch {
	case strings.Contains(r.BasePath, "/"):
		return badRequest("API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2.")
	case len(r.BasePath) > maxBasePath || strings.ContainsFunc(r.BasePath, func(c rune) bool { return !isBasePathRune(c) }):
		return badRequest("Invalid base path specified: only letters, digits and $-_.+!*'() are allowed")
	}
	a, err := get[api.RestApi](t, kindAPI, r.RestAPIID)
	if err != nil {
		return err
	}
	if a == nil {
		return badRequest("Invalid REST API identifier specified")
	}
	if isPrivate(a.EndpointConfiguration) != domain.private() {
		return badRequest("Private APIs, and only they, can be mapped to private domain names")
	}
	if r.Stage == "" {
		return nil
	}
	stage, err := get[api.Stage](t, kindStage, r.RestAPIID, r.Stage)
	if err == nil && stage == nil {
		err = badRequest("Invalid stage identifier specified")
	}
	return err
}

func isBasePathRune(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("$-_.+!*'()", c)
}

// add stores a mapping whose base path must be free.
func (r *basePathMappingRecord) add(t *tx, domain *domainNameRecord) error {
	other, err := get[basePathMappingRecord](t, kindBasePathMapping, domain.DomainName, domain.DomainNameID, r.BasePath)
	if err != nil {
		return err
	}
	if other != nil {
		return conflict("Base path already exists for this domain name")
	}
	return put(t, r, kindBasePathMapping, domain.DomainName, domain.DomainNameID, r.BasePath)
}

func deleteBasePathMapping(c *call) (any, error) {
	return nil, c.update(func(t *tx) error {
		domain, r, err := requireBasePathMapping(t, c)
		if err != nil {
			return err
		}
		return remove(t, kindBasePathMapping, domain.DomainName, domain.DomainNameID, r.BasePath)
	})
}

func getBasePathMapping(c *call) (any, error) {
	var out *basePathMappingRecord
	err := c.view(func(t *tx) (err error) {
		_, out, err = requireBasePathMapping(t, c)
		return err
	})
	return out, err
}

func getBasePathMappings(c *call) (any, error) {
	name, id := c.domainPlace()
	var out page[*basePathMappingRecord]
	err := c.view(func(t *tx) error {
		if _, err := requireDomainName(t, name, id); err != nil {
			return err
		}
		var err error
		out, err = pageOfRecords(c, t, same[basePathMappingRecord], kindBasePathMapping, name, id)
		return err
	})
	return out, err
}

func updateBasePathMapping(c *call) (any, error) {
	operations, err := c.patchOperations()
	if err != nil {
		return nil, err
	}
	for i := range operations {
		// The reference writes the paths in one way and clients in another.
		switch operations[i].Path {
		case "/basePath":
			operations[i].Path = "/basepath"
		case "/restApiId":
			operations[i].Path = "/restapiId"
		}
	}
	var out *basePathMappingRecord
	err = c.update(func(t *tx) error {
		domain, r, err := requireBasePathMapping(t, c)
		if err != nil {
			return err
		}
		before := r.BasePath
		if err := patchError(basePathMappingPatch().Apply(r, operations)); err != nil {
			return err
		}
		if err := r.check(t, domain); err != nil {
			return err
		}
		out = r
		if r.BasePath == before {
			return put(t, r, kindBasePathMapping, domain.DomainName, domain.DomainNameID, before)
		}
		if err := remove(t, kindBasePathMapping, domain.DomainName, domain.DomainNameID, before); err != nil {
			return err
		}
		return r.add(t, domain)
	})
	return out, err
}

func basePathMappingPatch() *patch.Table[*basePathMappingRecord] {
	type rule = patch.Rule[*basePathMappingRecord]
	replace := []string{patch.Replace}
	return patch.NewTable(patch.Listing,
		rule{Path: "/basepath", Ops: replace, Apply: func(r *basePathMappingRecord, o patch.Operation, _ []string) error {
			r.BasePath = o.Text()
			return nil
		}},
		rule{Path: "/restapiId", Ops: replace, Apply: func(r *basePathMappingRecord, o patch.Operation, _ []string) error {
			r.RestAPIID = o.Text()
			return nil
		}},
		rule{Path: "/stage", Ops: replace, Apply: func(r *basePathMappingRecord, o patch.Operation, _ []string) error {
			r.Stage = o.Text()
			return nil
		}},
	)
}
