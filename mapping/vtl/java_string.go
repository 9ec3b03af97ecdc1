package vtl

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"sluice/mapping/vtl/value"
)

func errStringBounds(i, n int) error {
	e := errBounds("index", i, n)
	return errors.New("String" + e.Error())
}

// stringMethod carries out a method of java.lang.String. Lengths and indexes are
// in UTF-16 units.
func (st *state) stringMethod(s, name string, args []value.Value) (value.Value, bool, error) {
	switch len(args) {
	case 0:
		return st.stringMethod0(s, name)
	case 1:
		if r, ok, err := st.stringMethod1(s, name, args[0]); ok || err != nil {
			return r, ok, err
		}
	case 2:
		if r, ok, err := st.stringMethod2(s, name, args[0], args[1]); ok || err != nil {
			return r, ok, err
		}
	}
	switch name {
	case "format":
		if len(args) == 0 || !isString(args[0]) {
			break
		}
		if args[0].IsNull() && len(args) > 1 && isString(args[1]) {
			args = args[1:] // null is taken for a locale
		}
		f, ok := args[0].Str()
		if !ok {
			return value.Value{}, true, errNullPointer
		}
		return st.format(f, args[1:])
	case "formatted":
		return st.format(s, args)
	case "join":
		return st.join(args)
	case "regionMatches":
		return regionMatches(s, args)
	}
	return value.Value{}, false, nil
}

func (st *state) stringMethod0(s, name string) (value.Value, bool, error) {
	switch name {
	case "length":
		return value.OfInt(int32(value.Len16(s))), true, nil
	case "isEmpty":
		return value.OfBool(s == ""), true, nil
	case "isBlank":
		return value.OfBool(strings.TrimFunc(s, value.IsWhitespace) == ""), true, nil
	case "toString", "intern":
		return value.Of(s), true, nil
	case "trim":
		return value.Of(trim(s)), true, nil
	case "strip":
		return value.Of(strings.TrimFunc(s, value.IsWhitespace)), true, nil
	case "stripLeading":
		return value.Of(strings.TrimLeftFunc(s, value.IsWhitespace)), true, nil
	case "stripTrailing":
		return value.Of(strings.TrimRightFunc(s, value.IsWhitespace)), true, nil
	case "toUpperCase":
		return st.newString(upper(s))
	case "toLowerCase":
		return st.newString(lower(s))
	case "getBytes":
		return value.OfObject(&array{typeName: "[B", items: bytesOf(s)}), true, st.grow(len(s), 24)
	case "toCharArray":
		u := value.Units(s)
		items := make([]value.Value, len(u))
		for i, c := range u {
			items[i] = value.OfChar(c)
		}
		return value.OfObject(&array{typeName: "[C", items: items}), true, st.grow(len(u), 24)
	}
	return value.Value{}, false, nil
}

// trim is String.trim(): everything up to the blank goes.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
}

func bytesOf(s string) []value.Value {
	items := make([]value.Value, len(s))
	for i := range len(s) {
		items[i] = value.OfInt(int32(int8(s[i])))
	}
	return items
}

// upper is toUpperCase() in the root locale: special casing, such as "ß" to
// "SS", included.
func upper(s string) string {
	if value.IsASCII(s) {
		return strings.ToUpper(s)
	}
	return caseOf(s, cases.Upper(language.Und))
}

func lower(s string) string {
	if value.IsASCII(s) {
		return strings.ToLower(s)
	}
	return caseOf(s, cases.Lower(language.Und))
}

