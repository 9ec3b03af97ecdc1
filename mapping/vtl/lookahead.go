package vtl

import "math"

// unlimited lets a lookahead go as far as it needs.
const unlimited = math.MaxInt

// lookahead tries whether the coming tokens match a construct, without
// consuming them. A limited lookahead that has matched all tokens it may look
// at is a success, whatever follows.
type lookahead struct {
	*parser
	at, far int // the token last looked at; the farthest one
	left    int // tokens that may still be fetched
	done    bool
	refs    map[int]int // for unlimited ones: where a reference that starts at a token ends
}

// begin starts a lookahead over n tokens. It always returns true.
func (s *lookahead) begin(n int) bool {
	s.at, s.far, s.left, s.done = s.cur, s.cur, n, false
	return true
}

// token tries one token.
func (s *lookahead) token(k kind) bool {
	if s.done {
		return true
	}
	if s.at == s.far {
		s.left--
		if s.at+1 == len(s.toks) {
			s.fetch()
		}
		s.far++
	}
	s.at++
	if s.toks[s.at].kind != k {
		return false
	}
	if s.left == 0 && s.at == s.far {
		s.done = true
	}
	return true
}

// optional tries one token that may be missing.
func (s *lookahead) optional(k kind) {
	if at := s.at; !s.token(k) {
		s.at = at
	}
}

// first tries alternatives in their order.
func (s *lookahead) first(alternatives ...func() bool) bool {
	at := s.at
	for _, try := range alternatives {
		if try() {
			return true
		}
		s.at = at
	}
	return false
}

// many repeats a construct as long as it matches.
func (s *lookahead) many(try func() bool) {
	for !s.done {
		if at := s.at; !try() {
			s.at = at
			return
		}
	}
}

func (s *lookahead) one(k kind) func() bool { return func() bool { return s.token(k) } }

func (s *lookahead) reference() bool {
	if s.left < math.MaxInt/2 {
		return s.scanReference()
	}
	// Nested alternatives scan the same reference again and again: remember it.
	start := s.at
	if end, ok := s.refs[start]; ok {
		if end < 0 {
			return false
		}
		s.at, s.far = end, max(s.far, end)
		return true
	}
	s.parser.enter()
	ok := s.scanReference()
	s.parser.leave()
	if s.refs == nil {
		s.refs = map[int]int{}
	}
	s.refs[start] = -1
	if ok {
		s.refs[start] = s.at
	}
	return ok
}

func (s *lookahead) scanReference() bool {
	return s.first(
		func() bool {
			if !s.token(tIdentifier) {
				return false
			}
			s.many(s.index)
			s.many(s.member)
			return true
		},
		func() bool {
			if !s.token(tReferenceCurly) || !s.token(tIdentifier) {
				return false
			}
			s.many(s.index)
			s.many(s.member)
			return s.token(tReferenceRightCurly)
		})
}

func (s *lookahead) index() bool {
	if !s.token(tIndexLeft) {
		return false
	}
	s.optional(tWhitespace)
	if !s.first(s.one(tString), s.one(tInteger), s.one(tTrue), s.one(tFalse), s.reference) {
		return false
	}
	s.optional(tWhitespace)
	return s.token(tIndexRight)
}

func (s *lookahead) member() bool {
	if !s.token(tDot) || !s.first(s.method, s.one(tIdentifier)) {
		return false
	}
	s.many(s.index)
	return true
}

func (s *lookahead) method() bool {
	if !s.token(tIdentifier) || !s.token(tLeftParen) {
		return false
	}
	if at := s.at; !s.parameters() {
		s.at = at
	}
	return s.token(tMethodRightParen)
}

func (s *lookahead) parameters() bool {
	if !s.parameter() {
		return false
	}
	s.many(func() bool { return s.token(tComma) && s.parameter() })
	return true
}

func (s *lookahead) parameter() bool {
	s.optional(tWhitespace)
	if !s.first(s.one(tString), s.one(tInteger), s.rangeLiteral, s.mapLiteral, s.list,
		s.one(tTrue), s.one(tFalse), s.reference, s.one(tFloat)) {
		return false
	}
	s.optional(tWhitespace)
	return true
}

// rangeStart is a range up to its two dots.
func (s *lookahead) rangeStart() bool {
	if !s.token(tLeftBracket) {
		return false
	}
	s.optional(tWhitespace)
	if !s.first(s.reference, s.one(tInteger)) {
		return false
	}
	s.optional(tWhitespace)
	return s.token(tDoubleDot)
}

func (s *lookahead) rangeLiteral() bool {
	if !s.rangeStart() {
		return false
	}
	s.optional(tWhitespace)
	if !s.first(s.reference, s.one(tInteger)) {
		return false
	}
	s.optional(tWhitespace)
	return s.token(tRightBracket)
}

func (s *lookahead) mapEntry() bool {
	if !s.parameter() || !s.token(tColon) || !s.parameter() {
		return false
	}
	s.many(func() bool {
		return s.token(tComma) && s.parameter() && s.token(tColon) && s.parameter()
	})
	return true
}

func (s *lookahead) mapLiteral() bool {
	if !s.token(tLeftCurly) {
		return false
	}
	if at := s.at; !s.mapEntry() {
		s.at = at
		s.optional(tWhitespace)
	}
	return s.first(s.one(tRightCurly), s.one(tReferenceRightCurly))
}

func (s *lookahead) list() bool {
	if !s.token(tLeftBracket) {
		return false
	}
	if at := s.at; !s.parameters() {
		s.at = at
	}
	return s.token(tRightBracket)
}

// directiveArgument is an argument of a directive with what may stand before it.
func (s *lookahead) directiveArgument() bool {
	s.optional(tWhitespace)
	if at := s.at; s.token(tComma) {
		s.optional(tWhitespace)
	} else {
		s.at = at
	}
	return s.first(s.reference, s.one(tWord), s.one(tString), s.one(tInteger), s.rangeLiteral,
		s.one(tFloat), s.mapLiteral, s.list, s.one(tTrue), s.one(tFalse))
}

// not is an operator "!" or "not", with blanks before it.
func (s *lookahead) not() bool {
	s.optional(tWhitespace)
	return s.token(tNot) && s.negated()
}

func (s *lookahead) negated() bool {
	return s.done || s.first(s.not, s.primary)
}

func (s *lookahead) primary() bool {
	s.optional(tWhitespace)
	return s.first(s.one(tString), s.reference, s.one(tInteger), s.rangeLiteral, s.one(tFloat),
		s.mapLiteral, s.list, s.one(tTrue), s.one(tFalse), s.one(tLeftParen))
}
