package oracletest

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sluice/mapping/render"
)

// batch is how many templates are compared at a time.
const batch = 20_000

// TestOracle compares random templates with the reference: ORACLE is the path of
// its program, TEMPLATES how many to compare, SEED the first of the seeds.
func TestOracle(t *testing.T) {
	path := os.Getenv("ORACLE")
	if path == "" {
		t.Skip("ORACLE is not set")
	}
	left := number("TEMPLATES", 5000)
	total := &tally{}
	for seed := number("SEED", 1); left > 0; seed++ {
		n := min(left, batch)
		left -= n
		g := NewGenerator(uint64(seed))
		cases := make([]Case, n)
		for i := range cases {
			cases[i] = g.Case()
		}
		literal := ask(t, path, "literal", cases)
		total.compare(t, "plain", cases, engine(t, cases, true), literal, literal)
		// What the service does with undefined references is known where two
		// explanations of what was recorded agree.
		total.compare(t, "aws", cases, engine(t, cases, false), ask(t, path, "print", cases), ask(t, path, "empty", cases))
		t.Logf("seed %d: %d templates; so far %+v", seed, n, *total)
	}
}

func number(name string, def int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return def
}

func ask(t *testing.T, path, undefined string, cases []Case) []Answer {
	t.Helper()
	p, err := Start(path, "--undefined", undefined)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := p.Ask(cases)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	return answers
}

// engine answers cases with the engine under test.
func engine(t *testing.T, cases []Case, plain bool) []Answer {
	t.Helper()
	var in, out bytes.Buffer
	enc := json.NewEncoder(&in)
	enc.SetEscapeHTML(false)
	for i := range cases {
		if err := enc.Encode(&cases[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := render.Cases(&out, &in, render.Options{Plain: plain}); err != nil {
		t.Fatal(err)
	}
	answers := make([]Answer, 0, len(cases))
	for line := range strings.Lines(out.String()) {
		a, err := parseAnswer(line)
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(cases) {
		t.Fatalf("%d answers to %d cases", len(answers), len(cases))
	}
	return answers
}

// tally counts what was compared.
type tally struct{ Compared, Errors, Unknown, Different int }

// shown is how many differences are printed.
const shown = 40

func (n *tally) compare(t *testing.T, title string, cases []Case, got, want, other []Answer) {
	for i := range cases {
		w := want[i]
		if o := other[i]; !same(o, w) || strings.Contains(w.Output, "Oracle$") ||
			title == "aws" && wholeContext.MatchString(cases[i].Template) {
			n.Unknown++
			continue
		}
		n.Compared++
		if w.Error != "" {
			n.Errors++
		}
		if same(got[i], w) {
			continue
		}
		if n.Different++; n.Different <= shown {
			t.Errorf("%s %s (body %q)\n%q\n got %+v\nwant %+v", title, cases[i].ID, cases[i].Body, cases[i].Template, got[i], w)
		}
	}
}

// wholeContext finds $context printed as a whole, which in the service prints
// nothing, as was recorded.
var wholeContext = regexp.MustCompile(`(context|Override|header)\b([^.\[]|\.[^A-Za-z]|$)`)

// same compares answers; of errors only that they are.
func same(a, b Answer) bool {
	if a.Error != "" || b.Error != "" {
		return (a.Error != "") == (b.Error != "")
	}
	return normal(a.Output) == normal(b.Output) && a.RequestOverride == b.RequestOverride && a.ResponseOverride == b.ResponseOverride
}

// addresses are the hash codes in the text of Java arrays and objects.
var addresses = regexp.MustCompile(`@[0-9a-f]+`)

// normal makes texts of Java objects comparable. The reference keeps its libraries
// under a prefix.
func normal(s string) string {
	return addresses.ReplaceAllString(strings.ReplaceAll(s, "wiremock.", ""), "@0")
}
