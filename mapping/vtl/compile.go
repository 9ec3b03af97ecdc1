package vtl

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"sluice/mapping/vtl/value"
)

// stmt is something that prints. A rendering that is to end, or to leave a
// block, says so in state.sig.
type stmt interface {
	render(st *state)
}

// expr is something that has a value, and a truth of its own: only booleans and
// references can be true.
type expr interface {
	eval(st *state) value.Value
	truth(st *state) bool
}

// compiler turns nodes into evaluators, in the order in which Velocity
// initialises its nodes: macros become known and images change on the way.
type compiler struct {
	mode   Mode
	limits *Limits
	scope  *scope
	fixed  int // where errors are, for texts inside others; -1 in a template
}

func (c *compiler) compile(root *node) (body []stmt, err *syntaxError) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *syntaxError:
			body, err = nil, e
		default:
			panic(e)
		}
	}()
	return c.stmts(root.kids), nil
}

func (c *compiler) pos(n *node) int {
	if c.fixed >= 0 {
		return c.fixed
	}
	return n.pos()
}

func (c *compiler) fail(n *node, kind ErrorKind, message string) {
	panic(&syntaxError{pos: c.pos(n), message: message, kind: kind})
}

// stmts compiles statements and joins adjacent texts.
func (c *compiler) stmts(nodes []*node) []stmt {
	out := make([]stmt, 0, len(nodes))
	var texts []string
	flush := func() {
		if s := strings.Join(texts, ""); s != "" {
			out = append(out, text(s))
		}
		texts = texts[:0]
	}
	for _, n := range nodes {
		switch s := c.stmt(n).(type) {
		case nil:
		case text:
			texts = append(texts, string(s))
		default:
			flush()
			out = append(out, s)
		}
	}
	flush()
	return out
}

func (c *compiler) stmt(n *node) stmt {
	switch n.kind {
	case nText:
		return text(n.firstToken().literal())
	case nEscape:
		return text(n.name)
	case nEscapedDirective:
		return text(n.firstToken().image)
	case nComment:
		image := n.firstToken().image
		i := strings.Index(image, "##")
		if i < 0 {
			i = max(0, strings.Index(image, "#*"))
		}
		return text(image[:i])
	case nTextblock:
		image := n.firstToken().image
		return text(image[3 : len(image)-3])
	case nReference:
		return c.reference(n)
	case nSet:
		return c.set(n)
	case nIf:
		return c.ifStmt(n)
	case nDirective:
		return c.directive(n)
	}
	panic("unreachable: no statement")
}

func (c *compiler) ifStmt(n *node) stmt {
	s := &ifStmt{}
	s.branches = append(s.branches, branch{c.expr(n.kids[0]), c.stmts(n.kids[1].kids)})
	for _, k := range n.kids[2:] {
		if k.kind == nElse {
			s.otherwise = c.stmts(k.kids[0].kids)
			continue
		}
		s.branches = append(s.branches, branch{c.expr(k.kids[0]), c.stmts(k.kids[1].kids)})
	}
	return s
}

func (c *compiler) set(n *node) stmt {
	s := &setStmt{pos: c.pos(n), left: c.reference(n.kids[0]), right: c.expr(n.kids[1])}
	// The reference takes all but the first character for the name, be it "{" or "!".
	s.slot = c.scope.slot(trimFirst(n.kids[0].firstToken().image))
	return s
}

// trimFirst drops the first character.
func trimFirst(s string) string {
	if s == "" {
		return ""
	}
	return s[1:]
}

func (c *compiler) directive(n *node) stmt {
	if !isDirective(n.name) {
		return c.call(n)
	}
	if len(n.kids) == 0 {
		switch n.name {
		case "break":
			return &breakStmt{}
		case "stop":
			return stopStmt{}
		case "include":
			return text("")
		case "parse":
			return &failStmt{pos: c.pos(n), kind: Unsupported, message: "#parse is not supported"}
		}
		c.fail(n, SyntaxError, "#"+n.name+" needs arguments")
	}
	switch n.name {
	case "include", "parse":
		s := &resourceStmt{pos: c.pos(n), name: n.name}
		for _, k := range n.kids {
			s.args = append(s.args, c.expr(k))
		}
		return s
	case "literal":
		if n.kids[0].hasLiteral() {
			c.kids(n)
			return text(n.kids[0].literal())
		}
		c.fail(n, SyntaxError, "#literal has no content")
	case "break":
		if len(n.kids) > 1 {
			c.fail(n, SyntaxError, "#break takes one argument at most")
		}
		return &breakStmt{pos: c.pos(n), scope: c.expr(n.kids[0])}
	case "stop":
		if len(n.kids) > 1 {
			c.fail(n, SyntaxError, "#stop takes one argument at most")
		}
		return stopStmt{c.expr(n.kids[0])}
	case "evaluate":
		if len(n.kids) != 1 || n.kids[0].kind != nString && n.kids[0].kind != nReference {
			c.fail(n, SyntaxError, "#evaluate takes one argument, a string or a reference")
		}
		c.scope.uses = everything
		return &evaluateStmt{pos: c.pos(n), source: c.expr(n.kids[0])}
	case "define":
		return c.define(n)
	case "foreach":
		return c.foreach(n)
	}
	return c.macro(n)
}

