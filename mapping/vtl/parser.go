package vtl

import (
	"strings"
	"unicode/utf8"
)

// parser builds nodes from tokens. It fetches tokens one by one, as far ahead
// as Velocity's parser looks and no further: three of its steps change the
// state of the lexer, and what has been fetched before them matters.
type parser struct {
	lexer
	toks   []token // toks[0] stands before the first token
	cur    int     // the last token consumed
	scan   lookahead
	depth  int
	limits *Limits
	macros macroNames
}

// macroNames is what the parser knows of macros.
type macroNames interface {
	// isMacro tells whether a macro can be called now.
	isMacro(name string) bool
	// declared tells whether the definition of a macro has been parsed.
	declared(name string) bool
	declare(name string)
}

// syntaxError ends a parse by panicking; parseNodes recovers it.
type syntaxError struct {
	pos     int
	message string
	kind    ErrorKind
}

// parseNodes parses src. err is nil or tells what is wrong and where.
func parseNodes(src string, limits *Limits, macros macroNames) (root *node, err *syntaxError) {
	p := &parser{lexer: lexer{src: src, state: inDefault}, limits: limits, macros: macros}
	p.toks = append(make([]token, 0, 16+len(src)/8), token{})
	p.scan.parser = p
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *syntaxError:
			root, err = nil, e
		default:
			panic(e)
		}
	}()
	root = p.open(nTemplate)
	p.statements(root)
	if t := p.peek(); t.kind != tEOF {
		p.unexpected()
	}
	p.close(root)
	return root, nil
}

func (p *parser) failAt(pos int, message string) {
	panic(&syntaxError{pos: pos, message: message, kind: SyntaxError})
}

// unexpected fails at the next token.
func (p *parser) unexpected() {
	t := p.peek()
	if t.kind == tEOF {
		p.failAt(t.pos, "unexpected end of template")
	}
	p.failAt(t.pos, "unexpected "+quoteImage(t.image))
}

func quoteImage(s string) string {
	s = strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s)
	if len(s) > 40 {
		s = s[:40] + "..."
	}
	return `"` + s + `"`
}

// fetch gets the token after the last one fetched.
func (p *parser) fetch() {
	t, ok := p.next()
	if !ok {
		if p.pos >= len(p.src) {
			p.failAt(p.pos, "unexpected end of template after "+quoteImage(p.src[max(0, len(p.src)-20):]))
		}
		p.failAt(p.pos, "unexpected character "+quoteImage(p.src[p.pos:min(len(p.src), p.pos+1)]))
	}
	p.toks = append(p.toks, t)
}

// peek returns the next token without consuming it.
func (p *parser) peek() *token {
	if p.cur+1 == len(p.toks) {
		p.fetch()
	}
	return &p.toks[p.cur+1]
}

func (p *parser) nextIs(k kind) bool { return p.peek().kind == k }

func (p *parser) expect(k kind) *token {
	t := p.peek()
	if t.kind != k {
		p.unexpected()
	}
	p.cur++
	return t
}

func (p *parser) accept(k kind) bool {
	if p.nextIs(k) {
		p.cur++
		return true
	}
	return false
}

// open begins a node at the next token.
func (p *parser) open(k nodeKind) *node {
	p.peek()
	return &node{kind: k, toks: &p.toks, first: p.cur + 1}
}

// close ends n at the last token consumed.
func (p *parser) close(n *node) *node {
	n.last = p.cur
	for _, k := range n.kids {
		n.depth = max(n.depth, k.depth)
	}
	if n.depth++; n.depth > p.limits.Nesting {
		panic(&syntaxError{pos: n.pos(), message: "nested too deeply", kind: LimitError})
	}
	return n
}

// enter guards the recursion of the parser itself.
func (p *parser) enter() {
	if p.depth++; p.depth > p.limits.Nesting {
		panic(&syntaxError{pos: p.peek().pos, message: "nested too deeply", kind: LimitError})
	}
}

func (p *parser) leave() { p.depth-- }

// leaf makes a node of one token.
func (p *parser) leaf(k nodeKind, t kind) *node {
	n := p.open(k)
	p.expect(t)
	return p.close(n)
}

// startsStatement tells the tokens that a statement can begin with.
func startsStatement(k kind) bool {
	switch k {
	case tLeftParen, tRightParen, tEscapeDirective, tSet, tLineCommentStart, tDoubleEscape, tEscape, tText,
		tFormalCommentEnd, tCommentEnd, tTextblock, tString, tIf, tInteger, tFloat, tWord, tBracketedWord,
		tIdentifier, tDot, tReferenceCurly, tReferenceRightCurly, tEmptyIndex:
		return true
	}
	return false
}

