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
	s = addresses.ReplaceAllString(s, "@0")
	return strings.ReplaceAll(s, "\uFFFD", "?") // a lone surrogate, as JSON brought it
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
	for _, m := range []struct {
		undefined string
		mode      vtl.Mode
	}{{"literal", vtl.Plain}, {"print", vtl.AWS}} {
		p, err := oracletest.Start(path, "--undefined", m.undefined)
		if err != nil {
			t.Fatal(err)
		}
		answers, err := p.Ask(cases)
		if err != nil {
			t.Fatal(err)
		}
		p.Close()
		differ, failing := 0, 0
		for i, a := range answers {
			if a.Error != "" {
				failing++
			}
			c := &testCase{ID: cases[i].ID, Template: cases[i].Template, Body: cases[i].Body}
			c.Params, _ = json.Marshal(cases[i].Params)
			c.Context, _ = json.Marshal(cases[i].Context)
			c.StageVariables, _ = json.Marshal(cases[i].StageVariables)
			got, err := renderCase(c, m.mode)
			if (err != nil) == (a.Error != "") && (err != nil || normal(got) == normal(a.Output)) {
				continue
			}
			if differ++; differ <= 25 {
				t.Errorf("%s %s (body %q)\n%q\n got %q\nwant %q\nerror %v\nwant  %s", m.undefined, a.ID, c.Body, c.Template, got, a.Output, err, a.Message)
			}
		}
		t.Logf("%s: %d templates (%d of them errors), %d differ", m.undefined, n, failing, differ)
	}
}
