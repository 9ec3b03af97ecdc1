package runtime

import (
	"fmt"
	"time"

	"sluice/mapping/vtl"
)

// pattern is a Java regular expression that must match a whole text, as
// selectionPattern does. The zero pattern is none at all.
type pattern struct {
	java   *vtl.Pattern
	broken bool // it is no regular expression; every text that is held against it matches
}

// patternTimeout bounds one match of a pattern that only backtracking can run.
const patternTimeout = 100 * time.Millisecond

func compilePattern(s string) (pattern, error) {
	p, err := vtl.CompilePattern(s, "", patternTimeout)
	if err != nil {
		return pattern{}, fmt.Errorf("invalid regular expression: %w", err)
	}
	return pattern{java: p}, nil
}

// isZero tells whether p is no pattern at all.
func (p pattern) isZero() bool { return p.java == nil && !p.broken }

// match tells whether the whole of s matches. A match that runs out of time
// counts as none.
func (p pattern) match(s string) bool {
	if p.broken {
		return true
	}
	ok, err := p.java.Match(s)
	return ok && err == nil
}
