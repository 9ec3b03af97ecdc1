package schema

import (
	"slices"
	"unicode/utf8"
)

type additionalItemsCheck struct{ allowed int }

func (c additionalItemsCheck) check(r *run, _ *schema, i uint32, to *report) {
	if n := int(r.nodes[i].count); n > c.allowed && r.fail(to) {
		r.list(fill(messageAdditionalItems, number(c.allowed), number(n)))
	}
}

// additionalPropertiesCheck forbids what is neither a property nor fits a pattern.
type additionalPropertiesCheck struct{}

func (additionalPropertiesCheck) check(r *run, s *schema, i uint32, to *report) {
	var unwanted []string
	for _, kid := range r.children(i) {
		name := r.name(kid)
		if _, ok := s.properties[name]; ok {
			continue
		}
		if slices.ContainsFunc(s.patterns, func(p patternSchema) bool { return r.match(p.regex, name) }) {
			continue
		}
		if !r.fail(to) {
			return
		}
		unwanted = append(unwanted, name)
	}
	if unwanted != nil {
		r.list(fill(messageAdditionalProperties, string(appendStrings(nil, unwanted))))
	}
}

type allOfCheck struct{ schemas []*schema }

func (c allOfCheck) check(r *run, _ *schema, i uint32, to *report) {
	matched := 0
	for _, s := range c.schemas {
		if r.matches(s, i) {
			matched++
		} else if !to.listed {
			to.failed = true
			return
		}
	}
	if matched != len(c.schemas) && r.fail(to) {
		r.list(fill(messageAllOf, number(matched), number(len(c.schemas))))
	}
}

type anyOfCheck struct{ schemas []*schema }

func (c anyOfCheck) check(r *run, _ *schema, i uint32, to *report) {
	for _, s := range c.schemas {
		if r.matches(s, i) {
			return
		}
	}
	if r.fail(to) {
		r.list(fill(messageAnyOf, number(len(c.schemas))))
	}
}

type oneOfCheck struct{ schemas []*schema }

func (c oneOfCheck) check(r *run, _ *schema, i uint32, to *report) {
	matched := 0
	for _, s := range c.schemas {
		if r.matches(s, i) {
			matched++
			if matched > 1 && !to.listed {
				break
			}
		}
	}
	if matched != 1 && r.fail(to) {
		r.list(fill(messageOneOf, number(matched), number(len(c.schemas))))
	}
}

type notCheck struct{ schema *schema }

func (c notCheck) check(r *run, _ *schema, i uint32, to *report) {
	if r.matches(c.schema, i) && r.fail(to) {
		r.list(messageNot)
	}
}

// dependenciesCheck is what the presence of properties asks for.
type dependenciesCheck struct {
	properties []propertyDependency // in the order of the model
	schemas    []schemaDependency   // sorted by name
}

type propertyDependency struct {
	name     string
	required []string // sorted
}

type schemaDependency struct {
	name   string
	schema *schema
}

func (c dependenciesCheck) check(r *run, _ *schema, i uint32, to *report) {
	for _, d := range c.properties {
		if _, ok := r.member(i, d.name); !ok {
			continue
		}
		if missing := r.missing(i, d.required); missing != nil && r.fail(to) {
			r.list(fill(messageDependencies, d.name, string(appendStrings(nil, d.required)), string(appendStrings(nil, missing))))
		}
	}
	for _, d := range c.schemas {
		if _, ok := r.member(i, d.name); ok {
			r.apply(d.schema, i, to)
		}
	}
}

// missing lists those of names that object i has no member of.
func (r *run) missing(i uint32, names []string) []string {
	var missing []string
	for _, name := range names {
		if _, ok := r.member(i, name); !ok {
			missing = append(missing, name)
		}
	}
	return missing
}

type requiredCheck struct{ names []string } // sorted

func (c requiredCheck) check(r *run, _ *schema, i uint32, to *report) {
	for _, name := range c.names {
		if _, ok := r.member(i, name); ok {
			continue
		}
		if r.fail(to) {
			r.list(fill(messageRequired, string(appendStrings(nil, r.missing(i, c.names)))))
		}
		return
	}
}

