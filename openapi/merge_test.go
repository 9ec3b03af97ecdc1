package openapi

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"sluice/api"
)

// counted makes ids that tell their order and from which import they are.
func counted(prefix string) func(int) string {
	n := 0
	return func(length int) string {
		n++
		return fmt.Sprintf("%s%0*d", prefix, length-len(prefix), n)
	}
}

func importForMerge(t *testing.T, file, ids string) *api.Snapshot {
	t.Helper()
	src, err := os.ReadFile("testdata/merge/" + file)
	if err != nil {
		t.Fatal(err)
	}
	r := ImportDocument(src, Options{APIID: "abcdefghij", NewID: counted(ids)})
	if text := r.Refusal(true); text != "" {
		t.Fatal(text)
	}
	return r.Snapshot
}

// TestMerge puts one definition into another in both modes and compares the
// whole API; neither argument may change.
func TestMerge(t *testing.T) {
	for name, join := range map[string]func(a, b *api.Snapshot) (*api.Snapshot, error){
		"merge":     Merge,
		"overwrite": func(a, b *api.Snapshot) (*api.Snapshot, error) { return Overwrite(a, b, false) },
		"overwrite-keeping-documentation": func(a, b *api.Snapshot) (*api.Snapshot, error) {
			return Overwrite(a, b, true)
		},
	} {
		t.Run(name, func(t *testing.T) {
			existing, imported := importForMerge(t, "existing.yaml", "e"), importForMerge(t, "imported.yaml", "i")
			out, err := join(existing, imported)
			if err != nil {
				t.Fatal(err)
			}
			b, err := json.MarshalIndent(out, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "testdata/merge/expected/"+name+".json", append(b, '\n'))
			holdsTogether(t, out)
			if !reflect.DeepEqual(existing, importForMerge(t, "existing.yaml", "e")) || !reflect.DeepEqual(imported, importForMerge(t, "imported.yaml", "i")) {
				t.Error("an argument was changed")
			}
			again, err := join(out, imported)
			if err != nil {
				t.Fatal(err)
			}
			if name != "merge" {
				return // models and the like are made anew each time
			}
			if c, _ := json.MarshalIndent(again, "", "  "); string(c) != string(b) {
				t.Error("a second put of the same changes something")
			}
		})
	}
}

func TestMergeRefuses(t *testing.T) {
	for _, c := range []struct{ existing, imported, want string }{
		{"/a/{b}", "/a/{c}/d", "Errors found during import:\n\tUnable to create resource at path '/a/{c}': A sibling ({b}) of this resource already has a variable path part -- only one is allowed"},
		{"/a/{b+}", "/a/{b+}", ""},
		{"/a/{b}", "/a/c/{d}", ""},
	} {
		read := func(path, ids string) *api.Snapshot {
			doc := `{"swagger":"2.0","info":{"title":"x"},"paths":{"` + path + `":{}}}`
			return ImportDocument([]byte(doc), Options{APIID: "abcdefghij", NewID: counted(ids)}).Snapshot
		}
		_, err := Merge(read(c.existing, "e"), read(c.imported, "i"))
		if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
			t.Errorf("%s into %s: %s, want %s", c.imported, c.existing, got, c.want)
		}
		if _, err := Overwrite(read(c.existing, "e"), read(c.imported, "i"), false); err != nil {
			t.Errorf("%s over %s: %v", c.imported, c.existing, err)
		}
	}
}

// TestRefusal reads documents as the control plane does and compares what the
// caller is told.
func TestRefusal(t *testing.T) {
	src, err := os.ReadFile("testdata/refusals.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Document string
		Parameters     map[string]string
		FailOnWarnings bool
		Want           string
	}
	if err := json.Unmarshal(src, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			o := Options{APIID: "abcdefghij", Lenient: true}
			got := ""
			if err := o.SetParameters(c.Parameters); err != nil {
				got = err.Error()
			} else {
				got = ImportDocument([]byte(c.Document), o).Refusal(c.FailOnWarnings)
			}
			if got != c.Want {
				t.Errorf("got %q, want %q", got, c.Want)
			}
		})
	}
}

func TestSetParameters(t *testing.T) {
	o := Options{}
	if err := o.SetParameters(map[string]string{
		"basepath": "SPLIT", "ignore": "documentation", "endpointConfigurationTypes": "private",
		"disableExecuteApiEndpoint": "true", "mode": "import", "failonwarnings": "true",
	}); err != nil {
		t.Fatal(err)
	}
	r := ImportDocument([]byte(`{"swagger":"2.0","basePath":"/a/b","info":{"title":"x","description":"d"},"paths":{"/c":{}}}`), o)
	a := r.Snapshot.RestApi
	if len(r.Snapshot.DocumentationParts) != 0 || !a.DisableExecuteAPIEndpoint || a.EndpointConfiguration.Types[0] != "PRIVATE" ||
		a.EndpointConfiguration.IPAddressType != "dualstack" || r.Snapshot.Resources[2].Path != "/b/c" {
		t.Errorf("%+v %+v", a, r.Snapshot.Resources)
	}
}

// TestImportDocumentation reads the parts alone and joins them.
func TestImportDocumentation(t *testing.T) {
	for _, doc := range []string{"{", "a: [", "just text"} {
		if got := ImportDocumentation([]byte(doc), Options{}).Refusal(false); got != "Unable to build importer with provided input." {
			t.Errorf("%q: %q", doc, got)
		}
	}
	src, err := os.ReadFile("testdata/merge/imported.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r := ImportDocumentation(src, Options{APIID: "abcdefghij", NewID: counted("d")})
	if text := r.Refusal(true); text != "" || len(r.Parts) != 2 {
		t.Fatal(text, len(r.Parts))
	}
	existing := importForMerge(t, "existing.yaml", "e").DocumentationParts
	parts, ids := MergeDocumentation(existing, r.Parts)
	if got, want := strings.Join(ids, " "), existing[0].ID+" "+r.Parts[1].ID; got != want {
		t.Errorf("ids %s, want %s", got, want)
	}
	if got, want := parts[0].Properties, `{"summary":"Stays","description":"New","tags":["one"]}`; got != want {
		t.Errorf("properties %s, want %s", got, want)
	}
}
