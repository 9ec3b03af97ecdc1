package jsonpath

import (
	"strconv"
	"strings"
)

// compiler turns one path, and the paths inside it, into chains.
type compiler struct {
	tokens  int
	nesting int
}

// token makes a token with a number of its own.
func (c *compiler) token(t token) *token {
	t.id = c.tokens
	c.tokens++
	return &t
}

// compilePath compiles a path as a user writes it: blanks around it, a missing
// "$." before it. Every failure of a path is an InvalidPathException.
func (c *compiler) compilePath(text string) (ch *chain, err *syntaxError) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*syntaxError)
			if !ok {
				panic(r)
			}
			ch, err = nil, &syntaxError{message: e.message, invalid: true}
		}
	}()
	c.enter()
	defer c.leave()
	p := pathParser{compiler: c, cursor: newCursor(text)}
	p.trim()
	if b := p.at(0); b != '$' && b != '@' {
		p.cursor = newCursor("$." + text)
		p.trim()
	}
	if p.lastIs('.') {
		fail("Path must not end with a '.' or '..'")
	}
	return p.compile(), nil
}

func (c *compiler) enter() {
	if c.nesting++; c.nesting > MaxNesting {
		crash("path is nested too deeply")
	}
}

func (c *compiler) leave() { c.nesting-- }

// pathParameter makes an argument of a path, ready for length() too.
func (c *compiler) pathParameter(ch *chain) parameter {
	return parameter{path: ch, counted: ch.withWildcard(c)}
}

// pathParser reads one path.
type pathParser struct {
	cursor
	compiler *compiler
	chain    *chain
}

func (p *pathParser) compile() *chain {
	for p.inBounds() && isWhitespace(p.current()) {
		p.pos++
	}
	if b := p.current(); b != '$' && b != '@' {
		fail("Path must start with '$' or '@'")
	}
	root := p.compiler.token(token{kind: rootToken, dollar: p.is('$')})
	p.chain = &chain{root: root, tail: root}
	if !p.isTail() {
		p.pos++
		if p.current() != '.' && p.current() != '[' {
			fail("Illegal character at position " + strconv.Itoa(p.pos) + " expected '.' or '['")
		}
		for p.next() {
		}
	}
	p.chain.seal()
	ch := p.chain.invert(p.compiler)
	ch.fromRoot = root.dollar
	return ch
}

// next reads one token; false when it was the last.
func (p *pathParser) next() bool {
	switch p.current() {
	case '[':
		if !p.bracketProperty() && !p.array() && !p.bracketWildcard() && !p.filter() {
			p.placeholder()
			fail("Could not parse token starting at position " + strconv.Itoa(p.pos) + ". Expected ?, ', 0-9, * ")
		}
	case '.':
		p.dot()
		return true
	case '*':
		p.pos++
		p.chain.add(p.compiler.token(token{kind: wildcardToken}))
	default:
		p.propertyOrFunction()
	}
	return !p.isTail()
}

func (p *pathParser) dot() {
	if p.nextIs('.') {
		p.chain.add(p.compiler.token(token{kind: scanToken}))
		p.pos += 2
	} else {
		if !p.hasMore() {
			fail("Path must not end with a '.")
		}
		p.pos++
	}
	if p.is('.') {
		fail("Character '.' on position " + strconv.Itoa(p.pos) + " is not valid.")
	}
}

func (p *pathParser) propertyOrFunction() {
	if p.is(' ') {
		fail("Could not parse token starting at position " + strconv.Itoa(p.pos))
	}
	start, end, isFunction := p.pos, 0, false
	read := start
scan:
	for ; p.inside(read); read++ {
		switch p.at(read) {
		case ' ':
			fail("Use bracket notion ['my prop'] if your property contains blank characters. position: " + strconv.Itoa(p.pos))
		case '.', '[':
			end = read
			break scan
		case '(':
			end, isFunction = read, true
			break scan
		}
	}
	if end == 0 {
		end = p.length()
	}
	name := p.sub(start, end)
	if !isFunction {
		p.pos = end
		p.chain.add(p.compiler.token(token{kind: propertyToken, names: []string{name}}))
		return
	}
	p.checkClosed(read, name)
	t := token{kind: functionToken, function: name, call: functionNamed(name)}
	switch {
	case !p.inside(read + 1):
		p.pos = read
	case p.at(read+1) == ')':
		p.pos = read + 1
	default:
		p.pos = end + 1
		t.args = p.arguments(name)
	}
	p.chain.add(p.compiler.token(t))
}

