package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sluice/mapping/oracletest"
	"sluice/mapping/vtl/value"
)

// javaAddress is a hash code in the text of an object, different in every run.
var javaAddress = regexp.MustCompile(`@[0-9a-f]{5,8}`)

// TestObjectsOracle compares calls of $input, $util, $context and
// $stageVariables with the reference that ORACLE names: TEMPLATES of them, from
// the seed SEED. The language itself is compared by oracletest.
func TestObjectsOracle(t *testing.T) {
	path := os.Getenv("ORACLE")
	if path == "" {
		t.Skip("ORACLE is not set")
	}
	number := func(name string, def int) int {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return n
		}
		return def
	}
	g := objects{rand.New(rand.NewPCG(uint64(number("SEED", 1)), 2))}
	cases := make([]oracletest.Case, min(number("TEMPLATES", 5000), 50_000))
	var in, out bytes.Buffer
	for i := range cases {
		cases[i] = g.next(strconv.Itoa(i))
		line, err := json.Marshal(cases[i])
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	p, err := oracletest.Start(path)
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
	if err := Cases(&out, &in, Options{Plain: true}); err != nil {
		t.Fatal(err)
	}
	compared, bad := 0, 0
	for line := range strings.Lines(out.String()) {
		want := answers[compared]
		c := cases[compared]
		compared++
		if javaAddress.MatchString(want.Output) {
			continue
		}
		v, err := value.ParseJSON(line)
		if err != nil {
			t.Fatal(err)
		}
		output, _ := v.Map().Get("output")
		_, failed := v.Map().Get("error")
		got := string(value.SanitizeUTF8([]byte(output.Text()), 0))
		if failed == (want.Error != "") && (failed || got == want.Output) {
			continue
		}
		if bad++; bad <= 20 {
			t.Errorf("%s\n of   %s\n got  %.500s\n want %.500s %s", c.Template, c.Body, line, want.Output, want.Message)
		}
	}
	if compared != len(answers) {
		t.Fatalf("%d answers to %d cases", compared, len(answers))
	}
	t.Logf("%d templates compared, %d differ", compared, bad)
}

// objects makes templates of calls.
type objects struct{ *rand.Rand }

func (g objects) pick(list ...string) string { return list[g.IntN(len(list))] }

func (g objects) next(id string) oracletest.Case {
	var b strings.Builder
	for range 1 + g.IntN(3) {
		b.WriteString(g.statement())
	}
	return oracletest.Case{
		ID: id, Template: b.String(), Body: g.body(),
		Params: map[string]map[string]string{
			"path": {"id": "42", "dup": "p"}, "querystring": {"q": "a b&c", "dup": "q", "empty": ""}, "header": {"H": `it's "h"`, "dup": "h"},
		},
		Context: map[string]any{
			"stage": "dev", "identity": map[string]any{"sourceIp": "1.2.3.4"},
			"authorizer": map[string]any{"claims": map[string]any{"sub": "s"}},
		},
		StageVariables: map[string]string{"env": "prod"},
	}
}

func (g objects) statement() string {
	switch g.IntN(8) {
	case 0:
		return fmt.Sprintf("#set($x = %s)[$x%s][$!x%s]", g.expression(2), g.method(), g.method())
	case 1:
		return fmt.Sprintf("#foreach($e in %s)<$e>$foreach.count#if($foreach.hasNext),#end#end", g.expression(2))
	case 2:
		return fmt.Sprintf("#if(%s)T#{else}F#end", g.expression(2))
	case 3:
		return fmt.Sprintf("#if(%s == %s)T#{else}F#end", g.expression(2), g.pick("'a'", "1", "''", g.expression(1)))
	default:
		return "[" + g.expression(2) + g.method() + "]"
	}
}

func (g objects) expression(depth int) string {
	switch n := g.IntN(10); {
	case n < 3:
		return "$input.path('" + g.path() + "')"
	case n < 5:
		return "$input.json('" + g.path() + "')"
	case n == 5:
		return "$input.params('" + g.pick("id", "q", "H", "dup", "zz", "empty") + "')"
	case n == 6:
		return "$input.params()." + g.pick("path", "querystring", "header") + ".get('" + g.pick("id", "q", "H", "dup", "zz") + "')"
	case n == 7 || depth == 0:
		return g.pick("$input.body", "$stageVariables.env", "$stageVariables.get('n')", "$context.stage", "$context.identity.sourceIp",
			"$context.authorizer.claims.sub", "$context.nope", "$stageVariables", "$context.identity", "$x")
	default:
		f := g.pick("escapeJavaScript", "escapeJavaScript", "urlEncode", "urlDecode", "base64Encode", "base64Decode", "parseJson")
		return "$util." + f + "(" + g.expression(depth-1) + ")"
	}
}

func (g objects) path() string {
	return g.pick("$", "$.a", "$.b", "$.a.b", "$.list", "$.list[0]", "$.list[*]", "$.name", "$..a", "$.zz", "$.a[0].b", "$.price", "$[0]",
		"$[0].a", "$.list.length()", "$.a.keys()", "$[*]", "$.list[?(@.a)]", "$..price")
}

func (g objects) method() string {
	return g.pick("", "", "", ".size()", ".toString()", ".length()", ".keySet()", ".get('a')", ".get(0)", ".isEmpty()", ".a", "[0]",
		".contains('a')", ".values()", ".entrySet()", ".replaceAll('a','b')", ".a.b", ".split(',')", ".containsKey('a')", ".hashCode()", ".equals('a')")
}

func (g objects) body() string {
	if g.IntN(12) == 0 {
		return g.pick("", "plain", "{a:1}", "{'a':'b'}", "[1,2,", "{bad", `"s"`, "12", "true", "null", "  {} ", `{"a":1}}`, "[1 2]")
	}
	return g.document(3)
}

func (g objects) document(depth int) string {
	if depth == 0 || g.IntN(4) == 0 {
		return g.pick("0", "1", "-3000000000", "12345678901234567890", "1.5", "1e10", "1.0", "true", "false", "null", `""`, `"a"`, `"it's"`,
			`"a/b"`, `"ä😀"`, `"\u2028"`, `"{\"a\":1}"`, `"a%20b"`, `"YWJj"`, `"\\n\n"`)
	}
	var parts []string
	object := g.IntN(3) > 0
	for range g.IntN(5) {
		part := g.document(depth - 1)
		if object {
			part = `"` + g.pick("a", "b", "list", "name", "price", "x y") + `":` + part
		}
		parts = append(parts, part)
	}
	if object {
		return "{" + strings.Join(parts, ",") + "}"
	}
	return "[" + strings.Join(parts, ",") + "]"
}
