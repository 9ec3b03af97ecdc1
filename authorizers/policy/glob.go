package policy

import (
	"strings"
	"unicode/utf8"
)

// glob is a compiled text with * and ? and variables: chunks with stars between
// them. Because every chunk has a fixed number of characters once its variables
// are known, taking each inner chunk at its leftmost place is enough; nothing is
// ever tried twice and there is no exponential case.
type glob struct {
	kind  globKind
	text  string // exact and prefix: the literal
	first chunk
	inner []chunk
	last  chunk
}

type globKind uint8

const (
	globAll     globKind = iota // *
	globExact                   // a literal
	globPrefix                  // a literal, then *
	globFixed                   // no star: first only
	globStarred                 // first, *, inner with * after each, last
)

// chunk is a run of tokens without a star.
type chunk []token

func newGlob(tokens []token) glob {
	switch all := chunk(tokens); {
	case len(all) == 0:
		return glob{kind: globExact}
	case all.literal():
		return glob{kind: globExact, text: all[0].text}
	case len(all) == 1 && all[0].kind == starToken:
		return glob{kind: globAll}
	case len(all) == 2 && all[:1].literal() && all[1].kind == starToken:
		return glob{kind: globPrefix, text: all[0].text}
	}
	var chunks []chunk
	start := 0
	for i, t := range tokens {
		if t.kind == starToken {
			chunks = append(chunks, tokens[start:i])
			start = i + 1
		}
	}
	last := chunk(tokens[start:])
	if len(chunks) == 0 {
		return glob{kind: globFixed, first: last}
	}
	return glob{kind: globStarred, first: chunks[0], inner: chunks[1:], last: last}
}

func (c chunk) literal() bool { return len(c) == 1 && c[0].kind == literalToken }

func (g *glob) match(ev *evaluation, text string) bool {
	switch g.kind {
	case globAll:
		return true
	case globExact:
		return text == g.text
	case globPrefix:
		return strings.HasPrefix(text, g.text)
	case globFixed:
		rest, ok := g.first.cutPrefix(ev, text)
		return ok && rest == ""
	}
	text, ok := g.first.cutPrefix(ev, text)
	if !ok {
		return false
	}
	if text, ok = g.last.cutSuffix(ev, text); !ok {
		return false
	}
	for _, c := range g.inner {
		if text, ok = c.cutAfter(ev, text); !ok {
			return false
		}
	}
	return true
}

// cutPrefix returns what follows the chunk at the beginning of text.
func (c chunk) cutPrefix(ev *evaluation, text string) (string, bool) {
	for i := range c {
		if c[i].kind == anyToken {
			if text == "" {
				return "", false
			}
			_, n := utf8.DecodeRuneInString(text)
			text = text[n:]
			continue
		}
		s, ok := ev.literal(&c[i])
		if !ok || !strings.HasPrefix(text, s) {
			return "", false
		}
		text = text[len(s):]
	}
	return text, true
}

// cutSuffix returns what precedes the chunk at the end of text.
func (c chunk) cutSuffix(ev *evaluation, text string) (string, bool) {
	for i := len(c) - 1; i >= 0; i-- {
		if c[i].kind == anyToken {
			if text == "" {
				return "", false
			}
			_, n := utf8.DecodeLastRuneInString(text)
			text = text[:len(text)-n]
			continue
		}
		s, ok := ev.literal(&c[i])
		if !ok || !strings.HasSuffix(text, s) {
			return "", false
		}
		text = text[:len(text)-len(s)]
	}
	return text, true
}

// cutAfter returns what follows the leftmost occurrence of the chunk in text.
func (c chunk) cutAfter(ev *evaluation, text string) (string, bool) {
	if len(c) == 0 {
		return text, true
	}
	if c[0].kind == anyToken {
		for {
			if rest, ok := c.cutPrefix(ev, text); ok {
				return rest, true
			}
			if text == "" {
				return "", false
			}
			_, n := utf8.DecodeRuneInString(text)
			text = text[n:]
		}
	}
	s, ok := ev.literal(&c[0])
	if !ok {
		return "", false
	}
	for {
		i := strings.Index(text, s)
		if i < 0 {
			return "", false
		}
		text = text[i:]
		if rest, ok := c[1:].cutPrefix(ev, text[len(s):]); ok {
			return rest, true
		}
		if text == "" {
			return "", false
		}
		_, n := utf8.DecodeRuneInString(text)
		text = text[n:]
	}
}

// equalFold says whether a chunk equals text but for letter case.
func (c chunk) equalFold(ev *evaluation, text string) bool {
	for i := range c {
		s, ok := ev.literal(&c[i])
		if !ok {
			return false
		}
		// Folding changes the length in bytes, never the number of characters.
		end := 0
		for range utf8.RuneCountInString(s) {
			if end == len(text) {
				return false
			}
			_, n := utf8.DecodeRuneInString(text[end:])
			end += n
		}
		if !strings.EqualFold(s, text[:end]) {
			return false
		}
		text = text[end:]
	}
	return text == ""
}
