package throttle

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"sluice/throttle/ledger"
)

// Errors that changes of the configuration wrap.
var (
	ErrInvalid  = errors.New("invalid")  // the service's BadRequestException
	ErrConflict = errors.New("conflict") // ConflictException
	ErrNotFound = errors.New("not found")
	// ErrUnavailable is a change that all nodes must know, while they cannot be told.
	ErrUnavailable = errors.New("the counters that nodes share do not answer")
)

// Lengths of the value of a key (aws-facts: usage plans, 5).
const (
	minKeyValue = 20
	maxKeyValue = 128
)

// Validate finds the first mistake in the key.
func (k Key) Validate() error {
	switch {
	case k.ID == "":
		return fmt.Errorf("%w: API key without an id", ErrInvalid)
	case len(k.Value) < minKeyValue:
		return fmt.Errorf("%w: API Key value should be at least 20 characters", ErrInvalid)
	case len(k.Value) > maxKeyValue:
		return fmt.Errorf("%w: API Key value exceeds maximum size of 128 characters", ErrInvalid)
	}
	for _, c := range []byte(k.Value) {
		if c <= ' ' || c >= 0x7f {
			return fmt.Errorf("%w: API key %s: the value has a character that no header can carry", ErrInvalid, k.ID)
		}
	}
	return nil
}

// Validate finds the first mistake in the plan.
func (p Plan) Validate() error {
	if p.ID == "" {
		return fmt.Errorf("%w: usage plan without an id", ErrInvalid)
	}
	fail := func(err error) error { return fmt.Errorf("%w: usage plan %s: %w", ErrInvalid, p.ID, err) }
	if err := p.Throttle.validate(); err != nil {
		return fail(err)
	}
	if q := p.Quota; q != nil {
		switch {
		case !q.Period.Valid():
			return fail(fmt.Errorf("quota period %q is not DAY, WEEK or MONTH", q.Period))
		case q.Limit < 0:
			return fail(errors.New("quota limit is negative"))
		case q.Offset < 0 || q.Offset > q.Limit:
			return fail(errors.New("quota offset is not between 0 and the limit"))
		}
	}
	seen := map[stageID]bool{}
	for _, s := range p.Stages {
		id := stageID{s.APIID, s.Stage}
		if s.APIID == "" || s.Stage == "" {
			return fail(errors.New("API stage without an API or a stage"))
		}
		if seen[id] {
			return fail(fmt.Errorf("API stage %s:%s is given twice", s.APIID, s.Stage))
		}
		seen[id] = true
		for name, t := range s.Throttle {
			if err := t.validate(); err != nil {
				return fail(fmt.Errorf("API stage %s:%s, method %s: %w", s.APIID, s.Stage, name, err))
			}
		}
	}
	return nil
}

func (t Throttle) validate() error {
	if t.RateLimit != nil && (math.IsNaN(*t.RateLimit) || math.IsInf(*t.RateLimit, 0) || *t.RateLimit < 0) {
		return errors.New("rate limit is not a number of requests a second")
	}
	if t.BurstLimit != nil && *t.BurstLimit < 0 {
		return errors.New("burst limit is negative")
	}
	return nil
}

