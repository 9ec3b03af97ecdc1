package throttle

import (
	"context"
	"fmt"
	"maps"

	"sluice/throttle/ledger"
)

// again is requests that the fleet had counted before Redis lost its memory.
type again struct {
	sub   *subscription
	day   ledger.Day
	n     int64
	extra int64 // to the quota of the period
}

// recall collects what this node has to tell the fleet again after Redis has lost its
// memory: what it had counted today, its ledger's other days of this month and week,
// and of each quota what it knows of all nodes' usage. The next flush tells it.
func (l *Limiter) recall(ctx context.Context) error {
	if l.fleet == nil {
		return nil
	}
	epoch := l.fleet.Epoch()
	if before := l.epoch.Load(); before == epoch || before == 0 {
		l.epoch.Store(epoch)
		return nil
	}
	l.mu.Lock() // never while flushMu is held
	members := make(map[*plan]map[string]*subscription, len(l.plans))
	for _, p := range l.plans {
		members[p] = maps.Clone(p.members)
	}
	l.mu.Unlock()

	l.flushMu.Lock()
	defer l.flushMu.Unlock()
	// What was to be told in the epoch before is part of it.
	for _, one := range l.again {
		one.sub.fleet.Load().remember(one.day, one.n)
	}
	l.again = nil
	if o := l.outbox; o != nil && o.admitted[0].Again {
		for i, sub := range o.subs {
			sub.fleet.Load().remember(ledger.Day(o.admitted[i].On), o.admitted[i].Count)
		}
		l.outbox = nil
	}
	today := ledger.DayOf(l.clock())
	first := min(ledger.Weekly.Start(today), ledger.Monthly.Start(today))
	for p, members := range members {
		state := p.state.Load()
		err := l.ledger.Days(ctx, p.id, "", first, today-1, func(e ledger.Entry) {
			if sub := members[e.KeyID]; sub != nil {
				l.fleetUsageOf(sub, state, today)
				l.again = append(l.again, again{sub: sub, day: e.Day, n: e.Used})
			}
		})
		if err != nil {
			return fmt.Errorf("restore usage: %w", err)
		}
		for _, sub := range members {
			if u := sub.fleet.Load(); u != nil {
				n, extra := u.forgotten(epoch, today)
				l.again = append(l.again, again{sub, today, n, extra})
			}
		}
	}
	l.epoch.Store(epoch)
	return nil
}
