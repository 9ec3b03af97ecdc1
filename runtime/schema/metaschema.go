package schema

import (
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// metaSchema is the schema that draft 4 schemas obey.
type metaSchema struct{ schema *jsonschema.Schema }

// refuse loads nothing: references are never fetched.
type refuse struct{}

// Load implements jsonschema.URLLoader.
func (refuse) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s is not fetched", url)
}

func compileMetaSchema() (metaSchema, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft4)
	c.UseLoader(refuse{})
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) { return compileRegex(s) })
	s, err := c.Compile("http://json-schema.org/draft-04/schema")
	if err != nil {
		return metaSchema{}, fmt.Errorf("compiling the schema of schemas: %w", err)
	}
	return metaSchema{s}, nil
}

// misuse is a keyword that is not used as draft 4 has it.
type misuse struct{ pointer, message string }

// maxMisuses bounds how many are told of one model.
const maxMisuses = 20

// problems lists what makes text no schema; text is known to be JSON.
func (m metaSchema) problems(text string) []misuse {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return []misuse{{"", err.Error()}}
	}
	err = m.schema.Validate(doc)
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return nil
	}
	var list []misuse
	seen := map[string]bool{}
	var walk func(unit *jsonschema.OutputUnit)
	walk = func(unit *jsonschema.OutputUnit) {
		for i := range unit.Errors {
			walk(&unit.Errors[i])
		}
		// Of the alternatives of an anyOf only the first complaint about a place is told.
		if unit.Error == nil || len(unit.Errors) > 0 || seen[unit.InstanceLocation] || len(list) == maxMisuses {
			return
		}
		seen[unit.InstanceLocation] = true
		list = append(list, misuse{unit.InstanceLocation, unit.Error.String()})
	}
	walk(invalid.DetailedOutput())
	if len(list) == 0 {
		list = append(list, misuse{"", "it is no JSON schema of draft 4"})
	}
	return list
}
