package control

import (
	"encoding/json"
	"strings"
	"testing"

	"sluice/openapi/document"
)

// A sample is made of any schema that is JSON, however it refers to itself, and is of
// bounded size.
func FuzzSampleTemplate(f *testing.F) {
	f.Add(`{"type":"object","properties":{"a":{"type":"array","items":{"$ref":"#"}},"b":{"$ref":"#/properties/a"}}}`)
	f.Add(`{"$ref":"#"}`)
	f.Add(`{"$ref":"#/a~1b/0"}`)
	f.Add(`[1,null]`)
	f.Fuzz(func(t *testing.T, schema string) {
		text := sampleTemplate(schema)
		if !strings.HasPrefix(text, "#set($inputRoot = $input.path('$'))\n") {
			t.Errorf("%q", text)
		}
		if limit := 40*maxTemplateSize + 40*len(schema); len(text) > limit {
			t.Errorf("%d bytes of a schema of %d", len(text), len(schema))
		}
	})
}

// What is written of a schema is JSON again, and refers to no other model.
func FuzzFlatten(f *testing.F) {
	f.Add(`{"$ref":"https://apigateway.amazonaws.com/restapis/x/models/M#/a","definitions":{}}`, `{"$ref":"#/definitions/a","definitions":{"a":{}}}`)
	f.Add(`{}`, `{"$ref":"https://apigateway.amazonaws.com/restapis/x/models/Root"}`)
	f.Add(`{"a":{"$ref":"https://apigateway.amazonaws.com/restapis/x/models/M"},"definitions":{"M":1}}`, `[]`)
	f.Fuzz(func(t *testing.T, rootText, otherText string) {
		root, _ := document.Parse("a.json", []byte(rootText))
		other, _ := document.Parse("b.json", []byte(otherText))
		if root == nil || other == nil || root.Kind() != document.Map || !json.Valid([]byte(rootText)) || !json.Valid([]byte(otherText)) {
			return
		}
		x := flattener{root: "Root", names: map[string]string{}, taken: map[string]bool{}}
		x.name(root)
		x.name(other)
		var added []byte
		for _, name := range x.order {
			added = append(document.AppendString(append(added, ','), x.names[name]), ':')
			added = x.append(added, other, "#/definitions/"+x.names[name])
		}
		out := x.whole(root, added)
		if !json.Valid(out) {
			t.Fatalf("no JSON: %s", out)
		}
		again, _ := document.Parse("c.json", out)
		for _, ref := range references(again, nil) {
			if referencedModel(ref) != "" {
				t.Errorf("%s refers to %s", out, ref)
			}
		}
	})
}

// A policy that is taken comes out as JSON, and the same when it goes in again.
func FuzzResourcePolicy(f *testing.F) {
	f.Add(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["execute-api:Invoke"],"Resource":["execute-api:/*"]}]}`)
	f.Add(`{"Statement":{"Effect":"Deny","Principal":{"AWS":["*"]},"NotAction":"a:b","NotResource":["x"],"Condition":{"StringEquals":{"aws:SourceVpc":"v\"\\\n"}}}}`)
	c := &call{Server: &Server{options: Options{AccountID: "123456789012"}}, region: "us-east-1"}
	f.Fuzz(func(t *testing.T, text string) {
		out, err := c.resourcePolicy("abcdefghij", text)
		if err != nil || out == "" {
			return
		}
		if again, err := c.resourcePolicy("abcdefghij", out); err != nil || again != out {
			t.Errorf("%s becomes %s (%v)", out, again, err)
		}
		var shown string
		if err := json.Unmarshal([]byte(`"`+escapePolicy(out)+`"`), &shown); err != nil || shown != out {
			t.Errorf("%s is shown as %s (%v)", out, escapePolicy(out), err)
		}
	})
}
