package runtime

import (
	"strconv"
	"strings"

	"sluice/api"
	"sluice/mapping"
)

// gatewayResponses are a deployment's customised gateway responses.
type gatewayResponses struct {
	custom [kindCount]*gatewayResponse
}

// gatewayResponse is one compiled customisation.
type gatewayResponse struct {
	status    int // 0 keeps the fault's own
	headers   []mappedParameter
	templates []gatewayTemplate
}

type gatewayTemplate struct {
	contentType string // as configured, for the answer
	mime        string // without parameters, for the choice
	body        *mapping.Substitution
}

// find returns the customisation for a fault, or nil: the type's own, else that
// of its class (aws-facts: data plane, section 2, "Lookup").
func (g *gatewayResponses) find(f *fault) *gatewayResponse {
	if f.kind == kindNone || f.kind == kindRequestTooLarge {
		return nil // cannot be customised
	}
	if r := g.custom[f.kind]; r != nil {
		return r
	}
	return g.ofClass(f)
}

// ofClass is the customised DEFAULT_4XX or DEFAULT_5XX for a fault, nil without.
func (g *gatewayResponses) ofClass(f *fault) *gatewayResponse {
	if f.status >= 500 {
		return g.custom[kindDefault5XX]
	}
	return g.custom[kindDefault4XX]
}

// status is the status that r, which find returned for f, answers with; 0 is the
// fault's own. A status of DEFAULT_4XX or DEFAULT_5XX holds for all other types
// of the class, so for one that is customised without a status too.
func (g *gatewayResponses) status(r *gatewayResponse, f *fault) int {
	if r.status != 0 {
		return r.status
	}
	if d := g.ofClass(f); d != nil {
		return d.status
	}
	return 0
}

// template picks a template by the request's Accept header, falling back to
// application/json and then to the first one; nil without templates.
func (r *gatewayResponse) template(accept string) *gatewayTemplate {
	if len(r.templates) == 0 {
		return nil
	}
	mime := firstAccept(accept)
	fallback := &r.templates[0]
	for i := range r.templates {
		t := &r.templates[i]
		if strings.EqualFold(t.mime, mime) {
			return t
		}
		if t.mime == mimeJSON {
			fallback = t
		}
	}
	return fallback
}

func (c *compiler) gatewayResponses(list []*api.GatewayResponse) gatewayResponses {
	var out gatewayResponses
	for _, g := range list {
		part := []string{"gatewayResponses", string(g.ResponseType)}
		subject := "gateway response " + string(g.ResponseType)
		kind, ok := kindOf(g.ResponseType)
		if !ok {
			c.fail(part, subject, "unknown gateway response type "+strconv.Quote(string(g.ResponseType)))
			continue
		}
		if kind == kindRequestTooLarge {
			c.warn(part, subject, "the service does not let this response be customised; it stays as it is")
			continue
		}
		r := &gatewayResponse{}
		if g.StatusCode != "" {
			n, err := strconv.Atoi(g.StatusCode)
			if err != nil || n < 100 || n > 599 {
				c.fail(append(part, "statusCode"), subject, "status code "+strconv.Quote(g.StatusCode)+" is not between 100 and 599")
			}
			r.status = n
		}
		for _, dest := range sortedKeys(g.ResponseParameters) {
			name, ok := strings.CutPrefix(dest, "gatewayresponse.header.")
			at := append(part, "responseParameters", dest)
			if !ok || !validHeaderName(name) {
				c.fail(at, subject, "destination "+strconv.Quote(dest)+" is not of the form gatewayresponse.header.{name}")
				continue
			}
			if e := c.expression(at, subject, g.ResponseParameters[dest], mapping.GatewayResponse); e != nil {
				r.headers = append(r.headers, mappedParameter{name: name, id: identifyHeader(name), source: e})
			}
		}
		for _, ct := range sortedKeys(g.ResponseTemplates) {
			t, err := mapping.CompileSubstitution(g.ResponseTemplates[ct], mapping.GatewayTemplate)
			if err != nil {
				c.fail(append(part, "responseTemplates", ct), subject, err.Error())
				continue
			}
			r.templates = append(r.templates, gatewayTemplate{contentType: ct, mime: mimeOf(ct), body: t})
		}
		out.custom[kind] = r
	}
	return out
}