func (p *parser) statements(n *node) {
	for startsStatement(p.peek().kind) {
		n.kids = append(n.kids, p.statement())
	}
}

func (p *parser) block() *node {
	n := p.open(nBlock)
	p.statements(n)
	return p.close(n)
}

func (p *parser) statement() *node {
	p.enter()
	defer p.leave()
	if p.nextIs(tIf) {
		return p.ifStatement()
	}
	if p.scan.begin(2) && p.scan.reference() {
		return p.reference()
	}
	switch p.peek().kind {
	case tLineCommentStart:
		n := p.open(nComment)
		p.cur++
		p.accept(tLineCommentEnd)
		return p.close(n)
	case tCommentEnd, tFormalCommentEnd:
		return p.leaf(nComment, p.peek().kind)
	case tTextblock:
		return p.leaf(nTextblock, tTextblock)
	case tSet:
		return p.set()
	case tEscapeDirective:
		n := p.leaf(nEscapedDirective, tEscapeDirective)
		t := n.firstToken()
		t.image = p.escapedDirective(t.image)
		return n
	case tDoubleEscape:
		return p.escape()
	case tWord, tBracketedWord:
		return p.directive()
	case tText, tDot, tRightParen, tLeftParen, tInteger, tFloat, tString, tEscape, tReferenceCurly, tReferenceRightCurly, tEmptyIndex:
		return p.leaf(nText, p.peek().kind)
	}
	p.unexpected()
	return nil
}

// escapedDirective halves the backslashes before a directive that exists.
func (p *parser) escapedDirective(image string) string {
	last := strings.LastIndexByte(image, '\\')
	name := image[last+2:]
	if name[0] == '{' {
		name = name[1 : len(name)-1]
	}
	switch name {
	case "if", "end", "set", "else", "elseif":
	default:
		if !isDirective(name) && !p.macros.declared(name) && !p.macros.isMacro(name) {
			return image
		}
	}
	return image[:last/2] + image[last+1:]
}

