package vtl

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"

	"sluice/mapping/vtl/value"
)

// regex is a compiled Java regular expression: a plain text, a program of RE2
// where that gives the same results, else one of a backtracking engine, whose
// time is bounded.
type regex struct {
	*translation
	re2   *regexp.Regexp
	slow  *regexp2.Regexp // made on first use
	whole *regex          // the same for a whole text; made on first use
}

// regexCache keeps the expressions that a state has used.
type regexCache map[string]*regex

const (
	maxCachedRegexes = 64
	maxCachedPattern = 1 << 10 // bytes of a pattern that is worth keeping
)

var errTooSlow = errors.New("a regular expression takes too much time")

func (st *state) regex(pattern string) (*regex, error) {
	if r, ok := st.regexes[pattern]; ok {
		return r, nil
	}
	if st.memory -= 20 * len(pattern); st.memory < 0 {
		return nil, errTooMuch
	}
	pattern = strings.Clone(pattern) // it may be a view of a buffer that is used again
	r, err := compileRegex(pattern)
	if err != nil || len(pattern) > maxCachedPattern {
		return r, err
	}
	if len(st.regexes) >= maxCachedRegexes {
		clear(st.regexes)
	}
	if st.regexes == nil {
		st.regexes = regexCache{}
	}
	st.regexes[pattern] = r
	return r, nil
}

func compileRegex(pattern string) (*regex, error) {
	t, err := translateRegex(pattern)
	if err != nil {
		return nil, err
	}
	r := &regex{translation: t}
	if !t.isLiteral && !t.backtracks {
		// RE2 and Java differ in where empty matches may follow others.
		src := strings.ReplaceAll(t.pattern, "\x00$", `\z`)
		if tree, err := syntax.Parse(src, syntax.Perl); err == nil && minLength(tree) > 0 {
			r.re2, _ = regexp.Compile(src)
		}
	}
	return r, nil
}

// matches tells whether the whole of s matches.
func (st *state) matches(s, pattern string) (bool, error) {
	r, err := st.regex(pattern)
	if err != nil {
		return false, err
	}
	if r.isLiteral {
		return s == r.literal, nil
	}
	if r.whole == nil {
		if r.whole, err = compileRegex(`\A(?:` + pattern + `)\z`); err != nil {
			// The pattern leaves something open, such as \Q or a comment.
			if r.whole, err = compileRegex(`\A(?:` + pattern + "\n" + `)\z`); err != nil {
				return false, err
			}
		}
		if !r.whole.backtracks && r.whole.re2 == nil { // where a match is does not matter here
			r.whole.re2, _ = regexp.Compile(strings.ReplaceAll(r.whole.pattern, "\x00$", `\z`))
		}
	}
	if r.whole.fast(s) {
		return r.whole.re2.MatchString(s), nil
	}
	found := false
	err = st.each(r.whole, s, func([]int) bool { found = true; return false })
	return found, err
}

// minLength is the length of the shortest match, in characters.
func minLength(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return minLength(re.Sub[0])
	case syntax.OpRepeat:
		return min(re.Min, 1) * minLength(re.Sub[0])
	case syntax.OpConcat:
		n := 0
		for _, s := range re.Sub {
			n += minLength(s)
		}
		return n
	case syntax.OpAlternate:
		n := minLength(re.Sub[0])
		for _, s := range re.Sub[1:] {
			n = min(n, minLength(s))
		}
		return n
	}
	return 0
}

// fast tells whether RE2 can match s.
func (r *regex) fast(s string) bool {
	if r.re2 == nil || !utf8.ValidString(s) || r.boundary && !value.IsASCII(s) {
		return false
	}
	if !r.dollar || s == "" {
		return true
	}
	last, _ := utf8.DecodeLastRuneInString(s)
	switch last {
	case '\n', '\r', 0x85, 0x2028, 0x2029:
		return false
	}
	return true
}

