package export

import (
	"slices"
	"strings"

	"sluice/api"
	"sluice/openapi/document"
)

// described are the members that OpenAPI has for what is said of each kind of
// thing. Of others only extensions (x-...) are taken over, as the guide shows.
func described(kind string) []string {
	switch kind {
	case "METHOD":
		return []string{"tags", "summary", "description", "externalDocs", "deprecated"}
	case "MODEL":
		return []string{"title", "description"}
	case "PATH_PARAMETER", "QUERY_PARAMETER", "REQUEST_HEADER", "REQUEST_BODY", "RESPONSE", "RESPONSE_HEADER", "AUTHORIZER":
		return []string{"description"}
	}
	return nil
}

// describe puts into an object what the documentation says of its place, own or
// inherited.
func (x *exporter) describe(o *object, at api.DocumentationPartLocation) {
	part := x.parts.Find(at)
	if part == nil {
		return
	}
	n, ok := parse(part.Properties)
	if !ok {
		return
	}
	propagate(o, n, described(at.Type))
}

// propagate copies the known members and the extensions. The service's own
// extensions come from the API, never from its documentation.
func propagate(o *object, n *document.Node, known []string) {
	for _, m := range n.Members() {
		extension := strings.HasPrefix(m.Key, "x-") && !strings.HasPrefix(m.Key, "x-amazon-apigateway-") && !o.has(m.Key)
		if extension || slices.Contains(known, m.Key) {
			o.set(m.Key, fromNode(m.Value))
		}
	}
}

// documentAPI lists all parts when that is asked for, and puts what is said of
// the API as a whole at the root.
func (x *exporter) documentAPI(root *object) {
	if x.opts.Documentation == nil {
		return
	}
	if x.want.documentation {
		root.set("x-amazon-apigateway-documentation", x.documentation())
	}
	propagate(root, x.saidOfAPI(), []string{"tags", "externalDocs"})
}

// saidOfAPI is what the documentation says of the API as a whole; nil if it says
// nothing.
func (x *exporter) saidOfAPI() *document.Node {
	part := x.parts.Own(api.DocumentationPartLocation{Type: "API"})
	if part == nil {
		return nil
	}
	n, ok := parse(part.Properties)
	if !ok {
		return nil
	}
	return n
}

func (x *exporter) documentation() *object {
	d := x.opts.Documentation
	out := newObject().set("version", d.Version)
	if !d.Created.IsZero() {
		out.set("createdDate", timestamp(d.Created))
	}
	parts := make(list, 0, len(d.Parts))
	for _, p := range d.Parts {
		var properties any = p.Properties
		if n, ok := parse(p.Properties); ok && n.Kind() == document.Map {
			properties = fromNode(n)
		}
		at := newObject().set("type", p.Location.Type).text("path", p.Location.Path).text("method", p.Location.Method).
			text("statusCode", p.Location.StatusCode).text("name", p.Location.Name)
		parts = append(parts, newObject().set("location", at).set("properties", properties))
	}
	return out.set("documentationParts", parts)
}
