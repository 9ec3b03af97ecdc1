package control

import (
	"fmt"
	"sort"
	"strings"

	"sluice/api"
	"sluice/control/patch"
	"sluice/openapi"
	"sluice/openapi/docpart"
)

func documentationOperations() operations {
	return operations{
		"CreateDocumentationPart":    createDocumentationPart,
		"CreateDocumentationVersion": createDocumentationVersion,
		"DeleteDocumentationPart":    deleteDocumentationPart,
		"DeleteDocumentationVersion": deleteDocumentationVersion,
		"GetDocumentationPart":       getDocumentationPart,
		"GetDocumentationParts":      getDocumentationParts,
		"GetDocumentationVersion":    getDocumentationVersion,
		"GetDocumentationVersions":   getDocumentationVersions,
		"ImportDocumentationParts":   importDocumentationParts,
		"UpdateDocumentationPart":    updateDocumentationPart,
		"UpdateDocumentationVersion": updateDocumentationVersion,
	}
}

// maxDocumentationParts is how many parts an API may have (aws-facts: limits, 2).
const maxDocumentationParts = 2000

// checkDocumentationPartCount tells whether an API may have n parts.
func checkDocumentationPartCount(n int) error {
	if n > maxDocumentationParts {
		return limitExceeded("Maximum number of documentation parts for this API has been reached: %d", maxDocumentationParts)
	}
	return nil
}

// documentationPartRecord is a part with its place among the others of its API:
// lists are in the order in which the parts were made (recorded for imports).
type documentationPartRecord struct {
	api.DocumentationPart
	Order int `json:"order,omitempty"`
}

// findDocumentationPart reads a part. Of an unknown API the service says the same as
// of an unknown part (recorded).
func findDocumentationPart(t *tx, apiID, id string) (*documentationPartRecord, error) {
	p, err := get[documentationPartRecord](t, kindDocumentationPart, apiID, id)
	if err == nil && p == nil {
		err = notFound("Invalid Documentation part identifier specified")
	}
	return p, err
}

// documentationParts are the parts of an API in their order.
func documentationParts(t *tx, apiID string) ([]*documentationPartRecord, error) {
	all, err := list[documentationPartRecord](t, kindDocumentationPart, apiID)
	sort.SliceStable(all, func(i, j int) bool { return all[i].Order < all[j].Order })
	return all, err
}

// partsOf are the parts without what is only of the store.
func partsOf(records []*documentationPartRecord) []*api.DocumentationPart {
	out := make([]*api.DocumentationPart, len(records))
	for i, r := range records {
		out[i] = &r.DocumentationPart
	}
	return out
}

// putDocumentation stores parts as all that an API has.
func putDocumentation(t *tx, apiID string, parts []*api.DocumentationPart) error {
	if err := removeAll(t, kindDocumentationPart, apiID); err != nil {
		return err
	}
	for i, p := range parts {
		if err := put(t, &documentationPartRecord{*p, i + 1}, kindDocumentationPart, apiID, p.ID); err != nil {
			return err
		}
	}
	return nil
}

func createDocumentationPart(c *call) (any, error) {
	in, err := decode[api.DocumentationPart](c)
	if err != nil {
		return nil, err
	}
	apiID := c.path["restapi_id"]
	out := &api.DocumentationPart{ID: newID(objectIDLength), Location: in.Location, Properties: in.Properties}
	return out, c.update(func(t *tx) error {
		if _, err := requireAPI(t, apiID); err != nil {
			return err
		}
		if err := checkLocation(out.Location); err != nil {
			return err
		}
		if err := checkProperties(out.Properties); err != nil {
			return err
		}
		all, err := documentationParts(t, apiID)
		if err != nil {
			return err
		}
		if docpart.NewIndex(partsOf(all)).Own(out.Location) != nil {
			return conflict("Documentation part already exists for the specified location: %s", locationText(out.Location))
		}
		if err := checkDocumentationPartCount(len(all) + 1); err != nil {
			return err
		}
		order := 1
		if len(all) > 0 {
			order = all[len(all)-1].Order + 1
		}
		return put(t, &documentationPartRecord{*out, order}, kindDocumentationPart, apiID, out.ID)
	})
}

// checkLocation checks which members a location has and their values (service model:
// DocumentationPartLocation). The name of a request body may be left out, as its
// users do.
func checkLocation(l api.DocumentationPartLocation) error {
	var named, placed, answered bool
	method := true
	switch l.Type {
	case "API":
		method = false
	case "AUTHORIZER", "MODEL":
		named, method = true, false
	case "RESOURCE":
		placed, method = true, false
	case "METHOD":
		placed = true
	case "PATH_PARAMETER", "QUERY_PARAMETER", "REQUEST_HEADER", "REQUEST_BODY":
		named, placed = true, true
	case "RESPONSE", "RESPONSE_BODY":
		placed, answered = true, true
	case "RESPONSE_HEADER":
		named, placed, answered = true, true, true
	}
	for _, m := range []struct {
		name, value string
		valid       bool
	}{{"path", l.Path, placed}, {"method", l.Method, method}, {"statusCode", l.StatusCode, answered}, {"name", l.Name, named}} {
		if m.value != "" && !m.valid {
			return badRequest("Invalid location specified: %s is not a valid field for type '%s'", m.name, l.Type)
		}
	}
	code := strings.TrimSpace(l.StatusCode)
	switch {
	case named && l.Name == "" && l.Type != "REQUEST_BODY":
		return badRequest("Invalid location specified: name is required for type '%s'", l.Type)
	case l.Path != "" && !strings.HasPrefix(l.Path, "/"):
		return badRequest("Invalid location specified: path must begin with /")
	case code != "" && code != "*" && !isStatus(code):
		return badRequest("Invalid location specified: statusCode must match ^([1-5]\\d\\d|\\*|\\s*)$")
	}
	return nil
}