// enumCheck holds the values as they stand in the model.
type enumCheck struct {
	model  *document
	values []uint32
	text   string // all values, for the message
}

func (c enumCheck) check(r *run, _ *schema, i uint32, to *report) {
	for _, v := range c.values {
		if equal(&r.document, i, c.model, v) {
			return
		}
	}
	if r.fail(to) {
		r.list(fill(messageEnum, string(r.appendValue(nil, i)), c.text))
	}
}

// countCheck bounds the number of an array's items or an object's members.
type countCheck struct {
	limit   int64
	atMost  bool
	message string
	// foundFirst is the order of the message's arguments.
	foundFirst bool
}

func (c countCheck) check(r *run, _ *schema, i uint32, to *report) {
	n := int64(r.nodes[i].count)
	if c.atMost && n <= c.limit || !c.atMost && n >= c.limit || !r.fail(to) {
		return
	}
	limit, found := number(int(c.limit)), number(int(n))
	if c.foundFirst {
		limit, found = found, limit
	}
	r.list(fill(c.message, limit, found))
}

// lengthCheck bounds the number of characters of a string.
type lengthCheck struct {
	limit   int64
	atMost  bool
	message string
}

func (c lengthCheck) check(r *run, _ *schema, i uint32, to *report) {
	s := r.text(i)
	n := int64(utf8.RuneCountInString(s))
	if c.atMost && n <= c.limit || !c.atMost && n >= c.limit || !r.fail(to) {
		return
	}
	r.list(fill(c.message, s, number(int(n)), number(int(c.limit))))
}

// limitCheck is minimum or maximum.
type limitCheck struct {
	small     int64 // the limit, when isSmall
	isSmall   bool
	limit     decimal
	text      string // of the limit, for messages
	upper     bool
	exclusive bool
}

func (c limitCheck) check(r *run, _ *schema, i uint32, to *report) {
	s := r.text(i)
	order, ok := 0, false
	if c.isSmall {
		order, ok = compareSmall(s, c.small)
	}
	if !ok {
		order = parseDecimal(s).compare(c.limit)
	}
	if c.upper {
		order = -order
	}
	if order > 0 || order == 0 && !c.exclusive || !r.fail(to) {
		return
	}
	switch {
	case order == 0 && c.upper:
		r.list(fill(messageExclusiveMaximum, c.text))
	case order == 0:
		r.list(fill(messageExclusiveMinimum, c.text))
	case c.upper:
		r.list(fill(messageMaximum, c.text, string(appendNumber(nil, s))))
	default:
		r.list(fill(messageMinimum, c.text, string(appendNumber(nil, s))))
	}
}

type multipleOfCheck struct {
	small   int64
	isSmall bool
	divisor decimal
	text    string
}

func (c multipleOfCheck) check(r *run, _ *schema, i uint32, to *report) {
	s := r.text(i)
	var ok bool
	if n, small := smallInt(s); small && c.isSmall {
		ok = n%c.small == 0
	} else {
		ok = parseDecimal(s).multipleOf(c.divisor)
	}
	if !ok && r.fail(to) {
		r.list(fill(messageMultipleOf, string(appendNumber(nil, s)), c.text))
	}
}

type patternCheck struct{ regex *regex }

func (c patternCheck) check(r *run, _ *schema, i uint32, to *report) {
	if s := r.text(i); !r.match(c.regex, s) && r.fail(to) {
		r.list(fill(messagePattern, c.regex.String(), s))
	}
}

// typeCheck stands only at the types that are not allowed.
type typeCheck struct{ allowed string }

func (c typeCheck) check(r *run, _ *schema, i uint32, to *report) {
	if r.fail(to) {
		r.list(fill(messageType, kindNames[r.nodes[i].kind], c.allowed))
	}
}

type uniqueItemsCheck struct{}

func (uniqueItemsCheck) check(r *run, _ *schema, i uint32, to *report) {
	if !r.unique(i) && r.fail(to) {
		r.list(messageUniqueItems)
	}
}

type formatCheck struct{ format format }

func (c formatCheck) check(r *run, _ *schema, i uint32, to *report) {
	if problem := c.format(r.text(i)); problem != "" && r.fail(to) {
		r.list(problem)
	}
}
