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

func TestMatch(t *testing.T) {
	var cases []struct {
		Method, Target, Want, Mismatch string
		Params                         map[string]string
	}
	readTestdata(t, "match.json", &cases)
	for _, c := range cases {
		path, rawQuery, _ := strings.Cut(c.Target, "?")
		query, err := url.ParseQuery(rawQuery)
		if err != nil {
			t.Fatal(err)
		}
		o, params, mismatch := Match(c.Method, path, query)
		var name string
		if o != nil {
			name = o.Name
		}
		want := map[string]Mismatch{"": Matched, "path": UnknownPath, "method": UnknownMethod}[c.Mismatch]
		if name != c.Want || mismatch != want || !maps.Equal(params, c.Params) {
			t.Errorf("%s %s: %s %v %v, want %s %v %v", c.Method, c.Target, name, params, mismatch, c.Want, c.Params, want)
		}
	}
}

func TestMismatchAnswer(t *testing.T) {
	for _, m := range []Mismatch{UnknownPath, UnknownMethod} {
		status, errorType, message := m.Answer()
		if status != 403 || errorType != "AccessDeniedException" || message != "Unable to determine service/operation name to be authorized" {
			t.Errorf("%v: %d %s %s", m, status, errorType, message)
		}
	}
	if status, errorType, message := Matched.Answer(); status != 0 || errorType+message != "" {
		t.Errorf("a match has the answer %d %s %s", status, errorType, message)
	}
}

func FuzzMatch(f *testing.F) {
	for _, o := range Operations() {
		f.Add(o.Method, o.URI)
	}
	f.Add("GET", "/tags/a/%2F//%")
	f.Fuzz(func(t *testing.T, method, path string) {
		o, params, mismatch := Match(method, path, nil)
		if (o == nil) != (mismatch != Matched) {
			t.Fatalf("%s %s: %v %v", method, path, o, mismatch)
		}
		if o == nil {
			return
		}
		// What was taken apart can be put together to the same operation.
		again, _, _ := strings.Cut(o.URI, "?")
		for name, value := range params {
			if value == "" {
				t.Fatalf("%s: %s is empty", path, name)
			}
			again = strings.ReplaceAll(again, "{"+name+"}", url.PathEscape(value))
		}
		o2, params2, _ := Match(method, again, nil)
		if o2 != o || !maps.Equal(params, params2) {
			t.Fatalf("%s %s: %s %v, but %s: %v %v", method, path, o.Name, params, again, o2, params2)
		}
	})
}
