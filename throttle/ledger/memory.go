package ledger

import (
	"context"
	"maps"
	"sync"
)

// Memory is a store that forgets everything with the process.
type Memory struct {
	mu    sync.Mutex
	plans map[string]*memoryPlan
}

type memoryPlan struct {
	born       Day
	days       map[string]map[Day]int64 // by key
	extensions map[extensionID]int64
}

type extensionID struct {
	key    string
	period Period
	start  Day
}

// NewMemory makes an empty store.
func NewMemory() *Memory { return &Memory{plans: map[string]*memoryPlan{}} }

func (m *Memory) plan(id string) *memoryPlan {
	p := m.plans[id]
	if p == nil {
		p = &memoryPlan{days: map[string]map[Day]int64{}, extensions: map[extensionID]int64{}}
		m.plans[id] = p
	}
	return p
}

// Save implements Store.
func (m *Memory) Save(_ context.Context, entries []Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range entries {
		days := m.plan(e.PlanID).days
		if days[e.KeyID] == nil {
			days[e.KeyID] = map[Day]int64{}
		}
		days[e.KeyID][e.Day] = e.Used
	}
	return nil
}

// Days implements Store.
func (m *Memory) Days(_ context.Context, planID, keyID string, first, last Day, each func(Entry)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.plans[planID]
	if p == nil {
		return nil
	}
	visit := func(key string, days map[Day]int64) {
		for d, n := range days {
			if first <= d && d <= last {
				each(Entry{planID, key, d, n})
			}
		}
	}
	if keyID != "" {
		visit(keyID, p.days[keyID])
		return nil
	}
	for key, days := range p.days {
		visit(key, days)
	}
	return nil
}

// Extend implements Store.
func (m *Memory) Extend(_ context.Context, e Extension) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.plan(e.PlanID).extensions[extensionID{e.KeyID, e.Period, e.Start}] = e.Extra
	return nil
}

// Extensions implements Store.
func (m *Memory) Extensions(_ context.Context, planID, keyID string, first, last Day, each func(Extension)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.plans[planID]
	if p == nil {
		return nil
	}
	for id, extra := range p.extensions {
		if (keyID == "" || keyID == id.key) && first <= id.start && id.start <= last {
			each(Extension{planID, id.key, id.period, id.start, extra})
		}
	}
	return nil
}

// Born implements Store.
func (m *Memory) Born(_ context.Context, planID string, day Day) (Day, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.plan(planID)
	if p.born == 0 {
		p.born = day
	}
	return p.born, nil
}

// Prune implements Store.
func (m *Memory) Prune(_ context.Context, first Day) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.plans {
		for key, days := range p.days {
			maps.DeleteFunc(days, func(d Day, _ int64) bool { return d < first })
			if len(days) == 0 {
				delete(p.days, key)
			}
		}
		maps.DeleteFunc(p.extensions, func(id extensionID, _ int64) bool { return id.start < first })
	}
	return nil
}

// Close implements Store.
func (m *Memory) Close() error { return nil }
