package vtl_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sluice/mapping/oracletest"
	"sluice/mapping/vtl"
)

// addresses are the hash codes in the text of Java arrays and objects.
var addresses = regexp.MustCompile(`@[0-9a-f]{5,8}`)

func normal(s string) string {
	s = strings.ReplaceAll(s, "wiremock.", "") // where the reference keeps its libraries
	return addresses.ReplaceAllString(s, "@0")
}

// TestOracle compares random templates with the reference: set ORACLE to its path,
// and ORACLE_N and ORACLE_SEED to change how many and which.
func TestOracle(t *testing.T) {
	path := os.Getenv("ORACLE")
	if path == "" {
		t.Skip("ORACLE is not set")
	}
	n, _ := strconv.Atoi(os.Getenv("ORACLE_N"))
	if n == 0 {
		n = 2000
	}
	seed, _ := strconv.ParseUint(os.Getenv("ORACLE_SEED"), 10, 64)
	g := oracletest.NewGenerator(seed)
	cases := make([]oracletest.Case, n)
	for i := range cases {
		cases[i] = g.Case()
	}
	literal := ask(t, path, "literal", cases)
	compare(t, "literal", cases, literal, literal, vtl.Plain)
	// Undefined references in API Gateway: known where two explanations agree.
	compare(t, "aws", cases, ask(t, path, "print", cases), ask(t, path, "empty", cases), vtl.AWS)
}

func ask(t *testing.T, path, undefined string, cases []oracletest.Case) []oracletest.Answer {
	t.Helper()
	p, err := oracletest.Start(path, "--undefined", undefined)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := p.Ask(cases)
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	return answers
}

// compare renders cases and counts where the result is not as in both answers.
func compare(t *testing.T, title string, cases []oracletest.Case, answers, others []oracletest.Answer, mode vtl.Mode) {
	differ, failing, unknown := 0, 0, 0
	for i, a := range answers {
		if o := others[i]; o.Error != a.Error || o.Output != a.Output || strings.Contains(a.Output, "Oracle$") {
			unknown++
			continue
		}
		if a.Error != "" {
			failing++
		}
		c := &testCase{ID: cases[i].ID, Template: cases[i].Template, Body: cases[i].Body}
		c.Params, _ = json.Marshal(cases[i].Params)
		c.Context, _ = json.Marshal(cases[i].Context)
		c.StageVariables, _ = json.Marshal(cases[i].StageVariables)
		got, err := renderCase(c, mode)
		if (err != nil) == (a.Error != "") && (err != nil || normal(got) == normal(a.Output)) {
			continue
		}
		if differ++; differ <= 25 {
			t.Errorf("%s %s (body %q)\n%q\n got %q\nwant %q\nerror %v\nwant  %s", title, a.ID, c.Body, c.Template, got, a.Output, err, a.Message)
		}
	}
	t.Logf("%s: %d templates (%d of them errors, %d unknown), %d differ", title, len(cases), failing, unknown, differ)
}
