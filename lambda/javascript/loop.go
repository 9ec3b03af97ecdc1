package javascript

import (
	"container/heap"
	"time"

	"github.com/dop251/goja"
)

// maxTimers bounds the timers that a function has at a time.
const maxTimers = 10000

// loop is the event loop of a machine: its timers, and what other goroutines
// have completed for it. Timers that are left when an invocation has its answer
// go on in the next one, as in the service, where the process is frozen between
// them; fetches do not.
type loop struct {
	timers    timerHeap
	byID      map[int64]*timer
	lastID    int64
	pending   int // completions to come in this invocation
	completed chan completion
	turn      int64 // counts invocations
}

// completion is the end of something that another goroutine did.
type completion struct {
	turn int64
	run  func()
}

type timer struct {
	id       int64
	due      time.Time
	seq      int64 // order of those that are due at the same time
	every    time.Duration
	repeats  bool
	weak     bool // does not keep the event loop alive
	callback goja.Callable
	args     []goja.Value
	index    int
}

// empty tells whether nothing is left to happen.
func (l *loop) empty() bool {
	if l.pending > 0 {
		return false
	}
	for _, t := range l.timers {
		if !t.weak {
			return false
		}
	}
	return true
}

// forget leaves completions of this invocation behind.
func (l *loop) forget() {
	l.turn++
	l.pending = 0
}

func (l *loop) start(t *timer) {
	if l.byID == nil {
		l.byID = map[int64]*timer{}
	}
	l.lastID++
	t.id, t.seq = l.lastID, l.lastID
	l.byID[t.id] = t
	heap.Push(&l.timers, t)
}

func (l *loop) stop(id int64) {
	t := l.byID[id]
	if t == nil {
		return
	}
	delete(l.byID, id)
	if t.index >= 0 {
		heap.Remove(&l.timers, t.index)
	}
}

// next waits for the next thing to happen and runs it. It returns false when
// nothing is left. Exceptions that nobody caught come back as an error.
func (m *machine) next() (bool, error) {
	l := &m.loop
	if l.empty() {
		return false, nil
	}
	var expired <-chan time.Time
	if len(l.timers) > 0 {
		t := l.timers[0]
		wait := time.Until(t.due)
		if wait <= 0 {
			return true, m.fire(t)
		}
		clock := time.NewTimer(wait)
		defer clock.Stop()
		expired = clock.C
	}
	var c completion
	m.fn.watch.pause(m)
	select {
	case <-m.stop:
	case <-expired:
	case c = <-l.completed:
	}
	m.fn.watch.resume(m)
	if c.run == nil || c.turn != l.turn {
		return true, nil
	}
	l.pending--
	return true, m.settle(c.run)
}

func (m *machine) fire(t *timer) error {
	l := &m.loop
	heap.Pop(&l.timers)
	if t.repeats {
		t.due = time.Now().Add(t.every)
		l.lastID++
		t.seq = l.lastID
		heap.Push(&l.timers, t)
	} else {
		delete(l.byID, t.id)
	}
	_, err := t.callback(goja.Undefined(), t.args...)
	return err
}

// settle runs a Go function that settles promises, and then what hangs on them.
func (m *machine) settle(run func()) error {
	f, _ := goja.AssertFunction(m.vm.ToValue(func(goja.FunctionCall) goja.Value {
		run()
		return goja.Undefined()
	}))
	_, err := f(goja.Undefined())
	return err
}

// later arranges for run to be called by the event loop with what work brings.
// The work happens in a goroutine of its own; it must end with the invocation's
// context.
func (m *machine) later(work func() (run func())) {
	ctx := m.invocation()
	turn := m.loop.turn
	m.loop.pending++
	go func() {
		run := work()
		select {
		case m.loop.completed <- completion{turn, run}:
		case <-ctx.Done():
		}
	}()
}

// timerHeap orders timers by when they are due.
type timerHeap []*timer

func (h timerHeap) Len() int { return len(h) }

func (h timerHeap) Less(i, j int) bool {
	if h[i].due.Equal(h[j].due) {
		return h[i].seq < h[j].seq
	}
	return h[i].due.Before(h[j].due)
}

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push implements heap.Interface.
func (h *timerHeap) Push(x any) {
	t := x.(*timer)
	t.index = len(*h)
	*h = append(*h, t)
}

// Pop implements heap.Interface.
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	t.index = -1
	return t
}
