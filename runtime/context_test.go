package runtime

import "testing"

// TestAppendJSONString has what needs an escape, alone and between what does not.
func TestAppendJSONString(t *testing.T) {
	for in, want := range map[string]string{
		"":                       `""`,
		"plain":                  `"plain"`,
		"a\"b\\c":                `"a\"b\\c"`,
		"\n\r\t":                 `"\n\r\t"`,
		"\x00\x1f\x7f":           `"\u0000\u001f\u007f"`,
		"x\x01y\x7fz":            `"x\u0001y\u007fz"`,
		"é€𝄞\u2028":              "\"é€𝄞\u2028\"",
		"a\xffb\xe2\x82c":        "\"a\uFFFDb\uFFFD\uFFFDc\"",
		"\uFFFD stays":           "\"\uFFFD stays\"",
		"<&>/'":                  `"<&>/'"`,
		"end\"":                  `"end\""`,
		"\xed\xa0\x80":           "\"\uFFFD\uFFFD\uFFFD\"",
		"{\"k\":[1,\"\u00e4\"]}": "\"{\\\"k\\\":[1,\\\"\u00e4\\\"]}\"",
	} {
		if got := string(appendJSONString(nil, in)); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
