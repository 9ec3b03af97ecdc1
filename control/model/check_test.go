package model

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	var cases []struct {
		Name, Origin, Method, Path, Text, Type, Message string
		Body                                            json.RawMessage
	}
	readTestdata(t, "check.json", &cases)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			path, rawQuery, _ := strings.Cut(c.Path, "?")
			query, err := url.ParseQuery(rawQuery)
			if err != nil {
				t.Fatal(err)
			}
			o, params, mismatch := Match(c.Method, path, query)
			if mismatch != Matched {
				t.Fatal("no operation")
			}
			body := []byte(c.Body)
			if c.Text != "" {
				body = []byte(c.Text)
			}
			var got, want Violation
			if v := o.Check(params, query, body); v != nil {
				got = *v
			}
			if want = (Violation{c.Type, c.Message}); got != want {
				t.Errorf("\n got %v\nwant %v", got, want)
			}
		})
	}
}

// constrained is a place in a request that an enum or a pattern guards.
type constrained struct {
	o     *Operation
	path  []string // wire names; "0" is the first element of a list
	at    string   // as in messages
	shape *Shape
	in    Location
	list  bool
}

func constrainedPlaces() []constrained {
	var all []constrained
	for _, o := range Operations() {
		var walk func(s *Shape, c constrained)
		walk = func(s *Shape, c constrained) {
			switch {
			case s.Kind == Structure:
				for _, m := range s.Members {
					if m.In == InBody && m.Shape.Kind != Blob {
						next := c
						next.path = append(append([]string(nil), c.path...), m.Wire)
						next.at += "." + m.Name
						walk(m.Shape, next)
					}
				}
			case s.Kind == List && s.Element.Kind == Structure:
				c.path = append(c.path, "0")
				c.at += ".1.member"
				walk(s.Element, c)
			case s.Kind == List:
				c.path = append(c.path, "0")
				c.list = true
				walk(s.Element, c)
			case s.Enum != nil || s.Pattern != "":
				c.shape = s
				all = append(all, c)
			}
		}
		walk(o.Input, constrained{o: o, at: o.prefix})
		for _, m := range o.Input.Members {
			if (m.In == InURI || m.In == InQuery) && (m.Shape.Enum != nil || m.Shape.Pattern != "") {
				all = append(all, constrained{o: o, path: []string{m.Wire}, at: m.Name, shape: m.Shape, in: m.In})
			}
		}
	}
	return all
}

// request fills in what an operation requires, and value at a place.
func (c constrained) request(t *testing.T, value string) (map[string]string, url.Values, []byte) {
	path, query, body := map[string]string{}, url.Values{}, map[string]any{}
	for _, m := range c.o.Input.Members {
		switch {
		case m.In == InURI:
			path[m.Wire] = example(m.Shape).(string)
		case m.Required && m.In == InQuery:
			query.Set(m.Wire, fmt.Sprint(example(m.Shape)))
		case m.Required && m.In == InBody && m.Wire != c.o.Input.Payload:
			body[m.Wire] = example(m.Shape)
		}
	}
	switch c.in {
	case InURI:
		path[c.path[0]] = value
	case InQuery:
		query.Set(c.path[0], value)
	default:
		put(body, c.path, value)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return path, query, raw
}

func put(into map[string]any, path []string, value string) {
	switch {
	case len(path) == 1:
		into[path[0]] = value
	case path[1] == "0" && len(path) == 2:
		into[path[0]] = []any{value}
	case path[1] == "0":
		e := map[string]any{}
		put(e, path[2:], value)
		into[path[0]] = []any{e}
	default:
		e, ok := into[path[0]].(map[string]any)
		if !ok {
			e = map[string]any{}
			into[path[0]] = e
		}
		put(e, path[1:], value)
	}
}

func example(s *Shape) any {
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Pattern != "":
		return "200"
	}
	switch s.Kind {
	case Structure:
		e := map[string]any{}
		for _, m := range s.Members {
			if m.Required {
				e[m.Wire] = example(m.Shape)
			}
		}
		return e
	case List:
		return []any{}
	case Map:
		return map[string]any{}
	}
	return "x"
}

