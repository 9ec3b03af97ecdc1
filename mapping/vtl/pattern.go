package vtl

import (
	"regexp"
	"strings"
	"time"
)

// Pattern is a Java regular expression that has to match the whole of a text,
// as String.matches does. It is immutable and safe for concurrent use.
type Pattern struct {
	re regex
}

// CompilePattern compiles a pattern of java.util.regex with flags such as "i"
// or "s", written as inside (?...). limit bounds the time of one match where
// only a backtracking engine can run it.
func CompilePattern(pattern, flags string, limit time.Duration) (*Pattern, error) {
	inline := ""
	if flags != "" {
		inline = "(?" + flags + ")"
	}
	alone, err := translateRegex(inline + pattern)
	if err != nil {
		return nil, err
	}
	if alone.isLiteral {
		return &Pattern{re: regex{translation: alone}}, nil
	}
	whole, err := translateRegex(inline + `\A(?:` + pattern + `)\z`)
	if err != nil {
		// The pattern leaves something open, such as \Q or a comment.
		if whole, err = translateRegex(inline + `\A(?:` + pattern + "\n" + `)\z`); err != nil {
			return nil, err
		}
	}
	p := &Pattern{re: regex{translation: whole}}
	if !whole.backtracks {
		p.re.re2, _ = regexp.Compile(strings.ReplaceAll(whole.pattern, "\x00$", `\z`))
	}
	_, err = p.re.backtracker(limit)
	return p, err
}

// Match tells whether the whole of s matches. The error tells that matching took
// too long.
func (p *Pattern) Match(s string) (bool, error) {
	if p.re.isLiteral {
		return s == p.re.literal, nil
	}
	if p.re.fast(s) {
		return p.re.re2.MatchString(s), nil
	}
	runes, _ := runesOf(s)
	ok, err := p.re.slow.MatchRunes(runes)
	if err != nil {
		return false, errTooSlow
	}
	return ok, nil
}
