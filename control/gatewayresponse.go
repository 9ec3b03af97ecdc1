package control

import (
	"encoding/json"
	"maps"
	"strings"

	"sluice/api"
	"sluice/control/patch"
	"sluice/mapping"
)

func gatewayResponseOperations() operations {
	return operations{
		"DeleteGatewayResponse": deleteGatewayResponse,
		"GetGatewayResponse":    getGatewayResponse,
		"GetGatewayResponses":   getGatewayResponses,
		"PutGatewayResponse":    putGatewayResponse,
		"UpdateGatewayResponse": updateGatewayResponse,
	}
}

// defaultStatus is the status of a response that is not customised; "" for those that
// stand for many (developer guide, "Gateway response types").
func defaultStatus(t api.ResponseType) string {
	switch t {
	case api.AccessDenied, api.ExpiredToken, api.InvalidAPIKey, api.InvalidSignature, api.MissingAuthenticationToken, api.WAFFiltered:
		return "403"
	case api.APIConfigurationError, api.AuthorizerConfigurationError, api.AuthorizerFailure:
		return "500"
	case api.BadRequestBody, api.BadRequestParameters:
		return "400"
	case api.IntegrationFailure, api.IntegrationTimeout:
		return "504"
	case api.QuotaExceeded, api.Throttled:
		return "429"
	case api.RequestTooLarge:
		return "413"
	case api.ResourceNotFound:
		return "404"
	case api.Unauthorized:
		return "401"
	case api.UnsupportedMediaType:
		return "415"
	}
	return ""
}

func defaultGatewayTemplates() map[string]string {
	return map[string]string{jsonContent: `{"message":$context.error.messageString}`}
}

// showGatewayResponse is a response with its defaults for what was not customised.
// The record has what was said only: a status that was not said follows that of
// DEFAULT_4XX and DEFAULT_5XX.
func showGatewayResponse(r *api.GatewayResponse) *api.GatewayResponse {
	out := *r
	if out.StatusCode == "" {
		out.StatusCode = defaultStatus(r.ResponseType)
	}
	if out.ResponseParameters == nil {
		out.ResponseParameters = map[string]string{}
	}
	if out.ResponseTemplates == nil {
		out.ResponseTemplates = defaultGatewayTemplates()
	}
	return &out
}

// gatewayResponseOf reads a response; one that is not customised is the default.
func gatewayResponseOf(t *tx, apiID, name string) (*api.GatewayResponse, error) {
	if _, err := requireAPI(t, apiID); err != nil {
		return nil, err
	}
	r, err := get[api.GatewayResponse](t, kindGatewayResponse, apiID, name)
	if err != nil || r != nil {
		return r, err
	}
	return &api.GatewayResponse{ResponseType: api.ResponseType(name), DefaultResponse: true}, nil
}

func getGatewayResponse(c *call) (any, error) {
	var out *api.GatewayResponse
	err := c.view(func(t *tx) (err error) {
		out, err = gatewayResponseOf(t, c.path["restapi_id"], c.path["response_type"])
		return err
	})
	if err != nil {
		return nil, err
	}
	return showGatewayResponse(out), nil
}

func getGatewayResponses(c *call) (any, error) {
	var out page[*api.GatewayResponse]
	err := c.view(func(t *tx) error {
		if _, err := requireAPI(t, c.path["restapi_id"]); err != nil {
			return err
		}
		customised, err := list[api.GatewayResponse](t, kindGatewayResponse, c.path["restapi_id"])
		if err != nil {
			return err
		}
		by := map[api.ResponseType]*api.GatewayResponse{}
		for _, r := range customised {
			by[r.ResponseType] = r
		}
		var all []*api.GatewayResponse
		for _, name := range api.ResponseTypes() {
			if by[name] == nil {
				by[name] = &api.GatewayResponse{ResponseType: name, DefaultResponse: true}
			}
			all = append(all, by[name])
		}
		out, err = pageOf(c, all, func(r *api.GatewayResponse) string { return string(r.ResponseType) }, showGatewayResponse)
		return err
	})
	return out, err
}

func putGatewayResponse(c *call) (any, error) {
	in, err := decode[api.GatewayResponse](c)
	if err != nil {
		return nil, err
	}
	apiID := c.path["restapi_id"]
	out := &api.GatewayResponse{
		ResponseType: api.ResponseType(c.path["response_type"]), StatusCode: in.StatusCode,
		ResponseParameters: in.ResponseParameters, ResponseTemplates: in.ResponseTemplates,
	}
	err = c.update(func(t *tx) error {
		if _, err := requireAPI(t, apiID); err != nil {
			return err
		}
		return storeGatewayResponse(t, apiID, out)
	})
	if err != nil {
		return nil, err
	}
	return showGatewayResponse(out), nil
}

