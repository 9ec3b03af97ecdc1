package control

import (
	"errors"
	"strings"

	"sluice/api"
	"sluice/openapi"
)

// maxDocument bounds a definition that is imported, in bytes (aws-facts: openapi, 1).
const maxDocument = 6 << 20

// modeOverwrite is the mode of a put that is not merge.
const modeOverwrite = "overwrite"

func checkDocument(body []byte) error {
	if len(body) > maxDocument {
		return requestTooLarge()
	}
	return nil
}

// importOptions are those of every import into an API.
func (c *call) importOptions(apiID string) openapi.Options {
	return openapi.Options{APIID: apiID, Region: c.region, AccountID: c.account(), NewID: newID, Lenient: true}
}

// readDefinition reads the document of an import and checks what it defines as the
// operations on the single things do. Nothing is known of the API before that, not
// even whether it is there (recorded).
func (c *call) readDefinition(apiID string) (*api.Snapshot, []string, error) {
	if err := checkDocument(c.body); err != nil {
		return nil, nil, err
	}
	parameters := map[string]string{}
	for name := range c.query {
		parameters[name] = c.query.Get(name)
	}
	options := c.importOptions(apiID)
	if err := options.SetParameters(parameters); err != nil {
		return nil, nil, badRequest("%s", err.Error())
	}
	result := openapi.ImportDocument(c.body, options)
	if text := result.Refusal(c.flag("failonwarnings")); text != "" {
		return nil, nil, badRequest("%s", text)
	}
	if result.Snapshot.RestApi.Name == "" {
		return nil, nil, badRequest("Errors found during import:\n\t%s", faultText(errNoName()))
	}
	if faults := c.importFaults(result.Snapshot); len(faults) > 0 {
		return nil, nil, badRequest("%s", "Errors found during import:\n\t"+strings.Join(faults, "\n\t"))
	}
	var err error
	s := &result.Snapshot.RestApi
	s.Policy, err = c.resourcePolicy(apiID, s.Policy)
	return result.Snapshot, result.Warnings, err
}

// importFaults is what the operations on the single things would be refused for, in
// the order of the paths.
func (c *call) importFaults(s *api.Snapshot) (out []string) {
	for _, name := range sortedKeys(brokenModels(s.Models)) {
		out = append(out, brokenModelText(name))
	}
	for _, a := range s.Authorizers {
		if err := checkAuthorizerAlone(a); err != nil {
			out = append(out, "Unable to create authorizer '"+a.Name+"': "+faultText(err))
		}
	}
	for _, r := range s.GatewayResponses {
		if err := checkGatewayResponse(r); err != nil {
			out = append(out, "Unable to put gateway response for '"+string(r.ResponseType)+"': "+faultText(err))
		}
	}
	for _, r := range s.Resources {
		for _, verb := range sortedKeys(r.ResourceMethods) {
			m := r.ResourceMethods[verb]
			note := func(what string, err error) {
				if err != nil {
					out = append(out, "Unable to put "+what+" on '"+verb+"' for resource at path '"+r.Path+"': "+faultText(err))
				}
			}
			if err := checkParameterNames(m.RequestParameters); err != nil {
				out = append(out, "Unable to put method '"+verb+"' on resource at path '"+r.Path+"': "+faultText(err))
			}
			if m.MethodIntegration == nil {
				continue
			}
			note("integration", c.checkIntegration(withCredentials(m)))
			for _, code := range sortedKeys(m.MethodIntegration.IntegrationResponses) {
				note("integration response", checkIntegrationResponse(m, m.MethodIntegration.IntegrationResponses[code]))
			}
		}
	}
	return out
}

// checkMergedModels checks that what was imported breaks no model that stays.
func checkMergedModels(before, after []*api.Model) error {
	broken := brokenModels(after)
	if len(broken) == 0 {
		return nil
	}
	was := brokenModels(before)
	for _, name := range sortedKeys(broken) {
		if !was[name] {
			return badRequest("%s", "Errors found during import:\n\t"+brokenModelText(name))
		}
	}
	return nil
}

// brokenModelText is what an import says of a model that is no schema.
func brokenModelText(name string) string {
	return "Unable to create model for '" + name + "': Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]"
}

