package control

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sluice/api"
	"sluice/control/store"
	"sluice/openapi"
)

func TestImport(t *testing.T) { runScenarios(t, "import.json") }
func TestExport(t *testing.T) { runScenarios(t, "export.json") }

// definitions are all definitions of the testdata directories that an import takes.
func definitions(t testing.TB) map[string][]byte {
	out := map[string][]byte{}
	for _, pattern := range []string{"../testdata/*/*.yaml", "../testdata/*/*.json", "../openapi/testdata/cases/*.*", "../openapi/export/testdata/definitions/*.*"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.Contains(file, "/broken/") || strings.Contains(file, ".want.") {
				continue
			}
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if openapi.ImportDocument(src, openapi.Options{Lenient: true}).Refusal(false) == "" {
				out[strings.TrimPrefix(file, "../")] = src
			}
		}
	}
	if len(out) < 10 {
		t.Fatalf("only %d definitions found", len(out))
	}
	return out
}

// Every definition is imported over the wire, deployed, exported in every form, and
// imported again: the same API.
func TestImportExportImport(t *testing.T) {
	for file, src := range definitions(t) {
		t.Run(file, func(t *testing.T) {
			f := newFixture(t)
			a := f.do("POST", "/restapis?mode=import", string(src))
			if a.status != 201 {
				t.Fatalf("import: %d %s", a.status, a.body)
			}
			id := a.member("id")
			first := f.definition(id)
			f.deployRecords(id)
			for _, form := range []struct{ kind, accept string }{
				{"oas30", "application/json"}, {"oas30", "application/yaml"}, {"swagger", "application/json"}, {"swagger", "application/yaml"},
			} {
				document := f.download("/restapis/"+id+"/stages/dev/exports/"+form.kind+"?extensions=apigateway", form.accept)
				again := f.do("POST", "/restapis?mode=import", document)
				if again.status != 201 {
					t.Fatalf("import of the %s export: %d %s", form.kind, again.status, again.body)
				}
				second := f.definition(again.member("id"))
				second = strings.ReplaceAll(second, id, "API") // the policy names the API that it was written for
				// Swagger has one schema for all content types of a body: what is lost is for
				// the export's own tests.
				if !strings.Contains(first, "\n  \"description\": ") {
					second = strings.Replace(second, "\n  \"description\": \"D\",", "", 1) // a part says it, an export has it in info
				}
				if second != first && form.kind == "oas30" {
					t.Errorf("%s as %s is another API:\n%s", form.kind, form.accept, firstDifference(first, second))
				}
				f.make("DELETE", "/restapis/"+again.member("id"), nil)
			}
		})
	}
}

// deployRecords makes a stage of an API, without compiling it.
func (f *fixture) deployRecords(id string) {
	f.Helper()
	err := f.server.options.Store.Update(f.Context(), func(s store.Tx) error {
		t := &tx{Tx: s, region: f.region, account: "123456789012", served: &served{}}
		snapshot, err := snapshotOf(t, id)
		if err != nil {
			return err
		}
		parts, err := documentationParts(t, id)
		if err != nil {
			return err
		}
		if err := put(t, &documentationVersionRecord{documentationVersion{Version: "1"}, partsOf(parts)}, kindDocumentationVersion, id, "1"); err != nil {
			return err
		}
		if err := put(t, snapshot, kindSnapshot, id, "d"); err != nil {
			return err
		}
		return put(t, &api.Stage{StageName: "dev", DeploymentID: "d", DocumentationVer: "1"}, kindStage, id, "dev")
	})
	if err != nil {
		f.Fatal(err)
	}
}

// download gets a file.
func (f *fixture) download(path, accept string) string {
	f.Helper()
	a := f.get(path, accept)
	if a.status != 200 || a.header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(a.header.Get("Content-Disposition"), `attachment; filename="`) {
		f.Fatalf("%s: %d %v %s", path, a.status, a.header, a.body)
	}
	return a.body
}

