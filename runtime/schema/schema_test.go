package schema

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"sluice/api"
)

func load(t testing.TB, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// compile compiles models without problems.
func compile(t testing.TB, models map[string]string) *Set {
	t.Helper()
	set, problems := Compile(list(models), "x", nil)
	if len(problems) != 0 {
		t.Fatal(problems)
	}
	return set
}

func list(models map[string]string) []*api.Model {
	var out []*api.Model
	for _, name := range slices.Sorted(maps.Keys(models)) {
		out = append(out, &api.Model{Name: name, ContentType: "application/json", Schema: models[name]})
	}
	return out
}

type bodyCases []struct {
	Name   string
	Schema json.RawMessage
	Bodies [][2]string
}

func TestBodies(t *testing.T) {
	var cases bodyCases
	load(t, "bodies.json", &cases)
	for _, c := range cases {
		v := compile(t, map[string]string{"M": string(c.Schema)}).Validator("M")
		for _, b := range c.Bodies {
			got, ok := v.Validate(b[0])
			if got != b[1] || ok != (b[1] == "") {
				t.Errorf("%s: %s\n got %s\nwant %s", c.Name, b[0], got, b[1])
			}
		}
	}
}

func TestCompareSmall(t *testing.T) {
	for _, s := range []string{"0", "-0", "1", "-1", "0.5", "-0.5", "1.0", "1.000001", "-1.5", "2", "-2", "1e0", "1.5e1", "0.0e5", "999999999999999999", "9999999999999999999"} {
		for limit := int64(-2); limit <= 2; limit++ {
			got, ok := compareSmall(s, limit)
			if want := parseDecimal(s).compare(parseDecimal(strconv.FormatInt(limit, 10))); ok && got != want && got*want <= 0 {
				t.Errorf("%s and %d: %d, want %d", s, limit, got, want)
			}
			if !ok && !strings.ContainsAny(s, "e9") {
				t.Errorf("%s is not small", s)
			}
		}
	}
	if text, ok := (*Validator)(nil).Validate("["); text != "" || !ok {
		t.Error("a nil Validator refused a body")
	}
}

func TestFormats(t *testing.T) {
	var cases map[string]struct{ Good, Bad []string }
	load(t, "formats.json", &cases)
	for name, c := range cases {
		for _, s := range c.Good {
			if problem := formats[name](s); problem != "" {
				t.Errorf("%s: %q: %s", name, s, problem)
			}
		}
		for _, s := range c.Bad {
			if formats[name](s) == "" {
				t.Errorf("%s: %q is good", name, s)
			}
		}
	}
}

func TestPatterns(t *testing.T) {
	var cases []struct {
		Pattern     string
		Match, Miss []string
	}
	load(t, "patterns.json", &cases)
	for _, c := range cases {
		re, err := compileRegex(c.Pattern)
		if err != nil {
			t.Errorf("%s: %v", c.Pattern, err)
			continue
		}
		for _, s := range c.Match {
			if !re.MatchString(s) {
				t.Errorf("%s does not match %q", c.Pattern, s)
			}
		}
		for _, s := range c.Miss {
			if re.MatchString(s) {
				t.Errorf("%s matches %q", c.Pattern, s)
			}
		}
	}
}

func TestBrokenModels(t *testing.T) {
	var cases []struct {
		Name             string
		Models           map[string]string
		Problems, Usable []string
	}
	load(t, "broken.json", &cases)
	for _, c := range cases {
		set, problems := Compile(list(c.Models), "x", nil)
		var got []string
		for _, p := range problems {
			got = append(got, p.String())
		}
		if !slices.Equal(got, c.Problems) {
			t.Errorf("%s: got\n%s\nwant\n%s", c.Name, strings.Join(got, "\n"), strings.Join(c.Problems, "\n"))
		}
		if !problems.Fatal() {
			t.Errorf("%s: only warnings", c.Name)
		}
		for name := range c.Models {
			if usable := set.Validator(name) != nil; usable != slices.Contains(c.Usable, name) {
				t.Errorf("%s: %s usable: %v", c.Name, name, usable)
			}
		}
	}
}

func TestPlacesOfProblems(t *testing.T) {
	places := api.NewPlaces("api.yaml")
	places.Set(api.Place{File: "api.yaml", Line: 3, Column: 5}, "models", "A")
	_, problems := Compile(list(map[string]string{"A": `{"type":1}`}), "x", places)
	if len(problems) != 1 || !strings.HasPrefix(problems[0].String(), "api.yaml:3:5: model A: at /type: ") {
		t.Errorf("got %v", problems)
	}
}

const modelRef = `https://apigateway.amazonaws.com/restapis/other/models/`

func TestModelsReferToOneAnother(t *testing.T) {
	set := compile(t, map[string]string{
		// A circle of models, as the recorded definitions have it.
		"Person": `{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"house":{"oneOf":[{"type":"null"},{"$ref":"` + modelRef + `House"}]}}}`,
		"House":  `{"type":"object","required":["street"],"properties":{"street":{"type":"string"},"people":{"type":"array","items":{"$ref":"` + modelRef + `Person"}}}}`,
		"Part":   `{"$ref":"` + modelRef + `House#/properties/people"}`,
		"Any":    `{"properties":{"e":{"$ref":"` + modelRef + `Empty"}}}`,
	})
	for _, c := range []struct{ model, body, want string }{
		{"Person", `{"name":"a","house":null}`, ""},
		{"Person", `{"name":"a","house":{"street":"s","people":[{"name":"b","house":{"street":"t"}}]}}`, ""},
		{"Person", `{"name":"a","house":{"street":"s","people":[{"house":null}]}}`, "[instance failed to match exactly one schema (matched 0 out of 2)]"},
		{"House", `{"street":"s","people":[{"name":1}]}`, `[instance type (integer) does not match any allowed primitive type (allowed: ["string"])]`},
		{"House", "", `[object has missing required properties (["street"])]`},
		{"Part", `[{"name":"x"}]`, ""},
		{"Part", `[{}]`, `[object has missing required properties (["name"])]`},
		{"Any", `{"e":[]}`, `[instance type (array) does not match any allowed primitive type (allowed: ["object"])]`},
		{"Empty", "", ""},
		{"Empty", "[]", `[instance type (array) does not match any allowed primitive type (allowed: ["object"])]`},
		{"Error", `{"message":1}`, `[instance type (integer) does not match any allowed primitive type (allowed: ["string"])]`},
	} {
		if got, ok := set.Validator(c.model).Validate(c.body); got != c.want || ok != (c.want == "") {
			t.Errorf("%s: %s\n got %s\nwant %s", c.model, c.body, got, c.want)
		}
	}
}

func TestModelsThatCheckNothing(t *testing.T) {
	set, problems := Compile([]*api.Model{
		{Name: "Text", ContentType: "text/plain", Schema: "none"},
		{Name: "Blank", ContentType: "application/json"},
		{Name: "Empty", ContentType: "application/json", Schema: `{"type":"array"}`},
	}, "x", nil)
	if len(problems) != 0 {
		t.Fatal(problems)
	}
	for _, name := range []string{"Text", "Blank", "Missing"} {
		if set.Validator(name) != nil {
			t.Errorf("%s has a validator", name)
		}
	}
	if _, ok := set.Validator("Empty").Validate("[]"); !ok {
		t.Error("a definition's own model Empty lost")
	}
	if _, problems := Compile([]*api.Model{{Name: "A", Schema: "{}"}, {Name: "A", Schema: "{}"}}, "x", nil); len(problems) != 1 {
		t.Errorf("two models of a name: %v", problems)
	}
}

func TestHostileBodiesAndModels(t *testing.T) {
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	var wide strings.Builder
	for i := range 40 {
		wide.WriteString(`"d` + number(i) + `":{"anyOf":[{"$ref":"#/definitions/d` + number(i+1) + `"},{"$ref":"#/definitions/d` + number(i+1) + `"}]},`)
	}
	set := compile(t, map[string]string{
		"Any":       `{}`,
		"Recursive": `{"additionalProperties":{"$ref":"#"}}`,
		"Doubling":  `{"$ref":"#/definitions/d0","definitions":{` + wide.String() + `"d40":{"type":"string"}}}`,
		"Negated":   `{"not":{"$ref":"` + modelRef + `Doubling"}}`,
		"Forking":   `{"anyOf":[{"type":"string"},{"properties":{"a":{"$ref":"#"}},"required":["b"]},{"properties":{"a":{"$ref":"#"}},"required":["b"]}]}`,
		"Slow":      `{"items":{"pattern":"^(?=(a+)+$)(a+)+b$"}}`,
		"Unique":    `{"uniqueItems":true}`,
		"Strings":   `{"items":{"type":"integer"}}`,
	})
	const notJSON = "[" + messageNotJSON + "]"
	const tooMuch = "[" + messageTooMuchWork + "]"
	for _, c := range []struct{ model, body, want string }{
		{"Any", deep(maxDepth), ""},
		{"Any", deep(maxDepth + 1), notJSON},
		{"Any", strings.Repeat("[", 1<<20), notJSON},
		{"Recursive", deep(maxDepth), ""},
		{"Doubling", "{}", tooMuch},
		{"Negated", "{}", tooMuch},
		{"Slow", "[" + strings.Repeat(`"`+strings.Repeat("a", 40)+`",`, 100) + "1]", tooMuch},
		{"Unique", "[" + strings.Repeat("[],", 50000) + "1]", "[" + messageUniqueItems + "]"},
	} {
		if got, ok := set.Validator(c.model).Validate(c.body); got != c.want || ok != (c.want == "") {
			t.Errorf("%s: got %.200s, want %s", c.model, got, c.want)
		}
	}
	if got, ok := set.Validator("Strings").Validate("[" + strings.Repeat(`"x",`, 100000) + "1]"); ok || len(got) > maxProblems+2 {
		t.Errorf("%d bytes of problems", len(got))
	}
	if _, ok := set.Validator("Forking").Validate(deep(60)); ok {
		t.Error("a forking model took a bad body")
	}
}

func TestValidateFromManyGoroutines(t *testing.T) {
	v := compile(t, map[string]string{"M": petModel}).Validator("M")
	large := `{"id":1,"type":"dog","price":1,"tags":["` + strings.Repeat("x", largeBody) + `"]}`
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if got, ok := v.Validate(goodPet); !ok {
					t.Error(got)
				}
				if got, _ := v.Validate(badPet); got != wantBadPet {
					t.Error(got)
				}
			}
			if _, ok := v.Validate(large); ok {
				t.Error("a tag of a megabyte was taken")
			}
		})
	}
	wg.Wait()
}

