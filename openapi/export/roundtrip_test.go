package export

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/api"
	"sluice/openapi"
)

// definitions are all definitions of the testdata directories that import
// without errors, by file name.
func definitions(t testing.TB) map[string][]byte {
	out := map[string][]byte{}
	for _, pattern := range []string{"../../testdata/*/*.yaml", "../../testdata/*/*.json", "../testdata/cases/*.*", "testdata/definitions/*.*"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if snap, problems := openapi.Import(file, src, openapi.Options{APIID: testID}); snap != nil && !problems.Fatal() {
				out[strings.TrimPrefix(file, "../../")] = src
			}
		}
	}
	if len(out) < 15 {
		t.Fatalf("only %d definitions found", len(out))
	}
	return out
}

const testID = "abcdefghij"

func options(kind string, yaml bool, parts []*api.DocumentationPart) Options {
	created := time.Date(2026, 11, 22, 6, 35, 58, 0, time.UTC)
	o := Options{
		Type: kind, YAML: yaml, Extensions: []string{"apigateway"}, Stage: "dev", Region: "eu-central-1", Created: created,
	}
	if parts != nil {
		o.Documentation = &Documentation{Version: "1", Created: created, Parts: parts}
	}
	return o
}

// TestRoundTrip: import, export, import again gives the same API, in both types,
// in JSON and YAML, with and without documentation.
func TestRoundTrip(t *testing.T) {
	for file, src := range definitions(t) {
		first, problems := openapi.Import(file, src, openapi.Options{APIID: testID})
		if problems.Fatal() {
			t.Fatal(problems)
		}
		for _, kind := range []string{OAS30, Swagger} {
			for _, yaml := range []bool{false, true} {
				for _, documented := range []bool{true, false} {
					name := kind + "/json"
					if yaml {
						name = kind + "/yaml"
					}
					if documented {
						name += "/documented"
					}
					t.Run(file+"/"+name, func(t *testing.T) { roundTrip(t, first, kind, yaml, documented) })
				}
			}
		}
	}
}

func roundTrip(t *testing.T, first *api.Snapshot, kind string, yaml, documented bool) {
	var parts []*api.DocumentationPart
	if documented {
		parts = append([]*api.DocumentationPart{}, first.DocumentationParts...)
	}
	doc, name, err := Export(first, options(kind, yaml, parts))
	if err != nil {
		t.Fatal(err)
	}
	second, problems := openapi.Import(name, doc, openapi.Options{APIID: testID})
	if problems.Fatal() {
		t.Fatalf("the export is refused:\n%s\n%s", problems, doc)
	}
	want := first
	if kind == Swagger {
		want = inSwagger(t, first)
	}
	want, got := clone(t, want), clone(t, second)
	if want.RestApi.Version == "" {
		want.RestApi.Version = "2026-11-22T06:35:58Z" // recorded: an export always has one
	}
	if documented && strings.HasPrefix(want.RestApi.Name, "Corners") {
		want.RestApi.Description = "D" // what its API part says stands in info then, as the guide shows
	}
	if !documented {
		want.DocumentationParts, got.DocumentationParts = nil, nil // recorded: they are lost
	}
	if a, b := comparable(t, want), comparable(t, got); a != b {
		t.Errorf("not the same API:\n%s", firstDifference(a, b))
	}
	// An export of the second gives the same bytes.
	if documented {
		again, _, err := Export(second, options(kind, yaml, append([]*api.DocumentationPart{}, second.DocumentationParts...)))
		if err != nil {
			t.Fatal(err)
		}
		if kind == OAS30 && string(again) != string(doc) {
			t.Errorf("the second export differs:\n%s", firstDifference(string(doc), string(again)))
		}
	}
}
