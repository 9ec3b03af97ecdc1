package project

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"sluice/api"
)

// Schema is the JSON Schema (draft 7) of sluice.yaml, as editors use it.
//
//go:embed sluice.schema.json
var Schema []byte

const schemaName = "sluice.schema.json"

// compiledSchema is the schema in both forms: one validates, the other answers
// which keys a place may hold.
type compiledSchema struct {
	validator *jsonschema.Schema
	document  map[string]any
}

var loadSchema = sync.OnceValues(func() (*compiledSchema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", schemaName, err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaName, doc); err != nil {
		return nil, fmt.Errorf("read %s: %w", schemaName, err)
	}
	v, err := c.Compile(schemaName)
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w", schemaName, err)
	}
	document, _ := doc.(map[string]any)
	return &compiledSchema{validator: v, document: document}, nil
})

// checkSchema holds a project file against the schema and reports everything
// that does not fit, with its place.
func (l *loader) checkSchema(root *node) bool {
	s, err := loadSchema()
	if err != nil {
		l.problem(root.at, "%s", err)
		return false
	}
	err = s.validator.Validate(root.plain())
	if err == nil {
		return true
	}
	v, ok := err.(*jsonschema.ValidationError)
	if !ok {
		l.problem(root.at, "%s", err)
		return false
	}
	l.schemaProblems(s, root, v)
	return false
}

// schemaProblems walks the causes down to those that say something.
func (l *loader) schemaProblems(s *compiledSchema, root *node, v *jsonschema.ValidationError) {
	if len(v.Causes) > 0 {
		for _, c := range v.Causes {
			l.schemaProblems(s, root, c)
		}
		return
	}
	n, _ := follow(root, v.InstanceLocation)
	name := pointer(root, v.InstanceLocation)
	switch k := v.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		known := s.keysAt(v.SchemaURL)
		for _, key := range k.Properties {
			l.problem(memberPlace(n, key), "%s", unknownKey(key, name, known))
		}
	case *kind.Enum:
		want := make([]string, 0, len(k.Want))
		for _, w := range k.Want {
			if text := fmt.Sprint(w); !slices.Contains(want, text) {
				want = append(want, text)
			}
		}
		text := fmt.Sprintf("%s: %q is not one of %s", name, n.text, strings.Join(want, ", "))
		if near := Suggest(n.text, want); near != "" {
			text += fmt.Sprintf("; did you mean %q?", near)
		}
		l.problem(n.at, "%s", text)
	case *kind.Required:
		for _, key := range k.Missing {
			l.problem(n.at, "%s lacks the key %q", orWhole(name), key)
		}
	case *kind.Type:
		l.problem(n.at, "%s must be %s, not %s", orWhole(name), spokenTypes(k.Want), spokenType(k.Got))
	case *kind.Pattern:
		l.problem(n.at, "%s: %q is not valid. %s", name, n.text, s.descriptionAt(v.SchemaURL))
	case *kind.Minimum:
		l.problem(n.at, "%s is %s, it must be at least %s", name, n.text, k.Want.RatString())
	case *kind.Maximum:
		l.problem(n.at, "%s is %s, it must be at most %s", name, n.text, k.Want.RatString())
	case *kind.MinLength:
		l.problem(n.at, "%s is empty", name)
	case *kind.MinItems:
		l.problem(n.at, "%s has no elements", name)
	default:
		l.problem(n.at, "%s: %s", orWhole(name), v.ErrorKind.LocalizedString(message.NewPrinter(language.English)))
	}
}

// follow finds the node of an instance location, and the place of its key.
func follow(root *node, location []string) (n *node, keyAt api.Place) {
	n, keyAt = root, root.at
	for _, part := range location {
		keyAt = memberPlace(n, part)
		next := n.child(part)
		if next == nil {
			return n, keyAt
		}
		n = next
	}
	return n, keyAt
}

// memberPlace is the place of a key of n, or of an element of a list.
func memberPlace(n *node, key string) api.Place {
	for _, m := range n.members {
		if m.key == key {
			return m.at
		}
	}
	if c := n.child(key); c != nil {
		return c.at
	}
	return n.at
}

func unknownKey(key, in string, known []string) string {
	text := fmt.Sprintf("unknown key %q", key)
	if in != "" {
		text += " in " + in
	}
	if near := Suggest(key, known); near != "" {
		return text + fmt.Sprintf("; did you mean %q?", near)
	}
	return text + "; known are " + strings.Join(known, ", ")
}

func orWhole(name string) string {
	if name == "" {
		return "the file"
	}
	return name
}

func spokenTypes(types []string) string {
	out := make([]string, len(types))
	for i, t := range types {
		out[i] = spokenType(t)
	}
	return strings.Join(out, " or ")
}

func spokenType(t string) string {
	switch t {
	case "object":
		return "a map"
	case "array":
		return "a list"
	case "string":
		return "text"
	case "boolean":
		return "true or false"
	case "integer":
		return "a whole number"
	case "null":
		return "empty"
	}
	return "a " + t
}

// at is the part of the schema that a schema URL points to.
func (s *compiledSchema) at(url string) map[string]any {
	at := s.document
	_, fragment, _ := strings.Cut(url, "#")
	for part := range strings.SplitSeq(strings.TrimPrefix(fragment, "/"), "/") {
		if part == "" {
			continue
		}
		next, ok := at[part].(map[string]any)
		if !ok {
			return nil
		}
		at = next
	}
	return at
}

// descriptionAt is what the schema says of a value, without its default.
func (s *compiledSchema) descriptionAt(url string) string {
	text, _ := s.at(url)["description"].(string)
	text, _, _ = strings.Cut(text, " Default: ")
	return strings.TrimSuffix(text, ".")
}

// keysAt lists the keys that the schema at url allows.
func (s *compiledSchema) keysAt(url string) []string {
	properties, _ := s.at(url)["properties"].(map[string]any)
	keys := slices.Sorted(maps.Keys(properties))
	return slices.DeleteFunc(keys, func(k string) bool {
		return k == "$schema"
	})
}
