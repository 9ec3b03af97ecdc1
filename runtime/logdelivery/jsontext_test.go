package logdelivery

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
		size int
	}{
		{"", 10, "", 0},
		{"plain", 10, "plain", 5},
		{"plain", 4, "plai", 4},
		{`a"b\c`, 10, `a\"b\\c`, 5},
		{`a"b`, 1, "a", 1},
		{"\n\r\t\x00\x1f\x7f", 10, `\n\r\t\u0000\u001f` + "\x7f", 6},
		{"größe 日本 😀", 100, "größe 日本 😀", 19},
		{"größe", 3, "gr", 2},
		{"😀", 3, "", 0},
		{"😀", 4, "😀", 4},
		{"a\xffb", 10, "a\ufffdb", 5},
		{"a\xffb", 3, "a", 1},
		{"a\xe6\x97", 100, "a\ufffd\ufffd", 7},
		{"\ufffd", 10, "\ufffd", 3},
	} {
		got, size := appendText(nil, []byte(c.text), c.most)
		if string(got) != c.want || size != c.size {
			t.Errorf("%q up to %d: %q of %d, want %q of %d", c.text, c.most, got, size, c.want, c.size)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("plain", 3)
	f.Add("a\xff\"\\\n\x00😀", 9)
	f.Fuzz(func(t *testing.T, text string, most int) {
		if most < 0 {
			return
		}
		b, size := appendText([]byte{'"'}, []byte(text), most)
		var got string
		if err := json.Unmarshal(append(b, '"'), &got); err != nil {
			t.Fatal(err)
		}
		if len(got) != size || size > most {
			t.Fatalf("%d bytes, said %d, most %d", len(got), size, most)
		}
		var all []byte
		for _, r := range text {
			all = utf8.AppendRune(all, r)
		}
		if !strings.HasPrefix(string(all), got) || len(all) <= most && len(all) != len(got) {
			t.Fatalf("%q of %q", got, all)
		}
	})
}
