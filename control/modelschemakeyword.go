package control

import (
	"slices"

	"sluice/openapi/document"
)

// unsupportedKeywords are those of a schema, at any depth, that draft 4 does not have:
// the service takes no model with one (field reports: $id, discriminator, example).
// They are sorted.
func unsupportedKeywords(schema *document.Node) []string {
	found := map[string]bool{}
	keywords(schema, found)
	return sortedKeys(found)
}

func keywords(n *document.Node, found map[string]bool) {
	if n.Kind() != document.Map {
		return
	}
	for _, m := range n.Members() {
		switch m.Key {
		case "properties", "patternProperties", "definitions", "dependencies":
			for _, named := range m.Value.Members() {
				keywords(named.Value, found)
			}
		case "items", "additionalItems", "additionalProperties", "not", "allOf", "anyOf", "oneOf":
			if m.Value.Kind() != document.List {
				keywords(m.Value, found)
				continue
			}
			for _, one := range m.Value.Members() {
				keywords(one.Value, found)
			}
		default:
			if !slices.Contains(plainKeywords(), m.Key) {
				found[m.Key] = true
			}
		}
	}
}

// plainKeywords are the keywords of draft 4 whose values are no schemas.
func plainKeywords() []string {
	return []string{
		"$ref", "$schema", "default", "description", "enum", "exclusiveMaximum", "exclusiveMinimum", "format", "id",
		"maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum",
		"multipleOf", "pattern", "required", "title", "type", "uniqueItems",
	}
}
