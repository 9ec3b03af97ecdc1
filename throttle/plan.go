package throttle

import (
	"math"
	"slices"
	"strings"
	"sync/atomic"

	"sluice/throttle/ledger"
)

// plan is a usage plan; what can change of it is its state.
type plan struct {
	id    string
	state atomic.Pointer[planState]
	// Guarded by Limiter.mu.
	members map[string]*subscription // by key id
	common  map[*plan]int            // how many keys are also in the other plan
	order   []string                 // key ids in order for reports; nil: to be made
	coarse  bool                     // the unit of the members' buckets, see limit
}

// planState is a plan as it is configured at a time. It never changes.
type planState struct {
	config Plan
	limit  *limit // nil: none
	quota  *Quota // nil: none
	stages map[*Stage]*planStage
	born   ledger.Day // the plan's first day
	// generation changes whenever what a record knows of its quota does not hold
	// any more.
	generation uint16
	// ceilings has for each generation what a bucket's time to be full could be at
	// most when it began: a window of the limit after that time. A record that comes
	// from an older generation makes up for those that it missed, see roll.
	ceilings []int64
}

// planStage is a plan's part for one stage.
type planStage struct {
	methods map[string]*methodThrottle // by Method.name; nil: none
}

// methodThrottle is the limit of one method in a plan. It is the same as long as
// the limit is, and names the buckets of the keys for it.
type methodThrottle struct {
	limit *limit
}

// allowance is how many requests a key may make in the period that holds day,
// before extensions.
func (s *planState) allowance(day ledger.Day) int64 {
	if s.quota == nil {
		return math.MaxInt64
	}
	if s.quota.Period.Start(day) == s.quota.Period.Start(s.born) {
		return max(s.quota.Limit-s.quota.Offset, 0)
	}
	return s.quota.Limit
}

// compilePlan compiles a plan; old is its state before, or nil.
func (l *Limiter) compilePlan(p Plan, old *planState, born ledger.Day) *planState {
	s := &planState{config: p, limit: newLimit(p.Throttle, l.account), born: born, stages: make(map[*Stage]*planStage, len(p.Stages))}
	if p.Quota != nil {
		q := *p.Quota
		s.quota = &q
	}
	if old != nil {
		if s.limit.equal(old.limit) {
			s.limit = old.limit
		}
		if s.generation = (old.generation + 1) & generationMask; s.generation != 0 {
			s.ceilings = slices.Clip(old.ceilings)
		}
	}
	ceiling := int64(math.MaxInt64)
	if s.limit != nil && !s.limit.closed() {
		ceiling = s.limit.ticks(l.now()) + s.limit.window
	}
	s.ceilings = append(s.ceilings, ceiling)
	for _, ps := range p.Stages {
		stage := l.stage(ps.APIID, ps.Stage)
		compiled := &planStage{}
		for name, t := range ps.Throttle {
			m := &methodThrottle{limit: newLimit(t, l.account)}
			if m.limit == nil {
				continue // unset, as if the plan had nothing for the method
			}
			name = planMethod(name)
			if old != nil {
				if before := old.stages[stage]; before != nil && before.methods[name] != nil && before.methods[name].limit.equal(m.limit) {
					m = before.methods[name]
				}
			}
			if compiled.methods == nil {
				compiled.methods = map[string]*methodThrottle{}
			}
			compiled.methods[name] = m
		}
		s.stages[stage] = compiled
	}
	return s
}

// planMethod brings "/{path}/{METHOD}" to the form of Method.name; the root's may
// be "//GET" or "/GET".
func planMethod(name string) string {
	if !strings.HasPrefix(name, "/") {
		name = "/" + name
	}
	if strings.Count(name, "/") == 1 {
		name = "/" + name
	}
	return name
}
