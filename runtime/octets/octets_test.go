package octets

import (
	"strings"
	"testing"
)

func TestIsFieldValue(t *testing.T) {
	for c := range 256 {
		want := c == '\t' || c >= ' ' && c != 0x7f
		for at := range 20 { // in every lane, and in the rest
			s := []byte(strings.Repeat("x", 20))
			s[at] = byte(c)
			if IsFieldValue(s) != want {
				t.Errorf("%#x at %d: %v", c, at, !want)
			}
		}
	}
	if !IsFieldValue(nil) {
		t.Error("empty")
	}
}

func TestIsToken(t *testing.T) {
	for c := range 256 {
		want := c > ' ' && c < 0x7f && !strings.ContainsRune("\"(),/:;<=>?@[\\]{}", rune(c))
		if IsToken([]byte{'a', byte(c)}) != want || IsToken(string([]byte{byte(c), 'a'})) != want {
			t.Errorf("%#x: %v", c, !want)
		}
	}
	if IsToken("") {
		t.Error("empty")
	}
}

func TestEqualFold(t *testing.T) {
	for c := range 256 {
		for d := range 256 {
			if d >= 'A' && d <= 'Z' {
				continue
			}
			if got, want := EqualFold(string([]byte{byte(c)}), string([]byte{byte(d)})), c == d || c >= 'A' && c <= 'Z' && c+'a'-'A' == d; got != want {
				t.Errorf("%#x %#x: %v", c, d, got)
			}
		}
	}
	if EqualFold("a", "ab") || !EqualFold("CoNtEnT", "content") {
		t.Error("lengths")
	}
}
