package throttle

import (
	"context"
	"time"

	"sluice/throttle/fleet"
	"sluice/throttle/ledger"
)

// checkFleet takes the steps and counts against the quota with the counters that
// all nodes share: from the node's leases, and what they lack in one call.
func (l *Limiter) checkFleet(s *steps, m *Method, state *planState, at time.Time, v *Verdict) {
	nanos, day := l.nanos(at), ledger.DayOf(at)
	nodes := l.fleet.Nodes()
	for i := 0; i < s.n; i++ {
		if s.step[i].limit.closed() {
			v.Outcome, v.Level = Throttled, s.step[i].level
			return
		}
	}
	if !l.fleet.Healthy() {
		l.checkShare(s, state, nanos, day, nodes, false, v)
		return
	}
	var u *fleetUsage
	if s.sub != nil {
		u = l.fleetUsageOf(s.sub, state, day)
	}

	ms := uint64(nanos / nanosPerMs)
	missing := s.n
	if l.lease > 1 {
		for i := 0; i < s.n; i++ {
			if st := &s.step[i]; st.at.lease().take(ms) {
				st.leased = true
				missing--
			}
		}
	}
	ask := u != nil && state.quota != nil
	if ask && l.lease > 1 {
		ask = !l.countsAhead(u, state, day, nodes)
	}
	if missing > 0 || ask {
		if !l.askFleet(s, m, state, u, nanos, at, day, nodes, ask, v) {
			return
		}
	}
	if u != nil && !ask {
		remaining, ok := l.admit(s.sub, u, state, day, nodes)
		if !ok { // other requests were faster
			s.giveBackLeases(ms)
			v.Outcome, v.Level, v.Remaining = QuotaExceeded, QuotaLevel, 0
			return
		}
		v.Remaining = remaining
	}
	for i := 0; i < s.n; i++ {
		s.step[i].at.bucket.charge(s.step[i].limit, nanos, nodes)
	}
	if s.sub != nil {
		l.count(s.sub, state, day, false)
	}
}

// countsAhead says whether a request may be counted against the quota without
// asking: no node counts more ahead than a lease, and none does near the end.
func (l *Limiter) countsAhead(u *fleetUsage, state *planState, day ledger.Day, nodes int64) bool {
	used, extra := u.used(state.quota.Period.Start(day))
	ahead := u.unreported()
	if ahead >= l.lease/2 {
		select {
		case l.hurry <- struct{}{}:
		default:
		}
	}
	return used > 0 && ahead < l.lease && used+(ahead+l.lease)*nodes < state.allowance(day)+extra
}

// askFleet takes what the leases lack from the fleet. It says whether the request
// may go on; if not, the verdict is complete.
func (l *Limiter) askFleet(s *steps, m *Method, state *planState, u *fleetUsage, nanos int64, at time.Time, day ledger.Day, nodes int64, ask bool, v *Verdict) bool {
	ms := uint64(nanos / nanosPerMs)
	recovering := l.fleet.Recovering(at)
	var buckets [fleet.MaxBuckets]fleet.Bucket
	var of [fleet.MaxBuckets]int // step by bucket
	var fetching [fleet.MaxBuckets]bool
	n := 0
	for i := 0; i < s.n; i++ {
		st := &s.step[i]
		if st.leased {
			continue
		}
		b := &buckets[n]
		b.Key = l.bucketKey(s, m, st.level)
		b.Interval = 1e6 / st.limit.rate
		b.Window = b.Interval * float64(st.limit.burst)
		b.Want = 1
		if l.lease > 1 {
			b.Want, fetching[n] = st.at.lease().want(leaseLimit(st.limit, l.lease))
		}
		if recovering {
			b.Debt = 1e6 * st.at.bucket.debt(st.limit, nanos)
		}
		of[n] = i
		n++
	}
	var quota *fleet.Quota
	if ask {
		quota = &fleet.Quota{Key: l.usageKey(s.sub), Period: fleetPeriod(state, day)}
		used, _ := u.used(ledger.Day(quota.Start))
		quota.Floor = used
		quota.Limit = state.allowance(day) - u.unreported()
	}
	a, err := l.fleet.Take(context.Background(), buckets[:n], quota)
	for i := range n {
		if fetching[i] {
			s.step[of[i]].at.lease().settle(a.Granted[i]-1, ms)
		}
	}
	if err != nil {
		s.giveBackLeases(ms)
		l.checkShare(s, state, nanos, day, nodes, ask && !fleet.NotSent(err), v)
		return false
	}
	if a.Refused >= 0 {
		s.giveBackLeases(ms)
		if a.Refused == n {
			u.learn(ledger.Day(quota.Start), a.Usage)
			v.Outcome, v.Level, v.Remaining = QuotaExceeded, QuotaLevel, 0
		} else {
			v.Outcome, v.Level = Throttled, s.step[of[a.Refused]].level
		}
		return false
	}
	if ask {
		u.tell(a.Epoch, day, 1)
		u.learn(ledger.Day(quota.Start), a.Usage)
		v.Remaining = max(quota.Limit+a.Usage.Extra-a.Usage.Used, 0)
	}
	return true
}

// checkShare meters a request by this node's share of the limits. counted says that
// the fleet may have counted the request before it fell silent; it is not reported
// then, because a request must never count twice.
func (l *Limiter) checkShare(s *steps, state *planState, nanos int64, day ledger.Day, nodes int64, counted bool, v *Verdict) {
	if level := l.take(s, nanos, nodes); level != NoLevel {
		v.Outcome, v.Level = Throttled, level
		return
	}
	if s.sub == nil {
		return
	}
	if !counted {
		remaining, ok := l.admit(s.sub, l.fleetUsageOf(s.sub, state, day), state, day, nodes)
		v.Remaining = remaining
		if !ok {
			s.giveBack(nodes)
			v.Outcome, v.Level = QuotaExceeded, QuotaLevel
			return
		}
	}
	l.count(s.sub, state, day, false)
}

// giveBackLeases undoes what was taken from leases.
func (s *steps) giveBackLeases(ms uint64) {
	for i := 0; i < s.n; i++ {
		if st := &s.step[i]; st.leased {
			st.leased = false
			st.at.lease().giveBack(ms)
		}
	}
}

// bucketKey is the fleet's key of a level's bucket.
func (l *Limiter) bucketKey(s *steps, m *Method, level Level) string {
	switch level {
	case PlanMethodLevel:
		return l.fleet.Key("q", s.sub.plan.id, s.sub.keyID, m.stage.apiID, m.stage.name, m.name)
	case PlanLevel:
		return l.fleet.Key("p", s.sub.plan.id, s.sub.keyID)
	case MethodLevel:
		return m.fleetKey
	}
	return l.accountKey
}
