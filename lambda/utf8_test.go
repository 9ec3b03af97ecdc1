package lambda

import "testing"

// TestInvalidUTF8 has what Java's decoder, and that of browsers, make of bytes that are no UTF-8.
func TestInvalidUTF8(t *testing.T) {
	const bad = "\uFFFD"
	for in, want := range map[string]string{
		"":                      "",
		"plain é € 𝄞":           "plain é € 𝄞",
		"\x89PNG\r\n":           bad + "PNG\r\n",
		"\xff\xd8\xff\xe0":      bad + bad + bad + bad,
		"\x80\xbf":              bad + bad,
		"a\xc3":                 "a" + bad,
		"\xc3a":                 bad + "a",
		"\xc0\xaf":              bad + bad,
		"\xe2\x82":              bad,
		"\xe2\x82a":             bad + "a",
		"\xe2\x82\xe2\x82\xac":  bad + "€",
		"\xe0\x80\x80":          bad + bad + bad,
		"\xed\xa0\x80":          bad + bad + bad,
		"\xf0\x9d\x84":          bad,
		"\xf0\x9d\x84x":         bad + "x",
		"\xf0\x80\x80\x80":      bad + bad + bad + bad,
		"\xf4\x90\x80\x80":      bad + bad + bad + bad,
		"\xf5\x80\x80\x80":      bad + bad + bad + bad,
		"\xf8\x88\x80\x80\x80z": bad + bad + bad + bad + bad + "z",
		"real \uFFFD stays":     "real \uFFFD stays",
	} {
		if got := string(AppendValidUTF8(nil, []byte(in))); got != want {
			t.Errorf("%q is read as %q, want %q", in, got, want)
		}
	}
}
