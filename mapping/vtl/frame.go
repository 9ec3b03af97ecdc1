package vtl

import "sluice/mapping/vtl/value"

// frame is a context on top of another: that of a macro call, whose parameters
// are evaluated by name where the call stands, or that of a loop round whose
// element is null and hides a variable of the same name.
type frame struct {
	outer    *frame
	args     []binding // parameters still bound by name
	literals []binding // the same, for printing; these stay bound
	locals   []value.Value
	set      []int // the slots of locals in use

	hides  bool // a loop round with a null element
	slot   int
	active bool

	captured bool // a block keeps it
}

type binding struct {
	slot int
	arg  *argument
}

// argument is an argument of a macro call.
type argument struct {
	expr     expr
	node     *node
	constant bool // evaluated once, when the macro is called
}

func (f *frame) put(slot int, v value.Value) {
	for slot >= len(f.locals) {
		f.locals = append(f.locals, value.Value{})
	}
	if f.locals[slot].IsNull() && !v.IsNull() {
		f.set = append(f.set, slot)
	}
	f.locals[slot] = v
}

// get is the value of a variable as seen from frame f.
func (st *state) get(f *frame, slot int) value.Value {
	for ; f != nil; f = f.outer {
		if f.hides {
			if f.active && f.slot == slot {
				return value.Value{}
			}
			continue
		}
		if slot < len(f.locals) && !f.locals[slot].IsNull() {
			return f.locals[slot]
		}
		for i := range f.args {
			if f.args[i].slot == slot {
				return st.argument(f.args[i].arg, f.outer)
			}
		}
	}
	if slot >= len(st.globals) {
		return value.Value{}
	}
	return st.globals[slot]
}

// argument evaluates an argument in the context of its call.
func (st *state) argument(a *argument, outer *frame) value.Value {
	if r, ok := a.expr.(*reference); ok && len(r.path) == 0 {
		return st.get(outer, r.slot)
	}
	if !st.step(1, 0) {
		return value.Value{}
	}
	saved := st.frame
	st.frame = outer
	var v value.Value
	if r, ok := a.expr.(*reference); ok {
		v = r.execute(st)
	} else {
		v = a.expr.eval(st)
	}
	st.frame = saved
	return v
}

// put sets a variable in frame f and in all below it.
func (st *state) put(f *frame, slot int, v value.Value) {
	for ; f != nil; f = f.outer {
		if !f.hides {
			f.put(slot, v)
		} else if f.slot == slot && v.IsNull() {
			f.active = true
		}
	}
	for slot >= len(st.globals) {
		st.globals = append(st.globals, value.Value{})
	}
	st.globals[slot] = v
}

// remove unsets a variable in frame f and in all below it.
func (st *state) remove(f *frame, slot int) {
	for ; f != nil; f = f.outer {
		if f.hides {
			if f.slot == slot {
				f.active = false
			}
			continue
		}
		if slot < len(f.locals) {
			f.locals[slot] = value.Value{}
		}
		for i := range f.args {
			if f.args[i].slot == slot {
				f.args[i].slot = -1
			}
		}
	}
	if slot < len(st.globals) {
		st.globals[slot] = value.Value{}
	}
}

// newFrame takes a frame from the free ones.
func (st *state) newFrame() *frame {
	if n := len(st.free) - 1; n >= 0 {
		f := st.free[n]
		st.free = st.free[:n]
		return f
	}
	return new(frame)
}

// release makes f free again, unless a block has kept it.
func (st *state) release(f *frame) {
	if f.captured {
		return
	}
	for _, slot := range f.set {
		f.locals[slot] = value.Value{}
	}
	clear(f.args)
	clear(f.literals)
	*f = frame{args: f.args[:0], literals: f.literals[:0], locals: f.locals, set: f.set[:0]}
	st.free = append(st.free, f)
}

// capture keeps the frame from being used again.
func (f *frame) capture() {
	for ; f != nil && !f.captured; f = f.outer {
		f.captured = true
	}
}
