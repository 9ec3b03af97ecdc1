package policy

import (
	"strconv"
	"unicode/utf8"
)

// Error is a fault in a document.
type Error struct {
	Line, Column int    // from 1; the column counts characters
	Message      string // what is wrong, with the path of the member: Statement[0].Effect: ...
}

// Error is "line 3, column 7: Statement[0].Effect: ...".
func (e *Error) Error() string {
	return "policy: line " + strconv.Itoa(e.Line) + ", column " + strconv.Itoa(e.Column) + ": " + e.Message
}

// faultAt makes an Error for a byte offset of the text.
func faultAt(text []byte, offset int, message string) *Error {
	if offset > len(text) {
		offset = len(text)
	}
	line, start := 1, 0
	for i, c := range text[:offset] {
		if c == '\n' {
			line, start = line+1, i+1
		}
	}
	return &Error{Line: line, Column: utf8.RuneCount(text[start:offset]) + 1, Message: message}
}
