package runtime

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"sluice/api"
	"sluice/runtime/metrics"
	"sluice/throttle"
)

// Publication is one stage that a control plane puts into service or takes out of it.
type Publication struct {
	APIID, Stage string
	// Compiled is served at once. It replaces what was published under the name;
	// requests in flight finish on the stage they began with.
	Compiled *Stage
	// Cold compiles the stage when its first request comes: once, however many
	// requests come, who wait for it a bounded time. When it fails they get 500, the
	// problems are logged, and it is tried again after a few seconds.
	// With both nil, the stage is withdrawn.
	Cold func() (*Stage, api.Problems)
}

// Publish puts stages into service and takes stages out of it, at a cost that does
// not depend on how many others there are. What is replaced by a stage of the same
// name leaves it its token buckets and its cache; what is withdrawn leaves nothing.
// A stage that came by Replace hides the publication of its name as long as it is
// served.
func (g *Gateway) Publish(list ...Publication) {
	t := g.table
	t.mu.Lock()
	defer t.mu.Unlock()
	ids := make(map[stageID]bool, len(list))
	for _, p := range list {
		id := stageID{p.APIID, p.Stage}
		ids[id] = true
		e := &entry{id: id}
		switch {
		case p.Compiled != nil:
			e.stage.Store(p.Compiled)
		case p.Cold != nil:
			e.cold = &coldStage{compile: p.Cold}
		default:
			delete(t.named, id)
			continue
		}
		t.named[id] = e
	}
	g.serveOwners(ids)
}

// Replace swaps in a whole new set of stages beside those of Publish. Requests in
// flight finish on the stages they began with.
func (g *Gateway) Replace(stages []*Stage) {
	t := g.table
	t.mu.Lock()
	defer t.mu.Unlock()
	ids := make(map[stageID]bool, len(stages)+len(t.files))
	for id := range t.files {
		ids[id] = true
	}
	clear(t.files)
	for _, s := range stages {
		e := &entry{id: s.id()}
		e.stage.Store(s)
		t.files[e.id] = e
		ids[e.id] = true
	}
	g.serveOwners(ids)
}

// serveOwners serves the owners of the names, and settles what is kept by name:
// limits, caches, figures. The table's lock must be held.
func (g *Gateway) serveOwners(ids map[stageID]bool) {
	t := g.table
	old := make(map[stageID]*entry, len(ids))
	for id := range ids {
		old[id] = t.find(id)
		if e := t.owner(id); e != nil && e != old[id] {
			if s := e.stage.Load(); s != nil {
				g.configure(s)
			}
		}
	}
	t.settle(ids)
	for id, was := range old {
		now := t.owner(id)
		if now == was {
			continue
		}
		if was != nil && now == nil {
			g.forget(id)
		}
		// A stage that has yet to be compiled leaves figures and limits as they are: they
		// go on when it is.
		if was != nil {
			switch s, before := now.compiled(), was.figures(); {
			case s != nil || now == nil:
				g.metrics.Swap(before, s.figures())
			default:
				now.cold.figures, now.cold.limits = before, was.limits()
			}
		} else if s := now.compiled(); s != nil {
			g.metrics.Swap(nil, s.figures())
		}
	}
}

// configure gives the stage's settings to what is kept by its name.
func (g *Gateway) configure(s *Stage) {
	g.limiter.Stage(s.apiID, s.name).Configure(s.settings)
	if err := s.cacheStage.Configure(s.cacheEnabled, s.cacheSize); err != nil {
		g.log.Error("the stage's cache stays off", "api", s.apiID, "stage", s.name, "error", err)
	}
}

func (s *Stage) id() stageID { return stageID{s.apiID, s.name} }

// figures are the handles of the stage's metrics.
func (s *Stage) figures() []*metrics.MethodMetrics {
	if s == nil {
		return nil
	}
	out := []*metrics.MethodMetrics{s.unrouted}
	for _, d := range [...]*deployment{s.base, s.canary} {
		if d == nil {
			continue
		}
		for _, m := range d.methods {
			out = append(out, m.metrics)
		}
	}
	return out
}

// limits are the handles of the stage's limits, which forget what was used of them
// when nothing has the handles any more.
func (s *Stage) limits() []*throttle.Method {
	var out []*throttle.Method
	for _, d := range [...]*deployment{s.base, s.canary} {
		if d == nil {
			continue
		}
		for _, m := range d.methods {
			out = append(out, m.limits)
		}
	}
	return out
}

func (e *entry) compiled() *Stage {
	if e == nil {
		return nil
	}
	return e.stage.Load()
}

// figures are those of the stage, or that it will go on with.
func (e *entry) figures() []*metrics.MethodMetrics {
	if s := e.stage.Load(); s != nil {
		return s.figures()
	}
	return e.cold.figures
}

// limits are those of the stage, or that it will go on with.
func (e *entry) limits() []*throttle.Method {
	if s := e.stage.Load(); s != nil {
		return s.limits()
	}
	return e.cold.limits
}

