package throttle

import (
	"math"

	"sluice/throttle/ledger"
)

// The parts of subscription.today.
const (
	countBits      = 36 // 795,000 requests a second, all day
	countMask      = 1<<countBits - 1
	generationBits = 12
	generationMask = 1<<generationBits - 1
	rolling        = 1<<(16+generationBits) - 1 // the tag while roll works; the day would be in 2149
)

// tag is the upper bits of today for a day and a state.
func tag(day ledger.Day, s *planState) uint64 {
	return uint64(uint16(day))<<generationBits | uint64(s.generation)
}

// generation is that of the plan's state which the record goes by.
func (s *subscription) generation() uint16 {
	return uint16(s.today.Load()>>countBits) & generationMask
}

// count counts a request and returns how many may follow in the period (Unlimited
// without a quota). If the quota binds, a request that exceeds it is not counted.
func (l *Limiter) count(sub *subscription, state *planState, day ledger.Day, binds bool) (remaining int64, ok bool) {
	want := tag(day, state)
	for {
		w := sub.today.Load()
		if w>>countBits != want {
			want = l.roll(sub, state, day)
			continue
		}
		room := sub.room.Load()
		n := int64(w & countMask)
		if binds && n >= room {
			return 0, false
		}
		if !sub.today.CompareAndSwap(w, w+1) {
			continue
		}
		l.markDirty(sub)
		if state.quota == nil {
			return Unlimited, true
		}
		return room - n - 1, true
	}
}

// roll brings a record to a day and a state of its plan, and returns the tag that
// today has then. A clock that goes back does not give a quota back: the record
// stays on the later day.
func (l *Limiter) roll(sub *subscription, state *planState, day ledger.Day) uint64 {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	day = max(day, sub.day)
	want := tag(day, state)
	if sub.today.Load()>>countBits == want {
		return want
	}
	sub.catchUp(state)
	// No request can be counted while today is taken away.
	n := int64(sub.today.Swap(rolling<<countBits) & countMask)
	if day != sub.day {
		if n > 0 {
			l.close(ledger.Entry{PlanID: sub.plan.id, KeyID: sub.keyID, Day: sub.day, Used: n})
		}
		sub.week = carry(ledger.Weekly, sub.day, day, sub.week+n)
		sub.month = carry(ledger.Monthly, sub.day, day, sub.month+n)
		sub.day, n = day, 0
	}
	sub.room.Store(sub.roomOf(state))
	sub.today.Store(want<<countBits | uint64(n))
	return want
}

// catchUp brings a record's bucket to the limits of the generations that it missed.
func (s *subscription) catchUp(state *planState) {
	for g := int(s.generation()) + 1; g < len(state.ceilings); g++ {
		s.level.bucket.lower(state.ceilings[g])
	}
}

// carry is what a period's sum is worth on another day.
func carry(p ledger.Period, from, to ledger.Day, sum int64) int64 {
	if p.Start(from) != p.Start(to) {
		return 0
	}
	return sum
}

// roomOf is how many requests the record's day has room for. The caller holds mu.
func (s *subscription) roomOf(state *planState) int64 {
	if state.quota == nil {
		return math.MaxInt64
	}
	return state.allowance(s.day) - s.before(state.quota.Period) + s.extension(state)
}

// extension is what was added to the quota of the record's period. The caller
// holds mu.
func (s *subscription) extension(state *planState) int64 {
	if p := state.quota.Period; s.extra.Period == p && s.extra.Start == p.Start(s.day) {
		return s.extra.Extra
	}
	return 0
}

// before is the number of requests of the period before today. The caller holds mu.
func (s *subscription) before(p ledger.Period) int64 {
	switch p {
	case ledger.Weekly:
		return s.week
	case ledger.Monthly:
		return s.month
	}
	return 0
}

// restore sets a record that has not been used to what the ledger has of it.
func (s *subscription) restore(today ledger.Day, entries []ledger.Entry, extensions []ledger.Extension) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.day = today
	n := int64(0)
	for _, e := range entries {
		switch {
		case e.Day == today:
			n += e.Used
		case e.Day < today:
			s.week += carry(ledger.Weekly, e.Day, today, e.Used)
			s.month += carry(ledger.Monthly, e.Day, today, e.Used)
		}
	}
	for _, e := range extensions {
		if e.Start == e.Period.Start(today) {
			s.extra = e
		}
	}
	s.today.Store(rolling<<countBits | uint64(n)) // the room is not known before the first request
}

// forgetRoom makes the next request find out the record's room. It goes by the
// limits of a generation.
func (s *subscription) forgetRoom(generation uint16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.today.Swap(rolling<<countBits) & countMask
	tag := uint64(rolling&^generationMask) | uint64(generation)
	s.today.Store(tag<<countBits | n)
}

// used is the record's day and the number of its requests.
func (s *subscription) used() (ledger.Day, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.day, int64(s.today.Load() & countMask)
}
