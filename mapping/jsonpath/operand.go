package jsonpath

import (
	"sluice/mapping/vtl/value"
)

type operandKind uint8

const (
	undefinedOperand operandKind = iota // a path that leads nowhere
	nullOperand
	boolOperand
	numberOperand
	stringOperand
	jsonOperand     // a map or list out of the document
	jsonTextOperand // a map or list written in the filter, or a string that looks like one
	patternOperand
	pathOperand
)

// operand is one side of a comparison: Jayway's ValueNode.
type operand struct {
	kind    operandKind
	truth   bool        // boolOperand
	text    string      // stringOperand, jsonTextOperand
	number  number      // numberOperand
	json    value.Value // jsonOperand, jsonTextOperand
	failed  *fault      // jsonTextOperand: it does not parse
	items   []operand   // jsonTextOperand: its elements, if it is a list
	itemsOf *fault      // jsonTextOperand: its elements cannot be compared
	pattern *pattern    // patternOperand
	path    *chain      // pathOperand
	exists  bool        // pathOperand: only whether it leads somewhere counts
	negated bool        // pathOperand: written behind a '!'
}

func boolean(b bool) operand { return operand{kind: boolOperand, truth: b} }

// resolve gives what a path operand stands for; other operands stand for
// themselves.
func (o *operand) resolve(ev *evaluation, item value.Value) (operand, *fault) {
	if o.kind != pathOperand {
		return *o, nil
	}
	if o.exists {
		// Even $ paths start at the item here; that is Jayway's.
		_, f := ev.value(o.path, item, ev.root, true)
		if f != nil && f.kind != faultNotFound {
			return operand{}, f
		}
		return boolean(f == nil), nil
	}
	v, f := ev.lookUp(o.path, item)
	if f != nil {
		if f.kind == faultNotFound {
			return operand{}, nil
		}
		return operand{}, f
	}
	return operandOf(v)
}

// lookUp evaluates a path inside a filter. What a $ path gives is kept: it is
// the same for every item.
func (ev *evaluation) lookUp(ch *chain, item value.Value) (value.Value, *fault) {
	if !ch.fromRoot {
		return ev.value(ch, item, ev.root, ev.require)
	}
	for i := range ev.roots {
		if ev.roots[i].chain == ch {
			return ev.roots[i].value, nil
		}
	}
	v, f := ev.value(ch, ev.root, ev.root, ev.require)
	if f == nil {
		ev.roots = append(ev.roots, rootResult{ch, v})
	}
	return v, f
}

// operandOf makes an operand of what a path gave.
func operandOf(v value.Value) (operand, *fault) {
	switch v.Kind() {
	case value.Null:
		return operand{kind: nullOperand}, nil
	case value.Bool:
		return boolean(v.Bool()), nil
	case value.String:
		s, _ := v.Str()
		return operand{kind: stringOperand, text: s}, nil
	case value.MapKind, value.ListKind:
		return operand{kind: jsonOperand, json: v}, nil
	case value.ObjectKind:
		return operand{}, noNode
	default:
		return numberOf(v)
	}
}

func numberOf(v value.Value) (operand, *fault) {
	switch v.Kind() {
	case value.Int, value.Long:
		return operand{kind: numberOperand, number: numberOfInt(v.Int())}, nil
	case value.Double:
		f := v.Double()
		if f-f != 0 { // infinite, or not a number
			return operand{}, notNumeric
		}
		return operand{kind: numberOperand, number: number{approx: f, double: true}}, nil
	}
	n, ok := parseNumber(string(value.AppendText(nil, v)))
	if !ok {
		return operand{}, notNumeric
	}
	return operand{kind: numberOperand, number: n}, nil
}

// elementOperand makes an operand of an element of a list. A string that
// compiles as a path or parses as JSON is no longer a string, and other lists
// and maps cannot be compared at all.
func (c *compiler) elementOperand(v value.Value) (o operand, f *fault) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*syntaxError)
			if !ok {
				panic(r)
			}
			f = &fault{kind: faultOther, message: e.message}
		}
	}()
	switch v.Kind() {
	case value.String:
		s, _ := v.Str()
		trimmed := trimJava(s)
		if trimmed != "" && (trimmed[0] == '@' || trimmed[0] == '$') && len(trimmed) <= MaxPathLength {
			if ch, err := c.compilePath(trimmed); err == nil {
				return operand{kind: pathOperand, path: ch}, nil
			}
		}
		if looksLikeJSON(trimmed) {
			if _, err := value.ParseJSON(trimmed); err == nil {
				return operand{kind: jsonTextOperand, text: s}, nil
			}
		}
		return stringLiteral(s), nil
	case value.MapKind, value.ListKind, value.ObjectKind:
		return operand{}, noValueType
	default:
		return operandOf(v)
	}
}

