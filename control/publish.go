package control

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"sluice/api"
	"sluice/control/store"
	"sluice/runtime"
	"sluice/throttle"
)

// Traffic is what a Publisher tells what is to be served: *runtime.Gateway.
type Traffic interface {
	Compile(runtime.Deployment) (*runtime.Stage, api.Problems)
	Publish(...runtime.Publication)
	SetDomains([]runtime.Domain)
	FlushCache(apiID, stage string) error
	FlushAuthorizers(apiID, stage string) error
}

// Limits is what a Publisher tells of API keys and usage plans: *throttle.Limiter.
type Limits interface {
	PutKey(throttle.Key) error
	DeleteKey(id string) error
	UpdatePlan(context.Context, throttle.Plan) error
	DeletePlan(id string) error
	Subscribe(ctx context.Context, planID, keyID string) error
	Unsubscribe(planID, keyID string) error
}

// Publisher has the data plane follow the store: what any node stores is served by
// this one. It knows of changes only by the store's feed, so that all nodes do the
// same, and an operation that has returned is in effect here.
type Publisher struct {
	store   store.Store
	traffic Traffic
	limits  Limits
	log     *slog.Logger

	// What is in effect, which the feed's one goroutine knows and changes.
	members map[string]map[string]bool // keys of plans
	stages  map[stageKey]string        // -> id of its client certificate

	metered sync.Map // ids of keys and plans in effect
}

type stageKey struct{ region, api, name string }

// PublisherOptions are the settings of a Publisher.
type PublisherOptions struct {
	Store   store.Store
	Traffic Traffic
	Limits  Limits
	Log     *slog.Logger // slog.Default()
}

// manyStages is how many stages one commit may change for them to be compiled at
// once. More come from a restored backup: each is compiled by its first request.
const manyStages = 8

