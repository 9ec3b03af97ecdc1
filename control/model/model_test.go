package model

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

func readTestdata(t testing.TB, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// The list of operations is golden: a newer model shows here what it brought.
func TestOperations(t *testing.T) {
	var b strings.Builder
	for _, o := range Operations() {
		output := "(empty)"
		if o.Output != nil {
			output = o.Output.Name
		}
		fmt.Fprintf(&b, "%s %s %s %d %s\n", o.Name, o.Method, o.URI, o.Status, output)
		if Lookup(o.Name) != o {
			t.Errorf("Lookup(%s) is another operation", o.Name)
		}
	}
	want, err := os.ReadFile("testdata/operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("operations:\n%s", b.String())
	}
	if Lookup("NoSuchOperation") != nil {
		t.Error("Lookup found an operation that is none")
	}
}

func TestEnumOrder(t *testing.T) {
	var want map[string]string
	readTestdata(t, "enums.json", &want)
	delete(want, "origin")
	shapes := map[string]*Shape{}
	for _, o := range Operations() {
		collect(o.Input, shapes)
		if o.Output != nil {
			collect(o.Output, shapes)
		}
	}
	for name, set := range want {
		if shapes[name] == nil || "["+strings.Join(shapes[name].Enum, ", ")+"]" != set {
			t.Errorf("%s: %+v, want %s", name, shapes[name], set)
		}
	}
}

func collect(s *Shape, into map[string]*Shape) {
	if into[s.Name] != nil {
		return
	}
	into[s.Name] = s
	for i := range s.Members {
		collect(s.Members[i].Shape, into)
	}
	if s.Element != nil {
		collect(s.Element, into)
	}
}

// What Check takes for granted about the model.
func TestModelFitsCheck(t *testing.T) {
	for _, o := range Operations() {
		var walk func(s *Shape, at string, depth int)
		walk = func(s *Shape, at string, depth int) {
			if depth > 20 {
				t.Fatalf("%s: recursive", at)
			}
			switch s.Kind {
			case Map:
				// Constraints on the values of maps would need paths of their own.
				found := map[string]*Shape{}
				collect(s.Element, found)
				for _, e := range found {
					if e.Enum != nil || e.Pattern != "" {
						t.Errorf("%s: %s inside a map is not checked", at, e.Name)
					}
					for _, m := range e.Members {
						if m.Required {
							t.Errorf("%s: %s.%s inside a map is not checked", at, e.Name, m.Name)
						}
					}
				}
			case List:
				if k := s.Element.Kind; k != String && k != Structure {
					t.Errorf("%s: a list of %s", at, s.Element.Name)
				}
				walk(s.Element, at+"[]", depth+1)
			case Structure:
				for _, m := range s.Members {
					walk(m.Shape, at+"."+m.Name, depth+1)
				}
			}
		}
		walk(o.Input, o.Name, 0)
	}
}

func TestParseRefuses(t *testing.T) {
	shape := `"shapes":{"S":{"type":"structure"}}`
	for name, raw := range map[string]string{
		"no JSON":        `{`,
		"unknown type":   `{"shapes":{"S":{"type":"set"}}}`,
		"no element":     `{"shapes":{"S":{"type":"list","element":"X"}}}`,
		"no member":      `{"shapes":{"S":{"type":"structure","members":[{"name":"a","shape":"X"}]}}}`,
		"bad location":   `{"shapes":{"S":{"type":"structure","members":[{"name":"a","shape":"S","in":"x"}]}}}`,
		"bad pattern":    `{"shapes":{"S":{"type":"string","pattern":"("}}}`,
		"no input":       `{"operations":[{"name":"A","method":"GET","uri":"/a","input":"X"}],` + shape + `}`,
		"no output":      `{"operations":[{"name":"A","method":"GET","uri":"/a","input":"S","output":"X"}],` + shape + `}`,
		"same route":     `{"operations":[{"name":"A","method":"GET","uri":"/a/{b}","input":"S"},{"name":"B","method":"GET","uri":"/a/{c}","input":"S"}],` + shape + `}`,
		"query in a URI": `{"operations":[{"name":"A","method":"GET","uri":"/a?b=c","input":"S"}],` + shape + `}`,
	} {
		if _, err := parse([]byte(raw)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
