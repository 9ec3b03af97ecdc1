package vtl

import "strings"

// nodeKind names a construct of the language.
type nodeKind uint8

const (
	nTemplate nodeKind = iota
	nText
	nEscape
	nEscapedDirective
	nComment
	nTextblock
	nReference // kids: nIndex, nMethod, nIdentifier
	nIdentifier
	nMethod // kids: the name, then the arguments
	nIndex
	nString
	nInteger
	nFloat
	nTrue
	nFalse
	nWord
	nMap // kids: key, value, key, value, ...
	nList
	nRange
	nDirective // kids: arguments, then an nBlock if it has one
	nBlock
	nSet        // kids: reference, expression
	nIf         // kids: expression, nBlock, nElseIf..., nElse
	nElseIf     // kids: expression, nBlock
	nElse       // kids: nBlock
	nExpression // kids: one
	nBinary     // kids: two; op tells the operator
	nNot
)

// node is one construct of a parsed template: what it is, its parts, and the
// tokens it spans, from which its text is printed where Velocity does so.
type node struct {
	kind        nodeKind
	op          kind // of an nBinary
	kids        []*node
	name        string // of an nDirective; the text of an nEscape
	toks        *[]token
	first, last int
	depth       int
}

func (n *node) firstToken() *token { return &(*n.toks)[n.first] }

// pos is the byte offset of n in the source.
func (n *node) pos() int { return n.firstToken().pos }

// hasLiteral tells whether the text of n can be printed: an empty block ends
// before it begins.
func (n *node) hasLiteral() bool { return n.first <= n.last }

// literal is the text of n, as Velocity prints it back.
func (n *node) literal() string {
	if n.first == n.last {
		return n.firstToken().literal()
	}
	var b strings.Builder
	for i := n.first; i <= n.last; i++ {
		b.WriteString((*n.toks)[i].literal())
	}
	return b.String()
}

// images is the text of n without what was skipped between its tokens.
func (n *node) images() string {
	var b strings.Builder
	for i := n.first; i <= n.last; i++ {
		b.WriteString((*n.toks)[i].image)
	}
	return b.String()
}
