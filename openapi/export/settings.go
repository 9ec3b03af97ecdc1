package export

import "sluice/api"

// settings writes what the extensions at the root of a document say of the API
// as a whole.
func (x *exporter) settings(root *object) {
	r := &x.snap.RestApi
	if x.want.integrations {
		root.text("x-amazon-apigateway-security-policy", r.SecurityPolicy)
		if e := x.endpoint(); e != nil && !x.v3 {
			root.set("x-amazon-apigateway-endpoint-configuration", e)
		}
	}
	if g := x.gatewayResponses(); len(g.keys) > 0 {
		root.set("x-amazon-apigateway-gateway-responses", g)
	}
	if x.want.integrations {
		if r.Policy != "" {
			x.policy(root, r.Policy)
		}
		root.text("x-amazon-apigateway-endpoint-access-mode", r.EndpointAccessMode)
	}
	if v := x.requestValidators(); len(v.keys) > 0 {
		root.set("x-amazon-apigateway-request-validators", v)
	}
	if !x.want.integrations {
		return
	}
	if len(r.BinaryMediaTypes) > 0 {
		root.set("x-amazon-apigateway-binary-media-types", textList(r.BinaryMediaTypes))
	}
	if r.APIKeySource != "" && r.APIKeySource != api.APIKeySourceHeader {
		root.set("x-amazon-apigateway-api-key-source", r.APIKeySource)
	}
	if r.MinimumCompressionSize != nil {
		root.set("x-amazon-apigateway-minimum-compression-size", *r.MinimumCompressionSize)
	}
}

// policy writes the resource policy. A text that is no JSON goes out as it is,
// so that an import says what is wrong with it.
func (x *exporter) policy(root *object, text string) {
	if n, ok := parse(text); ok {
		root.set("x-amazon-apigateway-policy", fromNode(n))
		return
	}
	root.set("x-amazon-apigateway-policy", text)
}

// endpoint is the endpoint configuration as far as it differs from that of an
// API which was made without one; nil if it does not.
func (x *exporter) endpoint() *object {
	if !x.want.integrations {
		return nil
	}
	out := newObject()
	if x.snap.RestApi.DisableExecuteAPIEndpoint {
		out.set("disableExecuteApiEndpoint", true)
	}
	if c := x.snap.RestApi.EndpointConfiguration; c != nil {
		if len(c.VpcEndpointIDs) > 0 {
			out.set("vpcEndpointIds", textList(c.VpcEndpointIDs))
		}
		kind := "EDGE"
		if len(c.Types) > 0 {
			kind = c.Types[0]
		}
		usual := "ipv4"
		if kind == "PRIVATE" {
			usual = "dualstack"
		}
		if c.IPAddressType != "" && c.IPAddressType != usual {
			out.set("ipAddressType", c.IPAddressType)
		}
		if kind != "EDGE" {
			out.set("types", textList(c.Types))
		}
	}
	if len(out.keys) == 0 {
		return nil
	}
	return out
}

func (x *exporter) gatewayResponses() *object {
	out := newObject()
	if !x.want.gatewayResponses {
		return out
	}
	for _, g := range x.snap.GatewayResponses {
		if g.DefaultResponse {
			continue
		}
		o := newObject()
		if g.StatusCode != "" {
			o.set("statusCode", statusCode(g.StatusCode))
		}
		if len(g.ResponseParameters) > 0 {
			o.set("responseParameters", texts(g.ResponseParameters))
		}
		if len(g.ResponseTemplates) > 0 {
			o.set("responseTemplates", texts(g.ResponseTemplates))
		}
		out.set(string(g.ResponseType), o)
	}
	return out
}

func (x *exporter) requestValidators() *object {
	out := newObject()
	if !x.want.validators {
		return out
	}
	for _, v := range x.snap.RequestValidators {
		out.set(x.validators[v.ID], newObject().
			set("validateRequestParameters", v.ValidateRequestParameters).
			set("validateRequestBody", v.ValidateRequestBody))
	}
	return out
}
