package openapi

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"sluice/api"
	"sluice/openapi/docpart"
	"sluice/openapi/document"
)

// Merge is PutRestApi with mode merge: what imported names takes the place of
// what existing has under the same path and verb, or name; all else of existing
// stays (aws-facts: openapi, 3). The API, its root, resources whose path is
// there, and models, authorizers, validators and parts that are replaced keep
// their ids. Neither argument is changed, but the result shares their parts. The
// error is a *Refusal.
func Merge(existing, imported *api.Snapshot) (*api.Snapshot, error) {
	m := merger{existing: existing, imported: imported}
	return m.run()
}

// Overwrite is PutRestApi with mode overwrite: what imported does not name is
// gone. The API, its root and resources whose path is there keep their ids;
// models, authorizers and validators are made anew. With keepDocumentation
// (ignore=documentation) the parts of existing stay.
func Overwrite(existing, imported *api.Snapshot, keepDocumentation bool) (*api.Snapshot, error) {
	m := merger{existing: existing, imported: imported, overwrite: true, keepDocumentation: keepDocumentation}
	return m.run()
}

type merger struct {
	existing, imported *api.Snapshot
	overwrite          bool
	keepDocumentation  bool
	ids                map[string]string // of imported -> of the result
}

func (m *merger) run() (*api.Snapshot, error) {
	m.ids = map[string]string{}
	out := &api.Snapshot{RestApi: m.restApi()}
	old, add := m.existing, m.imported
	if m.overwrite {
		out.Models, out.Authorizers, out.RequestValidators, out.GatewayResponses = add.Models, add.Authorizers, add.RequestValidators, add.GatewayResponses
		out.DocumentationParts = add.DocumentationParts
		if m.keepDocumentation {
			out.DocumentationParts = old.DocumentationParts
		}
	} else {
		out.Models = joined(old.Models, add.Models, func(x *api.Model) string { return x.Name }, func(x, y *api.Model) *api.Model {
			kept := *y
			kept.ID = x.ID
			return &kept
		})
		out.Authorizers = joined(old.Authorizers, add.Authorizers, func(x *api.Authorizer) string { return x.Name }, func(x, y *api.Authorizer) *api.Authorizer {
			kept := *y
			kept.ID, m.ids[y.ID] = x.ID, x.ID
			return &kept
		})
		out.RequestValidators = joined(old.RequestValidators, add.RequestValidators, func(x *api.RequestValidator) string { return x.Name },
			func(x, y *api.RequestValidator) *api.RequestValidator {
				kept := *y
				kept.ID, m.ids[y.ID] = x.ID, x.ID
				return &kept
			})
		out.GatewayResponses = joined(old.GatewayResponses, add.GatewayResponses, func(x *api.GatewayResponse) string { return string(x.ResponseType) },
			func(_, y *api.GatewayResponse) *api.GatewayResponse { return y })
		out.DocumentationParts, _ = MergeDocumentation(old.DocumentationParts, add.DocumentationParts)
	}
	var err error
	out.Resources, err = m.resources()
	return out, err
}

// joined are the old entries, each replaced if there is a new one under its key,
// and then the new ones, in order of their keys.
func joined[T any](old, add []T, key func(T) string, replace func(old, add T) T) []T {
	at := map[string]int{}
	out := slices.Clone(old)
	for i, x := range old {
		at[key(x)] = i
	}
	for _, x := range add {
		if i, ok := at[key(x)]; ok {
			out[i] = replace(out[i], x)
			continue
		}
		at[key(x)] = len(out)
		out = append(out, x)
	}
	sort.SliceStable(out, func(i, j int) bool { return key(out[i]) < key(out[j]) })
	return out
}

// said tells whether the document itself had a member of the API.
func (m *merger) said(member string) bool {
	return m.imported.Places.Find("restApi", member).Line > 0
}

func (m *merger) restApi() api.RestApi {
	out, add := m.existing.RestApi, m.imported.RestApi
	out.Warnings = nil
	out.Name = add.Name
	if m.overwrite || add.Description != "" {
		out.Description = add.Description
	}
	if m.overwrite || add.Version != "" {
		out.Version = add.Version
	}
	if m.overwrite {
		out.BinaryMediaTypes = add.BinaryMediaTypes
	} else {
		out.BinaryMediaTypes = slices.Clone(out.BinaryMediaTypes)
		for _, t := range add.BinaryMediaTypes {
			if !slices.Contains(out.BinaryMediaTypes, t) {
				out.BinaryMediaTypes = append(out.BinaryMediaTypes, t)
			}
		}
	}
	if m.overwrite || m.said("apiKeySource") {
		out.APIKeySource = add.APIKeySource
	}
	if m.overwrite || m.said("minimumCompressionSize") {
		out.MinimumCompressionSize = add.MinimumCompressionSize
	}
	if m.overwrite || m.said("policy") {
		out.Policy = add.Policy
	}
	// A put does not change the type of the endpoint (developer guide).
	if m.said("securityPolicy") {
		out.SecurityPolicy = add.SecurityPolicy
	}
	if m.said("endpointAccessMode") {
		out.EndpointAccessMode = add.EndpointAccessMode
	}
	if m.said("disableExecuteApiEndpoint") {
		out.DisableExecuteAPIEndpoint = add.DisableExecuteAPIEndpoint
	}
	if c := add.EndpointConfiguration; c != nil && len(c.VpcEndpointIDs) > 0 {
		endpoint := api.EndpointConfiguration{}
		if out.EndpointConfiguration != nil {
			endpoint = *out.EndpointConfiguration
		}
		endpoint.VpcEndpointIDs = c.VpcEndpointIDs
		out.EndpointConfiguration = &endpoint
	}
	return out
}

