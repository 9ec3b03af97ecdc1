package project

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhole loads a sluice.yaml that uses every key.
func TestWhole(t *testing.T) {
	t.Chdir("testdata")
	p, problems := Load([]string{"whole.yaml"}, Options{Stage: "ignored", Variables: map[string]string{"host": "flag.localhost", "extra": "1"}})
	if problems.Fatal() {
		t.Fatal(problems)
	}
	type seen struct {
		APIID, Name, Canary string
		Stage               any
		Files               []string
	}
	got := struct {
		Deployments       []seen
		Files             []string
		Region, AccountID string
		Surroundings      Surroundings
		Metering          Metering
		Log               LogSettings
	}{nil, p.Files, p.Region, p.AccountID, p.Surroundings, p.Metering, p.Log}
	for _, d := range p.Deployments {
		s := seen{APIID: d.APIID, Name: d.Snapshot.RestApi.Name, Stage: d.Stage, Files: d.Files}
		if d.Canary != nil {
			s.Canary = d.Canary.RestApi.Name
		}
		if d.Snapshot.RestApi.ID != d.APIID || (d.Canary != nil && d.Canary.RestApi.ID != d.APIID) {
			t.Errorf("the snapshots of %s do not carry its id", d.APIID)
		}
		got.Deployments = append(got.Deployments, s)
	}
	out, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "whole.golden", string(out)+"\n")
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
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
}

// addresses prints the API id and stage of each deployment.
func addresses(p *Project) string {
	var out []string
	for _, d := range p.Deployments {
		out = append(out, d.APIID+"/"+d.Stage.StageName)
	}
	return strings.Join(out, " ")
}

func TestLoadNames(t *testing.T) {
	t.Chdir("testdata/definitions")
	tests := []struct {
		name    string
		files   []string
		options Options
		want    string
		fatal   bool
	}{
		{"a definition is named by its file", []string{"pets.yaml"}, Options{}, "pets/dev", false},
		{"the stage of the command line", []string{"pets.yaml"}, Options{Stage: "prod"}, "pets/prod", false},
		{"a snapshot keeps its id and stage", []string{"pets.prod.json"}, Options{}, "pets/prod", false},
		{"a stage that is asked for wins over a snapshot's", []string{"pets.prod.json"}, Options{Stage: "dev"}, "pets/dev", false},
		{"snapshots of two stages", []string{"pets.prod.json", "pets.beta.json"}, Options{}, "pets/prod pets/beta", false},
		{"the same snapshot twice", []string{"pets.prod.json", "pets.prod.json"}, Options{}, "pets/prod pets/prod", true},
		{"a definition and a snapshot of one id", []string{"pets.yaml", "pets.prod.json"}, Options{}, "pets/dev pets/prod", true},
		{"two definitions", []string{"pets.yaml", "pets-next.yaml"}, Options{}, "pets/dev petsnext/dev", false},
		{"no such file", []string{"pets.yaml", "cats.yaml"}, Options{}, "pets/dev", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, problems := Load(tt.files, tt.options)
			if got := addresses(p); got != tt.want || problems.Fatal() != tt.fatal {
				t.Errorf("got %s, fatal %v (%v); want %s, fatal %v", got, problems.Fatal(), problems, tt.want, tt.fatal)
			}
			if len(p.Files) == 0 || p.Files[0] != tt.files[0] {
				t.Errorf("files are %q", p.Files)
			}
		})
	}
}

// TestLoadAgain shows that loading twice gives independent, equal results.
func TestLoadAgain(t *testing.T) {
	t.Chdir("testdata/definitions")
	one, _ := Load([]string{"pets.yaml"}, Options{Variables: map[string]string{"a": "1"}})
	two, _ := Load([]string{"pets.yaml"}, Options{})
	a, b := one.Deployments[0], two.Deployments[0]
	if a.Snapshot == b.Snapshot || a.Stage == b.Stage {
		t.Error("two loads share a value")
	}
	if a.Snapshot.DeploymentID == "" || a.Snapshot.DeploymentID != b.Snapshot.DeploymentID || a.Stage.DeploymentID != a.Snapshot.DeploymentID {
		t.Errorf("deployment ids %q, %q and of the stage %q", a.Snapshot.DeploymentID, b.Snapshot.DeploymentID, a.Stage.DeploymentID)
	}
	if a.Stage.Variables["a"] != "1" || len(b.Stage.Variables) != 0 {
		t.Errorf("variables are %v and %v", a.Stage.Variables, b.Stage.Variables)
	}
}

func TestSnapshotVariables(t *testing.T) {
	t.Chdir("testdata/definitions")
	p, _ := Load([]string{"pets.prod.json"}, Options{Variables: map[string]string{"b": "3", "c": "4"}})
	got, _ := json.Marshal(p.Deployments[0].Stage.Variables)
	if want := `{"a":"1","b":"3","c":"4"}`; string(got) != want {
		t.Errorf("variables are %s, want %s", got, want)
	}
}

func TestTooManyVariables(t *testing.T) {
	t.Chdir("testdata/definitions")
	vars := map[string]string{}
	for c := range 101 {
		vars["v"+strings.Repeat("x", c%60)+string(rune('a'+c/60))] = "1"
	}
	if _, problems := Load([]string{"pets.yaml"}, Options{Variables: vars}); !problems.Fatal() {
		t.Errorf("%d variables were accepted", len(vars))
	}
}

func TestTooLarge(t *testing.T) {
	file := filepath.Join(t.TempDir(), "large.yaml")
	if err := os.WriteFile(file, []byte("openapi: 3.0.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, maxFileSize+1); err != nil {
		t.Fatal(err)
	}
	_, problems := Load([]string{file}, Options{})
	if want := file + ":1:1: is larger than 67108864 bytes"; problems.Error() != want {
		t.Errorf("got %q, want %q", problems.Error(), want)
	}
}

func TestAccessLogFormat(t *testing.T) {
	tests := []struct {
		text string
		ok   bool
	}{
		{"", true},
		{"clf", true},
		{"json", true},
		{"xml", true},
		{"csv", true},
		{"$context.requestId", true},
		{"CLF", false},
		{"combined", false},
		{"$context.status", false},
		{"$context.requestId $context.none", false},
	}
	for _, tt := range tests {
		got, err := AccessLogFormat(tt.text)
		if (err == nil) != tt.ok {
			t.Errorf("AccessLogFormat(%q): error %v", tt.text, err)
		}
		if named := len(tt.text) == 3 || tt.text == "json"; tt.ok && named == (got == tt.text) {
			t.Errorf("AccessLogFormat(%q) = %q", tt.text, got)
		}
	}
}
