package openapi

import (
	"strconv"
	"strings"

	"sluice/openapi/document"
)

// Each of these takes a value that must have one type and reports it if it has
// not. name is what the value is called in the message.

func (s scope) isMap(n *document.Node, name string) bool {
	if n.Kind() != document.Map {
		s.wrongType(n, name, document.Map)
		return false
	}
	return true
}

func (s scope) isList(n *document.Node, name string) bool {
	if n.Kind() != document.List {
		s.wrongType(n, name, document.List)
		return false
	}
	return true
}

func (s scope) wrongType(n *document.Node, name string, want document.Kind) {
	if m := n.Members(); len(m) == 1 && (strings.HasPrefix(m[0].Key, "Fn::") || m[0].Key == "Ref") {
		s.fail(s.place(n), "%s must be %s; %s belongs to CloudFormation templates, a definition must have it resolved", name, want, m[0].Key)
		return
	}
	s.fail(s.place(n), "%s must be %s, not %s", name, want, n.Kind())
}

func (s scope) text(n *document.Node, name string) (string, bool) {
	if n.Kind() != document.String {
		s.wrongType(n, name, document.String)
		return "", false
	}
	return n.Text(), true
}

// label is text for which a number is taken too, since YAML reads 1 as one.
func (s scope) label(n *document.Node, name string) (string, bool) {
	if n.Kind() == document.Number {
		return n.Text(), true
	}
	return s.text(n, name)
}

func (s scope) boolean(n *document.Node, name string) (value, ok bool) {
	if n.Kind() != document.Bool {
		s.wrongType(n, name, document.Bool)
		return false, false
	}
	return n.Text() == "true", true
}

// integer takes a whole number, in quotes too.
func (s scope) integer(n *document.Node, name string) (int, bool) {
	if k := n.Kind(); k != document.Number && k != document.String {
		s.wrongType(n, name, document.Number)
		return 0, false
	}
	i, err := strconv.Atoi(strings.TrimSpace(n.Text()))
	if err != nil {
		s.fail(s.place(n), "%s must be a whole number, not %s", name, quote(n.Text()))
		return 0, false
	}
	return i, true
}

// word takes one of the known words, written in any case, and returns it as known.
func (s scope) word(n *document.Node, name string, known []string) (string, bool) {
	t, ok := s.text(n, name)
	if !ok {
		return "", false
	}
	for _, k := range known {
		if strings.EqualFold(t, k) {
			return k, true
		}
	}
	s.fail(s.place(n), "%s is %s, which is none of %s%s", name, quote(t), oneOf(known), didYouMean(t, known))
	return "", false
}

// texts takes a list of texts.
func (s scope) texts(n *document.Node, name string) []string {
	if !s.isList(n, name) {
		return nil
	}
	out := make([]string, 0, len(n.Members()))
	for _, m := range n.Members() {
		if t, ok := s.text(m.Value, "an entry of "+name); ok {
			out = append(out, t)
		}
	}
	return out
}

// templates takes a map of content types to texts and notes each place. A
// template that is null is stored as an empty one, as the service does.
func (s scope) templates(n *document.Node, name string, part ...string) map[string]string {
	if !s.isMap(n, name) {
		return nil
	}
	out := make(map[string]string, len(n.Members()))
	for i := range n.Members() {
		m := &n.Members()[i]
		t := ""
		if m.Value.Kind() != document.Null {
			var ok bool
			if t, ok = s.text(m.Value, "the template of "+quote(m.Key)+" in "+name); !ok {
				continue
			}
		}
		out[m.Key] = t
		s.im.note(s.place(m.Value), append(part, name, m.Key)...)
	}
	return out
}

// statusCode takes 100 to 599, as number or text.
func (s scope) statusCode(n *document.Node, name string) (string, bool) {
	t, ok := s.label(n, name)
	if !ok {
		return "", false
	}
	if !isStatusCode(t) {
		s.fail(s.place(n), "%s is %s; it must be three digits from 100 to 599", name, quote(t))
		return "", false
	}
	return t, true
}

func isStatusCode(t string) bool {
	return len(t) == 3 && t[0] >= '1' && t[0] <= '5' && isDigit(t[1]) && isDigit(t[2])
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlnum(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// isParameterName tells whether mapping expressions can name it: [a-zA-Z0-9._$-]+.
func isParameterName(t string) bool {
	for i := 0; i < len(t); i++ {
		if c := t[i]; !isAlnum(c) && c != '.' && c != '_' && c != '$' && c != '-' {
			return false
		}
	}
	return t != ""
}
