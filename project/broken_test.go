package project

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the tests see into the golden files")

// TestBroken loads every file of testdata/broken and compares the problems with
// the golden file beside it.
func TestBroken(t *testing.T) {
	t.Chdir("testdata/broken")
	var files []string
	for _, pattern := range []string{"*.yaml", "*.json", "*/*.yaml"} {
		f, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f...)
	}
	if len(files) == 0 {
		t.Fatal("no cases")
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			_, problems := Load([]string{file}, Options{})
			if !problems.Fatal() {
				t.Errorf("loading %s found nothing wrong", file)
			}
			problems.Sort()
			got := problems.Error() + "\n"
			golden := strings.TrimSuffix(file, filepath.Ext(file)) + ".problems"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}
