package e2e

import (
	"strings"
	"testing"
)

func TestRender(t *testing.T) {
	template := writeFile(t, "request.vtl", `#set($context.requestOverride.header.X = "1")$input.path('$.name') on $context.stage, $stageVariables.colour, $input.params('q')`)
	broken := writeFile(t, "broken.vtl", "ok\n#if($x\n")
	body := writeFile(t, "body.json", `{"name": "Ann"}`)
	document := writeFile(t, "context.json", `{"context": {"stage": "prod"}, "stageVariables": {"colour": "red"}, "params": {"querystring": {"q": "7"}}}`)
	tests := []struct {
		name, args, input string
		code              int
		stdout, stderr    string // stderr: what it must hold
	}{
		{"a template", "--template " + template + " --body " + body + " --context " + document, "", 0, "Ann on prod, red, 7", `requestOverride`},
		{"a body from standard input", "--template " + template + " --body - --context " + document, `{"name": "Bob"}`, 0, "Bob on prod, red, 7", `requestOverride`},
		{"a template from standard input", "--template -", `$input.body`, 0, "{}", ""},
		{"a trace", "--trace --template " + template + " --body " + body + " --context " + document, "", 0, "Ann on prod, red, 7", `$context.stage = "prod"`},
		{"a template that does not parse", "--template " + broken, "", 1, "", "sluice: " + broken + ":3:1: unexpected end of template"},
		{"no such template", "--template nowhere.vtl", "", 1, "", "sluice: open nowhere.vtl: no such file or directory"},
		{
			"cases", "--cases -", `{"id": "a", "template": "$foo$input.path('$.x')", "body": "{\"x\": 1}"}` + "\n" + `{"id": "b", "template": "#if("}` + "\n", 0,
			`{"id":"a","output":"1"}` + "\n" + `{"id":"b","error":"parse",`, "",
		},
		{"plain cases", "--cases - --plain", `{"id": "a", "template": "$foo"}`, 0, `{"id":"a","output":"$foo"}` + "\n", ""},
		{"a benchmark", "--cases - --bench 10", `{"id": "a", "template": "x"}`, 0, `{"id":"a",`, ""},
		{"neither", "", "", 2, "", "sluice: render takes either --template or --cases"},
		{"both", "--template a --cases b", "", 2, "", "sluice: render takes either --template or --cases"},
		{"plain without cases", "--template a --plain", "", 2, "", "sluice: --plain and --bench need --cases"},
		{"trace with cases", "--cases - --trace", "", 2, "", "sluice: --body, --context and --trace need --template"},
		{"standard input twice", "--template - --body -", "", 2, "", "sluice: only one of"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, stdout, stderr := runWith(t, tt.input, append([]string{"render"}, strings.Fields(tt.args)...)...)
			if code != tt.code || !strings.HasPrefix(stdout, tt.stdout) || tt.stdout == "" && stdout != "" {
				t.Errorf("exit code %d, want %d; stdout is %q, want %q", code, tt.code, stdout, tt.stdout)
			}
			if !strings.Contains(stderr, tt.stderr) || tt.stderr == "" && stderr != "" {
				t.Errorf("stderr is %q, want %q", stderr, tt.stderr)
			}
		})
	}
}
