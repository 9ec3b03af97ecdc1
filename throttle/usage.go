package throttle

import (
	"context"
	"fmt"
	"math"
	"slices"

	"sluice/throttle/ledger"
)

// UsageQuery asks for the usage of a plan (get_usage).
type UsageQuery struct {
	PlanID      string
	KeyID       string // "" for all keys of the plan
	First, Last ledger.Day
	After       string // key id where the page before ended
	Limit       int    // keys on a page; 0 is 25 (service model)
}

// KeyUsage is the usage of one key, a pair for each day asked for.
type KeyUsage struct {
	KeyID string
	Days  []DayUsage
}

// DayUsage is what get_usage reports of a day: the requests made on it, and what
// was left of the quota's period after it; Unlimited without a quota.
type DayUsage struct {
	Used      int64
	Remaining int64
}

const (
	defaultUsagePage = 25
	maxUsageDays     = 90 // a report goes back no further
)

// Usage reports the usage of a plan's keys, ordered by key id; next is the After of
// the following page, or "".
func (l *Limiter) Usage(ctx context.Context, q UsageQuery) (page []KeyUsage, next string, err error) {
	if q.Last < q.First || q.Last-q.First > maxUsageDays {
		return nil, "", fmt.Errorf("%w: a report covers 1 to %d days", ErrInvalid, maxUsageDays+1)
	}
	limit := q.Limit
	if limit <= 0 {
		limit = defaultUsagePage
	}
	l.mu.Lock()
	p := l.plans[q.PlanID]
	var keys []string
	if p != nil {
		for id := range p.members {
			if id > q.After && (q.KeyID == "" || q.KeyID == id) {
				keys = append(keys, id)
			}
		}
	}
	l.mu.Unlock()
	if p == nil {
		return nil, "", fmt.Errorf("%w: usage plan %s", ErrNotFound, q.PlanID)
	}
	if q.KeyID != "" && len(keys) == 0 && q.After == "" {
		return nil, "", fmt.Errorf("%w: API key %s in usage plan %s", ErrNotFound, q.KeyID, q.PlanID)
	}
	slices.Sort(keys)
	if len(keys) > limit {
		keys = keys[:limit]
		next = keys[limit-1]
	}
	if err := l.Flush(ctx); err != nil {
		return nil, "", err
	}
	state := p.state.Load()
	for _, id := range keys {
		u, err := l.usage(ctx, p.id, id, state, q.First, q.Last)
		if err != nil {
			return nil, "", fmt.Errorf("usage of plan %s: %w", q.PlanID, err)
		}
		page = append(page, KeyUsage{id, u})
	}
	return page, next, nil
}

// usage reads a key's days from the ledger.
func (l *Limiter) usage(ctx context.Context, planID, keyID string, state *planState, first, last ledger.Day) ([]DayUsage, error) {
	from := first
	if state.quota != nil {
		from = state.quota.Period.Start(first)
	}
	used := map[ledger.Day]int64{}
	if err := l.ledger.Days(ctx, planID, keyID, from, last, func(e ledger.Entry) { used[e.Day] += e.Used }); err != nil {
		return nil, err
	}
	extra := map[ledger.Day]int64{}
	if state.quota != nil {
		err := l.ledger.Extensions(ctx, planID, keyID, from, last, func(e ledger.Extension) {
			if e.Period == state.quota.Period {
				extra[e.Start] = e.Extra
			}
		})
		if err != nil {
			return nil, err
		}
	}
	days := make([]DayUsage, 0, last-first+1)
	sum := int64(0) // of the period up to d
	for d := from; d <= last; d++ {
		u := DayUsage{Used: used[d], Remaining: Unlimited}
		if state.quota != nil {
			start := state.quota.Period.Start(d)
			if d == start {
				sum = 0
			}
			sum += u.Used
			u.Remaining = max(state.allowance(d)+extra[start]-sum, 0)
		}
		if d >= first {
			days = append(days, u)
		}
	}
	return days, nil
}

// UpdateUsage sets what remains of a key's quota in the current period
// (update_usage) and returns today's usage. It is stored before it returns.
func (l *Limiter) UpdateUsage(ctx context.Context, planID, keyID string, remaining int64) (DayUsage, error) {
	if remaining < 0 || remaining > math.MaxInt32 {
		return DayUsage{}, fmt.Errorf("%w: remaining is not between 0 and %d", ErrInvalid, math.MaxInt32)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.plans[planID]
	if p == nil {
		return DayUsage{}, fmt.Errorf("%w: usage plan %s", ErrNotFound, planID)
	}
	sub := p.members[keyID]
	if sub == nil {
		return DayUsage{}, fmt.Errorf("%w: API key %s in usage plan %s", ErrNotFound, keyID, planID)
	}
	state := p.state.Load()
	if state.quota == nil {
		return DayUsage{}, fmt.Errorf("%w: usage plan %s has no quota", ErrInvalid, planID)
	}
	l.roll(sub, state, ledger.DayOf(l.clock()))
	sub.mu.Lock()
	defer sub.mu.Unlock()
	used := int64(sub.today.Load() & countMask)
	extra := ledger.Extension{
		PlanID: planID, KeyID: keyID, Period: state.quota.Period, Start: state.quota.Period.Start(sub.day),
		Extra: remaining + used + sub.before(state.quota.Period) - state.allowance(sub.day),
	}
	if err := l.ledger.Extend(ctx, extra); err != nil {
		return DayUsage{}, fmt.Errorf("extend the quota of API key %s: %w", keyID, err)
	}
	sub.extra = extra
	sub.room.Store(sub.roomOf(state))
	return DayUsage{Used: used, Remaining: remaining}, nil
}
