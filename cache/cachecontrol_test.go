package cache

import (
	"strings"
	"testing"

	"sluice/mapping"
)

func TestInvalidates(t *testing.T) {
	var cases []struct {
		Value string
		Want  bool
	}
	load(t, "cache_control.json", &cases)
	for _, c := range cases {
		if got := invalidates(c.Value); got != c.Want {
			t.Errorf("%q: %v", c.Value, got)
		}
	}
}

func TestAsksToInvalidate(t *testing.T) {
	cases := []struct {
		header []mapping.Pair
		want   bool
	}{
		{nil, false},
		{[]mapping.Pair{{Name: "Cache-Control", Value: "max-age=0"}}, true},
		{[]mapping.Pair{{Name: "cache-control", Value: "max-age=0"}}, true},
		{[]mapping.Pair{{Name: "Cache-Control", Value: "max-age=3"}, {Name: "CACHE-CONTROL", Value: "no-cache"}}, true},
		{[]mapping.Pair{{Name: "Cache-Control", Value: "max-age=3"}}, false},
		{[]mapping.Pair{{Name: "X-Cache-Control", Value: "max-age=0"}, {Name: "Cache-Contro", Value: "no-cache"}}, false},
		{[]mapping.Pair{{Name: "Pragma", Value: "no-cache"}}, false},
	}
	for _, c := range cases {
		if got := AsksToInvalidate(c.header); got != c.want {
			t.Errorf("%v: %v", c.header, got)
		}
	}
}

func FuzzCacheControl(f *testing.F) {
	for _, s := range []string{"max-age=0", "a=\"b,\\\"\", no-cache", "max-age=\"0\",", "\\,\"no-cache"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := invalidates(s)
		lower := strings.ToLower(s)
		if got && !strings.Contains(lower, "no-cache") && !strings.Contains(lower, "max-age") {
			t.Errorf("%q asks for nothing", s)
		}
		if !strings.ContainsAny(s, "\"") {
			if !invalidates(s + ",no-cache") {
				t.Errorf("%q hides the next directive", s)
			}
			want := false // without quotes, each part speaks for itself
			for part := range strings.SplitSeq(s, ",") {
				want = want || invalidates(part)
			}
			if got != want {
				t.Errorf("%q: %v, its parts: %v", s, got, want)
			}
		}
	})
}
