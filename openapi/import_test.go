package openapi

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/api"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata, or rewrites the file.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got) {
		t.Errorf("%s differs; run with -update and look at the change\n--- want\n%s\n--- got\n%s", file, cut(want), cut(got))
	}
}

func lines(problems api.Problems) []byte {
	if len(problems) == 0 {
		return nil
	}
	return []byte(problems.Error() + "\n")
}

func cut(b []byte) string {
	if len(b) > 4000 {
		b = b[:4000]
	}
	return string(b)
}

// TestDefinitions imports the definitions that everybody uses and compares the
// whole snapshot.
func TestDefinitions(t *testing.T) {
	for _, file := range []string{"petstore/petstore.yaml", "everything/everything.yaml", "everything/everything.json"} {
		t.Run(file, func(t *testing.T) {
			src, err := os.ReadFile(filepath.Join("../testdata", file))
			if err != nil {
				t.Fatal(err)
			}
			snap, problems := Import(file, src, Options{})
			if problems.Fatal() {
				t.Errorf("problems:\n%s", problems.Error())
			}
			b, err := json.MarshalIndent(snap, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			name := strings.ReplaceAll(file, "/", "_")
			golden(t, filepath.Join("testdata/snapshots", name+".json"), append(b, '\n'))
			golden(t, filepath.Join("testdata/snapshots", name+".warnings"), lines(problems))
		})
	}
}

// TestBroken imports one definition per kind of mistake and compares what is
// said about it, line by line. Those called compile-* have nothing that Import
// could find.
func TestBroken(t *testing.T) {
	files, err := filepath.Glob("../testdata/broken/*.*")
	if err != nil || len(files) == 0 {
		t.Fatal("no broken definitions:", err)
	}
	for _, file := range files {
		base := filepath.Base(file)
		t.Run(base, func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			snap, problems := Import("testdata/broken/"+base, src, Options{})
			if strings.HasPrefix(base, "compile-") {
				if len(problems) > 0 || snap == nil {
					t.Errorf("nothing is wrong with it yet, but:\n%s", problems.Error())
				}
				return
			}
			if !problems.Fatal() {
				t.Error("nothing fatal was found")
			}
			golden(t, filepath.Join("../testdata/broken/expected", base+".txt"), lines(problems))
		})
	}
}

// TestCases imports small definitions, each about one subject, and compares the
// snapshot and what is said.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/cases/*.*")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases:", err)
	}
	for _, file := range files {
		base := filepath.Base(file)
		t.Run(base, func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			snap, problems := Import(base, src, Options{APIID: "abcdef1234", BasePath: BasePathPrepend})
			if problems.Fatal() {
				t.Errorf("problems:\n%s", problems.Error())
			}
			b, err := json.MarshalIndent(snap, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata/cases/expected", base+".json"), append(b, '\n'))
			golden(t, filepath.Join("testdata/cases/expected", base+".warnings"), lines(problems))
		})
	}
}

func TestIgnoreDocumentation(t *testing.T) {
	src, err := os.ReadFile("testdata/cases/documentation.yaml")
	if err != nil {
		t.Fatal(err)
	}
	snap, _ := Import("documentation.yaml", src, Options{IgnoreDocumentation: true})
	if n := len(snap.DocumentationParts); n != 0 {
		t.Errorf("%d documentation parts", n)
	}
}
