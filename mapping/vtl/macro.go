package vtl

// macro is a #macro.
type macro struct {
	name   string
	params []int // slots
	body   []stmt
}

// callStmt is #name(...), #name, or #@name(...) with a block.
type callStmt struct {
	pos   int
	name  string
	scope *scope // where to look for the macro first
	node  *node  // printed when there is no such macro
	args  []*argument
	word  string // a bare word among the arguments, which is an error if the macro exists
	block *defineStmt
}

func (s *callStmt) render(st *state) {
	m := s.scope.macro(s.name)
	if m == nil && st.scope != s.scope {
		m = st.scope.macro(s.name)
	}
	if m == nil {
		st.write(s.node.images())
		return
	}
	if s.word != "" {
		st.fail(s.pos, RuntimeError, "\""+s.word+"\" is no argument for the macro #"+s.name, nil)
		return
	}
	if st.macros == maxMacroDepth || !st.enter(s.pos) {
		st.fail(s.pos, LimitError, "macro #"+s.name+" calls itself too deeply", nil)
		return
	}
	f := st.newFrame()
	f.outer = st.frame
	for i, slot := range m.params {
		if i < len(s.args) {
			s.bind(st, f, slot, s.args[i])
		}
	}
	if s.block != nil {
		f.put(st.scope.bodyOfCall, st.newBlock(s.block, maxMacroDepth))
	}
	if st.sig == sigNone {
		st.macros++
		st.frame = f
		st.block(m.body)
		st.frame = f.outer
		if st.sig == sigNone {
			st.macros-- // not after a #break: the reference loses count then
		}
		st.caught()
	}
	st.leave()
	st.release(f)
}

func (s *callStmt) bind(st *state, f *frame, slot int, a *argument) {
	if a.constant {
		f.put(slot, a.expr.eval(st))
		return
	}
	b := binding{slot, a}
	for i := range f.args {
		if f.args[i].slot == slot { // the last of two parameters of one name
			f.args[i] = b
			f.literals[i] = b
			return
		}
	}
	f.args = append(f.args, b)
	f.literals = append(f.literals, b)
}
