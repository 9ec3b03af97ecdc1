package schema

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// regex is a pattern in the language of ECMA 262, edition 3, which the Java
// validator runs. It matches anywhere in a text. Unlike there, a character outside
// the basic plane is one character, not two.
type regex struct {
	pattern string
	linear  *regexp.Regexp  // preferred
	size    int             // of linear's program: what a byte may cost
	general *regexp2.Regexp // for lookahead, back references and large repetitions
}

// regexTimeout bounds one match of a pattern that needs backtracking. A match that
// takes longer counts as none.
const regexTimeout = 100 * time.Millisecond

// maxPattern bounds the length of a pattern in bytes.
const maxPattern = 64 << 10

var errTooLongPattern = errors.New("the pattern is too long")

// compileRegex translates a pattern to RE2 and, when RE2 cannot express it, to the
// language of regexp2. Beyond ECMA 262 it takes what Java has too: lookbehind,
// named groups and flags such as (?i).
func compileRegex(pattern string) (*regex, error) {
	if len(pattern) > maxPattern {
		return nil, errTooLongPattern
	}
	t := translator{s: []rune(pattern)}
	t.groups = t.countGroups()
	if err := t.alternatives(0); err != nil {
		return nil, err
	}
	re := &regex{pattern: pattern}
	if !t.general {
		if linear, err := regexp.Compile(t.re2.String()); err == nil {
			re.linear, re.size = linear, programSize(t.re2.String())
			return re, nil
		}
	}
	general, err := regexp2.Compile(t.net.String(), regexp2.ECMAScript)
	if err != nil {
		return nil, fmt.Errorf("invalid regular expression %q", pattern)
	}
	general.MatchTimeout = regexTimeout
	re.general = general
	return re, nil
}

// programSize is the number of instructions a pattern for RE2 compiles to.
func programSize(pattern string) int {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 1
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return 1
	}
	return len(program.Inst)
}

// String is the pattern as written.
func (re *regex) String() string { return re.pattern }

// MatchString tells whether any part of s matches.
func (re *regex) MatchString(s string) bool {
	if re.linear != nil {
		return re.linear.MatchString(s)
	}
	ok, err := re.general.MatchString(s)
	return ok && err == nil
}

// translator reads a pattern and writes it in both languages at once.
type translator struct {
	s       []rune
	at      int
	groups  int
	re2     strings.Builder
	net     strings.Builder
	general bool // RE2 cannot express it
}

// maxRegexDepth bounds how deep groups may be nested.
const maxRegexDepth = 200

func (t *translator) errorf(format string, args ...any) error {
	return fmt.Errorf("invalid regular expression: "+format, args...)
}

func (t *translator) both(s string) {
	t.re2.WriteString(s)
	t.net.WriteString(s)
}

func (t *translator) more() bool { return t.at < len(t.s) }

func (t *translator) peek(s string) bool {
	for i, r := range []rune(s) {
		if t.at+i >= len(t.s) || t.s[t.at+i] != r {
			return false
		}
	}
	return true
}

// countGroups counts what captures, to tell back references from octal escapes.
func (t *translator) countGroups() int {
	n, class := 0, false
	for i := 0; i < len(t.s); i++ {
		switch t.s[i] {
		case '\\':
			i++
		case '[':
			class = true
		case ']':
			class = false
		case '(':
			if class {
				continue
			}
			if i+1 >= len(t.s) || t.s[i+1] != '?' {
				n++
			} else if i+3 < len(t.s) && t.s[i+2] == '<' && t.s[i+3] != '=' && t.s[i+3] != '!' {
				n++
			}
		}
	}
	return n
}