func (r *regex) backtracker(limit time.Duration) (*regexp2.Regexp, error) {
	if r.slow == nil {
		src := strings.ReplaceAll(r.pattern, "\x00$", `(?:(?=(?:\r\n|[\n\r\u0085\u2028\u2029])\z)(?<!\r(?=\n))|\z)`)
		re, err := regexp2.Compile(src, regexp2.None)
		if err != nil {
			return nil, errPattern(err.Error(), r.pattern)
		}
		r.slow = re
	}
	r.slow.MatchTimeout = limit
	return r.slow, nil
}

// each calls f for every match in s, with the bounds of its groups in bytes, -1
// for groups that took no part, until f returns false.
func (st *state) each(r *regex, s string, f func(groups []int) bool) error {
	if r.isLiteral && r.literal != "" {
		groups := make([]int, 2)
		for at := 0; ; {
			i := strings.Index(s[at:], r.literal)
			if i < 0 {
				return nil
			}
			groups[0], groups[1] = at+i, at+i+len(r.literal)
			at = groups[1]
			if !f(groups) {
				return nil
			}
		}
	}
	if r.isLiteral { // nothing at all matches before, between and after all characters
		groups := make([]int, 2)
		for at := 0; ; {
			groups[0], groups[1] = at, at
			if !f(groups) || at == len(s) {
				return nil
			}
			_, n := value.DecodeRune(s[at:])
			at += n
		}
	}
	if r.fast(s) {
		return st.eachFast(r, s, f)
	}
	re, err := r.backtracker(st.limits.RegexTime)
	if err != nil {
		return err
	}
	if st.memory -= 12 * len(s); st.memory < 0 {
		return errTooMuch
	}
	runes, offsets := runesOf(s)
	deadline := time.Now().Add(st.limits.RegexTime)
	m, err := re.FindRunesMatch(runes)
	groups := make([]int, 0, 2*(r.groupCount+1))
	for m != nil && err == nil {
		groups = groups[:0]
		for i := 0; i <= r.groupCount; i++ {
			g := m.GroupByNumber(i)
			if g == nil || len(g.Captures) == 0 {
				groups = append(groups, -1, -1)
				continue
			}
			groups = append(groups, offsets[g.Index], offsets[g.Index+g.Length])
		}
		if !f(groups) {
			return nil
		}
		if time.Now().After(deadline) {
			return errTooSlow
		}
		m, err = re.FindNextMatch(m)
	}
	if err != nil {
		return errTooSlow
	}
	return nil
}

// matchSize is about what one match takes, in bytes.
const matchSize = 64

// eachFast is each by RE2. It finds match after match in what is left of s, if
// what stands before does not matter.
func (st *state) eachFast(r *regex, s string, f func(groups []int) bool) error {
	if r.anchored {
		found := r.re2.FindAllStringSubmatchIndex(s, st.memory/matchSize+1)
		if st.memory -= matchSize * len(found); st.memory < 0 {
			return errTooMuch
		}
		for _, m := range found {
			if !f(m) {
				return nil
			}
		}
		return nil
	}
	for at := 0; ; {
		m := r.re2.FindStringSubmatchIndex(s[at:])
		if m == nil {
			return nil
		}
		for i := range m {
			if m[i] >= 0 {
				m[i] += at
			}
		}
		at = m[1]
		if st.memory -= matchSize; st.memory < 0 {
			return errTooMuch
		}
		if !f(m) {
			return nil
		}
	}
}

// runesOf decodes s, with the byte offset of each character and of the end.
func runesOf(s string) ([]rune, []int) {
	runes := make([]rune, 0, len(s))
	offsets := make([]int, 0, len(s)+1)
	for i := 0; i < len(s); {
		c, n := value.DecodeRune(s[i:])
		runes = append(runes, c)
		offsets = append(offsets, i)
		i += n
	}
	return runes, append(offsets, len(s))
}

