package render

import (
	"bufio"
	"os"
	"testing"

	"sluice/mapping"
)

// BenchmarkCases renders the oracle's bench cases: the same work as
// "sluice render --cases - --bench N", to be set beside the oracle's --bench.
func BenchmarkCases(b *testing.B) {
	f, err := os.Open("../testdata/bench_cases.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		c, err := ParseCase(lines.Text())
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.ID.Text(), func(b *testing.B) {
			t, err := c.compile("case", false)
			if err != nil {
				b.Fatal(err)
			}
			var s mapping.Scope
			var out []byte
			b.ReportAllocs()
			for b.Loop() {
				s.Reset()
				c.ready(&s, false)
				if out, err = t.Render(out[:0], &s); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(out)))
		})
	}
	if err := lines.Err(); err != nil {
		b.Fatal(err)
	}
}
