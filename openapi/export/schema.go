package export

import (
	"strings"

	"sluice/api"
	"sluice/openapi/document"
)

// modelsAt is where a document's schemas stand.
func (x *exporter) modelsAt() string {
	if x.v3 {
		return "#/components/schemas/"
	}
	return "#/definitions/"
}

// models writes the models by name.
func (x *exporter) models() (*object, error) {
	out := newObject()
	byName := map[string]*api.Model{}
	for _, m := range x.snap.Models {
		byName[m.Name] = m
	}
	for _, name := range sortedKeys(byName) {
		m := byName[name]
		if m.ContentType != "" && !strings.Contains(m.ContentType, "json") {
			return nil, &BadRequest{"Only found non-JSON body models for " + name}
		}
		n, ok := parse(m.Schema)
		if !ok {
			return nil, &BadRequest{"Unable to export model '" + name + "': its schema is not valid JSON"}
		}
		schema := x.schema(n, true)
		if o, ok := schema.(*object); ok {
			x.describe(o, api.DocumentationPartLocation{Type: "MODEL", Name: name})
		}
		out.set(name, schema)
	}
	return out, nil
}

// schema copies a schema with its references turned back into those of the
// document. $schema at the top is not exported, as the service's exports show.
func (x *exporter) schema(n *document.Node, top bool) any {
	if n.Kind() != document.Map {
		return fromNode(n)
	}
	out := newObject()
	for _, m := range n.Members() {
		switch m.Key {
		case "$schema":
			if !top {
				out.set(m.Key, fromNode(m.Value))
			}
		case "$ref":
			out.set(m.Key, x.schemaReference(m.Value))
		case "properties", "patternProperties", "definitions", "dependencies":
			out.set(m.Key, x.namedSchemas(m.Value))
		case "items", "additionalItems", "additionalProperties", "not", "allOf", "anyOf", "oneOf":
			out.set(m.Key, x.oneOrMoreSchemas(m.Value))
		default:
			out.set(m.Key, fromNode(m.Value))
		}
	}
	return out
}

func (x *exporter) namedSchemas(n *document.Node) any {
	if n.Kind() != document.Map {
		return fromNode(n)
	}
	out := newObject()
	for _, m := range n.Members() {
		out.set(m.Key, x.schema(m.Value, false))
	}
	return out
}

func (x *exporter) oneOrMoreSchemas(n *document.Node) any {
	if n.Kind() != document.List {
		return x.schema(n, false)
	}
	out := make(list, 0, len(n.Members()))
	for _, m := range n.Members() {
		out = append(out, x.schema(m.Value, false))
	}
	return out
}

// schemaReference turns https://apigateway.{domain}/restapis/{id}/models/{Name}
// into #/definitions/{Name}; what follows # there is a path within the model.
func (x *exporter) schemaReference(n *document.Node) any {
	rest, ok := strings.CutPrefix(n.Text(), "https://apigateway.")
	_, rest, found := strings.Cut(rest, "/restapis/")
	_, rest, named := strings.Cut(rest, "/models/")
	if n.Kind() != document.String || !ok || !found || !named {
		return fromNode(n)
	}
	name, within, _ := strings.Cut(rest, "#")
	return x.modelsAt() + name + strings.TrimSuffix(within, "/")
}