// kids compiles all parts of n for what that does to them.
func (c *compiler) kids(n *node) {
	for _, k := range n.kids {
		if k.kind == nBlock {
			c.stmts(k.kids)
		} else {
			c.expr(k)
		}
	}
}

func (c *compiler) define(n *node) stmt {
	s := &defineStmt{}
	first := n.kids[0]
	if len(n.kids) != 2 {
		c.kids(n)
		c.fail(n, SyntaxError, "#define takes one argument, the name of the block")
	}
	c.expr(first)
	s.body = c.stmts(n.kids[1].kids)
	s.slot = c.scope.slot(trimFirst(first.firstToken().image))
	return s
}

func (c *compiler) foreach(n *node) stmt {
	s := &foreachStmt{pos: c.pos(n), scope: c.scope}
	compiled := make([]expr, len(n.kids))
	for i, k := range n.kids {
		if k.kind != nBlock {
			compiled[i] = c.expr(k)
		} else if i != 3 {
			c.stmts(k.kids)
		}
		if i != 3 {
			continue
		}
		// The fourth part is rendered, whatever it is.
		if k.kind == nBlock {
			s.body = c.stmts(k.kids)
		} else {
			s.body = c.printed(k, compiled[i])
		}
	}
	if len(n.kids) < 3 {
		return &failStmt{pos: s.pos, kind: RuntimeError, message: "#foreach needs a reference, \"in\" and a list"}
	}
	if r, ok := compiled[0].(*reference); ok {
		s.slot = r.slot
	} else {
		s.slot = c.scope.slot(trimFirst(n.kids[0].firstToken().image))
	}
	s.list = compiled[2]
	if s.list == nil { // #foreach($x $list): the block stands where the list should
		return nil
	}
	if len(n.kids) < 4 {
		s.body = []stmt{&failStmt{pos: s.pos, kind: RuntimeError, message: "#foreach has no block"}}
	}
	return s
}

// printed is what rendering an argument prints: the references in it.
func (c *compiler) printed(n *node, e expr) []stmt {
	if r, ok := e.(*reference); ok {
		return []stmt{r}
	}
	var out []stmt
	if n.kind == nList || n.kind == nMap || n.kind == nRange {
		for _, k := range n.kids {
			if k.kind == nReference || k.kind == nList || k.kind == nMap || k.kind == nRange {
				out = append(out, c.printed(k, c.expr(k))...)
			}
		}
	}
	return out
}

func (c *compiler) macro(n *node) stmt {
	m := &macro{name: n.kids[0].firstToken().image}
	block := n.kids[len(n.kids)-1]
	for _, k := range n.kids[1 : len(n.kids)-1] {
		c.expr(k)
	}
	m.body = c.stmts(block.kids)
	for _, k := range n.kids[1 : len(n.kids)-1] {
		m.params = append(m.params, c.scope.slot(strings.TrimPrefix(k.firstToken().image, "$")))
	}
	if c.scope.macro(m.name) == nil { // the first definition stays
		c.scope.macros[m.name] = m
	}
	return nil
}

func (c *compiler) call(n *node) stmt {
	s := &callStmt{pos: c.pos(n), name: n.name, scope: c.scope, node: n}
	args := n.kids
	if strings.HasPrefix(n.name, "@") {
		if len(n.kids) == 0 {
			return text("#" + n.name)
		}
		s.name = n.name[1:]
		args = n.kids[:len(n.kids)-1]
		s.block = &defineStmt{}
	}
	for _, k := range args {
		if k.kind == nWord {
			s.word = k.firstToken().image
		}
		a := &argument{node: k, expr: c.expr(k)}
		switch k.kind {
		case nString, nMap, nList, nRange, nReference:
		default:
			a.constant = true
		}
		s.args = append(s.args, a)
	}
	if s.block != nil {
		s.block.body = c.stmts(n.kids[len(n.kids)-1].kids)
	}
	return s
}

