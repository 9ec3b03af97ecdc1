package vtl

import (
	"strings"
	"unicode/utf8"
)

// match finds the longest token at l.pos that the current state knows, the
// kind listed first among equally long ones; tEOF when there is none. l.pos is
// before the end of the source.
func (l *lexer) match() (kind, int) {
	s := l.src[l.pos:]
	var m longest
	l.matchMarker(&m, s)
	switch l.state {
	case inDefault:
		l.matchDefault(&m, s)
	case inReference, inRefModifier:
		l.matchReference(&m, s)
	case inRefIndex:
		matchOperand(&m, s)
		m.literal(s, "]", tIndexRight)
	case inRefMethod:
		matchOperand(&m, s)
		matchPunctuation(&m, s)
		m.literal(s, ")", tMethodRightParen)
		matchSet(&m, s)
		m.try(tIdentifier, identifier(s))
		matchDot(&m, s)
	case inPreDirective:
		matchPreDirective(&m, s)
	case inDirective:
		matchDirective(&m, s)
	case inTextblock:
		m.literal(s, "]]#", tTextblock)
		m.any(s, tMore)
	case inComment:
		m.literal(s, "*#", tCommentEnd)
		m.any(s, tSkip)
	case inFormalComment:
		m.literal(s, "*#", tFormalCommentEnd)
		m.any(s, tSkip)
	case inLineComment:
		m.try(tLineCommentEnd, newline(s))
		m.any(s, tSkip)
	}
	return m.kind, m.n
}

// longest keeps the best match so far.
type longest struct {
	kind kind
	n    int
}

func (m *longest) try(k kind, n int) {
	if n > m.n || n > 0 && n == m.n && k < m.kind {
		*m = longest{k, n}
	}
}

func (m *longest) literal(s, lit string, k kind) {
	if strings.HasPrefix(s, lit) {
		m.try(k, len(lit))
	}
}

// any matches one character of any kind.
func (m *longest) any(s string, k kind) {
	if m.n == 0 {
		_, n := utf8.DecodeRuneInString(s)
		m.try(k, n)
		return
	}
	if m.n == 1 && k < m.kind {
		m.kind = k
	}
}

// slashes is the number of backslashes at l.pos.
func (l *lexer) slashes() int {
	if l.pos >= l.slashEnd {
		l.slashEnd = l.pos
		for l.slashEnd < len(l.src) && l.src[l.slashEnd] == '\\' {
			l.slashEnd++
		}
	}
	return l.slashEnd - l.pos
}

// matchMarker matches what every state knows: the beginnings of references,
// directives, comments and text blocks.
func (l *lexer) matchMarker(m *longest, s string) {
	switch s[0] {
	case '#':
		m.try(tHash, 1)
		switch {
		case strings.HasPrefix(s, "#[["):
			m.try(tTextblockStart, 3)
		case strings.HasPrefix(s, "#*"):
			m.try(tCommentStart, 2)
			if len(s) > 3 && s[2] == '*' && s[3] != '#' {
				_, n := utf8.DecodeRuneInString(s[3:])
				m.try(tFormalCommentStart, 3+n)
			}
		}
	case '\\', '$':
		i := l.slashes()
		if i >= len(s) || s[i] != '$' {
			return
		}
		i++
		m.try(tDollar, i)
		for i < len(s) && s[i] == '\\' {
			i++
		}
		if i < len(s) && s[i] == '!' {
			m.try(tDollarBang, i+1)
		}
	}
}

