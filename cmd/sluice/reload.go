package main

import (
	"context"
	"fmt"
	"log/slog"

	"sluice/api"
	"sluice/project"
	"sluice/project/watch"
)

// startWatch makes a watcher that sees every file before it is read, so that no
// edit falls between reading and watching.
func (s *server) startWatch() {
	w, err := watch.New()
	if err != nil {
		s.unwatched = err
		return
	}
	s.watcher = w
	s.options.Reading = func(file string) {
		if err := w.Add(file); err != nil {
			s.unwatched = err
		}
	}
}

// load reads the files and says when edits of them will not be seen.
func (s *server) load() (*project.Project, api.Problems) {
	s.unwatched = nil
	p, problems := project.Load(s.files, s.options)
	if s.watcher != nil {
		s.watcher.Keep(p.Files)
	}
	return p, problems
}

// warnUnwatched logs what keeps files from being watched.
func (s *server) warnUnwatched() {
	if s.unwatched != nil {
		s.log.Warn("some edits will not be seen", "error", s.unwatched)
	}
}

// reloadOnEdits reloads after each edit until ctx ends.
func (s *server) reloadOnEdits(ctx context.Context) {
	for s.watcher.Next(ctx) {
		s.reload()
	}
}

// reload swaps in the stages that the files describe now. When anything is wrong
// with them, the running stages stay.
func (s *server) reload() {
	p, problems := s.load()
	s.warnUnwatched()
	before := s.gateway.now
	if err := s.gateway.surround(p.Surroundings); err != nil {
		problems = append(problems, api.Problem{Message: err.Error()})
	}
	stages, found := compile(s.gateway.Gateway, p, s.formats)
	problems = join(problems, found)
	if !problems.Fatal() {
		err := s.gateway.metering.adopt(p.Metering, func() error {
			return s.gateway.adopt(p.Surroundings, func() { s.gateway.Replace(stages) })
		})
		if err != nil {
			problems = append(problems, api.Problem{Message: err.Error()})
		}
	}
	s.logProblems(problems)
	if problems.Fatal() {
		s.log.Error("not reloaded: the stages keep running as they were", "problems", len(problems))
		if err := s.gateway.surround(before); err != nil {
			s.log.Error("what the running stages call cannot be taken back", "error", err)
		}
		return
	}
	if p.Region != s.project.Region || p.AccountID != s.project.AccountID || p.Log != s.project.Log {
		s.log.Warn("edits of region, accountId and log take effect at the next start")
	}
	if s.gateway.metering.needsRestart(p.Metering) {
		s.log.Warn("edits of redis and cache take effect at the next start")
	}
	if err := s.control.show(p); err != nil {
		s.log.Error("the control plane shows the APIs as they were", "error", err)
	}
	s.log.Info("reloaded", "stages", len(stages))
}

// logProblems writes problems in the form of the log: as lines for people, or as
// JSON for programs.
func (s *server) logProblems(problems api.Problems) {
	if s.settings.Format != "json" {
		if len(problems) > 0 {
			fmt.Fprintln(s.environment.stderr, problems.Error())
		}
		return
	}
	for _, p := range problems {
		level := slog.LevelError
		if p.Warning {
			level = slog.LevelWarn
		}
		s.log.Log(context.Background(), level, p.Message, "file", p.Place.File, "line", p.Place.Line, "column", p.Place.Column, "subject", p.Subject)
	}
}
