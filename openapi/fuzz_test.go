package openapi

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sluice/api"
)

// FuzzImport: no document makes Import panic or hang, and what it returns holds
// together.
func FuzzImport(f *testing.F) {
	for _, pattern := range []string{"../testdata/petstore/*.yaml", "../testdata/everything/*.*", "../testdata/broken/*.*"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src, "prepend")
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, mode string) {
		snap, problems := Import("api.yaml", src, Options{BasePath: BasePathMode(mode)})
		again, _ := Import("api.yaml", src, Options{BasePath: BasePathMode(mode)})
		a, err := json.Marshal(snap)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := json.Marshal(again); string(a) != string(b) {
			t.Fatal("two imports of the same document differ")
		}
		if snap == nil && !problems.Fatal() {
			t.Fatal("no snapshot and no error")
		}
		for _, p := range problems {
			if p.Place.File != "api.yaml" || p.Message == "" || p.Place.Line < 0 {
				t.Fatalf("a problem without place or message: %+v", p)
			}
		}
		if snap != nil && !problems.Fatal() {
			holdsTogether(t, snap)
		}
	})
}

// holdsTogether checks that everything a snapshot refers to is in it.
func holdsTogether(t *testing.T, snap *api.Snapshot) {
	ids := map[string]bool{}
	models := map[string]bool{}
	for _, m := range snap.Models {
		models[m.Name] = true
		if !json.Valid([]byte(m.Schema)) {
			t.Fatalf("the schema of %s is no JSON: %s", m.Name, m.Schema)
		}
	}
	for _, v := range snap.RequestValidators {
		ids[v.ID] = true
	}
	for _, v := range snap.Authorizers {
		ids[v.ID] = true
	}
	for i, r := range snap.Resources {
		if i == 0 && (r.Path != "/" || r.ID != snap.RestApi.RootResourceID) {
			t.Fatalf("the first resource is %s", r.Path)
		}
		if i > 0 && (snap.Resources[i-1].Path >= r.Path || !strings.HasSuffix(r.Path, "/"+r.PathPart)) {
			t.Fatalf("%q comes after %q with the part %q", r.Path, snap.Resources[i-1].Path, r.PathPart)
		}
		for name, m := range r.ResourceMethods {
			if name != api.MethodAny && !slices.Contains(httpMethods(), name) || m.HTTPMethod != name {
				t.Fatalf("%s has the method %q", r.Path, name)
			}
			if m.RequestValidatorID != "" && !ids[m.RequestValidatorID] || m.AuthorizerID != "" && !ids[m.AuthorizerID] {
				t.Fatalf("%s %s refers to what is not there", name, r.Path)
			}
			for _, model := range m.RequestModels {
				if !models[model] {
					t.Fatalf("%s %s refers to the model %s", name, r.Path, model)
				}
			}
			if i := m.MethodIntegration; i != nil && !slices.Contains(integrationTypes(), i.Type) {
				t.Fatalf("%s %s has the integration type %q", name, r.Path, i.Type)
			}
		}
	}
}
