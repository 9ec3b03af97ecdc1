package mapping

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"sluice/mapping/vtl/value"
)

// TestUtilText compares the text functions of $util with what Java's gave:
// testdata/README.md tells how util_answers.jsonl was made.
func TestUtilText(t *testing.T) {
	f, err := os.Open("testdata/util_answers.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	n := 0
	for lines.Scan() {
		// The cases hold lone surrogates, which encoding/json would replace.
		c, err := value.ParseJSON(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		member := func(name string) string {
			v, _ := c.Map().Get(name)
			return v.Text()
		}
		function, text := member("function"), member("text")
		_, fails := c.Map().Get("error")
		n++
		var got []byte
		switch function {
		case "escapeJavaScript":
			got = appendJavaScript(nil, text)
		case "urlEncode":
			got = appendURLEncoded(nil, text)
		case "urlDecode":
			got, err = appendURLDecoded(nil, text)
		case "base64Encode":
			got = appendBase64(nil, text)
		case "base64Decode":
			got, err = appendBase64Decoded(nil, text)
		}
		if (err != nil) != fails {
			t.Errorf("%s(%q) failed: %v, want a failure: %v", function, text, err, fails)
		} else if want := member("output"); !fails && string(got) != want {
			t.Errorf("%s(%q)\n got  %q\n want %q", function, text, got, want)
		}
	}
	if err := lines.Err(); err != nil || n == 0 {
		t.Fatal(n, err)
	}
}

func BenchmarkEscapeJavaScript(b *testing.B) {
	text, err := json.Marshal(map[string]string{"name": "it's <b>\"é\"</b>", "path": "a/b/c"})
	if err != nil {
		b.Fatal(err)
	}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = appendJavaScript(dst[:0], string(text))
	}
}
