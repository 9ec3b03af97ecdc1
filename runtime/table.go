package runtime

import (
	"hash/maphash"
	"maps"
	"sync"
	"sync/atomic"
)

// table is the set of stages that are served. Requests read it without a lock. A
// change replaces the few entries that it is about, so that it costs the same
// however many stages there are.
type table struct {
	seed    maphash.Seed
	buckets [tableBuckets]atomic.Pointer[map[string]*apiStages]
	only    atomic.Pointer[apiStages] // the one API when there is exactly one

	mu    sync.Mutex // of changes
	apis  map[string]*apiStages
	files map[stageID]*entry // of Replace; they hide those of Publish
	named map[stageID]*entry // of Publish
}

// tableBuckets is so large that the part which a change copies stays small with
// tens of thousands of APIs.
const tableBuckets = 4096

// stageID names a stage.
type stageID struct{ api, name string }

// apiStages are the stages of one API by name. They are never changed.
type apiStages struct {
	id     string
	only   *entry // when there is no other
	stages map[string]*entry
}

// stage is a stage by its name; nil without.
func (a *apiStages) stage(name string) *entry {
	if a.only != nil {
		if a.only.id.name == name {
			return a.only
		}
		return nil
	}
	return a.stages[name]
}

// entry is a stage in the table.
type entry struct {
	id    stageID
	stage atomic.Pointer[Stage] // nil: its first request compiles it
	cold  *coldStage
}

func newTable() *table {
	return &table{
		seed: maphash.MakeSeed(), apis: map[string]*apiStages{},
		files: map[stageID]*entry{}, named: map[stageID]*entry{},
	}
}

// api is the stages of an API; nil without any.
func (t *table) api(id string) *apiStages {
	b := t.buckets[t.bucket(id)].Load()
	if b == nil {
		return nil
	}
	return (*b)[id]
}

func (t *table) bucket(id string) uint64 { return maphash.String(t.seed, id) % tableBuckets }

// find is the entry of a stage; nil without one.
func (t *table) find(id stageID) *entry {
	if a := t.api(id.api); a != nil {
		return a.stage(id.name)
	}
	return nil
}

// owner is the entry that is to be served under a name. t.mu must be held.
func (t *table) owner(id stageID) *entry {
	if e := t.files[id]; e != nil {
		return e
	}
	return t.named[id]
}

// settle serves what the owners of the names say. t.mu must be held.
func (t *table) settle(ids map[stageID]bool) {
	changed := map[string]map[string]*entry{}
	for id := range ids {
		stages := changed[id.api]
		if stages == nil {
			stages = map[string]*entry{}
			if a := t.apis[id.api]; a != nil {
				maps.Copy(stages, a.stages)
			}
			changed[id.api] = stages
		}
		if e := t.owner(id); e != nil {
			stages[id.name] = e
		} else {
			delete(stages, id.name)
		}
	}
	touched := map[uint64]map[string]*apiStages{}
	for api, stages := range changed {
		n := t.bucket(api)
		b := touched[n]
		if b == nil {
			b = map[string]*apiStages{}
			if old := t.buckets[n].Load(); old != nil {
				maps.Copy(b, *old)
			}
			touched[n] = b
		}
		if len(stages) == 0 {
			delete(b, api)
			delete(t.apis, api)
			continue
		}
		a := &apiStages{id: api, stages: stages}
		if len(stages) == 1 {
			for _, a.only = range stages {
			}
		}
		b[api], t.apis[api] = a, a
	}
	for n, b := range touched {
		t.buckets[n].Store(&b)
	}
	var only *apiStages
	if len(t.apis) == 1 {
		for _, only = range t.apis {
		}
	}
	t.only.Store(only)
}

// compiled are the stages that are served and compiled. t.mu must be held.
func (t *table) compiled() []*Stage {
	var out []*Stage
	for _, a := range t.apis {
		for _, e := range a.stages {
			if s := e.stage.Load(); s != nil {
				out = append(out, s)
			}
		}
	}
	return out
}
