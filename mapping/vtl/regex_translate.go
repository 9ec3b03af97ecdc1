package vtl

import (
	"errors"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// translation is a Java regular expression in the common language of RE2 and
// regexp2. Classes and case folding are written out, so that both engines mean
// what Java means: \d, \w, \s and the folding of (?i) are ASCII, the dot leaves
// out all of Java's line terminators.
type translation struct {
	pattern    string
	literal    string // the text that the expression stands for, if it is nothing but text
	isLiteral  bool
	groups     map[string]int // named groups
	groupCount int
	backtracks bool // RE2 cannot express it
	anchored   bool // what it matches depends on what stands before
	boundary   bool // has \b or \B, where RE2 knows ASCII letters only
	dollar     bool // has a $ that RE2 sees as \z: right unless the text ends with a line terminator
}

func errPattern(message, pattern string) error {
	if len(pattern) > 100 {
		pattern = pattern[:100]
	}
	return errors.New("PatternSyntaxException: " + message + " near " + pattern)
}

// reFlags are the inline flags in force.
type reFlags struct{ fold, unicodeFold, dotAll, multiline, comments, unixLines bool }

type reTranslator struct {
	src   string
	pos   int
	out   []byte
	flags reFlags
	t     *translation
	depth int
	text  []byte // the literal so far
	plain bool   // nothing but literal characters so far
}

// maxRegexDepth bounds nested groups and classes.
const maxRegexDepth = 200

// translateRegex translates a pattern of java.util.regex.
func translateRegex(pattern string) (*translation, error) {
	t := &translation{groups: map[string]int{}}
	r := &reTranslator{src: pattern, t: t, plain: true}
	if err := r.alternatives(); err != nil {
		return nil, err
	}
	if r.pos < len(r.src) {
		return nil, errPattern("Unmatched closing ')'", pattern)
	}
	t.pattern = string(r.out)
	if r.plain {
		t.literal, t.isLiteral = string(r.text), true
	}
	return t, nil
}

func (r *reTranslator) emit(s string) { r.out = append(r.out, s...) }

func (r *reTranslator) more() bool { return r.pos < len(r.src) }

func (r *reTranslator) rune() rune {
	c, n := utf8.DecodeRuneInString(r.src[r.pos:])
	r.pos += n
	return c
}

func (r *reTranslator) has(s string) bool {
	if strings.HasPrefix(r.src[r.pos:], s) {
		r.pos += len(s)
		return true
	}
	return false
}

// skipComments skips blanks and comments under (?x).
func (r *reTranslator) skipComments() {
	for r.flags.comments && r.more() {
		switch c := r.src[r.pos]; {
		case c == ' ' || c >= 0x09 && c <= 0x0D:
			r.pos++
		case c == '#':
			for r.more() && r.src[r.pos] != '\n' && r.src[r.pos] != '\r' {
				r.pos++
			}
		default:
			return
		}
	}
}

func (r *reTranslator) alternatives() error {
	if r.depth++; r.depth > maxRegexDepth {
		return errPattern("nested too deeply", r.src)
	}
	defer func() { r.depth-- }()
	for {
		r.skipComments()
		if !r.more() || r.src[r.pos] == ')' {
			return nil
		}
		if r.src[r.pos] == '|' {
			r.pos++
			r.plain = false
			r.emit("|")
			continue
		}
		start := len(r.out)
		quantifiable, err := r.atom()
		if err != nil {
			return err
		}
		r.skipComments()
		if quantifiable {
			if err := r.quantifier(start); err != nil {
				return err
			}
		}
	}
}

// quantifier translates what may follow the atom at out[start:].
func (r *reTranslator) quantifier(start int) error {
	if !r.more() {
		return nil
	}
	q := ""
	switch c := r.src[r.pos]; c {
	case '*', '+', '?':
		r.pos++
		q = string(c)
	case '{':
		i := r.pos + 1
		d := digits(r.src[i:])
		if d == 0 {
			return errPattern("Illegal repetition", r.src[r.pos:])
		}
		low, err := strconv.Atoi(r.src[i : i+d])
		if err != nil {
			return errPattern("Illegal repetition range", r.src[r.pos:])
		}
		i += d
		q = "{" + strconv.Itoa(low)
		if i < len(r.src) && r.src[i] == ',' {
			i++
			q += ","
			if d := digits(r.src[i:]); d > 0 {
				high, err := strconv.Atoi(r.src[i : i+d])
				if err != nil || high < low {
					return errPattern("Illegal repetition range", r.src[r.pos:])
				}
				i += d
				q += strconv.Itoa(high)
			}
		}
		if i >= len(r.src) || r.src[i] != '}' {
			return errPattern("Unclosed counted closure", r.src[r.pos:])
		}
		q += "}"
		r.pos = i + 1
	default:
		return nil
	}
	r.plain = false
	atom := string(r.out[start:])
	if atom == "" {
		return nil
	}
	r.out = r.out[:start]
	switch {
	case r.has("+"):
		r.t.backtracks = true
		r.emit("(?>(?:" + atom + ")" + q + ")")
	case r.has("?"):
		r.emit("(?:" + atom + ")" + q + "?")
	default:
		r.emit("(?:" + atom + ")" + q)
	}
	return nil
}

// atom translates one atom; quantifiable is false for a group of flags.
func (r *reTranslator) atom() (quantifiable bool, err error) {
	at := r.pos
	switch c := r.rune(); c {
	case '*', '+', '?':
		return false, errPattern("Dangling meta character '"+string(c)+"'", r.src[at:])
	case '{':
		if digits(r.src[r.pos:]) == 0 {
			return false, errPattern("Illegal repetition", r.src[at:])
		}
		r.pos = at // repeats nothing
		r.plain = false
		return true, nil
	case '(':
		return r.group()
	case '[':
		s, err := r.class()
		if err != nil {
			return false, err
		}
		r.set(s)
	case '.':
		r.plain = false
		switch {
		case r.flags.dotAll:
			r.set(runeSet{{0, unicode.MaxRune}})
		case r.flags.unixLines:
			r.set(runeSet{{0, '\n' - 1}, {'\n' + 1, unicode.MaxRune}})
		default:
			r.set(lineTerminators.negate())
		}
	case '^':
		r.plain = false
		if r.flags.multiline {
			r.t.backtracks = true
			r.emit(`(?:\A|(?:(?<=[\n\x85\u2028\u2029])|(?<=\r)(?!\n))(?!\z))`)
		} else {
			r.t.anchored = true
			r.emit(`\A`)
		}
	case '$':
		r.plain = false
		switch {
		case r.flags.multiline:
			r.t.backtracks = true
			r.emit(`(?:\z|(?=[\n\r\x85\u2028\u2029])(?<!\r(?=\n)))`)
		default:
			r.t.dollar = true
			r.emit("\x00$")
		}
	case '\\':
		return true, r.escape(at)
	default:
		r.char(c)
	}
	return true, nil
}

// char translates a literal character.
func (r *reTranslator) char(c rune) {
	if r.flags.fold && (isAlphaRune(c) || r.flags.unicodeFold) {
		s := runeSet{{c, c}}
		r.set(r.folded(s))
		return
	}
	r.text = utf8.AppendRune(r.text, c)
	r.out = appendQuoted(r.out, c)
}

func isAlphaRune(c rune) bool { return c < 0x80 && isAlpha(byte(c)) }

// appendQuoted appends c so that both engines take it for itself, in and out of
// classes.
func appendQuoted(dst []byte, c rune) []byte {
	if c < 0x80 && !isAlpha(byte(c)) && !isDigit(byte(c)) {
		const hex = "0123456789abcdef"
		return append(dst, '\\', 'x', hex[c>>4], hex[c&15])
	}
	return utf8.AppendRune(dst, c)
}

func (r *reTranslator) set(s runeSet) {
	r.plain = false
	r.out = s.appendClass(r.out)
}

// folded adds the other case of letters, under (?i).
func (r *reTranslator) folded(s runeSet) runeSet {
	if !r.flags.fold {
		return s
	}
	out := append(runeSet(nil), s...)
	for _, x := range s {
		for c := max(x[0], 'A'); c <= min(x[1], 'z'); c++ {
			if isAlphaRune(c) {
				out = append(out, [2]rune{c ^ 0x20, c ^ 0x20})
			}
		}
		if r.flags.unicodeFold && x[1]-x[0] < 1000 {
			for c := x[0]; c <= x[1]; c++ {
				for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
					out = append(out, [2]rune{f, f})
				}
			}
		}
	}
	return out.normalize()
}

