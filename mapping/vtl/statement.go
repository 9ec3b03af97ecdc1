package vtl

import (
	"sluice/mapping/vtl/value"
)

// text is text that is printed as it is.
type text string

func (t text) render(st *state) { st.out = append(st.out, t...) }

// failStmt is a statement that Velocity fails at when it gets there.
type failStmt struct {
	pos     int
	kind    ErrorKind
	message string
}

func (s *failStmt) render(st *state) { st.fail(s.pos, s.kind, s.message, nil) }

// resourceStmt is #include or #parse, which are refused. Without a resource, when
// the argument is null, they print nothing.
type resourceStmt struct {
	pos  int
	name string
	args []expr
}

func (s *resourceStmt) render(st *state) {
	for _, a := range s.args {
		if v := a.eval(st); !v.IsNull() && st.sig == sigNone {
			st.fail(s.pos, Unsupported, "#"+s.name+" is not supported", nil)
		}
	}
}

type branch struct {
	cond expr
	body []stmt
}

type ifStmt struct {
	branches  []branch
	otherwise []stmt
}

func (s *ifStmt) render(st *state) {
	for i := range s.branches {
		ok := s.branches[i].cond.truth(st)
		if st.sig != sigNone {
			return
		}
		if ok {
			st.block(s.branches[i].body)
			return
		}
	}
	st.block(s.otherwise)
}

type setStmt struct {
	left  *reference
	slot  int // of the variable, when the reference is a bare name
	right expr
	pos   int
}

func (s *setStmt) render(st *state) {
	v := s.right.eval(st)
	if v.IsNull() || st.sig != sigNone {
		return // null changes nothing
	}
	if len(s.left.path) == 0 {
		st.put(st.frame, s.slot, v)
		return
	}
	s.left.assign(st, v)
}

// breakStmt is #break, or #break($foreach) for a certain loop.
type breakStmt struct {
	pos   int
	scope expr
}

func (s *breakStmt) render(st *state) {
	if s.scope == nil {
		st.sig = sigBreak
		return
	}
	v := s.scope.eval(st)
	if st.sig != sigNone {
		return
	}
	if l, ok := v.Object().(*loop); ok {
		st.sig, st.owner = sigScope, l.owner
		return
	}
	st.fail(s.pos, RuntimeError, "#break takes the scope of a loop, such as $foreach", nil)
}

type stopStmt struct{ message expr }

func (s stopStmt) render(st *state) {
	if s.message != nil {
		s.message.eval(st)
	}
	if st.sig == sigNone {
		st.sig = sigStop
	}
}

// caught tells whether a #break ends here; if so, rendering goes on.
func (st *state) caught() bool {
	if st.sig != sigBreak {
		return false
	}
	st.sig = sigNone
	return true
}

// evaluateStmt is #evaluate: a string is a template.
type evaluateStmt struct {
	pos    int
	source expr
}

func (s *evaluateStmt) render(st *state) {
	v := s.source.eval(st)
	if v.IsNull() || st.sig != sigNone {
		return
	}
	src, ok := st.text(v)
	if !ok || !st.step(len(src), s.pos) || !st.enter(s.pos) {
		return
	}
	defer st.leave()
	if len(src) > st.limits.Source {
		st.fail(s.pos, LimitError, "the text of #evaluate is too long", nil)
		return
	}
	if st.scope == st.t.scope {
		st.scope = newScope(st.t.scope)
		st.scope.uses = everything
	}
	root, err := parseNodes(src, &st.limits, st.scope)
	var body []stmt
	if err == nil {
		c := &compiler{mode: st.t.mode, limits: &st.limits, scope: st.scope, fixed: s.pos}
		body, err = c.compile(root)
	}
	if err != nil {
		st.fail(s.pos, err.kind, err.message+" in the text of #evaluate", nil)
		return
	}
	st.block(body)
	if st.sig == sigStop {
		st.sig = sigNone
	}
	st.caught()
}

// enter counts nested renderings.
func (st *state) enter(pos int) bool {
	if st.calls++; st.calls > st.limits.Calls {
		st.fail(pos, LimitError, errDepth, nil)
		return false
	}
	return true
}

func (st *state) leave() { st.calls-- }

// defineStmt is #define: it makes a block the value of a variable. The block of
// a #@macro call is one, too.
type defineStmt struct {
	slot int
	body []stmt
}

func (s *defineStmt) render(st *state) {
	st.put(st.frame, s.slot, st.newBlock(s, maxDefineDepth))
}

const (
	maxDefineDepth = 2  // directive.define.max.depth
	maxMacroDepth  = 20 // velocimacro.max.depth
)

// blockRef is the value that a #define block, or the body of a macro call, is:
// printed, it renders the block where it stands; as text, where it was made.
type blockRef struct {
	st       *state
	frame    *frame
	def      *defineStmt
	depth    int
	maxDepth int
}

func (st *state) newBlock(def *defineStmt, maxDepth int) value.Value {
	st.blocks = true
	st.frame.capture()
	st.alloc(100, 0)
	return value.OfObject(&blockRef{st: st, frame: st.frame, def: def, maxDepth: maxDepth})
}

// render renders the block in a frame; false when it is nested too deeply, as
// the reference bounds it.
func (b *blockRef) render(st *state, in *frame) bool {
	if b.depth >= b.maxDepth {
		return false
	}
	if !st.enter(0) {
		return true
	}
	b.depth++
	saved := st.frame
	st.frame = in
	st.block(b.def.body)
	st.frame = saved
	st.leave()
	if st.sig == sigNone || st.caught() {
		b.depth--
	}
	return true
}

func (b *blockRef) text() (s string, ok bool) {
	s = b.st.captureOutput(func() { ok = b.render(b.st, b.frame) })
	return s, ok
}

// Property implements value.Object.
func (b *blockRef) Property(string) (value.Value, bool) { return value.Value{}, false }

// SetProperty implements value.Object.
func (b *blockRef) SetProperty(string, value.Value) bool { return false }

// Call implements value.Object.
func (b *blockRef) Call(name string, args []value.Value) (value.Value, bool, error) {
	if name == "toString" && len(args) == 0 {
		s, ok := b.text()
		if !ok {
			return value.Value{}, true, nil
		}
		return value.Of(s), true, nil
	}
	return value.Value{}, false, nil
}

// AppendText implements value.Object.
func (b *blockRef) AppendText(dst []byte) []byte {
	s, ok := b.text()
	if !ok {
		s = "null"
	}
	return append(dst, s...)
}
