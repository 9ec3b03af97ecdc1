package control

import (
	"encoding/json"
	"strings"

	"sluice/api"
	"sluice/control/patch"
	"sluice/openapi/document"
	"sluice/runtime/schema"
)

func modelOperations() operations {
	return operations{
		"CreateModel":      createModel,
		"DeleteModel":      deleteModel,
		"GetModel":         getModel,
		"GetModelTemplate": getModelTemplate,
		"GetModels":        getModels,
		"UpdateModel":      updateModel,
	}
}

// maxModels bounds the models of an API together, in bytes (aws-facts: limits, 2).
const maxModels = 400 << 10

// checkModelSize tells whether an API may have all these models.
func checkModelSize(models []*api.Model) error {
	size := 0
	for _, m := range models {
		size += len(m.Schema)
	}
	if size > maxModels {
		return limitExceeded("The models of an API can have at most %d bytes", maxModels)
	}
	return nil
}

const jsonContent = "application/json"

// modelBase begins a reference to a model; the API's id and "/models/" follow.
const modelBase = "https://apigateway.amazonaws.com/restapis/"

// modelReference is what $ref calls a model of an API.
func modelReference(apiID, name string) string { return modelBase + apiID + "/models/" + name }

// referencedModel is the model that a $ref names; "" when it names none.
func referencedModel(ref string) string {
	rest, ok := strings.CutPrefix(ref, modelBase)
	if !ok {
		return ""
	}
	_, name, _ := strings.Cut(rest, "/models/")
	name, _, _ = strings.Cut(name, "#") // to a part of the model
	return name
}

// defaultModels are those that every API begins with.
func defaultModels() []*api.Model {
	return []*api.Model{
		{
			ID: newID(objectIDLength), Name: "Empty", ContentType: jsonContent, Description: "This is a default empty schema model",
			Schema: "{\n  \"$schema\": \"http://json-schema.org/draft-04/schema#\",\n  \"title\" : \"Empty Schema\",\n  \"type\" : \"object\"\n}",
		},
		{
			ID: newID(objectIDLength), Name: "Error", ContentType: jsonContent, Description: "This is a default error schema model",
			Schema: "{\n  \"$schema\" : \"http://json-schema.org/draft-04/schema#\",\n  \"title\" : \"Error Schema\",\n  \"type\" : \"object\",\n" +
				"  \"properties\" : {\n    \"message\" : { \"type\" : \"string\" }\n  }\n}",
		},
	}
}

// findModel reads a model. Of an unknown API the service says the same as of an
// unknown model (recorded).
func findModel(t *tx, apiID, name string) (*api.Model, error) {
	m, err := get[api.Model](t, kindModel, apiID, name)
	if err == nil && m == nil {
		err = notFound("Invalid model name specified: %s", name)
	}
	return m, err
}

func createModel(c *call) (any, error) {
	in, err := decode[api.Model](c)
	if err != nil {
		return nil, err
	}
	apiID := c.path["restapi_id"]
	out := &api.Model{ID: newID(objectIDLength), Name: in.Name, Description: in.Description, Schema: in.Schema, ContentType: in.ContentType}
	return out, c.update(func(t *tx) error {
		if _, err := requireAPI(t, apiID); err != nil {
			return err
		}
		switch {
		case out.Name == "":
			return badRequest("Model name must be non-empty")
		case strings.Trim(out.Name, alphanumeric) != "":
			return badRequest("Model name must be alphanumeric: %s", out.Name)
		case out.ContentType == "":
			return badRequest("Model content type must be non-empty")
		}
		existing, err := get[api.Model](t, kindModel, apiID, out.Name)
		if err != nil {
			return err
		}
		if existing != nil {
			return conflict("Model name already exists for this REST API")
		}
		return putModel(t, apiID, out)
	})
}

// putModel checks a model among the others of its API and stores it.
func putModel(t *tx, apiID string, m *api.Model) error {
	if strings.TrimSpace(m.Schema) == "" {
		return badRequest("Model schema must have at least 1 property or array items defined")
	}
	others, err := list[api.Model](t, kindModel, apiID)
	if err != nil {
		return err
	}
	all := []*api.Model{m}
	for _, other := range others {
		if other.Name != m.Name {
			all = append(all, other)
		}
	}
	if err := checkModelSize(all); err != nil {
		return err
	}
	if err := checkSchema(m, others, all); err != nil {
		return err
	}
	return put(t, m, kindModel, apiID, m.Name)
}

// brokenModels are the names of those that bodies cannot be checked against.
func brokenModels(models []*api.Model) map[string]bool {
	out := map[string]bool{}
	_, problems := schema.Compile(models, "", nil)
	for _, p := range problems {
		if name, ok := strings.CutPrefix(p.Subject, "model "); ok && !p.Warning {
			out[name] = true
		}
	}
	return out
}

