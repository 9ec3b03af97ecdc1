package store

import (
	"context"
	"sync"
	"time"
)

// source hands out what was committed after a revision. It returns the changes of
// whole commits, in order, and the revision up to which they are complete; more is
// whether there is more to have at once.
type source interface {
	changes(ctx context.Context, after int64) (changes []Change, upTo int64, more bool, err error)
}

// feed calls the subscribers from one goroutine, which lives from the first
// Subscribe to Close.
type feed struct {
	source source

	mu        sync.Mutex
	subs      []func(context.Context, []Change)
	delivered int64         // up to which revision subscribers have seen everything
	moved     chan struct{} // closed and replaced when delivered moves

	kick   chan struct{} // there may be something new
	ctx    context.Context
	cancel context.CancelFunc
	ended  chan struct{} // the goroutine is gone; nil without one
}

// fromSubscriber marks the context that subscribers are called with.
type fromSubscriber struct{}

// retrySource is how long the feed waits after the source failed.
const retrySource = 200 * time.Millisecond

func newFeed(s source, delivered int64) *feed {
	f := &feed{source: s, delivered: delivered, moved: make(chan struct{}), kick: make(chan struct{}, 1)}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	return f
}

func (f *feed) subscribe(sub func(context.Context, []Change)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ctx.Err() != nil {
		return
	}
	f.subs = append(f.subs, sub)
	if f.ended == nil {
		f.ended = make(chan struct{})
		go f.run()
		f.wake()
	}
}

// active reports whether anyone is to be told of changes.
func (f *feed) active() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.subs) > 0
}

// wake has the source asked soon. It never blocks.
func (f *feed) wake() {
	select {
	case f.kick <- struct{}{}:
	default:
	}
}

func (f *feed) run() {
	defer close(f.ended)
	ctx := context.WithValue(f.ctx, fromSubscriber{}, f)
	for {
		select {
		case <-f.ctx.Done():
			return
		case <-f.kick:
		}
		for more := true; more && f.ctx.Err() == nil; {
			var err error
			if more, err = f.deliver(ctx); err != nil {
				// Whatever is wrong, asking again is all there is to do.
				time.AfterFunc(retrySource, f.wake)
			}
		}
	}
}

func (f *feed) deliver(ctx context.Context) (more bool, err error) {
	f.mu.Lock()
	after, subs := f.delivered, f.subs
	f.mu.Unlock()
	changes, upTo, more, err := f.source.changes(f.ctx, after)
	if err != nil {
		return false, err
	}
	if len(changes) > 0 {
		for _, sub := range subs {
			sub(ctx, changes)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if upTo != f.delivered {
		f.delivered = upTo
		close(f.moved)
		f.moved = make(chan struct{})
	}
	return more, nil
}

// await waits until subscribers have seen a revision, or ctx or the store ends. It
// does not wait where that would be for itself.
func (f *feed) await(ctx context.Context, revision int64) {
	if ctx.Value(fromSubscriber{}) == f {
		return
	}
	for {
		f.mu.Lock()
		done, moved := f.delivered >= revision || len(f.subs) == 0, f.moved
		f.mu.Unlock()
		if done {
			return
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return
		case <-f.ctx.Done():
			return
		}
	}
}

func (f *feed) close() {
	f.mu.Lock()
	f.cancel()
	ended := f.ended
	f.mu.Unlock()
	if ended != nil {
		<-ended
	}
}

// queue is the source of a store that has only its own commits.
type queue struct {
	mu      sync.Mutex
	waiting []Change
	last    int64
}

// publish appends a commit for the feed. Whoever calls it has the turn to write.
func (q *queue) publish(f *feed, changes []Change, revision int64) {
	if !f.active() {
		return
	}
	q.mu.Lock()
	q.waiting = append(q.waiting, changes...)
	q.last = revision
	q.mu.Unlock()
	f.wake()
}

func (q *queue) changes(_ context.Context, after int64) ([]Change, int64, bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	changes := q.waiting
	q.waiting = nil
	return changes, max(after, q.last), false, nil
}
