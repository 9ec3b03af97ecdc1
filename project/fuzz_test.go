package project

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzProjectFile: no project file, however broken, may panic or come without a
// place for its problems.
func FuzzProjectFile(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/broken/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		root, _, err := parseYAML("sluice.yaml", src)
		if err != nil {
			return
		}
		l := &loader{project: &Project{}}
		if !l.checkSchema(root) {
			if len(l.problems) == 0 {
				t.Error("refused without a problem")
			}
			l.noteDefinitions(root, "sluice.yaml")
		}
		for _, p := range l.problems {
			if p.Place.File == "" || p.Message == "" {
				t.Errorf("problem %+v", p)
			}
		}
	})
}

// FuzzSnapshot: no snapshot file may panic.
func FuzzSnapshot(f *testing.F) {
	for _, pattern := range []string{"testdata/definitions/*.json", "testdata/broken/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		l := &loader{project: &Project{}}
		if _, ok := l.loadSnapshot("x.json", src); !ok && len(l.problems) == 0 {
			t.Error("refused without a problem")
		}
	})
}
