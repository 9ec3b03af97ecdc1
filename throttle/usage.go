package throttle

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"sluice/throttle/fleet"
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
	p, keys, err := l.reported(q)
	if err != nil {
		return nil, "", err
	}
	if len(keys) > limit {
		keys = keys[:limit]
		next = keys[limit-1]
	}
	if err := l.Flush(ctx); err != nil {
		return nil, "", err
	}
	shared, err := l.sharedUsage(ctx, p.id, keys)
	if err != nil {
		return nil, "", fmt.Errorf("usage of plan %s: %w", q.PlanID, err)
	}
	state := p.state.Load()
	for i, id := range keys {
		u, err := l.usage(ctx, p.id, id, state, q.First, q.Last, shared[i])
		if err != nil {
			return nil, "", fmt.Errorf("usage of plan %s: %w", q.PlanID, err)
		}
		page = append(page, KeyUsage{id, u})
	}
	return page, next, nil
}

// reported is a plan and the keys, in order, that a report goes on with.
func (l *Limiter) reported(q UsageQuery) (*plan, []string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.plans[q.PlanID]
	if p == nil {
		return nil, nil, fmt.Errorf("%w: usage plan %s", ErrNotFound, q.PlanID)
	}
	if q.KeyID != "" {
		if p.members[q.KeyID] == nil {
			return nil, nil, fmt.Errorf("%w: API key %s in usage plan %s", ErrNotFound, q.KeyID, q.PlanID)
		}
		if q.KeyID <= q.After {
			return p, nil, nil
		}
		return p, []string{q.KeyID}, nil
	}
	if p.order == nil { // once for all pages, as long as no key joins or leaves
		p.order = slices.Sorted(maps.Keys(p.members))
	}
	after, found := slices.BinarySearch(p.order, q.After)
	if found {
		after++
	}
	return p, p.order[after:], nil
}

// sharedUsage reads the usage by all nodes; without a fleet, or while it does not
// answer, nothing.
func (l *Limiter) sharedUsage(ctx context.Context, planID string, keys []string) ([]fleet.DayCounts, error) {
	if l.fleet == nil || !l.fleet.Healthy() || len(keys) == 0 {
		return make([]fleet.DayCounts, len(keys)), nil
	}
	names := make([]string, len(keys))
	for i, id := range keys {
		names[i] = l.fleet.Key("u", planID, id)
	}
	return l.fleet.Days(ctx, names)
}

// usage reads a key's days from the ledger. Of what this node and all nodes have
// counted, the larger number holds: the fleet's memory may have been lost.
func (l *Limiter) usage(ctx context.Context, planID, keyID string, state *planState, first, last ledger.Day, shared fleet.DayCounts) ([]DayUsage, error) {
	from := first
	if state.quota != nil {
		from = state.quota.Period.Start(first)
	}
	used := map[ledger.Day]int64{}
	for day, n := range shared.Days {
		used[ledger.Day(day)] = n
	}
	err := l.ledger.Days(ctx, planID, keyID, from, last, func(e ledger.Entry) { used[e.Day] = max(used[e.Day], e.Used) })
	if err != nil {
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
		if current := fleetPeriod(state, last); current.Name == shared.Period {
			extra[ledger.Day(current.Start)] = shared.Extra
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
	if l.fleet != nil {
		return l.extendShared(ctx, sub, state, remaining)
	}
	sub.mu.Lock()
	defer sub.mu.Unlock()
	used := int64(sub.today.Load() & countMask)
	extra := remaining + used + sub.before(state.quota.Period) - state.allowance(sub.day)
	return DayUsage{Used: used, Remaining: remaining}, l.extend(ctx, sub, state, extra)
}

// extend stores what is added to the quota of the record's period. The caller holds
// the record's mu.
func (l *Limiter) extend(ctx context.Context, sub *subscription, state *planState, extra int64) error {
	e := ledger.Extension{
		PlanID: sub.plan.id, KeyID: sub.keyID, Period: state.quota.Period, Start: state.quota.Period.Start(sub.day), Extra: extra,
	}
	if err := l.ledger.Extend(ctx, e); err != nil {
		return fmt.Errorf("extend the quota of API key %s: %w", sub.keyID, err)
	}
	sub.extra = e
	sub.room.Store(sub.roomOf(state))
	return nil
}

// extendShared sets what remains of a quota for all nodes.
func (l *Limiter) extendShared(ctx context.Context, sub *subscription, state *planState, remaining int64) (DayUsage, error) {
	if !l.fleet.Healthy() {
		return DayUsage{}, ErrUnavailable
	}
	if err := l.Flush(ctx); err != nil {
		return DayUsage{}, err
	}
	day := ledger.DayOf(l.clock())
	u := l.fleetUsageOf(sub, state, day)
	period := fleetPeriod(state, day)
	period.Floor, _ = u.used(ledger.Day(period.Start))
	usage, today, err := l.fleet.Extend(ctx, fleet.Quota{Key: l.usageKey(sub), Period: period, Limit: state.allowance(day)}, remaining)
	if err != nil {
		return DayUsage{}, fmt.Errorf("extend the quota of API key %s: %w", sub.keyID, err)
	}
	u.learn(ledger.Day(period.Start), usage)
	sub.mu.Lock()
	defer sub.mu.Unlock()
	return DayUsage{Used: today, Remaining: remaining}, l.extend(ctx, sub, state, usage.Extra)
}
