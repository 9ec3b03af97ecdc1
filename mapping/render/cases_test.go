package render

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"sluice/mapping"
	"sluice/mapping/vtl/value"
)

// recorded are the cases tagged "assumption" that a fact of the service
// contradicts, and what it prints by that fact.
var recorded = map[string]struct{ output, fact string }{
	"params_context-061": {"", "a map of $context prints as empty text; authorizer.claims gives null (context variables, section 1)"},
}

// TestCases renders the oracle's cases in both modes.
func TestCases(t *testing.T) {
	f, err := os.Open("../testdata/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		v, err := value.ParseJSON(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		var texts struct {
			Output    string
			OutputAWS *string `json:"output_aws"`
		}
		if err := json.Unmarshal(lines.Bytes(), &texts); err != nil {
			t.Fatal(err)
		}
		c, err := ParseCase(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		n++
		want := expectation{m: v.Map(), output: texts.Output, outputAWS: texts.OutputAWS}
		t.Run(c.ID.Text(), func(t *testing.T) {
			t.Run("plain", func(t *testing.T) { check(t, c, true, want.output, want) })
			t.Run("aws", func(t *testing.T) { check(t, c, false, want.aws(c), want) })
		})
	}
	if err := lines.Err(); err != nil || n == 0 {
		t.Fatal(n, err)
	}
}

// expectation is a case with what it should give.
type expectation struct {
	m         *value.Map
	output    string // as encoding/json reads it: json-smart drops a DEL
	outputAWS *string
}

func (e expectation) member(name string) string {
	v, _ := e.m.Get(name)
	return v.Text()
}

func (e expectation) has(name string) bool {
	_, ok := e.m.Get(name)
	return ok
}

func (e expectation) tagged(tag string) bool {
	v, _ := e.m.Get("tags")
	return slices.ContainsFunc(v.List().Items, func(t value.Value) bool { return t.Text() == tag })
}

// aws is what the service prints, as far as the case tells.
func (e expectation) aws(c *Case) string {
	if r, ok := recorded[c.ID.Text()]; ok {
		return r.output
	}
	if e.outputAWS != nil {
		return *e.outputAWS
	}
	return e.output
}

func check(t *testing.T, c *Case, plain bool, output string, want expectation) {
	var s mapping.Scope
	a := c.answer(&s, plain)
	if want.has("error") {
		if a.err == nil {
			t.Errorf("%s\nprints %q, want a failure (%s)", c.Template, a.output, want.member("message"))
		}
		return
	}
	unknown := !plain && want.tagged("aws-unknown")
	switch {
	case a.err != nil:
		t.Errorf("%s\nfails: %v", c.Template, a.err)
	case a.output != output && !unknown:
		t.Errorf("%s\nprints %q\nwant   %q", c.Template, a.output, output)
	}
	for name, got := range map[string]value.Value{"requestOverride": a.request, "responseOverride": a.response} {
		v, _ := want.m.Get(name)
		if g, w := string(appendValue(nil, got, 0)), string(appendValue(nil, v, 0)); g != w && !unknown {
			t.Errorf("%s\n%s is %s, want %s", c.Template, name, g, w)
		}
	}
}

func TestCasesProtocol(t *testing.T) {
	in := strings.Join([]string{
		`{"id":"1","template":"$input.path('$.a')$x","body":"{\"a\":[1]}"}`,
		``,
		`{"id":2,"template":"#set($context.responseOverride.status = 404)#set($context.requestOverride.header.h = \"v\")"}`,
		`{"id":"3","template":"#if(true)"}`,
		`{"id":"4","template":"$input.json('$')","body":"{\"a\":"}`,
		`{"id":"5"`,
	}, "\n")
	var out strings.Builder
	if err := Cases(&out, strings.NewReader(in), Options{}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{
		`{"id":"1","output":"[1]"}`,
		`{"id":2,"output":"","requestOverride":{"header":{"h":"v"}},"responseOverride":{"status":404}}`,
		`{"id":"3","error":"parse","message":"`,
		`{"id":"4","error":"body","message":"`,
		`{"id":null,"error":"parse","message":"`,
	} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d is %s, want %s", i, lines[i], want)
		}
	}
}

func TestOnce(t *testing.T) {
	c := &Case{Template: "$context.stage $input.params('q')#set($context.responseOverride.status = 201)", Body: "x"}
	if err := c.ReadContext(`{"context":{"stage":"dev"},"params":{"querystring":{"q":["1","2"]}}}`); err != nil {
		t.Fatal(err)
	}
	var out, notes strings.Builder
	if err := Once(&out, &notes, "t.vm", c, true); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "dev 2" {
		t.Errorf("prints %q", got)
	}
	if got, want := notes.String(), "$context.stage = \"dev\"\n$input.params('q') = \"2\"\n$context.responseOverride = {\"status\":201}\n"; got != want {
		t.Errorf("notes %q, want %q", got, want)
	}
	c.Template = "ab\n#if(x"
	err := Once(&out, &notes, "t.vm", c, false)
	if err == nil || !strings.HasPrefix(err.Error(), "t.vm:2:") || !strings.Contains(err.Error(), "^") {
		t.Errorf("error %v has no place", err)
	}
}
