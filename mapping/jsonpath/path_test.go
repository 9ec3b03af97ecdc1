package jsonpath

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"sluice/mapping/vtl/value"
)

// answer renders what a read gives, in the words of testdata/answers.jsonl.
func answer(path, body string) string {
	p, err := Compile(path)
	if err != nil {
		return "error"
	}
	root, err := value.ParseJSON(body)
	if err != nil {
		return "error"
	}
	v, err := p.Read(root)
	switch err.(type) {
	case nil:
		text, err := value.AppendJSONLimit(nil, v, value.Compact, 1<<20)
		if err != nil {
			return "error" // a document that append() made contain itself
		}
		return string(text)
	case *NotFoundError:
		return `""`
	default:
		return "error"
	}
}

// TestAnswers compares with what Jayway answered; testdata/README.md tells how
// the file was made.
func TestAnswers(t *testing.T) {
	f, err := os.Open("testdata/answers.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	n, bad := 0, 0
	for lines.Scan() {
		var c struct{ Path, Body, Answer string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		n++
		if got := answer(c.Path, c.Body); got != c.Answer {
			bad++
			if bad <= 40 {
				t.Errorf("%s\n of   %s\n got  %.500s\n want %s", c.Path, c.Body, got, c.Answer)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		t.Fatal("no cases")
	}
	t.Logf("%d cases, %d differ", n, bad)
}
