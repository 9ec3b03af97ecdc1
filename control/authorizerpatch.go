package control

import (
	"slices"
	"strconv"

	"sluice/api"
	"sluice/control/patch"
)

func updateAuthorizer(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	var out *api.Authorizer
	err := c.update(func(t *tx) (err error) {
		if out, err = authorizerOf(t, apiID, c.path["authorizer_id"]); err != nil {
			return err
		}
		if err := applyPatch(c, authorizerPatch(), out); err != nil {
			return err
		}
		if err := checkAuthorizer(t, apiID, out); err != nil {
			return err
		}
		return put(t, out, kindAuthorizer, apiID, out.ID)
	})
	return out, err
}

func authorizerPatch() *patch.Table[*api.Authorizer] {
	return patch.NewTable(patch.Listing,
		replaceText("/name", func(a *api.Authorizer) *string { return &a.Name }),
		patch.Rule[*api.Authorizer]{Path: "/type", Ops: []string{patch.Replace}, Apply: func(a *api.Authorizer, o patch.Operation, _ []string) error {
			types := []string{api.AuthorizerToken, api.AuthorizerRequest, api.AuthorizerCognito}
			if a.Type = o.Text(); !slices.Contains(types, a.Type) {
				return badOption("AuthorizerType", types)
			}
			return nil
		}},
		replaceText("/authType", func(a *api.Authorizer) *string { return &a.AuthType }),
		replaceText("/authorizerUri", func(a *api.Authorizer) *string { return &a.AuthorizerURI }),
		replaceText("/authorizerCredentials", func(a *api.Authorizer) *string { return &a.AuthorizerCredentials }),
		patch.Rule[*api.Authorizer]{Path: "/identitySource", Ops: []string{patch.Add, patch.Replace, patch.Remove}, Apply: func(a *api.Authorizer, o patch.Operation, _ []string) error {
			if a.IdentitySource = o.Text(); o.Op == patch.Remove {
				a.IdentitySource = ""
			}
			return nil
		}},
		replaceText("/identityValidationExpression", func(a *api.Authorizer) *string { return &a.IdentityValidationExpression }),
		patch.Rule[*api.Authorizer]{Path: "/authorizerResultTtlInSeconds", Ops: []string{patch.Replace}, Apply: func(a *api.Authorizer, o patch.Operation, _ []string) error {
			ttl, err := strconv.Atoi(o.Text())
			if err != nil {
				ttl = -1 // out of bounds, too
			}
			a.AuthorizerResultTTLInSeconds = &ttl
			return nil
		}},
		patch.Rule[*api.Authorizer]{Path: "/providerARNs", Ops: []string{patch.Add, patch.Remove}, Apply: func(a *api.Authorizer, o patch.Operation, _ []string) error {
			a.ProviderARNs = addOrRemove(a.ProviderARNs, o)
			return nil
		}},
	)
}
