package e2e

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// brokenFiles are the broken definitions, one for each kind of error, as a
// person in the root of the repository names them.
func brokenFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.yaml", "*.json"} {
		found, err := filepath.Glob(filepath.Join(root, "testdata/broken", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			files = append(files, "testdata/broken/"+filepath.Base(f))
		}
	}
	if len(files) < 20 {
		t.Fatalf("only %d broken definitions", len(files))
	}
	return files
}

// validate runs sluice validate in the root of the repository.
func validate(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	p := launch(t, root, nil, sluiceBinary, append([]string{"validate"}, args...)...)
	return p.wait(), p.stdout.String(), p.stderr.String()
}

// TestValidateBroken prints all problems of all broken definitions: each must
// have problems, each problem a place, and the JSON must say the same.
func TestValidateBroken(t *testing.T) {
	files := brokenFiles(t)
	code, text, stderr := validate(t, files...)
	if code != 1 || stderr != "" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	compare(t, "validate.golden", text)
	for _, f := range files {
		if !strings.Contains(text, f+":") {
			t.Errorf("nothing is wrong with %s", f)
		}
	}

	code, out, stderr := validate(t, append([]string{"--format", "json"}, files...)...)
	if code != 1 || stderr != "" {
		t.Errorf("as JSON: exit code %d, stderr %q", code, stderr)
	}
	var problems []struct {
		File, Severity, Subject, Message string
		Line, Column                     int
	}
	if err := json.Unmarshal([]byte(out), &problems); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range problems {
		line := fmt.Sprintf("%s:%d:%d: ", p.File, p.Line, p.Column)
		if p.Severity == "warning" {
			line += "warning: "
		}
		if p.Subject != "" {
			line += p.Subject + ": "
		}
		lines = append(lines, line+p.Message)
	}
	if got := strings.Join(lines, "\n") + "\n"; got != text {
		t.Errorf("the JSON says\n%s\nthe text says\n%s", got, text)
	}
}

// TestValidateEach: every broken file fails by itself, with a place on its first line.
func TestValidateEach(t *testing.T) {
	placed := regexp.MustCompile(`^testdata/broken/[\w.-]+:\d+:\d+: `)
	for _, f := range brokenFiles(t) {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			code, stdout, _ := validate(t, f)
			if code != 1 || !placed.MatchString(stdout) {
				t.Errorf("exit code %d, stdout:\n%s", code, stdout)
			}
		})
	}
}

// TestValidateGood: the definitions that the repository ships are good.
func TestValidateGood(t *testing.T) {
	for _, f := range []string{"testdata/petstore/petstore.yaml", "testdata/project/sluice.yaml", "testdata/large/large.json"} {
		if code, stdout, stderr := validate(t, f); code != 0 || stdout != "" || stderr != "" {
			t.Errorf("%s: exit code %d, stdout:\n%s\nstderr:\n%s", f, code, stdout, stderr)
		}
	}
}
