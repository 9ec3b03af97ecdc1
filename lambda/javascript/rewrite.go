package javascript

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"
)

// Names by which rewritten code calls the meter. No source text can contain them,
// so that nothing shadows or replaces them.
const (
	nameTick     = "<tick>"
	nameAdd      = "<add>"
	nameTemplate = "<template>"
	nameText     = "<text>"
	nameGrown    = "<grown>"
	nameSpread   = "<spread>"
	nameShift    = "<shift>"
	namePower    = "<power>"
	nameUpdate   = "<update>"
	nameHide     = "<hide>"
)

// meterNames are all of them, in the order of meter.arguments.
func meterNames() []unistring.String {
	return []unistring.String{
		nameTick, nameAdd, nameTemplate, nameText, nameGrown, nameSpread, nameShift, namePower, nameUpdate, nameHide,
	}
}

// meterProgram rewrites a program so that it cannot grow or run on without passing the
// meter: every function and every turn of a loop begins with a tick, and the operators
// that can double what they are given (+, +=, template literals, spread, << and **)
// are calls that look before they take.
//
// Native calls in a row are ticked too, so that not even a long source can take much
// between two ticks.
func meterProgram(p *ast.Program) { (&rewriter{}).statements(p.Body) }

// enclose turns a program that is one expression into a function of the meter that
// returns it. It reports false when the program is something else.
func enclose(p *ast.Program) bool {
	if len(p.Body) != 1 || len(p.DeclarationList) != 0 {
		return false
	}
	only, ok := p.Body[0].(*ast.ExpressionStatement)
	if !ok {
		return false
	}
	at := only.Expression.Idx0()
	params := &ast.ParameterList{Opening: at, Closing: at}
	for _, name := range meterNames() {
		params.List = append(params.List, &ast.Binding{Target: &ast.Identifier{Name: name, Idx: at}})
	}
	only.Expression = &ast.FunctionLiteral{
		Function: at, ParameterList: params,
		Body: &ast.BlockStatement{
			LeftBrace: at, RightBrace: at,
			List: []ast.Statement{&ast.ReturnStatement{Return: at, Argument: only.Expression}},
		},
	}
	return true
}

// row is how many calls may follow each other without a tick.
const row = 8

type rewriter struct {
	calls int // seen so far
}

func callTo(name unistring.String, at file.Idx, args ...ast.Expression) ast.Expression {
	return &ast.CallExpression{
		Callee: &ast.Identifier{Name: name, Idx: at}, LeftParenthesis: at, ArgumentList: args, RightParenthesis: at,
	}
}

func tickAt(at file.Idx) ast.Statement {
	return &ast.ExpressionStatement{Expression: callTo(nameTick, at)}
}

func (r *rewriter) statements(list []ast.Statement) {
	for _, s := range list {
		r.statement(s)
	}
}

// looped is the body of a loop, with a tick.
func (r *rewriter) looped(body ast.Statement) ast.Statement {
	r.statement(body)
	at := body.Idx0()
	return &ast.BlockStatement{LeftBrace: at, List: []ast.Statement{tickAt(at), body}, RightBrace: at}
}

func (r *rewriter) block(b *ast.BlockStatement) {
	if b != nil {
		r.statements(b.List)
	}
}

