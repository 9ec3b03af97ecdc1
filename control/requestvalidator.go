package control

import (
	"sluice/api"
	"sluice/control/patch"
)

func requestValidatorOperations() operations {
	return operations{
		"CreateRequestValidator": createRequestValidator,
		"DeleteRequestValidator": deleteRequestValidator,
		"GetRequestValidator":    getRequestValidator,
		"GetRequestValidators":   getRequestValidators,
		"UpdateRequestValidator": updateRequestValidator,
	}
}

// findValidator reads a request validator. Operations on one say the same of an API
// that is not there.
func findValidator(t *tx, apiID, id string) (*api.RequestValidator, error) {
	v, err := get[api.RequestValidator](t, kindValidator, apiID, id)
	if err == nil && v == nil {
		err = notFound("Invalid Request Validator identifier specified")
	}
	return v, err
}

func createRequestValidator(c *call) (any, error) {
	in, err := decode[api.RequestValidator](c)
	if err != nil {
		return nil, err
	}
	apiID := c.path["restapi_id"]
	out := &api.RequestValidator{
		ID: newID(objectIDLength), Name: in.Name,
		ValidateRequestBody: in.ValidateRequestBody, ValidateRequestParameters: in.ValidateRequestParameters,
	}
	return out, c.update(func(t *tx) error {
		if _, err := requireAPI(t, apiID); err != nil {
			return err
		}
		return putValidator(t, apiID, out)
	})
}

// putValidator stores a validator whose name no other one of the API has: imports
// know them by their names.
func putValidator(t *tx, apiID string, v *api.RequestValidator) error {
	others, err := list[api.RequestValidator](t, kindValidator, apiID)
	if err != nil {
		return err
	}
	for _, other := range others {
		if v.Name != "" && other.Name == v.Name && other.ID != v.ID {
			return badRequest("Request Validator name must be unique. Request Validator %s already exists in this RestApi.", v.Name)
		}
	}
	return put(t, v, kindValidator, apiID, v.ID)
}

func getRequestValidator(c *call) (any, error) {
	var out *api.RequestValidator
	err := c.view(func(t *tx) (err error) {
		out, err = findValidator(t, c.path["restapi_id"], c.path["requestvalidator_id"])
		return err
	})
	return out, err
}

func getRequestValidators(c *call) (any, error) {
	var out page[*api.RequestValidator]
	err := c.view(func(t *tx) (err error) {
		if _, err := requireAPI(t, c.path["restapi_id"]); err != nil {
			return err
		}
		out, err = pageOfRecords(c, t, same[api.RequestValidator], kindValidator, c.path["restapi_id"])
		return err
	})
	return out, err
}

func updateRequestValidator(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	var out *api.RequestValidator
	err := c.update(func(t *tx) (err error) {
		if out, err = findValidator(t, apiID, c.path["requestvalidator_id"]); err != nil {
			return err
		}
		if err := applyPatch(c, requestValidatorPatch(), out); err != nil {
			return err
		}
		return putValidator(t, apiID, out)
	})
	return out, err
}

func requestValidatorPatch() *patch.Table[*api.RequestValidator] {
	type rule = patch.Rule[*api.RequestValidator]
	replace := []string{patch.Replace}
	return patch.NewTable(patch.Listing,
		rule{Path: "/name", Ops: replace, Apply: func(v *api.RequestValidator, o patch.Operation, _ []string) error {
			if o.Text() == "" {
				return badRequest("Request Validator name cannot be blank")
			}
			v.Name = o.Text()
			return nil
		}},
		rule{Path: "/validateRequestBody", Ops: replace, Apply: func(v *api.RequestValidator, o patch.Operation, _ []string) error {
			v.ValidateRequestBody = o.Bool()
			return nil
		}},
		rule{Path: "/validateRequestParameters", Ops: replace, Apply: func(v *api.RequestValidator, o patch.Operation, _ []string) error {
			v.ValidateRequestParameters = o.Bool()
			return nil
		}},
	)
}

// deleteRequestValidator deletes a validator that no method has.
func deleteRequestValidator(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	return nil, c.update(func(t *tx) error {
		v, err := findValidator(t, apiID, c.path["requestvalidator_id"])
		if err != nil {
			return err
		}
		resources, err := list[api.Resource](t, kindResource, apiID)
		if err != nil {
			return err
		}
		for _, r := range resources {
			for _, verb := range sortedKeys(r.ResourceMethods) {
				if r.ResourceMethods[verb].RequestValidatorID == v.ID {
					return conflict("Cannot delete request validator '%s', is referenced in method: %s/%s", v.ID, r.Path, verb)
				}
			}
		}
		return remove(t, kindValidator, apiID, v.ID)
	})
}
