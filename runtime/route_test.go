package runtime

import (
	"testing"

	"sluice/mapping"
)

// TestRoute runs the rows of aws-facts/data-plane.md section 5.
func TestRoute(t *testing.T) {
	root := &node{}
	for path, verbs := range map[string]string{
		"/":                       "GET",
		"/test":                   "POST",
		"/{proxy+}":               "OPTIONS GET",
		"/part1/{param+}":         "ANY",
		"/part1/static":           "GET",
		"/pets":                   "GET ANY",
		"/pets/{id}":              "GET",
		"/pets/mine":              "GET",
		"/pets/{id}/toys/{toyId}": "DELETE",
		"/a-b":                    "PUT",
	} {
		n := root.add(path)
		for _, v := range fields(verbs) {
			n.set(v, &method{resourcePath: path, verb: v})
		}
	}
	for _, c := range []struct {
		name, verb, path string
		want             string // "VERB resource"; "" for none
		params           string
	}{
		{"root", "GET", "/", "GET /", ""},
		{"root without slash", "GET", "", "GET /", ""},
		{"root, other verb, is not the greedy one", "OPTIONS", "/", "", ""},
		{"static", "POST", "/test", "POST /test", ""},
		{"static without the verb: the greedy sibling", "OPTIONS", "/test", "OPTIONS /{proxy+}", "proxy=test"},
		{"no sibling has the verb", "PUT", "/test", "", ""},
		{"static child before greedy", "GET", "/part1/static", "GET /part1/static", ""},
		{"unknown child: greedy", "GET", "/part1/random-value", "ANY /part1/{param+}", "param=random-value"},
		{"static child without the verb: greedy ANY", "POST", "/part1/static", "ANY /part1/{param+}", "param=static"},
		{"declared verb before ANY", "GET", "/pets", "GET /pets", ""},
		{"ANY for the others", "PATCH", "/pets", "ANY /pets", ""},
		{"HEAD is not GET", "HEAD", "/pets/7", "", ""},
		{"HEAD is caught by ANY", "HEAD", "/pets", "ANY /pets", ""},
		{"static before param", "GET", "/pets/mine", "GET /pets/mine", ""},
		{"param", "GET", "/pets/7", "GET /pets/{id}", "id=7"},
		{"two params", "DELETE", "/pets/7/toys/9", "DELETE /pets/{id}/toys/{toyId}", "id=7,toyId=9"},
		{"static branch given up for param", "DELETE", "/pets/mine/toys/9", "DELETE /pets/{id}/toys/{toyId}", "id=mine,toyId=9"},
		{"params of a branch given up are gone", "GET", "/pets/7/toys/9", "GET /{proxy+}", "proxy=pets/7/toys/9"},
		{"trailing slash", "GET", "/pets/7/", "GET /pets/{id}", "id=7"},
		{"trailing slash is no part of greedy", "GET", "/x/y/", "GET /{proxy+}", "proxy=x/y"},
		{"double slash inside greedy is kept", "GET", "/proxy-value//double-slash", "GET /{proxy+}", "proxy=proxy-value//double-slash"},
		{"double slash after the stage", "GET", "//x", "GET /{proxy+}", "proxy=x"},
		{"double slash after the stage, static", "GET", "//pets", "GET /pets", ""},
		{"params are not decoded", "GET", "/pets/test%2Balias@gmail.com", "GET /pets/{id}", "id=test%2Balias@gmail.com"},
		{"encoded static part", "PUT", "/a%2Db", "PUT /a-b", ""},
		{"case matters", "POST", "/Test", "", ""},
		{"unknown verb", "PROPFIND", "/pets", "", ""},
		{"ANY is no verb", "ANY", "/pets", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, params := root.find(c.path, verbOf(c.verb), nil)
			got := ""
			if m != nil {
				got = verbNames[m.verb] + " " + m.resourcePath
			}
			if got != c.want {
				t.Fatalf("%s %s routes to %q, want %q", c.verb, c.path, got, c.want)
			}
			if m != nil && joinPairs(params) != c.params {
				t.Errorf("path parameters %q, want %q", joinPairs(params), c.params)
			}
		})
	}
}

func fields(s string) []verb {
	var out []verb
	for len(s) > 0 {
		word := s
		for i := range s {
			if s[i] == ' ' {
				word = s[:i]
				break
			}
		}
		s = s[min(len(s), len(word)+1):]
		v := verbOf(word)
		if word == "ANY" {
			v = verbAny
		}
		out = append(out, v)
	}
	return out
}

func joinPairs(list []mapping.Pair) string {
	s := ""
	for i, p := range list {
		if i > 0 {
			s += ","
		}
		s += p.Name + "=" + p.Value
	}
	return s
}

func BenchmarkRoute(b *testing.B) {
	root := &node{}
	for _, p := range []string{"/", "/pets", "/pets/{id}", "/pets/{id}/toys/{toyId}", "/{proxy+}"} {
		root.add(p).set(verbGet, &method{resourcePath: p})
	}
	var params []mapping.Pair
	b.ReportAllocs()
	for b.Loop() {
		_, params = root.find("/pets/42/toys/7", verbGet, params[:0])
	}
}