// coldStage is a stage that its first request compiles.
type coldStage struct {
	compile func() (*Stage, api.Problems)
	figures []*metrics.MethodMetrics // of what it replaced; under the table's lock
	limits  []*throttle.Method       // likewise

	mu      sync.Mutex
	running chan struct{} // closed when the compilation under way has ended; nil: none is
	retry   time.Time     // after a failure: when it may be tried again
}

const (
	coldWait  = 20 * time.Second // longest that a request waits for its stage
	coldRetry = 3 * time.Second  // between a failure and the next attempt
)

// warm is the stage of an entry that no request asked for yet; nil when it does not
// compile, or not in time.
func (g *Gateway) warm(e *entry) *Stage {
	c := e.cold
	c.mu.Lock()
	if s := e.stage.Load(); s != nil {
		c.mu.Unlock()
		return s
	}
	if c.running == nil {
		if time.Now().Before(c.retry) {
			c.mu.Unlock()
			return nil
		}
		c.running = make(chan struct{})
		go g.compileCold(e, c.running)
	}
	running := c.running
	c.mu.Unlock()
	timer := time.NewTimer(coldWait)
	defer timer.Stop()
	select {
	case <-running:
	case <-timer.C:
	}
	return e.stage.Load()
}

// compileCold compiles the stage of an entry.
func (g *Gateway) compileCold(e *entry, done chan struct{}) {
	// Many stages may be asked for at once after a start: more compilations than
	// processors would only make each of them later.
	g.compiling <- struct{}{}
	s := g.tryCold(e)
	<-g.compiling
	if s != nil {
		g.install(e, s)
	}
	e.cold.mu.Lock()
	if e.cold.running = nil; s == nil {
		e.cold.retry = time.Now().Add(coldRetry)
	}
	e.cold.mu.Unlock()
	close(done)
}

// tryCold runs what compiles the stage; nil when it fails.
func (g *Gateway) tryCold(e *entry) (s *Stage) {
	defer func() {
		if p := recover(); p != nil {
			g.log.Error("panic while a stage was compiled", "api", e.id.api, "stage", e.id.name, "panic", p, "stack", string(debug.Stack()))
			s = nil
		}
	}()
	s, problems := e.cold.compile()
	switch {
	case s == nil:
		g.log.Error("a stage does not compile: its requests get 500", "api", e.id.api, "stage", e.id.name, "problems", problems.Error())
	case s.id() != e.id:
		g.log.Error("another stage was compiled than was asked for", "api", e.id.api, "stage", e.id.name)
		return nil
	}
	return s
}

// install makes s the stage of an entry. If the entry was replaced in the meantime,
// only the requests that already wait for it get it.
func (g *Gateway) install(e *entry, s *Stage) {
	t := g.table
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.find(e.id) == e {
		g.configure(s)
		g.metrics.Swap(e.cold.figures, s.figures())
		e.cold.figures, e.cold.limits = nil, nil
	} else {
		g.forgetUnserved(s)
	}
	e.stage.Store(s)
}

// Discard takes back what compiling a stage left behind, for one that will not be
// served. Check leaves nothing behind in the first place.
func (g *Gateway) Discard(s *Stage) {
	g.table.mu.Lock()
	defer g.table.mu.Unlock()
	g.forgetUnserved(s)
}

// forgetUnserved drops what is kept of a stage by name, unless another has it. The
// table's lock must be held.
func (g *Gateway) forgetUnserved(s *Stage) {
	if now := g.table.find(s.id()); now != nil {
		g.metrics.Swap(s.figures(), now.figures())
		return
	}
	g.metrics.Swap(s.figures(), nil)
	g.forget(s.id())
}

// forget drops what is kept by the name of a stage.
func (g *Gateway) forget(id stageID) {
	g.limiter.Forget(id.api, id.name)
	g.cache.Remove(id.api, id.name)
	g.guard.Forget(id.api, id.name)
}

// ErrNotServed tells that there is no such stage.
var ErrNotServed = errors.New("the stage is not served")

// flushTime is how long a flush may wait for Redis.
const flushTime = 5 * time.Second

// FlushCache drops the answers that the stage's response cache holds, those in Redis
// too (FlushStageCache). It is ErrNotServed for a stage that there is not.
func (g *Gateway) FlushCache(apiID, stage string) error {
	e := g.table.find(stageID{apiID, stage})
	if e == nil {
		return ErrNotServed
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	if s := e.stage.Load(); s != nil {
		return s.cacheStage.Flush(ctx)
	}
	return g.cache.Stage(apiID, stage).Flush(ctx)
}

// FlushAuthorizers drops the results of the stage's authorizers
// (FlushStageAuthorizersCache). They are in the memory of each node, also where
// limits and answers are in Redis, so each node must be told. It is ErrNotServed for
// a stage that there is not.
func (g *Gateway) FlushAuthorizers(apiID, stage string) error {
	if g.table.find(stageID{apiID, stage}) == nil {
		return ErrNotServed
	}
	g.guard.Flush(apiID, stage)
	return nil
}
