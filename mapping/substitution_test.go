package mapping

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

type substitutionCase struct{ Kind, Text, Body, Want, Refused string }

func (c substitutionCase) kind() SubstitutionKind {
	if c.Kind == "log" {
		return AccessLogFormat
	}
	return GatewayTemplate
}

func TestSubstitutions(t *testing.T) {
	var cases []substitutionCase
	readCases(t, "testdata/substitutions.json", &cases)
	for _, c := range cases {
		t.Run(c.Kind+" "+c.Text, func(t *testing.T) {
			sub, err := CompileSubstitution(c.Text, c.kind())
			if c.Refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.Refused) {
					t.Fatalf("got %v, want a refusal that says %s", err, c.Refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := string(sub.Append(nil, fullScope(c.Body))); got != c.Want {
				t.Errorf("got  %s\nwant %s", got, c.Want)
			}
		})
	}
}

func TestAccessLogFormats(t *testing.T) {
	for _, format := range []string{AccessLogCLF, AccessLogJSON, AccessLogXML, AccessLogCSV} {
		sub, err := CompileSubstitution(format, AccessLogFormat)
		if err != nil {
			t.Fatal(err)
		}
		line := sub.Append(nil, fullScope(""))
		if bytes.Contains(line, []byte("$context")) || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("%s", line)
		}
		if format == AccessLogJSON && !json.Valid(line) {
			t.Errorf("no JSON: %s", line)
		}
	}
	if _, err := CompileSubstitution("$context.requestId"+strings.Repeat("x", MaxAccessLogFormat), AccessLogFormat); err == nil {
		t.Error("a format that is too long was taken")
	}
}

func TestAccessLogPaysNothing(t *testing.T) {
	sub, err := CompileSubstitution(AccessLogJSON, AccessLogFormat)
	if err != nil {
		t.Fatal(err)
	}
	s := fullScope("")
	dst := make([]byte, 0, 4<<10)
	if n := testing.AllocsPerRun(100, func() { dst = sub.Append(dst[:0], s) }); n != 0 {
		t.Errorf("a line allocates %v times", n)
	}
}

func FuzzSubstitution(f *testing.F) {
	var cases []substitutionCase
	readCases(f, "testdata/substitutions.json", &cases)
	for _, c := range cases {
		f.Add(c.Text, c.Body, c.Kind == "log")
	}
	f.Fuzz(func(t *testing.T, text, body string, log bool) {
		kind := GatewayTemplate
		if log {
			kind = AccessLogFormat
		}
		sub, err := CompileSubstitution(text, kind)
		if err != nil {
			return
		}
		line := sub.Append(nil, fullScope(body))
		if log && bytes.ContainsAny(line, "\r\n") {
			t.Fatalf("broken line %q", line)
		}
	})
}

func BenchmarkAccessLog(b *testing.B) {
	sub, err := CompileSubstitution(AccessLogJSON, AccessLogFormat)
	if err != nil {
		b.Fatal(err)
	}
	s := fullScope("")
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = sub.Append(dst[:0], s)
	}
}
