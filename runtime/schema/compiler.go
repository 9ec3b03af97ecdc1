package schema

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sluice/api"
)

// model is a model that is being compiled.
type model struct {
	name      string
	doc       document
	malformed bool               // it is no schema
	broken    bool               // it has a problem, or refers to a model that has one
	schemas   map[uint32]*schema // those compiled so far, by their place in doc
	uses      []use              // its references to other models
	root      *schema
}

// use is a reference from one model to another.
type use struct {
	from place
	to   *model
}

// compiler turns models that are known to be well-formed schemas into checks.
type compiler struct {
	models   map[string]*model
	keywords []keyword
	problems func(m *model, pointer, format string, args ...any)
}

// place is where in a model the compiler is.
type place struct {
	m       *model
	at      uint32
	pointer string
}

func (p place) step(name string, at uint32) place {
	name = strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
	return place{p.m, at, p.pointer + "/" + name}
}

func (c *compiler) problem(p place, format string, args ...any) {
	p.m.broken = true
	c.problems(p.m, p.pointer, format, args...)
}

// schema compiles the schema at p, at most once.
func (c *compiler) schema(p place) *schema {
	if s, ok := p.m.schemas[p.at]; ok {
		return s
	}
	s := &schema{}
	p.m.schemas[p.at] = s // before its parts, which may refer to it
	d := &p.m.doc
	if d.nodes[p.at].kind != kindObject {
		c.problem(p, "a schema must be an object")
		return s
	}
	if at, ok := d.member(p.at, "$ref"); ok {
		// What stands beside $ref is ignored.
		if target, ok := c.reference(p.step("$ref", at)); ok {
			s.ref = target
			s.same = append(s.same, target)
		}
		return s
	}
	for _, k := range c.keywords {
		if at, ok := d.member(p.at, k.name); ok {
			k.compile(c, s, p, p.step(k.name, at))
		}
	}
	return s
}

// add puts a check where instances are of one of the given types.
func (s *schema) add(c check, of ...kind) {
	for _, k := range of {
		s.checks[k] = append(s.checks[k], c)
	}
}

func allKinds() []kind {
	return []kind{kindArray, kindBoolean, kindInteger, kindNull, kindNumber, kindObject, kindString}
}

// keyword compiles what stands under one name of a schema. parent is the schema
// and p the value of the keyword.
type keyword struct {
	name    string
	compile func(c *compiler, s *schema, parent, p place)
}

