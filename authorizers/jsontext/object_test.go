package jsontext

import (
	"encoding/json"
	"testing"
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

func FuzzObject(f *testing.F) {
	f.Add(`{"a":[1,{"b":"c\\\""}],"d":null}`)
	f.Add(` {"x" : -1.5e3 , "y":{"z":[]}} `)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Object(text)
		if err != nil {
			return
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatalf("%q: read although %v", text, err)
		}
		if len(want) != len(got) {
			t.Fatalf("%q: got %q, want %d members", text, got, len(want))
		}
		for _, m := range got {
			if string(want[m.Name]) != m.Raw {
				t.Fatalf("%q: %s is %q, want %q", text, m.Name, m.Raw, want[m.Name])
			}
			if Kind(m.Raw) == '[' {
				if _, err := Array(m.Raw); err != nil {
					t.Fatal(err)
				}
			}
			Text(m.Raw)
		}
	})
}