// Every guarded place takes every value of its enum and names itself when it is
// given another.
func TestCheckEveryConstraint(t *testing.T) {
	places := constrainedPlaces()
	seen := map[string]bool{}
	for _, c := range places {
		seen[c.shape.Name] = true
		for _, good := range append([]string(nil), c.shape.Enum...) {
			path, query, body := c.request(t, good)
			if v := c.o.Check(path, query, body); v != nil {
				t.Errorf("%s: %s %s", c.o.Name, body, v.Message)
			}
		}
		constraint := "Member must satisfy regular expression pattern: " + c.shape.Pattern
		if c.shape.Enum != nil {
			constraint = "Member must satisfy enum value set: [" + strings.Join(c.shape.Enum, ", ") + "]"
		}
		value := "wrong"
		if c.list {
			value, constraint = "[wrong]", "Member must satisfy constraint: ["+constraint+"]"
		}
		want := "1 validation error detected: Value '" + value + "' at '" + c.at + "' failed to satisfy constraint: " + constraint
		path, query, body := c.request(t, "wrong")
		if v := c.o.Check(path, query, body); v == nil || v.Type != validationException || v.Message != want {
			t.Errorf("%s %s:\n got %+v\nwant %s", c.o.Name, body, v, want)
		}
	}
	inputs := map[string]*Shape{}
	for _, o := range Operations() {
		collect(o.Input, inputs)
	}
	for name, s := range inputs {
		if (s.Enum != nil || s.Pattern != "") && !seen[name] {
			t.Errorf("%s is never exercised", name)
		}
	}
	if len(places) < 60 {
		t.Errorf("only %d guarded places", len(places))
	}
}

// Every required member is asked for; nothing else of a minimal request is.
func TestCheckRequired(t *testing.T) {
	for _, o := range Operations() {
		c := constrained{o: o, in: InURI, path: []string{"none"}}
		path, query, body := c.request(t, "")
		if v := o.Check(path, query, body); v != nil {
			t.Errorf("%s: minimal request %s: %s", o.Name, body, v.Message)
		}
		var inBody, outside []string
		for _, m := range o.Input.Members {
			switch {
			case !m.Required || m.Name == o.Input.Payload:
			case m.In == InBody:
				inBody = append(inBody, "Value null at '"+o.prefix+"."+m.Name+"' failed to satisfy constraint: Member must not be null")
			default:
				outside = append(outside, "Value null at '"+m.Name+"' failed to satisfy constraint: Member must not be null")
			}
		}
		v := o.Check(nil, nil, []byte("{}"))
		items := append(inBody, outside...)
		if len(items) == 0 {
			if v != nil {
				t.Errorf("%s: %s", o.Name, v.Message)
			}
			continue
		}
		plural := "s"
		if len(items) == 1 {
			plural = ""
		}
		want := fmt.Sprintf("%d validation error%s detected: %s", len(items), plural, strings.Join(items, "; "))
		if v == nil || v.Message != want {
			t.Errorf("%s:\n got %+v\nwant %s", o.Name, v, want)
		}
	}
}

func TestCheckBounded(t *testing.T) {
	o := Lookup("UpdateRestApi")
	body := []byte(`{"patchOperations":[` + strings.Repeat(`{"op":"x"},`, 50_000) + `{"op":"add"}]}`)
	v := o.Check(map[string]string{"restapi_id": "a"}, nil, body)
	if v == nil || !strings.HasPrefix(v.Message, "50000 validation errors detected: ") {
		t.Fatalf("%.100v", v)
	}
	if n := strings.Count(v.Message, "; ") + 1; n != maxListed {
		t.Errorf("%d faults listed", n)
	}
	for _, deep := range []string{
		`{"x":` + strings.Repeat("[", 1_000_000) + strings.Repeat("]", 1_000_000) + `}`,
		`{"x":` + strings.Repeat(`{"x":`, 1_000_000) + `1` + strings.Repeat("}", 1_000_001),
		strings.Repeat("[", 1_000_000),
	} {
		if v := o.Check(map[string]string{"restapi_id": "a"}, nil, []byte(deep)); v == nil || v.Type != serializationException {
			t.Errorf("%.20s...: %v", deep, v)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("UpdateRestApi", `{"patchOperations":[{"op":"add","path":"/x","value":null}]}`)
	f.Add("CreateRestApi", `{"name":"n","endpointConfiguration":{"types":["EDGE"]},"minimumCompressionSize":1e3}`)
	f.Add("CreateUsagePlan", `{"name":"n","apiStages":[{"throttle":{"a":{"burstLimit":1,"rateLimit":0.5}}}]}`)
	f.Add("PutMethod", `{"authorizationType":"NONE","requestParameters":{"true":true,"x":null}}`)
	f.Fuzz(func(t *testing.T, name, body string) {
		o := Lookup(name)
		if o == nil {
			return
		}
		path := map[string]string{}
		for _, m := range o.Input.Members {
			if m.In == InURI {
				path[m.Wire] = "200"
			}
		}
		v := o.Check(path, nil, []byte(body))
		if v != nil && (v.Type == "" || v.Message == "") {
			t.Fatalf("%s %q: %+v", name, body, v)
		}
		if v != nil && len(v.Message) > 10*len(body)+1_000_000 {
			t.Fatalf("%d bytes of message for %d bytes of body", len(v.Message), len(body))
		}
		// What has no type fault is JSON, whoever reads it.
		if (v == nil || v.Type == validationException) && o.checksBody && body != "" && !json.Valid([]byte(body)) {
			t.Fatalf("%s: %q passed as JSON", name, body)
		}
	})
}
