package vtl

import "sluice/mapping/vtl/value"

// foreachStmt is #foreach.
type foreachStmt struct {
	pos   int
	slot  int
	list  expr
	body  []stmt
	scope *scope
}

func (s *foreachStmt) render(st *state) {
	it, ok := s.iterator(st)
	if !ok {
		return
	}
	sc, in := s.scope, st.frame
	element := st.get(in, s.slot)
	var count, hasNext value.Value
	if sc.usesCount {
		count = st.get(in, sc.count)
	}
	if sc.usesHasNext {
		hasNext = st.get(in, sc.hasNext)
	}
	var l *loop
	if sc.usesLoop {
		l = st.newLoop(s, st.get(in, sc.foreach))
		st.put(in, sc.foreach, value.OfObject(l))
	}
	var hider *frame // hides the variable while the element is null
	for n := 1; it.hasNext(); n++ {
		if sc.usesCount {
			st.put(in, sc.count, value.OfInt(int32(n)))
		}
		v, err := it.next()
		if err != nil {
			st.throw(s.pos, err)
			return
		}
		more := it.hasNext()
		if sc.usesHasNext {
			st.put(in, sc.hasNext, value.OfBool(more))
		}
		st.put(in, s.slot, v)
		if l != nil {
			l.index++
			l.hasNext = more
		}
		if v.IsNull() {
			if hider == nil {
				hider = &frame{outer: in, hides: true, slot: s.slot, active: true}
			}
			st.frame = hider
		}
		st.step(1, s.pos)
		if st.sig == sigNone {
			st.block(s.body)
		}
		st.frame = in
		if st.sig == sigBreak || st.sig == sigScope && st.owner == s {
			st.sig, st.owner = sigNone, nil
			break
		}
		if st.sig == sigFail {
			return
		}
		if st.sig != sigNone || n >= st.limits.Iterations {
			break
		}
	}
	st.restore(in, s.slot, element)
	if sc.usesCount {
		st.restore(in, sc.count, count)
	}
	if sc.usesHasNext {
		st.restore(in, sc.hasNext, hasNext)
	}
	if l != nil {
		s.endLoop(st, in)
		if !sc.keepsLoop {
			*l = loop{}
			st.freeLoops = append(st.freeLoops, l)
		}
	}
}

// iterator goes over the list, over a range without making it a list.
func (s *foreachStmt) iterator(st *state) (iterator, bool) {
	if r, ok := s.list.(*rangeExpr); ok {
		from, n, step, ok := r.span(st)
		return iterator{counts: true, from: from, step: step, n: int(n)}, ok
	}
	list := s.list.eval(st)
	if list.IsNull() || st.sig != sigNone {
		return iterator{}, false
	}
	return iterate(list)
}

func (st *state) restore(f *frame, slot int, v value.Value) {
	if v.IsNull() {
		st.remove(f, slot)
	} else {
		st.put(f, slot, v)
	}
}

// endLoop gives $foreach back what it was before the loop.
func (s *foreachStmt) endLoop(st *state, in *frame) {
	slot := s.scope.foreach
	v := st.get(in, slot)
	if v.IsNull() {
		st.fail(s.pos, RuntimeError, "$foreach was removed in a loop", nil)
		return
	}
	l, ok := v.Object().(*loop)
	switch {
	case !ok: // the template has put something else there
	case l.parent != nil:
		st.put(in, slot, value.OfObject(l.parent))
	case !l.replacedValue().IsNull():
		st.put(in, slot, l.replacedValue())
	default:
		st.remove(in, slot)
	}
}

// loop is $foreach, a map of its own with the state of the loop.
type loop struct {
	owner    *foreachStmt
	parent   *loop
	replaced value.Value
	index    int
	hasNext  bool
	storage  *value.Map
}

func (st *state) newLoop(s *foreachStmt, before value.Value) *loop {
	var l *loop
	if n := len(st.freeLoops) - 1; n >= 0 {
		l = st.freeLoops[n]
		st.freeLoops = st.freeLoops[:n]
	} else {
		st.alloc(100, s.pos)
		l = new(loop)
	}
	l.owner, l.index = s, -1
	if p, ok := before.Object().(*loop); ok {
		l.parent = p
	} else {
		l.replaced = before
	}
	return l
}

