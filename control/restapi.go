package control

import (
	"slices"
	"strings"

	"sluice/api"
	"sluice/control/store"
)

func restAPIOperations() operations {
	return operations{
		"CreateRestApi": createRestAPI,
		"DeleteRestApi": deleteRestAPI,
		"GetRestApi":    getRestAPI,
		"GetRestApis":   getRestAPIs,
		"ImportRestApi": importRestAPI,
		"PutRestApi":    putRestAPI,
		"UpdateRestApi": updateRestAPI,
	}
}

// requireAPI reads an API; without one it is the error of operations on an API
// (recorded). The number of APIs of an account, which the service bounds, is not
// bounded here: a host serves those of many users.
func requireAPI(t *tx, id string) (*api.RestApi, error) {
	r, err := get[api.RestApi](t, kindAPI, id)
	if err == nil && r == nil {
		err = notFound("Invalid API identifier specified %s:%s", t.account, id)
	}
	return r, err
}

type createRestAPIInput struct {
	Name                      string                     `json:"name"`
	Description               *string                    `json:"description"`
	Version                   string                     `json:"version"`
	CloneFrom                 string                     `json:"cloneFrom"`
	BinaryMediaTypes          []string                   `json:"binaryMediaTypes"`
	MinimumCompressionSize    *int                       `json:"minimumCompressionSize"`
	APIKeySource              string                     `json:"apiKeySource"`
	EndpointConfiguration     *endpointConfigurationText `json:"endpointConfiguration"`
	Policy                    string                     `json:"policy"`
	Tags                      map[string]string          `json:"tags"`
	DisableExecuteAPIEndpoint bool                       `json:"disableExecuteApiEndpoint"`
	SecurityPolicy            string                     `json:"securityPolicy"`
	EndpointAccessMode        string                     `json:"endpointAccessMode"`
}

// endpointConfigurationText tells types that were not sent from none.
type endpointConfigurationText struct {
	Types          []string `json:"types"`
	IPAddressType  string   `json:"ipAddressType"`
	VpcEndpointIDs []string `json:"vpcEndpointIds"`
}

func createRestAPI(c *call) (any, error) {
	in, err := decode[createRestAPIInput](c)
	if err != nil {
		return nil, err
	}
	id := newID(apiIDLength)
	made, err := in.restAPI(c, id)
	if err != nil {
		return nil, err
	}
	var out api.RestApi
	err = c.update(func(t *tx) error {
		out = *made
		fill := fillRestAPI
		if in.CloneFrom != "" {
			fill = func(t *tx, out *api.RestApi) error { return cloneRestAPI(t, in.CloneFrom, &in, out) }
		}
		if err := fill(t, &out); err != nil {
			return err
		}
		return put(t, &out, kindAPI, id)
	})
	if err != nil {
		return nil, err
	}
	return showRestAPI(&out), nil
}

// fillRestAPI makes what a new API has: its root and the default models.
func fillRestAPI(t *tx, r *api.RestApi) error {
	if err := put(t, &api.Resource{ID: r.RootResourceID, Path: "/"}, kindResource, r.ID, r.RootResourceID); err != nil {
		return err
	}
	for _, m := range defaultModels() {
		if err := put(t, m, kindModel, r.ID, m.Name); err != nil {
			return err
		}
	}
	return nil
}

// restAPI is the API that is asked for, in the order in which the service finds
// fault (recorded: the description before the rest).
func (in *createRestAPIInput) restAPI(c *call, id string) (*api.RestApi, error) {
	if in.Name == "" {
		return nil, errNoName()
	}
	out := &api.RestApi{
		ID: id, Name: in.Name, CreatedDate: c.timestamp(), Version: in.Version, BinaryMediaTypes: in.BinaryMediaTypes,
		MinimumCompressionSize: in.MinimumCompressionSize, APIKeySource: in.APIKeySource, Tags: in.Tags,
		DisableExecuteAPIEndpoint: in.DisableExecuteAPIEndpoint, RootResourceID: newID(apiIDLength),
		SecurityPolicy: in.SecurityPolicy, EndpointAccessMode: in.EndpointAccessMode,
	}
	if in.Description != nil {
		if *in.Description == "" {
			return nil, badRequest("Description cannot be an empty string")
		}
		out.Description = *in.Description
	}
	if out.APIKeySource == "" {
		out.APIKeySource = api.APIKeySourceHeader
	}
	var err error
	if out.EndpointConfiguration, err = in.EndpointConfiguration.complete(); err != nil {
		return nil, err
	}
	if n := in.MinimumCompressionSize; n != nil && !isCompressionSize(*n) {
		return nil, badCompressionSize()
	}
	if out.Policy, err = c.resourcePolicy(id, in.Policy); err != nil {
		return nil, err
	}
	return out, checkTags(in.Tags)
}

// errNoName refuses an API without a name.
func errNoName() error { return badRequest("Name cannot be empty") }

// maxCompressionSize bounds minimumCompressionSize, in bytes.
const maxCompressionSize = 10485760

func isCompressionSize(n int) bool { return n >= 0 && n <= maxCompressionSize }

func badCompressionSize() error {
	return badRequest("Invalid minimum compression size, must be between 0 and 10485760")
}

// The types of endpoints.
const (
	endpointEdge     = "EDGE"
	endpointRegional = "REGIONAL"
	endpointPrivate  = "PRIVATE"
)

// The types of addresses of endpoints.
const (
	addressIPv4      = "ipv4"
	addressDualstack = "dualstack"
)

