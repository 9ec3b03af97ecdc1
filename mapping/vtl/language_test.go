package vtl_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"sluice/mapping/oracletest"
	"sluice/mapping/vtl"
)

var update = flag.Bool("update", false, "record testdata/language.jsonl anew from the program that ORACLE names")

// recorded is a random template without root references and what the reference
// made of it.
type recorded struct {
	Template   string  `json:"template"`
	Output     string  `json:"output,omitempty"`
	Error      string  `json:"error,omitempty"`      // what the reference says; ours only has to fail
	AWS        *string `json:"aws,omitempty"`        // the output in AWS mode, where it differs
	AWSUnknown bool    `json:"awsUnknown,omitempty"` // nobody knows
}

const corpus = "testdata/language.jsonl"

// TestLanguage renders the recorded templates in both modes.
func TestLanguage(t *testing.T) {
	if *update {
		record(t)
	}
	f, err := os.Open(corpus)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	n := 0
	for ; lines.Scan(); n++ {
		var c recorded
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		check(t, &c, vtl.Plain, c.Output)
		if c.AWSUnknown {
			continue
		}
		if c.AWS != nil {
			c.Output = *c.AWS
		}
		check(t, &c, vtl.AWS, c.Output)
	}
	if n < 1000 {
		t.Fatalf("only %d templates", n)
	}
}

func check(t *testing.T, c *recorded, mode vtl.Mode, want string) {
	t.Helper()
	var out []byte
	tmpl, err := vtl.Parse("t", c.Template, vtl.Options{Mode: mode})
	if err == nil {
		out, err = tmpl.Render(nil, nil)
	}
	switch {
	case c.Error != "" && err == nil:
		t.Errorf("mode %d %q\n got %q\nwant error %s", mode, c.Template, out, c.Error)
	case c.Error == "" && (err != nil || string(out) != want):
		t.Errorf("mode %d %q\n got %q, %v\nwant %q", mode, c.Template, out, err, want)
	}
}

// gatewayNames are the root references, and addresses the texts of Java objects
// that differ from run to run.
var gatewayNames = regexp.MustCompile(`input|util|context|stageVariables`)

var addresses = regexp.MustCompile(`@[0-9a-f]{5,8}`)

func record(t *testing.T) {
	g := oracletest.NewGenerator(2026)
	var cases []oracletest.Case
	for len(cases) < 4000 {
		c := g.Case()
		c.Template = strings.ReplaceAll(c.Template, "#set($j = $input.path('$'))", "")
		if !gatewayNames.MatchString(c.Template) && len(c.Template) < 600 {
			cases = append(cases, oracletest.Case{ID: c.ID, Template: c.Template})
		}
	}
	var answers [3][]oracletest.Answer
	for i, undefined := range []string{"literal", "print", "empty"} {
		p, err := oracletest.Start(os.Getenv("ORACLE"), "--undefined", undefined)
		if err != nil {
			t.Fatal(err)
		}
		if answers[i], err = p.Ask(cases); err != nil {
			t.Fatal(err)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(corpus)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	enc := json.NewEncoder(f)
	enc.SetEscapeHTML(false)
	for i, c := range cases {
		literal, print, empty := answers[0][i], answers[1][i], answers[2][i]
		if addresses.MatchString(literal.Output) {
			continue
		}
		r := recorded{Template: c.Template, Output: literal.Output, Error: literal.Error}
		switch {
		case print.Output != empty.Output || print.Error != literal.Error || empty.Error != literal.Error:
			r.AWSUnknown = true
		case print.Output != literal.Output:
			r.AWS = &print.Output
		}
		if err := enc.Encode(&r); err != nil {
			t.Fatal(err)
		}
	}
}
