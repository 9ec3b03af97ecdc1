package document

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// print shows a tree with the place of every value.
func print(b *strings.Builder, n *Node) {
	switch n.Kind() {
	case Map:
		b.WriteString("{")
		for i, m := range n.Members() {
			if i > 0 {
				b.WriteString(" ")
			}
			fmt.Fprintf(b, "%s@%d:%d=", m.Key, m.KeyLine, m.KeyColumn)
			print(b, m.Value)
		}
		b.WriteString("}")
	case List:
		b.WriteString("[")
		for i, m := range n.Members() {
			if i > 0 {
				b.WriteString(" ")
			}
			print(b, m.Value)
		}
		b.WriteString("]")
	case String:
		fmt.Fprintf(b, "%q", n.Text())
	default:
		b.WriteString(n.Text())
	}
	block := ""
	if n.Block() {
		block = "|"
	}
	fmt.Fprintf(b, "@%d:%d%s", n.Line(), n.Column(), block)
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		name string
		src  string
		want string // the tree with its places
		errs string
	}{
		{"JSON", "{\"a\": [1, true,\n  null], \"b\" : \"x\\n\\u00e9\\ud83d\\ude00\"}", `{a@1:2=[1@1:8 true@1:11 null@2:3]@1:7 b@2:10="x\né😀"@2:16}@1:1`, ""},
		{"JSON, columns are characters", `{"é": "ü", "b": 1}`, `{é@1:2="ü"@1:7 b@1:12=1@1:17}@1:1`, ""},
		{"JSON, empty", "{ } ", "{}@1:1", ""},
		{"JSON, byte order mark", "\xef\xbb\xbf{}", "{}@1:1", ""},
		{"JSON, key twice", `{"a":1,"b":2,"a":3}`, "{a@1:2=1@1:6 b@1:8=2@1:12}@1:1", `1:14: the key "a" is there twice`},
		{"JSON, trailing comma", `{"a":1,}`, "", "1:8: a member name in double quotes is due"},
		{"JSON, trailing text", `{} x`, "", "1:4: text after the end of the document"},
		{"JSON, cut off", `{"a":`, "", "1:6: the document ends where a value is due"},
		{"JSON, open string", "{\"a\":\"b", "", "1:8: the document ends within a string"},
		{"JSON, line end in a string", "{\"a\":\"b\n\"}", "", `1:8: the control character '\n' in a string must be written as an escape`},
		{"JSON, bad number", `{"a":01}`, "", "1:7: a comma or } is due"},
		{"JSON, bad escape", `{"a":"\x"}`, "", "1:8: unknown escape in a string"},
		{"JSON, half a surrogate", `{"a":"\ud800x"}`, "{a@1:2=\"\uFFFDx\"@1:6}@1:1", ""},
		{"YAML", "a:\n  - 1\n  - 'x'\nb: {c: ~}\n", `{a@1:1=[1@2:5 "x"@3:5]@2:3 b@4:1={c@4:5=~@4:8}@4:4}@1:1`, ""},
		{"YAML, numbers keep their text", "a: 1.0\nb: 0x10\n200: c\n", `{a@1:1=1.0@1:4 b@2:1=0x10@2:4 200@3:1="c"@3:6}@1:1`, ""},
		{"YAML, booleans", "a: True\nb: no\n", `{a@1:1=true@1:4 b@2:1="no"@2:4}@1:1`, ""},
		{"YAML, literal", "a: |\n    one\n     two\nb: 1\n", `{a@1:1="one\n two\n"@2:5| b@4:1=1@4:4}@1:1`, ""},
		{"YAML, literal after an empty line", "a: |-\n\n  one\n", `{a@1:1="\none"@2:3|}@1:1`, ""},
		{"YAML, literal with its own blanks", "a: |2\n    one\n  two\n", `{a@1:1="  one\ntwo\n"@2:3|}@1:1`, ""},
		{"YAML, literal with a comment on its header", "a: | # what\n  one\n", `{a@1:1="one\n"@2:3|}@1:1`, ""},
		{"YAML, folded", "a: >\n  one\n  two\n", `{a@1:1="one two\n"@2:3}@1:1`, ""},
		{"YAML, anchors", "a: &x {k: 1}\nb: *x\nc:\n  <<: *x\n  l: 2\n", `{a@1:1={k@1:8=1@1:11}@1:4 b@2:1={k@1:8=1@1:11}@1:4 c@3:1={l@5:3=2@5:6 k@1:8=1@1:11}@4:3}@1:1`, ""},
		{"YAML, merge does not override", "a: &x {k: 1, l: 1}\nc: {<<: [*x, {m: 3}], l: 2}\n", `{a@1:1={k@1:8=1@1:11 l@1:14=1@1:17}@1:4 c@2:1={l@2:23=2@2:26 k@1:8=1@1:11 m@2:15=3@2:18}@2:4}@1:1`, ""},
		{"YAML, flow that looks like JSON", "{a: 1, b: [x]}", `{a@1:2=1@1:5 b@1:8=["x"@1:12]@1:11}@1:1`, ""},
		{"YAML, key twice", "a: 1\na: 2\n", "{a@1:1=1@1:4}@1:1", `2:1: the key "a" is there twice`},
		{"YAML, alias to nothing", "a: *x\n", "", "1:4: unknown anchor 'x' referenced"},
		{"YAML, alias within itself", "a: &x [*x]\n", "{a@1:1=[]@1:4}@1:1", "1:8: the alias *x stands within what it refers to"},
		{"YAML, second document", "a: 1\n---\nb: 2\n", "", "2:1: a second YAML document; only one is read"},
		{"YAML, tag", "a: !Sub x\n", `{a@1:1="x"@1:4}@1:1`, "1:4: the tag !Sub belongs to CloudFormation templates; a definition must have it resolved"},
		{"YAML, unknown tag", "a: !x {b: 1}\n", `{a@1:1={b@1:8=1@1:11}@1:4}@1:1`, "1:4: the YAML tag !x is not known here"},
		{"YAML, key that is no text", "? [a]\n: 1\n", "{}@1:1", "1:3: a key must be text"},
		{"YAML, tab", "a:\n\t- b\n", "", "2:1: found character that cannot start any token while scanning for the next token"},
		{"empty", "", "", "1:1: the document is empty"},
		{"only a comment", "# nothing\n", "", "1:1: the document is empty"},
		{"not UTF-8", "a: \xff\n", "", "1:4: not UTF-8 text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, errs := Parse("definition.yaml", []byte(c.src))
			// What begins as JSON but is no YAML either is told as JSON.
			if strings.HasPrefix(c.name, "JSON") {
				n, errs = Parse("definition.json", []byte(c.src))
			}
			var b, e strings.Builder
			if n != nil {
				print(&b, n)
			}
			for _, err := range errs {
				e.WriteString(err.Error())
			}
			if b.String() != c.want || e.String() != c.errs {
				t.Errorf("got\n%s\n%s\nwant\n%s\n%s", b.String(), e.String(), c.want, c.errs)
			}
		})
	}
}

