package jsonpath

import (
	"time"

	"sluice/mapping/vtl"
)

// pattern is a Java regular expression that has to match a whole text.
type pattern struct{ java *vtl.Pattern }

// patternFlags are the flags Jayway takes behind /.../: UNIX_LINES,
// CASE_INSENSITIVE, COMMENTS, MULTILINE, DOTALL, UNICODE_CASE and
// UNICODE_CHARACTER_CLASS.
const patternFlags = "dixmsuU"

// patternTime bounds one match.
const patternTime = 100 * time.Millisecond

func compilePattern(text, flags string) (*pattern, error) {
	p, err := vtl.CompilePattern(text, flags, patternTime)
	if err != nil {
		return nil, err
	}
	return &pattern{p}, nil
}

func (p *pattern) matches(s string) (bool, *fault) {
	ok, err := p.java.Match(s)
	if err != nil {
		return false, &fault{kind: faultOther, message: err.Error()}
	}
	return ok, nil
}
