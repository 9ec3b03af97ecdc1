//go:build linux

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// settings are the flags of a run.
type settings struct {
	sluice      string // program
	petStore    string // definition that start-up is measured with
	scenarios   string
	peers       string
	rounds      int
	duration    time.Duration
	connections int
	limit       time.Duration
	soak        time.Duration
	json, svg   string
}

func main() {
	var s settings
	role := flag.String("role", "", "serve as upstream, server or proxy instead of measuring")
	listen := flag.String("listen", "", "address of a role")
	upstream := flag.String("upstream", "", "address of the upstream of the role proxy")
	flag.StringVar(&s.sluice, "sluice", "bin/sluice", "the sluice program")
	flag.StringVar(&s.petStore, "petstore", "testdata/petstore/petstore.yaml", "definition that start-up is measured with")
	flag.StringVar(&s.scenarios, "scenarios", "", "names, or beginnings of names, separated by commas (default: all)")
	flag.StringVar(&s.peers, "peers", "", "gateways beside sluice and its yardstick, separated by commas, or none (default: all that are installed)")
	flag.IntVar(&s.rounds, "rounds", 5, "interleaved rounds a scenario")
	flag.DurationVar(&s.duration, "duration", time.Second, "time a gateway and round, once for saturation and once for half load; at most 3s")
	flag.IntVar(&s.connections, "connections", 64, "connections of the load generator")
	flag.DurationVar(&s.limit, "limit", 20*time.Minute, "the whole run ends by then")
	flag.DurationVar(&s.soak, "soak", 0, "instead of comparing, run sluice at half load for so long, and watch its memory and latencies; at most 2h")
	flag.StringVar(&s.json, "json", "", "write the results as JSON to this file")
	flag.StringVar(&s.svg, "svg", "", "write the results as a chart to this file")
	flag.Parse()
	var err error
	switch *role {
	case "":
		err = compare(&s)
	case "upstream":
		err = runUpstream(*listen)
	case "server":
		err = runServer(*listen)
	case "proxy":
		err = runProxy(*listen, *upstream)
	default:
		err = fmt.Errorf("unknown role %q", *role)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// compare runs the scenarios and writes what they show.
func compare(s *settings) error {
	s.rounds, s.duration, s.soak = max(s.rounds, 1), min(s.duration, 3*time.Second), min(s.soak, 2*time.Hour)
	if s.soak > 0 {
		s.limit = s.soak + time.Minute
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, s.limit)
	defer cancel()
	for _, path := range []*string{&s.sluice, &s.petStore} {
		abs, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = abs
	}
	dir, err := os.MkdirTemp("", "sluice-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b, err := newBench(ctx, s, dir)
	if err != nil {
		return err
	}
	defer b.upstream.stop()
	if s.soak > 0 {
		return b.soak(ctx, os.Stdout)
	}
	r, err := b.run(ctx)
	if err != nil {
		return err
	}
	r.print(os.Stdout)
	if s.json != "" {
		if err := r.writeJSON(s.json); err != nil {
			return err
		}
	}
	if s.svg != "" {
		return os.WriteFile(s.svg, r.chart(), 0o644)
	}
	return nil
}