// Apply makes the configuration the given one. What stays the same keeps its
// tokens and its usage. A mistake is found before anything is changed.
func (l *Limiter) Apply(ctx context.Context, c Config) error {
	if err := c.validate(); err != nil {
		return err
	}
	foreign := c.Foreign
	if foreign == nil {
		foreign = func(string) bool { return false }
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.Foreign != nil {
		for _, k := range c.Keys {
			if other, _ := l.keys.find(k.Value); other != nil && other.id != k.ID && foreign(other.id) {
				return fmt.Errorf("%w: API keys %s and %s have the same value", ErrConflict, other.id, k.ID)
			}
		}
	}
	l.setAccount(c.Account)
	if c.NoAccountLimit {
		l.accountLimit.Store(nil)
	}

	keep := make(map[string]bool, len(c.Plans))
	for _, p := range c.Plans {
		keep[p.ID] = true
	}
	for id, p := range l.plans {
		if keep[id] {
			continue
		}
		if !foreign(id) {
			l.deletePlan(id)
			continue
		}
		state := p.state.Load()
		l.store(p, l.compilePlan(state.config, state, state.born)) // the account may be another
	}
	given := make(map[string]string, len(c.Keys)) // values by id
	for _, k := range c.Keys {
		given[k.ID] = k.Value
	}
	var renamed []*apiKey
	for id, k := range l.byID {
		if value, ok := given[id]; !ok {
			if !foreign(id) {
				l.deleteKey(k)
			}
		} else if value != k.value() {
			renamed = append(renamed, l.rename(k, value))
		}
	}
	for _, k := range renamed { // not before: keys may have swapped their values
		l.keys.put(k)
	}
	l.keys.reserve(len(c.Keys))
	for _, k := range c.Keys {
		l.putKey(k)
	}

	// Keys leave plans before they join others, which may cover the same stages.
	for _, p := range c.Plans {
		if old := l.plans[p.ID]; old != nil {
			l.leaveMissing(old, p.Keys)
		}
	}
	for _, p := range c.Plans {
		if err := l.putPlan(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// validate finds the first mistake in the configuration.
func (c Config) validate() error {
	if err := c.Account.validate(); err != nil {
		return fmt.Errorf("%w: account: %w", ErrInvalid, err)
	}
	values := make(map[string]string, len(c.Keys))
	ids := make(map[string]bool, len(c.Keys))
	for _, k := range c.Keys {
		if err := k.Validate(); err != nil {
			return err
		}
		if ids[k.ID] {
			return fmt.Errorf("%w: API key %s is given twice", ErrConflict, k.ID)
		}
		if other, ok := values[k.Value]; ok {
			return fmt.Errorf("%w: API keys %s and %s have the same value", ErrConflict, other, k.ID)
		}
		ids[k.ID], values[k.Value] = true, k.ID
	}
	plans := make(map[string]bool, len(c.Plans))
	covers := map[string]map[stageID]string{} // plan by key and stage, of keys in several plans
	of := make(map[string]int, len(c.Keys))   // plan by key
	for n, p := range c.Plans {
		if err := p.Validate(); err != nil {
			return err
		}
		if plans[p.ID] {
			return fmt.Errorf("%w: usage plan %s is given twice", ErrConflict, p.ID)
		}
		plans[p.ID] = true
		members := make(map[string]bool, len(p.Keys))
		for _, id := range p.Keys {
			if !ids[id] {
				return fmt.Errorf("%w: usage plan %s: API key %s", ErrNotFound, p.ID, id)
			}
			if members[id] {
				return fmt.Errorf("%w: usage plan %s: API key %s is given twice", ErrConflict, p.ID, id)
			}
			members[id] = true
			first, ok := of[id]
			if !ok {
				of[id] = n
				continue
			}
			if covers[id] == nil {
				covers[id] = map[stageID]string{}
				for _, s := range c.Plans[first].Stages {
					covers[id][stageID{s.APIID, s.Stage}] = c.Plans[first].ID
				}
			}
			for _, s := range p.Stages {
				if other, ok := covers[id][stageID{s.APIID, s.Stage}]; ok {
					return overlap(id, other, p.ID, s.APIID, s.Stage)
				}
				covers[id][stageID{s.APIID, s.Stage}] = p.ID
			}
		}
	}
	return nil
}

func overlap(key, plan, other, api, stage string) error {
	return fmt.Errorf("%w: API key %s is in the usage plans %s and %s, which both have the API stage %s:%s", ErrConflict, key, plan, other, api, stage)
}

// SetAccount sets the account's limits; unset members take the service's defaults.
func (l *Limiter) SetAccount(t Throttle) error {
	if err := t.validate(); err != nil {
		return fmt.Errorf("%w: account: %w", ErrInvalid, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.setAccount(t)
	for _, p := range l.plans {
		state := p.state.Load()
		l.store(p, l.compilePlan(state.config, state, state.born))
	}
	return nil
}

func (l *Limiter) setAccount(t Throttle) {
	rate, burst := or(t.RateLimit, DefaultAccountRate), or(t.BurstLimit, DefaultAccountBurst)
	l.account = Throttle{RateLimit: &rate, BurstLimit: &burst}
	old := l.accountLimit.Load()
	if limit := newLimit(l.account, l.account); !limit.equal(old) {
		l.total.bucket.adapt(old, limit, l.now())
		l.accountLimit.Store(limit)
	}
	for _, s := range l.stages {
		s.refresh()
	}
}

// PutKey adds a key or changes the one with its id.
func (l *Limiter) PutKey(k Key) error {
	if err := k.Validate(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if other, _ := l.keys.find(k.Value); other != nil && other.id != k.ID {
		return fmt.Errorf("%w: API keys %s and %s have the same value", ErrConflict, other.id, k.ID)
	}
	l.putKey(k)
	return nil
}

// putKey adds or changes a key.
func (l *Limiter) putKey(k Key) {
	old := l.byID[k.ID]
	if old != nil && old.value() == k.Value {
		old.enable(k.Enabled)
		return
	}
	if old != nil {
		fresh := l.rename(old, k.Value)
		fresh.enable(k.Enabled)
		l.keys.put(fresh)
		return
	}
	fresh := l.keys.newKey(k.ID, k.Value, k.Enabled)
	l.keys.put(fresh)
	l.byID[k.ID] = fresh
}

// rename makes a key anew with another value, and takes the old one out of the
// index. The caller puts the new one there.
func (l *Limiter) rename(old *apiKey, value string) *apiKey {
	fresh := l.keys.newKey(old.id, value, old.flags.Load()&keyEnabled != 0)
	for _, sub := range old.subscriptions() {
		fresh.add(sub)
	}
	l.keys.remove(old)
	l.byID[old.id] = fresh
	return fresh
}

// DeleteKey removes a key from the account and from its plans.
func (l *Limiter) DeleteKey(id string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.byID[id]
	if k == nil {
		return fmt.Errorf("%w: API key %s", ErrNotFound, id)
	}
	l.deleteKey(k)
	return nil
}

func (l *Limiter) deleteKey(k *apiKey) {
	l.keys.remove(k)
	l.leaveAll(k)
	delete(l.byID, k.id)
}

// PutPlan adds a plan with its keys, or makes the one with its id and its keys the
// given ones.
func (l *Limiter) PutPlan(ctx context.Context, p Plan) error {
	if err := p.Validate(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	seen := make(map[string]bool, len(p.Keys))
	for _, id := range p.Keys {
		k := l.byID[id]
		if k == nil {
			return fmt.Errorf("%w: usage plan %s: API key %s", ErrNotFound, p.ID, id)
		}
		if seen[id] {
			return fmt.Errorf("%w: usage plan %s: API key %s is given twice", ErrConflict, p.ID, id)
		}
		seen[id] = true
		if err := l.checkOverlap(k, p.ID, p.Stages); err != nil {
			return err
		}
	}
	if old := l.plans[p.ID]; old != nil {
		l.leaveMissing(old, p.Keys)
	}
	return l.putPlan(ctx, p)
}

// UpdatePlan adds a plan or changes the one with its id (create_usage_plan,
// update_usage_plan). Its Keys must be nil: the plan keeps the keys that it has,
// which Subscribe and Unsubscribe change. However many there are, it takes no longer.
func (l *Limiter) UpdatePlan(ctx context.Context, p Plan) error {
	if p.Keys != nil {
		return fmt.Errorf("%w: usage plan %s: its keys are changed one by one", ErrInvalid, p.ID)
	}
	if err := p.Validate(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if old := l.plans[p.ID]; old != nil {
		for other := range old.common {
			for _, s := range p.Stages {
				if l.covers(other, s) {
					return overlap(old.someCommonKey(other), other.id, p.ID, s.APIID, s.Stage)
				}
			}
		}
	}
	return l.putPlan(ctx, p)
}

// covers says whether a plan has an API stage.
func (l *Limiter) covers(p *plan, s PlanStage) bool {
	stage := l.stages[stageID{s.APIID, s.Stage}]
	return stage != nil && p.state.Load().stages[stage] != nil
}

// someCommonKey is a key that is in both plans.
func (p *plan) someCommonKey(other *plan) string {
	for id := range p.members {
		if other.members[id] != nil {
			return id
		}
	}
	return ""
}

// checkOverlap sees to it that no other plan of a key has one of a plan's stages.
func (l *Limiter) checkOverlap(k *apiKey, planID string, stages []PlanStage) error {
	for _, sub := range k.subscriptions() {
		if sub.plan.id == planID {
			continue
		}
		for _, s := range stages {
			if l.covers(sub.plan, s) {
				return overlap(k.id, sub.plan.id, planID, s.APIID, s.Stage)
			}
		}
	}
	return nil
}

// putPlan adds or changes a plan and lets the keys that are not in it join.
func (l *Limiter) putPlan(ctx context.Context, config Plan) error {
	today := ledger.DayOf(l.clock())
	p := l.plans[config.ID]
	fresh := p == nil
	if fresh {
		p = &plan{id: config.ID, members: make(map[string]*subscription, len(config.Keys)), common: map[*plan]int{}}
	}
	born := today
	switch {
	case !config.Created.IsZero():
		born = ledger.DayOf(config.Created)
	case !fresh:
		born = p.state.Load().born
	default:
		day, err := l.ledger.Born(ctx, config.ID, today)
		if err != nil {
			return fmt.Errorf("usage plan %s: %w", config.ID, err)
		}
		born = day
	}
	var joining []*apiKey
	for _, id := range config.Keys {
		if p.members[id] == nil {
			joining = append(joining, l.byID[id])
		}
	}
	past, err := l.past(ctx, p.id, joining, today)
	if err != nil {
		return fmt.Errorf("usage plan %s: %w", config.ID, err)
	}
	config.Keys = nil // members has them
	config.Stages = slices.Clone(config.Stages)
	l.store(p, l.compilePlan(config, p.state.Load(), born))
	l.plans[p.id] = p
	for _, k := range joining {
		l.join(p, k, past, today)
	}
	return nil
}

// store makes a state the plan's. What a bucket needs to be full stays the same
// time, but it becomes no emptier than empty: each sees to that with its next
// request. All of them are gone through only once in 4096 changes, and when the unit of
// time is another one, that of limits which take months to fill a bucket.
func (l *Limiter) store(p *plan, state *planState) {
	old := p.state.Load()
	if old == nil {
		p.coarse = state.limit != nil && state.limit.coarse
		p.state.Store(state)
		return
	}
	to, now := state.limit, l.now()
	unit := to != nil && !to.closed() && to.coarse != p.coarse
	if unit {
		p.coarse = to.coarse
	}
	all := unit || state.generation == 0
	if all {
		for _, sub := range p.members {
			sub.catchUp(old)
			if unit {
				sub.level.bucket.adapt(old.limit, to, now)
			} else {
				sub.level.bucket.lower(state.ceilings[len(state.ceilings)-1])
			}
		}
	}
	p.state.Store(state)
	if all {
		for _, sub := range p.members {
			sub.forgetRoom(state.generation)
		}
	}
}

// past is what the ledger has of keys that join a plan.
type past struct {
	entries    map[string][]ledger.Entry
	extensions map[string][]ledger.Extension
}

func (l *Limiter) past(ctx context.Context, planID string, joining []*apiKey, today ledger.Day) (past, error) {
	p := past{map[string][]ledger.Entry{}, map[string][]ledger.Extension{}}
	if len(joining) == 0 {
		return p, nil
	}
	// A key that was in the plan a moment ago may have usage that is not written.
	for _, k := range joining {
		if l.departures.pending(planID, k.id) {
			if err := l.Flush(ctx); err != nil {
				return p, err
			}
			break
		}
	}
	keyID := ""
	if len(joining) == 1 {
		keyID = joining[0].id
	}
	first := min(ledger.Weekly.Start(today), ledger.Monthly.Start(today))
	err := l.ledger.Days(ctx, planID, keyID, first, today, func(e ledger.Entry) {
		p.entries[e.KeyID] = append(p.entries[e.KeyID], e)
	})
	if err != nil {
		return p, err
	}
	err = l.ledger.Extensions(ctx, planID, keyID, first, today, func(e ledger.Extension) {
		p.extensions[e.KeyID] = append(p.extensions[e.KeyID], e)
	})
	return p, err
}

// join puts a key into a plan.
func (l *Limiter) join(p *plan, k *apiKey, past past, today ledger.Day) {
	sub := &k.home
	if sub.plan != nil {
		if k = l.rehouse(k); k.home.plan == nil {
			sub = &k.home
		} else {
			sub = &subscription{}
		}
	}
	sub.plan, sub.details = p, &details{keyID: k.id}
	sub.restore(today, past.entries[k.id], past.extensions[k.id])
	for _, other := range k.subscriptions() {
		p.common[other.plan]++
		other.plan.common[p]++
	}
	p.members[k.id], p.order = sub, nil
	k.add(sub)
}

// rehouse makes a key anew, if it is in no plan but its record for one was used:
// requests that are under way may still count in that.
func (l *Limiter) rehouse(k *apiKey) *apiKey {
	if len(k.subscriptions()) > 0 {
		return k
	}
	fresh := l.keys.newKey(k.id, k.value(), k.flags.Load()&keyEnabled != 0)
	l.keys.replace(k, fresh)
	l.byID[k.id] = fresh
	return fresh
}

// Subscribe puts a key into a plan (create_usage_plan_key).
func (l *Limiter) Subscribe(ctx context.Context, planID, keyID string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, k := l.plans[planID], l.byID[keyID]
	switch {
	case p == nil:
		return fmt.Errorf("%w: usage plan %s", ErrNotFound, planID)
	case k == nil:
		return fmt.Errorf("%w: API key %s", ErrNotFound, keyID)
	case p.members[keyID] != nil:
		return fmt.Errorf("%w: usage plan %s has API key %s", ErrConflict, planID, keyID)
	}
	if err := l.checkOverlap(k, planID, p.state.Load().config.Stages); err != nil {
		return err
	}
	today := ledger.DayOf(l.clock())
	past, err := l.past(ctx, planID, []*apiKey{k}, today)
	if err != nil {
		return fmt.Errorf("usage plan %s: %w", planID, err)
	}
	l.join(p, k, past, today)
	return nil
}

// Unsubscribe takes a key out of a plan (delete_usage_plan_key).
func (l *Limiter) Unsubscribe(planID, keyID string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.plans[planID]
	if p == nil || p.members[keyID] == nil {
		return fmt.Errorf("%w: API key %s in usage plan %s", ErrNotFound, keyID, planID)
	}
	l.leave(p, keyID)
	return nil
}

// leave takes a key out of a plan.
func (l *Limiter) leave(p *plan, keyID string) {
	sub := p.members[keyID]
	delete(p.members, keyID)
	p.order = nil
	k := l.byID[keyID]
	k.drop(sub)
	for _, other := range k.subscriptions() {
		if p.common[other.plan]--; p.common[other.plan] == 0 {
			delete(p.common, other.plan)
		}
		if other.plan.common[p]--; other.plan.common[p] == 0 {
			delete(other.plan.common, p)
		}
	}
	l.departures.add(p.id, keyID)
}

func (l *Limiter) leaveAll(k *apiKey) {
	for _, sub := range k.subscriptions() {
		l.leave(sub.plan, k.id)
	}
}

// leaveMissing takes the keys that are not listed out of a plan.
func (l *Limiter) leaveMissing(p *plan, keys []string) {
	listed := make(map[string]bool, len(keys))
	for _, id := range keys {
		listed[id] = true
	}
	for id := range p.members {
		if !listed[id] {
			l.leave(p, id)
		}
	}
}

// DeletePlan removes a plan. Its keys stay. The plan covers nothing from the moment
// on at which it is removed; that its keys leave it may take a while, in which other
// changes go on.
func (l *Limiter) DeletePlan(id string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.plans[id]
	if p == nil {
		return fmt.Errorf("%w: usage plan %s", ErrNotFound, id)
	}
	l.withdraw(p)
	for !l.empty(p, 1000) {
		l.mu.Unlock()
		l.mu.Lock()
	}
	return nil
}

// deletePlan removes a plan at once.
func (l *Limiter) deletePlan(id string) {
	p := l.plans[id]
	l.withdraw(p)
	l.empty(p, len(p.members))
}

// withdraw takes a plan out of the configuration; it has its keys yet.
func (l *Limiter) withdraw(p *plan) {
	old := p.state.Load()
	p.state.Store(l.compilePlan(Plan{ID: p.id}, old, old.born))
	delete(l.plans, p.id)
}

// empty takes some keys out of a plan, and says whether none is left.
func (l *Limiter) empty(p *plan, most int) bool {
	for keyID := range p.members {
		if most--; most < 0 {
			return false
		}
		l.leave(p, keyID)
	}
	return len(p.members) == 0
}