func (p *pathParser) checkClosed(open int, name string) {
	count := 1
	for i := open + 1; i < p.length() && count > 0; i++ {
		switch p.at(i) {
		case ')':
			count--
		case '(':
			count++
		}
	}
	if count != 0 {
		fail("Arguments to function: '" + name + "' are not closed properly.")
	}
}

// arguments reads the arguments of a function with the rough lexing that Jayway
// has for them: an argument that starts with a digit, minus, brace or double
// quote is JSON, one with $ or @ a path, and any other is dropped.
func (p *pathParser) arguments(function string) []parameter {
	const (
		unknown = iota
		jsonText
		path
	)
	kind := unknown
	parens, brackets, braces, quotes := 1, 0, 0, 0
	var prior byte
	var args []parameter
	var text []byte
	for done := false; p.inBounds() && !done; {
		b := p.current()
		p.pos++
		if kind == unknown {
			switch {
			case isWhitespace(b):
				continue
			case b == '{' || isDigit(b) || b == '"' || b == '-':
				kind = jsonText
			case b == '$' || b == '@':
				kind = path
			}
		}
		switch b {
		case '"':
			if prior != '\\' && quotes > 0 {
				quotes--
			} else {
				quotes++
			}
		case '(':
			parens++
		case '{':
			braces++
		case '[':
			brackets++
		case '}':
			if braces == 0 {
				fail("Unexpected close brace '}' at character position: " + strconv.Itoa(p.pos))
			}
			braces--
		case ']':
			if brackets == 0 {
				fail("Unexpected close bracket ']' at character position: " + strconv.Itoa(p.pos))
			}
			brackets--
		case ')', ',':
			if b == ')' {
				parens--
				if parens < 0 || prior == '(' {
					text = append(text, b)
				}
			}
			if quotes != 0 || braces != 0 || brackets != 0 || (parens != 0 || b != ')') && parens != 1 {
				break
			}
			done = parens == 0
			switch kind {
			case jsonText:
				args = append(args, parameter{json: string(text)})
			case path:
				args = append(args, p.pathArgument(string(text)))
			}
			if kind != unknown {
				text, kind = text[:0], unknown
			}
		}
		if kind != unknown && (b != ',' || braces != 0 || brackets != 0 || parens != 1) {
			text = append(text, b)
		}
		prior = b
	}
	if braces != 0 || parens != 0 || brackets != 0 {
		fail("Arguments to function: '" + function + "' are not closed properly.")
	}
	return args
}

func (p *pathParser) pathArgument(text string) parameter {
	p.compiler.enter()
	defer p.compiler.leave()
	inner := pathParser{compiler: p.compiler, cursor: newCursor(text)}
	return p.compiler.pathParameter(inner.compile())
}

// placeholder fails as Jayway does for [?], which needs a filter from outside.
func (p *pathParser) placeholder() {
	q := p.indexOfSignificant(p.pos, '?')
	if q == -1 {
		return
	}
	if b := p.significantAfter(q); b != ']' && b != ',' {
		return
	}
	if end := p.indexOf(p.pos+1, ']'); end != -1 {
		fail("Not enough predicates supplied for filter [" + p.sub(p.pos+1, end) + "] at position " + strconv.Itoa(p.pos))
	}
}

