package export

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"sluice/api"
)

// comparable is a snapshot as text without generated ids: what has an id is
// called by its path or name.
func comparable(t *testing.T, snap *api.Snapshot) string {
	t.Helper()
	s := clone(t, snap)
	s.DeploymentID = ""
	s.RestApi.RootResourceID, s.RestApi.CreatedDate, s.RestApi.Warnings = "", nil, nil
	validators, authorizers, resources := map[string]string{}, map[string]string{}, map[string]string{}
	for _, v := range s.RequestValidators {
		validators[v.ID] = v.Name
		v.ID = ""
	}
	for _, a := range s.Authorizers {
		authorizers[a.ID] = a.Name
		a.ID = ""
	}
	for _, m := range s.Models {
		m.ID = ""
		m.Schema = withoutTopSchema(t, m.Schema)
	}
	for _, p := range s.DocumentationParts {
		p.ID = ""
	}
	for _, r := range s.Resources {
		resources[r.ID] = r.Path
	}
	for _, r := range s.Resources {
		for _, m := range r.ResourceMethods {
			m.RequestValidatorID, m.AuthorizerID = validators[m.RequestValidatorID], authorizers[m.AuthorizerID]
			empty(&m.RequestParameters)
			empty(&m.RequestModels)
			for _, response := range m.MethodResponses {
				empty(&response.ResponseParameters)
				empty(&response.ResponseModels)
			}
			if i := m.MethodIntegration; i != nil {
				if path, ok := resources[i.CacheNamespace]; ok {
					i.CacheNamespace = path
				}
				empty(&i.RequestParameters)
				empty(&i.RequestTemplates)
				for _, response := range i.IntegrationResponses {
					empty(&response.ResponseParameters)
					empty(&response.ResponseTemplates)
				}
			}
		}
		r.ID, r.ParentID = "", resources[r.ParentID]
	}
	for _, g := range s.GatewayResponses {
		empty(&g.ResponseParameters)
		empty(&g.ResponseTemplates)
	}
	b, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// empty makes nothing of a map with nothing in it: a document cannot tell them
// apart.
func empty[M ~map[string]V, V any](m *M) {
	if len(*m) == 0 {
		*m = nil
	}
}

func clone(t *testing.T, snap *api.Snapshot) *api.Snapshot {
	t.Helper()
	b, err := json.Marshal(snap)
	if err != nil {
		t.Fatal(err)
	}
	out := new(api.Snapshot)
	if err := json.Unmarshal(b, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// withoutTopSchema takes out $schema, which the service does not export.
func withoutTopSchema(t *testing.T, schema string) string {
	n, ok := parse(schema)
	if !ok {
		t.Fatalf("no JSON: %s", schema)
	}
	o, ok := fromNode(n).(*object)
	if !ok || !o.has("$schema") {
		return schema
	}
	kept := newObject()
	for _, k := range o.keys {
		if k != "$schema" {
			kept.set(k, o.values[k])
		}
	}
	n, _ = parse(string(appendJSON(nil, kept, 0)))
	return string(n.AppendJSON(nil))
}

// inSwagger is what Swagger 2.0 can say of an API: one body model a method, one
// model a response, both for all types that the method consumes or produces.
func inSwagger(t *testing.T, snap *api.Snapshot) *api.Snapshot {
	t.Helper()
	s := clone(t, snap)
	for _, r := range s.Resources {
		for name, m := range r.ResourceMethods {
			consumed, produced := map[string]string{}, map[string]string{}
			maps.Copy(consumed, m.RequestModels)
			if m.MethodIntegration != nil {
				for contentType := range m.MethodIntegration.RequestTemplates {
					consumed[contentType] = ""
				}
				for _, response := range m.MethodIntegration.IntegrationResponses {
					for contentType := range response.ResponseTemplates {
						produced[contentType] = ""
					}
				}
			}
			for _, response := range m.MethodResponses {
				maps.Copy(produced, response.ResponseModels)
			}
			if len(m.RequestModels) > 0 {
				model, err := bodyModel(r.Path, name, m)
				if err != nil {
					t.Fatal(err)
				}
				m.RequestModels = spread(consumed, model)
			}
			for _, response := range m.MethodResponses {
				if len(response.ResponseModels) > 0 {
					response.ResponseModels = spread(produced, responseModel(response))
				}
			}
		}
	}
	return s
}

func spread(types map[string]string, model string) map[string]string {
	out := map[string]string{}
	for t := range types {
		out[t] = model
	}
	return out
}

// firstDifference shows the first line in which two texts differ.
func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return strings.Join(around(x, i), "\n") + "\n--- against\n" + strings.Join(around(y, i), "\n")
		}
	}
	return "one is longer:\n" + strings.Join(around(y, len(x)), "\n")
}

func around(lines []string, i int) []string {
	return lines[min(max(0, i-6), len(lines)):min(len(lines), i+4)]
}
