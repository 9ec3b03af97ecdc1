package throttle

import (
	"time"

	"sluice/throttle/ledger"
)

// Check meters a request to a method that requires a key, at a time that should be
// recent: the buckets never run backwards. key is the presented text, "" for none;
// it is not kept.
func (l *Limiter) Check(m *Method, key string, at time.Time) Verdict {
	k, flags := l.keys.find(key)
	if flags&keyEnabled == 0 {
		return Verdict{Outcome: InvalidKey, Remaining: Unlimited}
	}
	sub, state, ps := k.subscribed(flags, m.stage)
	if sub == nil {
		return Verdict{Outcome: InvalidKey, Remaining: Unlimited}
	}
	day := ledger.DayOf(at)
	var s steps
	s.sub = sub
	if t := ps.methods[m.name]; t != nil {
		s.method = t
		s.add(PlanMethodLevel, t.limit, &l.methodBucket(sub, t).level)
	} else if state.limit != nil {
		if sub.generation() != state.generation {
			l.roll(sub, state, day)
		}
		s.add(PlanLevel, state.limit, &sub.level)
	}
	l.addShared(&s, m)

	v := Verdict{KeyID: k.id, PlanID: sub.plan.id, Remaining: Unlimited}
	if l.fleet != nil {
		l.checkFleet(&s, m, state, at, &v)
		return v
	}
	if level := l.take(&s, l.nanos(at), 1); level != NoLevel {
		v.Outcome, v.Level = Throttled, level
		return v
	}
	remaining, ok := l.count(sub, state, day, true)
	v.Remaining = remaining
	if !ok {
		s.giveBack(1)
		v.Outcome, v.Level = QuotaExceeded, QuotaLevel
	}
	return v
}

// Expect says that Check will soon be asked about a key. One of a million keys is in
// no cache of the processor, and to fetch it from main memory takes longer than all
// the rest of Check: it takes no time beside other work for the request.
func (l *Limiter) Expect(key string) { l.keys.expect(key) }

// CheckKeyless meters a request to a method that requires no key. It counts
// against no plan, even if the client sent a key.
func (l *Limiter) CheckKeyless(m *Method, at time.Time) Verdict {
	var s steps
	l.addShared(&s, m)
	v := Verdict{Remaining: Unlimited}
	if l.fleet != nil {
		l.checkFleet(&s, m, nil, at, &v)
		return v
	}
	if level := l.take(&s, l.nanos(at), 1); level != NoLevel {
		v.Outcome, v.Level = Throttled, level
	}
	return v
}

// steps are the buckets that a request takes a token from, in order.
type steps struct {
	n      int
	step   [3]step
	sub    *subscription
	method *methodThrottle // of the first step; nil: that is no method's
}

type step struct {
	level  Level
	leased bool // its token is from the node's lease
	limit  *limit
	at     *shared
}

func (s *steps) add(level Level, limit *limit, at *shared) {
	s.step[s.n] = step{level: level, limit: limit, at: at}
	s.n++
}

// addShared adds the levels that all clients share.
func (l *Limiter) addShared(s *steps, m *Method) {
	if limit := m.limit.Load(); limit != nil {
		s.add(MethodLevel, limit, &m.shared)
	}
	if limit := l.accountLimit.Load(); limit != nil {
		s.add(AccountLevel, limit, &l.total)
	}
}

// take takes a token at every level or at none, and returns the one that refused.
func (l *Limiter) take(s *steps, nanos, nodes int64) Level {
	for i := 0; i < s.n; i++ {
		st := &s.step[i]
		a := st.at.bucket.take(st.limit, nanos, nodes)
		for a == gone { // only buckets of single methods are evicted
			st.at = &l.methodBucket(s.sub, s.method).level
			a = st.at.bucket.take(st.limit, nanos, nodes)
		}
		if a == refused {
			s.n = i
			s.giveBack(nodes)
			return st.level
		}
	}
	return NoLevel
}

// giveBack undoes what the steps took.
func (s *steps) giveBack(nodes int64) {
	for i := 0; i < s.n; i++ {
		s.step[i].at.bucket.giveBack(s.step[i].limit, nodes)
	}
}