// escape is a run of doubled backslashes, which are halved before a directive.
func (p *parser) escape() *node {
	n := p.open(nEscape)
	count := 0
	for {
		p.expect(tDoubleEscape)
		count++
		if !p.scan.begin(2) || !p.scan.token(tDoubleEscape) {
			break
		}
	}
	p.close(n)
	t := p.peek()
	control := false
	switch t.kind {
	case tIf, tElse, tElseIf, tEnd:
		control = true
	default:
		_, size := utf8.DecodeRuneInString(t.image)
		name := t.image[size:]
		control = isDirective(name) || p.macros.declared(name) || p.macros.isMacro(name)
	}
	if control {
		n.name = strings.Repeat(`\`, count)
	} else {
		n.name = strings.Repeat(`\\`, count)
	}
	return n
}

// isDirective tells the directives that are no part of the grammar.
func isDirective(name string) bool {
	switch name {
	case "foreach", "include", "parse", "macro", "literal", "evaluate", "break", "define", "stop":
		return true
	}
	return false
}

// isBlockDirective tells those that need an #end.
func isBlockDirective(name string) bool {
	switch name {
	case "foreach", "macro", "literal", "define":
		return true
	}
	return false
}

// parenthesisFollows looks for a left parenthesis after blanks, in the source
// rather than in tokens.
func (p *parser) parenthesisFollows() bool {
	for i := p.pos; i < len(p.src); i++ {
		switch p.src[i] {
		case '(':
			return true
		case ' ', '\n', '\r', '\t':
		default:
			return false
		}
	}
	return false
}

func (p *parser) directive() *node {
	n := p.open(nDirective)
	t := p.peek()
	p.cur++
	if t.kind == tBracketedWord {
		n.name = t.image[2 : len(t.image)-1]
	} else {
		n.name = t.image[1:]
	}
	at := t.pos
	isMacro := n.name == "macro"
	known := isDirective(n.name)
	block := isBlockDirective(n.name) || !known && strings.HasPrefix(n.name, "@")
	isVM := !known && !block && p.macros.isMacro(n.name)
	p.state = inDirective
	if !p.parenthesisFollows() {
		if isMacro {
			p.failAt(at, "a macro declaration requires at least a name argument")
		}
		p.pop()
		return p.close(n)
	}
	p.accept(tWhitespace)
	p.expect(tLeftParen)
	for p.scan.begin(2) && p.scan.directiveArgument() {
		p.accept(tWhitespace)
		if p.accept(tComma) {
			p.accept(tWhitespace)
		}
		arg := p.directiveArgument()
		i := len(n.kids)
		n.kids = append(n.kids, arg)
		switch {
		case arg.kind != nWord:
			if isMacro && i == 0 {
				p.failAt(arg.pos(), "the first argument of #macro must be the name of the macro")
			}
		case isMacro && i == 0:
		case isVM, known && (n.name != "foreach" || i != 1):
			p.failAt(arg.pos(), "a bare word is no argument of #"+n.name)
		}
	}
	p.accept(tWhitespace)
	p.expect(tRightParen)
	if !block {
		return p.close(n)
	}
	n.kids = append(n.kids, p.block())
	if !p.nextIs(tEnd) {
		if p.nextIs(tEOF) {
			p.failAt(at, "#"+n.name+" has no #end")
		}
		p.unexpected()
	}
	p.cur++
	p.close(n)
	if isMacro {
		if len(n.kids) < 2 {
			p.failAt(at, "the first argument of #macro must be the name of the macro")
		}
		p.macros.declare(n.kids[0].firstToken().image)
	}
	return n
}

func (p *parser) directiveArgument() *node {
	switch p.peek().kind {
	case tIdentifier, tReferenceCurly:
		return p.reference()
	case tWord:
		return p.leaf(nWord, tWord)
	}
	return p.operand()
}

// operand is what can be an argument, an element or an operand, blanks apart.
func (p *parser) operand() *node {
	p.enter()
	defer p.leave()
	switch p.peek().kind {
	case tString:
		return p.leaf(nString, tString)
	case tInteger:
		return p.leaf(nInteger, tInteger)
	case tFloat:
		return p.leaf(nFloat, tFloat)
	case tTrue:
		return p.leaf(nTrue, tTrue)
	case tFalse:
		return p.leaf(nFalse, tFalse)
	case tIdentifier, tReferenceCurly:
		return p.reference()
	case tLeftCurly:
		return p.mapLiteral()
	case tLeftBracket:
		if p.scan.begin(unlimited) && p.scan.rangeStart() {
			return p.rangeLiteral()
		}
		return p.list()
	}
	p.unexpected()
	return nil
}

func (p *parser) parameter() *node {
	p.accept(tWhitespace)
	n := p.operand()
	p.accept(tWhitespace)
	return n
}

func startsParameter(k kind) bool {
	switch k {
	case tLeftBracket, tLeftCurly, tWhitespace, tString, tTrue, tFalse, tInteger, tFloat, tIdentifier, tReferenceCurly:
		return true
	}
	return false
}

func (p *parser) mapLiteral() *node {
	n := p.open(nMap)
	p.expect(tLeftCurly)
	if p.scan.begin(2) && p.scan.mapEntry() {
		for {
			key := p.parameter()
			p.expect(tColon)
			n.kids = append(n.kids, key, p.parameter())
			if !p.accept(tComma) {
				break
			}
		}
	} else {
		p.accept(tWhitespace)
	}
	if !p.accept(tRightCurly) {
		p.expect(tReferenceRightCurly)
	}
	return p.close(n)
}

func (p *parser) list() *node {
	n := p.open(nList)
	p.expect(tLeftBracket)
	if startsParameter(p.peek().kind) {
		n.kids = append(n.kids, p.parameter())
		for p.accept(tComma) {
			n.kids = append(n.kids, p.parameter())
		}
	}
	p.expect(tRightBracket)
	return p.close(n)
}

func (p *parser) rangeLiteral() *node {
	n := p.open(nRange)
	p.expect(tLeftBracket)
	p.accept(tWhitespace)
	n.kids = append(n.kids, p.rangeBound())
	p.accept(tWhitespace)
	p.expect(tDoubleDot)
	p.accept(tWhitespace)
	n.kids = append(n.kids, p.rangeBound())
	p.accept(tWhitespace)
	p.expect(tRightBracket)
	return p.close(n)
}

func (p *parser) rangeBound() *node {
	if p.nextIs(tInteger) {
		return p.leaf(nInteger, tInteger)
	}
	return p.reference()
}

func (p *parser) reference() *node {
	p.enter()
	defer p.leave()
	n := p.open(nReference)
	formal := p.accept(tReferenceCurly)
	p.expect(tIdentifier)
	p.indexes(n)
	for p.scan.begin(2) && p.scan.member() {
		p.expect(tDot)
		if p.scan.begin(3) && p.scan.method() {
			n.kids = append(n.kids, p.method())
		} else {
			n.kids = append(n.kids, p.leaf(nIdentifier, tIdentifier))
		}
		p.indexes(n)
	}
	if formal {
		p.expect(tReferenceRightCurly)
	}
	return p.close(n)
}

func (p *parser) indexes(n *node) {
	for p.nextIs(tIndexLeft) {
		x := p.open(nIndex)
		p.cur++
		p.accept(tWhitespace)
		switch p.peek().kind {
		case tString, tInteger, tTrue, tFalse, tIdentifier, tReferenceCurly:
			x.kids = append(x.kids, p.operand())
		default:
			p.unexpected()
		}
		p.accept(tWhitespace)
		p.expect(tIndexRight)
		n.kids = append(n.kids, p.close(x))
	}
}

func (p *parser) method() *node {
	n := p.open(nMethod)
	n.kids = append(n.kids, p.leaf(nIdentifier, tIdentifier))
	p.expect(tLeftParen)
	if startsParameter(p.peek().kind) {
		n.kids = append(n.kids, p.parameter())
		for p.accept(tComma) {
			n.kids = append(n.kids, p.parameter())
		}
	}
	p.expect(tMethodRightParen)
	return p.close(n)
}

func (p *parser) set() *node {
	n := p.open(nSet)
	p.expect(tSet)
	p.accept(tWhitespace)
	n.kids = append(n.kids, p.reference())
	p.accept(tWhitespace)
	p.expect(tAssign)
	n.kids = append(n.kids, p.expression())
	p.expect(tRightParen)
	p.inSet = false
	p.peek()
	return p.close(n)
}

func (p *parser) ifStatement() *node {
	n := p.open(nIf)
	at := p.peek().pos
	p.cur++
	p.condition(n)
	n.kids = append(n.kids, p.block())
	for p.nextIs(tElseIf) {
		e := p.open(nElseIf)
		p.cur++
		p.condition(e)
		e.kids = append(e.kids, p.block())
		n.kids = append(n.kids, p.close(e))
	}
	if p.nextIs(tElse) {
		e := p.open(nElse)
		p.cur++
		e.kids = append(e.kids, p.block())
		n.kids = append(n.kids, p.close(e))
	}
	if p.nextIs(tEOF) {
		p.failAt(at, "#if has no #end")
	}
	p.expect(tEnd)
	return p.close(n)
}

func (p *parser) condition(n *node) {
	p.accept(tWhitespace)
	p.expect(tLeftParen)
	n.kids = append(n.kids, p.expression())
	p.expect(tRightParen)
}

func (p *parser) expression() *node {
	p.enter()
	defer p.leave()
	n := p.open(nExpression)
	n.kids = append(n.kids, p.binary(0))
	return p.close(n)
}

// precedence lists the binary operators from the loosest to the tightest.
var precedence = [...][]kind{
	{tOr},
	{tAnd},
	{tEqual, tNotEqual},
	{tLess, tGreater, tLessEqual, tGreaterEqual},
	{tPlus, tMinus},
	{tMultiply, tDivide, tModulus},
}

func (p *parser) binary(level int) *node {
	if level == len(precedence) {
		return p.unary()
	}
	left := p.binary(level + 1)
	for {
		op := p.peek().kind
		if !contains(precedence[level], op) {
			return left
		}
		p.cur++
		n := p.open(nBinary) // its text is that of the right side only
		n.op = op
		n.kids = []*node{left, p.binary(level + 1)}
		left = p.close(n)
	}
}

func contains(ks []kind, k kind) bool {
	for _, x := range ks {
		if x == k {
			return true
		}
	}
	return false
}

func (p *parser) unary() *node {
	if p.scan.begin(2) && p.scan.not() {
		p.enter()
		defer p.leave()
		p.accept(tWhitespace)
		p.expect(tNot)
		n := p.open(nNot)
		n.kids = append(n.kids, p.unary())
		return p.close(n)
	}
	p.accept(tWhitespace)
	var n *node
	if p.accept(tLeftParen) {
		n = p.expression()
		p.expect(tRightParen)
	} else {
		n = p.operand()
	}
	p.accept(tWhitespace)
	return n
}