func (l *loop) topmost() *loop {
	for l.parent != nil {
		l = l.parent
	}
	return l
}

// replacedValue is the variable that the outermost loop's $foreach hides.
func (l *loop) replacedValue() value.Value {
	for l.replaced.IsNull() && l.parent != nil {
		l = l.parent
	}
	return l.replaced
}

func (l *loop) depth() int {
	n := 1
	for ; l.parent != nil; l = l.parent {
		n++
	}
	return n
}

// Property implements value.Object: the getters, then what #set put there, in
// this loop or one around it.
func (l *loop) Property(name string) (value.Value, bool) {
	if v, ok := l.getter(name); ok {
		return v, true
	}
	return l.get(value.Of(name)), true
}

func (l *loop) getter(name string) (value.Value, bool) {
	switch name {
	case "index", "Index":
		return value.OfInt(int32(l.index)), true
	case "count", "Count":
		return value.OfInt(int32(l.index + 1)), true
	case "hasNext", "HasNext":
		return value.OfBool(l.hasNext), true
	case "first", "First":
		return value.OfBool(l.index < 1), true
	case "last", "Last":
		return value.OfBool(!l.hasNext), true
	case "parent", "Parent":
		if l.parent == nil {
			return value.Value{}, true
		}
		return value.OfObject(l.parent), true
	case "topmost", "Topmost":
		return value.OfObject(l.topmost()), true
	case "replaced", "Replaced":
		return l.replacedValue(), true
	case "info", "Info":
		return value.OfObject(&loopInfo{l}), true
	}
	return value.Value{}, false
}

func (l *loop) get(key value.Value) value.Value {
	for ; l != nil; l = l.parent {
		if l.storage == nil {
			continue
		}
		if i := l.storage.IndexOf(key); i >= 0 {
			return l.storage.At(i).Val
		}
	}
	return value.Value{}
}

func (l *loop) own() *value.Map {
	if l.storage == nil {
		l.storage = value.NewMap(1)
	}
	return l.storage
}

// SetProperty implements value.Object.
func (l *loop) SetProperty(name string, v value.Value) bool {
	l.own().Put(name, v)
	return true
}

// Call implements value.Object.
func (l *loop) Call(name string, args []value.Value) (value.Value, bool, error) {
	if len(args) == 0 {
		switch name {
		case "hasNext":
			return value.OfBool(l.hasNext), true, nil
		case "isFirst":
			return value.OfBool(l.index < 1), true, nil
		case "isLast":
			return value.OfBool(!l.hasNext), true, nil
		}
		if len(name) > 3 && name[:3] == "get" && name[3] >= 'A' && name[3] <= 'Z' {
			if v, ok := l.getter(name[3:]); ok {
				return v, true, nil
			}
		}
	}
	if name == "get" && len(args) == 1 {
		return l.get(args[0]), true, nil
	}
	return (&state{limits: Limits{}.withDefaults()}).mapMethod(l.own(), name, args)
}

// AppendText implements value.Object.
func (l *loop) AppendText(dst []byte) []byte { return value.AppendText(dst, value.OfMap(l.own())) }

// loopInfo is $foreach.info.
type loopInfo struct{ l *loop }

// Property implements value.Object.
func (i *loopInfo) Property(name string) (value.Value, bool) {
	switch name {
	case "name", "Name":
		return value.Of("foreach"), true
	case "type", "Type":
		return value.Of("block"), true
	case "depth", "Depth":
		return value.OfInt(int32(i.l.depth())), true
	}
	return value.Value{}, false
}

// SetProperty implements value.Object.
func (i *loopInfo) SetProperty(string, value.Value) bool { return false }

// Call implements value.Object.
func (i *loopInfo) Call(name string, args []value.Value) (value.Value, bool, error) {
	if len(args) == 0 && len(name) > 3 && name[:3] == "get" {
		v, ok := i.Property(name[3:])
		return v, ok, nil
	}
	return value.Value{}, false, nil
}

// AppendText implements value.Object.
func (i *loopInfo) AppendText(dst []byte) []byte {
	dst = append(dst, "#foreach[type:block"...)
	if d := i.l.depth(); d > 1 {
		dst = append(dst, " depth:"...)
		dst = value.AppendText(dst, value.OfInt(int32(d)))
	}
	return append(dst, ']')
}
