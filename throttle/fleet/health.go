package fleet

import (
	"context"
	"errors"
	"time"
)

// Run sends heartbeats and, while Redis does not answer, probes, until the context
// ends. Then it takes the node out of the fleet and closes the client.
func (c *Client) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.wait)
			defer cancel()
			c.state.Store(outOfService)
			_, _, _ = c.heartbeat(last, 0) // else its heartbeat runs out
			return c.redis.Close()
		case <-c.wake:
			timer.Reset(probeEvery)
		case <-timer.C:
			next := heartbeatEvery
			if c.Probe(ctx) != nil {
				next = probeEvery
			}
			timer.Reset(next)
		}
	}
}

// Probe sends a heartbeat. One that is answered puts the client into service, one
// that is not takes it out.
func (c *Client) Probe(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, max(c.wait, probeEvery))
	defer cancel()
	n, token, err := c.heartbeat(bounded, heartbeatTTL)
	if err != nil {
		if ctx.Err() == nil {
			c.down(err)
		}
		return err
	}
	// A Redis that has just come back empty does not know the other nodes yet.
	if !c.Healthy() || c.Recovering(time.Now()) {
		n = max(n, c.nodes.Load())
	}
	c.nodes.Store(max(n, 1))
	if e := c.epoch.Load(); e.name() != token {
		next := &epoch{token: token, number: 1}
		if e != nil {
			next.number = e.number + 1
			c.log.Warn("Redis has lost its memory; what this node knows is told to it")
		}
		c.epoch.Store(next)
		c.recovered.Store(time.Now().UnixNano())
	}
	c.up()
	return nil
}

func (c *Client) heartbeat(ctx context.Context, ttl time.Duration) (nodes int64, epoch string, err error) {
	v, err := heartbeatScript.Run(ctx, c.redis, []string{c.prefix + "nodes", c.epochKey}, c.node, ttl.Milliseconds(), newID()).Slice()
	if err != nil {
		return 0, "", err
	}
	if len(v) != 2 {
		return 0, "", errors.New("redis: answer of another length")
	}
	nodes, ok := v[0].(int64)
	epoch, alsoOK := v[1].(string)
	if !ok || !alsoOK {
		return 0, "", errors.New("redis: answer of another kind")
	}
	return nodes, epoch, nil
}

// up puts the client into service.
func (c *Client) up() {
	if c.state.Load() == inService {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Load() == inService {
		return
	}
	c.recovered.Store(time.Now().UnixNano())
	c.state.Store(inService)
	if !c.suspended {
		c.log.Info("limits are shared through Redis", "nodes", c.nodes.Load())
	}
	c.onHealth(true)
}

// down takes the client out of service.
func (c *Client) down(err error) {
	if c.state.Load() == outOfService {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Load() == outOfService {
		return
	}
	c.state.Store(outOfService)
	now := time.Now()
	c.suspended = !c.lastTrip.IsZero() && now.Sub(c.lastTrip) < quietFor
	c.lastTrip = now
	if !c.suspended {
		c.log.Warn("Redis does not answer; this node goes by its share of the limits", "nodes", c.nodes.Load(), "error", err)
	}
	c.onHealth(false)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}
