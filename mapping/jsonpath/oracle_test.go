package jsonpath

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// TestOracle compares random paths over random documents with the oracle that
// ORACLE names: TEMPLATES of them, from the seed SEED.
func TestOracle(t *testing.T) {
	oracle := os.Getenv("ORACLE")
	if oracle == "" {
		t.Skip("ORACLE is not set")
	}
	n, seed := 20_000, uint64(1)
	if s := os.Getenv("TEMPLATES"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	if s := os.Getenv("SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	g := generator{rand.New(rand.NewPCG(seed, 1))}
	type oracleCase struct {
		ID             string            `json:"id"`
		Template       string            `json:"template"`
		StageVariables map[string]string `json:"stageVariables"`
		Body           string            `json:"body"`
	}
	var input bytes.Buffer
	cases := make([]oracleCase, 0, n)
	seen := map[string]int{}
	for range n {
		path := g.path()
		if path == "" {
			continue
		}
		body, err := json.Marshal(g.root())
		if err != nil {
			t.Fatal(err)
		}
		// Jayway changes compiled paths as it evaluates them; blanks keep equal
		// paths apart in the oracle's cache.
		blanks := strings.Repeat(" ", seen[path])
		seen[path]++
		c := oracleCase{strconv.Itoa(len(cases)), "$input.json($stageVariables.p)", map[string]string{"p": path + blanks}, string(body)}
		line, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		input.Write(append(line, '\n'))
		cases = append(cases, c)
	}
	cmd := exec.Command(oracle)
	cmd.Stdin, cmd.Stderr = &input, os.Stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(output))
	lines.Buffer(nil, 16<<20)
	compared, bad := 0, 0
	for lines.Scan() {
		var a struct{ ID, Output, Error string }
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		i, err := strconv.Atoi(a.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := a.Output
		if a.Error != "" {
			want = "error"
		}
		compared++
		path := cases[i].StageVariables["p"]
		if got := answer(path, cases[i].Body); got != want {
			if bad++; bad <= 20 {
				t.Errorf("%s\n of   %s\n got  %.500s\n want %.500s", path, cases[i].Body, got, want)
			}
		}
	}
	if compared != len(cases) {
		t.Fatalf("the oracle answered %d of %d cases", compared, len(cases))
	}
	t.Logf("%d paths compared, %d differ", compared, bad)
}

// generator makes paths of everything the dialect has, and documents for them.
type generator struct{ *rand.Rand }

func pick[T any](g generator, list ...T) T { return list[g.IntN(len(list))] }

func (g generator) chance(p float64) bool { return g.Float64() < p }

func (g generator) path() string {
	p := pick(g, "$", "$", "$", "$", "$", "$", "$", "$", "$", "@", "", "a") + g.steps(3)
	if !g.chance(.12) {
		return p
	}
	for range 1 + g.IntN(2) { // damage it
		i := g.IntN(len(p) + 1)
		if g.chance(.5) || i == len(p) {
			const odd = " .[]()?*'\",:@$!&|=<>/\\-0a{}"
			p = p[:i] + string(odd[g.IntN(len(odd))]) + p[i:]
		} else if p[i] < 0x80 {
			p = p[:i] + p[i+1:]
		}
	}
	return p
}

func (g generator) steps(depth int) string {
	n := pick(g, 0, 1, 1, 2)
	if depth > 0 {
		n = pick(g, 0, 1, 1, 1, 2, 2, 3, 4)
	}
	var b strings.Builder
	for range n {
		b.WriteString(g.step(depth))
	}
	return b.String()
}

func (g generator) key() string {
	return pick(g, "a", "b", "c", "d", "name", "price", "list", "nil", "0")
}

func (g generator) step(depth int) string {
	switch r := g.Float64(); {
	case r < .34:
		return "." + g.key()
	case r < .42:
		return fmt.Sprintf(pick(g, "['%s']", "[\"%s\"]", "[ '%s' ]"), pick(g, "a", "b", "x y", "a.b", "name", `it\'s`, "ключ", ""))
	case r < .47:
		return "['" + g.key() + "','" + g.key() + "']"
	case r < .60:
		return fmt.Sprintf("[%d]", pick(g, 0, 0, 1, 2, -1, -2, 5))
	case r < .63:
		return fmt.Sprintf("[%d%s%d]", g.IntN(3), pick(g, ",", ", "), pick(g, 0, 1, -1, 9))
	case r < .69:
		return "[" + pick(g, "", "0", "1", "-2", "-3") + ":" + pick(g, "", "1", "2", "-1", "9") + "]"
	case r < .75:
		return pick(g, ".*", "[*]", "[ * ]")
	case r < .83:
		return ".." + pick(g, g.key(), g.key(), "*", "[0]", "[*]", "['a']", "['a','b']", "[?(@.a)]", "[1]", "[0:2]")
	case r < .93 && depth > 0:
		return "[?(" + g.filter(depth-1) + ")]"
	}
	name := pick(g, "length", "size", "min", "max", "avg", "stddev", "sum", "keys", "concat", "append", "first", "last", "index", "nope")
	if depth == 0 {
		return "." + name + "()"
	}
	return "." + name + "(" + pick(g, "", "", "", g.argument(depth-1), g.argument(depth-1)+","+g.argument(depth-1)) + ")"
}

func (g generator) argument(depth int) string {
	if g.chance(.5) {
		return pick(g, "$", "$", "$", "@") + g.steps(depth)
	}
	return pick(g, "1", "2", "-1", "0", `"s"`, "'s'", `{"a":1}`, "[1,2]", "10.5", "true", "{1}", `"a,b"`, "")
}

func (g generator) filter(depth int) string {
	depth = max(depth, 0)
	here := pick(g, "@", "@", "@", "$")
	switch r := g.Float64(); {
	case r < .25 || depth == 0 && r > .78:
		return here + g.steps(depth)
	case r < .72:
		return here + g.steps(depth) + pick(g, " ", " ", " ", "") + g.operator() + pick(g, " ", " ", " ", "") + g.literal(depth)
	case r < .78:
		return g.literal(depth) + " " + g.operator() + " " + g.literal(depth)
	case r < .86:
		return g.filter(depth-1) + pick(g, " && ", "&&", " || ", "||") + g.filter(depth-1)
	case r < .93:
		return "!" + pick(g, "", "(") + g.filter(depth-1) + pick(g, "", ")")
	default:
		return "(" + g.filter(depth-1) + ")"
	}
}

func (g generator) operator() string {
	return pick(g, "==", "!=", "<", "<=", ">", ">=", "=~", "===", "!==", "in", "nin", "IN", "subsetof", "anyof", "noneof",
		"size", "empty", "contains", "all", "type", "exists", "=", "<>", "foo")
}

func (g generator) literal(depth int) string {
	switch g.IntN(6) {
	case 0:
		return pick(g, "0", "1", "2", "3", "5", "10", "1.5", "8.95", "-1", "42", "1.0", "1e1", "-", "1.2.3", "007", "2147483648")
	case 1:
		return pick(g, "'a'", "'b'", `"abc"`, "'10'", "'foo bar'", "''", `""`, `'it\'s'`, "'ä'", "'1'", `'\u0061'`)
	case 2:
		return pick(g, "true", "false", "null", "tru", "nul")
	case 3:
		return pick(g, "[1,2,3]", "['a','b']", "[]", "[1]", "[[1],2]", "{'a':1}", "{}", "[true,null]", "['$.a','b']", `["a",1,1.0]`, "[1", "['10',5]")
	case 4:
		return pick(g, "/a.*/", "/A/i", "/[0-9]+/", "/.*B.*/i", "/(/", "/a|b/", "/x", `/\d+/`, "/foo bar/x")
	default:
		return pick(g, "@", "$") + g.steps(max(depth-1, 0))
	}
}

// root is a document that most paths find something in.
func (g generator) root() any {
	d := g.document(4)
	switch d.(type) {
	case map[string]any, []any:
		return d
	}
	return map[string]any{"a": d, "b": []any{d, map[string]any{"a": d}}}
}

func (g generator) document(depth int) any {
	switch r := g.Float64(); {
	case depth == 0 || r < .25:
		return g.scalar()
	case r < .62:
		m := map[string]any{}
		for range g.IntN(5) {
			m[pick(g, "a", "b", "c", "d", "name", "price", "list", "x y", "a.b", "ключ", "nil", "0", "it's")] = g.document(depth - 1)
		}
		return m
	case r < .8:
		list := []any{}
		for range g.IntN(5) {
			list = append(list, g.document(depth-1))
		}
		return list
	default:
		list := []any{}
		for range 1 + g.IntN(4) {
			list = append(list, map[string]any{g.key(): g.scalar(), "a": g.scalar(), "price": g.IntN(20)})
		}
		return list
	}
}

func (g generator) scalar() any {
	return pick[any](g, 0, 1, 2, 3, -1, 5, 10, 42, 2147483647, 2147483648, -3000000000, json.Number("12345678901234567890"), 1.5, 8.95,
		-2.25, 1e10, json.Number("1.0"), .1, true, false, nil, "", "a", "b", "x", "abc", "ABC", "10", "1", "1.0", "foo bar", "$.a", "@.b",
		"[1,2]", `{"a":1}`, "'q'", "it's", "/x/", "ä", "😀", "true", "null", "a\nb", `\n`, `back\slash`)
}
