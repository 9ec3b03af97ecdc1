package control

import (
	"sluice/api"
	"sluice/control/patch"
	"sluice/mapping"
)

func integrationResponseOperations() operations {
	return operations{
		"PutIntegrationResponse":    putIntegrationResponse,
		"GetIntegrationResponse":    getIntegrationResponse,
		"DeleteIntegrationResponse": deleteIntegrationResponse,
		"UpdateIntegrationResponse": updateIntegrationResponse,
	}
}

// integrationResponse is the response of the method's integration for the code that
// the path names.
func (c *call) integrationResponse(m *api.Method) (*api.IntegrationResponse, error) {
	i, err := integration(m)
	if err != nil {
		return nil, err
	}
	r := i.IntegrationResponses[c.path["status_code"]]
	if r == nil {
		return nil, notFound("Invalid Response status code specified")
	}
	return r, nil
}

func getIntegrationResponse(c *call) (any, error) {
	var out *api.IntegrationResponse
	err := c.viewMethod(func(m *api.Method) (err error) {
		out, err = c.integrationResponse(m)
		return err
	})
	return out, err
}

func putIntegrationResponse(c *call) (any, error) {
	in, err := decode[struct {
		SelectionPattern   *string           `json:"selectionPattern"`
		ResponseParameters map[string]string `json:"responseParameters"`
		ResponseTemplates  map[string]string `json:"responseTemplates"`
		ContentHandling    string            `json:"contentHandling"`
	}](c)
	if err != nil {
		return nil, err
	}
	out := &api.IntegrationResponse{
		StatusCode: c.path["status_code"], SelectionPattern: in.SelectionPattern, ResponseParameters: in.ResponseParameters,
		ResponseTemplates: in.ResponseTemplates, ContentHandling: in.ContentHandling,
	}
	return out, c.changeMethod(func(_ *tx, m *api.Method) error {
		i := m.MethodIntegration
		if i == nil {
			return notFound("No integration defined for method")
		}
		if i.IntegrationResponses == nil {
			i.IntegrationResponses = map[string]*api.IntegrationResponse{}
		}
		i.IntegrationResponses[out.StatusCode] = out
		return checkIntegrationResponse(m, out)
	})
}

// checkIntegrationResponse checks the mappings of an integration response: each sets a
// header that the method response of its code declares.
func checkIntegrationResponse(m *api.Method, r *api.IntegrationResponse) error {
	var faults mappingFaults
	response := m.MethodResponses[r.StatusCode]
	if response == nil && len(r.ResponseParameters) > 0 {
		faults = append(faults, "No method response exists for method.")
	}
	for _, name := range sortedKeys(r.ResponseParameters) {
		declared := response == nil // nothing more is said of what cannot be declared
		if response != nil {
			_, declared = response.ResponseParameters[name]
		}
		switch {
		case !isResponseHeader(name):
			faults.expression(name)
		case !declared:
			faults.parameter(name)
		default:
			faults.source(r.ResponseParameters[name], mapping.MethodResponse)
		}
	}
	if err := faults.err(); err != nil {
		return err
	}
	for _, contentType := range sortedKeys(r.ResponseTemplates) {
		if len(r.ResponseTemplates[contentType]) > mapping.MaxTemplate {
			return badRequest("Mapping templates can be at most %d bytes", mapping.MaxTemplate)
		}
	}
	return nil
}

func deleteIntegrationResponse(c *call) (any, error) {
	return nil, c.changeMethod(func(_ *tx, m *api.Method) error {
		r, err := c.integrationResponse(m)
		if err != nil {
			return err
		}
		delete(m.MethodIntegration.IntegrationResponses, r.StatusCode)
		return nil
	})
}

func updateIntegrationResponse(c *call) (any, error) {
	var out *api.IntegrationResponse
	err := c.changeMethod(func(_ *tx, m *api.Method) (err error) {
		if out, err = c.integrationResponse(m); err != nil {
			return err
		}
		if err := applyPatch(c, integrationResponsePatch(), out); err != nil {
			return err
		}
		return checkIntegrationResponse(m, out)
	})
	return out, err
}

func integrationResponsePatch() *patch.Table[*api.IntegrationResponse] {
	return patch.NewTable(patch.Terse,
		patch.Rule[*api.IntegrationResponse]{Path: "/selectionPattern", Ops: []string{patch.Replace}, Apply: func(r *api.IntegrationResponse, o patch.Operation, _ []string) error {
			pattern := o.Text()
			r.SelectionPattern = &pattern
			return nil
		}},
		patch.Rule[*api.IntegrationResponse]{Path: "/contentHandling", Ops: []string{patch.Replace}, Apply: func(r *api.IntegrationResponse, o patch.Operation, _ []string) error {
			r.ContentHandling = o.Text()
			return checkContentHandling(r.ContentHandling)
		}},
		patchParameters("/responseParameters/{name}", func(r *api.IntegrationResponse) *map[string]string { return &r.ResponseParameters }, patch.Operation.Text),
		patchTypes("/responseTemplates/{type}", func(r *api.IntegrationResponse) *map[string]string {
			return (*map[string]string)(&r.ResponseTemplates)
		}),
	)
}
