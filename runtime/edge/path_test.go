package edge

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"testing"

	"sluice/mapping"
)

func TestAppendQuery(t *testing.T) {
	for raw, want := range map[string]string{
		"":                        "",
		"a=b":                     "a=b",
		"a=b&a=c&d":               "a=b|a=c|d=",
		"a=b;c=d":                 "a=b|c=d",
		"&&a=b&;&":                "a=b",
		"=b":                      "=b",
		"=":                       "=",
		"a=b=c":                   "a=b=c",
		"a=":                      "a=",
		"a+b=c+d":                 "a b=c d",
		"a%2Bb=%20%26%3b%3D":      "a+b= &;=",
		"%61=%e2%82%ac":           "a=€",
		"a=%zz&b=%4&c=%":          "a=%zz|b=%4|c=%",
		"a=%%41":                  "a=%A",
		"a=%0d%0A%00":             "a=\r\n\x00",
		"a=%ff":                   "a=\xff",
		"a[]=1&a[]=2":             "a[]=1|a[]=2",
		"test=x%2By@z.com&test=u": "test=x+y@z.com|test=u",
	} {
		for _, buf := range [][]byte{nil, make([]byte, 0, 100), []byte("kept")} {
			got, grown := AppendQuery([]mapping.Pair{{Name: "first", Value: "1"}}, buf, []byte(raw))
			if got[0].Name != "first" || !strings.HasPrefix(string(grown), string(buf)) {
				t.Fatal("what was there is lost")
			}
			var parts []string
			for _, p := range got[1:] {
				parts = append(parts, p.Name+"="+p.Value)
			}
			if g := strings.Join(parts, "|"); g != want {
				t.Errorf("%q: %q, want %q", raw, g, want)
			}
		}
	}
}

func TestAppendQueryEscaped(t *testing.T) {
	for c := range 256 {
		s := string([]byte{byte(c)})
		want := strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
		if got := string(AppendQueryEscaped([]byte("x"), s)); got != "x"+want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

func TestCutSegment(t *testing.T) {
	for p, want := range map[string]string{
		"": "|", "/": "|", "//": "|", "a": "a|", "/a": "a|", "/a/": "a|/", "//a//b/c": "a|//b/c", "/%2F/b": "%2F|/b",
	} {
		segment, rest := CutSegment([]byte(p))
		if got := fmt.Sprintf("%s|%s", segment, rest); got != want {
			t.Errorf("%q: %q, want %q", p, got, want)
		}
	}
}

func TestRoutePath(t *testing.T) {
	for p, want := range map[string]string{
		"": "/", "/": "/", "///": "/", "/a": "/a", "/a/": "/a", "/a///": "/a", "//a": "/a", "///a//b//": "/a//b", "/a/%2F/": "/a/%2F",
	} {
		if got := string(RoutePath([]byte(p))); got != want {
			t.Errorf("%q: %q, want %q", p, got, want)
		}
	}
}

func TestAppendPathEscaped(t *testing.T) {
	for s, want := range map[string]string{
		"abc":          "abc",
		"a/b//c":       "a/b//c",
		"a%2Fb%2fc":    "a%2Fb%2fc",
		"test%2Balias": "test%2Balias",
		"a+b@c:d;e=f":  "a+b@c:d;e=f",
		"a b?c#d":      "a%20b%3Fc%23d",
		"100%":         "100%25",
		"%zz%4":        "%25zz%254",
		"é":            "%C3%A9",
		"a\r\n\x00b":   "a%0D%0A%00b",
		"{a}|\\^`<>\"": "%7Ba%7D%7C%5C%5E%60%3C%3E%22",
		"../x":         "../x", // LeavesBase is another question
	} {
		if got := string(AppendPathEscaped(nil, s)); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

func TestLeavesBase(t *testing.T) {
	for tail, want := range map[string]bool{
		"": false, "a": false, "a/b/": false, "/": false, ".": false, "./.": false, "...": false, "..a": false, "a..": false, ".../..": false,
		"..": true, "/..": true, "../a": true, "a/..": false, "a/../..": true, "a/../b": false, "a/./../..": true, "./..": true,
		"a//..": false, "//..": true, "a/b/../../..": true, "a/b/../../c": false,
		"%2e%2e": true, "%2E%2e": true, ".%2E": true, "%2e.": true, "%2e%2e/a": true, "a/%2e%2e/%2e%2e": true, "%2e": false,
		"..%2f": true, "..%2fa": true, "a%2f..": false, "a%2f..%2f..": true, "a%2fb/../..": true, "a%2f../..": true,
		"..%5c": true, "..\\a": true, "a\\..\\..": true, "%5c..": true,
		"..;": true, "..;a=b/c": true, "a/..;/..;": true, ";..": false, "a;..": false, ".;.": false,
		"%252e%252e": false, "%2": false, "..%2": false, "..%zz": false, "%2e%2e%2e": false,
	} {
		if got := LeavesBase([]byte(tail)); got != want {
			t.Errorf("%q: %v", tail, got)
		}
	}
}

// FuzzLeavesBase: what is let through must not leave the base by the rules of
// Go's path package, in any of the ways in which a backend may decode it.
func FuzzLeavesBase(f *testing.F) {
	for _, s := range []string{"..", "a/../..", "%2e%2e/", "..%2f", "a\\..\\..", "..;/a", "a%2fb/../.."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, tail string) {
		if LeavesBase([]byte(tail)) {
			return
		}
		forms := []string{tail, string(AppendPathEscaped(nil, tail))}
		if decoded, err := url.PathUnescape(tail); err == nil {
			forms = append(forms, decoded, strings.ReplaceAll(decoded, "\\", "/"))
		}
		for _, form := range forms {
			if got := path.Clean("/base/" + form); got != "/base" && !strings.HasPrefix(got, "/base/") {
				t.Fatalf("%q as %q leads to %q", tail, form, got)
			}
		}
	})
}

// FuzzQuery: decoding must agree with net/url where that has an opinion, and
// encoding must survive decoding.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{"a=b&c=d", "a;b", "%zz", "a=%41+", "==&&;;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		pairs, _ := AppendQuery(nil, nil, []byte(raw))
		if values, err := url.ParseQuery(raw); err == nil {
			n := 0
			for _, v := range values {
				n += len(v)
			}
			if n != len(pairs) {
				t.Fatalf("%d pairs, net/url has %d", len(pairs), n)
			}
			for _, p := range pairs {
				v := values[p.Name]
				if len(v) == 0 || v[0] != p.Value {
					t.Fatalf("%q=%q, net/url has %q", p.Name, p.Value, v)
				}
				values[p.Name] = v[1:]
			}
		}
		var out []byte
		for i, p := range pairs {
			if i > 0 {
				out = append(out, '&')
			}
			out = append(AppendQueryEscaped(out, p.Name), '=')
			out = AppendQueryEscaped(out, p.Value)
		}
		again, _ := AppendQuery(nil, nil, out)
		if fmt.Sprintf("%q", again) != fmt.Sprintf("%q", pairs) {
			t.Fatalf("%q, after encoding %q", pairs, again)
		}
	})
}

func BenchmarkAppendQuery(b *testing.B) {
	raw := []byte("page=2&sort=name&filter=a%20b+c&filter=d&empty&limit=100")
	var pairs []mapping.Pair
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		pairs, buf = AppendQuery(pairs[:0], buf[:0], raw)
	}
}

func BenchmarkLeavesBase(b *testing.B) {
	tail := []byte("pets/12345/toys")
	b.ReportAllocs()
	for b.Loop() {
		if LeavesBase(tail) {
			b.Fatal()
		}
	}
}
