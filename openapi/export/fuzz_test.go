package export

import (
	"encoding/json"
	"testing"

	"sluice/api"
	"sluice/openapi"
)

// FuzzExport: an export of whatever an import understood never panics; it is
// what it says it is, and JSON and YAML say the same.
func FuzzExport(f *testing.F) {
	for _, src := range definitions(f) {
		if len(src) < 50_000 {
			f.Add(src, "apigateway,postman")
			f.Add(src, "")
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, extensions string) {
		snap, problems := openapi.Import("api.yaml", src, openapi.Options{APIID: testID, Lenient: true})
		if snap == nil {
			return
		}
		for _, kind := range []string{OAS30, Swagger} {
			o := options(kind, false, append([]*api.DocumentationPart{}, snap.DocumentationParts...))
			o.Extensions = []string{extensions}
			doc, _, err := Export(snap, o)
			if err != nil {
				if _, ok := err.(*BadRequest); !ok {
					t.Fatal(err)
				}
				continue
			}
			if !json.Valid(doc) {
				t.Fatalf("no JSON:\n%s", doc)
			}
			o.YAML = true
			yaml, _, err := Export(snap, o)
			if err != nil {
				t.Fatal(err)
			}
			if problems.Fatal() {
				continue
			}
			fromJSON, p := openapi.Import("x.json", doc, openapi.Options{APIID: testID})
			fromYAML, q := openapi.Import("x.yaml", yaml, openapi.Options{APIID: testID})
			if p.Fatal() != q.Fatal() {
				t.Fatalf("JSON: %v\nYAML: %v\n%s", p, q, yaml)
			}
			if p.Fatal() {
				continue
			}
			if a, b := comparable(t, fromJSON), comparable(t, fromYAML); a != b {
				t.Fatalf("JSON and YAML differ:\n%s", firstDifference(a, b))
			}
		}
	})
}

// FuzzRoundTrip: whatever an import takes without an error, an export in OpenAPI
// 3 gives back as the same API.
func FuzzRoundTrip(f *testing.F) {
	for _, src := range definitions(f) {
		if len(src) < 50_000 {
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		first, problems := openapi.Import("api.yaml", src, openapi.Options{APIID: testID, Lenient: true})
		if problems.Fatal() {
			return
		}
		doc, _, err := Export(first, options(OAS30, false, append([]*api.DocumentationPart{}, first.DocumentationParts...)))
		if err != nil {
			return // bodies that are not JSON, or a schema that is no schema
		}
		second, problems := openapi.Import("x.json", doc, openapi.Options{APIID: testID})
		if problems.Fatal() {
			t.Fatalf("the export is refused: %v\n%s", problems, doc)
		}
		first.RestApi.Description, second.RestApi.Description = "", "" // may come from the documentation
		first.RestApi.Version, second.RestApi.Version = "", ""
		if a, b := comparable(t, first), comparable(t, second); a != b {
			t.Fatalf("not the same API:\n%s\n%s", firstDifference(a, b), doc)
		}
	})
}