func (st *state) split(s, pattern string, limit int) (value.Value, bool, error) {
	r, err := st.regex(pattern)
	if err != nil {
		return value.Value{}, true, err
	}
	if r.isLiteral && r.literal == "" {
		s = value.SplitPairs(s)
	}
	room := 0
	if r.isLiteral && r.literal != "" {
		room = strings.Count(s, r.literal) + 1
		if limit > 0 {
			room = min(room, limit)
		}
		if err := st.grow(room, 24); err != nil {
			return value.Value{}, true, err
		}
	}
	parts := make([]value.Value, 0, room)
	at := 0
	err = st.each(r, s, func(g []int) bool {
		if limit > 0 && len(parts) == limit-1 {
			return false
		}
		if at == 0 && g[0] == 0 && g[1] == 0 {
			return true // an empty match at the beginning splits off nothing
		}
		parts = append(parts, value.Of(s[at:g[0]]))
		at = g[1]
		return true
	})
	if err != nil {
		return value.Value{}, true, err
	}
	parts = append(parts, value.Of(s[at:]))
	if limit == 0 && len(parts) > 1 { // with no match at all, an empty text stays
		for len(parts) > 0 && parts[len(parts)-1].IsEmptyString() {
			parts = parts[:len(parts)-1]
		}
	}
	return value.OfObject(&array{typeName: "[Ljava.lang.String;", items: parts}), true, st.grow(len(parts)+1, 40)
}

// replaceRegex is replaceAll or replaceFirst. A replacement that is null fails
// only where something is to be replaced.
func (st *state) replaceRegex(s, pattern string, with value.Value, first bool) (value.Value, bool, error) {
	replacement, given := with.Str()
	r, err := st.regex(pattern)
	if err != nil {
		return value.Value{}, true, err
	}
	if r.isLiteral && r.literal != "" && !first && given && strings.IndexByte(replacement, '$') < 0 && strings.IndexByte(replacement, '\\') < 0 {
		return st.replaceText(s, r.literal, replacement)
	}
	if r.isLiteral && r.literal == "" {
		s = value.SplitPairs(s)
	}
	var b []byte
	at := 0
	var bad error
	err = st.each(r, s, func(g []int) bool {
		if !given {
			bad = errNullPointer
			return false
		}
		b = append(b, s[at:g[0]]...)
		at = g[1]
		b, bad = r.expand(b, replacement, s, g)
		if len(b) > st.limits.Output {
			bad = errTooMuch
		}
		return bad == nil && !first
	})
	if err == nil {
		err = bad
	}
	if err != nil {
		return value.Value{}, true, err
	}
	if b == nil && at == 0 {
		return value.Of(s), true, nil
	}
	return st.newString(string(append(b, s[at:]...)))
}

// expand appends the replacement of one match: $1 and ${name} are groups, a
// backslash takes the next character for itself.
func (r *regex) expand(dst []byte, replacement, s string, g []int) ([]byte, error) {
	for i := 0; i < len(replacement); i++ {
		switch c := replacement[i]; c {
		case '\\':
			i++
			if i == len(replacement) {
				return dst, errors.New("IllegalArgumentException: character to be escaped is missing")
			}
			dst = append(dst, replacement[i])
		case '$':
			i++
			n := 0
			switch {
			case i == len(replacement):
				return dst, errors.New("IllegalArgumentException: Illegal group reference: group index is missing")
			case replacement[i] == '{':
				end := strings.IndexByte(replacement[i:], '}')
				if end <= 1 {
					return dst, errors.New("IllegalArgumentException: named capturing group is missing trailing '}'")
				}
				name := replacement[i+1 : i+end]
				var ok bool
				if n, ok = r.groups[name]; !ok {
					return dst, errors.New("IllegalArgumentException: No group with name {" + name + "}")
				}
				i += end
			case isDigit(replacement[i]):
				n = int(replacement[i] - '0')
				if n > r.groupCount {
					return dst, errors.New("IndexOutOfBoundsException: No group " + strconv.Itoa(n))
				}
				for i+1 < len(replacement) && isDigit(replacement[i+1]) {
					next := n*10 + int(replacement[i+1]-'0')
					if next > r.groupCount {
						break
					}
					n = next
					i++
				}
			default:
				return dst, errors.New("IllegalArgumentException: Illegal group reference")
			}
			if 2*n+1 < len(g) && g[2*n] >= 0 {
				dst = append(dst, s[g[2*n]:g[2*n+1]]...)
			}
		default:
			dst = append(dst, c)
		}
	}
	return dst, nil
}
