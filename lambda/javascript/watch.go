package javascript

import (
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// tick is how often the heap is looked at while functions run.
	tick = 5 * time.Millisecond
	// rest is how many idle ticks pass before the Watch sleeps.
	rest = 100
	// breath is the least time between two forced garbage collections: they cost
	// time in proportion to the whole heap.
	breath = 100 * time.Millisecond
	// grace is how long an interrupted machine may take to let go, before another
	// one is suspected.
	grace = 250 * time.Millisecond
	// guilt is how long an invocation must have executed to be suspected: it takes
	// time to fill memory.
	guilt = 10 * time.Millisecond
	// renewal is the least time between two replacements of all machines.
	renewal = 10 * time.Second
)

// Watch bounds the memory of all functions of a process; see the package
// comment.
type Watch struct {
	epoch  time.Time
	base   int64 // heap without functions
	sample atomic.Int64
	asleep atomic.Bool
	wake   chan struct{}
	quit   chan struct{}
	gone   chan struct{}

	mu       sync.Mutex
	machines map[*machine]struct{}
	collect  time.Time // last forced collection
	struck   *machine  // the last one interrupted
	when     time.Time
	cycles   uint64 // garbage collections until then
	renewed  time.Time
}

// NewWatch starts a Watch; Close ends it.
func NewWatch() *Watch {
	runtime.GC() // the base is what lives, not what has not been swept yet
	w := &Watch{
		epoch:    time.Now(),
		base:     heapBytes(),
		wake:     make(chan struct{}, 1),
		quit:     make(chan struct{}),
		gone:     make(chan struct{}),
		machines: map[*machine]struct{}{},
	}
	w.sample.Store(w.base)
	go w.run()
	return w
}

// Close ends the Watch. Functions must not run any more.
func (w *Watch) Close() {
	close(w.quit)
	<-w.gone
}

func (w *Watch) add(m *machine) {
	w.mu.Lock()
	w.machines[m] = struct{}{}
	w.mu.Unlock()
}

func (w *Watch) remove(m *machine) {
	w.mu.Lock()
	delete(w.machines, m)
	w.mu.Unlock()
}

// interrupt ends what runs of a function.
func (w *Watch) interrupt(f *Function) {
	w.mu.Lock()
	var of []*machine
	for m := range w.machines {
		if m.fn == f {
			of = append(of, m)
		}
	}
	w.mu.Unlock()
	for _, m := range of {
		m.interrupt(errClosed, nil)
	}
}

// begin notes that an invocation starts.
func (w *Watch) begin(m *machine) {
	m.spent.Store(0)
	m.active.Store(true)
	w.resume(m)
	base := w.sample.Load()
	m.baseline.Store(base)
	m.meter.allowed = base + m.fn.limits.memory
	m.meter.charged, m.meter.ticks = 0, turns
	_, cycles := liveBytes()
	m.cycles.Store(cycles)
}

// resume and pause bracket the time in which a machine executes, as opposed to
// waiting for the network or a timer.
func (w *Watch) resume(m *machine) {
	m.busy.Store(int64(time.Since(w.epoch)))
	if w.asleep.Load() && w.asleep.CompareAndSwap(true, false) {
		// What was seen before the sleep is stale.
		w.sample.Store(heapBytes())
		w.wake <- struct{}{}
	}
}

// end notes that an invocation is over.
func (w *Watch) end(m *machine) {
	w.pause(m)
	m.active.Store(false)
}

func (w *Watch) pause(m *machine) {
	if began := m.busy.Swap(0); began != 0 {
		m.spent.Add(int64(time.Since(w.epoch)) - began)
	}
}

func (w *Watch) run() {
	defer close(w.gone)
	t := time.NewTicker(tick)
	defer t.Stop()
	idle := 0
	for {
		select {
		case <-w.quit:
			return
		case <-t.C:
		}
		if w.look() {
			idle = 0
			continue
		}
		if idle++; idle < rest {
			continue
		}
		idle = 0
		w.asleep.Store(true)
		// A function may have begun between the look and the sleep.
		if w.look() && w.asleep.CompareAndSwap(true, false) {
			continue
		}
		t.Stop()
		select {
		case <-w.quit:
			return
		case <-w.wake:
		}
		t.Reset(tick)
	}
}

