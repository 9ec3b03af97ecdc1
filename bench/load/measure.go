//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// bench is a run: the upstream, and on which cores things are.
type bench struct {
	settings          *settings
	dir               string
	gatewayCore       int
	loadCore          int
	upstream          *process
	upstreamAddr      string
	gateways          []gateway
	scenarios         []scenario
	installedGateways map[string]string // name -> program
}

func newBench(ctx context.Context, s *settings, dir string) (*bench, error) {
	b := &bench{settings: s, dir: dir, gateways: gateways(s.sluice), installedGateways: map[string]string{}}
	var err error
	if b.gatewayCore, b.loadCore, err = cores(); err != nil {
		return nil, err
	}
	if err := pinSelf(b.loadCore); err != nil {
		return nil, err
	}
	if b.scenarios, err = scenarios(); err != nil {
		return nil, err
	}
	if _, err := os.Stat(s.sluice); err != nil {
		return nil, fmt.Errorf("the sluice program: %w", err)
	}
	for i := range b.gateways {
		g := &b.gateways[i]
		bare := g.name == nameSluice || g.name == nameServer || g.name == nameProxy
		if path := g.path(); path != "" && (bare || s.peers != "none" && selected(s.peers, g.name)) {
			b.installedGateways[g.name] = path
		}
	}
	if b.upstreamAddr, err = freeAddress(); err != nil {
		return nil, err
	}
	b.upstream, err = start(ctx, "upstream", dir, b.upstreamAddr, b.loadCore, own(), "-role", "upstream", "-listen", b.upstreamAddr)
	return b, err
}

// run measures the start and the selected scenarios. A scenario that fails is
// reported as such; the others go on.
func (b *bench) run(ctx context.Context) (*report, error) {
	r := newReport(b.settings)
	var err error
	if r.Start, err = b.startUp(ctx); err != nil {
		return nil, err
	}
	for i := range b.scenarios {
		s := &b.scenarios[i]
		if !selected(b.settings.scenarios, s.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "load: %s\n", s.name)
		out := b.scenario(ctx, s)
		if ctx.Err() != nil {
			return nil, fmt.Errorf("ended in scenario %s: %w", s.name, ctx.Err())
		}
		r.Scenarios = append(r.Scenarios, out)
	}
	r.finish()
	return r, nil
}

// startUp starts sluice with the PetStore: how soon it is ready, and what it has in
// memory when it is idle.
func (b *bench) startUp(ctx context.Context) (started, error) {
	addr, err := freeAddress()
	if err != nil {
		return started{}, err
	}
	var out started
	var ready []float64
	for range b.settings.rounds {
		p, err := start(ctx, "petstore", b.dir, addr, b.gatewayCore, b.settings.sluice, "serve", "--listen", addr, b.settings.petStore)
		if err != nil {
			return started{}, err
		}
		ready = append(ready, milliseconds(p.ready))
		out.ResidentBytes = max(out.ResidentBytes, p.idle(ctx))
		p.stop()
	}
	out.ReadyMilliseconds = median(ready)
	return out, nil
}

// contestant is a gateway that runs a scenario.
type contestant struct {
	gateway *gateway
	process *process
	addr    string
	rounds  []round
	err     error
}

// scenario runs the rounds of one scenario.
func (b *bench) scenario(ctx context.Context, s *scenario) scenarioReport {
	out := scenarioReport{Name: s.name, Yardstick: s.kind.yardstick(), Target: s.target}
	var list []*contestant
	for i := range b.gateways {
		g := &b.gateways[i]
		path, ok := b.installedGateways[g.name]
		if !ok || !g.can(s) {
			continue
		}
		c := &contestant{gateway: g}
		c.err = b.begin(ctx, c, path, s)
		if c.process != nil {
			defer c.process.stop()
		}
		list = append(list, c)
	}
	requests := s.requests()
	for n := range b.settings.rounds {
		for _, c := range list {
			if c.err != nil || ctx.Err() != nil {
				continue
			}
			var r round
			if r, c.err = b.round(c, requests, n == 0); c.err == nil {
				c.rounds = append(c.rounds, r)
			}
		}
	}
	for _, c := range list {
		out.Gateways = append(out.Gateways, c.report())
	}
	return out
}

// begin starts a contestant.
func (b *bench) begin(ctx context.Context, c *contestant, path string, s *scenario) (err error) {
	name := strings.ReplaceAll(c.gateway.name, " ", "-")
	dir := filepath.Join(b.dir, s.name+"-"+name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	if c.addr, err = freeAddress(); err != nil {
		return err
	}
	argv, err := c.gateway.command(path, dir, c.addr, b.upstreamAddr, s)
	if err != nil {
		return err
	}
	c.process, err = start(ctx, name, dir, c.addr, b.gatewayCore, argv...)
	return err
}

// warmUp is how long a contestant is asked before its first round, so that
// pools are full and connections to the upstream are open.
const warmUp = 300 * time.Millisecond

// round measures a contestant once: saturated, then at half of that rate.
func (b *bench) round(c *contestant, requests [][]byte, first bool) (r round, err error) {
	g, err := newGenerator(c.addr, b.settings.connections, requests)
	if err != nil {
		return r, err
	}
	defer g.close()
	if first {
		if _, err := g.saturate(warmUp); err != nil {
			return r, err
		}
	}
	if r.full, r.fullCPU, err = b.with(c, func() (sample, error) { return g.saturate(b.settings.duration) }); err != nil {
		return r, err
	}
	rate := float64(r.full.requests) / r.full.elapsed.Seconds() / 2
	if r.half, r.halfCPU, err = b.with(c, func() (sample, error) { return g.pace(b.settings.duration, rate) }); err != nil {
		return r, err
	}
	r.resident = c.process.resident()
	return r, nil
}

// with measures the CPU time that a contestant takes for a run.
func (b *bench) with(c *contestant, run func() (sample, error)) (sample, time.Duration, error) {
	before, err := c.process.cpu()
	if err != nil {
		return sample{}, 0, err
	}
	s, err := run()
	if err != nil {
		return s, 0, fmt.Errorf("%w; %s", err, bytes.TrimSpace([]byte(c.process.said())))
	}
	after, err := c.process.cpu()
	return s, after - before, err
}

// round is one measurement.
type round struct {
	full, half       sample
	fullCPU, halfCPU time.Duration
	resident         int64
}

func perRequest(cpu time.Duration, s sample) float64 {
	return float64(cpu) / 1e3 / float64(max(s.requests, 1))
}
