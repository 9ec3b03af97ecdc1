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

// special says whether a text holds more than plain characters.
func (t template) special(s string) bool {
	return t.wildcards && strings.ContainsAny(s, "*?") || t.variables && strings.Contains(s, "${")
}

// tokens splits a policy's text. ${*}, ${?} and ${$} are the literal characters;
// ${key} and ${key, 'default'} are variables (IAM user guide, "Variables and tags").
func (t template) tokens(s string) ([]token, error) {
	var out []token
	start := 0 // of the literal that is being read
	literal := func(text string) {
		switch {
		case text == "":
		case len(out) > 0 && out[len(out)-1].kind == literalToken:
			out[len(out)-1].text += text
		default:
			out = append(out, token{kind: literalToken, text: text})
		}
	}
	for i := 0; i < len(s); i++ {
		switch {
		case t.wildcards && s[i] == '*':
			literal(s[start:i])
			start = i + 1
			if len(out) == 0 || out[len(out)-1].kind != starToken {
				out = append(out, token{kind: starToken})
			}
		case t.wildcards && s[i] == '?':
			literal(s[start:i])
			start = i + 1
			out = append(out, token{kind: anyToken})
		case t.variables && strings.HasPrefix(s[i:], "${"):
			literal(s[start:i])
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return nil, errors.New("a policy variable is not closed")
			}
			name := s[i+2 : i+end]
			i += end
			start = i + 1
			if name == "*" || name == "?" || name == "$" {
				literal(name)
				continue
			}
			v, err := variable(name)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
	}
	literal(s[start:])
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