const (
	petModel = `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","required":["id","type","price"],
 "properties":{"id":{"type":"integer"},"type":{"type":"string","enum":["dog","cat","fish"]},"price":{"type":"number","minimum":25,"maximum":500},
 "name":{"type":"string","pattern":"^[A-Z][a-z]*$"},"tags":{"type":"array","items":{"type":"string","maxLength":20}}}}`
	goodPet    = `{"id": 1, "type": "dog", "price": 249.99, "name": "Rex", "tags": ["good", "brown", "loud"]}`
	badPet     = `{"id": "1", "type": "bird", "price": 1000, "name": "rex", "tags": []}`
	wantBadPet = `[instance type (string) does not match any allowed primitive type (allowed: ["integer"]), ` +
		`ECMA 262 regex "^[A-Z][a-z]*$" does not match input string "rex", ` +
		`numeric instance is greater than the required maximum (maximum: 500, found: 1000), ` +
		`instance value ("bird") not found in enum (possible values: ["dog","cat","fish"])]`
)

func BenchmarkValidateGood(b *testing.B) {
	v := compile(b, map[string]string{"M": petModel}).Validator("M")
	b.ReportAllocs()
	b.SetBytes(int64(len(goodPet)))
	for b.Loop() {
		if _, ok := v.Validate(goodPet); !ok {
			b.Fatal("bad")
		}
	}
}