// keywords are those that check something, in the order in which the Java
// validator runs them (sorted by name), and format last. The keywords that choose
// schemas for children stand where their order does not matter.
func keywords() []keyword {
	return []keyword{
		{"properties", func(c *compiler, s *schema, _, p place) {
			s.properties = map[string]*schema{}
			for _, kid := range p.m.doc.children(p.at) {
				name := p.m.doc.name(kid)
				s.properties[strings.Clone(name)] = c.schema(p.step(name, kid))
			}
		}},
		{"patternProperties", func(c *compiler, s *schema, _, p place) {
			for _, kid := range p.m.doc.children(p.at) {
				pattern := strings.Clone(p.m.doc.name(kid))
				re, err := compileRegex(pattern)
				if err != nil {
					c.problem(p.step(pattern, kid), "%v", err)
					continue
				}
				s.patterns = append(s.patterns, patternSchema{re, c.schema(p.step(pattern, kid))})
			}
		}},
		{"items", func(c *compiler, s *schema, _, p place) {
			if p.m.doc.nodes[p.at].kind == kindArray {
				s.isTuple = true
				s.tuple = c.list(p)
			} else {
				s.items = c.schema(p)
			}
		}},
		{"additionalItems", func(c *compiler, s *schema, _, p place) {
			switch d := &p.m.doc; {
			case d.nodes[p.at].kind == kindObject:
				s.extra = c.schema(p)
			case d.text(p.at) == "false" && s.isTuple:
				s.add(additionalItemsCheck{len(s.tuple)}, kindArray)
			}
		}},
		{"additionalProperties", func(c *compiler, s *schema, _, p place) {
			switch d := &p.m.doc; {
			case d.nodes[p.at].kind == kindObject:
				s.additional = c.schema(p)
			case d.text(p.at) == "false":
				s.add(additionalPropertiesCheck{}, kindObject)
			}
		}},
		{"allOf", func(c *compiler, s *schema, _, p place) {
			list := c.list(p)
			s.same = append(s.same, list...)
			s.add(allOfCheck{list}, allKinds()...)
		}},
		{"anyOf", func(c *compiler, s *schema, _, p place) {
			list := c.list(p)
			s.same = append(s.same, list...)
			s.add(anyOfCheck{list}, allKinds()...)
		}},
		{"dependencies", compileDependencies},
		{"enum", func(_ *compiler, s *schema, _, p place) {
			d := &p.m.doc
			s.add(enumCheck{d, d.children(p.at), string(d.appendValue(nil, p.at))}, allKinds()...)
		}},
		{"maxItems", func(_ *compiler, s *schema, _, p place) {
			s.add(countCheck{limit: p.count(), atMost: true, message: messageMaxItems}, kindArray)
		}},
		{"maxLength", func(_ *compiler, s *schema, _, p place) {
			s.add(lengthCheck{p.count(), true, messageMaxLength}, kindString)
		}},
		{"maxProperties", func(_ *compiler, s *schema, _, p place) {
			s.add(countCheck{p.count(), true, messageMaxProperties, true}, kindObject)
		}},
		{"maximum", func(_ *compiler, s *schema, parent, p place) {
			s.add(p.limit(true, parent.isTrue("exclusiveMaximum")), kindInteger, kindNumber)
		}},
		{"minItems", func(_ *compiler, s *schema, _, p place) {
			s.add(countCheck{limit: p.count(), message: messageMinItems}, kindArray)
		}},
		{"minLength", func(_ *compiler, s *schema, _, p place) {
			s.add(lengthCheck{p.count(), false, messageMinLength}, kindString)
		}},
		{"minProperties", func(_ *compiler, s *schema, _, p place) {
			s.add(countCheck{p.count(), false, messageMinProperties, true}, kindObject)
		}},
		{"minimum", func(_ *compiler, s *schema, parent, p place) {
			s.add(p.limit(false, parent.isTrue("exclusiveMinimum")), kindInteger, kindNumber)
		}},
		{"multipleOf", func(_ *compiler, s *schema, _, p place) {
			text := p.m.doc.text(p.at)
			check := multipleOfCheck{divisor: parseDecimal(text), text: string(appendLimit(nil, text))}
			check.small, check.isSmall = check.divisor.int64()
			s.add(check, kindInteger, kindNumber)
		}},
		{"not", func(c *compiler, s *schema, _, p place) {
			not := c.schema(p)
			s.same = append(s.same, not)
			s.add(notCheck{not}, allKinds()...)
		}},
		{"oneOf", func(c *compiler, s *schema, _, p place) {
			list := c.list(p)
			s.same = append(s.same, list...)
			s.add(oneOfCheck{list}, allKinds()...)
		}},
		{"pattern", func(c *compiler, s *schema, _, p place) {
			re, err := compileRegex(strings.Clone(p.m.doc.text(p.at)))
			if err != nil {
				c.problem(p, "%v", err)
				return
			}
			s.add(patternCheck{re}, kindString)
		}},
		{"required", func(_ *compiler, s *schema, _, p place) {
			s.add(requiredCheck{p.strings()}, kindObject)
		}},
		{"type", compileType},
		{"uniqueItems", func(_ *compiler, s *schema, _, p place) {
			if p.m.doc.text(p.at) == "true" {
				s.add(uniqueItemsCheck{}, kindArray)
			}
		}},
		{"format", func(_ *compiler, s *schema, _, p place) {
			if f, ok := formats[p.m.doc.text(p.at)]; ok {
				s.add(formatCheck{f}, kindString)
			}
		}},
	}
}

func compileDependencies(c *compiler, s *schema, _, p place) {
	d := &p.m.doc
	var check dependenciesCheck
	for _, kid := range d.children(p.at) {
		name := strings.Clone(d.name(kid))
		at := p.step(name, kid)
		if d.nodes[kid].kind == kindArray {
			check.properties = append(check.properties, propertyDependency{name, at.strings()})
			continue
		}
		dependent := c.schema(at)
		s.same = append(s.same, dependent)
		check.schemas = append(check.schemas, schemaDependency{name, dependent})
	}
	s.add(check, kindObject)
}

func compileType(_ *compiler, s *schema, _, p place) {
	d := &p.m.doc
	names := []string{d.text(p.at)}
	if d.nodes[p.at].kind == kindArray {
		names = p.strings()
	}
	var allowed [kinds]bool
	for _, name := range names {
		if k := slices.Index(kindNames[:], name); k >= 0 {
			allowed[k] = true
		}
	}
	// An integer is a number, and the message says so.
	allowed[kindInteger] = allowed[kindInteger] || allowed[kindNumber]
	var list []string
	for k, ok := range allowed {
		if ok {
			list = append(list, kindNames[k])
		}
	}
	check := typeCheck{string(appendStrings(nil, list))}
	for k, ok := range allowed {
		if !ok {
			s.add(check, kind(k))
		}
	}
}

