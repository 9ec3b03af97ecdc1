package policy

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// atoms splits a text into characters; a byte that is not UTF-8 is one.
func atoms(s string) (out []string) {
	for s != "" {
		_, n := utf8.DecodeRuneInString(s)
		out = append(out, s[:n])
		s = s[n:]
	}
	return out
}

// referenceMatch is the definition of the wildcards, by a table over all prefixes.
func referenceMatch(pattern, text string) bool {
	p, t := atoms(pattern), atoms(text)
	reach := make([]bool, len(t)+1)
	reach[0] = true
	for _, c := range p {
		next := make([]bool, len(t)+1)
		for i := range reach {
			switch {
			case c == "*":
				next[i] = reach[i] || i > 0 && next[i-1]
			case i > 0:
				next[i] = reach[i-1] && (c == "?" || c == t[i-1])
			}
		}
		reach = next
	}
	return reach[len(t)]
}

func compileGlob(t testing.TB, pattern string) glob {
	t.Helper()
	tokens, err := template{wildcards: true}.tokens(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return newGlob(tokens)
}

// TestGlobAgainstReference draws patterns and texts from a small alphabet, so
// that many of them match, and compares with the definition.
func TestGlobAgainstReference(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(alphabet []string, n int) string {
		var b strings.Builder
		for range r.IntN(n) {
			b.WriteString(alphabet[r.IntN(len(alphabet))])
		}
		return b.String()
	}
	matched := 0
	const rounds = 200_000
	for range rounds {
		pattern := draw([]string{"a", "b", "/", ":", "é", "*", "*", "?"}, 9)
		text := draw([]string{"a", "a", "b", "/", ":", "é", "😀", "\xff", "\xe4\xb8"}, 10)
		g := compileGlob(t, pattern)
		want := referenceMatch(pattern, text)
		if got := g.match(&evaluation{r: &Request{}}, text); got != want {
			t.Fatalf("%q against %q: got %v, want %v", pattern, text, got, want)
		}
		if want {
			matched++
		}
	}
	if matched < rounds/50 {
		t.Errorf("only %d of %d drawn pairs match: the test shows little", matched, rounds)
	}
}

// referenceARN is the rule for Resource elements, written the slow way.
func referenceARN(pattern, arn string) bool {
	if pattern == "*" {
		return true
	}
	p, a := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(a) < 6 {
		return false
	}
	for i := range p {
		if !referenceMatch(p[i], a[i]) {
			return false
		}
	}
	return true
}

func TestARNPatternAgainstReference(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	part := func(list ...string) string { return list[r.IntN(len(list))] }
	matched := 0
	const rounds = 100_000
	for range rounds {
		pattern := "arn:" + part("aws", "*", "a?s", "aws-cn") + ":" + part("execute-api", "*", "s3") + ":" +
			part("us-east-1", "*", "us-*", "us-east-?") + ":" + part("1", "*", "2", "?") + ":" +
			part("api/*", "*", "api/prod/*/x", "api/*/GET/*", "*:*", "api/p?od/GET/x", "api/prod/GET/x:1:y")
		for range r.IntN(3) {
			if i := strings.LastIndexByte(pattern, ':'); r.IntN(4) == 0 && i > 4 {
				pattern = pattern[:i] + "*"
			}
		}
		arn := "arn:" + part("aws", "aws-cn") + ":" + part("execute-api", "s3") + ":" + part("us-east-1", "us-east-2", "") + ":" +
			part("1", "2", "11") + part(":", ":", ":", "") + part("api/prod/GET/x", "api/dev/GET/x:1:api/prod/GET/x", "other/prod/GET/:api/x", "")
		p, err := newARNPattern(pattern, true)
		if err != nil {
			t.Fatalf("%s: %v", pattern, err)
		}
		want := referenceARN(pattern, arn)
		if got := p.match(&evaluation{r: &Request{}}, arn); got != want {
			t.Fatalf("%q against %q: got %v, want %v", pattern, arn, got, want)
		}
		if want {
			matched++
		}
	}
	if matched < rounds/50 {
		t.Errorf("only %d of %d drawn pairs match: the test shows little", matched, rounds)
	}
}

// TestGlobIsNotExponential would not end within the lifetime of the machine if
// stars were tried in every combination.
func TestGlobIsNotExponential(t *testing.T) {
	text := strings.Repeat("a", 10_000)
	for _, pattern := range []string{
		strings.Repeat("*a", 250) + "*b",
		strings.Repeat("a*", 250) + "b",
		strings.Repeat("*?a", 160) + "b*",
		strings.Repeat("*", 500) + "b",
		"*" + strings.Repeat("aa?", 160) + "b*",
	} {
		g := compileGlob(t, pattern)
		if g.match(&evaluation{r: &Request{}}, text) {
			t.Errorf("%.20q... matches", pattern)
		}
	}
}

func FuzzGlob(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add("*é?*", "é\xff😀")
	f.Add("**?*", "")
	f.Add("*a?*a?", "aaaa")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 256 || len(text) > 4096 || !utf8.ValidString(pattern) {
			return
		}
		g := compileGlob(t, pattern)
		if got, want := g.match(&evaluation{r: &Request{}}, text), referenceMatch(pattern, text); got != want {
			t.Fatalf("%q against %q: got %v, want %v", pattern, text, got, want)
		}
	})
}

func FuzzDateAndNumber(f *testing.F) {
	for _, s := range []string{"2026-01-01T00:00:00.5+01:00", "2026", "1767225600", "-1e3", "2026-02-29", "24:00", "2026-01-01T24:00Z", "999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := parseDate(s)
		if ok && d%1e6 == 0 && len(s) == len("2006-01-02T15:04:05Z") && s[4] == '-' && s[len(s)-1] == 'Z' {
			// In this form the standard library knows the answer, but for 24:00 and leap seconds.
			if want, err := time.Parse(time.RFC3339, s); err == nil && want.Unix()*1e6 != d {
				t.Fatalf("%s: got %d, want %d", s, d, want.Unix()*1e6)
			}
		}
		if n, ok := parseNumber(s); ok && n != n {
			t.Fatalf("%s is not a number", s)
		}
	})
}