// group translates what follows "(".
func (r *reTranslator) group() (quantifiable bool, err error) {
	r.plain = false
	flags := r.flags
	defer func() {
		if quantifiable {
			r.flags = flags
		}
	}()
	open := ""
	switch {
	case !r.has("?"):
		r.t.groupCount++
		open = "("
	case r.has(":"):
		open = "(?:"
	case r.has("="):
		open = "(?="
	case r.has("!"):
		open = "(?!"
	case r.has(">"):
		open = "(?>"
	case r.has("<="):
		open = "(?<="
	case r.has("<!"):
		open = "(?<!"
	case r.has("<"):
		name, err := r.groupName()
		if err != nil {
			return false, err
		}
		if _, ok := r.t.groups[name]; ok {
			return false, errPattern("Named capturing group <"+name+"> is already defined", r.src)
		}
		r.t.groupCount++
		r.t.groups[name] = r.t.groupCount
		open = "("
	default:
		closed, err := r.inlineFlags()
		if err != nil || closed {
			return false, err
		}
		open = "(?:"
	}
	if open != "(" && open != "(?:" {
		r.t.backtracks = true
	}
	r.emit(open)
	if err := r.alternatives(); err != nil {
		return true, err
	}
	if !r.has(")") {
		return true, errPattern("Unclosed group", r.src)
	}
	r.emit(")")
	return true, nil
}

