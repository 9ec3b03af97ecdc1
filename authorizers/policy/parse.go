package policy

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Versions of the policy language. Variables exist only in the second.
const (
	version2008 = "2008-10-17" // also that of a document without Version
	version2012 = "2012-10-17"
)

// maxAuthorizerResource is the quota "resource ARN of a policy of a Lambda
// authorizer", in characters.
const maxAuthorizerResource = 512

// NewAction makes an Action of a name such as "execute-api:Invoke".
func NewAction(name string) Action { return Action(lower(name)) }

// Parse reads and compiles a document. An error is an *Error with the place of the fault.
func Parse(text []byte, o Options) (*Policy, error) {
	c := compiler{reader: reader{text: text}, options: o}
	root, err := c.read()
	if err != nil {
		return nil, err
	}
	limit := o.MaxCharacters
	if limit == 0 {
		limit = o.Kind.maxCharacters()
	}
	if n := characters(text); n > limit {
		return nil, c.fail(0, "the document has "+strconv.Itoa(n)+" characters without white space, more than "+strconv.Itoa(limit))
	}
	return c.document(&root)
}

// lower folds ASCII only: strings.ToLower would make the Kelvin sign a k, and so
// let two spellings of a name pass that no reader can tell apart.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + ('a' - 'A')
		}
	}
	return string(b)
}

// sameName says whether a member's name is the canonical one in any letter case of ASCII.
func sameName(canonical, name string) bool {
	// What folds to ASCII from outside of it is longer.
	return len(name) == len(canonical) && strings.EqualFold(name, canonical)
}

// compiler makes a Policy of a document's values.
type compiler struct {
	reader
	options   Options
	variables bool
	sids      []string
}

// fields are the members of an object by their canonical names.
type fields map[string]*value

// fields checks an object's members: known names, in any letter case, once each.
func (c *compiler) fields(v *value, path string, names ...string) (fields, error) {
	if v.kind != objectValue {
		return nil, c.fail(v.offset, path+": must be an object, not "+v.kind.String())
	}
	f := fields{}
	for i := range v.members {
		m := &v.members[i]
		n := slices.IndexFunc(names, func(name string) bool { return sameName(name, m.name) })
		if n < 0 {
			return nil, c.fail(m.offset, path+": unknown member "+strconv.Quote(m.name))
		}
		if f[names[n]] != nil {
			return nil, c.fail(m.offset, path+": "+names[n]+" stands twice")
		}
		f[names[n]] = &m.value
	}
	return f, nil
}

func (c *compiler) text(v *value, path string) (string, error) {
	if v.kind != stringValue {
		return "", c.fail(v.offset, path+": must be a string, not "+v.kind.String())
	}
	return v.text, nil
}

// each calls f for a value or for every item of a list of at least one.
func (c *compiler) each(v *value, path string, f func(v *value, path string) error) error {
	if v.kind != listValue {
		return f(v, path)
	}
	if len(v.items) == 0 {
		return c.fail(v.offset, path+": the list is empty")
	}
	for i := range v.items {
		if err := f(&v.items[i], path+"["+strconv.Itoa(i)+"]"); err != nil {
			return err
		}
	}
	return nil
}

// eachText is each for strings.
func (c *compiler) eachText(v *value, path string, f func(s string) error) error {
	return c.each(v, path, func(v *value, path string) error {
		s, err := c.text(v, path)
		if err != nil {
			return err
		}
		if err := f(s); err != nil {
			return c.fail(v.offset, path+": "+strconv.Quote(s)+": "+err.Error())
		}
		return nil
	})
}

