package throttle

import (
	"strconv"
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
	if state.quota != nil {
		sub.mu.Lock()
		period := state.quota.Period
		u.known.Store(dayWord(period.Start(sub.day), sub.before(period)+int64(sub.today.Load()&countMask)))
		u.extra.Store(sub.extension(state))
		sub.mu.Unlock()
	}
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