func (r *reTranslator) groupName() (string, error) {
	i := strings.IndexByte(r.src[r.pos:], '>')
	if i <= 0 {
		return "", errPattern("named capturing group is missing trailing '>'", r.src[r.pos:])
	}
	name := r.src[r.pos : r.pos+i]
	for j := range len(name) {
		if !isAlpha(name[j]) && (j == 0 || !isDigit(name[j])) {
			return "", errPattern("capturing group name does not start with a Latin letter", name)
		}
	}
	r.pos += i + 1
	return name, nil
}

// inlineFlags translates "(?i)" and "(?i:"; closed tells the former.
func (r *reTranslator) inlineFlags() (closed bool, err error) {
	on := true
	for r.more() {
		switch c := r.rune(); c {
		case 'i':
			r.flags.fold = on
		case 'u':
			r.flags.unicodeFold = on
		case 's':
			r.flags.dotAll = on
		case 'm':
			r.flags.multiline = on
		case 'x':
			r.flags.comments = on
		case 'd':
			r.flags.unixLines = on
		case 'U':
			return false, errPattern("the flag U is not supported", r.src)
		case '-':
			if !on {
				return false, errPattern("Unknown inline modifier", r.src)
			}
			on = false
		case ')':
			return true, nil
		case ':':
			return false, nil
		default:
			return false, errPattern("Unknown inline modifier", r.src)
		}
	}
	return false, errPattern("Unknown inline modifier", r.src)
}

