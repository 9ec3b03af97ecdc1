package control

import (
	"sort"

	"sluice/api"
)

// snapshotOf is the definition of an API at the moment, as deployments freeze it and
// exports write it; nil when there is no such API. It is the caller's to change.
func snapshotOf(t *tx, apiID string) (*api.Snapshot, error) {
	restAPI, err := get[api.RestApi](t, kindAPI, apiID)
	if err != nil || restAPI == nil {
		return nil, err
	}
	s := &api.Snapshot{RestApi: *restAPI}
	if s.Resources, err = list[api.Resource](t, kindResource, apiID); err != nil {
		return nil, err
	}
	sort.Slice(s.Resources, func(i, j int) bool { return s.Resources[i].Path < s.Resources[j].Path })
	if err := readParts(t, s, apiID); err != nil {
		return nil, err
	}
	if s.DocumentationParts, err = list[api.DocumentationPart](t, kindDocumentationPart, apiID); err != nil {
		return nil, err
	}
	return s, nil
}

// readParts reads what the methods of an API refer to.
func readParts(t *tx, s *api.Snapshot, apiID string) (err error) {
	if s.Models, err = list[api.Model](t, kindModel, apiID); err != nil {
		return err
	}
	if s.RequestValidators, err = list[api.RequestValidator](t, kindValidator, apiID); err != nil {
		return err
	}
	if s.Authorizers, err = list[api.Authorizer](t, kindAuthorizer, apiID); err != nil {
		return err
	}
	s.GatewayResponses, err = list[api.GatewayResponse](t, kindGatewayResponse, apiID)
	return err
}