func (c *compiler) document(v *value) (*Policy, error) {
	f, err := c.fields(v, "the document", "Version", "Id", "Statement")
	if err != nil {
		return nil, err
	}
	p := &Policy{}
	if v := f["Version"]; v != nil {
		version, err := c.text(v, "Version")
		if err != nil {
			return nil, err
		}
		if version != version2008 && version != version2012 {
			return nil, c.fail(v.offset, "Version: must be "+version2012+" or "+version2008+", not "+strconv.Quote(version))
		}
		c.variables = version == version2012
	}
	if v := f["Id"]; v != nil {
		if c.options.Kind == Identity {
			return nil, c.fail(v.offset, "Id: not allowed in an identity policy")
		}
		if p.id, err = c.text(v, "Id"); err != nil {
			return nil, err
		}
	}
	statements := f["Statement"]
	if statements == nil {
		return nil, c.fail(v.offset, "Statement is missing")
	}
	err = c.each(statements, "Statement", func(v *value, path string) error {
		s, err := c.statement(v, path)
		if err == nil {
			p.statements = append(p.statements, s)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(p.statements, func(a, b statement) int {
		switch {
		case a.deny == b.deny:
			return 0
		case a.deny:
			return -1
		}
		return 1
	})
	return p, nil
}

func (c *compiler) statement(v *value, path string) (statement, error) {
	var s statement
	f, err := c.fields(v, path, "Sid", "Effect", "Principal", "NotPrincipal",
		"Action", "NotAction", "Resource", "NotResource", "Condition")
	if err != nil {
		return s, err
	}
	if err := c.sid(f["Sid"], path+".Sid"); err != nil {
		return s, err
	}
	effect := f["Effect"]
	if effect == nil {
		return s, c.fail(v.offset, path+": Effect is missing")
	}
	switch name, err := c.text(effect, path+".Effect"); {
	case err != nil:
		return s, err
	case name == "Deny":
		s.deny = true
	case name != "Allow":
		return s, c.fail(effect.offset, path+".Effect: must be Allow or Deny, not "+strconv.Quote(name))
	}
	if s.principals, err = c.principals(v, f, path); err != nil {
		return s, err
	}
	if err := c.actions(v, f, path, &s); err != nil {
		return s, err
	}
	if err := c.resources(v, f, path, &s); err != nil {
		return s, err
	}
	if f["Condition"] != nil {
		s.conditions, err = c.conditions(f["Condition"], path+".Condition")
	}
	return s, err
}

func (c *compiler) sid(v *value, path string) error {
	if v == nil {
		return nil
	}
	sid, err := c.text(v, path)
	if err != nil || c.options.Kind != Identity || sid == "" {
		return err
	}
	for i := range len(sid) {
		if b := sid[i] | 0x20; (b < 'a' || b > 'z') && (sid[i] < '0' || sid[i] > '9') {
			return c.fail(v.offset, path+": must hold only letters and digits of ASCII")
		}
	}
	if slices.Contains(c.sids, sid) {
		return c.fail(v.offset, path+": "+strconv.Quote(sid)+" stands twice in the document")
	}
	c.sids = append(c.sids, sid)
	return nil
}

// choice returns the one of two members that exclude each other.
func (c *compiler) choice(v *value, f fields, path, name, notName string) (chosen *value, chosenPath string, not bool, err error) {
	yes, no := f[name], f[notName]
	switch {
	case yes != nil && no != nil:
		return nil, "", false, c.fail(v.offset, path+": "+name+" and "+notName+" exclude each other")
	case no != nil:
		return no, path + "." + notName, true, nil
	}
	return yes, path + "." + name, false, nil
}

func (c *compiler) principals(v *value, f fields, path string) (*principals, error) {
	chosen, at, not, err := c.choice(v, f, path, "Principal", "NotPrincipal")
	if err != nil {
		return nil, err
	}
	switch kind := c.options.Kind; {
	case chosen == nil && kind == Resource:
		return nil, c.fail(v.offset, path+": Principal is missing")
	case chosen == nil:
		return nil, nil
	case kind == Identity:
		return nil, c.fail(chosen.offset, at+": not allowed in an identity policy")
	}
	p := &principals{not: not}
	if chosen.kind == stringValue {
		if chosen.text != "*" {
			return nil, c.fail(chosen.offset, at+`: must be "*" or an object such as {"AWS": "..."}`)
		}
		p.everyone = true
		return p, nil
	}
	if chosen.kind == objectValue && len(chosen.members) == 0 {
		return nil, c.fail(chosen.offset, at+": names nobody")
	}
	types, err := c.fields(chosen, at, "AWS", "Service", "Federated", "CanonicalUser")
	if err != nil {
		return nil, err
	}
	if aws := types["AWS"]; aws != nil {
		if err := c.eachText(aws, at+".AWS", p.addAWS); err != nil {
			return nil, err
		}
	}
	for _, other := range []struct {
		name string
		list *[]string
	}{{"Service", &p.services}, {"Federated", &p.federated}, {"CanonicalUser", &p.canonicalUser}} {
		if types[other.name] == nil {
			continue
		}
		err := c.eachText(types[other.name], at+"."+other.name, func(s string) error {
			if s == "" || strings.ContainsAny(s, "*?") {
				return errors.New("must be a name without wildcards")
			}
			*other.list = append(*other.list, s)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (c *compiler) actions(v *value, f fields, path string, s *statement) error {
	chosen, at, not, err := c.choice(v, f, path, "Action", "NotAction")
	if err != nil {
		return err
	}
	if chosen == nil {
		return c.fail(v.offset, path+": Action is missing")
	}
	s.notAction = not
	return c.eachText(chosen, at, func(name string) error {
		if service, _, ok := strings.Cut(name, ":"); name != "*" && (!ok || service == "") {
			return errors.New(`must be "*" or have the form service:action`)
		}
		tokens, err := template{wildcards: true}.tokens(lower(name))
		if err != nil {
			return err
		}
		g := newGlob(tokens)
		s.actions = append(s.actions, g)
		s.anyAction = s.anyAction || g.kind == globAll && !not
		return nil
	})
}

func (c *compiler) resources(v *value, f fields, path string, s *statement) error {
	chosen, at, not, err := c.choice(v, f, path, "Resource", "NotResource")
	if err != nil {
		return err
	}
	if chosen == nil {
		return c.fail(v.offset, path+": Resource is missing")
	}
	s.notResource = not
	return c.eachText(chosen, at, func(name string) error {
		if t := c.options.Target; t != nil {
			name = t.expand(name)
		}
		if c.options.Kind == Authorizer && utf8.RuneCountInString(name) > maxAuthorizerResource {
			return errors.New("has more than " + strconv.Itoa(maxAuthorizerResource) + " characters")
		}
		p, err := newARNPattern(name, c.variables)
		if err != nil {
			return err
		}
		s.resources = append(s.resources, p)
		s.anyResource = s.anyResource || p.all && !not
		return nil
	})
}

func (c *compiler) conditions(v *value, path string) ([]condition, error) {
	if v.kind != objectValue {
		return nil, c.fail(v.offset, path+": must be an object, not "+v.kind.String())
	}
	var out []condition
	seen := map[string]bool{}
	for i := range v.members {
		op := &v.members[i]
		at := path + "." + op.name
		// Two conditions that differ in letter case only would be two for us and
		// one for the service; neither reading is safe.
		if name := lower(op.name); seen[name] {
			return nil, c.fail(op.offset, at+": stands twice")
		} else {
			seen[name] = true
		}
		base, err := newCondition(op.name)
		if err != nil {
			return nil, c.fail(op.offset, path+": "+strconv.Quote(op.name)+": "+err.Error())
		}
		if op.value.kind != objectValue {
			return nil, c.fail(op.value.offset, at+": must be an object, not "+op.value.kind.String())
		}
		keys := map[string]bool{}
		for j := range op.value.members {
			m := &op.value.members[j]
			cond := base
			cond.key = newContextKey(m.name)
			if !strings.Contains(m.name, ":") {
				return nil, c.fail(m.offset, at+": "+strconv.Quote(m.name)+" is no context key (service:name)")
			}
			if keys[cond.key.name] {
				return nil, c.fail(m.offset, at+": "+strconv.Quote(m.name)+" stands twice")
			}
			keys[cond.key.name] = true
			if err := c.operands(&cond, &m.value, at+"."+m.name); err != nil {
				return nil, err
			}
			out = append(out, cond)
		}
	}
	return out, nil
}

// operands compiles the values of one key. Numbers and booleans need no quotes.
func (c *compiler) operands(cond *condition, v *value, path string) error {
	return c.each(v, path, func(v *value, path string) error {
		if v.kind != stringValue && v.kind != numberValue && v.kind != boolValue {
			return c.fail(v.offset, path+": must be a string, a number or a boolean, not "+v.kind.String())
		}
		if err := cond.add(v.text, c.variables); err != nil {
			return c.fail(v.offset, path+": "+strconv.Quote(v.text)+": "+err.Error())
		}
		return nil
	})
}