func looksLikeJSON(s string) bool {
	return len(s) > 1 && (s[0] == '[' && s[len(s)-1] == ']' || s[0] == '{' && s[len(s)-1] == '}')
}

// stringLiteral takes the quotes off and resolves the escapes. A single
// character stays as it is.
func stringLiteral(s string) operand {
	if len(s) > 1 {
		if q := s[0]; (q == '\'' || q == '"') && s[len(s)-1] == q {
			s = s[1 : len(s)-1]
		}
		s = unescape(s)
	}
	return operand{kind: stringOperand, text: s}
}

// jsonText compiles a map or list written in the filter.
func (c *compiler) jsonText(text string) operand {
	o := operand{kind: jsonTextOperand, text: text}
	v, err := value.ParseJSON(text)
	if err != nil {
		o.failed = &fault{kind: faultOther, message: err.Error()}
		return o
	}
	o.json = v
	if l := v.List(); l != nil {
		o.items, o.itemsOf = c.elements(l)
	}
	return o
}

func (c *compiler) elements(l *value.List) ([]operand, *fault) {
	items := make([]operand, 0, len(l.Items))
	for _, v := range l.Items {
		o, f := c.elementOperand(v)
		if f != nil {
			return nil, f
		}
		items = append(items, o)
	}
	return items, nil
}

func (o *operand) isJSON() bool { return o.kind == jsonOperand || o.kind == jsonTextOperand }

// listItems gives the elements of a JSON operand; isList is false when it is no
// list.
func (o *operand) listItems(ev *evaluation) (items []operand, isList bool, f *fault) {
	if o.failed != nil {
		return nil, false, o.failed
	}
	l := o.json.List()
	if l == nil {
		return nil, false, nil
	}
	if o.kind == jsonTextOperand {
		return o.items, true, o.itemsOf
	}
	if !ev.take(len(l.Items)) {
		return nil, false, tooManySteps
	}
	items, f = new(compiler).elements(l)
	return items, true, f
}

// equals is o.equals(p) in Java. It is not symmetric: a string compares its
// text with a number's, a number its value with a string's.
func (o *operand) equals(p *operand) bool {
	switch o.kind {
	case nullOperand:
		return p.kind == nullOperand
	case boolOperand:
		return p.kind == boolOperand && o.truth == p.truth
	case stringOperand:
		switch p.kind {
		case stringOperand:
			return o.text == p.text
		case numberOperand:
			return o.text == p.number.string()
		}
		return false
	case numberOperand:
		switch p.kind {
		case numberOperand:
			return o.number.compare(p.number) == 0
		case stringOperand:
			n, ok := parseNumber(p.text)
			return ok && o.number.compare(n) == 0
		}
		return false
	case jsonOperand:
		return p.kind == jsonOperand && value.Equal(o.json, p.json)
	case jsonTextOperand:
		return p.kind == jsonTextOperand && o.text == p.text
	default:
		return false
	}
}

// text that a regular expression sees.
func (o *operand) matchable() string {
	switch o.kind {
	case stringOperand:
		return o.text
	case numberOperand:
		return o.number.string()
	case boolOperand:
		if o.truth {
			return "true"
		}
		return "false"
	default:
		return ""
	}
}

func contains(items []operand, o *operand) bool {
	for i := range items {
		if o.equals(&items[i]) {
			return true
		}
	}
	return false
}

// compareUTF16 is String.compareTo, which orders by UTF-16 code units.
func compareUTF16(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	if i == len(a) || i == len(b) {
		return len(a) - len(b)
	}
	x, y := a[i], b[i]
	// In UTF-8 only the four-byte forms, F0 and up, sort elsewhere than in
	// UTF-16, where they are surrogates and so come before EE and EF.
	if x >= 0xee && y >= 0xee && (x >= 0xf0) != (y >= 0xf0) {
		return int(y) - int(x)
	}
	return int(x) - int(y)
}
