package vtl_test

import (
	"strings"
	"testing"
	"time"

	"sluice/mapping/vtl"
)

func TestPattern(t *testing.T) {
	for _, c := range []struct {
		pattern, flags, text string
		want                 bool
	}{
		{"4\\d{2}", "", "404", true},
		{"4\\d{2}", "", "4040", false},
		{"^4.*", "", "404", true},
		{".*four hundred.*", "", "x four hundred y", true},
		{".+", "", "a\nb", false},
		{".+", "s", "a\nb", true},
		{"abc", "", "ABC", false},
		{"abc", "i", "ABC", true},
		{"a|b", "", "ab", false},
		{"(?=a).b?", "", "ab", true},
		{"(a)\\1", "", "aa", true},
		{"\\Qa.b\\E", "", "a.b", true},
		{"", "", "", true},
		{"", "", "x", false},
		{"a # note", "x", "a", true},
	} {
		p, err := vtl.CompilePattern(c.pattern, c.flags, time.Second)
		if err != nil {
			t.Fatal(c.pattern, err)
		}
		if got, err := p.Match(c.text); got != c.want || err != nil {
			t.Errorf("%q %q of %q: %v, %v", c.pattern, c.flags, c.text, got, err)
		}
	}
	for _, bad := range []string{"(", ")(", "[", "a{b", "*", "{b"} {
		if _, err := vtl.CompilePattern(bad, "", time.Second); err == nil {
			t.Errorf("%q compiles", bad)
		}
	}
	p, err := vtl.CompilePattern(`(a+)+\1b`, "", 20*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Match(strings.Repeat("a", 40)); err == nil {
		t.Error("a runaway match has no bound")
	}
}
