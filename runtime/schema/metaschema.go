package schema

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	errorkind "github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// metaSchema is the schema that draft 4 schemas obey.
type metaSchema struct{ schema *jsonschema.Schema }

// refuse loads nothing: references are never fetched.
type refuse struct{}

// Load implements jsonschema.URLLoader.
func (refuse) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s is not fetched", url)
}

// theMetaSchema is compiled when the first models are: it is the same for all, never
// changes, and costs more than most of them.
var theMetaSchema = sync.OnceValues(compileMetaSchema)

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
type misuse struct {
	pointer, message string
	isType           bool // the value has the wrong type
}

// maxMisuses bounds how many are told of one model.
const maxMisuses = 20

// problems lists what makes text no schema; text is known to be JSON.
func (m metaSchema) problems(text string) []misuse {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return []misuse{{message: err.Error()}}
	}
	err = m.schema.Validate(doc)
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return nil
	}
	found := collect(invalid.DetailedOutput())
	// The library goes through properties in no order.
	slices.SortStableFunc(found, func(a, b misuse) int { return strings.Compare(a.pointer, b.pointer) })
	// Where draft 4 allows a schema or something else, a broken schema is also a
	// wrong something else; only the trouble inside the schema is worth telling.
	outside := map[string]bool{}
	for _, one := range found {
		for pointer := one.pointer; pointer != ""; {
			pointer = pointer[:strings.LastIndexByte(pointer, '/')]
			if outside[pointer] {
				break
			}
			outside[pointer] = true
		}
	}
	var list []misuse
	for _, one := range found {
		if one.isType && outside[one.pointer] {
			continue
		}
		if len(list) == maxMisuses {
			break
		}
		list = append(list, one)
	}
	if len(list) == 0 {
		list = append(list, misuse{message: "it is no JSON schema of draft 4"})
	}
	return list
}

// collect lists the complaints at the ends of a tree of them, the first for each place.
func collect(unit *jsonschema.OutputUnit) []misuse {
	var found []misuse
	seen := map[string]bool{}
	var walk func(unit *jsonschema.OutputUnit)
	walk = func(unit *jsonschema.OutputUnit) {
		for i := range unit.Errors {
			walk(&unit.Errors[i])
		}
		if unit.Error == nil || len(unit.Errors) > 0 || seen[unit.InstanceLocation] {
			return
		}
		seen[unit.InstanceLocation] = true
		_, isType := unit.Error.Kind.(*errorkind.Type)
		found = append(found, misuse{unit.InstanceLocation, unit.Error.String(), isType})
	}
	walk(unit)
	return found
}