// StartPublisher puts into effect what the store holds, and from then on each of its
// changes. Stages are compiled by their first request.
func StartPublisher(ctx context.Context, o PublisherOptions) (*Publisher, error) {
	p := &Publisher{
		store: o.Store, traffic: o.Traffic, limits: o.Limits, log: o.Log,
		members: map[string]map[string]bool{}, stages: map[stageKey]string{},
	}
	if p.log == nil {
		p.log = slog.Default()
	}
	p.store.Subscribe(p.follow)
	var changes []store.Change
	err := p.store.View(ctx, func(t store.Tx) error {
		for _, k := range publishedKinds() {
			records, err := t.List(string(k)+"/", "", 0)
			if err != nil {
				return err
			}
			for _, r := range records {
				changes = append(changes, store.Change{Key: r.Key, Revision: r.Revision})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what is to be served: %w", err)
	}
	p.apply(ctx, changes, true)
	return p, nil
}

// Metered tells whether an API key or a usage plan is one of the control plane's. It
// may be called at any time.
func (p *Publisher) Metered(id string) bool {
	_, ok := p.metered.Load(id)
	return ok
}

// publishedKinds are the kinds of records that the data plane follows.
func publishedKinds() []kind {
	return []kind{kindAPIKey, kindUsagePlan, kindUsagePlanKey, kindStage, kindDomainName, kindBasePathMapping, kindDomainAssociation}
}

// follow takes one or more commits of the feed.
func (p *Publisher) follow(ctx context.Context, changes []store.Change) { p.apply(ctx, changes, false) }

// change is a change of a record that matters here.
type change struct {
	region  string
	parts   []string
	deleted bool
}

// apply puts changes into effect: what is gone first, then what is there, keys
// before the plans they are in and plans before the stages that they meter.
func (p *Publisher) apply(ctx context.Context, changes []store.Change, starting bool) {
	by := map[kind][]change{}
	for _, c := range changes {
		parts, err := store.Parts(c.Key)
		if err != nil || len(parts) < 2 {
			continue
		}
		k := kind(parts[0])
		by[k] = append(by[k], change{region: parts[1], parts: parts[2:], deleted: c.Deleted})
	}
	p.each(by[kindUsagePlanKey], true, "take an API key out of a usage plan", func(c change) error { return p.leave(c.parts[0], c.parts[1]) })
	p.each(by[kindUsagePlan], true, "withdraw a usage plan", func(c change) error { return p.withdrawPlan(c.parts[0]) })
	p.each(by[kindAPIKey], true, "withdraw an API key", func(c change) error {
		p.metered.Delete(c.parts[0])
		return known(p.limits.DeleteKey(c.parts[0]))
	})
	p.each(by[kindAPIKey], false, "publish an API key", func(c change) error { return p.publishKey(ctx, c) })
	p.publishPlans(ctx, by[kindUsagePlan])
	p.each(by[kindUsagePlanKey], false, "put an API key into a usage plan", func(c change) error { return p.join(ctx, c.parts[0], c.parts[1]) })

	stages := map[stageKey]bool{} // -> deleted
	for _, c := range by[kindStage] {
		stages[stageKey{c.region, c.parts[0], c.parts[1]}] = c.deleted
	}
	for _, c := range by[kindClientCertificate] {
		for s, certificate := range p.stages {
			if certificate == c.parts[0] && s.region == c.region {
				if _, ok := stages[s]; !ok {
					stages[s] = false
				}
			}
		}
	}
	p.publishStages(ctx, stages, starting || len(stages) > manyStages)
	if len(by[kindDomainName])+len(by[kindBasePathMapping])+len(by[kindDomainAssociation]) > 0 {
		if err := p.publishDomains(ctx); err != nil {
			p.log.Error("custom domain names stay as they were", "error", err)
		}
	}
	p.each(by[kindFlush], false, "empty the caches of a stage", func(c change) error { return p.flush(ctx, c) })
}

// each does something for the changes that are deletions, or for those that are not.
func (p *Publisher) each(changes []change, deleted bool, what string, do func(change) error) {
	for _, c := range changes {
		if c.deleted != deleted {
			continue
		}
		if err := do(c); err != nil {
			p.log.Error("could not "+what, "id", strings.Join(c.parts, "/"), "region", c.region, "error", err)
		}
	}
}

// known takes the absence of what is to be removed for no error.
func known(err error) error {
	if errors.Is(err, throttle.ErrNotFound) {
		return nil
	}
	return err
}

// read reads the record of a change as it is now; nil when it is gone since.
func read[T any](ctx context.Context, p *Publisher, region string, k kind, parts ...string) (out *T, err error) {
	err = p.store.View(ctx, func(t store.Tx) error {
		out, err = get[T](&tx{Tx: t, region: region, served: &served{}}, k, parts...)
		return err
	})
	return out, err
}

func (p *Publisher) publishKey(ctx context.Context, c change) error {
	r, err := read[apiKeyRecord](ctx, p, c.region, kindAPIKey, c.parts...)
	if err != nil || r == nil {
		return err
	}
	p.metered.Store(r.ID, true)
	return p.limits.PutKey(r.throttled())
}

// publishPlans publishes plans as they are now. One may be given a stage that another
// of the same keys loses in the same changes: what is refused comes again after the rest.
func (p *Publisher) publishPlans(ctx context.Context, changes []change) {
	for last := false; ; {
		var refused []change
		p.each(changes, false, "publish a usage plan", func(c change) error {
			err := p.publishPlan(ctx, c)
			if errors.Is(err, throttle.ErrConflict) && !last {
				refused = append(refused, c)
				return nil
			}
			return err
		})
		if len(refused) == 0 {
			return
		}
		last = len(refused) == len(changes) // nothing has changed for the rest
		changes = refused
	}
}

// publishPlan publishes a plan without its keys, of which there may be very many: it
// keeps those that it has.
func (p *Publisher) publishPlan(ctx context.Context, c change) error {
	id := c.parts[0]
	r, err := read[usagePlanRecord](ctx, p, c.region, kindUsagePlan, id)
	if err != nil || r == nil {
		return err
	}
	p.metered.Store(id, true)
	return p.limits.UpdatePlan(ctx, r.throttled())
}

func (p *Publisher) withdrawPlan(id string) error {
	delete(p.members, id)
	p.metered.Delete(id)
	return known(p.limits.DeletePlan(id))
}

func (p *Publisher) join(ctx context.Context, plan, key string) error {
	if p.members[plan] == nil {
		p.members[plan] = map[string]bool{}
	}
	if p.members[plan][key] {
		return nil
	}
	if err := p.limits.Subscribe(ctx, plan, key); err != nil {
		return err
	}
	p.members[plan][key] = true
	return nil
}

func (p *Publisher) leave(plan, key string) error {
	delete(p.members[plan], key)
	return known(p.limits.Unsubscribe(plan, key))
}

// flush empties the caches of a stage, each of them that has been asked for.
func (p *Publisher) flush(ctx context.Context, c change) error {
	r, err := read[flushRecord](ctx, p, c.region, kindFlush, c.parts...)
	if err != nil || r == nil {
		return err
	}
	var errs []error
	if r.Last == flushedCache {
		errs = append(errs, p.traffic.FlushCache(c.parts[0], c.parts[1]))
	} else {
		errs = append(errs, p.traffic.FlushAuthorizers(c.parts[0], c.parts[1]))
	}
	if err := errors.Join(errs...); !errors.Is(err, runtime.ErrNotServed) {
		return err
	}
	return nil
}
