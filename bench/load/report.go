//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report is what a run has shown. Figures are medians over its rounds.
type report struct {
	Date        string           `json:"date"`
	Cores       int              `json:"cores"`
	Processor   string           `json:"processor"`
	Go          string           `json:"go"`
	Rounds      int              `json:"rounds"`
	Seconds     float64          `json:"secondsPerRound"`
	Connections int              `json:"connections"`
	LoadBefore  string           `json:"loadAverageBefore"` // of the machine, by /proc/loadavg
	LoadAfter   string           `json:"loadAverageAfter"`
	Start       started          `json:"start"`
	Scenarios   []scenarioReport `json:"scenarios"`
}

// started is sluice with the PetStore, before a request.
type started struct {
	ReadyMilliseconds float64 `json:"readyMilliseconds"`
	ResidentBytes     int64   `json:"residentBytes"`
}

type scenarioReport struct {
	Name      string          `json:"name"`
	Yardstick string          `json:"yardstick"`
	Target    float64         `json:"targetRatio,omitempty"`
	Gateways  []gatewayReport `json:"gateways"`
}

type gatewayReport struct {
	Name              string    `json:"name"`
	Error             string    `json:"error,omitempty"`
	CPU               float64   `json:"cpuMicrosecondsPerRequest"`
	Ratio             float64   `json:"cpuRatioToYardstick,omitempty"`           // median of the rounds' ratios
	Tail              float64   `json:"p99RatioToYardstickAtHalfLoad,omitempty"` // median of the rounds' ratios
	RequestsPerSecond float64   `json:"requestsPerSecond"`
	Saturated         latencies `json:"latencyMicrosecondsSaturated"`
	Half              latencies `json:"latencyMicrosecondsAtHalfLoad"`
	HalfCPU           float64   `json:"cpuMicrosecondsPerRequestAtHalfLoad"`
	ResidentBytes     int64     `json:"residentBytes"`
	ReadyMilliseconds float64   `json:"readyMilliseconds"`
	RoundCPU          []float64 `json:"cpuMicrosecondsByRound"`
	RoundTail         []float64 `json:"p99MicrosecondsAtHalfLoadByRound"`
}

type latencies struct {
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99.9"`
}

func newReport(s *settings) *report {
	return &report{
		Date: time.Now().UTC().Format(time.DateOnly), Cores: runtime.NumCPU(), Processor: processor(), Go: runtime.Version(),
		Rounds: s.rounds, Seconds: s.duration.Seconds(), Connections: s.connections, LoadBefore: loadAverage(),
	}
}

func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}

func processor() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Clone(v)
	slices.Sort(v)
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// report condenses the rounds of a contestant.
func (c *contestant) report() gatewayReport {
	out := gatewayReport{Name: c.gateway.name}
	if c.err != nil {
		out.Error = c.err.Error()
	}
	over := func(f func(r *round) float64) float64 {
		var all []float64
		for i := range c.rounds {
			all = append(all, f(&c.rounds[i]))
		}
		return round3(median(all))
	}
	micro := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
	out.CPU = over(func(r *round) float64 { return perRequest(r.fullCPU, r.full) })
	out.HalfCPU = over(func(r *round) float64 { return perRequest(r.halfCPU, r.half) })
	out.RequestsPerSecond = over(func(r *round) float64 { return float64(r.full.requests) / r.full.elapsed.Seconds() })
	out.Saturated = latencies{
		over(func(r *round) float64 { return micro(r.full.p50) }), over(func(r *round) float64 { return micro(r.full.p99) }),
		over(func(r *round) float64 { return micro(r.full.p999) }),
	}
	out.Half = latencies{
		over(func(r *round) float64 { return micro(r.half.p50) }), over(func(r *round) float64 { return micro(r.half.p99) }),
		over(func(r *round) float64 { return micro(r.half.p999) }),
	}
	for i := range c.rounds {
		r := &c.rounds[i]
		out.RoundCPU = append(out.RoundCPU, round3(perRequest(r.fullCPU, r.full)))
		out.RoundTail = append(out.RoundTail, round3(micro(r.half.p99)))
		out.ResidentBytes = max(out.ResidentBytes, r.resident)
	}
	if c.process != nil {
		out.ReadyMilliseconds = round3(milliseconds(c.process.ready))
	}
	return out
}

func round3(f float64) float64 { return math.Round(f*1000) / 1000 }

// finish adds what compares gateways.
func (r *report) finish() {
	r.LoadAfter = loadAverage()
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		bare := s.find(s.Yardstick)
		if bare == nil {
			continue
		}
		for j := range s.Gateways {
			g := &s.Gateways[j]
			g.Ratio = ratio(g.RoundCPU, bare.RoundCPU)
			g.Tail = ratio(g.RoundTail, bare.RoundTail)
		}
	}
}

// ratio is the median of the rounds' ratios.
func ratio(of, to []float64) float64 {
	var all []float64
	for n := range min(len(of), len(to)) {
		if to[n] > 0 {
			all = append(all, of[n]/to[n])
		}
	}
	return round3(median(all))
}

func (s *scenarioReport) find(name string) *gatewayReport {
	for i := range s.Gateways {
		if s.Gateways[i].Name == name {
			return &s.Gateways[i]
		}
	}
	return nil
}

// print writes the table.
func (r *report) print(w io.Writer) {
	fmt.Fprintf(w, "%s, %d cores (%s), %s, %d rounds of %gs, %d connections, load average %s before and %s after\n",
		r.Date, r.Cores, r.Processor, r.Go, r.Rounds, r.Seconds, r.Connections, r.LoadBefore, r.LoadAfter)
	fmt.Fprintf(w, "PetStore: ready after %.0f ms, %.1f MB resident\n\n", r.Start.ReadyMilliseconds, megabytes(r.Start.ResidentBytes))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "scenario\tgateway\tCPU us/req\tratio\ttarget\treq/s\tp50 us\tp99 us\tp99 ratio\tp99.9 us\tRSS MB\tready ms\t")
	for _, s := range r.Scenarios {
		for _, g := range s.Gateways {
			if g.Error != "" {
				fmt.Fprintf(t, "%s\t%s\tfailed\t\t\t\t\t\t\t\t\t\t\n", s.Name, g.Name)
				continue
			}
			target := ""
			if g.Name == nameSluice && s.Target > 0 {
				target = fmt.Sprintf("%.2f", s.Target)
			}
			fmt.Fprintf(t, "%s\t%s\t%.2f\t%.2f\t%s\t%.0f\t%.0f\t%.0f\t%.2f\t%.0f\t%.1f\t%.0f\t\n", s.Name, g.Name, g.CPU, g.Ratio, target,
				g.RequestsPerSecond, g.Half.P50, g.Half.P99, g.Tail, g.Half.P999, megabytes(g.ResidentBytes), g.ReadyMilliseconds)
		}
	}
	_ = t.Flush()
	fmt.Fprintln(w, "\nCPU and req/s at saturation, latencies at half of that rate; ratios: to the bare fasthttp peer, medians over rounds.")
	for _, s := range r.Scenarios {
		for _, g := range s.Gateways {
			if g.Error != "" {
				fmt.Fprintf(w, "%s, %s: %s\n", s.Name, g.Name, g.Error)
			}
		}
	}
}

func megabytes(b int64) float64 { return float64(b) / (1 << 20) }

func (r *report) writeJSON(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}