// get makes a call with an Accept header.
func (f *fixture) get(path, accept string) answer {
	f.Helper()
	f.accept = accept
	defer func() { f.accept = "" }()
	return f.do(http.MethodGet, path, nil)
}

// definition is what an API consists of, as text in which ids are numbered as they
// come.
func (f *fixture) definition(id string) string {
	f.Helper()
	var s *api.Snapshot
	err := f.server.options.Store.View(f.Context(), func(v store.Tx) (err error) {
		t := &tx{Tx: v, region: f.region, account: "123456789012", served: &served{}}
		if s, err = snapshotOf(t, id); err != nil {
			return err
		}
		parts, err := documentationParts(t, id)
		s.DocumentationParts = partsOf(parts)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	ids := map[string]string{id: "API", s.RestApi.RootResourceID: "ROOT"}
	for _, r := range s.Resources {
		ids[r.ID] = "resource " + r.Path
	}
	for _, v := range s.RequestValidators {
		ids[v.ID] = "validator " + v.Name
	}
	for _, a := range s.Authorizers {
		ids[a.ID] = "authorizer " + a.Name
	}
	for _, m := range s.Models {
		ids[m.ID] = "model"
		m.Schema = strings.Replace(m.Schema, `"$schema":"http://json-schema.org/draft-04/schema#",`, "", 1) // no document has it
	}
	for _, p := range s.DocumentationParts {
		ids[p.ID] = "part"
	}
	// The store has them in the order of their ids.
	slices.SortFunc(s.Authorizers, func(a, b *api.Authorizer) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(s.RequestValidators, func(a, b *api.RequestValidator) int { return strings.Compare(a.Name, b.Name) })
	// An export says what it has in an order of its own.
	slices.SortFunc(s.DocumentationParts, func(a, b *api.DocumentationPart) int {
		return strings.Compare(locationText(a.Location), locationText(b.Location))
	})
	// An export gives an API without a version the time of its making.
	if s.RestApi.Version == testTime().Format(time.RFC3339) {
		s.RestApi.Version = ""
	}
	var v any
	if err := json.Unmarshal(must(json.Marshal(s)), &v); err != nil {
		f.Fatal(err)
	}
	text := must(json.MarshalIndent(withoutEmptyMaps(v), "", " "))
	return regexp.MustCompile(`\b[a-z0-9]{6,10}\b`).ReplaceAllStringFunc(string(text), func(word string) string {
		if name := ids[word]; name != "" {
			return name
		}
		return word
	})
}

// withoutEmptyMaps takes out the maps that an export does not tell from none.
func withoutEmptyMaps(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if m, ok := withoutEmptyMaps(member).(map[string]any); ok && len(m) == 0 {
				delete(v, name)
			}
		}
	case []any:
		for _, entry := range v {
			withoutEmptyMaps(entry)
		}
	}
	return v
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			from, to := max(0, i-8), i+3
			return strings.Join(x[from:min(to, len(x))], "\n") + "\n-- instead --\n" + strings.Join(y[min(from, len(y)):min(to, len(y))], "\n")
		}
	}
	return "nothing"
}

// Documents that are no definitions and parameters that are none are refused; and a
// put of a broken document is judged before the API is looked for (recorded).
func TestImportRefuses(t *testing.T) {
	f := newFixture(t)
	for _, body := range []string{"", "{", "a: [", "null", `"x"`, "[]", `{"openapi":"3.1.0"}`} {
		f.refuses("POST", "/restapis?mode=import", body, 400, "BadRequestException", "Invalid OpenAPI input.")
		f.refuses("PUT", "/restapis/nothing", body, 400, "BadRequestException", "Invalid OpenAPI input.")
	}
	large := `{"swagger":"2.0","info":{"title":"` + strings.Repeat("x", maxDocument) + `"},"paths":{}}`
	f.refuses("POST", "/restapis?mode=import", large, 413, "RequestEntityTooLargeException", "Request Too Long")
	if n := len(f.records()); n != 0 {
		t.Errorf("%d records were left", n)
	}
}

