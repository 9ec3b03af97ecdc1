package store

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestKey(t *testing.T) {
	for _, c := range []struct {
		parts []string
		want  string
	}{
		{nil, ""},
		{[]string{"us-east-1", "restapi", "a1b2c3"}, "us-east-1/restapi/a1b2c3"},
		{[]string{"us-east-1", "basepathmapping", "api.example.com", "(none)"}, "us-east-1/basepathmapping/api.example.com/(none)"},
		{[]string{"a/b", "c"}, "a%2Fb/c"},
		{[]string{"a", "b/c"}, "a/b%2Fc"},
		{[]string{"100%", "%2F"}, "100%25/%252F"},
		{[]string{"a", "", "b"}, "a//b"},
		{[]string{"a", ""}, "a/"},
		{[]string{"é \x00中"}, "é \x00中"},
		{[]string{"\xff", "\xe4\xb8", "\ufffd"}, "%FF/%E4%B8/\ufffd"},
	} {
		got := Key(c.parts...)
		if got != c.want {
			t.Errorf("Key(%q) is %q, want %q", c.parts, got, c.want)
		}
		if parts, err := Parts(got); err != nil || len(c.parts) > 0 && !slices.Equal(parts, c.parts) {
			t.Errorf("Parts(%q) is %q, %v", got, parts, err)
		}
	}
	for _, key := range []string{"%", "%2", "%2f", "%41", "a/%zz", "\xff"} {
		if parts, err := Parts(key); err == nil {
			t.Errorf("Parts(%q) is %q", key, parts)
		}
	}
}

func FuzzKey(f *testing.F) {
	for _, s := range []string{"", "a", "a/b", "%2F", "\xff", "é", "a\x00/", "%%%"} {
		f.Add(s, s+"x", s)
	}
	f.Fuzz(func(t *testing.T, a, b, key string) {
		k := Key(a, b)
		if parts, err := Parts(k); err != nil || !slices.Equal(parts, []string{a, b}) {
			t.Errorf("Key(%q, %q) is %q; back %q, %v", a, b, k, parts, err)
		}
		if !utf8.ValidString(k) || strings.Count(k, "/") != 1 {
			t.Errorf("Key(%q, %q) is %q", a, b, k)
		}
		if !strings.HasPrefix(k, Key(a)+"/") {
			t.Errorf("%q does not begin with its first part", k)
		}
		if parts, err := Parts(key); err == nil && Key(parts...) != key {
			t.Errorf("Parts(%q) is %q, of which Key makes %q", key, parts, Key(parts...))
		}
		// A range holds exactly the keys that it should.
		low, high := span(a, b)
		if checkRecord(key, nil) == nil {
			if want := strings.HasPrefix(key, a) && key > b; want != (key >= low && key < high) {
				t.Errorf("%q is in the span of %q after %q: want %t", key, a, b, want)
			}
		}
	})
}