// expr compiles what has a value.
func (c *compiler) expr(n *node) expr {
	switch n.kind {
	case nExpression:
		return c.expr(n.kids[0])
	case nReference:
		return c.reference(n)
	case nString:
		return c.str(n)
	case nInteger:
		v, ok := integerLiteral(n.firstToken().image)
		if !ok { // a marker before it belongs to its image
			c.fail(n, SyntaxError, "malformed number")
		}
		return &constant{v: v}
	case nFloat:
		f, err := strconv.ParseFloat(n.firstToken().image, 64)
		if err != nil && !math.IsInf(f, 0) {
			c.fail(n, SyntaxError, "malformed number")
		}
		return &constant{v: value.OfDouble(f)}
	case nTrue:
		return &constant{v: value.OfBool(true), is: true}
	case nFalse:
		return &constant{v: value.OfBool(false)}
	case nWord:
		return &constant{}
	case nMap:
		m := &mapExpr{}
		for i := 0; i < len(n.kids); i += 2 {
			m.entries = append(m.entries, [2]expr{c.expr(n.kids[i]), c.expr(n.kids[i+1])})
		}
		return m
	case nList:
		l := &listExpr{}
		for _, k := range n.kids {
			l.items = append(l.items, c.expr(k))
		}
		return l
	case nRange:
		return &rangeExpr{pos: c.pos(n), from: c.expr(n.kids[0]), to: c.expr(n.kids[1])}
	case nNot:
		e := c.expr(n.kids[0])
		if k, ok := e.(*constant); ok {
			return &constant{v: value.OfBool(!k.is), is: !k.is}
		}
		return &notExpr{e}
	case nBinary:
		return c.binary(n)
	}
	panic("unreachable: no expression")
}

func (c *compiler) binary(n *node) expr {
	b := binaryExpr{pos: c.pos(n), left: c.expr(n.kids[0]), right: c.expr(n.kids[1])}
	_, constLeft := b.left.(*constant)
	_, constRight := b.right.(*constant)
	fold := constLeft && constRight
	var e expr
	switch n.op {
	case tOr:
		e = &orExpr{b}
	case tAnd:
		e = &andExpr{b}
	case tEqual:
		e = c.equality(b, false)
	case tNotEqual:
		e = c.equality(b, true)
	case tLess, tLessEqual, tGreater, tGreaterEqual:
		e = &orderExpr{b, n.op}
	case tPlus:
		e = &addExpr{
			binaryExpr: b, leftNode: n.kids[0], rightNode: n.kids[1],
			emptyLeft: c.emptyWhenNull(b.left), emptyRight: c.emptyWhenNull(b.right),
		}
	default:
		e = &mathExpr{b, n.op}
	}
	if !fold {
		return e
	}
	st := &state{limits: *c.limits, steps: 1 << 20, memory: c.limits.Memory}
	k := &constant{v: e.eval(st), is: e.truth(st)}
	if st.sig != sigNone {
		return e
	}
	return k
}

func (c *compiler) equality(b binaryExpr, not bool) expr {
	return &equalExpr{b, not, c.emptyWhenNull(b.left), c.emptyWhenNull(b.right)}
}

// emptyWhenNull tells whether e counts as "" when it is null: a reference does
// in AWS mode, a failed calculation does not.
func (c *compiler) emptyWhenNull(e expr) bool {
	r, ok := e.(*reference)
	return ok && !r.runt && !r.inert && c.mode == AWS
}

func integerLiteral(s string) (v value.Value, ok bool) {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		if i == int64(int32(i)) {
			return value.OfInt(int32(i)), true
		}
		return value.OfLong(i), true
	}
	b, ok := new(big.Int).SetString(s, 10)
	return value.OfBigInt(b), ok
}

// str compiles a string literal. One in double quotes that has a "$" or "#" is
// a template of its own, with a blank added that keeps its last token whole.
func (c *compiler) str(n *node) expr {
	image := n.firstToken().image
	// Markers before the quote belong to the image, too; the reference cuts off
	// the first character whatever it is.
	body := image[1 : len(image)-1]
	double := image[0] == '"'
	if double {
		var ok bool
		if body, ok = unescape(body); !ok {
			c.fail(n, SyntaxError, `malformed \u escape in a string`)
		}
	}
	if double || image[0] == '\'' {
		body = halveQuotes(body, image[0])
	}
	if !double || !strings.ContainsAny(image, "$#") {
		return &constant{v: value.Of(body)}
	}
	source := body
	lineComment := strings.Contains(body, "##")
	if !lineComment {
		source += " "
	}
	root, err := parseNodes(source, c.limits, c.scope)
	if err != nil {
		c.fail(n, err.kind, err.message+" in a string")
	}
	inner := &compiler{mode: c.mode, limits: c.limits, scope: c.scope, fixed: c.pos(n)}
	return newStringExpr(inner.stmts(root.kids), !lineComment)
}

// unescape resolves \uXXXX; any other backslash stays.
func unescape(s string) (string, bool) {
	i := strings.Index(s, `\u`)
	if i < 0 {
		return s, true
	}
	var b []byte
	for ; i >= 0; i = strings.Index(s, `\u`) {
		b = append(b, s[:i]...)
		if len(s) < i+6 {
			return "", false
		}
		u, err := strconv.ParseInt(s[i+2:i+6], 16, 32)
		if err != nil {
			return "", false
		}
		b = value.AppendUnit(b, uint16(u))
		s = s[i+6:]
	}
	return string(append(b, s...)), true
}

// halveQuotes makes doubled quotes single.
func halveQuotes(s string, q byte) string {
	if strings.IndexByte(s, q) < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		b = append(b, s[i])
		if s[i] == q && i+1 < len(s) && s[i+1] == q {
			i++
		}
	}
	return string(b)
}
