package main

import (
	"sluice/api"
	"sluice/mapping"
	"sluice/project"
	"sluice/runtime"
)

// accessLogFormats says how stages log requests.
type accessLogFormats struct {
	all     string // of all stages, whatever they say themselves; "" leaves them alone
	without string // of stages that have none of their own; "" leaves them without
}

// formatsOf says how the stages log under settings. Names and formats in them
// have been checked where they were read.
func formatsOf(s project.LogSettings) (f accessLogFormats) {
	f.all, _ = project.AccessLogFormat(s.AccessFormat)
	if s.AccessPath != "" {
		f.without = mapping.AccessLogCLF
	}
	return f
}

// of is the format to compile a stage with.
func (f accessLogFormats) of(s *api.Stage) string {
	if f.all != "" || s.AccessLogSettings != nil && s.AccessLogSettings.Format != "" {
		return f.all
	}
	return f.without
}

// compile compiles every deployment of a project. The stages are nil when any
// problem is fatal.
func compile(g *runtime.Gateway, p *project.Project, formats accessLogFormats) ([]*runtime.Stage, api.Problems) {
	var stages []*runtime.Stage
	var problems api.Problems
	seen := map[api.Problem]bool{}
	for _, d := range p.Deployments {
		s, found := g.Compile(runtime.Deployment{
			Stage:           d.Stage,
			Snapshot:        d.Snapshot,
			Canary:          d.Canary,
			AccessLogFormat: formats.of(d.Stage),
		})
		for _, problem := range found {
			problem.Place = placed(problem.Place, d)
			if !seen[problem] {
				// Stages of one API have the same problems.
				seen[problem] = true
				problems = append(problems, problem)
			}
		}
		if s != nil {
			stages = append(stages, s)
		}
	}
	if problems.Fatal() {
		for _, s := range stages {
			g.Discard(s)
		}
		return nil, problems
	}
	return stages, problems
}

// noIntegration is what runtime.Compile says of a method without an integration.
const noIntegration = "the method has no integration"

// join adds what compiling found to what loading found, less what follows from
// it: what loading could not read is missing for the compiler.
func join(loading, compiling api.Problems) api.Problems {
	places, subjects := map[api.Place]bool{}, map[string]bool{}
	for _, p := range loading {
		if !p.Warning && p.Place.Line > 0 {
			places[p.Place] = true
			subjects[p.Subject] = true
		}
	}
	for _, p := range compiling {
		follows := places[p.Place] || p.Message == noIntegration && subjects[p.Subject]
		if !follows {
			loading = append(loading, p)
		}
	}
	loading.Sort()
	return loading
}

// placed completes a place: what came from a snapshot knows no lines.
func placed(at api.Place, d *project.Deployment) api.Place {
	if at.File == "" {
		at.File = d.Definition
	}
	if at.Line == 0 {
		at.Line, at.Column = 1, 1
	}
	return at
}
