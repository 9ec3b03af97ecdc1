package throttle

import (
	"context"
	"errors"
	"fmt"

	"sluice/throttle/ledger"
)

// saveBatch is how many days are written at once.
const saveBatch = 5000

// markDirty puts a record into the list of those to be written, unless it is there.
func (l *Limiter) markDirty(sub *subscription) {
	if sub.next.Load() != nil || !sub.next.CompareAndSwap(nil, &l.lastDirty) {
		return
	}
	for {
		head := l.dirty.Load()
		sub.next.Store(head)
		if l.dirty.CompareAndSwap(head, sub) {
			return
		}
	}
}

// close keeps the total of a day that is over until it is written.
func (l *Limiter) close(e ledger.Entry) {
	l.closedMu.Lock()
	l.closed = append(l.closed, e)
	l.closedMu.Unlock()
}

// Flush writes the usage that has changed to the ledger, and tells the fleet of it.
// What fails stays to be done by the next call.
func (l *Limiter) Flush(ctx context.Context) error {
	l.flushMu.Lock()
	defer l.flushMu.Unlock()
	departed := l.departures.mark()
	err := l.save(ctx)
	if err == nil {
		l.departures.written(departed)
	}
	if l.fleet != nil {
		err = errors.Join(err, l.reportUsage(ctx))
	}
	return err
}

// save writes to the ledger.
func (l *Limiter) save(ctx context.Context) error {
	l.closedMu.Lock()
	closed := l.closed
	l.closed = nil
	l.closedMu.Unlock()
	for len(closed) > 0 {
		n := min(len(closed), saveBatch)
		if err := l.ledger.Save(ctx, closed[:n]); err != nil {
			l.closedMu.Lock()
			l.closed = append(l.closed, closed...)
			l.closedMu.Unlock()
			return fmt.Errorf("write usage: %w", err)
		}
		closed = closed[n:]
	}

	var subs []*subscription
	for sub := l.dirty.Swap(&l.lastDirty); sub != &l.lastDirty; sub = sub.next.Load() {
		subs = append(subs, sub)
	}
	entries := make([]ledger.Entry, 0, min(len(subs), saveBatch))
	for len(subs) > 0 {
		entries = entries[:0]
		batch := subs[:min(len(subs), saveBatch)]
		for _, sub := range batch {
			// Cleared before the number is read: a request after that marks anew.
			sub.next.Store(nil)
			if u := sub.fleet.Load(); u != nil && u.pending.Load()&usageMask > 0 {
				l.unreported[sub] = struct{}{}
			}
			day, n := sub.used()
			entries = append(entries, ledger.Entry{PlanID: sub.plan.id, KeyID: sub.keyID, Day: day, Used: n})
		}
		if err := l.ledger.Save(ctx, entries); err != nil {
			for _, sub := range batch {
				l.markDirty(sub)
			}
			for _, sub := range subs[len(batch):] {
				sub.next.Store(nil)
				l.markDirty(sub)
			}
			return fmt.Errorf("write usage: %w", err)
		}
		subs = subs[len(batch):]
	}
	return nil
}