// TestBounds gives documents that are small but expand, or are deep or large.
func TestBounds(t *testing.T) {
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	for _, c := range []struct {
		name, file, src, want string
	}{
		{"deep JSON", "a.json", `{"a":` + strings.Repeat("[", 100_000), "1:518: nested deeper than 512"},
		{"deep YAML", "a.yaml", "a: " + strings.Repeat("[", 600) + strings.Repeat("]", 600), "1:516: nested deeper than 512"},
		{"very deep YAML", "a.yaml", "a: " + strings.Repeat("[", 100_000), "exceeded max depth"},
		{"many values, JSON", "a.json", `{"a":[` + strings.Repeat("0,", MaxValues) + `0]}`, "more than 8000000 values"},
		{"many values, YAML", "a.yaml", "a: [" + strings.Repeat("0,", MaxValues) + "0]", "more than 8000000 values"},
		{"aliases", "a.yaml", bomb, "the aliases of the document expand to too much"},
		{"too large", "a.yaml", strings.Repeat("#", MaxSize+1), "the document has 67108865 bytes; at most 67108864 are read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, errs := Parse(c.file, []byte(c.src))
			if len(errs) != 1 || !strings.Contains(errs[0].Error(), c.want) {
				t.Errorf("got %v, want %q", errs, c.want)
			}
		})
	}
}

func TestAppendJSON(t *testing.T) {
	for _, c := range []struct{ yaml, want string }{
		{"a: 1\nb: [x, ~, true]\n", `{"a":1,"b":["x",null,true]}`},
		{"[0x10, 0o17, 017, 1_000, .5, 1., +1, 1e3, -0, .inf, -.Inf, .nan]", `[16,15,15,1000,0.5,1,1,1e3,-0,".inf","-.Inf",".nan"]`},
		{`"q\"\\\n\t\x01é</>"`, `"q\"\\\n\t\u0001é</>"`},
	} {
		n, errs := Parse("a.yaml", []byte(c.yaml))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		if got := string(n.AppendJSON(nil)); got != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.yaml, got, c.want)
		}
	}
}

func TestIndex(t *testing.T) {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, "k%d: %d\n", i, i)
	}
	n, _ := Parse("a.yaml", []byte(b.String()))
	for i := range 1000 {
		if got := n.Get(fmt.Sprintf("k%d", i)).Text(); got != fmt.Sprint(i) {
			t.Fatalf("k%d is %q", i, got)
		}
	}
	if n.Get("k1000") != nil {
		t.Error("a key that is not there was found")
	}
}

// FuzzParse compares the JSON parser with the standard library's and must not
// panic on anything.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,2.5e3,"x\u00e9\ud83d\ude00"],"b":{"c":null,"d":true}}`, `{"a":01}`, `{"a" : -}`, "{\"\\ud800\":\"\x01\"}",
		"a: |2\n   x\nb: &q >-\n  y\nc: *q\n<<: {d: 1}\n", "? a\n: - b\n", "%YAML 1.2\n---\n!!str &a |\n x\n", "{a: [*b], c: &b d}",
		"a: &a [*a]\n", "a: !!binary aGk=\n", "\"a\": 'b' # c\n", "a:\r\n  b: |\r\n    c\r\n", "a: \"\u2028\"\n\u2028b: |\n c",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		Parse("a.yaml", src)
		n, errs := Parse("a.json", src)
		if !strings.HasPrefix(strings.TrimLeft(string(src), " \t\r\n"), "{") {
			return
		}
		valid := json.Valid(src) && invalidUTF8(string(src)) < 0
		twice := len(errs) > 0 && strings.Contains(errs[0].Message, "there twice")
		if deep := len(errs) > 0 && strings.Contains(errs[0].Message, "nested deeper"); deep {
			return
		}
		if valid != (n != nil) {
			t.Fatalf("valid %v, but %v", valid, errs)
		}
		if !valid || twice {
			return
		}
		var want, got any
		if json.Unmarshal(src, &want) != nil {
			return // a number beyond float64
		}
		text := n.AppendJSON(nil)
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !reflect.DeepEqual(want, got) {
			t.Fatalf("%s\nbecame\n%s", src, text)
		}
	})
}
