package project

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestSchemaDescribesEverything: editors show the description of each key.
func TestSchemaDescribesEverything(t *testing.T) {
	s, err := loadSchema()
	if err != nil {
		t.Fatal(err)
	}
	definitions, _ := s.document["definitions"].(map[string]any)
	var walk func(path string, v any)
	described := func(m map[string]any) bool {
		if ref, ok := m["$ref"].(string); ok {
			m, _ = definitions[filepath.Base(ref)].(map[string]any)
		}
		text, _ := m["description"].(string)
		return text != ""
	}
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if properties, ok := v["properties"].(map[string]any); ok {
				for name, p := range properties {
					if m, ok := p.(map[string]any); !ok || !described(m) {
						t.Errorf("%s.%s has no description", path, name)
					}
				}
				if v["additionalProperties"] != false {
					t.Errorf("%s takes unknown keys", path)
				}
			}
			for name, p := range v {
				walk(path+"/"+name, p)
			}
		case []any:
			for i, p := range v {
				walk(fmt.Sprintf("%s/%d", path, i), p)
			}
		}
	}
	walk("", s.document)
}

// TestSchemaIsTheFile: what is embedded is what editors are pointed to.
func TestSchemaIsTheFile(t *testing.T) {
	b, err := os.ReadFile("sluice.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != string(Schema) || !json.Valid(b) {
		t.Error("the embedded schema differs from the file")
	}
}

// TestExamples loads the examples that the documentation shows.
func TestExamples(t *testing.T) {
	for file, want := range map[string]string{
		"../testdata/project/sluice.yaml": "greetings/dev greetings/prod",
		"../testdata/metered/sluice.yaml": "quotes/prod",
	} {
		p, problems := Load([]string{file}, Options{})
		if len(problems) > 0 {
			t.Error(problems)
		}
		if got := addresses(p); got != want {
			t.Errorf("%s serves %q, want %q", file, got, want)
		}
	}
}