func (r *rewriter) statement(s ast.Statement) {
	switch s := s.(type) {
	case *ast.BlockStatement:
		r.block(s)
	case *ast.DoWhileStatement:
		s.Test, s.Body = r.expr(s.Test), r.looped(s.Body)
	case *ast.ExpressionStatement:
		s.Expression = r.expr(s.Expression)
	case *ast.ForInStatement:
		r.into(s.Into)
		s.Source, s.Body = r.expr(s.Source), r.looped(s.Body)
	case *ast.ForOfStatement:
		r.into(s.Into)
		s.Source, s.Body = r.expr(s.Source), r.looped(s.Body)
	case *ast.ForStatement:
		switch i := s.Initializer.(type) {
		case *ast.ForLoopInitializerExpression:
			i.Expression = r.expr(i.Expression)
		case *ast.ForLoopInitializerVarDeclList:
			r.bindings(i.List)
		case *ast.ForLoopInitializerLexicalDecl:
			r.bindings(i.LexicalDeclaration.List)
		}
		s.Test, s.Update, s.Body = r.expr(s.Test), r.expr(s.Update), r.looped(s.Body)
	case *ast.IfStatement:
		s.Test = r.expr(s.Test)
		r.statement(s.Consequent)
		if s.Alternate != nil {
			r.statement(s.Alternate)
		}
	case *ast.LabelledStatement:
		r.statement(s.Statement)
	case *ast.ReturnStatement:
		s.Argument = r.expr(s.Argument)
	case *ast.SwitchStatement:
		s.Discriminant = r.expr(s.Discriminant)
		for _, c := range s.Body {
			c.Test = r.expr(c.Test)
			r.statements(c.Consequent)
		}
	case *ast.ThrowStatement:
		s.Argument = r.expr(s.Argument)
	case *ast.TryStatement:
		r.block(s.Body)
		if s.Catch != nil {
			if s.Catch.Parameter != nil {
				r.target(s.Catch.Parameter)
			}
			r.block(s.Catch.Body)
		}
		r.block(s.Finally)
	case *ast.VariableStatement:
		r.bindings(s.List)
	case *ast.LexicalDeclaration:
		r.bindings(s.List)
	case *ast.WhileStatement:
		s.Test, s.Body = r.expr(s.Test), r.looped(s.Body)
	case *ast.WithStatement:
		// An object could have properties by the names of the meter.
		s.Object = callTo(nameHide, s.Object.Idx0(), r.expr(s.Object))
		r.statement(s.Body)
	case *ast.FunctionDeclaration:
		r.function(s.Function)
	case *ast.ClassDeclaration:
		r.class(s.Class)
	}
}

func (r *rewriter) into(i ast.ForInto) {
	switch i := i.(type) {
	case *ast.ForIntoVar:
		r.binding(i.Binding)
	case *ast.ForDeclaration:
		r.target(i.Target)
	case *ast.ForIntoExpression:
		i.Expression = r.expr(i.Expression)
	}
}

func (r *rewriter) bindings(list []*ast.Binding) {
	for _, b := range list {
		r.binding(b)
	}
}

func (r *rewriter) binding(b *ast.Binding) {
	r.target(b.Target)
	b.Initializer = r.expr(b.Initializer)
}

// target rewrites the defaults and computed keys in what is assigned to.
func (r *rewriter) target(t ast.BindingTarget) { _ = r.expr(t) }

func (r *rewriter) list(list []ast.Expression) {
	for i, x := range list {
		list[i] = r.expr(x)
	}
}

// arguments rewrites what may contain spread elements.
func (r *rewriter) arguments(list []ast.Expression) {
	for i, x := range list {
		if s, ok := x.(*ast.SpreadElement); ok {
			s.Expression = callTo(nameSpread, s.Expression.Idx0(), r.expr(s.Expression))
			continue
		}
		list[i] = r.expr(x)
	}
}

func (r *rewriter) function(f *ast.FunctionLiteral) {
	if f == nil {
		return
	}
	r.parameters(f.ParameterList)
	r.body(f.Body)
}

func (r *rewriter) parameters(p *ast.ParameterList) {
	if p == nil {
		return
	}
	r.bindings(p.List)
	p.Rest = r.expr(p.Rest)
}

// body rewrites a function's body and puts the tick behind its directives.
func (r *rewriter) body(b *ast.BlockStatement) {
	r.statements(b.List)
	n := 0
	for n < len(b.List) {
		s, ok := b.List[n].(*ast.ExpressionStatement)
		if !ok {
			break
		}
		if _, ok := s.Expression.(*ast.StringLiteral); !ok {
			break
		}
		n++
	}
	list := make([]ast.Statement, 0, len(b.List)+1)
	list = append(append(list, b.List[:n]...), tickAt(b.LeftBrace))
	b.List = append(list, b.List[n:]...)
}

func (r *rewriter) class(c *ast.ClassLiteral) {
	c.SuperClass = r.expr(c.SuperClass)
	for _, element := range c.Body {
		switch e := element.(type) {
		case *ast.FieldDefinition:
			e.Key, e.Initializer = r.expr(e.Key), r.expr(e.Initializer)
		case *ast.MethodDefinition:
			e.Key = r.expr(e.Key)
			r.function(e.Body)
		case *ast.ClassStaticBlock:
			r.block(e.Block)
		}
	}
}

func (r *rewriter) called(c *ast.CallExpression) {
	c.Callee = r.expr(c.Callee)
	r.arguments(c.ArgumentList)
}

