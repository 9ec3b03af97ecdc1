package value

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestParseJSON runs documents recorded from json-smart: testdata/json_smart.jsonl
// was made by rendering $input.path('$') ("text") or $input.json('$') ("json")
// with the reference implementation for random and damaged bodies.
func TestParseJSON(t *testing.T) {
	f, err := os.Open("testdata/json_smart.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		var c struct {
			Form, Body, Output string
			Error              bool
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		n++
		v, err := ParseJSON(c.Body)
		if (err != nil) != c.Error {
			t.Errorf("ParseJSON(%q): error %v, want error %v (%q)", c.Body, err, c.Error, c.Output)
			continue
		}
		if err != nil {
			continue
		}
		var got []byte
		if c.Form == "json" {
			got = AppendJSON(nil, v, Compact)
		} else {
			got = AppendText(nil, v)
		}
		if got := string(SanitizeUTF8(got, 0)); got != c.Output {
			t.Errorf("ParseJSON(%q) as %s\n got %q\nwant %q", c.Body, c.Form, got, c.Output)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if n < 100 {
		t.Fatalf("only %d cases", n)
	}
}

func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x\n",null]}`, `{a:'b',}`, `[1,,2`, strings.Repeat("[", 500), `"\ud83d"`, "1 2", `{"a":1e5}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		v, err := ParseJSON(src)
		if err != nil {
			return
		}
		AppendText(nil, v)
		w, err := ParseJSON(string(AppendJSON(nil, v, Compact)))
		if err != nil {
			t.Fatalf("cannot read back %q: %v", AppendJSON(nil, v, Compact), err)
		}
		_ = w
	})
}

// FuzzUTF16 checks that lengths, offsets and units agree for any bytes.
func FuzzUTF16(f *testing.F) {
	f.Add("aé😀\xff\xed\xa0\xbd", 2)
	f.Fuzz(func(t *testing.T, s string, i int) {
		u := Units(s)
		if n := Len16(s); n != len(u) {
			t.Fatalf("Len16(%q) = %d, but %d units", s, n, len(u))
		}
		if i < 0 || i > len(u) {
			return
		}
		if a, b := Units(Slice16(s, 0, i)), Units(Slice16(s, i, len(u))); len(a) != i || len(b) != len(u)-i {
			t.Fatalf("cutting %q at %d gives %d and %d units", s, i, len(a), len(b))
		}
		SanitizeUTF8([]byte(s), 0)
	})
}
