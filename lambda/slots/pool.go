package slots

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Why Acquire can fail.
var (
	ErrFull   = errors.New("slots: all slots are taken and the queue is full")
	ErrClosed = errors.New("slots: the pool is closed")
	// ErrLeft means that the context was done or the deadline passed.
	ErrLeft = errors.New("slots: the caller left")
)

// Pool is the slots of one function and the idle instances in them.
type Pool[T any] struct {
	mu      sync.Mutex
	idle    []T // the warmest last
	free    int // slots that have no instance and no owner
	waiting []*waiter[T]
	queue   int
	closed  bool
}

type waiter[T any] struct {
	ready chan grant[T]
}

type grant[T any] struct {
	instance T
	fresh    bool
	err      error
}

// New makes a pool of that many slots, for which queue callers may wait.
func New[T any](slots, queue int) *Pool[T] {
	return &Pool[T]{free: slots, queue: queue}
}

// Acquire takes a slot until Put or Drop. With fresh it has no instance and the
// caller makes one. A zero deadline is none.
func (p *Pool[T]) Acquire(ctx context.Context, deadline time.Time) (instance T, fresh bool, err error) {
	p.mu.Lock()
	switch n := len(p.idle); {
	case p.closed:
		p.mu.Unlock()
		return instance, false, ErrClosed
	case n > 0:
		instance = p.idle[n-1]
		var none T
		p.idle[n-1] = none
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return instance, false, nil
	case p.free > 0:
		p.free--
		p.mu.Unlock()
		return instance, true, nil
	case len(p.waiting) >= p.queue:
		p.mu.Unlock()
		return instance, false, ErrFull
	}
	w := &waiter[T]{ready: make(chan grant[T], 1)}
	p.waiting = append(p.waiting, w)
	p.mu.Unlock()

	var expired <-chan time.Time
	if !deadline.IsZero() {
		t := time.NewTimer(time.Until(deadline))
		defer t.Stop()
		expired = t.C
	}
	select {
	case g := <-w.ready:
		return g.instance, g.fresh, g.err
	case <-ctx.Done():
	case <-expired:
	}
	if !p.leave(w) {
		// It was served in the same moment: pass the slot on.
		switch g := <-w.ready; {
		case g.err != nil:
		case g.fresh:
			p.Drop()
		default:
			p.Put(g.instance)
		}
	}
	return instance, false, ErrLeft
}

// leave takes a waiter out of the queue, unless it has been served.
func (p *Pool[T]) leave(w *waiter[T]) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, other := range p.waiting {
		if other == w {
			p.waiting = append(p.waiting[:i], p.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// Put gives a slot back with its instance. It returns false when the pool is
// closed: the caller then ends the instance.
func (p *Pool[T]) Put(instance T) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	if len(p.waiting) > 0 {
		p.serve(grant[T]{instance: instance})
		return true
	}
	p.idle = append(p.idle, instance)
	return true
}

// Drop gives a slot back without an instance.
func (p *Pool[T]) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) > 0 {
		p.serve(grant[T]{fresh: true})
		return
	}
	p.free++
}

func (p *Pool[T]) serve(g grant[T]) {
	w := p.waiting[0]
	p.waiting[0] = nil
	p.waiting = p.waiting[1:]
	w.ready <- g
}

// Drain takes all idle instances out; their slots become free. The caller ends
// them.
func (p *Pool[T]) Drain() []T {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := p.idle
	p.idle = nil
	p.free += len(idle)
	return idle
}

// Close refuses all callers from now on, including those that wait, and returns
// the idle instances for the caller to end.
func (p *Pool[T]) Close() []T {
	p.mu.Lock()
	p.closed = true
	waiting := p.waiting
	p.waiting = nil
	p.mu.Unlock()
	for _, w := range waiting {
		w.ready <- grant[T]{err: ErrClosed}
	}
	return p.Drain()
}
