package jsonpath

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"sluice/mapping/vtl/value"
)

func FuzzPath(f *testing.F) {
	file, err := os.Open("testdata/answers.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for n := 0; lines.Scan() && n < 500; n++ {
		var c struct{ Path, Body string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			f.Fatal(err)
		}
		f.Add(c.Path, c.Body)
	}
	f.Fuzz(func(t *testing.T, path, body string) {
		p, err := Compile(path)
		if err != nil {
			if _, ok := err.(*Error); !ok {
				t.Fatalf("Compile gave %T", err)
			}
			return
		}
		root, err := value.ParseJSON(body)
		if err != nil {
			return
		}
		v, err := p.Read(root)
		switch err.(type) {
		case nil:
			_, _ = value.AppendJSONLimit(nil, v, value.Compact, 1<<20)
		case *NotFoundError, *Error:
		default:
			t.Fatalf("Read gave %T", err)
		}
	})
}
