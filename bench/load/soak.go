//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// soakScenario is what a soak runs: a backend, a key, throttle and quota.
const soakScenario = "key-throttle-quota"

// soakSlices is how many lines a soak prints.
const soakSlices = 20

// soakGrowth is by how much the memory of the second half of a soak may be above
// that of the first.
const soakGrowth = 1.1

var errGrows = errors.New("memory grows")

// soak runs sluice at half load for a while and prints, slice by slice, latencies,
// CPU and memory. It fails when memory grows: what fills up, such as pools, has done
// so after the first half.
func (b *bench) soak(ctx context.Context, w io.Writer) error {
	var s *scenario
	for i := range b.scenarios {
		if b.scenarios[i].name == soakScenario {
			s = &b.scenarios[i]
		}
	}
	c := &contestant{gateway: &b.gateways[0]}
	if err := b.begin(ctx, c, b.installedGateways[nameSluice], s); err != nil {
		return err
	}
	defer c.process.stop()
	g, err := newGenerator(c.addr, b.settings.connections, s.requests())
	if err != nil {
		return err
	}
	defer g.close()
	full, err := g.saturate(max(b.settings.duration, time.Second))
	if err != nil {
		return err
	}
	rate := float64(full.requests) / full.elapsed.Seconds() / 2
	fmt.Fprintf(w, "%s: %s at %.0f requests a second, load average %s\n", soakScenario, b.settings.soak, rate, loadAverage())
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "seconds\trequests\tp50 us\tp99 us\tp99.9 us\tCPU us/req\tRSS MB\t")
	var halves [2]int64
	began := time.Now()
	for i := range soakSlices {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		out, cpu, err := b.with(c, func() (sample, error) { return g.pace(b.settings.soak/soakSlices, rate) })
		if err != nil {
			return err
		}
		resident := c.process.resident()
		halves[2*i/soakSlices] = max(halves[2*i/soakSlices], resident)
		fmt.Fprintf(t, "%.0f\t%d\t%d\t%d\t%d\t%.2f\t%.1f\t\n", time.Since(began).Seconds(), out.requests,
			out.p50.Microseconds(), out.p99.Microseconds(), out.p999.Microseconds(), perRequest(cpu, out), megabytes(resident))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "most memory in the first half %.1f MB, in the second %.1f MB\n", megabytes(halves[0]), megabytes(halves[1]))
	if float64(halves[1]) > soakGrowth*float64(halves[0]) {
		return errGrows
	}
	return nil
}
