package vtl

import (
	"bytes"
	"errors"
	"sync"

	"sluice/mapping/vtl/value"
)

// signal says how a rendering leaves the statement at hand.
type signal uint8

const (
	sigNone  signal = iota
	sigBreak        // #break: leave the nearest block that can be left
	sigScope        // #break($foreach): leave that loop
	sigStop         // #stop: leave everything, or the nearest #evaluate
	sigFail         // an error
)

// state is one rendering under way.
type state struct {
	t       *Template
	env     *Env
	limits  Limits
	out     []byte
	start   int // where the output of this rendering begins in out
	globals []value.Value
	frame   *frame // the innermost context; nil is the template's own
	args    []value.Value

	sig   signal
	owner *foreachStmt // of the loop that sigScope leaves
	err   *Error

	steps   int
	memory  int
	macros  int  // macros being rendered, as Velocity counts them
	calls   int  // all nested renderings
	blocks  bool // there are values that are blocks of this rendering
	kept    bool // one of them may be where it outlives the rendering
	scope   *scope
	regexes regexCache
	free    []*frame

	freeLoops []*loop
}

var states = sync.Pool{New: func() any { return new(state) }}

// Render appends what the template prints to dst. The error is an *Error; what
// was printed before it is lost.
func (t *Template) Render(dst []byte, env *Env) ([]byte, error) {
	if len(t.body) == 0 {
		return dst, nil
	}
	if s, ok := t.body[0].(text); ok && len(t.body) == 1 {
		if len(s) > t.limits.Output {
			return dst, newError(LimitError, t.name, t.src, 0, errOutput)
		}
		return append(dst, s...), nil
	}
	st := states.Get().(*state)
	st.begin(t, env, dst)
	st.block(t.body)
	out, err := st.out, st.err
	if st.kept {
		// The output is the caller's from now on; a block may still print.
		st.out, st.start, st.sig, st.frame = nil, 0, sigNone, nil
	} else {
		st.end()
		states.Put(st)
	}
	if err != nil {
		return dst, err
	}
	if i := bytes.IndexByte(out[len(dst):], 0xED); i >= 0 {
		out = value.SanitizeUTF8(out, len(dst)+i)
	}
	return out, nil
}

func (st *state) begin(t *Template, env *Env, dst []byte) {
	st.t, st.env, st.out, st.start = t, env, dst, len(dst)
	st.limits = t.limits
	st.scope = t.scope
	n := t.scope.n
	if cap(st.globals) < n {
		st.globals = make([]value.Value, n, 2*n)
	}
	st.globals = st.globals[:n]
	if env != nil {
		if env.Limits != nil {
			st.limits = env.Limits.withDefaults()
		}
		for _, r := range t.roots {
			if r.root < len(env.Roots) {
				st.globals[r.slot] = env.Roots[r.root]
			}
		}
	}
	st.steps, st.memory = st.limits.Steps, st.limits.Memory
}

// end forgets everything that the state refers to.
func (st *state) end() {
	clear(st.globals)
	clear(st.args[:cap(st.args)])
	free := st.free
	if len(free) > 32 {
		clear(free[32:])
		free = free[:32]
	}
	loops := st.freeLoops
	if len(loops) > 32 {
		clear(loops[32:])
		loops = loops[:32]
	}
	*st = state{globals: st.globals[:0], args: st.args[:0], free: free, freeLoops: loops, regexes: st.regexes}
	if cap(st.args) > 1024 {
		st.args = nil
	}
}

const (
	errOutput = "the output is too long"
	errMemory = "the template uses too much memory"
	errSteps  = "the template takes too many steps"
	errDepth  = "the template calls itself too deeply"
)

// fail ends the rendering with an error; the first one counts.
func (st *state) fail(pos int, kind ErrorKind, message string, cause error) {
	if st.sig == sigFail {
		return
	}
	st.sig = sigFail
	if st.t == nil { // while constants are folded
		return
	}
	st.err = newError(kind, st.t.name, st.t.src, pos, message)
	st.err.Cause = cause
}

// throw ends the rendering with what a method of a value failed with.
func (st *state) throw(pos int, err error) {
	var known *Error
	if errors.As(err, &known) && st.t != nil && st.sig != sigFail {
		st.sig, st.err = sigFail, known
		return
	}
	switch {
	case errors.Is(err, errTooMuch):
		st.fail(pos, LimitError, errMemory, nil)
	case errors.Is(err, errTooSlow):
		st.fail(pos, LimitError, err.Error(), nil)
	case errors.Is(err, value.ErrTooLarge):
		st.fail(pos, LimitError, err.Error(), nil)
	default:
		st.fail(pos, RuntimeError, err.Error(), err)
	}
}

// step counts n steps.
func (st *state) step(n, pos int) bool {
	if st.steps -= n; st.steps < 0 {
		st.fail(pos, LimitError, errSteps, nil)
		return false
	}
	return true
}

// alloc counts n bytes.
func (st *state) alloc(n, pos int) bool {
	if st.memory -= n; st.memory < 0 {
		st.fail(pos, LimitError, errMemory, nil)
		return false
	}
	return true
}

// block renders statements until one of them ends the rendering or leaves.
func (st *state) block(body []stmt) {
	for _, s := range body {
		if st.steps--; st.steps < 0 || len(st.out)-st.start > st.limits.Output {
			st.breach()
			return
		}
		s.render(st)
		if st.sig != sigNone {
			return
		}
	}
	if len(st.out)-st.start > st.limits.Output {
		st.breach()
	}
}

func (st *state) breach() {
	if st.steps < 0 {
		st.fail(0, LimitError, errSteps, nil)
		return
	}
	st.fail(0, LimitError, errOutput, nil)
}

func (st *state) write(s string) { st.out = append(st.out, s...) }

// keep notes that v goes where it may outlive the rendering.
func (st *state) keep(v value.Value) {
	if st.blocks && !st.kept {
		_, st.kept = v.Object().(*blockRef)
	}
}

// append prints the text of a value.
func (st *state) append(v value.Value) {
	room := st.limits.Output - (len(st.out) - st.start)
	out, err := value.AppendTextLimit(st.out, v, max(room, 0))
	st.out = out
	if err != nil && st.sig == sigNone {
		st.fail(0, LimitError, errOutput, nil)
	}
}

// text is v.toString(); ok is false when that is null, which only a block can
// do.
func (st *state) text(v value.Value) (s string, ok bool) {
	if s, ok := v.Str(); ok {
		return s, true
	}
	if b, isBlock := v.Object().(*blockRef); isBlock {
		return b.text()
	}
	b, err := value.AppendTextLimit(nil, v, st.limits.Output)
	if err != nil {
		st.throw(0, err)
		return "", false
	}
	if !st.alloc(len(b), 0) {
		return "", false
	}
	return string(b), true
}

// captureOutput renders f apart from the output and returns what it printed. The
// output may be in the hands of a printer that has come upon a block, so f gets
// a buffer of its own.
func (st *state) captureOutput(f func()) string {
	out, start := st.out, st.start
	st.out, st.start = nil, 0
	f()
	s := string(st.out)
	st.out, st.start = out, start
	st.alloc(2*len(s), 0)
	return s
}
