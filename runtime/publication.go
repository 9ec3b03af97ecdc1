package runtime

import (
	"errors"

	"sluice/api"
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
// not depend on how many others there are. Stages that came by Replace are
// Replace's: a publication of the same API and stage waits until they are gone.
func (g *Gateway) Publish(list ...Publication) {
}

// ErrNotServed tells that there is no such stage.
var ErrNotServed = errors.New("the stage is not served")

// FlushCache drops the answers that the stage's response cache holds, those in Redis
// too. It is ErrNotServed for a stage that was not published.
func (g *Gateway) FlushCache(apiID, stage string) error {
	return nil
}

// FlushAuthorizers drops the results of the stage's authorizers. They are in the
// memory of each node, so each node must be told. It is ErrNotServed for a stage
// that was not published.
func (g *Gateway) FlushAuthorizers(apiID, stage string) error {
	return nil
}
