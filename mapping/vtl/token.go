package vtl

// kind names a token. The order matters: of two kinds that match the same
// text, the one listed first wins.
type kind uint8

const (
	tEOF kind = iota
	tIndexLeft
	tIndexRight
	tLeftBracket
	tRightBracket
	tComma
	tDoubleDot
	tColon
	tLeftCurly
	tRightCurly
	tLeftParen
	tRightParen
	tMethodRightParen
	tEscapeDirective
	tSet
	tDollar
	tDollarBang
	tTextblockStart
	tFormalCommentStart
	tCommentStart
	tHash
	tLineCommentStart
	tDoubleEscape
	tEscape
	tText
	tLineCommentEnd
	tFormalCommentEnd
	tCommentEnd
	tTextblock
	tSkip
	tMore
	tWhitespace
	tString
	tTrue
	tFalse
	tMinus
	tPlus
	tMultiply
	tDivide
	tModulus
	tAnd
	tOr
	tLess
	tLessEqual
	tGreater
	tGreaterEqual
	tEqual
	tNotEqual
	tNot
	tAssign
	tEnd
	tIf
	tElseIf
	tElse
	tInteger
	tFloat
	tWord
	tBracketedWord
	tIdentifier
	tDot
	tReferenceCurly      // { after $
	tReferenceRightCurly // } of ${
	tReferenceEnd
	tDirectiveEnd
	tEmptyIndex
)

// token is one token of a template. Its image begins with the markers that led
// to it: "$foo", "#if", "${".
type token struct {
	kind    kind
	pos     int    // byte offset of the image in the source
	image   string // as printed and named; compiling changes it where Velocity does
	special string // what the skipped tokens before it ("$" of "$5") print
}

// literal is the token as Velocity prints it back.
func (t *token) literal() string {
	if t.kind == tCommentEnd {
		return ""
	}
	if t.special != "" {
		return t.special + t.image
	}
	return t.image
}
