package main

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"sluice/api"
	"sluice/lambda"
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

func TestSurroundFlags(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(keys, []byte(`{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	right := []struct {
		text string
		want lambda.Function
	}{
		{"a=index.js", lambda.Function{Runtime: "javascript", File: "index.js"}},
		{"a=src/index.ts:run", lambda.Function{Runtime: "javascript", File: "src/index.ts", Handler: "run"}},
		{"a=node:index.mjs:run", lambda.Function{Runtime: "node", File: "index.mjs", Handler: "run"}},
		{"a=app.py:run", lambda.Function{Runtime: "python", File: "app.py", Handler: "run"}},
		{"a=bin/bootstrap", lambda.Function{Runtime: "process", File: "bin/bootstrap"}},
		{"a=answer.json", lambda.Function{Runtime: "static", File: "answer.json"}},
		{"a=static:answer.txt", lambda.Function{Runtime: "static", File: "answer.txt"}},
		{"a=http://127.0.0.1:9001", lambda.Function{Runtime: "endpoint", Endpoint: "http://127.0.0.1:9001"}},
		{"a=endpoint:http://127.0.0.1:9001/x", lambda.Function{Runtime: "endpoint", Endpoint: "http://127.0.0.1:9001/x"}},
	}
	for _, tt := range right {
		s, err := (&surroundFlags{Functions: []string{tt.text, ""}}).surroundings()
		tt.want.Name = "a"
		if err != nil || len(s.Functions) != 1 || !reflect.DeepEqual(s.Functions[0], tt.want) {
			t.Errorf("--function %s gives %+v (%v), want %+v", tt.text, s.Functions, err, tt.want)
		}
	}
	s, err := (&surroundFlags{
		Endpoints: []string{"sqs=http://127.0.0.1:9324", "*=http://127.0.0.1:5000"}, VPCLinks: []string{"l=127.0.0.1:80"},
		KeySets:     []string{"eu-west-1_a=keys.json"},
		Credentials: []string{"AK:se/cr+et=,sessionToken=a+b/c==,arn=arn:aws:iam::123456789012:user/a,policy=" + keys, "test:test"},
	}).surroundings()
	if err != nil || s.Endpoints["*"] != "http://127.0.0.1:5000" || s.VPCLinks["l"] != "127.0.0.1:80" || s.KeySets["eu-west-1_a"] != "keys.json" {
		t.Errorf("got %+v, %v", s, err)
	}
	if c := s.Credentials[0]; c.AccessKeyID != "AK" || c.SecretAccessKey != "se/cr+et=" || c.SessionToken != "a+b/c==" || c.ARN != "arn:aws:iam::123456789012:user/a" || len(c.Policies) != 1 {
		t.Errorf("got %+v", c)
	}
	for _, f := range []surroundFlags{
		{Functions: []string{"a"}},
		{Functions: []string{"=index.js"}},
		{Functions: []string{"a b=index.js"}},
		{Functions: []string{"a=index.js", "a=other.js"}},
		{Functions: []string{"a=http://"}},
		{Endpoints: []string{"sqs=localhost:1"}},
		{Endpoints: []string{"sqs"}},
		{VPCLinks: []string{"l=ftp://a"}},
		{VPCLinks: []string{"=a"}},
		{KeySets: []string{"a/b=keys.json"}},
		{Credentials: []string{"AK"}},
		{Credentials: []string{"AK:SK,ar=x"}},
		{Credentials: []string{"AK:SK,arn=x"}},
		{Credentials: []string{"AK:SK", "AK:SK"}},
		{Credentials: []string{"AK:SK,policy=none.json"}},
	} {
		_, err := f.surroundings()
		var wrong misuse
		if !errors.As(err, &wrong) {
			t.Errorf("%+v: error %v", f, err)
		}
	}
	if _, err := (&surroundFlags{Credentials: []string{"AK:SECRETKEY,ar=x"}}).surroundings(); err == nil || strings.Contains(err.Error(), "SECRETKEY") {
		t.Errorf("the error shows the secret: %v", err)
	}
}

func TestEndpointOf(t *testing.T) {
	tests := []struct {
		endpoints, env map[string]string
		want           string
	}{
		{nil, nil, ""},
		{nil, map[string]string{"AWS_ENDPOINT_URL": "http://all"}, "http://all"},
		{nil, map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_LAMBDA": "http://own"}, "http://own"},
		{map[string]string{"*": "http://yaml"}, map[string]string{"AWS_ENDPOINT_URL": "http://all"}, "http://yaml"},
		{map[string]string{"*": "http://yaml"}, map[string]string{"AWS_ENDPOINT_URL_LAMBDA": "http://own"}, "http://own"},
		{map[string]string{"*": "http://yaml", "lambda": "http://first"}, map[string]string{"AWS_ENDPOINT_URL_LAMBDA": "http://own"}, "http://first"},
		{nil, map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, ""},
	}
	for _, tt := range tests {
		for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_LAMBDA", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"} {
			t.Setenv(name, tt.env[name])
		}
		if got := endpointOf(project.Surroundings{Endpoints: tt.endpoints}, "AWS_ENDPOINT_URL_LAMBDA", "lambda"); got != tt.want {
			t.Errorf("%v with %v: %q, want %q", tt.endpoints, tt.env, got, tt.want)
		}
	}
}
