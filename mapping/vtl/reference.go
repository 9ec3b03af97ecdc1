package vtl

import (
	"strings"

	"sluice/mapping/vtl/value"
)

// reference is $name with its properties, calls and indexes.
type reference struct {
	root     string // the name in the context, "$" and notation stripped
	slot     int
	path     []accessor
	ref      string // as written, for messages and traces
	pos      int
	runt     bool   // an identifier without "$": prints itself, has no value
	inert    bool   // $\!x: prints as text, has no value in expressions
	escaped  bool   // \$x: prints as text, without the backslash if $x has a value
	prefix   string // what remains of backslashes before it
	more     string // markers before the "$"
	null     string // what it prints when it has no value, in Plain mode
	nullSlot int    // the slot of the name when null is "$name"; else -1
	quiet    bool   // AWS mode: prints nothing when it has no value
}

// accessor is one step from a value to one of its parts. It gets a value that
// is not null; null is returned where Velocity finds nothing.
type accessor interface {
	access(st *state, v value.Value) value.Value
}

// reference compiles a reference. Names with backslashes and surplus markers in
// front are taken apart as ASTReference.getRoot does, changing the images of
// the tokens.
func (c *compiler) reference(n *node) *reference {
	r := &reference{pos: c.pos(n), nullSlot: -1, quiet: c.mode == AWS}
	for _, k := range n.kids {
		r.path = append(r.path, c.accessor(k))
	}
	r.root = c.referenceRoot(n, r)
	r.slot = c.scope.slot(r.root)
	r.ref = n.literal()
	if strings.HasPrefix(r.null, "$") {
		r.nullSlot = c.scope.slot(r.null[1:])
	}
	switch r.slot {
	case c.scope.foreach:
		c.scope.usesLoop = true
		c.scope.keepsLoop = c.scope.keepsLoop || !r.endsInScalar()
	case c.scope.count:
		c.scope.usesCount = true
	case c.scope.hasNext:
		c.scope.usesHasNext = true
	}
	return r
}

// endsInScalar tells whether $foreach... gives a number or a boolean, rather than
// a loop.
func (r *reference) endsInScalar() bool {
	for i, a := range r.path {
		p, ok := a.(*property)
		if !ok {
			return false
		}
		switch p.name {
		case "parent", "topmost":
		case "count", "index", "hasNext", "first", "last":
			return i == len(r.path)-1
		default:
			return false
		}
	}
	return false
}

