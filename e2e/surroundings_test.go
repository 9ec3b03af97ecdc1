package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// TestSurroundingFlags: what is wrong with them is found before anything is
// served, and variables of the environment are as good as flags.
func TestSurroundingFlags(t *testing.T) {
	wrong := []struct {
		flag, value, text string
	}{
		{"--function", "hello", `--function "hello": write it as NAME=[RUNTIME:]FILE[:HANDLER]`},
		{"--function", "a b=x.js", `the name may have letters, digits, - and _ only`},
		{"--endpoint", "sqs=localhost", `is not an http or https URL`},
		{"--vpc-link", "link01", `write it as ID=TARGET`},
		{"--jwks", "pool/one=keys.json", `the id of a user pool has`},
		{"--credential", "AK:SK,arm=x", `did you mean "arn"?`},
	}
	for _, tt := range wrong {
		code, _, stderr := run(t, nil, "serve", tt.flag, tt.value, root+"/testdata/petstore/petstore.yaml")
		if code != 2 || !strings.Contains(stderr, tt.text) || strings.Contains(stderr, "SK") {
			t.Errorf("%s %s: exit code %d, %s", tt.flag, tt.value, code, stderr)
		}
	}
	code, _, stderr := run(t, nil, "serve", "--function", "hello=none.js", root+"/testdata/petstore/petstore.yaml")
	if code != 1 || !strings.Contains(stderr, "none.js: no such file") {
		t.Errorf("a function without a file: exit code %d, %s", code, stderr)
	}

	dir := copyOf(t, "functions")
	s := serveWith(t, []string{"SLUICE_FUNCTION=nobody=static:" + dir + "/fixed.json;typed=" + dir + "/echo.js"}, dir+"/sluice.yaml")
	get(t, s.url+"/dev/unknown").check(t, "a function of the environment", http.StatusNonAuthoritativeInfo, "always the same")
	if a := get(t, s.url+"/dev/typescript"); !strings.Contains(a.body, `"name":"typed"`) {
		t.Errorf("a flag does not win over the file: %d %s", a.status, a.body)
	}
}

// TestValidateFunctions warns of functions that nobody serves.
func TestValidateFunctions(t *testing.T) {
	file := root + "/testdata/functions/sluice.yaml"
	const nobody = "function nobody is not configured and there is no Invoke endpoint"
	for _, tt := range []struct {
		env, args []string
		warns     bool
	}{
		{[]string{"AWS_ENDPOINT_URL=", "AWS_ENDPOINT_URL_LAMBDA="}, nil, true},
		{[]string{"AWS_ENDPOINT_URL="}, []string{"--endpoint", "lambda=http://127.0.0.1:9001"}, false},
		{[]string{"AWS_ENDPOINT_URL=http://127.0.0.1:9001"}, nil, false},
		{[]string{"AWS_ENDPOINT_URL=http://127.0.0.1:9001", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"}, nil, true},
	} {
		code, stdout, stderr := run(t, tt.env, append(append([]string{"validate"}, tt.args...), file)...)
		if code != 0 || strings.Contains(stdout, nobody) != tt.warns {
			t.Errorf("%v %v: exit code %d, %s%s", tt.env, tt.args, code, stdout, stderr)
		}
	}
}

// TestValidateEndpoints warns of services that there are not.
func TestValidateEndpoints(t *testing.T) {
	file := writeFile(t, "sluice.yaml", "apis: [{definition: "+root+"/testdata/petstore/petstore.yaml}]\nendpoints:\n  sqss: http://127.0.0.1:1\n  sfn: http://127.0.0.1:1\n  states: http://127.0.0.1:1\n")
	code, stdout, _ := run(t, nil, "validate", "--endpoint", "dynamodbb=http://127.0.0.1:1", file)
	want := `warning: endpoint "dynamodbb": no AWS service has this name; did you mean "dynamodb"?` + "\n" +
		file + `:3:9: warning: endpoint "sqss": no AWS service has this name; did you mean "sqs"?` + "\n"
	if code != 0 || stdout != want {
		t.Errorf("exit code %d, %s, want %s", code, stdout, want)
	}
}

// TestExecutionLogFile writes execution logs where they are wanted.
func TestExecutionLogFile(t *testing.T) {
	log := t.TempDir() + "/execution.log"
	s := serveWith(t, []string{"AWS_ENDPOINT_URL=", "AWS_ENDPOINT_URL_LAMBDA="}, "--execution-log", log, root+"/testdata/functions/sluice.yaml")
	a := get(t, s.url+"/dev/unknown")
	a.check(t, "unknown function", http.StatusInternalServerError, `{"message": "Internal server error"}`)
	eventually(t, "the reason is in the log", func() bool {
		text := read(t, log)
		return strings.Contains(text, "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody") &&
			strings.Contains(text, a.header.Get("x-amzn-RequestId"))
	})
}