func (r *rewriter) properties(list []ast.Property) {
	for _, p := range list {
		switch p := p.(type) {
		case *ast.PropertyShort:
			p.Initializer = r.expr(p.Initializer)
		case *ast.PropertyKeyed:
			p.Key, p.Value = r.expr(p.Key), r.expr(p.Value)
		case *ast.SpreadElement:
			p.Expression = r.expr(p.Expression)
		}
	}
}

// expr rewrites an expression and returns what takes its place.
func (r *rewriter) expr(x ast.Expression) ast.Expression {
	switch x := x.(type) {
	case *ast.ArrayLiteral:
		r.arguments(x.Value)
	case *ast.ArrayPattern:
		r.list(x.Elements)
		x.Rest = r.expr(x.Rest)
	case *ast.ArrowFunctionLiteral:
		r.parameters(x.ParameterList)
		switch b := x.Body.(type) {
		case *ast.BlockStatement:
			r.body(b)
		case *ast.ExpressionBody:
			at := b.Expression.Idx0()
			b.Expression = &ast.SequenceExpression{Sequence: []ast.Expression{callTo(nameTick, at), r.expr(b.Expression)}}
		}
	case *ast.AssignExpression:
		return r.assign(x)
	case *ast.AwaitExpression:
		x.Argument = r.expr(x.Argument)
	case *ast.BinaryExpression:
		return r.binary(x)
	case *ast.Binding:
		r.binding(x)
	case *ast.BracketExpression:
		x.Left, x.Member = r.expr(x.Left), r.expr(x.Member)
	case *ast.CallExpression:
		r.called(x)
		if _, super := x.Callee.(*ast.SuperExpression); super {
			return x
		}
		if r.calls++; r.calls%row == 0 {
			return &ast.SequenceExpression{Sequence: []ast.Expression{callTo(nameTick, x.Idx0()), x}}
		}
	case *ast.ClassLiteral:
		r.class(x)
	case *ast.ConditionalExpression:
		x.Test, x.Consequent, x.Alternate = r.expr(x.Test), r.expr(x.Consequent), r.expr(x.Alternate)
	case *ast.DotExpression:
		x.Left = r.expr(x.Left)
	case *ast.PrivateDotExpression:
		x.Left = r.expr(x.Left)
	case *ast.FunctionLiteral:
		r.function(x)
	case *ast.NewExpression:
		x.Callee = r.expr(x.Callee)
		r.arguments(x.ArgumentList)
	case *ast.ObjectLiteral:
		r.properties(x.Value)
	case *ast.ObjectPattern:
		r.properties(x.Properties)
		x.Rest = r.expr(x.Rest)
	case *ast.Optional:
		x.Expression = r.expr(x.Expression)
	case *ast.OptionalChain:
		// What the chain breaks off must stay its own.
		if c, ok := x.Expression.(*ast.CallExpression); ok {
			r.called(c)
			return x
		}
		x.Expression = r.expr(x.Expression)
	case *ast.SequenceExpression:
		r.list(x.Sequence)
	case *ast.SpreadElement:
		x.Expression = r.expr(x.Expression)
	case *ast.TemplateLiteral:
		return r.template(x)
	case *ast.UnaryExpression:
		x.Operand = r.expr(x.Operand)
	case *ast.YieldExpression:
		x.Argument = r.expr(x.Argument)
	}
	return x
}

// growing is the meter's name of an operator that can make much of little.
func growing(op token.Token) (unistring.String, bool) {
	switch op {
	case token.PLUS:
		return nameAdd, true
	case token.SHIFT_LEFT:
		return nameShift, true
	case token.EXPONENT:
		return namePower, true
	}
	return "", false
}

func (r *rewriter) binary(x *ast.BinaryExpression) ast.Expression {
	name, metered := growing(x.Operator)
	metered = metered && !harmless(x.Operator, x.Left, x.Right)
	at := x.Left.Idx0()
	x.Left, x.Right = r.expr(x.Left), r.expr(x.Right)
	if !metered {
		return x
	}
	return callTo(name, at, x.Left, x.Right)
}

// harmless tells whether the operands alone show that the result is small: numbers, or
// literals, whose sum is not longer than the source.
func harmless(op token.Token, left, right ast.Expression) bool {
	if op == token.PLUS {
		return literal(left) && literal(right) || arithmetic(left) && arithmetic(right)
	}
	return number(left) || number(right)
}

func literal(x ast.Expression) bool {
	switch x.(type) {
	case *ast.StringLiteral, *ast.NumberLiteral, *ast.BooleanLiteral, *ast.NullLiteral:
		return true
	}
	return false
}