func (p *pathParser) filter() bool {
	open := p.pos
	question := p.indexOfSignificant(open, '?')
	if question == -1 {
		return false
	}
	paren := p.indexOfSignificant(question, '(')
	if paren == -1 {
		return false
	}
	closing := p.indexOfMatching(paren, '(', ')', true, true)
	if closing == -1 || !p.significantIs(closing, ']') {
		return false
	}
	end := p.indexOfSignificant(closing, ']')
	e := compileFilter(p.compiler, p.sub(open, end+1))
	p.chain.add(p.compiler.token(token{kind: predicateToken, filter: e}))
	p.pos = end + 1
	return true
}

func (p *pathParser) bracketWildcard() bool {
	if !p.significantIs(p.pos, '*') {
		return false
	}
	star := p.indexOfSignificant(p.pos, '*')
	if !p.significantIs(star, ']') {
		fail("Expected wildcard token to end with ']' on position " + strconv.Itoa(star+1))
	}
	p.pos = p.indexOfSignificant(star, ']') + 1
	p.chain.add(p.compiler.token(token{kind: wildcardToken}))
	return true
}

func (p *pathParser) array() bool {
	if b := p.significantNext(); !isDigit(b) && b != '-' && b != ':' {
		return false
	}
	end := p.indexOf(p.pos+1, ']')
	if end == -1 {
		return false
	}
	text := trimJava(p.sub(p.pos+1, end))
	if strings.Trim(text, "0123456789,-: ") != "" {
		return false
	}
	t := token{kind: indexToken}
	if strings.Contains(text, ":") {
		t.kind = sliceToken
		t.readSlice(text)
	} else {
		t.readIndexes(text)
	}
	p.chain.add(p.compiler.token(t))
	p.pos = end + 1
	return true
}

func (t *token) readIndexes(text string) {
	for part := range strings.SplitSeq(text, ",") {
		part = strings.Trim(part, " ")
		i, err := strconv.ParseInt(part, 10, 32)
		if err != nil {
			fail("Failed to parse token in ArrayIndexOperation: " + part)
		}
		t.indexes = append(t.indexes, int(i))
	}
}

func (t *token) readSlice(text string) {
	if strings.ContainsAny(text, ", ") {
		fail("Failed to parse SliceOperation: " + text)
	}
	parts := strings.Split(text, ":") // a third part is ignored
	t.from, t.hasFrom = readBound(parts[0])
	t.to, t.hasTo = readBound(parts[1])
	if !t.hasFrom && !t.hasTo {
		fail("Failed to parse SliceOperation: " + text)
	}
}

func readBound(text string) (n int, ok bool) {
	if text == "" {
		return 0, false
	}
	i, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		crash("For input string: \"" + text + "\"")
	}
	return int(i), true
}

func (p *pathParser) bracketProperty() bool {
	quote := p.significantNext()
	if quote != '\'' && quote != '"' {
		return false
	}
	var names []string
	start, end := p.pos+1, 0
	inName, escaped, comma := false, false, false
read:
	for i := start; p.inside(i); i++ {
		b := p.at(i)
		switch {
		case escaped:
			escaped = false
		case b == '\\':
			escaped = true
		case b == ']' && !inName:
			if comma {
				fail("Found empty property at index " + strconv.Itoa(i))
			}
			break read
		case b == quote && inName:
			if n := p.significantAfter(i); n != ']' && n != ',' {
				fail("Property must be separated by comma or Property must be terminated close square bracket at index " + strconv.Itoa(i))
			}
			end = i
			names = append(names, unescape(p.sub(start, end)))
			inName = false
		case b == quote:
			start, inName, comma = i+1, true, false
		case b == ',' && !inName:
			if comma {
				fail("Found empty property at index " + strconv.Itoa(i))
			}
			comma = true
		}
	}
	if inName {
		fail("Property has not been closed - missing closing " + string(quote))
	}
	closing := p.indexOfSignificant(end, ']')
	if closing == -1 {
		fail("Property has not been closed - missing closing ]")
	}
	if len(names) == 0 {
		fail("Empty properties")
	}
	p.pos = closing + 1
	p.chain.add(p.compiler.token(token{kind: propertyToken, names: names}))
	return true
}

func isWhitespace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// trimJava is java.lang.String.trim.
func trimJava(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
}
