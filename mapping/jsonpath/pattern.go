package jsonpath

import (
	"regexp"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
)

// pattern is a Java regular expression that has to match a whole text.
type pattern struct {
	fast *regexp.Regexp
	slow *regexp2.Regexp // for what RE2 cannot express, with a time limit
}

// patternFlags are the flags Jayway takes behind /.../: UNIX_LINES,
// CASE_INSENSITIVE, COMMENTS, MULTILINE, DOTALL, UNICODE_CASE and
// UNICODE_CHARACTER_CLASS.
const patternFlags = "dixmsuU"

// patternTime bounds one match.
const patternTime = 100 * time.Millisecond

var patternTimeout = &fault{kind: faultOther, message: "regular expression takes too long"}

func compilePattern(text, flags string) (*pattern, error) {
	mode := ""
	for _, f := range "ims" {
		if strings.ContainsRune(flags, f) {
			mode += string(f)
		}
	}
	whole := `\A(?:` + text + `)\z`
	if mode != "" {
		whole = "(?" + mode + ")" + whole
	}
	comments := strings.Contains(flags, "x")
	if !comments {
		if re, err := regexp.Compile(whole); err == nil {
			return &pattern{fast: re}, nil
		}
	}
	var options regexp2.RegexOptions
	if comments {
		options |= regexp2.IgnorePatternWhitespace
		whole = strings.TrimSuffix(whole, `)\z`) + "\n)\\z" // a comment ends with its line
	}
	re, err := regexp2.Compile(whole, options)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = patternTime
	return &pattern{slow: re}, nil
}

func (p *pattern) matches(s string) (bool, *fault) {
	if p.fast != nil {
		return p.fast.MatchString(s), nil
	}
	ok, err := p.slow.MatchString(s)
	if err != nil {
		return false, patternTimeout
	}
	return ok, nil
}
