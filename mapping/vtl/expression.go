package vtl

import "sluice/mapping/vtl/value"

// constant is a literal, or what was calculated from literals. Of literals only
// true is true.
type constant struct {
	v  value.Value
	is bool
}

func (c *constant) eval(*state) value.Value { return c.v }
func (c *constant) truth(*state) bool       { return c.is }

// stringExpr is a string literal with references or directives in it.
type stringExpr struct {
	body []stmt
	trim bool // the last character is the blank that was added for parsing
}

// newStringExpr compiles the frequent form "text$ref" without its added blank.
func newStringExpr(body []stmt, trim bool) expr {
	e := &stringExpr{body: body, trim: trim}
	if n := len(body); trim && n > 0 {
		if t, ok := body[n-1].(text); ok && t[len(t)-1] == ' ' {
			e.trim = false
			if e.body[n-1] = t[:len(t)-1]; t == " " {
				e.body = body[:n-1]
			}
		}
	}
	if e.trim {
		return e
	}
	switch len(e.body) {
	case 0:
		return &constant{v: value.Of("")}
	case 1:
		if t, ok := e.body[0].(text); ok {
			return &constant{v: value.Of(string(t))}
		}
	}
	return e
}

func (e *stringExpr) eval(st *state) value.Value {
	from := len(st.out)
	st.block(e.body)
	s := string(st.out[from:])
	st.out = st.out[:from]
	if e.trim && s != "" {
		s = dropLastUnit(s)
	}
	if !st.alloc(len(s), 0) {
		return value.Value{}
	}
	return value.Of(s)
}

func dropLastUnit(s string) string {
	if s[len(s)-1] < 0x80 {
		return s[:len(s)-1]
	}
	u := value.Units(s)
	return value.FromUnits(u[:len(u)-1])
}

func (e *stringExpr) truth(*state) bool { return false }

type listExpr struct{ items []expr }

func (e *listExpr) eval(st *state) value.Value {
	l := value.NewList(len(e.items))
	for _, x := range e.items {
		v := x.eval(st)
		st.keep(v)
		l.Items = append(l.Items, v)
	}
	st.alloc(48+24*len(e.items), 0)
	return value.OfList(l)
}

func (e *listExpr) truth(*state) bool { return false }

type mapExpr struct{ entries [][2]expr }

func (e *mapExpr) eval(st *state) value.Value {
	m := value.NewMap(len(e.entries))
	for _, x := range e.entries {
		k, v := x[0].eval(st), x[1].eval(st)
		st.keep(k)
		st.keep(v)
		m.PutKey(k, v)
	}
	st.alloc(64+48*len(e.entries), 0)
	return value.OfMap(m)
}

func (e *mapExpr) truth(*state) bool { return false }

type rangeExpr struct {
	pos      int
	from, to expr
}

// span is the first element, how many there are, and the way to the next; ok is
// false when the range has no value.
func (e *rangeExpr) span(st *state) (from, n, step int32, ok bool) {
	l, r := e.from.eval(st), e.to.eval(st)
	if st.sig != sigNone || !isNumber(l) || !isNumber(r) {
		return 0, 0, 0, false
	}
	from, to := intValue(l), intValue(r)
	// The reference counts in int, and fails when that overflows.
	diff := from - to
	if diff < 0 {
		diff = -diff
	}
	if n = diff + 1; n < 0 {
		st.fail(e.pos, RuntimeError, "the range is too long", nil)
		return 0, 0, 0, false
	}
	step = 1
	if from >= to {
		step = -1
	}
	return from, n, step, true
}

func (e *rangeExpr) eval(st *state) value.Value {
	from, n, step, ok := e.span(st)
	if !ok {
		return value.Value{}
	}
	if int(n) > st.limits.RangeElement {
		st.fail(e.pos, LimitError, "the range is too long", nil)
		return value.Value{}
	}
	if !st.alloc(48+24*int(n), e.pos) {
		return value.Value{}
	}
	l := value.NewList(int(n))
	for i := int32(0); i < n; i++ {
		l.Items = append(l.Items, value.OfInt(from+i*step))
	}
	return value.OfList(l)
}

func (e *rangeExpr) truth(*state) bool { return false }

type notExpr struct{ x expr }

func (e *notExpr) eval(st *state) value.Value { return value.OfBool(e.truth(st)) }
func (e *notExpr) truth(st *state) bool       { return !e.x.truth(st) }

type binaryExpr struct {
	pos         int
	left, right expr
}

type orExpr struct{ binaryExpr }

func (e *orExpr) eval(st *state) value.Value { return value.OfBool(e.truth(st)) }
func (e *orExpr) truth(st *state) bool       { return e.left.truth(st) || e.right.truth(st) }

