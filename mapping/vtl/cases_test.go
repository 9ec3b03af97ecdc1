package vtl_test

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"sluice/mapping/vtl"
	"sluice/mapping/vtl/value"
)

// testCase is a case as the oracle reads and writes them.
type testCase struct {
	ID, Category, Template, Body, Message, Error string
	Tags                                         []string
	Params, Context, StageVariables              json.RawMessage
	Output                                       string
	OutputAWS                                    *string `json:"output_aws"`
}

func (c *testCase) has(tag string) bool {
	for _, t := range c.Tags {
		if t == tag {
			return true
		}
	}
	return false
}

func forEachCase(t testing.TB, file string, f func(c *testCase)) {
	t.Helper()
	r, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 8<<20)
	for lines.Scan() {
		c := new(testCase)
		if err := json.Unmarshal(lines.Bytes(), c); err != nil {
			t.Fatal(err)
		}
		// The oracle reads its input with json-smart, which drops U+007F from a string
		// that has escapes: so must we, to render what it rendered.
		in, err := value.ParseJSON(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		c.Template, c.Body = member(in, "template"), member(in, "body")
		f(c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func member(v value.Value, name string) string {
	m, _ := v.Map().Get(name)
	s, _ := m.Str()
	return s
}

var roots = []string{"input", "util", "context", "stageVariables"}

func renderCase(c *testCase, mode vtl.Mode) (string, error) {
	t, err := vtl.Parse("case", c.Template, vtl.Options{Mode: mode, Roots: roots})
	if err != nil {
		return "", err
	}
	out, err := t.Render(nil, &vtl.Env{Roots: rootsOf(c)})
	return string(out), err
}

// TestCases runs the cases recorded from Velocity in both modes.
func TestCases(t *testing.T) {
	n := 0
	forEachCase(t, "../testdata/cases.jsonl", func(c *testCase) {
		for _, mode := range []vtl.Mode{vtl.Plain, vtl.AWS} {
			if mode == vtl.AWS && c.has("aws-unknown") {
				continue
			}
			n++
			got, err := renderCase(c, mode)
			if c.Error != "" {
				if err == nil {
					t.Errorf("%s (mode %d)\n%q\n got %q\nwant error %s", c.ID, mode, c.Template, got, c.Message)
				}
				continue
			}
			want := c.Output
			if c.OutputAWS != nil && mode == vtl.AWS {
				want = *c.OutputAWS
			}
			if err != nil || got != want {
				t.Errorf("%s (mode %d)\n%q\n got %q\nwant %q\nerror %v", c.ID, mode, c.Template, got, want, err)
			}
		}
	})
	if n < 2000 {
		t.Fatalf("only %d cases", n)
	}
}
