package openapi

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const head = "openapi: 3.0.1\ninfo: {title: x, version: '1'}\n"

// routes is a document of n paths with one method each.
func routes(n int) []byte {
	var b strings.Builder
	b.WriteString(head + "paths:\n")
	for i := range n {
		fmt.Fprintf(&b, `  /r%d:
    get:
      responses:
        '200':
          description: ok
      x-amazon-apigateway-integration:
        type: http
        httpMethod: GET
        uri: http://127.0.0.1:4567/r%d
        requestTemplates:
          application/json: |
            #set($x = 1)
            {"a": $x}
        responses:
          default:
            statusCode: 200
`, i, i)
	}
	return []byte(b.String())
}

func TestHundredThousandRoutes(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	snap, problems := Import("api.yaml", routes(100_000), Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if n := len(snap.Resources); n != 100_001 {
		t.Errorf("%d resources", n)
	}
	ids := map[string]bool{}
	for _, r := range snap.Resources {
		ids[r.ID] = true
	}
	if len(ids) != len(snap.Resources) {
		t.Errorf("%d ids for %d resources", len(ids), len(snap.Resources))
	}
}

// TestExpansion gives documents that are small as text but large once their
// references are followed. Each must end with a problem, and soon.
func TestExpansion(t *testing.T) {
	var paths, items, params, chain strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&paths, "  /p%d: {$ref: '#/paths/~1big'}\n", i)
		fmt.Fprintf(&items, "        q%d: {schema: {type: string}}\n", i)
		fmt.Fprintf(&params, "    - {name: q%d, in: query}\n", i)
		fmt.Fprintf(&chain, "    c%d: {$ref: '#/components/parameters/c%d'}\n", i, i+1)
	}
	for _, c := range []struct{ name, src, want string }{
		{
			"path items with many parameters",
			head + "paths:\n  /big:\n    get: {responses: {}}\n    put: {responses: {}}\n    parameters:\n" + params.String() + paths.String(),
			"the references of the document expand to too much",
		},
		{
			"path items with many headers",
			head + "paths:\n  /big:\n    get:\n      responses:\n        '200':\n          headers:\n" + strings.ReplaceAll(items.String(), "        q", "            q") + paths.String(),
			"the references of the document expand to too much",
		},
		{
			"a chain of parameters",
			head + "paths:\n  /a:\n    parameters: [{$ref: '#/components/parameters/c0'}]\ncomponents:\n  parameters:\n" + chain.String(),
			"more than 100 references in a row",
		},
		{
			"a long path",
			head + "paths:\n  " + strings.Repeat("/a", 5000) + ": {get: {responses: {}}}\n",
			"the path is longer than 8192 characters or 256 parts",
		},
		{
			"very many problems",
			head + "paths:\n" + strings.ReplaceAll(paths.String(), "$ref: '#/paths/~1big'", "x-amazon-apigateway-x: 1"),
			"more problems",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, problems := Import("api.yaml", []byte(c.src), Options{})
			if !problems.Fatal() {
				t.Fatal("nothing fatal was found")
			}
			if len(problems) > maxProblems+1 {
				t.Errorf("%d problems", len(problems))
			}
			for _, p := range problems {
				if strings.Contains(p.Message, c.want) {
					return
				}
			}
			t.Errorf("none says %q; the first says %s", c.want, problems[0])
		})
	}
}

func TestLarge(t *testing.T) {
	src, err := os.ReadFile("../testdata/large/large.json")
	if err != nil {
		t.Fatal(err)
	}
	snap, problems := Import("large.json", src, Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	methods := 0
	for _, r := range snap.Resources {
		methods += len(r.ResourceMethods)
	}
	if len(snap.Resources) != 300 || methods != 1200 {
		t.Errorf("%d resources, %d methods", len(snap.Resources), methods)
	}
}

func BenchmarkImportLarge(b *testing.B) {
	src, err := os.ReadFile("../testdata/large/large.json")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		Import("large.json", src, Options{})
	}
}

func BenchmarkImportYAML(b *testing.B) {
	src := routes(1200)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		Import("api.yaml", src, Options{})
	}
}
