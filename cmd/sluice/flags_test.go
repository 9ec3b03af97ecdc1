package main

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"sluice/api"
	"sluice/project"
)

func TestStageFlags(t *testing.T) {
	tests := []struct {
		stage     string
		variables []string
		want      map[string]string
		wrong     bool
	}{
		{"", nil, nil, false},
		{"prod", []string{"a=1", "b=x=y", "a=2", ""}, map[string]string{"a": "2", "b": "x=y"}, false},
		{"", []string{"empty="}, map[string]string{"empty": ""}, false},
		{"a b", nil, nil, true},
		{"", []string{"a"}, nil, true},
		{"", []string{"=1"}, nil, true},
		{"", []string{"a=\n"}, nil, true},
	}
	for _, tt := range tests {
		f := stageFlags{Stage: tt.stage, Variables: tt.variables}
		o, err := f.options()
		var wrong misuse
		if errors.As(err, &wrong) != tt.wrong {
			t.Errorf("%+v: error %v", f, err)
		}
		if !tt.wrong && (o.Stage != tt.stage || !maps.Equal(o.Variables, tt.want)) {
			t.Errorf("%+v gives %+v, want %v", f, o, tt.want)
		}
	}
}

// TestSettings: flags win over the project file.
func TestSettings(t *testing.T) {
	p := &project.Project{Log: project.LogSettings{Level: "debug", Format: "json", AccessPath: "a.log", AccessFormat: "csv"}}
	if got := (&serveCommand{}).settings(p); got != p.Log {
		t.Errorf("without flags the settings are %+v", got)
	}
	c := &serveCommand{LogLevel: "warn", LogFormat: "text", AccessLog: "-", AccessLogFormat: "xml"}
	if got, want := c.settings(p), (project.LogSettings{Level: "warn", Format: "text", AccessPath: "-", AccessFormat: "xml"}); got != want {
		t.Errorf("with flags the settings are %+v, want %+v", got, want)
	}
}

func TestAccessLogFormats(t *testing.T) {
	own := &api.Stage{AccessLogSettings: &api.AccessLogSettings{Format: "$context.requestId own"}}
	none := &api.Stage{}
	clf, err := project.AccessLogFormat("clf")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name              string
		settings          project.LogSettings
		forOwn, forNoneOf string
	}{
		{"no access log", project.LogSettings{}, "", ""},
		{"an access log", project.LogSettings{AccessPath: "-"}, "", clf},
		{"an access log with a format", project.LogSettings{AccessPath: "-", AccessFormat: "$context.requestId"}, "$context.requestId", "$context.requestId"},
	}
	for _, tt := range tests {
		f := formatsOf(tt.settings)
		if got := f.of(own); got != tt.forOwn {
			t.Errorf("%s: a stage with a format gets %q, want %q", tt.name, got, tt.forOwn)
		}
		if got := f.of(none); got != tt.forNoneOf {
			t.Errorf("%s: a stage without a format gets %q, want %q", tt.name, got, tt.forNoneOf)
		}
	}
}

func TestJoin(t *testing.T) {
	at := func(line int) api.Place { return api.Place{File: "a.yaml", Line: line, Column: 1} }
	loading := api.Problems{
		{Place: at(9), Subject: "GET /a", Message: "unknown type"},
		{Place: at(30), Subject: "GET /b", Message: "odd", Warning: true},
	}
	compiling := api.Problems{
		{Place: at(5), Subject: "GET /a", Message: noIntegration},
		{Place: at(7), Subject: "GET /a", Message: "bad parameter"},
		{Place: at(9), Subject: "GET /a", Message: "no uri"},
		{Place: at(28), Subject: "GET /b", Message: noIntegration},
		{Place: at(30), Subject: "GET /b", Message: "bad template"},
	}
	want := `a.yaml:7:1: GET /a: bad parameter
a.yaml:9:1: GET /a: unknown type
a.yaml:28:1: GET /b: the method has no integration
a.yaml:30:1: warning: GET /b: odd
a.yaml:30:1: GET /b: bad template`
	if got := join(loading, compiling).Error(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestReplaceFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "snapshot.json")
	for _, content := range []string{"one", "two"} {
		if err := replaceFile(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("the file holds %q (%v), want %q", got, err, content)
		}
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left in the directory (%v)", len(left), err)
	}
	if err := replaceFile(os.DevNull, []byte("x")); err != nil {
		t.Errorf("writing to a device: %v", err)
	}
	if st, err := os.Stat(os.DevNull); err != nil || st.Mode().IsRegular() {
		t.Errorf("the device was replaced by a file (%v)", err)
	}
}
