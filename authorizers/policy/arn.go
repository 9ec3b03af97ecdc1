package policy

import (
	"errors"
	"slices"
	"strings"
)

// arnParts are partition and the like of an ARN: arn, partition, service,
// region, account, and everything after the fifth colon.
type arnParts [6]string

func splitARN(s string) (parts arnParts, ok bool) {
	for i := range 5 {
		n := strings.IndexByte(s, ':')
		if n < 0 {
			return parts, false
		}
		parts[i], s = s[:n], s[n+1:]
	}
	parts[5] = s
	return parts, true
}

// arnPattern is a compiled pattern of ARNs, matched part by part.
type arnPattern struct {
	all   bool   // *
	whole *glob  // set when the first five parts are literal: then one comparison will do
	parts []glob // fewer than six: the rest may be anything
}

var (
	errNotARN      = errors.New(`must be an ARN or "*"`)
	errShortARN    = errors.New("has fewer than the six parts of an ARN and does not end in *")
	errARNVariable = errors.New("a policy variable may stand only after the fifth colon of an ARN")
)

// newARNPattern compiles the pattern of a Resource element.
func newARNPattern(s string, variables bool) (arnPattern, error) {
	if s == "*" {
		return arnPattern{all: true}, nil
	}
	if !strings.HasPrefix(s, "arn:") {
		return arnPattern{}, errNotARN
	}
	t := template{wildcards: true, variables: variables}
	raw := strings.SplitN(s, ":", 6)
	for i, part := range raw {
		if i < 5 && variables && strings.Contains(part, "${") {
			return arnPattern{}, errARNVariable
		}
	}
	if len(raw) < 6 && !strings.HasSuffix(s, "*") {
		return arnPattern{}, errShortARN
	}
	return compileARN(t, raw)
}

// newARNOperand compiles the value of an Arn condition operator: all six parts
// must be there.
func newARNOperand(s string, variables bool) (arnPattern, error) {
	t := template{wildcards: true, variables: variables}
	raw := splitOutsideVariables(s, variables)
	if len(raw) < 6 {
		return arnPattern{}, errors.New("must be an ARN with all six parts")
	}
	return compileARN(t, raw)
}

// splitOutsideVariables is SplitN(s, ":", 6) that leaves ${aws:key} whole.
func splitOutsideVariables(s string, variables bool) []string {
	var parts []string
	start := 0
	for i := 0; i < len(s) && len(parts) < 5; i++ {
		switch {
		case variables && strings.HasPrefix(s[i:], "${"):
			if end := strings.IndexByte(s[i:], '}'); end > 0 {
				i += end
			}
		case s[i] == ':':
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

func compileARN(t template, raw []string) (arnPattern, error) {
	if len(raw) == 6 && !slices.ContainsFunc(raw[:5], t.special) {
		tokens, err := t.tokens(strings.Join(raw, ":"))
		if err != nil {
			return arnPattern{}, err
		}
		whole := newGlob(tokens)
		return arnPattern{whole: &whole}, nil
	}
	p := arnPattern{parts: make([]glob, len(raw))}
	for i, part := range raw {
		tokens, err := t.tokens(part)
		if err != nil {
			return arnPattern{}, err
		}
		p.parts[i] = newGlob(tokens)
	}
	return p, nil
}

// match matches an ARN. In a pattern of fewer than six parts the final * has
// covered the rest of its own part, and what follows is free.
func (p *arnPattern) match(ev *evaluation, arn string) bool {
	if p.all {
		return true
	}
	if p.whole != nil {
		return p.whole.match(ev, arn)
	}
	parts, ok := splitARN(arn)
	if !ok {
		return false
	}
	for i := range p.parts {
		if !p.parts[i].match(ev, parts[i]) {
			return false
		}
	}
	return true
}
