package control

import (
	"slices"
	"strconv"

	"sluice/api"
	"sluice/control/model"
	"sluice/control/patch"
)

// restAPIPatch is what UpdateRestApi supports (aws-facts: patch operations, 3).
func restAPIPatch(c *call) *patch.Table[*api.RestApi] {
	type rule = patch.Rule[*api.RestApi]
	replace := []string{patch.Replace}
	every := []string{patch.Add, patch.Replace, patch.Remove}
	return patch.NewTable(patch.Terse,
		rule{Path: "/name", Ops: replace, Apply: func(r *api.RestApi, o patch.Operation, _ []string) error {
			if o.Text() == "" {
				return errNoName()
			}
			r.Name = o.Text()
			return nil
		}},
		rule{Path: "/description", Ops: every, Apply: func(r *api.RestApi, o patch.Operation, _ []string) error {
			r.Description = o.Text()
			if o.Op == patch.Remove {
				r.Description = ""
			}
			return nil
		}},
		rule{Path: "/version", Ops: replace, Apply: func(r *api.RestApi, o patch.Operation, _ []string) error {
			r.Version = o.Text()
			return nil
		}},
		rule{Path: "/apiKeySource", Ops: replace, Apply: func(r *api.RestApi, o patch.Operation, _ []string) error {
			if v := o.Text(); v != api.APIKeySourceHeader && v != api.APIKeySourceAuthorizer {
				return badRequest("Invalid API key source specified. Valid options are HEADER,AUTHORIZER")
			}
			r.APIKeySource = o.Text()
			return nil
		}},
		rule{Path: "/binaryMediaTypes/{type}", Ops: every, Apply: patchBinaryMediaType},
		rule{Path: "/disableExecuteApiEndpoint", Ops: replace, Apply: func(r *api.RestApi, o patch.Operation, _ []string) error {
			r.DisableExecuteAPIEndpoint = o.Bool()
			return nil
		}},
		rule{Path: "/minimumCompressionSize", Ops: replace, Apply: patchCompressionSize},
		rule{Path: "/policy", Ops: replace, Apply: func(r *api.RestApi, o patch.Operation, _ []string) (err error) {
			r.Policy, err = c.resourcePolicy(r.ID, o.Text())
			return err
		}},
		rule{
			Path: "/endpointConfiguration/types/{type}", Apply: patchEndpointType,
			Ops: []string{patch.Add, patch.Replace, patch.Remove, patch.Copy, "move", "test"},
		},
		rule{Path: "/endpointConfiguration/ipAddressType", Ops: replace, Apply: patchAddressType},
		rule{Path: "/endpointConfiguration/vpcEndpointIds", Ops: []string{patch.Add, patch.Remove}, Apply: patchVPCEndpoint},
		rule{Path: "/endpointAccessMode", Ops: replace, Apply: func(r *api.RestApi, o patch.Operation, _ []string) error {
			if v := o.Text(); v != "BASIC" && v != "STRICT" {
				return badRequest("Invalid endpoint access mode specified. Valid options are BASIC,STRICT")
			}
			r.EndpointAccessMode = o.Text()
			return nil
		}},
		rule{Path: "/securityPolicy", Ops: replace, Apply: func(r *api.RestApi, o patch.Operation, _ []string) error {
			if !isSecurityPolicy(o.Text()) {
				return badRequest("Invalid security policy specified: %s", o.Text())
			}
			r.SecurityPolicy = o.Text()
			return nil
		}},
	)
}

// patchBinaryMediaType changes the list by the type in the path. What replaces it
// goes to the end, and the value of an add is not looked at (recorded).
func patchBinaryMediaType(r *api.RestApi, o patch.Operation, names []string) error {
	without := slices.DeleteFunc(r.BinaryMediaTypes, func(t string) bool { return t == names[0] })
	switch o.Op {
	case patch.Add:
		r.BinaryMediaTypes = append(without, names[0])
	case patch.Replace:
		if o.Text() == "" {
			return badRequest("Invalid media type specified")
		}
		without = slices.DeleteFunc(without, func(t string) bool { return t == o.Text() })
		r.BinaryMediaTypes = append(without, o.Text())
	default:
		r.BinaryMediaTypes = without
	}
	return nil
}

// patchCompressionSize sets the size; no value switches compression off (recorded).
func patchCompressionSize(r *api.RestApi, o patch.Operation, _ []string) error {
	if o.Text() == "" {
		r.MinimumCompressionSize = nil
		return nil
	}
	n, err := strconv.Atoi(o.Text())
	if err != nil || !isCompressionSize(n) {
		return badCompressionSize()
	}
	r.MinimumCompressionSize = &n
	return nil
}

// patchEndpointType replaces the one type that there is: the path may have its index
// or its name (recorded).
func patchEndpointType(r *api.RestApi, o patch.Operation, _ []string) error {
	if o.Op != patch.Replace {
		return badRequest("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")
	}
	switch o.Text() {
	case endpointEdge, endpointRegional, endpointPrivate:
	default:
		return badRequest("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE")
	}
	e := endpointOf(r)
	e.Types = []string{o.Text()}
	if isPrivate(e) {
		e.IPAddressType = addressDualstack
	}
	return nil
}

func patchAddressType(r *api.RestApi, o patch.Operation, _ []string) error {
	if v := o.Text(); v != addressIPv4 && v != addressDualstack {
		return badRequest("ipAddressType must be either ipv4 or dualstack.")
	}
	e := endpointOf(r)
	e.IPAddressType = o.Text()
	return checkEndpoint(e)
}

func patchVPCEndpoint(r *api.RestApi, o patch.Operation, _ []string) error {
	e := endpointOf(r)
	if o.Text() == "" {
		return badRequest("Invalid VPC endpoint ID: %s", o.Text())
	}
	e.VpcEndpointIDs = slices.DeleteFunc(e.VpcEndpointIDs, func(id string) bool { return id == o.Text() })
	if o.Op == patch.Add {
		e.VpcEndpointIDs = append(e.VpcEndpointIDs, o.Text())
	}
	return nil
}

// endpointOf is the endpoint configuration to change; APIs from files may have none.
func endpointOf(r *api.RestApi) *api.EndpointConfiguration {
	if r.EndpointConfiguration == nil {
		r.EndpointConfiguration = &api.EndpointConfiguration{Types: []string{endpointEdge}, IPAddressType: addressIPv4}
	}
	return r.EndpointConfiguration
}

// isSecurityPolicy tells whether the service knows a TLS policy by this name.
func isSecurityPolicy(name string) bool {
	for _, m := range model.Lookup("CreateRestApi").Input.Members {
		if m.Name == "securityPolicy" {
			return slices.Contains(m.Shape.Enum, name)
		}
	}
	return false
}