// storeGatewayResponse checks a customised response and stores it. That of
// REQUEST_TOO_LARGE is kept and shown, but the answer to a request stays as it is: so
// it is with the service (field reports; developer guide: "not supported").
func storeGatewayResponse(t *tx, apiID string, r *api.GatewayResponse) error {
	if err := checkGatewayResponse(r); err != nil {
		return err
	}
	return put(t, r, kindGatewayResponse, apiID, string(r.ResponseType))
}

// checkGatewayResponse checks the headers, templates and status of a response.
func checkGatewayResponse(r *api.GatewayResponse) error {
	var faults mappingFaults
	for _, name := range sortedKeys(r.ResponseParameters) {
		header, ok := strings.CutPrefix(name, "gatewayresponse.header.")
		if !ok || !isParameterName(header) {
			faults.expression(name)
			continue
		}
		faults.source(r.ResponseParameters[name], mapping.GatewayResponse)
	}
	if err := faults.err(); err != nil {
		return err
	}
	for _, contentType := range sortedKeys(r.ResponseTemplates) {
		if len(r.ResponseTemplates[contentType]) > mapping.MaxTemplate {
			return badRequest("Mapping templates can be at most %d bytes", mapping.MaxTemplate)
		}
	}
	if r.StatusCode != "" && !isStatus(r.StatusCode) {
		return badRequest("Invalid status code specified: %s", r.StatusCode)
	}
	return nil
}

// isStatus tells whether s is three digits from 100 to 599.
func isStatus(s string) bool {
	return len(s) == 3 && s[0] >= '1' && s[0] <= '5' && strings.Trim(s[1:], "0123456789") == ""
}

func updateGatewayResponse(c *call) (any, error) {
	apiID, name := c.path["restapi_id"], c.path["response_type"]
	var out *api.GatewayResponse
	err := c.update(func(t *tx) (err error) {
		if out, err = gatewayResponseOf(t, apiID, name); err != nil {
			return err
		}
		// The parts that can be named begin with what is shown of them.
		if out.ResponseTemplates == nil {
			out.ResponseTemplates = defaultGatewayTemplates()
		}
		if err := applyPatch(c, gatewayResponsePatch(), out); err != nil {
			return err
		}
		// A last template or parameter that was removed is none, not the default.
		if out.ResponseTemplates == nil {
			out.ResponseTemplates = map[string]string{}
		}
		out.DefaultResponse = false
		return storeGatewayResponse(t, apiID, out)
	})
	if err != nil {
		return nil, err
	}
	return showGatewayResponse(out), nil
}

func gatewayResponsePatch() *patch.Table[*api.GatewayResponse] {
	parameters := func(r *api.GatewayResponse) *map[string]string { return &r.ResponseParameters }
	templates := func(r *api.GatewayResponse) *map[string]string { return &r.ResponseTemplates }
	return patch.NewTable(patch.Listing,
		listedAs("/responseParameters", patchParameters("/responseParameters/{name}", parameters, patch.Operation.Text)),
		listedAs("/responseTemplates", patchTypes("/responseTemplates/{type}", templates)),
		replaceText("/statusCode", func(r *api.GatewayResponse) *string { return &r.StatusCode }),
		patchWhole("/responseParameters", parameters),
		patchWhole("/responseTemplates", templates),
	)
}

// listedAs is a rule that texts name by the path that the API reference has for it.
func listedAs[T any](path string, r patch.Rule[T]) patch.Rule[T] {
	r.Listed = path
	return r
}

// patchWhole is the rule of a map as a whole: the value is a JSON object.
func patchWhole[T any](path string, member func(T) *map[string]string) patch.Rule[T] {
	return patch.Rule[T]{Path: path, Ops: []string{patch.Add, patch.Replace, patch.Remove}, Apply: func(v T, o patch.Operation, _ []string) error {
		m := member(v)
		if o.Op == patch.Remove {
			*m = map[string]string{}
			return nil
		}
		var in map[string]string
		if err := json.Unmarshal([]byte(o.Text()), &in); err != nil {
			return badRequest("Invalid value specified for %s: it must be a map of texts as JSON", path)
		}
		if *m == nil || o.Op == patch.Replace {
			*m = map[string]string{}
		}
		maps.Copy(*m, in)
		return nil
	}}
}

func deleteGatewayResponse(c *call) (any, error) {
	apiID, name := c.path["restapi_id"], c.path["response_type"]
	return nil, c.update(func(t *tx) error {
		r, err := gatewayResponseOf(t, apiID, name)
		if err != nil {
			return err
		}
		if r.DefaultResponse {
			return notFound("Gateway response type not defined on api")
		}
		return remove(t, kindGatewayResponse, apiID, name)
	})
}