// What is downloaded says how it is called (recorded for exports).
func TestDownloads(t *testing.T) {
	f := newFixture(t)
	a := f.do("POST", "/restapis?mode=import", `{"swagger":"2.0","info":{"title":"t","version":"v1"},"paths":{"/a":{"get":{"responses":{"200":{"description":""}},"x-amazon-apigateway-integration":{"type":"mock"}}}}}`)
	id := a.member("id")
	f.make("POST", "/restapis/"+id+"/deployments", `{"stageName":"dev"}`)
	for _, c := range []struct{ path, accept, disposition, begins string }{
		{"exports/swagger", "application/json", `attachment; filename="swagger_v1.json"`, "{"},
		{"exports/swagger", "*/*", `attachment; filename="swagger_v1.json"`, "{"},
		{"exports/oas30", "application/yaml", `attachment; filename="oas30_v1.yaml"`, "---\nopenapi: "},
		{"exports/oas30?extensions=integrations,authorizers", "text/html, application/yaml;q=0.5", `attachment; filename="oas30_v1.yaml"`, "---\nopenapi: "},
		{"sdks/javascript", "application/json", `attachment; filename="javascript_` + testTime().Format("2006-01-02_15-04") + `Z.zip"`, "PK"},
	} {
		a := f.get("/restapis/"+id+"/stages/dev/"+c.path, c.accept)
		if a.status != 200 || a.header.Get("Content-Type") != octetStream || !strings.HasPrefix(a.body, c.begins) {
			t.Errorf("%s: %d %s %.40q", c.path, a.status, a.header.Get("Content-Type"), a.body)
		}
		if got := a.header.Get("Content-Disposition"); got != c.disposition {
			t.Errorf("%s is called %s, not %s", c.path, got, c.disposition)
		}
	}
	refused := f.get("/restapis/"+id+"/stages/dev/exports/oas30", "text/html")
	if refused.status != 400 || refused.member("message") != "Invalid Accept specified: text/html. Valid values are application/json, application/yaml" {
		t.Errorf("%d %s", refused.status, refused.body)
	}
}

// The limits of an API are kept (aws-facts: limits, 2).
func TestLimitsOfAnAPI(t *testing.T) {
	f := newFixture(t)
	id, _ := f.make("POST", "/restapis", `{"name":"a"}`)["id"].(string)
	model := func(name string, size int) map[string]any {
		return map[string]any{"name": name, "contentType": "application/json", "schema": `{"title":"` + strings.Repeat("x", size) + `"}`}
	}
	f.make("POST", "/restapis/"+id+"/models", model("A", 300<<10))
	f.refuses("POST", "/restapis/"+id+"/models", model("B", 100<<10), 429, "LimitExceededException", "The models of an API can have at most 409600 bytes")
	f.make("POST", "/restapis/"+id+"/models", model("B", 90<<10))
	for i := range maxDocumentationParts {
		if err := f.record("documentationpart/us-east-1/"+id+"/"+strconv.Itoa(i), `{"id":"`+strconv.Itoa(i)+`","location":{"type":"MODEL","name":"m`+strconv.Itoa(i)+`"},"properties":"{}"}`); err != nil {
			t.Fatal(err)
		}
	}
	f.refuses("POST", "/restapis/"+id+"/documentation/parts", `{"location":{"type":"API"},"properties":"{}"}`, 429, "LimitExceededException",
		"Maximum number of documentation parts for this API has been reached: 2000")
	f.refuses("PUT", "/restapis/"+id+"/documentation/parts", `{"openapi":"3.0.1","info":{"title":"t"},"paths":{},"x-amazon-apigateway-documentation":{"documentationParts":[{"location":{"type":"API"},"properties":{"a":1}}]}}`,
		429, "LimitExceededException", "Maximum number of documentation parts for this API has been reached: 2000")
}