func BenchmarkValidateBad(b *testing.B) {
	v := compile(b, map[string]string{"M": petModel}).Validator("M")
	b.ReportAllocs()
	for b.Loop() {
		v.Validate(badPet)
	}
}

func BenchmarkValidateLarge(b *testing.B) {
	v := compile(b, map[string]string{"M": `{"items":` + petModel + `}`}).Validator("M")
	body := "[" + strings.Repeat(goodPet+",", 1000) + goodPet + "]"
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, ok := v.Validate(body); !ok {
			b.Fatal("bad")
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	models := map[string]string{}
	for i := range 100 {
		models["M"+number(i)] = petModel
	}
	all := list(models)
	b.ReportAllocs()
	for b.Loop() {
		Compile(all, "x", nil)
	}
}

func FuzzCompileAndValidate(f *testing.F) {
	var cases bodyCases
	load(f, "bodies.json", &cases)
	for _, c := range cases {
		f.Add(string(c.Schema), c.Bodies[0][0])
	}
	f.Add(petModel, badPet)
	f.Fuzz(func(t *testing.T, model, body string) {
		set, problems := Compile([]*api.Model{{Name: "M", Schema: model}}, "x", nil)
		v := set.Validator("M")
		if v == nil {
			if !problems.Fatal() && strings.TrimSpace(model) != "" {
				t.Error("no validator and no problem")
			}
			return
		}
		text, ok := v.Validate(body)
		if ok != (text == "") {
			t.Errorf("%v and %q", ok, text)
		}
		if again, _ := v.Validate(body); again != text {
			t.Errorf("%q, then %q", text, again)
		}
		if body != "" && ok && !json.Valid([]byte(body)) {
			t.Errorf("%q is not JSON", body)
		}
	})
}

func FuzzPattern(f *testing.F) {
	var cases []struct{ Pattern string }
	load(f, "patterns.json", &cases)
	for _, c := range cases {
		f.Add(c.Pattern, "abc")
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if re, err := compileRegex(pattern); err == nil {
			re.MatchString(s)
		}
	})
}

// hugeExponent finds numbers that are JSON, but too large for Java.
var hugeExponent = regexp.MustCompile(`[eE][+-]?[0-9]{9,}`)

// FuzzDocument compares the reader of JSON with the standard library's.
func FuzzDocument(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e-3,"\ud83d\ude00",null,true],"a":{"b":{}}}`, `"\u00e9"`, `-0`, `[[]]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var d document
		got := d.parse(s)
		if want := json.Valid([]byte(s)); got != want && len(s) < maxDepth && !hugeExponent.MatchString(s) {
			t.Fatalf("%q: %v, want %v", s, got, want)
		}
		if got {
			text := d.appendValue(nil, 0)
			var again document
			if !again.parse(string(text)) {
				t.Fatalf("%q was printed as %q, which is not JSON", s, text)
			}
			if !equal(&d, 0, &again, 0) {
				t.Fatalf("%q was printed as %q", s, text)
			}
		}
	})
}
