package policy

import (
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// FuzzParse looks for panics in compiling and judging any text, and holds the
// promises of the result: an error is an *Error within the text, a policy that
// is taken is valid JSON, judges the same twice, and stays the same policy when
// expanded.
func FuzzParse(f *testing.F) {
	var documents []struct{ Policy json.RawMessage }
	load(f, "documents.json", &documents)
	for _, d := range documents {
		f.Add([]byte(d.Policy))
	}
	var refused []struct{ Text string }
	load(f, "refused.json", &refused)
	for _, c := range refused {
		f.Add([]byte(c.Text))
	}
	var conditions []struct{ Condition json.RawMessage }
	load(f, "conditions.json", &conditions)
	for _, c := range conditions {
		f.Add([]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":` + string(c.Condition) + `}}`))
	}
	target := Target{Region: "us-east-1", AccountID: "123456789012", APIID: "api"}
	requests := []Request{
		{Action: Invoke, Resource: methodARN},
		{
			Action: InvalidateCache, Resource: methodARN + "\xff:é", Time: time.Unix(1767225600, 0), SourceIP: netip.MustParseAddr("2001:db8::1"),
			Principal: Principal{AWS: "arn:aws:sts::444455556666:assumed-role/r/s"},
			Context:   Values{"aws:username": {"*"}, "aws:tagkeys": {"a", "", "b"}, "aws:referer": {""}, "a:k": {"alice"}, "a:n": {"10"}},
		},
		{Action: "", Resource: "", Principal: Principal{AWS: ":::::", Service: "x"}, Context: Values{"aws:sourceip": {"999.1.1.1"}}},
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		// The reader and encoding/json agree on what is JSON, but for our bounds.
		expanded, err := Expand(text, target)
		bounded := err != nil && (strings.Contains(err.Error(), "nested too deeply") || strings.Contains(err.Error(), "UTF-8"))
		if (err == nil) != json.Valid(text) && !bounded {
			t.Fatalf("%q: %v", text, err)
		}
		for kind := Resource; kind <= Identity; kind++ {
			p, err := Parse(text, Options{Kind: kind, Target: &target})
			if err != nil {
				var e *Error
				if !errors.As(err, &e) || e.Line < 1 || e.Column < 1 || e.Column > len(text)+1 || p != nil {
					t.Fatalf("%T %v", err, err)
				}
				continue
			}
			again, err := Parse(expanded, Options{Kind: kind})
			if err != nil {
				t.Fatalf("%s: %v", expanded, err)
			}
			for i := range requests {
				got := p.Evaluate(&requests[i])
				if p.Evaluate(&requests[i]) != got || again.Evaluate(&requests[i]) != got {
					t.Fatal("judges differ")
				}
			}
		}
	})
}
