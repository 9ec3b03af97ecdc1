package model

import (
	"maps"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// Every operation is found by its own URI, whatever characters its parameters
// hold, and gives them back.
func TestMatchEveryOperation(t *testing.T) {
	odd := []string{
		"a1b2c3", "arn:aws:apigateway:us-east-1::/restapis/x", "a/b//c", "%2F", "?", "#", "a b", "a+b", "é\u2028", "(none)", ".", "..",
		"keys", "import", "\x00\xff", "*", "$default", "{x}",
	}
	param := regexp.MustCompile(`\{[^}]+\}`)
	for _, o := range Operations() {
		for _, value := range odd {
			path, rawQuery, _ := strings.Cut(o.URI, "?")
			want := map[string]string{}
			path = param.ReplaceAllStringFunc(path, func(name string) string {
				want[strings.Trim(name, "{}")] = value
				return url.PathEscape(value)
			})
			query, err := url.ParseQuery(rawQuery)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range []string{path, path + "/"} {
				got, params, mismatch := Match(o.Method, p, query)
				if mismatch != Matched || got != o || !maps.Equal(params, want) {
					t.Errorf("Match(%s %s): %v %v %v, want %s %v", o.Method, p, got, params, mismatch, o.Name, want)
				}
			}
		}
	}
}
