package main

import (
	"strings"

	"sluice/project"
	"sluice/runtime/awsservice"
)

// stageFlags are the flags of every command that loads definitions.
type stageFlags struct {
	surroundFlags
	Stage     string   `env:"SLUICE_STAGE" placeholder:"NAME" help:"Stage of files that bring none (default: dev). A snapshot brings its own; a name given here replaces it."`
	Variables []string `name:"var" sep:";" env:"SLUICE_VAR" placeholder:"NAME=VALUE" help:"Stage variable of all stages; may be repeated, or several separated by ;. It wins over the files."`
}

// options checks the flags and returns what they say.
func (f *stageFlags) options() (project.Options, error) {
	o := project.Options{Stage: f.Stage, Services: awsservice.Names()}
	if f.Stage != "" {
		if err := project.CheckStageName(f.Stage); err != nil {
			return o, misused("--stage: %w", err)
		}
	}
	var err error
	if o.Surroundings, err = f.surroundings(); err != nil {
		return o, err
	}
	for _, v := range f.Variables {
		if v == "" {
			continue
		}
		name, value, ok := strings.Cut(v, "=")
		if !ok {
			return o, misused("--var %q: write it as name=value", v)
		}
		if err := project.CheckVariable(name, value); err != nil {
			return o, misused("--var: %w", err)
		}
		if o.Variables == nil {
			o.Variables = map[string]string{}
		}
		o.Variables[name] = value
	}
	return o, nil
}