// look checks the heap once. It returns whether any function executes.
func (w *Watch) look() bool {
	now := heapBytes()
	w.sample.Store(now)
	w.mu.Lock()
	defer w.mu.Unlock()
	running := false
	budget := w.base
	for m := range w.machines {
		running = running || m.active.Load()
		budget += m.fn.limits.memory
	}
	if w.suspect(now) != nil && w.settled() {
		// A collection is forced only when nothing else tells: it takes long exactly
		// when memory runs away.
		m := w.runaway(now)
		if m == nil {
			m = w.proven()
		}
		if m == nil {
			now = w.clean()
			m = w.suspect(now)
		}
		if m != nil {
			w.strike(m)
		}
	}
	if now > budget && time.Since(w.renewed) > renewal && w.clean() > budget {
		w.renewed = time.Now()
		for m := range w.machines {
			m.stale.Store(true)
		}
	}
	return running
}

// suspect is the machine that has executed longest of those during whose
// invocation the heap has grown by more than they may use.
func (w *Watch) suspect(size int64) *machine {
	var worst *machine
	longest := int64(guilt)
	now := int64(time.Since(w.epoch))
	for m := range w.machines {
		// One that waits between two bursts is as guilty as one that never does.
		if !m.active.Load() || m.condemned.Load() || size-m.baseline.Load() <= m.fn.limits.memory {
			continue
		}
		executed := m.spent.Load()
		if began := m.busy.Load(); began != 0 {
			executed += now - began
		}
		if executed > longest {
			worst, longest = m, executed
		}
	}
	return worst
}

// runaway is a suspect that must not wait for proof: the heap has grown by many
// times its limit, and past what the collector paces itself for, as only single
// huge allocations (a string that doubles) or a starved collector bring about.
func (w *Watch) runaway(size int64) *machine {
	m := w.suspect(size)
	if m == nil || size-m.baseline.Load() <= 4*m.fn.limits.memory || size <= collectorGoal()*3/2 {
		return nil
	}
	return m
}

// proven is a suspect by what the last collection left alive. A collection that
// began before the invocation, or before the last interrupted one let go, speaks
// of somebody else's memory.
func (w *Watch) proven() *machine {
	live, cycles := liveBytes()
	m := w.suspect(live)
	if m == nil || cycles < m.cycles.Load()+2 || cycles < w.cycles+2 {
		return nil
	}
	return m
}

// settled tells whether the last interrupted machine has let go of its memory, or
// had its time to.
func (w *Watch) settled() bool {
	if time.Since(w.collect) < breath {
		return false
	}
	return w.struck == nil || w.struck.ended.Load() || time.Since(w.when) > grace
}

// clean is the heap after a garbage collection.
func (w *Watch) clean() int64 {
	runtime.GC()
	w.collect = time.Now()
	n := heapBytes()
	w.sample.Store(n)
	return n
}

// judge collects garbage and tells a machine whether it must stop, because the heap has
// grown by more than its limit since its invocation began and it is the one to blame.
// The machine does nothing meanwhile. If it may go on it is judged again when the heap
// has grown by half of the limit.
func (w *Watch) judge(m *machine) bool {
	limit, base := m.fn.limits.memory, m.baseline.Load()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settle(m)
	if m.condemned.Load() || heapBytes() < m.meter.allowed {
		return false
	}
	size := w.clean()
	m.meter.allowed = max(base, size-limit/2) + limit
	if size-base <= limit {
		return false
	}
	culprit := w.suspect(size)
	if culprit == nil || culprit == m {
		w.blame(m)
		return true
	}
	w.strike(culprit)
	return false
}

// settle waits until the last interrupted machine has let go of its memory, or has had
// its time to.
func (w *Watch) settle(m *machine) {
	for w.struck != nil && w.struck != m && !w.struck.ended.Load() {
		struck, left := w.struck, grace-time.Since(w.when)
		if left <= 0 {
			return
		}
		w.mu.Unlock()
		t := time.NewTimer(left)
		select {
		case <-struck.gone:
		case <-m.stop:
		case <-t.C:
		}
		t.Stop()
		w.mu.Lock()
		if m.condemned.Load() {
			return
		}
	}
}

// blame notes that a machine is about to be interrupted.
func (w *Watch) blame(m *machine) {
	w.struck, w.when = m, time.Now()
	_, w.cycles = liveBytes()
	m.fn.log.Warn("function exceeded its memory limit", "function", m.fn.name, "limit", m.fn.limits.memory)
}

func (w *Watch) strike(m *machine) {
	w.blame(m)
	m.interrupt(errMemory, nil)
}

// heapBytes is how much memory Go objects of the process occupy, dead ones that have
// not been swept yet included, in bytes.
func heapBytes() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}

// liveBytes is what the last garbage collection found alive, in bytes, and how
// many collections there have been.
func liveBytes() (live int64, cycles uint64) {
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/cycles/total:gc-cycles"}}
	metrics.Read(samples)
	return int64(samples[0].Value.Uint64()), samples[1].Value.Uint64()
}

// collectorGoal is the heap size at which the collector means to be done.
func collectorGoal() int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}