// list compiles an array of schemas.
func (c *compiler) list(p place) []*schema {
	var list []*schema
	for i, kid := range p.m.doc.children(p.at) {
		list = append(list, c.schema(p.step(strconv.Itoa(i), kid)))
	}
	return list
}

// count is a number that counts something.
func (p place) count() int64 {
	// Larger than any body.
	const huge = 1 << 40
	n, ok := parseDecimal(p.m.doc.text(p.at)).int64()
	if !ok || n > huge {
		return huge
	}
	return n
}

// strings is an array of strings, sorted, each once.
func (p place) strings() []string {
	var list []string
	for _, kid := range p.m.doc.children(p.at) {
		list = append(list, strings.Clone(p.m.doc.text(kid)))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (p place) isTrue(name string) bool {
	at, ok := p.m.doc.member(p.at, name)
	return ok && p.m.doc.text(at) == "true"
}

func (p place) limit(upper, exclusive bool) limitCheck {
	text := p.m.doc.text(p.at)
	c := limitCheck{limit: parseDecimal(text), text: string(appendLimit(nil, text)), upper: upper, exclusive: exclusive}
	c.small, c.isSmall = c.limit.int64()
	return c
}

// modelPath is what the path of a reference to a model looks like:
// /restapis/{api id}/models/{name}.
const modelHost = "https://apigateway.amazonaws.com/restapis/"

// reference finds the schema that the $ref at p refers to.
func (c *compiler) reference(p place) (*schema, bool) {
	ref := p.m.doc.text(p.at)
	if p.m.doc.nodes[p.at].kind != kindString {
		c.problem(p, "$ref must be a string")
		return nil, false
	}
	target, fragment, _ := strings.Cut(ref, "#")
	m := p.m
	if target != "" {
		path, ok := strings.CutPrefix(target, modelHost)
		_, name, isModel := strings.Cut(path, "/models/")
		if unescaped, err := url.PathUnescape(name); err == nil {
			name = unescaped
		}
		if !ok || !isModel || strings.Contains(name, "/") {
			c.problem(p, "$ref %q is not supported: only %s{api}/models/{name} and places in the same model (#/definitions/...) are", ref, modelHost)
			return nil, false
		}
		if m, ok = c.models[name]; !ok {
			c.problem(p, "$ref %q refers to a model that does not exist", ref)
			return nil, false
		}
		p.m.uses = append(p.m.uses, use{p, m})
		if m.malformed {
			return nil, false
		}
	}
	at, err := m.find(fragment)
	if err != nil {
		c.problem(p, "$ref %q: %v", ref, err)
		return nil, false
	}
	return c.schema(at), true
}

// find follows a JSON pointer.
func (m *model) find(fragment string) (place, error) {
	p := place{m: m}
	pointer, err := url.PathUnescape(fragment)
	if err != nil {
		return p, fmt.Errorf("%q is not a JSON pointer", fragment)
	}
	if pointer == "" {
		return p, nil
	}
	if pointer[0] != '/' {
		return p, fmt.Errorf("%q is not a JSON pointer", pointer)
	}
	for step := range strings.SplitSeq(pointer[1:], "/") {
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		var ok bool
		switch kids := m.doc.children(p.at); m.doc.nodes[p.at].kind {
		case kindObject:
			var at uint32
			if at, ok = m.doc.member(p.at, step); ok {
				p = p.step(step, at)
			}
		case kindArray:
			i, err := strconv.Atoi(step)
			if ok = err == nil && i >= 0 && i < len(kids); ok {
				p = p.step(step, kids[i])
			}
		}
		if !ok {
			return p, fmt.Errorf("there is nothing at %q", pointer)
		}
	}
	return p, nil
}

// mark is the state of a schema in the search for endless references.
type mark uint8

const (
	unseen mark = iota
	open
	closed
)

// endless tells whether s applies to an instance whenever it applies to the same
// instance, directly or through others, which no check would ever end.
func (s *schema) endless() bool {
	switch s.mark {
	case open:
		return true
	case closed:
		return false
	}
	s.mark = open
	for _, other := range s.same {
		if other.endless() {
			return true
		}
	}
	s.mark = closed
	return false
}

// problemOf makes a problem of a model.
func problemOf(m *model, places *api.Places, pointer, text string) api.Problem {
	part := []string{"models", m.name}
	if pointer != "" {
		text = "at " + pointer + ": " + text
		part = append(part, "schema")
		for step := range strings.SplitSeq(pointer[1:], "/") {
			part = append(part, strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~"))
		}
	}
	return api.Problem{Place: places.Find(part...), Subject: "model " + m.name, Message: text}
}