// alternatives reads up to the end, or to the parenthesis that closes the group.
func (t *translator) alternatives(depth int) error {
	if depth > maxRegexDepth {
		return t.errorf("groups are nested too deep")
	}
	for t.more() {
		switch t.s[t.at] {
		case ')':
			if depth == 0 {
				return t.errorf("unmatched )")
			}
			return nil
		case '|':
			t.at++
			t.both("|")
		default:
			if err := t.term(depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// term reads one assertion, or an atom with its quantifier.
func (t *translator) term(depth int) error {
	switch r := t.s[t.at]; r {
	case '^':
		t.at++
		t.both("^")
		return nil
	case '$':
		t.at++
		t.both("$")
		return nil
	case '*', '+', '?':
		return t.errorf("nothing to repeat before %c", r)
	case '(':
		return t.group(depth)
	case '[':
		if err := t.class(); err != nil {
			return err
		}
	case '.':
		t.at++
		t.set([]rune{'\n', '\n', '\r', '\r', '\u2028', '\u2029'}, true)
	case '\\':
		assertion, err := t.escape()
		if err != nil || assertion {
			return err
		}
	default:
		t.at++
		t.literal(r)
	}
	return t.quantifier()
}

func (t *translator) group(depth int) error {
	quantifiable := true
	switch {
	case t.peek("(?:"):
		t.at += 3
		t.both("(?:")
	case t.peek("(?="), t.peek("(?!"), t.peek("(?<="), t.peek("(?<!"):
		length := 3
		if t.s[t.at+2] == '<' {
			length, quantifiable = 4, false
		}
		t.net.WriteString(string(t.s[t.at : t.at+length]))
		t.at += length
		t.general = true
	case t.peek("(?<"):
		end := slices.Index(t.s[t.at:], '>')
		if end < 0 {
			return t.errorf("the name of a group does not end")
		}
		name := string(t.s[t.at+3 : t.at+end])
		if !isGroupName(name) {
			return t.errorf("%q is no name for a group", name)
		}
		t.re2.WriteString("(?P<" + name + ">")
		t.net.WriteString("(?<" + name + ">")
		t.at += end + 1
	case t.peek("(?"):
		end := t.at + 2
		for end < len(t.s) && strings.ContainsRune("ims-", t.s[end]) {
			end++
		}
		if end == t.at+2 || end == len(t.s) || t.s[end] != ':' && t.s[end] != ')' {
			return t.errorf("unknown kind of group")
		}
		t.both(string(t.s[t.at : end+1]))
		t.at = end + 1
		if t.s[end] == ')' {
			return nil
		}
	default:
		t.at++
		t.both("(")
	}
	if err := t.alternatives(depth + 1); err != nil {
		return err
	}
	if !t.more() {
		return t.errorf("missing )")
	}
	t.at++
	t.both(")")
	if !quantifiable {
		return nil
	}
	return t.quantifier()
}

func isGroupName(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// maxLinearRepeat is the largest count RE2 takes.
const maxLinearRepeat = 1000

// quantifier reads what may follow an atom.
func (t *translator) quantifier() error {
	if !t.more() {
		return nil
	}
	switch r := t.s[t.at]; r {
	case '*', '+', '?':
		t.at++
		t.both(string(r))
	case '{':
		low, high, end, ok := t.counts()
		if !ok {
			return nil // a literal brace, which the next term reads
		}
		if high >= 0 && low > high {
			return t.errorf("numbers out of order in {%d,%d}", low, high)
		}
		if low > maxLinearRepeat || high > maxLinearRepeat {
			t.general = true
		}
		t.both(string(t.s[t.at:end]))
		t.at = end
	default:
		return nil
	}
	if t.more() && t.s[t.at] == '?' {
		t.at++
		t.both("?")
	}
	if t.more() && strings.ContainsRune("*+?", t.s[t.at]) {
		return t.errorf("nothing to repeat before %c", t.s[t.at])
	}
	if t.more() && t.s[t.at] == '{' {
		if _, _, _, ok := t.counts(); ok {
			return t.errorf("nothing to repeat before {")
		}
	}
	return nil
}

// counts reads {n}, {n,} or {n,m} without moving on. high is -1 without an upper bound.
func (t *translator) counts() (low, high, end int, ok bool) {
	i := t.at + 1
	number := func() (int, bool) {
		start := i
		for i < len(t.s) && t.s[i] >= '0' && t.s[i] <= '9' {
			i++
		}
		n, err := strconv.Atoi(string(t.s[start:i]))
		return n, err == nil
	}
	if low, ok = number(); !ok {
		return 0, 0, 0, false
	}
	high = low
	if i < len(t.s) && t.s[i] == ',' {
		i++
		high = -1
		if i < len(t.s) && t.s[i] != '}' {
			if high, ok = number(); !ok {
				return 0, 0, 0, false
			}
		}
	}
	if i >= len(t.s) || t.s[i] != '}' {
		return 0, 0, 0, false
	}
	return low, high, i + 1, true
}

// literal writes a character that stands for itself.
func (t *translator) literal(r rune) {
	t.re2.WriteString(regexp.QuoteMeta(string(r)))
	t.net.WriteString(netRune(r))
}

// netRune writes a character for regexp2 so that it cannot be anything else.
func netRune(r rune) string {
	switch {
	case r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)), r > 0xffff:
		return string(r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// set writes a class of characters, given as pairs of bounds.
func (t *translator) set(ranges []rune, negated bool) {
	not := ""
	if negated {
		not = "^"
	}
	if len(ranges) == 0 {
		if negated {
			t.re2.WriteString(`[\x{0}-\x{10ffff}]`)
			t.net.WriteString(`[\s\S]`)
		} else {
			t.re2.WriteString(`[^\x{0}-\x{10ffff}]`)
			t.net.WriteString(`(?!)`)
		}
		return
	}
	t.both("[" + not)
	for i := 0; i < len(ranges); i += 2 {
		low, high := ranges[i], ranges[i+1]
		fmt.Fprintf(&t.re2, `\x{%x}-\x{%x}`, low, high)
		t.net.WriteString(netRune(low) + "-" + netRune(high))
	}
	t.both("]")
}

// The classes of ECMA 262, as pairs of bounds in order.
var (
	digitRanges = []rune{'0', '9'}
	wordRanges  = []rune{'0', '9', 'A', 'Z', '_', '_', 'a', 'z'}
	spaceRanges = []rune{
		'\t', '\r', ' ', ' ', '\u00a0', '\u00a0', '\u1680', '\u1680', '\u2000', '\u200a',
		'\u2028', '\u2029', '\u202f', '\u202f', '\u205f', '\u205f', '\u3000', '\u3000', '\ufeff', '\ufeff',
	}
)

// complement is everything outside ranges, which are in order.
func complement(ranges []rune) []rune {
	var out []rune
	next := rune(0)
	for i := 0; i < len(ranges); i += 2 {
		if ranges[i] > next {
			out = append(out, next, ranges[i]-1)
		}
		next = ranges[i+1] + 1
	}
	return append(out, next, unicode.MaxRune)
}

// classOf is the class an escape such as \d stands for; nil for other escapes.
func classOf(r rune) []rune {
	switch r {
	case 'd':
		return digitRanges
	case 'D':
		return complement(digitRanges)
	case 'w':
		return wordRanges
	case 'W':
		return complement(wordRanges)
	case 's':
		return spaceRanges
	case 'S':
		return complement(spaceRanges)
	}
	return nil
}

// escape reads an escape outside of a class. assertion is true for \b and \B.
func (t *translator) escape() (assertion bool, err error) {
	if t.at+1 == len(t.s) {
		return false, t.errorf(`\ at the end`)
	}
	r := t.s[t.at+1]
	if ranges := classOf(r); ranges != nil {
		t.at += 2
		t.set(ranges, false)
		return false, nil
	}
	switch {
	case r == 'b' || r == 'B':
		t.at += 2
		t.both(`\` + string(r))
		return true, nil
	case r >= '1' && r <= '9':
		end := t.at + 1
		for end < len(t.s) && t.s[end] >= '0' && t.s[end] <= '9' {
			end++
		}
		if n, err := strconv.Atoi(string(t.s[t.at+1 : end])); err == nil && n <= t.groups {
			t.at = end
			t.general = true
			// The group keeps a digit that follows from becoming part of the number.
			fmt.Fprintf(&t.net, `(?:\%d)`, n)
			return false, nil
		}
	}
	c, err := t.character()
	if err != nil {
		return false, err
	}
	t.literal(c)
	return false, nil
}

// character reads an escape that stands for one character.
func (t *translator) character() (rune, error) {
	t.at++
	if !t.more() {
		return 0, t.errorf(`\ at the end`)
	}
	r := t.s[t.at]
	t.at++
	switch r {
	case 't':
		return '\t', nil
	case 'n':
		return '\n', nil
	case 'v':
		return '\v', nil
	case 'f':
		return '\f', nil
	case 'r':
		return '\r', nil
	case 'c':
		if t.more() && (t.s[t.at] >= 'a' && t.s[t.at] <= 'z' || t.s[t.at] >= 'A' && t.s[t.at] <= 'Z') {
			t.at++
			return t.s[t.at-1] % 32, nil
		}
		t.at-- // the backslash stands for itself
		return '\\', nil
	case 'x':
		if c, ok := t.hex(2); ok {
			return c, nil
		}
		return 'x', nil
	case 'u':
		c, ok := t.hex(4)
		if !ok {
			return 'u', nil
		}
		if utf16.IsSurrogate(c) && t.peek(`\u`) {
			before := t.at
			t.at += 2
			if low, ok := t.hex(4); ok {
				if pair := utf16.DecodeRune(c, low); pair != utf8.RuneError {
					return pair, nil
				}
			}
			t.at = before
		}
		return c, nil
	}
	if r >= '0' && r <= '7' {
		// An octal escape of at most three digits and at most 255.
		c := r - '0'
		for n := 1; n < 3 && t.more() && t.s[t.at] >= '0' && t.s[t.at] <= '7' && c*8+t.s[t.at]-'0' <= 0xff; n++ {
			c = c*8 + t.s[t.at] - '0'
			t.at++
		}
		return c, nil
	}
	return r, nil
}

func (t *translator) hex(digits int) (rune, bool) {
	if t.at+digits > len(t.s) {
		return 0, false
	}
	c, ok := parseHex(string(t.s[t.at : t.at+digits]))
	if ok {
		t.at += digits
	}
	return c, ok
}

// class reads [...].
func (t *translator) class() error {
	t.at++
	negated := t.peek("^")
	if negated {
		t.at++
	}
	var ranges []rune
	for {
		if !t.more() {
			return t.errorf("missing ]")
		}
		if t.s[t.at] == ']' {
			t.at++
			t.set(ranges, negated)
			return nil
		}
		low, class, err := t.classAtom()
		if err != nil {
			return err
		}
		if class != nil {
			ranges = append(ranges, class...)
			continue
		}
		if !t.peek("-") || t.at+1 >= len(t.s) || t.s[t.at+1] == ']' {
			ranges = append(ranges, low, low)
			continue
		}
		t.at++
		high, class, err := t.classAtom()
		if err != nil {
			return err
		}
		if class != nil {
			// [a-\d] is the two characters and the class.
			ranges = append(ranges, low, low, '-', '-')
			ranges = append(ranges, class...)
			continue
		}
		if low > high {
			return t.errorf("range out of order in a class")
		}
		ranges = append(ranges, low, high)
	}
}

// classAtom reads one member of a class: a character or an escape that is a class.
func (t *translator) classAtom() (rune, []rune, error) {
	r := t.s[t.at]
	if r != '\\' {
		t.at++
		return r, nil, nil
	}
	if t.at+1 < len(t.s) {
		if ranges := classOf(t.s[t.at+1]); ranges != nil {
			t.at += 2
			return 0, ranges, nil
		}
		if t.s[t.at+1] == 'b' {
			t.at += 2
			return '\b', nil, nil
		}
	}
	c, err := t.character()
	return c, nil, err
}