// escape translates what follows a backslash outside classes.
func (r *reTranslator) escape(at int) error {
	if !r.more() {
		return errPattern("Unexpected internal error", r.src)
	}
	if r.has("Q") {
		quoted := r.src[r.pos:]
		if i := strings.Index(quoted, `\E`); i >= 0 {
			quoted = quoted[:i]
			r.pos += i + 2
		} else {
			r.pos = len(r.src)
		}
		for i, c := range quoted {
			// A quantifier applies to the last character only.
			if i+utf8.RuneLen(c) == len(quoted) {
				return r.quotedTail(c)
			}
			r.char(c)
		}
		return nil
	}
	switch c := r.src[r.pos]; c {
	case 'b', 'B', 'A', 'z':
		r.pos++
		r.plain = false
		r.emit(`\` + string(c))
		r.t.boundary = r.t.boundary || c == 'b' || c == 'B'
		r.t.anchored = r.t.anchored || c != 'z'
		return nil
	case 'Z':
		r.pos++
		r.plain = false
		r.t.dollar = true
		r.emit("\x00$")
		return nil
	case 'G':
		r.pos++
		r.plain = false
		r.t.backtracks = true
		r.emit(`\G`)
		return nil
	case 'R':
		r.pos++
		r.plain = false
		r.emit(`(?:\x0d\x0a|[\x0a-\x0d\x85` + "\u2028\u2029" + `])`)
		return nil
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		n := int(c - '0')
		r.pos++
		for r.more() && isDigit(r.src[r.pos]) && n*10+int(r.src[r.pos]-'0') <= r.t.groupCount {
			n = n*10 + int(r.src[r.pos]-'0')
			r.pos++
		}
		r.backreference(n)
		return nil
	case 'k':
		r.pos++
		if !r.has("<") {
			return errPattern(`\k is not followed by '<' for named capturing group`, r.src[at:])
		}
		name, err := r.groupName()
		if err != nil {
			return err
		}
		n, ok := r.t.groups[name]
		if !ok {
			return errPattern("named capturing group <"+name+"> does not exist", r.src)
		}
		r.backreference(n)
		return nil
	}
	c, s, err := r.classEscape()
	if err != nil {
		return err
	}
	if s != nil {
		r.set(s)
		return nil
	}
	r.char(c)
	return nil
}

// quotedTail translates the last character of \Q...\E as an atom of its own.
func (r *reTranslator) quotedTail(c rune) error {
	r.skipComments()
	if !r.more() || strings.IndexByte("*+?{", r.src[r.pos]) < 0 {
		r.char(c)
		return nil
	}
	start := len(r.out)
	r.char(c)
	return r.quantifier(start)
}

func (r *reTranslator) backreference(n int) {
	r.plain = false
	r.t.backtracks = true
	switch {
	case n > r.t.groupCount:
		r.emit("(?!)")
	case r.flags.fold:
		r.emit(`(?i:\` + strconv.Itoa(n) + ")")
	default:
		r.emit(`(?:\` + strconv.Itoa(n) + ")")
	}
}

// classEscape translates an escape that may stand in a class: a character, or a
// set of them.
func (r *reTranslator) classEscape() (c rune, s runeSet, err error) {
	at := r.pos
	switch c = r.rune(); c {
	case 'd':
		return 0, setDigit, nil
	case 'D':
		return 0, setDigit.negate(), nil
	case 'w':
		return 0, setWord, nil
	case 'W':
		return 0, setWord.negate(), nil
	case 's':
		return 0, setSpace, nil
	case 'S':
		return 0, setSpace.negate(), nil
	case 'h':
		return 0, setHorizontal, nil
	case 'H':
		return 0, setHorizontal.negate(), nil
	case 'v':
		return 0, setVertical, nil
	case 'V':
		return 0, setVertical.negate(), nil
	case 't':
		return '\t', nil, nil
	case 'n':
		return '\n', nil, nil
	case 'r':
		return '\r', nil, nil
	case 'f':
		return '\f', nil, nil
	case 'a':
		return 7, nil, nil
	case 'e':
		return 0x1B, nil, nil
	case 'c':
		if !r.more() {
			return 0, nil, errPattern("Illegal control escape sequence", r.src[at:])
		}
		return r.rune() ^ 64, nil, nil
	case '0':
		n := 0
		for n < 3 && r.more() && r.src[r.pos] >= '0' && r.src[r.pos] <= '7' && c*8+rune(r.src[r.pos]-'0') <= 0x1FF {
			if n == 0 {
				c = 0
			}
			if next := c*8 + rune(r.src[r.pos]-'0'); next > 0xFF {
				break
			} else {
				c = next
			}
			r.pos++
			n++
		}
		if n == 0 {
			return 0, nil, errPattern("Illegal octal escape sequence", r.src[at:])
		}
		return c, nil, nil
	case 'x':
		if r.has("{") {
			i := strings.IndexByte(r.src[r.pos:], '}')
			if i < 0 {
				return 0, nil, errPattern("Unclosed hexadecimal escape sequence", r.src[at:])
			}
			n, err := strconv.ParseUint(r.src[r.pos:r.pos+i], 16, 32)
			if err != nil || n > unicode.MaxRune {
				return 0, nil, errPattern("Illegal hexadecimal escape sequence", r.src[at:])
			}
			r.pos += i + 1
			return rune(n), nil, nil
		}
		return r.hex(2, at)
	case 'u':
		return r.hex(4, at)
	case 'p', 'P':
		s, err := r.property()
		if err != nil {
			return 0, nil, err
		}
		if c == 'P' {
			s = s.negate()
		}
		return 0, s, nil
	}
	if c < 0x80 && isAlpha(byte(c)) {
		return 0, nil, errPattern("Illegal/unsupported escape sequence", r.src[at-1:])
	}
	return c, nil, nil
}

func (r *reTranslator) hex(n, at int) (rune, runeSet, error) {
	if len(r.src)-r.pos < n {
		return 0, nil, errPattern("Illegal hexadecimal escape sequence", r.src[at:])
	}
	v, err := strconv.ParseUint(r.src[r.pos:r.pos+n], 16, 32)
	if err != nil {
		return 0, nil, errPattern("Illegal hexadecimal escape sequence", r.src[at:])
	}
	r.pos += n
	return rune(v), nil, nil
}

// property translates what follows \p.
func (r *reTranslator) property() (runeSet, error) {
	name := ""
	if r.has("{") {
		i := strings.IndexByte(r.src[r.pos:], '}')
		if i < 0 {
			return nil, errPattern("Unclosed character family", r.src)
		}
		name = r.src[r.pos : r.pos+i]
		r.pos += i + 1
	} else if r.more() {
		name = string(r.rune())
	}
	if s, ok := posixClasses[name]; ok {
		return s, nil
	}
	key := name
	for _, prefix := range [...]string{"Is", "general_category=", "gc=", "script=", "sc=", "java"} {
		key = strings.TrimPrefix(key, prefix)
	}
	if s, ok := namedClasses[key]; ok {
		return ofTable(s), nil
	}
	if t, ok := unicode.Categories[key]; ok {
		return ofTable(t), nil
	}
	if t, ok := unicode.Scripts[key]; ok {
		return ofTable(t), nil
	}
	return nil, errPattern("Unknown character property name {"+name+"}", r.src)
}

// class translates what follows "[".
func (r *reTranslator) class() (runeSet, error) {
	if r.depth++; r.depth > maxRegexDepth {
		return nil, errPattern("nested too deeply", r.src)
	}
	defer func() { r.depth-- }()
	negated := r.has("^")
	var s, left runeSet
	intersecting := false
	for first := true; ; first = false {
		r.skipComments()
		if !r.more() {
			return nil, errPattern("Unclosed character class", r.src)
		}
		switch {
		case r.src[r.pos] == ']' && !first:
			r.pos++
			s = s.normalize()
			if intersecting {
				s = left.intersect(s)
			}
			if negated {
				s = s.negate()
			}
			return s, nil
		case r.has("&&"):
			s = s.normalize()
			if intersecting {
				s = left.intersect(s)
			}
			left, s, intersecting = s, nil, true
			continue
		case r.has("["):
			nested, err := r.class()
			if err != nil {
				return nil, err
			}
			s = append(s, nested...)
			continue
		}
		c, set, err := r.classChar()
		if err != nil {
			return nil, err
		}
		if set != nil {
			s = append(s, set...)
			continue
		}
		high := c
		if rest := r.src[r.pos:]; len(rest) > 1 && rest[0] == '-' && rest[1] != ']' && rest[1] != '[' {
			r.pos++
			var set runeSet
			if high, set, err = r.classChar(); err != nil {
				return nil, err
			}
			if set != nil || high < c {
				return nil, errPattern("Illegal character range", r.src)
			}
		}
		s = append(s, r.folded(runeSet{{c, high}})...)
	}
}

func (r *reTranslator) classChar() (rune, runeSet, error) {
	if r.has(`\`) {
		if !r.more() {
			return 0, nil, errPattern("Unclosed character class", r.src)
		}
		return r.classEscape()
	}
	return r.rune(), nil, nil
}

// runeSet is a set of characters, as ranges.
type runeSet [][2]rune

var (
	setDigit        = runeSet{{'0', '9'}}
	setWord         = runeSet{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}
	setSpace        = runeSet{{'\t', '\r'}, {' ', ' '}}
	setVertical     = runeSet{{'\n', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}}
	setHorizontal   = runeSet{{'\t', '\t'}, {' ', ' '}, {0xA0, 0xA0}, {0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x200A}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}}
	lineTerminators = runeSet{{'\n', '\n'}, {'\r', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}}
)

var posixClasses = map[string]runeSet{
	"Lower":  {{'a', 'z'}},
	"Upper":  {{'A', 'Z'}},
	"ASCII":  {{0, 0x7F}},
	"Alpha":  {{'A', 'Z'}, {'a', 'z'}},
	"Digit":  {{'0', '9'}},
	"Alnum":  {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}},
	"Punct":  {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}},
	"Graph":  {{'!', '~'}},
	"Print":  {{' ', '~'}},
	"Blank":  {{'\t', '\t'}, {' ', ' '}},
	"Cntrl":  {{0, 0x1F}, {0x7F, 0x7F}},
	"XDigit": {{'0', '9'}, {'A', 'F'}, {'a', 'f'}},
	"Space":  {{'\t', '\r'}, {' ', ' '}},
}

var namedClasses = map[string]*unicode.RangeTable{
	"Alphabetic":  unicode.Letter,
	"LowerCase":   unicode.Lower,
	"Lowercase":   unicode.Lower,
	"UpperCase":   unicode.Upper,
	"Uppercase":   unicode.Upper,
	"Digit":       unicode.Nd,
	"Letter":      unicode.Letter,
	"Punctuation": unicode.Punct,
	"White_Space": unicode.White_Space,
	"Whitespace":  unicode.White_Space,
	"Ideographic": unicode.Ideographic,
	"Hex_Digit":   unicode.Hex_Digit,
}

func ofTable(t *unicode.RangeTable) runeSet {
	var s runeSet
	for _, x := range t.R16 {
		s = s.stride(rune(x.Lo), rune(x.Hi), rune(x.Stride))
	}
	for _, x := range t.R32 {
		s = s.stride(rune(x.Lo), rune(x.Hi), rune(x.Stride))
	}
	return s.normalize()
}

func (s runeSet) stride(lo, hi, stride rune) runeSet {
	if stride == 1 {
		return append(s, [2]rune{lo, hi})
	}
	for c := lo; c <= hi; c += stride {
		s = append(s, [2]rune{c, c})
	}
	return s
}

func (s runeSet) normalize() runeSet {
	if len(s) < 2 {
		return s
	}
	s = append(runeSet(nil), s...)
	sort.Slice(s, func(i, j int) bool { return s[i][0] < s[j][0] })
	out := s[:1]
	for _, x := range s[1:] {
		if last := &out[len(out)-1]; x[0] <= last[1]+1 {
			last[1] = max(last[1], x[1])
		} else {
			out = append(out, x)
		}
	}
	return out
}

func (s runeSet) negate() runeSet {
	s = s.normalize()
	var out runeSet
	next := rune(0)
	for _, x := range s {
		if x[0] > next {
			out = append(out, [2]rune{next, x[0] - 1})
		}
		next = x[1] + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, [2]rune{next, unicode.MaxRune})
	}
	return out
}

func (s runeSet) intersect(t runeSet) runeSet { return append(s.negate(), t.negate()...).negate() }

// appendClass writes the set as a class; the empty set matches nothing.
func (s runeSet) appendClass(dst []byte) []byte {
	s = s.normalize()
	if len(s) == 0 {
		return append(dst, `[^\x00-`+string(rune(unicode.MaxRune))+`]`...)
	}
	dst = append(dst, '[')
	for _, x := range s {
		dst = appendQuoted(dst, x[0])
		if x[1] > x[0] {
			dst = append(dst, '-')
			dst = appendQuoted(dst, x[1])
		}
	}
	return append(dst, ']')
}