func (l *lexer) matchDefault(m *longest, s string) {
	matchSet(m, s)
	matchEmptyIndex(m, s)
	switch s[0] {
	case '#':
		m.literal(s, "##", tLineCommentStart)
	case '\\':
		n := l.slashes()
		if n%2 == 1 && n < len(s) && s[n] == '#' {
			if w := max(word(s[n+1:]), bracketedWord(s[n+1:])); w > 0 {
				m.try(tEscapeDirective, n+1+w)
			}
		}
		m.literal(s, `\\`, tDoubleEscape)
		m.try(tEscape, 1)
	case '$':
	default:
		n := strings.IndexAny(s, `$#\`)
		if n < 0 {
			n = len(s)
		}
		m.try(tText, n)
	}
}

func (l *lexer) matchReference(m *longest, s string) {
	matchSet(m, s)
	m.literal(s, "[", tIndexLeft)
	m.literal(s, "true", tTrue)
	m.literal(s, "false", tFalse)
	m.try(tIdentifier, identifier(s))
	matchDot(m, s)
	m.literal(s, "{", tReferenceCurly)
	m.literal(s, "}", tReferenceRightCurly)
	if l.state == inReference {
		m.literal(s, "##", tLineCommentStart)
		matchEmptyIndex(m, s)
	} else {
		m.literal(s, "(", tLeftParen)
	}
	m.any(s, tReferenceEnd)
}

func matchPreDirective(m *longest, s string) {
	m.literal(s, "##", tLineCommentStart)
	switch s[0] {
	case 'e', '{':
		for _, w := range [...]string{"end", "{end}"} {
			if strings.HasPrefix(s, w) {
				m.try(tEnd, len(w)+blankLine(s[len(w):]))
			}
		}
		for _, w := range [...]string{"else", "{else}"} {
			if strings.HasPrefix(s, w) {
				m.try(tElse, len(w)+blankLine(s[len(w):]))
			}
		}
		m.literal(s, "elseif", tElseIf)
		m.literal(s, "{elseif}", tElseIf)
		m.literal(s, "{if}", tIf)
	case 'i':
		m.literal(s, "if", tIf)
	}
	matchNumber(m, s)
	m.try(tWord, word(s))
	m.try(tBracketedWord, bracketedWord(s))
	m.any(s, tDirectiveEnd)
}

func matchDirective(m *longest, s string) {
	matchOperand(m, s)
	matchPunctuation(m, s)
	m.literal(s, "##", tLineCommentStart)
	m.literal(s, "(", tLeftParen)
	if s[0] == ')' {
		m.try(tRightParen, 1+blankLine(s[1:]))
	}
	for _, op := range operators {
		m.literal(s, op.text, op.kind)
	}
	m.try(tWord, word(s))
	m.try(tBracketedWord, bracketedWord(s))
}

var operators = [...]struct {
	text string
	kind kind
}{
	{"-", tMinus},
	{"+", tPlus},
	{"*", tMultiply},
	{"/", tDivide},
	{"%", tModulus},
	{"&&", tAnd},
	{"and", tAnd},
	{"||", tOr},
	{"or", tOr},
	{"<", tLess},
	{"lt", tLess},
	{"<=", tLessEqual},
	{"le", tLessEqual},
	{">", tGreater},
	{"gt", tGreater},
	{">=", tGreaterEqual},
	{"ge", tGreaterEqual},
	{"==", tEqual},
	{"eq", tEqual},
	{"!=", tNotEqual},
	{"ne", tNotEqual},
	{"!", tNot},
	{"not", tNot},
	{"=", tAssign},
}

// matchOperand matches what can stand inside any parentheses or brackets.
func matchOperand(m *longest, s string) {
	n := 0
	for n < len(s) && (s[n] == ' ' || s[n] == '\t' || s[n] == '\n' || s[n] == '\r') {
		n++
	}
	m.try(tWhitespace, n)
	m.try(tString, quoted(s))
	m.literal(s, "true", tTrue)
	m.literal(s, "false", tFalse)
	matchNumber(m, s)
}

func matchPunctuation(m *longest, s string) {
	switch s[0] {
	case '[':
		m.try(tLeftBracket, 1)
	case ']':
		m.try(tRightBracket, 1)
	case ',':
		m.try(tComma, 1)
	case ':':
		m.try(tColon, 1)
	case '{':
		m.try(tLeftCurly, 1)
	case '}':
		m.try(tRightCurly, 1)
	case '(':
		// known to the directive state only
	case '.':
		m.literal(s, "..", tDoubleDot)
	}
}

// matchSet matches #set( with the blanks before it, which it swallows.
func matchSet(m *longest, s string) {
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	if i == len(s) || s[i] != '#' {
		return
	}
	switch {
	case strings.HasPrefix(s[i:], "#set"):
		i += 4
	case strings.HasPrefix(s[i:], "#{set}"):
		i += 6
	default:
		return
	}
	for i < len(s) && s[i] == ' ' {
		i++
	}
	if i < len(s) && s[i] == '(' {
		m.try(tSet, i+1)
	}
}

func matchEmptyIndex(m *longest, s string) {
	if s[0] == '$' {
		m.literal(s, "$[", tEmptyIndex)
		m.literal(s, "$![", tEmptyIndex)
		m.literal(s, `$\![`, tEmptyIndex)
		m.literal(s, "$.", tEmptyIndex)
	}
}

func matchDot(m *longest, s string) {
	if s[0] == '.' && len(s) > 1 && isAlpha(s[1]) {
		m.try(tDot, 2)
	}
}

// matchNumber matches integers, with a ".." after them, and decimal numbers.
func matchNumber(m *longest, s string) {
	i := 0
	if s[0] == '-' {
		i++
	}
	whole := digits(s[i:])
	i += whole
	rest := s[i:]
	switch {
	case whole > 0:
		m.try(tInteger, i)
		if strings.HasPrefix(rest, "..") {
			m.try(tInteger, i+2)
		}
		if strings.HasPrefix(rest, ".") {
			i += 1 + digits(rest[1:])
			m.try(tFloat, i+exponent(s[i:]))
		} else if e := exponent(rest); e > 0 {
			m.try(tFloat, i+e)
		}
	case strings.HasPrefix(rest, "."):
		if n := digits(rest[1:]); n > 0 {
			i += 1 + n
			m.try(tFloat, i+exponent(s[i:]))
		}
	}
}

func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

func exponent(s string) int {
	if s == "" || s[0]|0x20 != 'e' {
		return 0
	}
	i := 1
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	if n := digits(s[i:]); n > 0 {
		return i + n
	}
	return 0
}

// quoted matches a string literal, in which a doubled quote stands for one.
func quoted(s string) int {
	q := s[0]
	if q != '"' && q != '\'' {
		return 0
	}
	n := 0
	for i := 1; ; {
		j := strings.IndexByte(s[i:], q)
		if j < 0 {
			return n
		}
		i += j + 1
		n = i
		if i == len(s) || s[i] != q {
			return n
		}
		i++
	}
}

func newline(s string) int {
	switch {
	case strings.HasPrefix(s, "\r\n"):
		return 2
	case s != "" && (s[0] == '\n' || s[0] == '\r'):
		return 1
	}
	return 0
}

// blankLine is the length of the blanks up to and with the end of the line; 0
// when something else follows on it.
func blankLine(s string) int {
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	if n := newline(s[i:]); n > 0 {
		return i + n
	}
	return 0
}

func isDigit(c byte) bool { return c-'0' <= 9 }
func isAlpha(c byte) bool { return c|0x20-'a' <= 25 }

func identifier(s string) int {
	if !isAlpha(s[0]) && s[0] != '_' {
		return 0
	}
	n := 1
	for n < len(s) && (isAlpha(s[n]) || isDigit(s[n]) || s[n] == '-' || s[n] == '_') {
		n++
	}
	return n
}

// word matches the name of a directive, less the "#".
func word(s string) int {
	if s == "" || !isAlpha(s[0]) && s[0] != '_' && s[0] != '@' {
		return 0
	}
	return wordEnd(s, 1)
}

func wordEnd(s string, n int) int {
	for n < len(s) && (isAlpha(s[n]) || isDigit(s[n]) || s[n] == '_' || s[n] == '@') {
		n++
	}
	return n
}

func bracketedWord(s string) int {
	if len(s) < 3 || s[0] != '{' || !isAlpha(s[1]) && s[1] != '_' {
		return 0
	}
	if n := wordEnd(s, 2); n < len(s) && s[n] == '}' {
		return n + 1
	}
	return 0
}