type andExpr struct{ binaryExpr }

func (e *andExpr) eval(st *state) value.Value { return value.OfBool(e.truth(st)) }
func (e *andExpr) truth(st *state) bool       { return e.left.truth(st) && e.right.truth(st) }

// equalExpr is == and !=.
type equalExpr struct {
	binaryExpr
	not                   bool
	emptyLeft, emptyRight bool // null equals ""
}

func (e *equalExpr) eval(st *state) value.Value { return value.OfBool(e.truth(st)) }

func (e *equalExpr) truth(st *state) bool {
	l := e.left.eval(st)
	r := e.right.eval(st)
	return e.equal(st, l, r) != e.not
}

// equal compares numbers as numbers, values of one type with equals, and all
// others by their text.
func (e *equalExpr) equal(st *state, l, r value.Value) bool {
	lk, rk := l.Kind(), r.Kind()
	if lk == value.String && rk == value.String {
		x, _ := l.Str()
		y, _ := r.Str()
		return x == y
	}
	if lk == value.Null || rk == value.Null {
		if s, ok := r.Str(); ok && s == "" && e.emptyLeft {
			return true
		}
		if s, ok := l.Str(); ok && s == "" && e.emptyRight {
			return true
		}
		if lk == rk {
			return true
		}
		// Only a block that cannot be rendered has null for its text.
		other := l
		if lk == value.Null {
			other = r
		}
		if other.Kind() != value.ObjectKind {
			return false
		}
		_, ok := st.text(other)
		return !ok
	}
	if isNumber(l) && isNumber(r) {
		c, err := compareNumbers(l, r)
		if err != nil {
			st.throw(e.pos, err)
			return false
		}
		return c == 0
	}
	if lk == rk && (lk != value.ObjectKind || sameJavaClass(l.Object(), r.Object())) {
		w := value.Work{Left: st.steps}
		equal := w.Equal(l, r)
		st.step(st.steps-w.Left, e.pos)
		return equal
	}
	x, ok := st.text(l)
	y, ok2 := st.text(r)
	return x == y && ok == ok2
}

// orderExpr is < <= > >=; false unless both sides are numbers.
type orderExpr struct {
	binaryExpr
	op kind
}

func (e *orderExpr) eval(st *state) value.Value { return value.OfBool(e.truth(st)) }

func (e *orderExpr) truth(st *state) bool {
	l := e.left.eval(st)
	r := e.right.eval(st)
	if !isNumber(l) || !isNumber(r) {
		return false
	}
	c, err := compareNumbers(l, r)
	if err != nil {
		st.throw(e.pos, err)
		return false
	}
	switch e.op {
	case tLess:
		return c < 0
	case tLessEqual:
		return c <= 0
	case tGreater:
		return c > 0
	}
	return c >= 0
}

// addExpr is +: a sum, or a concatenation when either side is a String.
type addExpr struct {
	binaryExpr
	leftNode, rightNode   *node // for the text of a side that is null
	emptyLeft, emptyRight bool  // null is "" here
}

func (e *addExpr) eval(st *state) value.Value {
	l := e.left.eval(st)
	r := e.right.eval(st)
	if st.sig != sigNone {
		return value.Value{}
	}
	if l.Kind() == value.String || r.Kind() == value.String {
		x, ok := side(st, l, e.leftNode, e.emptyLeft)
		y, ok2 := side(st, r, e.rightNode, e.emptyRight)
		if !ok || !ok2 {
			if st.sig == sigNone {
				st.fail(e.pos, RuntimeError, "a side of + has no text", nil)
			}
			return value.Value{}
		}
		if n := len(x) + len(y); n > st.limits.Output || !st.alloc(n, e.pos) {
			st.fail(e.pos, LimitError, errMemory, nil)
			return value.Value{}
		}
		return value.Of(value.Concat(x, y))
	}
	return calculate(st, tPlus, l, r, e.pos)
}

// side is the text of one side of a concatenation.
func side(st *state, v value.Value, n *node, empty bool) (string, bool) {
	if !v.IsNull() {
		return st.text(v)
	}
	if empty {
		return "", true
	}
	return n.literal(), true
}

func (e *addExpr) truth(*state) bool { return false }

// mathExpr is - * / %.
type mathExpr struct {
	binaryExpr
	op kind
}

func (e *mathExpr) eval(st *state) value.Value {
	l := e.left.eval(st)
	r := e.right.eval(st)
	if st.sig != sigNone {
		return value.Value{}
	}
	return calculate(st, e.op, l, r, e.pos)
}

func (e *mathExpr) truth(*state) bool { return false }
