package throttle

import (
	"strconv"
	"sync"
	"sync/atomic"

	"sluice/throttle/fleet"
	"sluice/throttle/ledger"
)

// fleetUsage is what a node knows of the usage of a key in a plan by all nodes.
// Pairs of a day and a number are in one word: 16 bits and 48.
type fleetUsage struct {
	known   atomic.Uint64 // by the fleet's last answer: the period's first day, its requests
	extra   atomic.Int64  // what was added to the period's quota
	pending atomic.Uint64 // a day and its requests that the fleet was not told of
	sending atomic.Int64  // requests in a report that was not answered yet
	told    told
}

// told is what this node has had counted by the fleet on a day, to be told again
// when Redis has lost its memory.
type told struct {
	mu    sync.Mutex
	day   ledger.Day
	epoch uint64 // of n
	n     int64
	lost  int64 // of epochs before
	extra int64 // what was known to be added to the quota when the last epoch ended
}

// tell says that requests of a day were counted in an epoch, before what else was
// answered there is learnt.
func (u *fleetUsage) tell(epoch uint64, day ledger.Day, n int64) {
	t := &u.told
	t.mu.Lock()
	defer t.mu.Unlock()
	if day < t.day {
		return // the ledger has it
	}
	t.enter(epoch, day, u.extra.Load())
	t.n += n
}

// forgotten takes what has to be told again in an epoch.
func (u *fleetUsage) forgotten(epoch uint64, day ledger.Day) (n, extra int64) {
	t := &u.told
	t.mu.Lock()
	defer t.mu.Unlock()
	t.enter(epoch, max(day, t.day), u.extra.Load())
	n, t.lost = t.lost, 0
	return n, t.extra
}

// remember puts back what was not told again after all.
func (u *fleetUsage) remember(day ledger.Day, n int64) {
	t := &u.told
	t.mu.Lock()
	defer t.mu.Unlock()
	if day == t.day {
		t.lost += n
	}
}

func (t *told) enter(epoch uint64, day ledger.Day, extra int64) {
	if t.day != day {
		t.day, t.n, t.lost = day, 0, 0
	}
	if t.epoch != epoch && t.epoch != 0 { // 0: what the ledger has, which the first epoch knows
		t.lost, t.n, t.extra = t.lost+t.n, 0, extra
	}
	t.epoch = epoch
}

const (
	usageBits = 48
	usageMask = 1<<usageBits - 1
)

func dayWord(day ledger.Day, n int64) uint64 {
	return uint64(uint16(day))<<usageBits | uint64(max(n, 0))&usageMask
}

func wordDay(w uint64) ledger.Day { return ledger.Day(w >> usageBits) }

// used is the number of requests of a period that all nodes were known to have made.
func (u *fleetUsage) used(start ledger.Day) (used, extra int64) {
	w := u.known.Load()
	if wordDay(w) != start {
		return 0, 0
	}
	return int64(w & usageMask), u.extra.Load()
}

// learn takes in an answer of the fleet. Answers may overtake each other; the
// number only grows.
func (u *fleetUsage) learn(start ledger.Day, a fleet.Usage) {
	for {
		w := u.known.Load()
		if wordDay(w) == start && int64(w&usageMask) >= a.Used || wordDay(w) > start {
			break
		}
		if u.known.CompareAndSwap(w, dayWord(start, a.Used)) {
			break
		}
	}
	if wordDay(u.known.Load()) == start {
		u.extra.Store(a.Extra)
	}
}

// unreported is the number of requests that the fleet's answers do not contain.
func (u *fleetUsage) unreported() int64 {
	return int64(u.pending.Load()&usageMask) + u.sending.Load()
}

// admit counts a request to be reported, unless this node's share of what is left
// is used up. limit is the quota without what was added to it.
func (l *Limiter) admit(sub *subscription, u *fleetUsage, state *planState, day ledger.Day, nodes int64) (remaining int64, ok bool) {
	for {
		w := u.pending.Load()
		n := int64(w & usageMask)
		remaining = Unlimited
		if state.quota != nil {
			used, extra := u.used(state.quota.Period.Start(day))
			left := state.allowance(day) + extra - used
			mine := n + u.sending.Load()
			if mine*nodes >= left {
				return 0, false
			}
			remaining = left - mine - 1
		}
		switch {
		case n == 0:
			if !u.pending.CompareAndSwap(w, dayWord(day, 1)) {
				continue
			}
		case wordDay(w) < day:
			u.sending.Add(n) // never in neither number: a request might be let in too many
			if !u.pending.CompareAndSwap(w, dayWord(day, 1)) {
				u.sending.Add(-n)
				continue
			}
			l.late(sub, wordDay(w), n)
		default:
			if !u.pending.CompareAndSwap(w, w+1) {
				continue
			}
		}
		return remaining, true
	}
}

// fleetUsageOf is a record's usage by all nodes. It begins with what this node's
// ledger has, which is what is known after a restart without Redis.
func (l *Limiter) fleetUsageOf(sub *subscription, state *planState, day ledger.Day) *fleetUsage {
	if u := sub.fleet.Load(); u != nil {
		return u
	}
	l.roll(sub, state, day)
	u := &fleetUsage{}
	sub.mu.Lock()
	n := int64(sub.today.Load() & countMask)
	u.told.day, u.told.epoch, u.told.n = sub.day, l.fleet.Epoch(), n
	if state.quota != nil {
		period := state.quota.Period
		u.known.Store(dayWord(period.Start(sub.day), sub.before(period)+n))
		u.extra.Store(sub.extension(state))
	}
	sub.mu.Unlock()
	sub.fleet.CompareAndSwap(nil, u)
	return sub.fleet.Load()
}

// fleetPeriod describes the period of a plan's quota to the fleet. Plans without a
// quota have a new one every day.
func fleetPeriod(state *planState, day ledger.Day) fleet.Period {
	if state.quota == nil {
		return fleet.Period{Name: "-" + strconv.Itoa(int(day)), Start: int64(day), Day: int64(day)}
	}
	start := state.quota.Period.Start(day)
	return fleet.Period{Name: string(state.quota.Period) + strconv.Itoa(int(start)), Start: int64(start), Day: int64(day)}
}

func (l *Limiter) usageKey(sub *subscription) string {
	return l.fleet.Key("u", sub.plan.id, sub.keyID)
}
