package openapi

import (
	"sort"
	"strings"

	"sluice/api"
	"sluice/openapi/document"
)

// readGatewayResponses reads the customised answers of the gateway itself.
func (im *importer) readGatewayResponses() {
	s := scope{im: im}
	n := im.root.Get(extGatewayResponses)
	if n == nil || !s.isMap(n, extGatewayResponses) {
		return
	}
	types := make([]string, 0, 21)
	for _, t := range api.ResponseTypes() {
		types = append(types, string(t))
	}
	for i := range n.Members() {
		m := &n.Members()[i]
		found := ""
		for _, t := range types {
			if t == m.Key {
				found = t
			}
		}
		if found == "" {
			s.fail(s.keyPlace(m), "%s is no type of gateway response%s; there are %s", quote(m.Key), didYouMean(m.Key, types), oneOf(types))
			continue
		}
		rs := scope{im: im, subject: "gateway response " + m.Key}
		im.note(s.keyPlace(m), "gatewayResponses", m.Key)
		if rs.isMap(m.Value, "a gateway response") {
			im.snap.GatewayResponses = append(im.snap.GatewayResponses, rs.gatewayResponse(found, m.Value))
		}
	}
	sort.Slice(im.snap.GatewayResponses, func(i, j int) bool {
		return im.snap.GatewayResponses[i].ResponseType < im.snap.GatewayResponses[j].ResponseType
	})
}

func (s scope) gatewayResponse(kind string, n *document.Node) *api.GatewayResponse {
	out := &api.GatewayResponse{ResponseType: api.ResponseType(kind)}
	for i := range n.Members() {
		e := &n.Members()[i]
		s.im.note(s.place(e.Value), "gatewayResponses", kind, e.Key)
		if e.Value.Kind() == document.Null {
			continue
		}
		switch e.Key {
		case "statusCode":
			out.StatusCode, _ = s.statusCode(e.Value, e.Key)
		case "responseTemplates":
			out.ResponseTemplates = s.templates(e.Value, e.Key, "gatewayResponses", kind)
		case "responseParameters":
			out.ResponseParameters = s.gatewayParameters(kind, e.Value)
		default:
			s.unknown(e, "a gateway response", []string{"statusCode", "responseParameters", "responseTemplates"})
		}
	}
	return out
}

func (s scope) gatewayParameters(kind string, n *document.Node) map[string]string {
	if !s.isMap(n, "responseParameters") {
		return nil
	}
	out := make(map[string]string, len(n.Members()))
	for i := range n.Members() {
		e := &n.Members()[i]
		s.im.note(s.place(e.Value), "gatewayResponses", kind, "responseParameters", e.Key)
		name, ok := strings.CutPrefix(e.Key, "gatewayresponse.header.")
		if !ok || !isParameterName(name) {
			s.fail(s.keyPlace(e), "Invalid mapping expression specified: %s; the key of a gateway response parameter is gatewayresponse.header.{name}", quote(e.Key))
			continue
		}
		if t, ok := s.text(e.Value, quote(e.Key)+" of responseParameters"); ok {
			out[e.Key] = t
		}
	}
	return out
}
