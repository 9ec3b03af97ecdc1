package control

import (
	"sluice/api"
	"sluice/control/patch"
)

func methodResponseOperations() operations {
	return operations{
		"PutMethodResponse":    putMethodResponse,
		"GetMethodResponse":    getMethodResponse,
		"DeleteMethodResponse": deleteMethodResponse,
		"UpdateMethodResponse": updateMethodResponse,
	}
}

// methodResponse is the method's response of the code that the path names.
func (c *call) methodResponse(m *api.Method) (*api.MethodResponse, error) {
	r := m.MethodResponses[c.path["status_code"]]
	if r == nil {
		return nil, notFound("Invalid Response status code specified")
	}
	return r, nil
}

func getMethodResponse(c *call) (any, error) {
	var out *api.MethodResponse
	err := c.viewMethod(func(m *api.Method) (err error) {
		out, err = c.methodResponse(m)
		return err
	})
	return out, err
}

func putMethodResponse(c *call) (any, error) {
	in, err := decode[struct {
		ResponseParameters map[string]bool   `json:"responseParameters"`
		ResponseModels     map[string]string `json:"responseModels"`
	}](c)
	if err != nil {
		return nil, err
	}
	code := c.path["status_code"]
	out := &api.MethodResponse{StatusCode: code, ResponseParameters: in.ResponseParameters, ResponseModels: in.ResponseModels}
	return out, c.changeMethod(func(t *tx, m *api.Method) error {
		if m.MethodResponses[code] != nil {
			return conflict("Response already exists for this resource")
		}
		if m.MethodResponses == nil {
			m.MethodResponses = map[string]*api.MethodResponse{}
		}
		m.MethodResponses[code] = out
		return checkMethodResponse(t, c.path["restapi_id"], out)
	})
}

func checkMethodResponse(t *tx, apiID string, r *api.MethodResponse) error {
	var faults mappingFaults
	for _, name := range sortedKeys(r.ResponseParameters) {
		if !isResponseHeader(name) {
			faults.expression(name)
		}
	}
	if err := faults.err(); err != nil {
		return err
	}
	return checkModels(t, apiID, r.ResponseModels)
}

func deleteMethodResponse(c *call) (any, error) {
	return nil, c.changeMethod(func(_ *tx, m *api.Method) error {
		_, err := c.methodResponse(m)
		delete(m.MethodResponses, c.path["status_code"])
		return err
	})
}

func updateMethodResponse(c *call) (any, error) {
	var out *api.MethodResponse
	err := c.changeMethod(func(t *tx, m *api.Method) (err error) {
		if out, err = c.methodResponse(m); err != nil {
			return err
		}
		if err := applyPatch(c, methodResponsePatch(), out); err != nil {
			return err
		}
		return checkMethodResponse(t, c.path["restapi_id"], out)
	})
	return out, err
}

func methodResponsePatch() *patch.Table[*api.MethodResponse] {
	return patch.NewTable(patch.Terse,
		patchParameters("/responseParameters/{name}", func(r *api.MethodResponse) *map[string]bool { return &r.ResponseParameters }, patch.Operation.Bool),
		patchTypes("/responseModels/{type}", func(r *api.MethodResponse) *map[string]string { return &r.ResponseModels }),
	)
}
