package document

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"
)

// Bounds of a document.
const (
	MaxSize   = 64 << 20 // bytes
	MaxValues = 8_000_000
	MaxDepth  = 512
)

// Error is one thing that makes a document unreadable.
type Error struct {
	Line, Column int // from 1; 0 is unknown
	Message      string
}

func (e Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message) }

// Parse reads a document. name decides only what a text that begins with { is
// taken for when it is no JSON: YAML if the name ends in .yaml or .yml.
// The node is nil when the text cannot be read at all; it is usable beside
// errors such as a key that is there twice (the first entry counts).
func Parse(name string, src []byte) (*Node, []Error) {
	if len(src) > MaxSize {
		return nil, []Error{{1, 1, fmt.Sprintf("the document has %d bytes; at most %d are read", len(src), MaxSize)}}
	}
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	text := string(src)
	if at := invalidUTF8(text); at >= 0 {
		line, col := position(text, at)
		return nil, []Error{{line, col, "not UTF-8 text"}}
	}
	if strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") {
		n, errs := parseJSON(text)
		ext := strings.ToLower(path.Ext(name))
		if n != nil || ext != ".yaml" && ext != ".yml" {
			return n, errs
		}
	}
	return parseYAML(src, text)
}

func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i := 0; i < len(s); {
		r, w := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && w == 1 {
			return i
		}
		i += w
	}
	return -1
}

// position counts line and column of a byte offset.
func position(s string, at int) (line, col int) {
	line = 1 + strings.Count(s[:at], "\n")
	start := strings.LastIndexByte(s[:at], '\n') + 1
	return line, 1 + utf8.RuneCountInString(s[start:at])
}
