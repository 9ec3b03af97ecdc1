package e2e

import (
	"net"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

func TestExitCodes(t *testing.T) {
	good := writeFile(t, "version.yaml", read(t, "testdata/version.yaml"))
	bad := writeFile(t, "bad.yaml", "openapi: 3.0.1\ninfo: {title: x, version: '1'}\npaths:\n  /a:\n    get:\n      x-amazon-apigateway-integration: {type: teapot}\n")
	project := writeFile(t, "sluice.yaml", "apis:\n  - definition: "+good+"\n    nmae: x\n")
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { busy.Close() }) // after the parallel cases
	tests := []struct {
		name           string
		args           string
		env            string
		code           int
		stdout, stderr string // patterns; "" is no output at all
	}{
		{"no command", "", "", 0, `^Usage: sluice <command>`, ""},
		{"help", "--help", "", 0, `Examples:`, ""},
		{"version", "version", "", 0, `^sluice v0\.0\.0-e2e \(go\S+, \w+/\w+\)\n$`, ""},
		{"unknown command", "sevre", "", 2, "", `^sluice: unexpected argument sevre, did you mean "serve"\?\nRun "sluice --help" for usage\.\n$`},
		{"unknown flag", "serve --lisen x", "", 2, "", `^sluice: unknown flag --lisen`},
		{"control plane for everybody", "serve --ephemeral --listen 127.0.0.1:0 --control-listen 0.0.0.0:0", "", 1, "", `the control plane would let everybody change APIs`},
		{"store of another kind", "serve --store mysql://x", "", 2, "", `^sluice: --store: write it as postgres://`},
		{"store in memory", "serve --store postgres://x --ephemeral", "", 2, "", `^sluice: --store and --ephemeral exclude each other\n$`},
		{"backup of nothing", "backup --data-dir /nonexistent", "", 1, "", `^sluice: backup: there is nothing kept`},
		{"validate without a file", "validate", "", 2, "", `^sluice: expected "<FILE> \.\.\."`},
		{"routes with two files", "routes a b", "", 2, "", `^sluice: unexpected argument b`},
		{"address without a port", "serve --listen 4566 " + good, "", 2, "", `^sluice: --listen "4566": write it as host:port\n$`},
		{"bad variable", "serve --var a " + good, "", 2, "", `^sluice: --var "a": write it as name=value\n$`},
		{"bad variable name", "serve --var a-b=c " + good, "", 2, "", `^sluice: --var: stage variable name "a-b"`},
		{"bad variable value", "serve --var a=b|c " + good, "", 2, "", `^sluice: --var: stage variable "a"`},
		{"bad stage", "serve --stage a.b " + good, "", 2, "", `^sluice: --stage: stage name "a\.b"`},
		{"bad log level", "serve --log-level loud " + good, "", 2, "", `^sluice: --log-level "loud": it must be one of debug, info, warn, error\n$`},
		{"bad log level by environment", "serve " + good, "SLUICE_LOG_LEVEL=loud", 2, "", `^sluice: --log-level "loud"`},
		{"bad watch by environment", "serve " + good, "SLUICE_WATCH=perhaps", 2, "", `^sluice: `},
		{"bad access log format", "serve --access-log - --access-log-format $context.nothing " + good, "", 2, "", `^sluice: --access-log-format: `},
		{"no such file", "serve nowhere.yaml", "", 1, "", `^nowhere\.yaml:1:1: no such file\n$`},
		{"bad definition", "serve " + bad, "", 1, "", `/bad\.yaml:\d+:\d+: .*teapot`},
		{"bad project", "serve " + project, "", 1, "", `/sluice\.yaml:3:5: unknown key "nmae" in apis\[0\]`},
		{"address in use", "serve --listen " + busy.Addr().String() + " " + good, "", 1, "", `(?m)^sluice: 127\.0\.0\.1:\d+ is in use by another program; choose another address with --listen$`},
		{"admin address in use", "serve --listen 127.0.0.1:0 --admin-listen " + busy.Addr().String() + " " + good, "", 1, "", `(?m)^sluice: 127\.0\.0\.1:\d+ is in use by another program; choose another address with --admin-listen$`},
		{"access log that cannot be", "serve --listen 127.0.0.1:0 --access-log /dev/null/x " + good, "", 1, "", `(?m)^sluice: open the access log: `},
		{"validate a good file", "validate " + good, "", 0, "", ""},
		{"validate a bad file", "validate " + bad, "", 1, `/bad\.yaml:6:47: GET /a: .*teapot`, ""},
		{"validate a missing file", "validate nowhere.yaml", "", 1, `^nowhere\.yaml:1:1: no such file\n$`, ""},
		{"validate as JSON", "validate --format json " + good, "", 0, `^\[\]\n$`, ""},
		{"routes of a bad file", "routes " + bad, "", 1, "", `/bad\.yaml:\d+:\d+: .*teapot`},
		{"export of a bad file", "export " + bad, "", 1, "", `/bad\.yaml:\d+:\d+: .*teapot`},
		{"completion for an unknown shell", "completion tcsh", "", 2, "", `^sluice: `},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var env []string
			if tt.env != "" {
				env = []string{tt.env}
			}
			code, stdout, stderr := run(t, env, strings.Fields(tt.args)...)
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			for _, o := range []struct{ name, got, pattern string }{{"stdout", stdout, tt.stdout}, {"stderr", stderr, tt.stderr}} {
				if o.pattern == "" && o.got != "" || !regexp.MustCompile(o.pattern).MatchString(o.got) {
					t.Errorf("%s is %q, want %q", o.name, o.got, o.pattern)
				}
			}
		})
	}
}

