package policy

import (
	"encoding/base64"
	"errors"
	"net/netip"
	"slices"
	"strings"
)

type family uint8

const (
	stringEquals family = iota
	stringEqualsIgnoreCase
	stringLike
	numeric
	date
	boolean
	binaryEquals
	ipAddress
	arnLike
	null
)

// order says which results of a comparison satisfy a Numeric or Date operator.
type order struct{ less, equal, greater bool }

// operator is a condition operator without its set prefix and IfExists.
type operator struct {
	family  family
	negated bool
	order   order
}

// operators by their names in lower case.
var operators = map[string]operator{
	"stringequals":              {family: stringEquals},
	"stringnotequals":           {family: stringEquals, negated: true},
	"stringequalsignorecase":    {family: stringEqualsIgnoreCase},
	"stringnotequalsignorecase": {family: stringEqualsIgnoreCase, negated: true},
	"stringlike":                {family: stringLike},
	"stringnotlike":             {family: stringLike, negated: true},
	"numericequals":             {family: numeric, order: order{equal: true}},
	"numericnotequals":          {family: numeric, order: order{equal: true}, negated: true},
	"numericlessthan":           {family: numeric, order: order{less: true}},
	"numericlessthanequals":     {family: numeric, order: order{less: true, equal: true}},
	"numericgreaterthan":        {family: numeric, order: order{greater: true}},
	"numericgreaterthanequals":  {family: numeric, order: order{greater: true, equal: true}},
	"dateequals":                {family: date, order: order{equal: true}},
	"datenotequals":             {family: date, order: order{equal: true}, negated: true},
	"datelessthan":              {family: date, order: order{less: true}},
	"datelessthanequals":        {family: date, order: order{less: true, equal: true}},
	"dategreaterthan":           {family: date, order: order{greater: true}},
	"dategreaterthanequals":     {family: date, order: order{greater: true, equal: true}},
	"bool":                      {family: boolean},
	"binaryequals":              {family: binaryEquals},
	"ipaddress":                 {family: ipAddress},
	"notipaddress":              {family: ipAddress, negated: true},
	"arnequals":                 {family: arnLike},
	"arnlike":                   {family: arnLike},
	"arnnotequals":              {family: arnLike, negated: true},
	"arnnotlike":                {family: arnLike, negated: true},
	"null":                      {family: null},
}

// quantifier is the set prefix of an operator.
type quantifier uint8

const (
	single quantifier = iota
	forAllValues
	forAnyValue
)

// condition is one key of one operator with all its values. Of the lists, that
// of the operator's family is filled.
type condition struct {
	operator
	quantifier quantifier
	ifExists   bool
	key        contextKey

	globs     []glob // Like, and Equals, in which nothing is a wildcard
	chunks    []chunk
	numbers   []float64
	dates     []int64
	prefixes  []netip.Prefix
	bytes     []string
	arns      []arnPattern
	whenNull  bool // Null: holds when the key is absent
	whenThere bool
}

var errOperator = errors.New("unknown condition operator")

// newCondition reads an operator's name: [ForAllValues:|ForAnyValue:]Operator[IfExists].
func newCondition(name string) (condition, error) {
	var c condition
	s := lower(name)
	if rest, ok := strings.CutPrefix(s, "forallvalues:"); ok {
		c.quantifier, s = forAllValues, rest
	} else if rest, ok := strings.CutPrefix(s, "foranyvalue:"); ok {
		c.quantifier, s = forAnyValue, rest
	}
	s, c.ifExists = strings.CutSuffix(s, "ifexists")
	op, ok := operators[s]
	if !ok || op.family == null && (c.ifExists || c.quantifier != single) {
		return condition{}, errOperator
	}
	c.operator = op
	return c, nil
}

// add compiles one value.
func (c *condition) add(s string, variables bool) error {
	switch c.family {
	case stringEquals, stringLike:
		tokens, err := template{wildcards: c.family == stringLike, variables: variables}.tokens(s)
		if err != nil {
			return err
		}
		c.globs = append(c.globs, newGlob(tokens))
	case stringEqualsIgnoreCase, boolean:
		tokens, err := template{variables: variables}.tokens(s)
		if err != nil {
			return err
		}
		if c.family == boolean && !slices.ContainsFunc(tokens, func(t token) bool { return t.kind == variableToken }) {
			if !strings.EqualFold(s, "true") && !strings.EqualFold(s, "false") {
				return errors.New(`must be "true" or "false"`)
			}
		}
		c.chunks = append(c.chunks, tokens)
	case numeric:
		n, ok := parseNumber(s)
		if !ok {
			return errors.New("must be a number")
		}
		c.numbers = append(c.numbers, n)
	case date:
		d, ok := parseDate(s)
		if !ok {
			return errors.New("must be a date (2006-01-02T15:04:05Z) or seconds since the epoch")
		}
		c.dates = append(c.dates, d)
	case binaryEquals:
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return errors.New("must be base64 text")
		}
		c.bytes = append(c.bytes, string(b))
	case ipAddress:
		p, ok := parsePrefix(s)
		if !ok {
			return errors.New("must be an IP address or a CIDR block")
		}
		c.prefixes = append(c.prefixes, p)
	case arnLike:
		p, err := newARNOperand(s, variables)
		if err != nil {
			return err
		}
		c.arns = append(c.arns, p)
	case null:
		switch {
		case strings.EqualFold(s, "true"):
			c.whenNull = true
		case strings.EqualFold(s, "false"):
			c.whenThere = true
		default:
			return errors.New(`must be "true" or "false"`)
		}
	}
	return nil
}

