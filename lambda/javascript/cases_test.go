package javascript

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sluice/lambda"
)

// section is the head of a part of a case.
var section = regexp.MustCompile(`(?m)^-- (.+) --\n`)

// column is the column of a stack frame: the engine's are not quite those of
// Node.js.
var column = regexp.MustCompile(`(ROOT/index\.\w+:\d+):\d+`)

// readCase splits a case into its sections.
func readCase(t *testing.T, file string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	text := string(b)
	heads := section.FindAllStringSubmatchIndex(text, -1)
	for i, h := range heads {
		end := len(text)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		parts[text[h[2]:h[3]]] = strings.TrimSuffix(text[h[1]:end], "\n")
	}
	return parts
}

// TestCases runs the functions of testdata: each file has an event, the answer
// and the function's files. ROOT stands for the function's directory.
func TestCases(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	clock := regexp.MustCompile(`(?m)^time=\S+ `)
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			c := readCase(t, name)
			files := map[string]string{}
			for key, text := range c {
				if file, ok := strings.CutPrefix(key, "file "); ok {
					files[file] = text
				}
			}
			f, log := open(t, lambda.Function{Environment: map[string]string{"OWN": "v"}}, files)
			times := 1
			if strings.HasSuffix(name, "state-survives.txt") {
				times = 3
			}
			var r *lambda.Result
			for range times {
				r = invoke(t, f, c["event"])
			}
			got := column.ReplaceAllString(strings.ReplaceAll(string(r.Payload), f.entry.Root, "ROOT"), "$1")
			if got != c["want"] {
				t.Errorf("answer\n got %s\nwant %s", got, c["want"])
			}
			if r.FunctionError != c["error"] {
				t.Errorf("function error %q, want %q", r.FunctionError, c["error"])
			}
			if want := c["log"]; want != "" {
				if got := strings.TrimSpace(clock.ReplaceAllString(log.String(), "")); got != want {
					t.Errorf("log\n got %s\nwant %s", got, want)
				}
			}
			if r.RequestID != "id-1" || r.StatusCode != 200 || r.ExecutedVersion != "$LATEST" {
				t.Errorf("result %+v", r)
			}
		})
	}
}
