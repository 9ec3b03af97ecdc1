package project

import (
	"strings"
	"testing"
)

func TestIDFromFileName(t *testing.T) {
	tests := []struct{ file, want string }{
		{"petstore.yaml", "petstore"},
		{"dir/Pet-Store_v2.yaml", "petstorev2"},
		{"/a/b/petstore.openapi.json", "petstoreopenapi"},
		{"UPPER", "upper"},
		{"1st.json", "1st"},
		{".hidden", "api"},
		{"größe.yaml", "gre"},
		{"日本.yaml", "api"},
		{"---.yaml", "api"},
		{strings.Repeat("a", 70) + ".yaml", strings.Repeat("a", 63)},
	}
	for _, tt := range tests {
		if got := idFromFile(tt.file); got != tt.want {
			t.Errorf("idFromFile(%q) = %q, want %q", tt.file, got, tt.want)
		}
	}
}

func TestCheckVariable(t *testing.T) {
	tests := []struct {
		name, value string
		ok          bool
	}{
		{"a", "b", true},
		{"a_1", "", true},
		{"url", "https://user.example:80/a/b?c=d&e=f,g#h~-_", true},
		{"", "b", false},
		{"a-b", "b", false},
		{"a.b", "b", false},
		{"a", "b c", false},
		{"a", "b\r\nc", false},
		{"a", "$b", false},
		{"a", "ü", false},
		{strings.Repeat("n", 64), strings.Repeat("v", 512), true},
		{strings.Repeat("n", 65), "v", false},
		{"n", strings.Repeat("v", 513), false},
	}
	for _, tt := range tests {
		if err := CheckVariable(tt.name, tt.value); (err == nil) != tt.ok {
			t.Errorf("CheckVariable(%q, %q) = %v", tt.name, tt.value, err)
		}
	}
}

func TestCheckStageName(t *testing.T) {
	tests := []struct {
		name string
		ok   bool
	}{
		{"dev", true},
		{"v1-beta_2", true},
		{strings.Repeat("s", 128), true},
		{strings.Repeat("s", 129), false},
		{"", false},
		{"a b", false},
		{"a/b", false},
		{"a.b", false},
		{"dév", false},
	}
	for _, tt := range tests {
		if err := CheckStageName(tt.name); (err == nil) != tt.ok {
			t.Errorf("CheckStageName(%q) = %v", tt.name, err)
		}
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"debug", "definition", "error", "id", "info", "stages", "variables"}
	tests := []struct{ word, want string }{
		{"inof", "info"},
		{"INFO", "info"},
		{"defintion", "definition"},
		{"varaibels", "variables"},
		{"stage", "stages"},
		{"ids", "id"},
		{"identifier", ""},
		{"xyz", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if got := Suggest(tt.word, known); got != tt.want {
			t.Errorf("Suggest(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
}

func TestDetect(t *testing.T) {
	tests := []struct {
		file, src string
		want      fileKind
	}{
		{"x", "openapi: 3.0.0\n", kindDefinition},
		{"x", "\xef\xbb\xbfopenapi: 3.0.0\r\n", kindDefinition},
		{"x", "info: {}\n'swagger': '2.0'\n", kindDefinition},
		{"x", "# openapi\napis:\n- definition: swagger.json\n", kindProject},
		{"x", `{"apis":[{"definition":"openapi.json"}]}`, kindProject},
		{"x", `{"openapi":"3.0.1"}`, kindDefinition},
		{"x", `{"info":{"swagger":1},"swagger":"2.0"}`, kindDefinition},
		{"x", "info: {}\npaths: {}\n", kindDefinition},
		{"x", "apis: []\npaths: {}\n", kindProject},
		{"x", `{openapi: 3.0.1}`, kindDefinition},
		{"x", `{"info": "openapi`, kindDefinition},
		{"x", `{"format":"sluice.snapshot/1"}`, kindSnapshot},
		{"x", `{"stage":{},"format":"sluice.snapshot/7"}`, kindSnapshot},
		{"x", `{"format":"other"}`, kindUnknown},
		{"x", `{"format":7}`, kindUnknown},
		{"sluice.yaml", "", kindProject},
		{"sluice.yaml", "openapi: 3.0.1", kindDefinition},
		{"dir/Sluice.yml", "log: {}", kindProject},
		{"x", "", kindUnknown},
		{"x", "{", kindUnknown},
		{"x", "[]", kindUnknown},
	}
	for _, tt := range tests {
		if got := detect(tt.file, []byte(tt.src)); got != tt.want {
			t.Errorf("detect(%q, %q) = %d, want %d", tt.file, tt.src, got, tt.want)
		}
	}
}