func TestHelpHasExamples(t *testing.T) {
	for _, command := range []string{"serve", "validate", "routes", "export", "completion"} {
		code, stdout, stderr := run(t, nil, command, "--help")
		if code != 0 || stderr != "" || !strings.Contains(stdout, "Examples:") || !strings.Contains(stdout, "sluice "+command) {
			t.Errorf("sluice %s --help: exit code %d, stdout:\n%s\nstderr:\n%s", command, code, stdout, stderr)
		}
	}
}

// TestBashCompletion sources the script as a shell does and completes words.
func TestBashCompletion(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash on this machine")
	}
	_, script, _ := run(t, nil, "completion", "bash")
	path := writeFile(t, "sluice.bash", script)
	tests := []struct{ words, want string }{
		{"sluice se", "serve"},
		{"sluice serve --log-l", "--log-level"},
		{"sluice serve --log-level de", "debug"},
		{"sluice serve --no-", "--no-watch"},
		{"sluice completion f", "fish"},
		{"sluice validate --format ", "text json"},
	}
	for _, tt := range tests {
		words := strings.Split(tt.words, " ")
		line := "source " + path + "; COMP_WORDS=("
		for _, w := range words {
			line += "'" + w + "' "
		}
		line += "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _sluice; echo \"${COMPREPLY[*]}\""
		out, err := exec.Command(bash, "--norc", "-c", line).CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != tt.want {
			t.Errorf("%q completes to %q (%v), want %q", tt.words, out, err, tt.want)
		}
	}
}

// TestOtherCompletions has the shells themselves check their scripts, where they
// are installed.
func TestOtherCompletions(t *testing.T) {
	for _, shell := range []string{"zsh", "fish"} {
		code, script, stderr := run(t, nil, "completion", shell)
		if code != 0 || stderr != "" || !strings.Contains(script, "log-level") {
			t.Errorf("completion %s: exit code %d, stderr %q, script:\n%s", shell, code, stderr, script)
		}
		if path, err := exec.LookPath(shell); err == nil {
			if out, err := exec.Command(path, "-n", writeFile(t, "script", script)).CombinedOutput(); err != nil {
				t.Errorf("%s refuses its script: %v\n%s", shell, err, out)
			}
		}
	}
}
