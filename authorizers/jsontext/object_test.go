package jsontext

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestObject(t *testing.T) {
	got, err := Object(` { "a" : [1, {"x":"]}\""}] ,"b\u0041":-1.50,"c":null,"d":"", "e":{ } , "f" : true } `)
	if err != nil {
		t.Fatal(err)
	}
	want := []Member{{"a", `[1, {"x":"]}\""}]`}, {"bA", "-1.50"}, {"c", "null"}, {"d", `""`}, {"e", "{ }"}, {"f", "true"}}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("member %d: got %q, want %q", i, got[i], want[i])
		}
	}
	items, err := Array(want[0].Raw)
	if err != nil || len(items) != 2 || items[0] != "1" || items[1] != `{"x":"]}\""}` {
		t.Errorf("items %q, %v", items, err)
	}
}

func TestRefused(t *testing.T) {
	for _, text := range []string{
		"", "null", "[]", `"x"`, "{", `{"a":1,}`, `{"a":1} x`, `{'a':1}`, `{a:1}`, `{"a":01}`,
		`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, "{\"a\":\"\xff\"}", "{\"a\":\"\n\"}", `{"a":NaN}`,
	} {
		if got, err := Object(text); err == nil {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		raw, want string
		ok        bool
	}{
		{`"a\n"`, "a\n", true},
		{`""`, "", true},
		{"true", "true", true},
		{"1", "1", true},
		{"-0", "0", true},
		{"1.0", "1.0", true},
		{"1e3", "1000.0", true},
		{"12345678901", "12345678901", true},
		{"123456789012345678901234567890", "123456789012345678901234567890", true},
		{"0.1", "0.1", true},
		{"1.5e10", "1.5E10", true},
		{"null", "", false},
		{"{}", "", false},
		{"[]", "", false},
	} {
		if got, ok := Text(c.raw); got != c.want || ok != c.ok {
			t.Errorf("%s: got %q %v, want %q %v", c.raw, got, ok, c.want, c.ok)
		}
	}
}

// reading is what encoding/json reads of a text that Object may take.
func reading(text string) (names []string, raw map[string]json.RawMessage, ok bool) {
	if !utf8.ValidString(text) || json.Unmarshal([]byte(text), &raw) != nil || raw == nil {
		return nil, nil, false
	}
	d := json.NewDecoder(strings.NewReader(text))
	if _, err := d.Token(); err != nil {
		return nil, nil, false
	}
	for d.More() {
		n, err := d.Token()
		if err != nil || d.Decode(new(json.RawMessage)) != nil {
			return nil, nil, false
		}
		names = append(names, n.(string))
	}
	return names, raw, len(names) == len(raw) && len(names) <= maxMembers
}

// FuzzObject compares with encoding/json: what is taken, what is refused, and what
// the members are.
func FuzzObject(f *testing.F) {
	for _, text := range []string{
		`{"a":[1,{"b":"c\\\""}],"d":null}`, ` {"x" : -1.5e3 , "y":{"z":[]}} `, `{}`, ` { } `, `{"a":[],"b":{}}`,
		`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"":0,"\ud800":1,"\ufffd":2}`, "{\"a\":\"\xff\"}", "{\"a\x00\":1}",
		`{"a":[1,]}`, `{"a":[,1]}`, `{"a":{"b":1,}}`, `{"a":{,}}`, `{"a":[}`, `{"a":{]}`, `{"a":[1 2]}`, `{"a":{"b" 1}}`, `{"a":{1:2}}`,
		`{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":.1}`, `{"a":1e}`, `{"a":1e+}`, `{"a":-0.0e-0}`, `{"a":+1}`, `{"a":0x1}`, `{"a":tru}`, `{"a":truee}`,
		`{"a":` + strings.Repeat("9", 400) + `}`, `{"a":1e999999999999}`, `{"a":"\u12G4"}`, `{"a":"\x"}`, `{"a":"\`, `{"a":"12345678\"`, `{"12345678":"1234567\n"}`,
		strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65), `{"a":` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + "}",
		`{"a":1}{`, `{"a":1}x`, "\ufeff{}", "{\"a\":1\v}", `[{"a":1}]`, `"a"`, "null", "nul", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Object(text)
		names, raw, ok := reading(text)
		if ok != (err == nil) {
			t.Fatalf("%q: got %v, but encoding/json: %v", text, err, ok)
		}
		if err != nil {
			return
		}
		if len(names) != len(got) {
			t.Fatalf("%q: got %q, want %q", text, got, names)
		}
		for i, m := range got {
			if m.Name != names[i] || m.Raw != string(raw[m.Name]) {
				t.Fatalf("%q: got %q, want %q and %s", text, m, names[i], raw[m.Name])
			}
			if Kind(m.Raw) == '[' {
				var want []json.RawMessage
				items, err := Array(m.Raw)
				if err != nil || json.Unmarshal([]byte(m.Raw), &want) != nil || len(items) != len(want) {
					t.Fatalf("%q: items %q, %v", text, items, err)
				}
				for j := range items {
					if items[j] != string(want[j]) {
						t.Fatalf("%q: item %q, want %q", text, items[j], want[j])
					}
				}
			}
			if s, isText := Str(m.Raw); isText {
				var want string
				if json.Unmarshal([]byte(m.Raw), &want) != nil || s != want {
					t.Fatalf("%q: got %q, want %q", text, s, want)
				}
			}
			Text(m.Raw)
		}
	})
}

// Nesting is taken as far as encoding/json takes it, and no further; so are members
// up to our own bound.
func TestBounds(t *testing.T) {
	nest := func(n int) string {
		return `{"a":` + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) + "}"
	}
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"m%d":%d`, i, i)
		}
		return "{" + b.String()[1:] + "}"
	}
	for _, c := range []struct {
		name, text string
		want       error
	}{
		{"64 levels", nest(64), nil},
		{"65 levels", nest(65), nil},
		{"257 levels", nest(257), nil},
		{"10000 levels", nest(10000), nil},
		{"10001 levels", nest(10001), errSyntax},
		{"100000 levels that stay open", strings.Repeat(`{"a":`, 100000), errSyntax},
		{"few members", many(fewMembers), nil},
		{"more members", many(fewMembers + 1), nil},
		{"1000 members", many(1000), nil},
		{"1001 members", many(1001), errMany},
		{"a late duplicate of few", many(fewMembers - 1)[:len(many(fewMembers-1))-1] + `,"m0":1}`, errDuplicate},
		{"a late duplicate of more", many(fewMembers)[:len(many(fewMembers))-1] + `,"m0":1}`, errDuplicate},
		{"not an object", " [1] ", errObject},
		{"not JSON", " [1] 2", errSyntax},
		{"not UTF-8", "{\"\xc3\":1}", errUTF8},
	} {
		if _, err := Object(c.text); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
		if _, _, ok := reading(c.text); ok != (c.want == nil) {
			t.Errorf("%s: encoding/json: %v", c.name, ok)
		}
	}
}

// BenchmarkObject is the claims of an ID token, into room that is there.
func BenchmarkObject(b *testing.B) {
	const text = `{"sub":"11111111-2222-4333-8444-555555555555","email_verified":true,"iss":"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool1","cognito:username":"ann","aud":"1example23456789","token_use":"id","auth_time":1790072100,"exp":1790075700,"iat":1790072100,"email":"ann@example.com"}`
	room := make([]Member, 0, 32)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := AppendObject(room, text); err != nil {
			b.Fatal(err)
		}
	}
}