// locationText is how the service names a location.
func locationText(l api.DocumentationPartLocation) string {
	out := "type '" + l.Type + "'"
	for _, m := range []struct{ name, value string }{
		{"path", l.Path}, {"method", l.Method}, {"status code", l.StatusCode}, {"name", l.Name},
	} {
		if m.value != "" {
			out += ", " + m.name + " '" + m.value + "'"
		}
	}
	return out
}

// checkProperties checks the content of a part: a JSON object as text.
func checkProperties(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return badRequest("Documentation part properties must be non-empty")
	case !isObject(text):
		return badRequest("Documentation part properties must be a valid JSON object")
	}
	return nil
}

func getDocumentationPart(c *call) (any, error) {
	var out *documentationPartRecord
	err := c.view(func(t *tx) (err error) {
		out, err = findDocumentationPart(t, c.path["restapi_id"], c.path["part_id"])
		return err
	})
	if err != nil {
		return nil, err
	}
	return &out.DocumentationPart, nil
}

// getDocumentationParts lists the parts that the query's type, name and path select.
// Parts without content there are none, which is what UNDOCUMENTED asks for.
func getDocumentationParts(c *call) (any, error) {
	var out page[*api.DocumentationPart]
	err := c.view(func(t *tx) error {
		if _, err := requireAPI(t, c.path["restapi_id"]); err != nil {
			return err
		}
		all, err := documentationParts(t, c.path["restapi_id"])
		if err != nil {
			return err
		}
		var selected []*documentationPartRecord
		for _, p := range all {
			if c.selects("type", p.Location.Type) && c.selects("name", p.Location.Name) && c.selects("path", p.Location.Path) &&
				c.query.Get("locationStatus") != "UNDOCUMENTED" {
				selected = append(selected, p)
			}
		}
		order := func(p *documentationPartRecord) string { return fmt.Sprintf("%08d/%s", p.Order, p.ID) }
		show := func(p *documentationPartRecord) *api.DocumentationPart { return &p.DocumentationPart }
		out, err = pageOf(c, selected, order, show)
		return err
	})
	return out, err
}

// selects tells whether a parameter of the query, when it is there, is value.
func (c *call) selects(parameter, value string) bool {
	want := c.query.Get(parameter)
	return want == "" || want == value
}

func updateDocumentationPart(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	var out *documentationPartRecord
	err := c.update(func(t *tx) (err error) {
		if out, err = findDocumentationPart(t, apiID, c.path["part_id"]); err != nil {
			return err
		}
		if err := applyPatch(c, documentationPartPatch(), out); err != nil {
			return err
		}
		if err := checkProperties(out.Properties); err != nil {
			return err
		}
		return put(t, out, kindDocumentationPart, apiID, out.ID)
	})
	if err != nil {
		return nil, err
	}
	return &out.DocumentationPart, nil
}

func documentationPartPatch() *patch.Table[*documentationPartRecord] {
	return patch.NewTable(patch.Listing,
		replaceText("/properties", func(p *documentationPartRecord) *string { return &p.Properties }),
	)
}

func deleteDocumentationPart(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	return nil, c.update(func(t *tx) error {
		if _, err := requireAPI(t, apiID); err != nil {
			return err
		}
		p, err := findDocumentationPart(t, apiID, c.path["part_id"])
		if err != nil {
			return err
		}
		return remove(t, kindDocumentationPart, apiID, p.ID)
	})
}

// documentationPartIDs is the answer of an import (service model).
type documentationPartIDs struct {
	IDs      []string `json:"ids"`
	Warnings []string `json:"warnings,omitempty"`
}

func importDocumentationParts(c *call) (any, error) {
	if err := checkDocument(c.body); err != nil {
		return nil, err
	}
	apiID := c.path["restapi_id"]
	result := openapi.ImportDocumentation(c.body, c.importOptions(apiID))
	if text := result.Refusal(c.flag("failonwarnings")); text != "" {
		return nil, badRequest("%s", text)
	}
	out := &documentationPartIDs{Warnings: result.Warnings}
	return out, c.update(func(t *tx) error {
		if _, err := requireAPI(t, apiID); err != nil {
			return err
		}
		var existing []*documentationPartRecord
		if c.query.Get("mode") != modeOverwrite {
			var err error
			if existing, err = documentationParts(t, apiID); err != nil {
				return err
			}
		}
		parts, ids := openapi.MergeDocumentation(partsOf(existing), result.Parts)
		if err := checkDocumentationPartCount(len(parts)); err != nil {
			return err
		}
		out.IDs = ids
		return putDocumentation(t, apiID, parts)
	})
}
