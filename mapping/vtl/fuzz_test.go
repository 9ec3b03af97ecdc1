package vtl_test

import (
	"strings"
	"testing"
	"time"

	"sluice/mapping/oracletest"
	"sluice/mapping/vtl"
	"sluice/mapping/vtl/value"
)

// fuzzLimits keep one run short.
var fuzzLimits = vtl.Limits{Steps: 50_000, Output: 1 << 20, Memory: 8 << 20, RegexTime: 20 * time.Millisecond, RangeElement: 10_000}

// FuzzTemplate parses and renders anything: no panic, bounded time and output.
func FuzzTemplate(f *testing.F) {
	g := oracletest.NewGenerator(1)
	for range 200 {
		f.Add(g.Case().Template)
	}
	f.Add(strings.Repeat("#if(true)", 1000))
	f.Add("#set($x=" + strings.Repeat("(", 2000))
	f.Add("#set($x=" + strings.Repeat("[$a.b(", 500))
	f.Add(strings.Repeat(`\`, 5000))
	f.Fuzz(func(t *testing.T, src string) {
		for _, mode := range []vtl.Mode{vtl.Plain, vtl.AWS} {
			tmpl, err := vtl.Parse("fuzz", src, vtl.Options{Mode: mode, Roots: []string{"input"}, Limits: fuzzLimits})
			if err != nil {
				checkError(t, err)
				continue
			}
			doc, _ := value.ParseJSON(`{"a":[1,2,{"b":"c"}],"d":null,"e":1.5}`)
			out, err := tmpl.Render(nil, &vtl.Env{Roots: []value.Value{doc}})
			if err != nil {
				checkError(t, err)
			}
			if len(out) > fuzzLimits.Output+len(src) {
				t.Fatalf("%d bytes of output", len(out))
			}
		}
	})
}

// checkError checks that an error can be shown.
func checkError(t *testing.T, err error) {
	e, ok := err.(*vtl.Error)
	if !ok {
		t.Fatalf("not a *vtl.Error: %v", err)
	}
	if e.Line < 1 || e.Column < 1 || e.Message == "" || !strings.HasSuffix(e.Error(), "^") {
		t.Fatalf("incomplete error: %+v", e)
	}
}

// FuzzPattern translates and runs anything as a regular expression.
func FuzzPattern(f *testing.F) {
	for _, s := range []string{`a+`, `(a|b)*c`, `[a-z&&[^b]]`, `(?i)x{2,3}+`, `\p{L}\Q.\E`, `(?<n>a)\k<n>`, `(a*)*b`} {
		f.Add(s, "aab")
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		p, err := vtl.CompilePattern(pattern, "", 20*time.Millisecond)
		if err == nil {
			_, _ = p.Match(s)
		}
	})
}
