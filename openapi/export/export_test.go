package export

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"sluice/api"
	"sluice/openapi"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func read(t testing.TB, file string) *api.Snapshot {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	snap, problems := openapi.Import(file, src, openapi.Options{APIID: testID})
	if problems.Fatal() {
		t.Fatal(problems)
	}
	return snap
}

// TestExport compares exports byte by byte.
func TestExport(t *testing.T) {
	corners := read(t, "testdata/definitions/corners.yaml")
	for name, o := range map[string]Options{
		"oas30.json":              {Type: OAS30},
		"oas30.yaml":              {Type: OAS30, YAML: true},
		"swagger.json":            {Type: Swagger},
		"oas30-all.json":          {Type: OAS30, Extensions: []string{"apigateway"}},
		"oas30-all.yaml":          {Type: OAS30, YAML: true, Extensions: []string{"apigateway"}},
		"swagger-all.json":        {Type: Swagger, Extensions: []string{"apigateway"}},
		"swagger-all.yaml":        {Type: Swagger, YAML: true, Extensions: []string{"apigateway"}},
		"swagger-some.json":       {Type: Swagger, Extensions: []string{"integrations,postman"}},
		"swagger-authorizer.json": {Type: Swagger, Extensions: []string{"authorizers", "documentation"}},
	} {
		t.Run(name, func(t *testing.T) {
			full := options(o.Type, o.YAML, nil)
			full.Extensions = o.Extensions
			if name != "oas30.json" {
				full.Documentation = &Documentation{Version: "1", Parts: corners.DocumentationParts}
			}
			doc, _, err := Export(corners, full)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata/expected", name)
			if *update {
				if err := os.WriteFile(file, doc, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if string(want) != string(doc) {
				t.Errorf("%s differs:\n%s", file, firstDifference(string(want), string(doc)))
			}
		})
	}
}

func TestFileName(t *testing.T) {
	for _, c := range []struct {
		version string
		yaml    bool
		want    string
	}{
		{"", false, "swagger_2026-11-22T06:35:58Z.json"},
		{"1.0", true, "swagger_1.0.yaml"},
		{"a\"b\\c\r\nd", false, "swagger_a_b_c__d.json"},
	} {
		snap := &api.Snapshot{RestApi: api.RestApi{ID: testID, Name: "x", Version: c.version}}
		_, got, err := Export(snap, options(Swagger, c.yaml, nil))
		if err != nil || got != c.want {
			t.Errorf("%q: %q, %v; want %q", c.version, got, err, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	xml := func(s *api.Snapshot) {
		s.Resources = []*api.Resource{{Path: "/a", ResourceMethods: map[string]*api.Method{
			"POST": {HTTPMethod: "POST", RequestModels: map[string]string{"application/xml": "Pet"}},
		}}}
	}
	for _, c := range []struct {
		name   string
		change func(*api.Snapshot)
		opts   Options
		want   string
	}{
		{"type", nil, Options{Type: "raml"}, "No API exporter for type 'raml'"},
		{"extension", nil, Options{Type: Swagger, Extensions: []string{"integrations,x"}}, "Invalid extension specified: x. There are apigateway, authorizers, documentation, gatewayresponses, integrations, postman, validators"},
		{"body", xml, Options{Type: OAS30}, "Only found non-JSON body models for POST /a"},
		{"model", func(s *api.Snapshot) {
			s.Models = []*api.Model{{Name: "Pet", ContentType: "application/xml", Schema: "<a/>"}}
		}, Options{Type: Swagger}, "Only found non-JSON body models for Pet"},
		{"schema", func(s *api.Snapshot) { s.Models = []*api.Model{{Name: "Pet", Schema: "{"}} }, Options{Type: Swagger}, "Unable to export model 'Pet': its schema is not valid JSON"},
	} {
		snap := &api.Snapshot{RestApi: api.RestApi{ID: testID}}
		if c.change != nil {
			c.change(snap)
		}
		_, _, err := Export(snap, c.opts)
		var refused *BadRequest
		if !errors.As(err, &refused) || refused.Message != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func BenchmarkExportLarge(b *testing.B) {
	snap := read(b, "../../testdata/large/large.json")
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Export(snap, options(OAS30, false, nil)); err != nil {
			b.Fatal(err)
		}
	}
}