// checkSchema checks that a model is a schema that bodies can be checked against, and
// that it breaks no other one that refers to a part of it. before are the models as
// they are, after those that they become.
func checkSchema(m *api.Model, before, after []*api.Model) error {
	var faults []string
	broken := brokenModels(after)
	if !broken[m.Name] && len(broken) > 0 {
		was := brokenModels(before)
		for name := range broken {
			if !was[name] {
				faults = []string{"Invalid model schema specified"}
			}
		}
	}
	if broken[m.Name] {
		faults = []string{"Invalid model schema specified"}
	}
	if root, _ := document.Parse("schema.json", []byte(m.Schema)); root != nil && strings.Contains(m.ContentType, "json") {
		if unsupported := unsupportedKeywords(root); len(unsupported) > 0 {
			list, err := json.Marshal(unsupported)
			if err != nil {
				return err
			}
			faults = []string{"Invalid model schema specified. Unsupported keyword(s): " + string(list)}
		}
		for _, ref := range references(root, nil) {
			if !strings.HasPrefix(ref, "#") && referencedModel(ref) == "" {
				faults = []string{"Invalid model schema specified", "Model reference must be in canonical form"}
			}
		}
	}
	if len(faults) > 0 {
		return badRequest("%s", "Invalid model specified: Validation Result: warnings : [], errors : ["+strings.Join(faults, ", ")+"]")
	}
	return nil
}

// references are the values of $ref below n.
func references(n *document.Node, out []string) []string {
	for _, m := range n.Members() {
		if m.Key == "$ref" && m.Value.Kind() == document.String {
			out = append(out, m.Value.Text())
		}
		out = references(m.Value, out)
	}
	return out
}

func getModel(c *call) (any, error) {
	var out *api.Model
	err := c.view(func(t *tx) (err error) {
		if out, err = findModel(t, c.path["restapi_id"], c.path["model_name"]); err != nil || !c.flag("flatten") {
			return err
		}
		out.Schema, err = flatten(t, c.path["restapi_id"], out)
		return err
	})
	return out, err
}

func getModels(c *call) (any, error) {
	var out page[*api.Model]
	err := c.view(func(t *tx) (err error) {
		if _, err := requireAPI(t, c.path["restapi_id"]); err != nil {
			return err
		}
		out, err = pageOfRecords(c, t, same[api.Model], kindModel, c.path["restapi_id"])
		return err
	})
	return out, err
}

func updateModel(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	var out *api.Model
	err := c.update(func(t *tx) (err error) {
		if out, err = findModel(t, apiID, c.path["model_name"]); err != nil {
			return err
		}
		if err := applyPatch(c, modelPatch(), out); err != nil {
			return err
		}
		return putModel(t, apiID, out)
	})
	return out, err
}

func modelPatch() *patch.Table[*api.Model] {
	return patch.NewTable(patch.Listing,
		replaceText("/description", func(m *api.Model) *string { return &m.Description }),
		replaceText("/schema", func(m *api.Model) *string { return &m.Schema }),
	)
}

// deleteModel deletes a model that nothing refers to.
func deleteModel(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	return nil, c.update(func(t *tx) error {
		m, err := findModel(t, apiID, c.path["model_name"])
		if err != nil {
			return err
		}
		resources, err := list[api.Resource](t, kindResource, apiID)
		if err != nil {
			return err
		}
		for _, r := range resources {
			if err := modelUsed(m.Name, r); err != nil {
				return err
			}
		}
		others, err := list[api.Model](t, kindModel, apiID)
		if err != nil {
			return err
		}
		for _, other := range others {
			root, _ := document.Parse("schema.json", []byte(other.Schema))
			for _, ref := range references(root, nil) {
				if other.Name != m.Name && referencedModel(ref) == m.Name {
					return conflict("Cannot delete model '%s', is referenced in model: %s", m.Name, other.Name)
				}
			}
		}
		return remove(t, kindModel, apiID, m.Name)
	})
}

// modelUsed is the error of deleting a model that a method of r has.
func modelUsed(name string, r *api.Resource) error {
	for _, verb := range sortedKeys(r.ResourceMethods) {
		m := r.ResourceMethods[verb]
		for _, used := range m.RequestModels {
			if used == name {
				return conflict("Cannot delete model '%s', is referenced in method request: %s", name, r.Path+"/"+verb)
			}
		}
		for _, response := range m.MethodResponses {
			for _, used := range response.ResponseModels {
				if used == name {
					return conflict("Cannot delete model '%s', is referenced in method response: %s", name, r.Path+"/"+verb)
				}
			}
		}
	}
	return nil
}