// parsePrefix reads an address or a CIDR block; the host bits need not be zero
// (the developer guide has 123.4.5.6/24).
func parsePrefix(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		return p.Masked(), true
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	a = a.Unmap()
	return netip.PrefixFrom(a, a.BitLen()), true
}

// holds says whether the condition is met; deny is the statement's effect.
func (c *condition) holds(ev *evaluation, deny bool) bool {
	ev.unresolved = false
	ok := c.met(ev)
	if ok && c.negated && ev.unresolved && !deny {
		return false // an Allow must not come from a comparison that could not be made
	}
	return ok
}

func (c *condition) met(ev *evaluation) bool {
	if c.family == null {
		if c.present(ev) {
			return c.whenThere
		}
		return c.whenNull
	}
	switch c.quantifier {
	case forAllValues:
		for i := 0; ; i++ {
			there, empty, ok := c.test(ev, i)
			if !there {
				return true
			}
			if !empty && ok == c.negated {
				return false
			}
		}
	case forAnyValue:
		seen := false
		for i := 0; ; i++ {
			there, empty, ok := c.test(ev, i)
			if !there {
				return !seen && c.ifExists
			}
			seen = true
			if !empty && ok != c.negated {
				return true
			}
		}
	}
	for i := 0; ; i++ {
		there, _, ok := c.test(ev, i)
		if !there {
			return c.negated || i == 0 && c.ifExists
		}
		if ok {
			return !c.negated
		}
	}
}

// present says whether the key has a value that is not empty.
func (c *condition) present(ev *evaluation) bool {
	if ev.typed(&c.key) {
		return true
	}
	for i := 0; ; i++ {
		v, ok := ev.value(&c.key, i)
		if !ok || v != "" {
			return ok
		}
	}
}

// test compares the request's i-th value of the key with the condition's values,
// as the operator does when it is not negated.
func (c *condition) test(ev *evaluation, i int) (there, empty, ok bool) {
	if i == 0 {
		switch c.family {
		case date:
			if t, ok := ev.now(&c.key); ok {
				return true, false, c.compareDate(t.Unix() * 1e6)
			}
		case numeric:
			if t, ok := ev.now(&c.key); ok && c.key.source == fromEpochTime {
				return true, false, c.compareNumber(float64(t.Unix()))
			}
		case ipAddress:
			if a, ok := ev.address(&c.key); ok {
				return true, false, c.contains(a)
			}
		}
	} else if c.answered(ev) {
		return false, false, false
	}
	v, there := ev.value(&c.key, i)
	return there, v == "", there && c.compare(ev, v)
}

// answered says whether a field of the request was the key's only value.
func (c *condition) answered(ev *evaluation) bool {
	switch c.family {
	case date:
		return c.key.source != fromSourceIP && ev.typed(&c.key)
	case numeric:
		return c.key.source == fromEpochTime && ev.typed(&c.key)
	case ipAddress:
		return c.key.source == fromSourceIP && ev.typed(&c.key)
	}
	return false
}

// compare compares one text with every value.
func (c *condition) compare(ev *evaluation, v string) bool {
	switch c.family {
	case stringEquals, stringLike:
		for i := range c.globs {
			if c.globs[i].match(ev, v) {
				return true
			}
		}
	case stringEqualsIgnoreCase, boolean:
		for i := range c.chunks {
			if c.chunks[i].equalFold(ev, v) {
				return true
			}
		}
	case numeric:
		n, ok := parseNumber(v)
		return ok && c.compareNumber(n)
	case date:
		d, ok := parseDate(v)
		return ok && c.compareDate(d)
	case binaryEquals:
		return slices.Contains(c.bytes, v)
	case ipAddress:
		a, err := netip.ParseAddr(v)
		return err == nil && c.contains(a.Unmap().WithZone(""))
	case arnLike:
		for i := range c.arns {
			if c.arns[i].match(ev, v) {
				return true
			}
		}
	}
	return false
}

func (c *condition) compareNumber(n float64) bool {
	for _, want := range c.numbers {
		if n < want && c.order.less || n == want && c.order.equal || n > want && c.order.greater {
			return true
		}
	}
	return false
}

func (c *condition) compareDate(d int64) bool {
	for _, want := range c.dates {
		if d < want && c.order.less || d == want && c.order.equal || d > want && c.order.greater {
			return true
		}
	}
	return false
}

func (c *condition) contains(a netip.Addr) bool {
	for i := range c.prefixes {
		if c.prefixes[i].Contains(a) {
			return true
		}
	}
	return false
}
