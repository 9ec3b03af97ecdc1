package jsonpath

import (
	"strings"

	"sluice/mapping/vtl/value"
)

// expression is a compiled filter, or a part of one.
type expression interface {
	// holds evaluates the expression for item. A fault is an exception.
	holds(ev *evaluation, item value.Value) (bool, *fault)
}

type (
	disjunction []expression
	conjunction []expression
	negation    struct{ operand expression }
)

func (e disjunction) holds(ev *evaluation, item value.Value) (bool, *fault) {
	for _, part := range e {
		if ok, f := part.holds(ev, item); ok || f != nil {
			return ok, f
		}
	}
	return false, nil
}

func (e conjunction) holds(ev *evaluation, item value.Value) (bool, *fault) {
	for _, part := range e {
		if ok, f := part.holds(ev, item); !ok || f != nil {
			return false, f
		}
	}
	return true, nil
}

func (e negation) holds(ev *evaluation, item value.Value) (bool, *fault) {
	ok, f := e.operand.holds(ev, item)
	return !ok, f
}

// filterParser reads [?(...)].
type filterParser struct {
	cursor
	compiler *compiler
}

func compileFilter(c *compiler, text string) expression {
	c.enter()
	defer c.leave()
	p := filterParser{compiler: c, cursor: newCursor(text)}
	p.trim()
	p.pos++
	p.end--
	p.trim()
	p.pos++ // the '?': the path parser has seen it
	p.trim()
	if !p.is('(') || !p.lastIs(')') {
		fail("Filter must start with '[?(' and end with ')]'. " + text)
	}
	e := p.or()
	p.skipBlanks()
	if p.inBounds() {
		fail("Expected end of filter expression instead of: " + p.sub(p.pos, p.length()))
	}
	return e
}

