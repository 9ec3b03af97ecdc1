package control

import (
	"strings"

	"sluice/api"
)

// cloneRestAPI fills a new API with what another one consists of: the same, under
// fresh ids. Settings that the call did not make are the source's, too; stages,
// deployments and documentation are not part of it.
func cloneRestAPI(t *tx, sourceID string, in *createRestAPIInput, out *api.RestApi) error {
	source, err := requireAPI(t, sourceID)
	if err != nil {
		return err
	}
	if in.BinaryMediaTypes == nil {
		out.BinaryMediaTypes = source.BinaryMediaTypes
	}
	if in.MinimumCompressionSize == nil {
		out.MinimumCompressionSize = source.MinimumCompressionSize
	}
	if in.APIKeySource == "" && source.APIKeySource != "" {
		out.APIKeySource = source.APIKeySource
	}
	if in.Policy == "" {
		out.Policy = strings.ReplaceAll(source.Policy, ":"+sourceID+"/", ":"+out.ID+"/")
	}
	x := cloner{tx: t, from: sourceID, to: out, ids: map[string]string{source.RootResourceID: out.RootResourceID}}
	for _, step := range []func() error{x.models, x.validators, x.authorizers, x.gatewayResponses, x.resources} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// cloner copies the records of an API.
type cloner struct {
	*tx
	from string
	to   *api.RestApi
	ids  map[string]string // of the source -> of the copy
}

// fresh is the id of the copy of what has an id in the source.
func (x *cloner) fresh(id string) string {
	if id == "" {
		return ""
	}
	if x.ids[id] == "" {
		x.ids[id] = newID(objectIDLength)
	}
	return x.ids[id]
}

func (x *cloner) models() error {
	all, err := list[api.Model](x.tx, kindModel, x.from)
	if err != nil {
		return err
	}
	for _, m := range all {
		m.ID = newID(objectIDLength)
		m.Schema = strings.ReplaceAll(m.Schema, modelReference(x.from, ""), modelReference(x.to.ID, ""))
		if err := put(x.tx, m, kindModel, x.to.ID, m.Name); err != nil {
			return err
		}
	}
	return nil
}

func (x *cloner) validators() error {
	all, err := list[api.RequestValidator](x.tx, kindValidator, x.from)
	if err != nil {
		return err
	}
	for _, v := range all {
		v.ID = x.fresh(v.ID)
		if err := put(x.tx, v, kindValidator, x.to.ID, v.ID); err != nil {
			return err
		}
	}
	return nil
}

func (x *cloner) authorizers() error {
	all, err := list[api.Authorizer](x.tx, kindAuthorizer, x.from)
	if err != nil {
		return err
	}
	for _, a := range all {
		a.ID = x.fresh(a.ID)
		if err := put(x.tx, a, kindAuthorizer, x.to.ID, a.ID); err != nil {
			return err
		}
	}
	return nil
}

func (x *cloner) gatewayResponses() error {
	all, err := list[api.GatewayResponse](x.tx, kindGatewayResponse, x.from)
	if err != nil {
		return err
	}
	for _, g := range all {
		if err := put(x.tx, g, kindGatewayResponse, x.to.ID, string(g.ResponseType)); err != nil {
			return err
		}
	}
	return nil
}

func (x *cloner) resources() error {
	all, err := list[api.Resource](x.tx, kindResource, x.from)
	if err != nil {
		return err
	}
	for _, r := range all {
		x.fresh(r.ID) // a method may share the cache of another resource
	}
	for _, r := range all {
		r.ID, r.ParentID = x.fresh(r.ID), x.fresh(r.ParentID)
		for _, m := range r.ResourceMethods {
			x.method(m)
		}
		if err := put(x.tx, r, kindResource, x.to.ID, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// method points a method at the copies. A cache namespace is a resource's id unless
// it was given another name.
func (x *cloner) method(m *api.Method) {
	if id := x.ids[m.AuthorizerID]; id != "" {
		m.AuthorizerID = id
	}
	if id := x.ids[m.RequestValidatorID]; id != "" {
		m.RequestValidatorID = id
	}
	if i := m.MethodIntegration; i != nil {
		if id := x.ids[i.CacheNamespace]; id != "" {
			i.CacheNamespace = id
		}
	}
}