// resources joins the trees by path. The result has parents before children, as
// any list of resources by path.
func (m *merger) resources() ([]*api.Resource, error) {
	byPath := map[string]*api.Resource{}
	variables := map[string]string{} // id of a resource -> its child that is a variable
	var out []*api.Resource
	for _, r := range m.existing.Resources {
		byPath[r.Path] = r
	}
	named := map[string]bool{}
	for _, r := range m.imported.Resources {
		named[r.Path] = true
	}
	for _, r := range m.existing.Resources {
		if m.overwrite && r.Path != "/" && !named[r.Path] {
			continue
		}
		kept := *r
		if m.overwrite {
			kept.ResourceMethods = nil
		}
		byPath[r.Path] = &kept
		out = append(out, &kept)
		if strings.HasPrefix(r.PathPart, "{") {
			variables[r.ParentID] = r.PathPart
		}
	}
	imported := slices.Clone(m.imported.Resources)
	sort.Slice(imported, func(i, j int) bool { return imported[i].Path < imported[j].Path })
	for _, r := range imported {
		old := byPath[r.Path]
		if old != nil {
			m.ids[r.ID] = old.ID
		} else {
			made := *r
			made.ResourceMethods = nil
			made.ParentID = m.id(r.ParentID)
			if err := m.mayGrow(&made, byPath, variables); err != nil {
				return nil, err
			}
			byPath[r.Path], old = &made, &made
			out = append(out, &made)
		}
		old.ResourceMethods = m.methods(old, r)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	return out, nil
}

func (m *merger) id(of string) string {
	if id, ok := m.ids[of]; ok {
		return id
	}
	return of
}

// mayGrow checks a new resource against the tree that it joins, with the texts
// of an import.
func (m *merger) mayGrow(r *api.Resource, byPath map[string]*api.Resource, variables map[string]string) error {
	refuse := func(text string, args ...any) error {
		return &Refusal{"Errors found during import:\n\tUnable to create resource at path '" + r.Path + "': " + fmt.Sprintf(text, args...)}
	}
	parent := byPath[parentPath(r.Path)]
	if parent != nil && strings.HasSuffix(parent.PathPart, "+}") {
		return refuse("Cannot create a child of a resource with a greedy path variable: %s", parent.PathPart)
	}
	if !strings.HasPrefix(r.PathPart, "{") {
		return nil
	}
	if other := variables[r.ParentID]; other != "" {
		return refuse("A sibling (%s) of this resource already has a variable path part -- only one is allowed", other)
	}
	variables[r.ParentID] = r.PathPart
	return nil
}

func parentPath(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

// methods are those of a resource with the imported ones in place of their
// namesakes, referring to what the result has.
func (m *merger) methods(r, imported *api.Resource) map[string]*api.Method {
	if len(r.ResourceMethods)+len(imported.ResourceMethods) == 0 {
		return nil
	}
	out := map[string]*api.Method{}
	for name, method := range r.ResourceMethods {
		out[name] = method
	}
	for name, method := range imported.ResourceMethods {
		kept := *method
		kept.AuthorizerID, kept.RequestValidatorID = m.id(method.AuthorizerID), m.id(method.RequestValidatorID)
		if i := method.MethodIntegration; i != nil && i.CacheNamespace == imported.ID {
			integration := *i
			integration.CacheNamespace = r.ID
			kept.MethodIntegration = &integration
		}
		out[name] = &kept
	}
	return out
}

// MergeDocumentation is ImportDocumentationParts with mode merge: a part for a
// location that is there gives its attributes to the existing one, others are
// added. ids are those of the imported parts, in their order.
func MergeDocumentation(existing, imported []*api.DocumentationPart) (parts []*api.DocumentationPart, ids []string) {
	parts = slices.Clone(existing)
	ids = make([]string, 0, len(imported))
	index := docpart.NewIndex(existing)
	at := map[*api.DocumentationPart]int{}
	for i, p := range parts {
		at[p] = i
	}
	for _, p := range imported {
		old := index.Own(p.Location)
		if old == nil {
			parts, ids = append(parts, p), append(ids, p.ID)
			continue
		}
		parts[at[old]] = &api.DocumentationPart{ID: old.ID, Location: old.Location, Properties: joinProperties(old.Properties, p.Properties)}
		ids = append(ids, old.ID)
	}
	return parts, ids
}

// joinProperties replaces the attributes that add has. If either is no map, add
// counts.
func joinProperties(old, add string) string {
	a, _ := document.Parse("properties.json", []byte(old))
	b, _ := document.Parse("properties.json", []byte(add))
	if a.Kind() != document.Map || b.Kind() != document.Map {
		return add
	}
	out := []byte{'{'}
	member := func(key string, value *document.Node) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = value.AppendJSON(append(document.AppendString(out, key), ':'))
	}
	for _, m := range a.Members() {
		if v := b.Get(m.Key); v != nil {
			member(m.Key, v)
		} else {
			member(m.Key, m.Value)
		}
	}
	for _, m := range b.Members() {
		if a.Get(m.Key) == nil {
			member(m.Key, m.Value)
		}
	}
	return string(append(out, '}'))
}