func (p *filterParser) or() expression {
	parts := []expression{p.and()}
	for {
		mark := p.pos
		if !p.accept("||") {
			p.pos = mark
			break
		}
		parts = append(parts, p.and())
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return disjunction(parts)
}

func (p *filterParser) and() expression {
	parts := []expression{p.operand()}
	for {
		mark := p.pos
		if !p.accept("&&") {
			p.pos = mark
			break
		}
		parts = append(parts, p.operand())
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return conjunction(parts)
}

func (p *filterParser) operand() expression {
	p.compiler.enter()
	defer p.compiler.leave()
	mark := p.skipBlanks().pos
	if p.is('!') {
		p.pos++
		if b := p.skipBlanks().current(); b != '$' && b != '@' {
			return negation{p.operand()}
		}
		p.pos = mark
	}
	if p.skipBlanks().is('(') {
		p.pos++
		e := p.or()
		p.expect(')')
		return e
	}
	return p.relation()
}

// relation reads "left operator right", or a path alone. Where what follows
// the left side cannot be read, the left side stands alone.
func (p *filterParser) relation() expression {
	e := &relation{left: p.value()}
	mark := p.pos
	if p.comparison(e) {
		return e
	}
	p.pos = mark
	if e.left.kind != pathOperand {
		fail("Expected path node")
	}
	e.left.exists = true
	e.operator, e.right = opExists, boolean(!e.left.negated)
	return e
}

func (p *filterParser) comparison(e *relation) (ok bool) {
	nesting := p.compiler.nesting
	defer func() {
		if r := recover(); r != nil {
			if err, is := r.(*syntaxError); !is || !err.invalid {
				panic(r)
			}
			p.compiler.nesting = nesting
			ok = false
		}
	}()
	e.operator = p.operator()
	e.right = p.value()
	return true
}

func (p *filterParser) operator() operator {
	start := p.skipBlanks().pos
	if isRelational(p.current()) {
		for p.inBounds() && isRelational(p.current()) {
			p.pos++
		}
	} else {
		for p.inBounds() && p.current() != ' ' {
			p.pos++
		}
	}
	text := p.sub(start, p.pos)
	op, ok := operators[strings.ToUpper(text)]
	if !ok {
		fail("Filter operator " + text + " is not supported!")
	}
	return op
}

func isRelational(b byte) bool { return b == '<' || b == '>' || b == '=' || b == '~' || b == '!' }

func (p *filterParser) value() operand {
	switch p.skipBlanks().current() {
	case '$', '@':
		return p.path()
	case '!':
		p.pos++
		if b := p.skipBlanks().current(); b != '$' && b != '@' {
			fail("Unexpected character: !")
		}
		return p.path()
	case '\'', '"':
		start := p.pos
		end := p.indexOfUnescaped(start, p.current())
		if end == -1 {
			fail("String literal does not have matching quotes. Expected " + string(p.current()) + " in " + p.text)
		}
		p.pos = end + 1
		return stringLiteral(p.sub(start, p.pos))
	case 't', 'f':
		return p.boolean()
	case 'n':
		if !p.inside(p.pos+3) || p.sub(p.pos, p.pos+4) != "null" {
			fail("Expected <null> value")
		}
		p.pos += 4
		return operand{kind: nullOperand}
	case '{', '[':
		start := p.pos
		closer := byte('}')
		if p.is('[') {
			closer = ']'
		}
		end := p.indexOfMatching(start, p.current(), closer, true, false)
		if end == -1 {
			fail("String not closed. Expected ' in " + p.text)
		}
		p.pos = end + 1
		return p.compiler.jsonText(p.sub(start, p.pos))
	case '/':
		return p.pattern()
	default:
		return p.number()
	}
}

func (p *filterParser) boolean() operand {
	n := 5
	if p.is('t') {
		n = 4
	}
	if !p.inside(p.pos + n - 1) {
		fail("Expected boolean literal")
	}
	text := p.sub(p.pos, p.pos+n)
	if text != "true" && text != "false" {
		fail("Expected boolean literal")
	}
	p.pos += n
	return boolean(text == "true")
}

func (p *filterParser) number() operand {
	start := p.pos
	for p.inBounds() && p.isNumberCharacter() {
		p.pos++
	}
	n, ok := parseNumber(p.sub(start, p.pos))
	if !ok {
		crash("Failed to parse filter: " + p.text)
	}
	return operand{kind: numberOperand, number: n}
}

func (p *filterParser) pattern() operand {
	start := p.pos
	end := p.indexOfUnescaped(start, '/')
	if end == -1 {
		fail("Pattern not closed. Expected / in " + p.text)
	}
	stop := end + 1
	for p.inside(stop) && strings.IndexByte(patternFlags, p.at(stop)) >= 0 {
		stop++
	}
	p.pos = stop
	pt, err := compilePattern(p.sub(start+1, end), p.sub(end+1, stop))
	if err != nil {
		crash(err.Error())
	}
	return operand{kind: patternOperand, pattern: pt}
}

func (p *filterParser) path() operand {
	negated := p.previous() == '!'
	start := p.pos
	p.pos++
	for p.inBounds() {
		if p.is('[') {
			end := p.indexOfMatching(p.pos, '[', ']', true, false)
			if end == -1 {
				fail("Square brackets does not match in filter " + p.text)
			}
			p.pos = end + 1
		}
		closing := p.is(')') && !p.closesFunction(start)
		if !p.inBounds() || isRelational(p.current()) || p.is(' ') || closing {
			break
		}
		p.pos++
	}
	ch, err := p.compiler.compilePath(p.sub(start, p.pos))
	if err != nil {
		panic(err)
	}
	return operand{kind: pathOperand, path: ch, negated: negated}
}

// closesFunction tells whether the ')' here belongs to "name()" of the path
// that began at start.
func (p *filterParser) closesFunction(start int) bool {
	i := p.indexOfPrevious()
	if i == -1 || p.at(i) != '(' {
		return false
	}
	for i--; p.inside(i) && i > start; i-- {
		if p.at(i) == '.' {
			return true
		}
	}
	return false
}
