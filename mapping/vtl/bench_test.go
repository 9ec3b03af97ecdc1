package vtl_test

import (
	"testing"

	"sluice/mapping/vtl"
)

// BenchmarkCases renders the benchmark cases of the oracle, with a body that is
// parsed once per rendering, as the oracle measures them.
func BenchmarkCases(b *testing.B) {
	forEachCase(b, "../testdata/bench_cases.jsonl", func(c *testCase) {
		b.Run(c.ID, func(b *testing.B) {
			t, err := vtl.Parse("case", c.Template, vtl.Options{Roots: roots})
			if err != nil {
				b.Fatal(err)
			}
			values := rootsOf(c)
			input := *values[0].Object().(*testInput)
			var out []byte
			b.ReportAllocs()
			for b.Loop() {
				*values[0].Object().(*testInput) = testInput{body: input.body, params: input.params}
				out, err = t.Render(out[:0], &vtl.Env{Roots: values})
				if err != nil {
					b.Fatal(err)
				}
			}
			if string(out) != c.Output {
				b.Fatalf("got %q\nwant %q", out, c.Output)
			}
		})
	})
}

// BenchmarkThreeReferences must not allocate.
func BenchmarkThreeReferences(b *testing.B) {
	t, err := vtl.Parse("t", `{"stage":"$context.stage","id":"$context.requestId","ip":"$context.identity.sourceIp"}`, vtl.Options{Mode: vtl.AWS, Roots: roots})
	if err != nil {
		b.Fatal(err)
	}
	values := rootsOf(&testCase{Context: []byte(`{"stage":"prod","requestId":"r-1","identity":{"sourceIp":"192.0.2.1"}}`)})
	env := &vtl.Env{Roots: values}
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		out, _ = t.Render(out[:0], env)
	}
}
