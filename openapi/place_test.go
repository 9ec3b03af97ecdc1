package openapi

import (
	"os"
	"strings"
	"testing"

	"sluice/api"
)

// source finds text by line and column, in characters.
type source []string

func (s source) at(t *testing.T, p api.Place) string {
	t.Helper()
	if p.Line < 1 || p.Line > len(s) {
		t.Fatalf("%s is outside of the file", p)
	}
	line := []rune(s[p.Line-1])
	if p.Column < 1 || p.Column > len(line)+1 {
		t.Fatalf("%s is outside of its line", p)
	}
	return string(line[p.Column-1:])
}

// TestPlaces looks up the place of every text of a snapshot and reads the source
// there.
func TestPlaces(t *testing.T) {
	for _, file := range []string{"petstore/petstore.yaml", "everything/everything.yaml", "everything/everything.json", "large/large.json"} {
		t.Run(file, func(t *testing.T) {
			b, err := os.ReadFile("../testdata/" + file)
			if err != nil {
				t.Fatal(err)
			}
			src := source(strings.Split(string(b), "\n"))
			snap, problems := Import(file, b, Options{})
			if problems.Fatal() {
				t.Fatal(problems)
			}
			check := func(text string, part ...string) {
				t.Helper()
				at := snap.Places.Find(part...)
				if enclosing := snap.Places.Find(part[:len(part)-1]...); at == enclosing {
					t.Errorf("%q has no place of its own", part)
				}
				checkText(t, src, at, text, part)
			}
			for _, m := range snap.Models {
				if strings.HasPrefix(m.Schema, `{"type":"`) {
					kind, _, _ := strings.Cut(strings.TrimPrefix(m.Schema, `{"type":"`), `"`)
					check(kind, "models", m.Name, "schema", "type")
				}
				if at := src.at(t, snap.Places.Find("models", m.Name)); !strings.HasPrefix(strings.TrimLeft(at, `"`), m.Name) && !strings.HasPrefix(m.Name, "MODEL") {
					t.Errorf("the model %s is at %s", m.Name, at)
				}
			}
			for _, a := range snap.Authorizers {
				check(a.Type, "authorizers", a.Name, "type")
			}
			for _, g := range snap.GatewayResponses {
				for k, v := range g.ResponseTemplates {
					check(v, "gatewayResponses", string(g.ResponseType), "responseTemplates", k)
				}
				for k, v := range g.ResponseParameters {
					check(v, "gatewayResponses", string(g.ResponseType), "responseParameters", k)
				}
			}
			for _, r := range snap.Resources {
				for verb, m := range r.ResourceMethods {
					checkMethod(func(text string, part ...string) {
						t.Helper()
						check(text, append([]string{"resources", r.Path, verb}, part...)...)
					}, m)
				}
			}
		})
	}
}

func checkMethod(check func(string, ...string), m *api.Method) {
	for code := range m.MethodResponses {
		check(code, "methodResponses", code)
	}
	i := m.MethodIntegration
	check(i.Type, "integration", "type")
	if i.URI != "" {
		check(i.URI, "integration", "uri")
	}
	for k, v := range i.RequestParameters {
		check(v, "integration", "requestParameters", k)
	}
	for k, v := range i.RequestTemplates {
		check(v, "integration", "requestTemplates", k)
	}
	for code, r := range i.IntegrationResponses {
		check(code, "integration", "responses", code, "statusCode")
		for k, v := range r.ResponseParameters {
			check(v, "integration", "responses", code, "responseParameters", k)
		}
		for k, v := range r.ResponseTemplates {
			check(v, "integration", "responses", code, "responseTemplates", k)
		}
	}
}

// checkText compares a text with the source: a literal line by line, any other
// text where it begins.
func checkText(t *testing.T, src source, at api.Place, text string, part []string) {
	t.Helper()
	if !at.Block {
		got := strings.TrimLeft(src.at(t, at), `"'`)
		want := strings.TrimLeft(text, `"'`)
		if i := strings.IndexAny(want, "\"\\\n"); i >= 0 {
			want = want[:i] // what follows is escaped
		}
		if len(got) < len(want) || !strings.EqualFold(got[:len(want)], want) {
			t.Errorf("%q is at %s, but there stands %q, not %q", part, at, got, want)
		}
		return
	}
	for n, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if line == "" {
			continue
		}
		if got := src.at(t, at.Inside(n+1, 1)); got != line {
			t.Errorf("line %d of %q is at %s, but there stands %q, not %q", n+1, part, at.Inside(n+1, 1), got, line)
		}
	}
}