// complete is the configuration with what was not sent filled in (recorded).
func (in *endpointConfigurationText) complete() (*api.EndpointConfiguration, error) {
	if in == nil {
		return &api.EndpointConfiguration{Types: []string{endpointEdge}, IPAddressType: addressIPv4}, nil
	}
	out := &api.EndpointConfiguration{Types: in.Types, IPAddressType: in.IPAddressType, VpcEndpointIDs: in.VpcEndpointIDs}
	switch {
	case in.Types == nil:
		out.Types = []string{endpointEdge}
	case len(in.Types) == 0:
		return nil, badRequest("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
	case len(in.Types) > 1:
		return nil, badRequest("Cannot create an api with multiple Endpoint Types.")
	}
	if out.IPAddressType == "" {
		out.IPAddressType = addressIPv4
		if isPrivate(out) {
			out.IPAddressType = addressDualstack
		}
	}
	return out, checkEndpoint(out)
}

func isPrivate(e *api.EndpointConfiguration) bool {
	return e != nil && slices.Contains(e.Types, endpointPrivate)
}

// checkEndpoint is what holds of every configuration.
func checkEndpoint(e *api.EndpointConfiguration) error {
	switch {
	case isPrivate(e) && e.IPAddressType == addressIPv4:
		return badRequest("Only dualstack ipAddressType is supported for Private APIs.")
	case !isPrivate(e) && len(e.VpcEndpointIDs) > 0:
		return badRequest("VPCEndpoints can only be specified with PRIVATE apis.")
	}
	for _, id := range e.VpcEndpointIDs {
		if !strings.HasPrefix(id, "vpce-") {
			return badRequest("Invalid VPC endpoint ID: %s", id)
		}
	}
	return nil
}

// showRestAPI is the answer of creation and the item of a list.
func showRestAPI(r *api.RestApi) *api.RestApi {
	out := *r
	out.Policy = escapePolicy(r.Policy)
	if len(out.Tags) == 0 {
		out.Tags = nil
	}
	return &out
}

// showRestAPIAlone is the answer of the other operations, which have tags always
// (recorded).
func showRestAPIAlone(r *api.RestApi) *api.RestApi {
	out := showRestAPI(r)
	if out.Tags == nil {
		out.Tags = map[string]string{}
	}
	return out
}

func getRestAPI(c *call) (any, error) {
	var out *api.RestApi
	err := c.view(func(t *tx) (err error) {
		out, err = requireAPI(t, c.path["restapi_id"])
		return err
	})
	if err != nil {
		return nil, err
	}
	return showRestAPIAlone(out), nil
}

func getRestAPIs(c *call) (any, error) {
	var out page[*api.RestApi]
	err := c.view(func(t *tx) (err error) {
		out, err = pageOfRecords(c, t, showRestAPI, kindAPI)
		return err
	})
	return out, err
}

// deleteRestAPI deletes an API with all that belongs to it. One that custom domains
// lead to is kept.
func deleteRestAPI(c *call) (any, error) {
	id := c.path["restapi_id"]
	return nil, c.update(func(t *tx) error {
		if _, err := requireAPI(t, id); err != nil {
			return err
		}
		domains, err := domainsOf(t, id)
		if err != nil {
			return err
		}
		if len(domains) > 0 {
			return badRequest("Deleting RestApi %s failed. Please remove all base path mappings related to the RestApi in your domains: %s", id, strings.Join(domains, ", "))
		}
		for _, k := range apiKinds() {
			if err := removeAll(t, k, id); err != nil {
				return err
			}
		}
		if err := unlinkPlans(t, id, ""); err != nil {
			return err
		}
		return remove(t, kindAPI, id)
	})
}

// domainsOf are the names of the custom domains with a mapping to an API.
func domainsOf(t *tx, apiID string) ([]string, error) {
	records, err := t.List(t.prefix(kindBasePathMapping), "", 0)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range records {
		mapping, err := decodeRecord[struct {
			RestAPIID string `json:"restApiId"`
		}](r.Key, r.Value)
		if err != nil {
			return nil, err
		}
		parts, err := store.Parts(r.Key)
		if err != nil {
			return nil, err
		}
		if mapping.RestAPIID == apiID && !slices.Contains(out, parts[2]) {
			out = append(out, parts[2])
		}
	}
	return out, nil
}

// unlinkPlans takes the stage of an API, or all of them when stage is "", out of the
// usage plans that meter it.
func unlinkPlans(t *tx, apiID, stage string) error {
	plans, err := list[usagePlanRecord](t, kindUsagePlan)
	if err != nil {
		return err
	}
	for _, p := range plans {
		before := len(p.APIStages)
		p.APIStages = slices.DeleteFunc(p.APIStages, func(s *planStage) bool { return s.APIID == apiID && (stage == "" || s.Stage == stage) })
		if len(p.APIStages) == before {
			continue
		}
		if err := put(t, p, kindUsagePlan, p.ID); err != nil {
			return err
		}
	}
	return nil
}

func updateRestAPI(c *call) (any, error) {
	id := c.path["restapi_id"]
	var out *api.RestApi
	err := c.update(func(t *tx) (err error) {
		if out, err = requireAPI(t, id); err != nil {
			return err
		}
		wasPrivate := isPrivate(out.EndpointConfiguration)
		if err := applyPatch(c, restAPIPatch(c), out); err != nil {
			return err
		}
		if e := out.EndpointConfiguration; e != nil {
			if wasPrivate && slices.Contains(e.Types, endpointEdge) {
				return badRequest("Cannot update endpoint from PRIVATE to EDGE")
			}
			if err := checkEndpoint(e); err != nil {
				return err
			}
		}
		return put(t, out, kindAPI, id)
	})
	if err != nil {
		return nil, err
	}
	return showRestAPIAlone(out), nil
}