// withCredentials is a method whose integration has credentials that nobody finds
// fault with. A definition that is imported may have none, or those of the account
// that it was written for: here the data plane has credentials of its own.
func withCredentials(m *api.Method) *api.Method {
	integration := *m.MethodIntegration
	integration.Credentials = "arn:aws:iam::*:user/*" // the caller's (service model)
	out := *m
	out.MethodIntegration = &integration
	return &out
}

// faultText is the message of an error as it stands within another one.
func faultText(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}

func importRestAPI(c *call) (any, error) {
	id := newID(apiIDLength)
	s, warnings, err := c.readDefinition(id)
	if err != nil {
		return nil, err
	}
	s.RestApi.CreatedDate = c.timestamp()
	if err := checkEndpoint(s.RestApi.EndpointConfiguration); err != nil {
		return nil, err
	}
	if err := c.update(func(t *tx) error { return putDefinition(t, s) }); err != nil {
		return nil, err
	}
	out := showRestAPI(&s.RestApi)
	out.Warnings = warnings
	return out, nil
}

// putRestAPI changes an API by a document.
func putRestAPI(c *call) (any, error) {
	id := c.path["restapi_id"]
	imported, warnings, err := c.readDefinition(id)
	if err != nil {
		return nil, err
	}
	var made *api.Snapshot
	err = c.update(func(t *tx) error {
		if _, err := requireAPI(t, id); err != nil {
			return err
		}
		existing, err := snapshotOf(t, id)
		if err != nil {
			return err
		}
		parts, err := documentationParts(t, id)
		if err != nil {
			return err
		}
		existing.DocumentationParts = partsOf(parts)
		if c.query.Get("mode") == modeOverwrite {
			made, err = openapi.Overwrite(existing, imported, strings.EqualFold(c.query.Get("ignore"), "documentation"))
		} else {
			made, err = openapi.Merge(existing, imported)
		}
		if err != nil {
			return badRequest("%s", err.Error())
		}
		if err := checkEndpoint(made.RestApi.EndpointConfiguration); err != nil {
			return err
		}
		if err := checkMergedModels(existing.Models, made.Models); err != nil {
			return err
		}
		return putDefinition(t, made)
	})
	if err != nil {
		return nil, err
	}
	out := showRestAPIAlone(&made.RestApi)
	out.Warnings = warnings
	return out, nil
}

// checkDefinitionLimits holds a definition to what an API may have of each thing. The
// service answers with the same exception as to the single one that is too many (field
// report of an import with too many resources).
func checkDefinitionLimits(s *api.Snapshot) error {
	if err := checkAuthorizerCount(len(s.Authorizers)); err != nil {
		return err
	}
	if err := checkModelSize(s.Models); err != nil {
		return err
	}
	return checkDocumentationPartCount(len(s.DocumentationParts))
}

// putDefinition stores a definition as all that its API consists of.
func putDefinition(t *tx, s *api.Snapshot) error {
	id := s.RestApi.ID
	if err := checkDefinitionLimits(s); err != nil {
		return err
	}
	for _, k := range []kind{kindResource, kindModel, kindValidator, kindAuthorizer, kindGatewayResponse} {
		if err := removeAll(t, k, id); err != nil {
			return err
		}
	}
	type record struct {
		value any
		kind  kind
		name  string
	}
	var all []record
	for _, r := range s.Resources {
		all = append(all, record{r, kindResource, r.ID})
	}
	for _, m := range s.Models {
		all = append(all, record{m, kindModel, m.Name})
	}
	for _, v := range s.RequestValidators {
		all = append(all, record{v, kindValidator, v.ID})
	}
	for _, a := range s.Authorizers {
		all = append(all, record{a, kindAuthorizer, a.ID})
	}
	for _, g := range s.GatewayResponses {
		all = append(all, record{g, kindGatewayResponse, string(g.ResponseType)})
	}
	for _, r := range all {
		if err := put(t, r.value, r.kind, id, r.name); err != nil {
			return err
		}
	}
	if err := putDocumentation(t, id, s.DocumentationParts); err != nil {
		return err
	}
	return put(t, &s.RestApi, kindAPI, id)
}