// caseOf applies c to the parts of s that are valid UTF-8; lone surrogates stay.
func caseOf(s string, c cases.Caser) string {
	if utf8.ValidString(s) {
		return c.String(s)
	}
	var b strings.Builder
	for s != "" {
		n := 0
		for n < len(s) {
			r, size := utf8.DecodeRuneInString(s[n:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			n += size
		}
		b.WriteString(c.String(s[:n]))
		if n < len(s) {
			b.WriteByte(s[n])
			n++
		}
		s = s[n:]
	}
	return b.String()
}

func (st *state) stringMethod1(s, name string, arg value.Value) (value.Value, bool, error) {
	text, isText := arg.Str()
	null := arg.IsNull()
	switch name {
	case "equals":
		return value.OfBool(isText && text == s), true, nil
	case "equalsIgnoreCase":
		if !isText && !null {
			return value.Value{}, false, nil
		}
		return value.OfBool(isText && equalFold(s, text)), true, nil
	case "charAt", "codePointAt", "codePointBefore", "substring", "subSequence", "repeat", "indexOf", "lastIndexOf":
		if isInt(arg) {
			return st.stringIndexed(s, name, int(arg.Int()))
		}
	case "split":
		if isText {
			return st.split(s, text, 0)
		}
	case "matches":
		if isText {
			ok, err := st.matches(s, text)
			return value.OfBool(ok), true, err
		}
	case "valueOf", "copyValueOf":
		if a, ok := arg.Object().(*array); ok && a.typeName == "[C" {
			return st.newString(string(charsOf(a)))
		}
		if name == "valueOf" {
			if null {
				return value.Of("null"), true, nil
			}
			t, ok := st.text(arg)
			return value.Of(t), ok, nil
		}
		return value.Value{}, false, nil
	case "getBytes":
		if isText {
			switch strings.ToUpper(text) {
			case "UTF-8", "UTF8", "US-ASCII", "ASCII", "ISO-8859-1":
				return value.OfObject(&array{typeName: "[B", items: bytesOf(s)}), true, st.grow(len(s), 24)
			}
			return value.Value{}, true, errors.New("UnsupportedEncodingException: " + text)
		}
	}
	if !isText && !null {
		return value.Value{}, false, nil
	}
	switch name {
	case "compareTo", "compareToIgnoreCase", "concat", "contains", "contentEquals", "startsWith", "endsWith",
		"indexOf", "lastIndexOf", "split", "matches":
		if null {
			return value.Value{}, true, errNullPointer
		}
	}
	switch name {
	case "compareTo":
		return value.OfInt(int32(compareText(s, text))), true, nil
	case "compareToIgnoreCase":
		return value.OfInt(int32(compareFolded(s, text))), true, nil
	case "concat":
		return st.newString(value.Concat(s, text))
	case "contains":
		return value.OfBool(strings.Contains(s, text)), true, nil
	case "contentEquals":
		return value.OfBool(s == text), true, nil
	case "startsWith":
		return value.OfBool(strings.HasPrefix(s, text)), true, nil
	case "endsWith":
		return value.OfBool(strings.HasSuffix(s, text)), true, nil
	case "indexOf":
		return value.OfInt(int32(index16(s, strings.Index(s, text)))), true, nil
	case "lastIndexOf":
		return value.OfInt(int32(index16(s, strings.LastIndex(s, text)))), true, nil
	}
	return value.Value{}, false, nil
}

func charsOf(a *array) []byte {
	var b []byte
	for _, c := range a.items {
		b = value.AppendUnit(b, c.Char())
	}
	return b
}

// index16 converts an index in bytes to one in UTF-16 units; -1 stays.
func index16(s string, i int) int {
	if i < 0 {
		return -1
	}
	return value.Len16(s[:i])
}

func equalFold(a, b string) bool {
	return a == b || value.Len16(a) == value.Len16(b) && foldText(a) == foldText(b)
}

// foldText maps each character to upper and then to lower case, as Java compares
// without regard to case.
func foldText(s string) string {
	return strings.Map(foldRune, s)
}

func foldRune(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

// compareText is String.compareTo: the difference of the first UTF-16 units that
// differ, or of the lengths.
func compareText(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	for i > 0 && (i < len(a) && !utf8.RuneStart(a[i]) || i < len(b) && !utf8.RuneStart(b[i])) {
		i--
	}
	x, y := value.Units(a[i:]), value.Units(b[i:])
	for k := 0; k < len(x) && k < len(y); k++ {
		if x[k] != y[k] {
			return int(x[k]) - int(y[k])
		}
	}
	return len(x) - len(y)
}

// compareFolded is String.compareToIgnoreCase: the difference of the first code
// points that differ, or of the lengths.
func compareFolded(a, b string) int {
	rest, other := a, b
	for rest != "" && other != "" {
		x, n := value.DecodeRune(rest)
		y, m := value.DecodeRune(other)
		x, y = foldRune(x), foldRune(y)
		if x != y {
			return int(x - y)
		}
		rest, other = rest[n:], other[m:]
	}
	return value.Len16(a) - value.Len16(b)
}

// stringIndexed carries out the methods that take one int.
func (st *state) stringIndexed(s, name string, i int) (value.Value, bool, error) {
	switch name {
	case "indexOf", "lastIndexOf":
		if i < 0 || i > unicode.MaxRune {
			return value.OfInt(-1), true, nil
		}
		c := string(codePoint(rune(i)))
		at := strings.Index(s, c)
		if name == "lastIndexOf" {
			at = strings.LastIndex(s, c)
		}
		return value.OfInt(int32(index16(s, at))), true, nil
	case "repeat":
		if i < 0 {
			return value.Value{}, true, errors.New("IllegalArgumentException: count is negative")
		}
		if i*len(s) > st.limits.Output {
			return value.Value{}, true, errTooMuch
		}
		return st.newString(strings.Repeat(s, i))
	}
	n := value.Len16(s)
	switch name {
	case "substring":
		if i < 0 || i > n {
			return value.Value{}, true, errStringBounds(i, n)
		}
		return st.newString(value.Slice16(s, i, n))
	case "charAt":
		if i < 0 || i >= n {
			return value.Value{}, true, errStringBounds(i, n)
		}
		return value.OfChar(value.Units(value.Slice16(s, i, i+1))[0]), true, nil
	case "codePointAt", "codePointBefore":
		if name == "codePointBefore" {
			i--
		}
		if i < 0 || i >= n {
			return value.Value{}, true, errStringBounds(i, n)
		}
		if name == "codePointBefore" {
			if r, size := value.DecodeRune(value.Slice16(s, max(i-1, 0), i+1)); size == 4 {
				return value.OfInt(r), true, nil
			}
			return value.OfInt(int32(value.Units(value.Slice16(s, i, i+1))[0])), true, nil
		}
		r, _ := value.DecodeRune(value.Slice16(s, i, min(i+2, n)))
		return value.OfInt(r), true, nil
	}
	return value.Value{}, false, nil
}

// codePoint is the text of a code point, of a lone surrogate too.
func codePoint(r rune) []byte {
	if r < 0x10000 {
		return value.AppendUnit(nil, uint16(r))
	}
	return utf8.AppendRune(nil, r)
}

func (st *state) stringMethod2(s, name string, a, b value.Value) (value.Value, bool, error) {
	switch name {
	case "substring", "subSequence":
		if !isInt(a) || !isInt(b) {
			break
		}
		i, j, n := int(a.Int()), int(b.Int()), value.Len16(s)
		if i < 0 || j > n || i > j {
			return value.Value{}, true, errStringBounds(j, n)
		}
		return st.newString(value.Slice16(s, i, j))
	case "replace":
		if a.Kind() == value.Char && b.Kind() == value.Char {
			return st.replaceText(s, string(value.AppendUnit(nil, a.Char())), string(value.AppendUnit(nil, b.Char())))
		}
		if !isString(a) || !isString(b) {
			break
		}
		x, y, err := twoStrings(a, b)
		if err != nil {
			return value.Value{}, true, err
		}
		return st.replaceText(s, x, y)
	case "replaceAll", "replaceFirst":
		if !isString(a) || !isString(b) {
			break
		}
		x, ok := a.Str()
		if !ok || name == "replaceFirst" && b.IsNull() {
			return value.Value{}, true, errNullPointer
		}
		return st.replaceRegex(s, x, b, name == "replaceFirst")
	case "split":
		if !isString(a) || !isInt(b) {
			break
		}
		x, ok := a.Str()
		if !ok {
			return value.Value{}, true, errNullPointer
		}
		return st.split(s, x, int(b.Int()))
	case "startsWith":
		if !isString(a) || !isInt(b) {
			break
		}
		x, ok := a.Str()
		if !ok {
			return value.Value{}, true, errNullPointer
		}
		i, n := int(b.Int()), value.Len16(s)
		return value.OfBool(i >= 0 && i <= n && strings.HasPrefix(value.Slice16(s, i, n), x)), true, nil
	case "indexOf", "lastIndexOf":
		if !isInt(b) {
			break
		}
		x, ok := a.Str()
		if isInt(a) {
			if a.Int() < 0 || a.Int() > unicode.MaxRune {
				return value.OfInt(-1), true, nil
			}
			x, ok = string(codePoint(rune(a.Int()))), true
		}
		if !ok {
			if a.IsNull() {
				return value.Value{}, true, errNullPointer
			}
			break
		}
		return value.OfInt(int32(indexFrom(s, x, int(b.Int()), name == "lastIndexOf"))), true, nil
	case "codePointCount", "offsetByCodePoints":
		if !isInt(a) || !isInt(b) {
			break
		}
		return codePoints(s, name, int(a.Int()), int(b.Int()))
	}
	return value.Value{}, false, nil
}

func (st *state) replaceText(s, from, to string) (value.Value, bool, error) {
	n := strings.Count(s, from)
	if from == "" {
		// Java counts the places between UTF-16 units.
		n = value.Len16(s) + 1
	}
	if n == 0 {
		return value.Of(s), true, nil
	}
	if len(s)+n*(len(to)-len(from)) > st.limits.Output {
		return value.Value{}, true, errTooMuch
	}
	if from == "" {
		b := make([]byte, 0, len(s)+n*len(to))
		b = append(b, to...)
		for _, c := range value.Units(s) {
			b = value.AppendUnit(b, c)
			b = append(b, to...)
		}
		return st.newString(string(b))
	}
	return st.newString(strings.ReplaceAll(s, from, to))
}

// indexFrom is indexOf(x, from) or lastIndexOf(x, from).
func indexFrom(s, x string, from int, last bool) int {
	n := value.Len16(s)
	if !last {
		from = max(from, 0)
		if from >= n {
			if x == "" {
				return n
			}
			return -1
		}
		rest := value.Slice16(s, from, n)
		if i := strings.Index(rest, x); i >= 0 {
			return from + index16(rest, i)
		}
		return -1
	}
	if from < 0 {
		return -1
	}
	to := min(from+value.Len16(x), n)
	return index16(s, strings.LastIndex(value.Slice16(s, 0, to), x))
}

func codePoints(s, name string, a, b int) (value.Value, bool, error) {
	n := value.Len16(s)
	if name == "codePointCount" {
		if a < 0 || b > n || a > b {
			return value.Value{}, true, errBounds("Range", b, n)
		}
		t, count := value.Slice16(s, a, b), 0
		for t != "" {
			_, size := value.DecodeRune(t)
			t = t[size:]
			count++
		}
		return value.OfInt(int32(count)), true, nil
	}
	if a < 0 || a > n {
		return value.Value{}, true, errBounds("Index", a, n)
	}
	// Forward over the text after the index, or backward over that before it.
	t, step := value.Units(value.Slice16(s, a, n)), 1
	if b < 0 {
		t, step, b = value.Units(value.Slice16(s, 0, a)), -1, -b
	}
	at := 0
	for ; b > 0; b-- {
		if at >= len(t) {
			return value.Value{}, true, errBounds("Index", a+step*at, n)
		}
		u := func(i int) rune {
			if i >= len(t) {
				return 0
			}
			if step < 0 {
				return rune(t[len(t)-1-i])
			}
			return rune(t[i])
		}
		first, second := u(at), u(at+1)
		if step < 0 {
			first, second = second, first
		}
		if utf16.DecodeRune(first, second) != unicode.ReplacementChar {
			at++
		}
		at++
	}
	return value.OfInt(int32(a + step*at)), true, nil
}

// join is String.join(separator, parts...) or join(separator, collection).
func (st *state) join(args []value.Value) (value.Value, bool, error) {
	if len(args) == 0 {
		return value.Value{}, false, nil
	}
	sep, given := args[0].Str()
	if !isString(args[0]) {
		return value.Value{}, false, nil
	}
	parts, iterable := args[1:], false
	if len(parts) == 1 {
		if items, ok := collection(parts[0]); ok {
			parts, iterable = items, true
		} else if a, ok := parts[0].Object().(*array); ok && a.typeName == "[Ljava.lang.String;" {
			parts = a.items
		} else if parts[0].IsNull() { // it is taken for either
			return value.Value{}, false, nil
		}
	}
	for _, p := range parts {
		if !iterable && !isString(p) {
			return value.Value{}, false, nil
		}
	}
	if !given {
		return value.Value{}, true, errNullPointer
	}
	var b []byte
	for i, p := range parts {
		t, ok := p.Str()
		switch {
		case p.IsNull():
			t = "null"
		case !ok:
			return value.Value{}, true, errors.New("ClassCastException: " + className(p) + " cannot be cast to java.lang.CharSequence")
		}
		if i > 0 {
			b = append(b, sep...)
		}
		if b = append(b, t...); len(b) > st.limits.Output {
			return value.Value{}, true, errTooMuch
		}
	}
	return st.newString(string(b))
}

// regionMatches is regionMatches([ignoreCase,] offset, other, otherOffset, length).
func regionMatches(s string, args []value.Value) (value.Value, bool, error) {
	fold := false
	if len(args) == 5 && args[0].Kind() == value.Bool {
		fold, args = args[0].Bool(), args[1:]
	}
	if len(args) != 4 || !isInt(args[0]) || !isString(args[1]) || !isInt(args[2]) || !isInt(args[3]) {
		return value.Value{}, false, nil
	}
	other, ok := args[1].Str()
	i, j, n := int(args[0].Int()), int(args[2].Int()), int(args[3].Int())
	if fold && (i < 0 || j < 0 || i+n > value.Len16(s)) {
		return value.OfBool(false), true, nil // before it looks at the other string
	}
	if !ok {
		return value.Value{}, true, errNullPointer
	}
	if i < 0 || j < 0 || i+n > value.Len16(s) || j+n > value.Len16(other) {
		return value.OfBool(false), true, nil
	}
	if n <= 0 {
		return value.OfBool(true), true, nil
	}
	a, b := value.Slice16(s, i, i+n), value.Slice16(other, j, j+n)
	return value.OfBool(a == b || fold && equalFold(a, b)), true, nil
}

// charMethod carries out a method of java.lang.Character.
func charMethod(c uint16, name string, args []value.Value) (value.Value, bool, error) {
	switch {
	case len(args) == 0 && name == "charValue":
		return value.OfChar(c), true, nil
	case len(args) == 1 && name == "compareTo":
		if args[0].Kind() == value.Char {
			return value.OfInt(int32(c) - int32(args[0].Char())), true, nil
		}
	case len(args) == 1 && args[0].Kind() == value.Char:
		r := rune(args[0].Char())
		switch name {
		case "isDigit":
			return value.OfBool(unicode.IsDigit(r)), true, nil
		case "isLetter", "isAlphabetic":
			return value.OfBool(unicode.IsLetter(r)), true, nil
		case "isLetterOrDigit":
			return value.OfBool(unicode.IsLetter(r) || unicode.IsDigit(r)), true, nil
		case "isUpperCase":
			return value.OfBool(unicode.IsUpper(r)), true, nil
		case "isLowerCase":
			return value.OfBool(unicode.IsLower(r)), true, nil
		case "isWhitespace":
			return value.OfBool(value.IsWhitespace(r)), true, nil
		case "toUpperCase":
			return value.OfChar(uint16(unicode.ToUpper(r))), true, nil
		case "toLowerCase":
			return value.OfChar(uint16(unicode.ToLower(r))), true, nil
		case "valueOf":
			return args[0], true, nil
		case "getNumericValue":
			if r >= '0' && r <= '9' {
				return value.OfInt(r - '0'), true, nil
			}
		}
	}
	return value.Value{}, false, nil
}

// boolMethod carries out a method of java.lang.Boolean.
func boolMethod(b bool, name string, args []value.Value) (value.Value, bool, error) {
	if len(args) == 0 && name == "booleanValue" {
		return value.OfBool(b), true, nil
	}
	if len(args) == 1 {
		s, isText := args[0].Str()
		switch name {
		case "compareTo":
			if args[0].Kind() == value.Bool {
				return value.OfInt(int32(boolInt(b) - boolInt(args[0].Bool()))), true, nil
			}
		case "parseBoolean", "valueOf":
			if isText || args[0].IsNull() {
				return value.OfBool(strings.EqualFold(s, "true")), true, nil
			}
			if name == "valueOf" && args[0].Kind() == value.Bool {
				return args[0], true, nil
			}
		case "toString":
			if args[0].Kind() == value.Bool {
				return value.Of(args[0].Text()), true, nil
			}
		}
	}
	if len(args) == 2 && args[0].Kind() == value.Bool && args[1].Kind() == value.Bool {
		x, y := args[0].Bool(), args[1].Bool()
		switch name {
		case "logicalAnd":
			return value.OfBool(x && y), true, nil
		case "logicalOr":
			return value.OfBool(x || y), true, nil
		case "logicalXor":
			return value.OfBool(x != y), true, nil
		case "compare":
			return value.OfInt(int32(boolInt(x) - boolInt(y))), true, nil
		}
	}
	return value.Value{}, false, nil
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
