package throttle

import (
	"context"
	"fmt"

	"sluice/throttle/fleet"
	"sluice/throttle/ledger"
)

// reportBatch is how many records are reported to the fleet in one call.
const reportBatch = 200

// lateReport is requests of a day that is over.
type lateReport struct {
	sub *subscription
	day ledger.Day
	n   int64
}

// report is a report to the fleet, sent until it is answered.
type report struct {
	id       string
	subs     []*subscription
	admitted []fleet.Admitted
}

// late keeps requests of a day that is over until they are reported.
func (l *Limiter) late(sub *subscription, day ledger.Day, n int64) {
	l.closedMu.Lock()
	l.lateReports = append(l.lateReports, lateReport{sub, day, n})
	l.closedMu.Unlock()
}

// reportUsage tells the fleet what this node admitted without asking. The caller
// holds flushMu.
func (l *Limiter) reportUsage(ctx context.Context) error {
	if !l.fleet.Healthy() {
		return nil
	}
	today := ledger.DayOf(l.clock())
	for {
		if l.outbox == nil {
			l.outbox = l.nextReport(today)
		}
		if l.outbox == nil {
			return nil
		}
		usages, epoch, err := l.fleet.Report(ctx, l.outbox.id, l.outbox.admitted)
		if err != nil {
			return fmt.Errorf("report usage: %w", err)
		}
		for i, sub := range l.outbox.subs {
			a := &l.outbox.admitted[i]
			u := sub.fleet.Load()
			u.tell(epoch, ledger.Day(a.On), a.Count)
			u.learn(ledger.Day(a.Start), usages[i])
			if !a.Again {
				u.sending.Add(-a.Count)
			}
		}
		l.outbox = nil
	}
}

// nextReport collects a report; nil if there is nothing to tell.
func (l *Limiter) nextReport(today ledger.Day) *report {
	r := &report{id: fleet.ReportID()}
	add := func(sub *subscription, on ledger.Day, n int64) *fleet.Admitted {
		period := fleetPeriod(sub.plan.state.Load(), today)
		used, _ := sub.fleet.Load().used(ledger.Day(period.Start))
		period.Floor = used
		r.subs = append(r.subs, sub)
		r.admitted = append(r.admitted, fleet.Admitted{Key: l.usageKey(sub), Period: period, On: int64(on), Count: n})
		return &r.admitted[len(r.admitted)-1]
	}
	for len(l.again) > 0 && len(r.subs) < reportBatch {
		one := l.again[0]
		l.again = l.again[1:]
		a := add(one.sub, one.day, one.n)
		a.Again, a.Extra = true, one.extra
	}
	if len(r.subs) > 0 {
		return r
	}
	l.closedMu.Lock()
	for len(l.lateReports) > 0 && len(r.subs) < reportBatch {
		late := l.lateReports[0]
		l.lateReports = l.lateReports[1:]
		add(late.sub, late.day, late.n)
	}
	l.closedMu.Unlock()
	for sub := range l.unreported {
		if len(r.subs) >= reportBatch {
			break
		}
		delete(l.unreported, sub)
		u := sub.fleet.Load()
		for {
			w := u.pending.Load()
			n := int64(w & usageMask)
			if n == 0 {
				break
			}
			u.sending.Add(n)
			if u.pending.CompareAndSwap(w, w&^usageMask) {
				add(sub, wordDay(w), n)
				break
			}
			u.sending.Add(-n)
		}
	}
	if len(r.subs) == 0 {
		return nil
	}
	return r
}
