package vtl

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrorKind classifies an Error.
type ErrorKind uint8

const (
	// SyntaxError: the template is malformed.
	SyntaxError ErrorKind = iota
	// RuntimeError: rendering failed, as when a called method throws an exception.
	RuntimeError
	// LimitError: the template, or its rendering, exceeds one of the Limits.
	LimitError
	// Unsupported: the template uses what Velocity has and this engine refuses.
	Unsupported
)

// Error tells what is wrong with a template, and where.
type Error struct {
	Kind    ErrorKind
	Name    string // of the template
	Line    int    // from 1
	Column  int    // from 1, in characters
	Source  string // the line, without its end; shortened when it is very long
	Caret   int    // the column of the caret in Source, from 0, in characters
	Message string
	Cause   error // what a called method failed with; may be nil
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Error is "name:line:column: message", the source line and a caret below it.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Name)
	b.WriteByte(':')
	b.WriteString(strconv.Itoa(e.Line))
	b.WriteByte(':')
	b.WriteString(strconv.Itoa(e.Column))
	b.WriteString(": ")
	b.WriteString(e.Message)
	b.WriteByte('\n')
	b.WriteString(e.Source)
	b.WriteByte('\n')
	i := 0
	for _, r := range e.Source {
		if i == e.Caret {
			break
		}
		i++
		if r == '\t' {
			b.WriteByte('\t') // keeps the caret below its character
		} else {
			b.WriteByte(' ')
		}
	}
	b.WriteByte('^')
	return b.String()
}

// maxSourceLine is the length up to which a source line is shown whole, in bytes.
const maxSourceLine = 160

// newError places an error at a byte offset of src.
func newError(kind ErrorKind, name, src string, pos int, message string) *Error {
	pos = min(max(pos, 0), len(src))
	e := &Error{Kind: kind, Name: name, Message: message, Line: 1}
	start := 0
	for i := 0; i < pos; i++ {
		if src[i] == '\n' || src[i] == '\r' && (i+1 == len(src) || src[i+1] != '\n') {
			e.Line++
			start = i + 1
		}
	}
	e.Column = utf8.RuneCountInString(src[start:pos]) + 1
	end := len(src)
	if i := strings.IndexAny(src[start:], "\r\n"); i >= 0 {
		end = max(start+i, pos)
	}
	if end-start > maxSourceLine {
		start = runeStart(src, max(start, pos-maxSourceLine/2))
		end = runeStart(src, min(end, start+maxSourceLine))
	}
	e.Source = src[start:end]
	e.Caret = utf8.RuneCountInString(src[start:pos])
	return e
}

// runeStart moves i back to the first byte of a character.
func runeStart(s string, i int) int {
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}
