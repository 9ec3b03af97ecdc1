package lambda

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestReferences(t *testing.T) {
	var cases []struct {
		In, ARN, Scope, Name, Qualifier, Error string
		URI                                    bool
	}
	load(t, "testdata/references.json", &cases)
	for _, c := range cases {
		parse := ParseReference
		if c.URI {
			parse = FromURI
		}
		got, err := parse(c.In)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if want := (Reference{c.ARN, c.Scope, c.Name, c.Qualifier}); got != want || text != c.Error {
			t.Errorf("%s\n got %+v %s\nwant %+v %s", c.In, got, text, want, c.Error)
		}
	}
}

func load(tb testing.TB, file string, into any) {
	tb.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		tb.Fatal(file, err)
	}
}

func TestReferenceParts(t *testing.T) {
	ref, err := ParseReference("arn:aws:lambda:eu-west-1:123456789012:function:f:live")
	if err != nil || ref.Region() != "eu-west-1" || ref.Account() != "123456789012" {
		t.Fatal(ref, err)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = ParseReference("arn:aws:lambda:eu-west-1:123456789012:function:f:live") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if !IsURI("arn:aws:apigateway:r:lambda:path/2015-03-31/functions/x/invocations") || IsURI("arn:aws:apigateway:r:sqs:path/x") {
		t.Error("IsURI")
	}
}

// FuzzParseReference checks that what is taken can be written and read again.
func FuzzParseReference(f *testing.F) {
	f.Add("arn:aws:lambda:us-east-1:123456789012:function:hello:live")
	f.Add("123456789012:function:hello")
	f.Add("hello:$LATEST")
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := ParseReference(s)
		if err != nil {
			return
		}
		again, err := ParseReference(ref.String())
		if err != nil || again != ref {
			t.Fatalf("%q: %+v, then %+v %v", s, ref, again, err)
		}
		if ref.ARN != "" && ref.String() != s {
			t.Fatalf("%q became %q", s, ref.String())
		}
	})
}
