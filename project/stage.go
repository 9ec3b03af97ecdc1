package project

import (
	"fmt"
	"regexp"
	"sort"

	"sluice/api"
	"sluice/cache"
)

// Limits of stages (aws-facts: limits, sections 2 and 3).
const (
	maxStageName     = 128
	maxVariables     = 100
	maxVariableName  = 64
	maxVariableValue = 512
)

var (
	stageName     = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	variableName  = regexp.MustCompile(`^[A-Za-z0-9_]+$`)
	variableValue = regexp.MustCompile(`^[A-Za-z0-9._~:/?#&=,-]*$`)
)

// CheckStageName tells what is wrong with a stage's name.
func CheckStageName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("a stage needs a name")
	case len(name) > maxStageName:
		return fmt.Errorf("stage name %.20q... has %d characters, at most %d are allowed", name, len(name), maxStageName)
	case !stageName.MatchString(name):
		return fmt.Errorf("stage name %q: only letters, digits, - and _ are allowed", name)
	}
	return nil
}

// CheckVariable tells what is wrong with a stage variable.
func CheckVariable(name, value string) error {
	switch {
	case name == "":
		return fmt.Errorf("a stage variable needs a name")
	case len(name) > maxVariableName:
		return fmt.Errorf("stage variable name %.20q... has %d characters, at most %d are allowed", name, len(name), maxVariableName)
	case !variableName.MatchString(name):
		return fmt.Errorf("stage variable name %q: only letters, digits and _ are allowed", name)
	case len(value) > maxVariableValue:
		return fmt.Errorf("stage variable %q: its value has %d characters, at most %d are allowed", name, len(value), maxVariableValue)
	case !variableValue.MatchString(value):
		return fmt.Errorf("stage variable %q: its value %q may hold only letters, digits and -._~:/?#&=,", name, value)
	}
	return nil
}

// checkStage reports what is wrong with the name and the variables of a stage
// that was read from a file. place finds the part that a problem is about.
func (l *loader) checkStage(s *api.Stage, place func(part ...string) api.Place) {
	if err := CheckStageName(s.StageName); err != nil {
		l.problem(place("name"), "%s", err)
	}
	l.checkVariables(s.Variables, func(name string) api.Place { return place("variables", name) })
	if n := len(s.Variables); n > maxVariables {
		l.problem(place("variables"), "stage %q has %d variables, at most %d are allowed", s.StageName, n, maxVariables)
	}
	if s.CacheClusterEnabled {
		if err := cache.CheckSize(s.CacheClusterSize); err != nil {
			l.problem(place("cacheClusterSize"), "%s", err)
		}
	}
	c := s.CanarySettings
	if c == nil {
		return
	}
	if !(c.PercentTraffic >= 0 && c.PercentTraffic <= 100) {
		l.problem(place("canary", "percentTraffic"), "percentTraffic is %v, it must be between 0 and 100", c.PercentTraffic)
	}
	l.checkVariables(c.StageVariableOverrides, func(name string) api.Place { return place("canary", "stageVariableOverrides", name) })
}

func (l *loader) checkVariables(vars map[string]string, place func(name string) api.Place) {
	names := make([]string, 0, len(vars))
	for n := range vars {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		if err := CheckVariable(n, vars[n]); err != nil {
			l.problem(place(n), "%s", err)
		}
	}
}
