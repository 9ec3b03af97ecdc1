package awsservice

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	raw, err := os.ReadFile("testdata/uris.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ URI, Partition, Region, Service, Action, Path, Query, Error string }
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, tc := range cases {
		got, err := Parse(tc.URI)
		if tc.Error != "" {
			if err == nil || !strings.Contains(err.Error(), tc.Error) || !strings.Contains(err.Error(), form) {
				t.Errorf("%s: error %v, want %s", tc.URI, err, tc.Error)
			}
			continue
		}
		if err != nil {
			t.Error(err)
			continue
		}
		if tc.Partition == "" {
			tc.Partition = "aws"
		}
		if got.Partition != tc.Partition || got.Region != tc.Region || got.Service != tc.Service || got.Action != tc.Action {
			t.Errorf("%s: %+v", tc.URI, got)
		}
		if s := written(got.Path); s != tc.Path {
			t.Errorf("%s: path %s, want %s", tc.URI, s, tc.Path)
		}
		if s := writtenPairs(got.Query); s != tc.Query {
			t.Errorf("%s: query %s, want %s", tc.URI, s, tc.Query)
		}
	}
	if _, err := Parse("arn:aws:apigateway:us-east-1:s3:path/" + strings.Repeat("x", maxURI)); err == nil || len(err.Error()) > 500 {
		t.Errorf("long URI: %v", err)
	}
}

func written(list []Part) string {
	var b strings.Builder
	for _, p := range list {
		if p.Placeholder != "" {
			b.WriteString("{" + p.Placeholder + "}")
		}
		b.WriteString(p.Literal)
	}
	return b.String()
}

func writtenPairs(list []Pair) string {
	var b strings.Builder
	for i, p := range list {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.Key + "=" + written(p.Value))
	}
	return b.String()
}

// FuzzParse wants no panic, and of what is accepted that it says the same when it
// is written down again and can be compiled and built without leaving its host.
func FuzzParse(f *testing.F) {
	raw, err := os.ReadFile("testdata/uris.json")
	if err != nil {
		f.Fatal(err)
	}
	var cases []struct{ URI string }
	if err := json.Unmarshal(raw, &cases); err != nil {
		f.Fatal(err)
	}
	for _, tc := range cases {
		f.Add(tc.URI, "a/b%2F../c", "q")
	}
	s := services(f, Options{})
	f.Fuzz(func(t *testing.T, uri, value, other string) {
		target, err := Parse(uri)
		if err != nil {
			return
		}
		again := "arn:" + target.Partition + ":apigateway:" + target.Region + ":" + target.Service + ":"
		separator := "?"
		if target.Action != "" {
			again += "action/" + target.Action
			separator = "&"
		} else {
			again += "path" + written(target.Path)
		}
		if len(target.Query) > 0 {
			again += separator + writtenPairs(target.Query)
		}
		second, err := Parse(again)
		if err != nil && len(again) <= maxURI {
			t.Fatalf("%q came back as %q: %v", uri, again, err)
		}
		if err == nil && (written(second.Path) != written(target.Path) || writtenPairs(second.Query) != writtenPairs(target.Query)) {
			t.Fatalf("%q came back as %q", uri, again)
		}
		checkBuilt(t, s, uri, value, other)
	})
}
