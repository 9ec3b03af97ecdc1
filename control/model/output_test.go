package model

import (
	"encoding/json"
	"testing"
)

func TestCheckOutput(t *testing.T) {
	var cases []struct {
		Name, Operation, Text, Error string
		Body                         json.RawMessage
	}
	readTestdata(t, "output.json", &cases)
	for _, c := range cases {
		body := []byte(c.Body)
		if c.Text != "" {
			body = []byte(c.Text)
		}
		var got string
		if err := Lookup(c.Operation).CheckOutput(body); err != nil {
			got = err.Error()
		}
		if got != c.Error {
			t.Errorf("%s: %q, want %q", c.Name, got, c.Error)
		}
	}
}

// Every enum of an answer takes its values and refuses others.
func TestCheckOutputEnums(t *testing.T) {
	shapes := map[string]*Shape{}
	for _, o := range Operations() {
		if o.Output != nil {
			collect(o.Output, shapes)
		}
	}
	for name, s := range shapes {
		if s.Enum == nil {
			continue
		}
		for _, v := range s.Enum {
			if err := s.verify(v, name); err != nil {
				t.Error(err)
			}
		}
		if s.verify("wrong", name) == nil || s.verify("", name) == nil {
			t.Errorf("%s takes anything", name)
		}
	}
}
