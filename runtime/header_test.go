package runtime

import (
	"strings"
	"testing"
)

func TestIdentifyHeader(t *testing.T) {
	for id := otherHeader + 1; id < headerCount; id++ {
		name := headerRules[id].name
		if name == "" {
			t.Fatalf("header %d has no name", id)
		}
		for _, spelling := range []string{name, strings.ToLower(name), strings.ToUpper(name)} {
			if got := identifyHeader(spelling); got != id {
				t.Errorf("identifyHeader(%q) = %d, want %d", spelling, got, id)
			}
		}
	}
	for _, name := range []string{"", "X", "X-Custom", "Accept2", "Hos\x14", "Cookie"} {
		if got := identifyHeader(name); got != otherHeader {
			t.Errorf("identifyHeader(%q) = %d, want otherHeader", name, got)
		}
	}
}

func TestValidHeaderValue(t *testing.T) {
	for v, want := range map[string]bool{
		"": true, "plain": true, "tab\tinside": true, "ünïcode": true,
		"a\rb": false, "a\nb": false, "a\x00b": false, "a\x7fb": false, "\x1b[0m": false,
	} {
		if got := validHeaderValue(v); got != want {
			t.Errorf("validHeaderValue(%q) = %v, want %v", v, got, want)
		}
	}
}