// number tells whether x is a number, and not a BigInt: an operator that has to do
// with one gives a number or fails.
func number(x ast.Expression) bool {
	n, ok := x.(*ast.NumberLiteral)
	if !ok {
		return false
	}
	switch n.Value.(type) {
	case int64, float64:
		return true
	}
	return false
}

// arithmetic tells whether x is no string and no object, whatever its operands are.
func arithmetic(x ast.Expression) bool {
	switch x := x.(type) {
	case *ast.NumberLiteral:
		return true
	case *ast.UnaryExpression:
		switch x.Operator {
		case token.PLUS, token.MINUS, token.BITWISE_NOT, token.INCREMENT, token.DECREMENT:
			return true
		}
	case *ast.BinaryExpression:
		switch x.Operator {
		case token.MINUS, token.MULTIPLY, token.SLASH, token.REMAINDER, token.AND, token.OR, token.EXCLUSIVE_OR,
			token.SHIFT_LEFT, token.SHIFT_RIGHT, token.UNSIGNED_SHIFT_RIGHT, token.EXPONENT:
			return true
		case token.PLUS:
			return arithmetic(x.Left) && arithmetic(x.Right)
		}
	}
	return false
}

func (r *rewriter) assign(x *ast.AssignExpression) ast.Expression {
	name, metered := growing(x.Operator)
	metered = metered && (x.Operator == token.PLUS || !number(x.Right))
	x.Left, x.Right = r.expr(x.Left), r.expr(x.Right)
	if !metered {
		return x
	}
	at := x.Left.Idx0()
	if old := again(x.Left); old != nil {
		x.Operator, x.Right = token.ASSIGN, callTo(name, at, old, x.Right)
		return x
	}
	// The target must be evaluated once. What it has become is looked at afterwards:
	// it is at most twice what passed the meter before.
	if x.Operator == token.PLUS {
		return callTo(nameGrown, at, x)
	}
	// A BigInt could grow by any factor in one step, so looking afterwards is too late.
	operator := &ast.StringLiteral{Idx: at, Value: name}
	switch t := x.Left.(type) {
	case *ast.DotExpression:
		key := &ast.StringLiteral{Idx: at, Value: t.Identifier.Name}
		return callTo(nameUpdate, at, operator, t.Left, key, x.Right)
	case *ast.BracketExpression:
		return callTo(nameUpdate, at, operator, t.Left, t.Member, x.Right)
	}
	return x
}

// again is a copy of a target that may be evaluated twice; nil for others.
func again(x ast.Expression) ast.Expression {
	switch x := x.(type) {
	case *ast.Identifier:
		c := *x
		return &c
	case *ast.ThisExpression, *ast.SuperExpression:
		return x
	case *ast.DotExpression:
		if left := base(x.Left); left != nil {
			return &ast.DotExpression{Left: left, Identifier: x.Identifier}
		}
	case *ast.PrivateDotExpression:
		if left := base(x.Left); left != nil {
			return &ast.PrivateDotExpression{Left: left, Identifier: x.Identifier}
		}
	case *ast.BracketExpression:
		left, member := base(x.Left), x.Member
		if _, ok := member.(*ast.Identifier); !ok && !literal(member) {
			return nil
		}
		if left != nil {
			return &ast.BracketExpression{Left: left, Member: member, LeftBracket: x.LeftBracket, RightBracket: x.RightBracket}
		}
	}
	return nil
}

// base is a copy of what a member is taken of, when that is only a name.
func base(x ast.Expression) ast.Expression {
	switch x.(type) {
	case *ast.Identifier, *ast.ThisExpression, *ast.SuperExpression:
		return again(x)
	}
	return nil
}

func (r *rewriter) template(x *ast.TemplateLiteral) ast.Expression {
	r.list(x.Expressions)
	if x.Tag != nil {
		x.Tag = r.expr(x.Tag)
		return x
	}
	if len(x.Expressions) == 0 {
		return x
	}
	at := x.OpenQuote
	var parts []ast.Expression
	for i, element := range x.Elements {
		if element.Parsed != "" {
			parts = append(parts, &ast.StringLiteral{Idx: at, Value: element.Parsed})
		}
		if i < len(x.Expressions) {
			part := x.Expressions[i]
			if i < len(x.Expressions)-1 && !literal(part) {
				// It becomes text before the next one is evaluated.
				part = callTo(nameText, at, part)
			}
			parts = append(parts, part)
		}
	}
	return callTo(nameTemplate, at, parts...)
}
