package openapi

import (
	"fmt"
	"strings"
	"testing"
)

// paths are the paths of the resources that a document becomes.
func paths(t *testing.T, src string, o Options) string {
	t.Helper()
	snap, problems := Import("api.yaml", []byte(src), o)
	if problems.Fatal() {
		t.Fatal(problems)
	}
	var out []string
	ids := map[string]bool{}
	for _, r := range snap.Resources {
		out = append(out, r.Path)
		want := 6
		if r.Path == "/" {
			want = 10
		}
		if len(r.ID) != want || ids[r.ID] || strings.Trim(r.ID, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			t.Errorf("%s has the id %q", r.Path, r.ID)
		}
		ids[r.ID] = true
		if r.Path != "/" && !ids[r.ParentID] {
			t.Errorf("%s has the parent %q", r.Path, r.ParentID)
		}
	}
	return strings.Join(out, " ")
}

// TestBasePath is the recorded table of the basepath parameter.
func TestBasePath(t *testing.T) {
	swagger := "swagger: '2.0'\ninfo: {title: x}\nbasePath: %s\npaths: {/test: {get: {responses: {}}}}\n"
	variable := "openapi: 3.0.1\ninfo: {title: x}\nservers: [{url: 'https://x/{basePath}', variables: {basePath: {default: /base-var}}}]\npaths: {/test: {get: {responses: {}}}}\n"
	unused := "openapi: 3.0.1\ninfo: {title: x}\nservers: [{url: 'https://x/other', variables: {basePath: {default: base-var}}}]\npaths: {/test: {get: {responses: {}}}}\n"
	address := "openapi: 3.0.1\ninfo: {title: x}\nservers: [{url: '%s'}]\npaths: {/test: {get: {responses: {}}}}\n"
	none := "openapi: 3.0.1\ninfo: {title: x}\npaths: {/test: {get: {responses: {}}}}\n"
	root := "openapi: 3.0.1\ninfo: {title: x}\nservers: [{url: /base}]\npaths: {/: {get: {responses: {}}}}\n"
	for _, c := range []struct {
		name, src              string
		ignore, prepend, split string
	}{
		{"swagger", fmt.Sprintf(swagger, "/base"), "/ /test", "/ /base /base/test", "/ /test"},
		{"swagger, two parts", fmt.Sprintf(swagger, "/a/b/"), "/ /test", "/ /a /a/b /a/b/test", "/ /b /b/test"},
		{"swagger, root", fmt.Sprintf(swagger, "/"), "/ /test", "/ /test", "/ /test"},
		{"server variable", variable, "/ /test", "/ /base-var /base-var/test", "/ /test"},
		{"server variable the URL does not use", unused, "/ /test", "/ /base-var /base-var/test", "/ /test"},
		{"server URL", fmt.Sprintf(address, "https://x:8080/base-url/part/"), "/ /test", "/ /base-url /base-url/part /base-url/part/test", "/ /part /part/test"},
		{"relative server URL", fmt.Sprintf(address, "/base-url?x=1"), "/ /test", "/ /base-url /base-url/test", "/ /test"},
		{"server URL without a path", fmt.Sprintf(address, "https://x"), "/ /test", "/ /test", "/ /test"},
		{"nothing", none, "/ /test", "/ /test", "/ /test"},
		{"the path /", root, "/", "/ /base", "/"},
	} {
		for _, m := range []struct {
			mode BasePathMode
			want string
		}{{"", c.ignore}, {BasePathIgnore, c.ignore}, {BasePathPrepend, c.prepend}, {BasePathSplit, c.split}} {
			if got := paths(t, c.src, Options{BasePath: m.mode}); got != m.want {
				t.Errorf("%s, %q: got %s, want %s", c.name, m.mode, got, m.want)
			}
		}
	}
}

func TestParsePathPart(t *testing.T) {
	for part, want := range map[string]string{
		"pets": "static", "a-b_c.d:e,f": "static", "{id}": "variable", "{proxy+}": "greedy", "{a.b-c_$}": "variable",
		"": "refused", "{}": "refused", "{+}": "refused", "a{id}": "refused", "{id}b": "refused", "{a}{b}": "refused",
		"{a+b}": "refused", "a+": "refused", "a b": "refused", "a%20": "refused", "é": "refused", "{": "refused", "}": "refused",
		"{a/b}": "refused", "a\x00": "refused", "*": "refused", "{{a}}": "refused",
	} {
		variable, greedy, ok := parsePathPart(part)
		got := "refused"
		switch {
		case ok && greedy:
			got = "greedy"
		case ok && variable:
			got = "variable"
		case ok:
			got = "static"
		}
		if got != want {
			t.Errorf("%q is %s, want %s", part, got, want)
		}
	}
}
