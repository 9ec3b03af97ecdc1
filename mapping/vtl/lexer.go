package vtl

import (
	"strings"
	"unicode/utf8"
)

// lexState is a lexical state: which tokens are looked for. The states, the
// stack of states and the counts of parentheses are those of Velocity's token
// manager, because what a template means in odd places (a "#" after "$x", a
// newline after ")", an unclosed parenthesis) follows from them alone.
type lexState uint8

const (
	inDefault      lexState = iota
	inReference             // after $
	inRefModifier           // after the dot of $a.b
	inRefIndex              // in the brackets of $a[0]
	inRefMethod             // in the parentheses of $a.b()
	inPreDirective          // after #
	inDirective             // after #name
	inTextblock
	inComment
	inFormalComment
	inLineComment
)

// lexer splits a template into tokens.
type lexer struct {
	src   string
	pos   int
	state lexState
	stack []savedState

	lparen, rparen int
	commenting     bool // in a comment or text block, where markers change nothing
	inSet          bool

	slashEnd int // end of the run of backslashes last looked at
}

type savedState struct {
	lparen, rparen int
	state          lexState
}

func (l *lexer) push() {
	l.stack = append(l.stack, savedState{l.lparen, l.rparen, l.state})
	l.lparen = 0
}

func (l *lexer) pop() bool {
	n := len(l.stack) - 1
	if n < 0 {
		l.lparen = 0
		l.state = inDefault
		return false
	}
	s := l.stack[n]
	l.stack = l.stack[:n]
	l.lparen, l.rparen, l.state = s.lparen, s.rparen, s.state
	return true
}

// next returns the next token; ok is false at a lexical error, whose place is
// l.pos.
func (l *lexer) next() (t token, ok bool) {
	special, specialImage := "", ""
	for {
		begin := l.pos
		if begin >= len(l.src) {
			return token{kind: tEOF, pos: begin, special: special}, true
		}
		for {
			k, n := l.match()
			if k == tEOF {
				return token{}, false
			}
			l.pos += n
			switch k {
			case tDollar, tDollarBang, tTextblockStart, tFormalCommentStart, tCommentStart, tHash, tMore:
				l.more(k)
				if l.pos >= len(l.src) {
					return token{}, false
				}
				continue
			case tSkip:
			case tReferenceEnd, tDirectiveEnd:
				specialImage = l.src[begin:l.pos]
				special += specialText(specialImage)
				l.pos -= n
				l.pop()
			default:
				t = token{kind: k, pos: begin, image: l.src[begin:l.pos], special: special}
				if strings.HasPrefix(specialImage, "##") {
					t.special = ""
				}
				l.act(&t)
				return t, true
			}
			break
		}
	}
}

// more carries out what the marker k at the start of a token does.
func (l *lexer) more(k kind) {
	if l.commenting {
		return
	}
	switch k {
	case tDollar, tDollarBang:
		if l.state == inReference {
			l.pop()
		}
		l.push()
		l.state = inReference
	case tTextblockStart:
		l.commenting = true
		l.push()
		l.state = inTextblock
	case tFormalCommentStart:
		_, n := utf8.DecodeLastRuneInString(l.src[:l.pos])
		l.pos -= n
		l.commenting = true
		l.push()
		l.state = inFormalComment
	case tCommentStart:
		l.commenting = true
		l.push()
		l.state = inComment
	case tHash:
		if l.state == inReference || l.state == inRefModifier {
			l.pop()
		}
		l.push()
		l.state = inPreDirective
	}
}

// act carries out what the token t does to the state.
func (l *lexer) act(t *token) {
	switch t.kind {
	case tIndexLeft:
		l.push()
		l.state = inRefIndex
	case tIndexRight, tReferenceRightCurly, tEnd, tElse:
		l.pop()
	case tLeftParen:
		l.lparen++
		if l.state == inRefModifier {
			l.state = inRefMethod
		}
	case tRightParen:
		l.closeParen()
	case tMethodRightParen:
		l.state = inReference
	case tSet:
		l.push()
		l.inSet = true
		l.state = inDirective
		l.lparen++
	case tLineCommentStart:
		if l.state == inReference {
			l.pop()
		}
		l.commenting = true
		l.push()
		l.state = inLineComment
	case tLineCommentEnd, tFormalCommentEnd, tCommentEnd, tTextblock:
		l.commenting = false
		l.pop()
	case tString:
		if l.state == inDirective && !l.inSet && l.lparen == 0 {
			l.pop()
		}
	case tIf, tElseIf:
		l.state = inDirective
	case tInteger:
		if strings.HasSuffix(t.image, "..") {
			l.pos -= 2
			t.image = t.image[:len(t.image)-2]
		}
		if l.lparen == 0 && !l.inSet && l.state != inRefMethod && l.state != inRefIndex {
			l.pop()
		}
	case tFloat:
		if l.lparen == 0 && !l.inSet && l.state != inRefMethod {
			l.pop()
		}
	case tDot:
		l.pos--
		t.image = "."
		l.state = inRefModifier
	}
}

// closeParen drops to the state below the one that has an open parenthesis.
func (l *lexer) closeParen() {
	for {
		if l.lparen > 0 {
			if l.lparen == l.rparen+1 {
				l.pop()
			} else {
				l.rparen++
			}
			return
		}
		if !l.pop() {
			return
		}
	}
}

// specialText is what a skipped token prints: its "$" and "#", and the
// backslashes before them.
func specialText(image string) string {
	var b []byte
	for i := 0; i < len(image); i++ {
		switch image[i] {
		case '#', '$':
			b = append(b, image[i])
		case '\\':
			j := i
			for j < len(image) && image[j] == '\\' {
				j++
			}
			if j < len(image) && image[j] == '$' {
				b = append(b, image[i:j+1]...)
				i = j + 1 // and one more character, as the reference does
			}
		}
	}
	return string(b)
}