func (c *compiler) referenceRoot(n *node, r *reference) string {
	t := n.firstToken()
	if strings.Contains(t.image, `\!`) {
		// One backslash between "$" and "!" makes it text.
		i := strings.IndexByte(t.image, '$')
		for i < len(t.image) && t.image[i] != '\\' {
			i++
		}
		end := i
		for end < len(t.image) && t.image[end] == '\\' {
			end++
		}
		r.inert = true
		r.null = t.image[:i] + t.image[i:end-1] + t.image[end:]
		return r.null
	}
	slashes := len(t.image) - len(strings.TrimLeft(t.image, `\`))
	if slashes > 0 {
		r.escaped = slashes%2 != 0
		r.prefix = t.image[:slashes/2]
		t.image = t.image[slashes:]
	}
	if i := strings.LastIndexByte(t.image, '$'); i > 0 {
		r.more = t.image[:i]
		t.image = t.image[i:]
	}
	r.null = n.literal()
	switch {
	case strings.HasPrefix(t.image, "$!"):
		if !r.escaped {
			r.null = ""
		}
		if strings.HasPrefix(t.image, "$!{") {
			return (*n.toks)[n.first+1].image
		}
		return t.image[2:]
	case t.image == "${":
		return (*n.toks)[n.first+1].image
	case strings.HasPrefix(t.image, "$"):
		return t.image[1:]
	}
	r.runt = true
	return t.image
}

func (c *compiler) accessor(n *node) accessor {
	switch n.kind {
	case nIdentifier:
		return &property{name: n.firstToken().image, pos: c.pos(n)}
	case nIndex:
		return &index{arg: c.expr(n.kids[0]), pos: c.pos(n)}
	}
	m := &method{name: n.firstToken().image, pos: c.pos(n)}
	for _, k := range n.kids[1:] {
		m.args = append(m.args, c.expr(k))
	}
	return m
}

func (r *reference) eval(st *state) value.Value {
	if r.inert {
		return value.Value{}
	}
	return r.execute(st)
}

// execute is the value of the reference, also of one that is text.
func (r *reference) execute(st *state) value.Value {
	if r.runt {
		return value.Value{}
	}
	v := st.get(st.frame, r.slot)
	for _, a := range r.path {
		if v.IsNull() {
			return v
		}
		v = a.access(st, v)
		if st.sig != sigNone {
			return value.Value{}
		}
	}
	return v
}

// truth is false for null and false, and for a block that cannot be rendered.
func (r *reference) truth(st *state) bool {
	v := r.execute(st)
	switch v.Kind() {
	case value.Null:
		return false
	case value.Bool:
		return v.Bool()
	case value.ObjectKind:
		_, ok := st.text(v)
		return ok && st.sig == sigNone
	}
	return true
}

func (r *reference) render(st *state) {
	if r.runt {
		st.write(r.root)
		return
	}
	v := r.execute(st)
	if st.sig != sigNone {
		return
	}
	if st.env != nil && st.env.Trace != nil {
		st.env.Trace(r.ref, v)
	}
	if r.escaped {
		st.write(r.prefix)
		if v.IsNull() {
			st.out = append(st.out, '\\')
		}
		st.write(r.nullText(st))
		return
	}
	if v.IsNull() && r.quiet {
		st.write(r.prefix)
		st.write(r.more)
		return
	}
	if s, ok := v.Str(); ok {
		if r.prefix != "" || r.more != "" {
			st.write(r.prefix)
			st.write(r.more)
		}
		st.out = append(st.out, s...)
		return
	}
	switch v.Kind() {
	case value.Null:
		r.renderNull(st)
		return
	case value.ObjectKind:
		if b, ok := v.Object().(*blockRef); ok {
			// A block is rendered where it is printed, without what stands before it.
			if !b.render(st, st.frame) {
				r.renderNull(st)
			}
			return
		}
	}
	st.write(r.prefix)
	st.write(r.more)
	st.append(v)
}

func (r *reference) renderNull(st *state) {
	st.write(r.prefix)
	st.write(r.prefix)
	st.write(r.more)
	st.write(r.nullText(st))
}

// nullText is what the reference prints without a value: in a macro, a
// parameter prints as the argument it stands for.
func (r *reference) nullText(st *state) string {
	if r.nullSlot >= 0 {
		for f := st.frame; f != nil; f = f.outer {
			for i := range f.literals {
				if f.literals[i].slot == r.nullSlot {
					return f.literals[i].arg.node.literal()
				}
			}
		}
	}
	return r.null
}

// assign carries out #set of a reference that has a path. Nothing happens where
// the reference leads nowhere.
func (r *reference) assign(st *state, v value.Value) {
	o := st.get(st.frame, r.slot)
	last := len(r.path) - 1
	for _, a := range r.path[:last] {
		if o.IsNull() {
			return
		}
		o = a.access(st, o)
		if st.sig != sigNone {
			return
		}
	}
	if o.IsNull() {
		return
	}
	st.keep(v)
	switch a := r.path[last].(type) {
	case *property:
		st.setProperty(o, a.name, v, r.pos)
	case *method:
		st.setProperty(o, a.name, v, r.pos)
	case *index:
		a.assign(st, o, v)
	}
}

type property struct {
	name string
	pos  int
}

func (p *property) access(st *state, v value.Value) value.Value {
	if m := v.Map(); m != nil && p.name != "class" && p.name != "Class" {
		e, _ := m.Get(p.name)
		return e
	}
	if o := v.Object(); o != nil {
		r, ok := o.Property(p.name)
		if ok {
			return r
		}
	}
	return st.javaProperty(v, p.name, p.pos)
}

type index struct {
	arg expr
	pos int
}

// argument is the index; a negative Integer counts from the end.
func (x *index) argument(st *state, o value.Value) (arg value.Value, ok bool) {
	arg = x.arg.eval(st)
	if st.sig != sigNone {
		return arg, false
	}
	if arg.Kind() == value.Int && arg.Int() < 0 {
		size := st.call(o, "size", nil, x.pos)
		if st.sig == sigNone && size.Kind() != value.Int {
			st.fail(x.pos, RuntimeError, "a negative index needs a value with a size", nil)
		}
		if st.sig != sigNone {
			return arg, false
		}
		arg = value.OfInt(int32(size.Int() + arg.Int()))
	}
	return arg, true
}

func (x *index) access(st *state, v value.Value) value.Value {
	arg, ok := x.argument(st, v)
	if !ok {
		return value.Value{}
	}
	base := len(st.args)
	st.args = append(st.args, arg)
	r := st.call(v, "get", st.args[base:], x.pos)
	st.args = st.args[:base]
	return r
}

func (x *index) assign(st *state, o, v value.Value) {
	arg, ok := x.argument(st, o)
	if !ok {
		return
	}
	base := len(st.args)
	st.args = append(st.args, arg, v)
	args := st.args[base:]
	if _, ok := st.tryCall(o, "set", args, x.pos); !ok && st.sig == sigNone {
		if ob := o.Object(); ob != nil {
			if s, isStr := arg.Str(); isStr && ob.SetProperty(s, v) {
				st.args = st.args[:base]
				return
			}
		}
		st.tryCall(o, "put", args, x.pos)
	}
	st.args = st.args[:base]
}

type method struct {
	name string
	args []expr
	pos  int
}

func (m *method) access(st *state, v value.Value) value.Value {
	base := len(st.args)
	for _, a := range m.args {
		arg := a.eval(st)
		if st.sig != sigNone {
			st.args = st.args[:base]
			return value.Value{}
		}
		st.keep(arg)
		st.args = append(st.args, arg)
	}
	r := st.call(v, m.name, st.args[base:], m.pos)
	st.args = st.args[:base]
	return r
}
