package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// The order of enums is inferred from the recorded sets: each must come out
// right from any order that keeps the collisions of the model's.
func TestPrinted(t *testing.T) {
	raw, err := os.ReadFile("../testdata/enums.json")
	if err != nil {
		t.Fatal(err)
	}
	var sets map[string]string
	if err := json.Unmarshal(raw, &sets); err != nil {
		t.Fatal(err)
	}
	delete(sets, "origin")
	models := map[string][]string{
		"Op":                    {"add", "remove", "replace", "move", "copy", "test"},
		"IntegrationType":       {"HTTP", "AWS", "MOCK", "HTTP_PROXY", "AWS_PROXY"},
		"EndpointType":          {"REGIONAL", "EDGE", "PRIVATE"},
		"IpAddressType":         {"ipv4", "dualstack"},
		"DocumentationPartType": {"API", "AUTHORIZER", "MODEL", "RESOURCE", "METHOD", "PATH_PARAMETER", "QUERY_PARAMETER", "REQUEST_HEADER", "REQUEST_BODY", "RESPONSE", "RESPONSE_HEADER", "RESPONSE_BODY"},
		"ApiKeySourceType":      {"HEADER", "AUTHORIZER"},
	}
	if len(sets) != len(models) {
		t.Errorf("%d sets recorded, %d modelled", len(sets), len(models))
	}
	for name, set := range sets {
		if got := "[" + strings.Join(printed(models[name]), ", ") + "]"; got != set {
			t.Errorf("%s: %s, want %s", name, got, set)
		}
	}
	if !slices.Equal(printed(nil), nil) {
		t.Error("an empty set is not empty")
	}
}

func TestGenerate(t *testing.T) {
	in, err := os.ReadFile("testdata/service.json")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/model.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := generate(in)
	if err != nil || string(got) != string(want) {
		t.Errorf("%v\n%s", err, got)
	}
	for _, trait := range []string{
		strings.Replace(string(in), `"pattern"`, `"flattened":true,"pattern"`, 1),
		strings.Replace(string(in), `"location":"uri"`, `"location":"uri","streaming":true`, 1),
		strings.Replace(string(in), `"requestUri"`, `"host":"x","requestUri"`, 1),
		`[]`, `{"shapes":[]}`,
	} {
		if _, err := generate([]byte(trait)); err == nil {
			t.Errorf("accepted %.200s", trait)
		}
	}
}
