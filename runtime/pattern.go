package runtime

import (
	"fmt"
	"regexp"
	"time"

	"github.com/dlclark/regexp2"
)

// pattern is a Java regular expression that must match a whole text, as
// selectionPattern does. RE2 runs what it can; look-arounds, back references and
// possessive quantifiers go to a backtracking engine with a time limit.
type pattern struct {
	re2  *regexp.Regexp
	java *regexp2.Regexp
}

// patternTimeout bounds one match of a backtracking pattern.
const patternTimeout = 100 * time.Millisecond

func compilePattern(s string) (pattern, error) {
	whole := `\A(?:` + s + `)\z`
	if re, err := regexp.Compile(whole); err == nil {
		return pattern{re2: re}, nil
	}
	re, err := regexp2.Compile(whole, regexp2.None)
	if err != nil {
		if _, plain := regexp.Compile(s); plain != nil {
			err = plain // the user's own text, without what was put around it
		}
		return pattern{}, fmt.Errorf("invalid regular expression: %w", err)
	}
	re.MatchTimeout = patternTimeout
	return pattern{java: re}, nil
}

// isZero tells whether p is no pattern at all.
func (p pattern) isZero() bool { return p.re2 == nil && p.java == nil }

// match tells whether the whole of s matches. A match that runs out of time
// counts as none.
func (p pattern) match(s string) bool {
	if p.re2 != nil {
		return p.re2.MatchString(s)
	}
	ok, err := p.java.MatchString(s)
	return err == nil && ok
}
