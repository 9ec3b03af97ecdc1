package authorizers

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
)

// pattern is a Java regular expression that must match a whole text, as an
// identityValidationExpression does. RE2 runs what it can; look-arounds and back
// references go to a backtracking engine with a time limit.
type pattern struct {
	re2  *regexp.Regexp
	java *regexp2.Regexp
}

// patternTimeout bounds one match of a backtracking pattern.
const patternTimeout = 50 * time.Millisecond

// maxPattern bounds an expression, in bytes.
const maxPattern = 4 << 10

func compilePattern(s string) (*pattern, error) {
	if len(s) > maxPattern {
		return nil, fmt.Errorf("the expression has more than %d bytes", maxPattern)
	}
	if nestedClass(s) {
		return nil, errors.New("unions and intersections of character classes ([a[b]], [a&&b]) are not supported")
	}
	whole := `\A(?:` + s + `)\z`
	// Alone too, so that a parenthesis in it cannot close ours.
	if _, err := regexp.Compile(s); err == nil {
		if re, err := regexp.Compile(whole); err == nil {
			return &pattern{re2: re}, nil
		}
	}
	if _, err := regexp2.Compile(s, regexp2.RE2); err != nil {
		return nil, fmt.Errorf("invalid regular expression %q: %w", s, err)
	}
	re, err := regexp2.Compile(whole, regexp2.RE2)
	if err != nil {
		return nil, fmt.Errorf("invalid regular expression %q: %w", s, err)
	}
	re.MatchTimeout = patternTimeout
	return &pattern{java: re}, nil
}

// nestedClass finds what Java reads as a set operation and other engines read as
// plain characters: "[" (but for [:name:]) or "&&" inside of a character class.
func nestedClass(s string) bool {
	in := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			if i+1 < len(s) && s[i+1] == 'Q' {
				end := strings.Index(s[i:], `\E`)
				if end < 0 {
					return false
				}
				i += end
			}
			i++
		case !in && c == '[':
			in = true
			if i+1 < len(s) && s[i+1] == '^' {
				i++
			}
			if i+1 < len(s) && s[i+1] == ']' {
				i++
			}
		case in && c == ']':
			in = false
		case in && c == '[', in && c == '&' && i+1 < len(s) && s[i+1] == '&':
			return true
		}
	}
	return false
}

// match tells whether the whole of s matches. A match that runs out of time
// counts as none.
func (p *pattern) match(s string) bool {
	if p.re2 != nil {
		return p.re2.MatchString(s)
	}
	ok, err := p.java.MatchString(s)
	return err == nil && ok
}
