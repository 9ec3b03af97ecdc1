package main

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"text/tabwriter"

	"sluice/runtime"
)

// shownRoutes is how many routes the start-up table lists of each API unless all
// are asked for: a screen holds them, and a large API does not bury the rest.
const shownRoutes = 40

// routeGroup is stages of one API that have the same routes.
type routeGroup struct {
	api    string
	stages []string
	routes []runtime.Route
}

func (g *routeGroup) title() string {
	names := make([]string, len(g.stages))
	for i, s := range g.stages {
		names[i] = g.api + "/" + s
	}
	return strings.Join(names, ", ")
}

// groupRoutes puts stages with the same API and routes together.
func groupRoutes(stages []*runtime.Stage) []*routeGroup {
	var groups []*routeGroup
next:
	for _, s := range stages {
		routes := s.Routes()
		for _, g := range groups {
			if g.api == s.APIID() && slices.Equal(g.routes, routes) {
				g.stages = append(g.stages, s.Name())
				continue next
			}
		}
		groups = append(groups, &routeGroup{api: s.APIID(), stages: []string{s.Name()}, routes: routes})
	}
	return groups
}

// writeRoutes writes a table of routes; limit 0 is no limit.
func writeRoutes(w io.Writer, routes []runtime.Route, limit int) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "PATH\tMETHOD\tAUTHORIZATION\tKEY\tINTEGRATION\tTARGET\n")
	shown := routes
	if limit > 0 && len(routes) > limit {
		shown = routes[:limit]
	}
	for _, r := range shown {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Path, r.Method, r.Authorization, yesNo(r.KeyRequired), r.Integration, orDash(r.Target))
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write the routes: %w", err)
	}
	if n := len(routes) - len(shown); n > 0 {
		fmt.Fprintf(w, "... and %d more (--all-routes shows them)\n", n)
	}
	return nil
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// stageRow is one line of the table of stages.
type stageRow struct {
	api, stage string
	routes     int
}

func stageRows(stages []*runtime.Stage) []stageRow {
	rows := make([]stageRow, len(stages))
	for i, s := range stages {
		rows[i] = stageRow{s.APIID(), s.Name(), len(s.Routes())}
	}
	return rows
}

// writeStages writes the table of APIs, stages and URLs. address is host:port of
// the listener.
func writeStages(w io.Writer, rows []stageRow, address string) error {
	base := "http://" + reachable(address)
	_, port, _ := net.SplitHostPort(address)
	single := !slices.ContainsFunc(rows, func(r stageRow) bool { return r.api != rows[0].api })
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "API\tSTAGE\tROUTES\tURL\n")
	for _, r := range rows {
		urls := []string{
			base + "/_aws/execute-api/" + r.api + "/" + r.stage,
			"http://" + r.api + ".execute-api.localhost:" + port + "/" + r.stage,
		}
		if single {
			// Any API answers here as long as it is the only one.
			urls = append([]string{base + "/" + r.stage}, urls...)
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\n", r.api, r.stage, r.routes, urls[0])
		for _, u := range urls[1:] {
			fmt.Fprintf(t, "\t\t\t%s\n", u)
		}
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write the stages: %w", err)
	}
	return nil
}

// reachable is an address a client on this machine can connect to: an
// unspecified one is replaced by the loopback.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// writeStart writes what serve shows before it is ready.
func writeStart(w io.Writer, stages []*runtime.Stage, address string, allRoutes bool) error {
	if len(stages) == 0 {
		return nil
	}
	if err := writeStages(w, stageRows(stages), address); err != nil {
		return err
	}
	limit := shownRoutes
	if allRoutes {
		limit = 0
	}
	groups := groupRoutes(stages)
	for _, g := range groups {
		fmt.Fprintln(w)
		if len(groups) > 1 {
			fmt.Fprintf(w, "%s:\n", g.title())
		}
		if err := writeRoutes(w, g.routes, limit); err != nil {
			return err
		}
	}
	fmt.Fprintln(w)
	return nil
}
