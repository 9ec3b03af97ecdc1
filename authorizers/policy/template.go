package policy

import (
	"errors"
	"strings"
)

type tokenKind uint8

const (
	literalToken  tokenKind = iota
	starToken               // any characters, none included
	anyToken                // one character
	variableToken           // the value of a context key
)

// token is a piece of a policy's text.
type token struct {
	kind     tokenKind
	text     string     // of a literal; the default value of a variable
	fallback bool       // the variable has a default value
	key      contextKey // of a variable
}

// template says which special characters a text may hold.
type template struct{ wildcards, variables bool }

// tokens splits a policy's text. ${*}, ${?} and ${$} are the literal characters;
// ${key} and ${key, 'default'} are variables (IAM user guide, "Variables and tags").
func (t template) tokens(s string) ([]token, error) {
	var out []token
	literal := make([]byte, 0, len(s))
	flush := func() {
		if len(literal) > 0 {
			out = append(out, token{kind: literalToken, text: string(literal)})
			literal = literal[:0]
		}
	}
	for i := 0; i < len(s); i++ {
		switch {
		case t.wildcards && s[i] == '*':
			flush()
			if len(out) == 0 || out[len(out)-1].kind != starToken {
				out = append(out, token{kind: starToken})
			}
		case t.wildcards && s[i] == '?':
			flush()
			out = append(out, token{kind: anyToken})
		case t.variables && strings.HasPrefix(s[i:], "${"):
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return nil, errors.New("a policy variable is not closed")
			}
			name := s[i+2 : i+end]
			i += end
			if name == "*" || name == "?" || name == "$" {
				literal = append(literal, name...)
				continue
			}
			v, err := variable(name)
			if err != nil {
				return nil, err
			}
			flush()
			out = append(out, v)
		default:
			literal = append(literal, s[i])
		}
	}
	flush()
	return out, nil
}

func variable(s string) (token, error) {
	name, def, has := strings.Cut(s, ",")
	v := token{kind: variableToken, key: newContextKey(strings.TrimSpace(name)), fallback: has}
	if !strings.Contains(name, ":") || strings.ContainsAny(name, "${'*?") {
		return token{}, errors.New("${" + s + "} is not a policy variable")
	}
	if has {
		def = strings.TrimSpace(def)
		if len(def) < 2 || def[0] != '\'' || def[len(def)-1] != '\'' {
			return token{}, errors.New("the default value in ${" + s + "} must stand in single quotes")
		}
		v.text = def[1 : len(def)-1]
	}
	return v, nil
}
