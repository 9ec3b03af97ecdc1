package javascript

import (
	"os"
	"strings"
	"testing"

	"github.com/dop251/goja"

	"sluice/lambda"
)

// TestOperators runs expressions as a function would, past the meter, and as the bare
// engine does, which must agree about them.
func TestOperators(t *testing.T) {
	text, err := os.ReadFile("testdata/operators.js")
	if err != nil {
		t.Fatal(err)
	}
	const show = `((s) => { try { const v = new Function("return " + s)(); return typeof v + " " + (Object.is(v, -0) ? "-0" : String(v)); } catch (e) { return String(e); } })`
	f, _ := open(t, lambda.Function{MemoryMB: 1024}, map[string]string{"index.js": `exports.handler = async (e) => e.sources.map(` + show + `);`})
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	event := []byte(`{"sources":[`)
	for i, line := range lines {
		if i > 0 {
			event = append(event, ',')
		}
		event = lambda.AppendJSONString(event, line)
	}
	r := invoke(t, f, string(event)+"]}")
	vm := goja.New()
	v, err := vm.RunString("JSON.parse")
	if err != nil {
		t.Fatal(err)
	}
	parse, _ := goja.AssertFunction(v)
	got, err := parse(goja.Undefined(), vm.ToValue(string(r.Payload)))
	if err != nil || r.FunctionError != "" {
		t.Fatalf("%v %s", err, r.Payload)
	}
	for i, line := range lines {
		plain := goja.New()
		if err := plain.Set("source", line); err != nil {
			t.Fatal(err)
		}
		want, err := plain.RunString(show + `(source)`)
		if err != nil {
			t.Fatal(line, err)
		}
		if g := got.(*goja.Object).Get(element(i)).String(); g != want.String() {
			t.Errorf("%s\n got %s\nwant %s", line, g, want)
		}
	}
}

// FuzzMeter checks that what the engine compiles it also compiles past the meter, and
// that nothing panics.
func FuzzMeter(f *testing.F) {
	text, err := os.ReadFile("testdata/operators.js")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 1<<10 {
			return
		}
		source = "(function(){return (" + source + "\n)})"
		tree, err := goja.Parse("", source)
		if err != nil {
			return
		}
		if _, err := goja.CompileAST(tree, false); err != nil {
			return
		}
		// The tree of the first compilation is not used twice.
		if tree, err = goja.Parse("", source); err != nil {
			t.Fatal(err)
		}
		meterProgram(tree)
		if !enclose(tree) {
			return
		}
		if _, err := goja.CompileAST(tree, false); err != nil {
			t.Fatalf("%s: %v", source, err)
		}
	})
}
