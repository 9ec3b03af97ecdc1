package project

import (
	"fmt"
	"maps"
	"slices"

	"sluice/api"
)

// DefaultStage is the stage of a definition that names none.
const DefaultStage = "dev"

// Options is what the command line says about all files.
type Options struct {
	// Stage names the stage of files that bring none of their own: "" is
	// DefaultStage. A snapshot brings its own; a name given here replaces it.
	Stage string
	// Variables are stage variables of every stage; they win over those of a file.
	Variables map[string]string
	// Surroundings win over those of the files.
	Surroundings Surroundings
	// RedisURL wins over that of the files; "" leaves it.
	RedisURL string
	// Services are the names that AWS services have: endpoints of others are warned
	// of. nil: of none.
	Services []string
	// Reading is called with each file before it is read; it may be nil.
	Reading func(file string)
}

// Project is everything that a set of files asks to serve.
type Project struct {
	Deployments []*Deployment
	// Files are all files that were read or should have been, in the order in
	// which they were met. They are complete even when there are problems, so
	// that a watcher sees the repair.
	Files        []string
	Region       string // "" when no sluice.yaml sets it
	AccountID    string // "" when no sluice.yaml sets it
	Surroundings Surroundings
	Metering     Metering
	Log          LogSettings
}

// Deployment is one stage to serve.
type Deployment struct {
	APIID string
	Stage *api.Stage
	// Definition is the file that Snapshot was read from.
	Definition string
	Snapshot   *api.Snapshot
	Canary     *api.Snapshot // nil without a canary; equal to Snapshot when the canary only overrides variables
	Files      []string      // what it came from
	Place      api.Place     // where it is declared

	entry        int // which entry of the Load it is of
	fromSnapshot bool
}

// LogSettings are the log settings of a sluice.yaml; "" is not set.
type LogSettings struct {
	Level        string
	Format       string
	AccessPath   string // as the command line's --access-log
	AccessFormat string
}

// Load reads files. The Project is never nil; when the problems are fatal it
// holds what could be read.
func Load(files []string, o Options) (*Project, api.Problems) {
	l := &loader{options: o, project: &Project{}}
	l.project.Metering.Limits.NoAccountLimit = true // a project file has an account
	for _, f := range files {
		l.load(f)
	}
	l.checkDuplicates()
	l.finishPlans()
	if o.RedisURL != "" {
		l.project.Metering.Redis.URL = o.RedisURL
	}
	l.overrule()
	return l.project, l.problems
}

// loader collects deployments and problems over all files of one Load.
type loader struct {
	options  Options
	project  *Project
	problems api.Problems
	entries  int  // so far
	skipped  bool // some deployment could not be loaded
	metering meteringReader
}

func (l *loader) problem(at api.Place, format string, args ...any) {
	l.problems = append(l.problems, api.Problem{Place: at, Message: fmt.Sprintf(format, args...)})
}

// load reads one file that the command line names.
func (l *loader) load(file string) {
	src, ok := l.read(file, api.Place{File: file, Line: 1, Column: 1})
	if !ok {
		return
	}
	switch detect(file, src) {
	case kindProject:
		l.loadProjectFile(file, src)
	case kindUnknown:
		l.problem(api.Place{File: file, Line: 1, Column: 1}, "this is neither an OpenAPI 3.0 or Swagger 2.0 document, nor a snapshot, nor a sluice.yaml")
	default:
		e := entry{place: api.Place{File: file, Line: 1, Column: 1}, definition: file, src: src}
		l.deploy(e)
	}
}

// read reads a file and notes it. at is where the file is named.
func (l *loader) read(file string, at api.Place) ([]byte, bool) {
	l.note(file)
	src, err := readFile(file)
	if err != nil {
		if at.File == file {
			l.problem(at, "%s", err)
		} else {
			l.problem(at, "%s: %s", file, err)
		}
		return nil, false
	}
	return src, true
}

// note adds a file to the project's files.
func (l *loader) note(file string) {
	if !slices.Contains(l.project.Files, file) {
		l.project.Files = append(l.project.Files, file)
		if l.options.Reading != nil {
			l.options.Reading(file)
		}
	}
}

// checkDuplicates reports API ids that two definitions claim. Snapshots of
// several stages of one API may stand side by side.
func (l *loader) checkDuplicates() {
	type address struct{ api, stage string }
	stages := map[address]*Deployment{}
	apis := map[string]*Deployment{}
	for _, d := range l.project.Deployments {
		a := address{d.APIID, d.Stage.StageName}
		if first, ok := stages[a]; ok {
			if first.entry == d.entry {
				continue // one entry that declares a stage twice: reported there
			}
			l.problem(d.Place, "API id %q with stage %q is already taken by %s; give one of them another id in a sluice.yaml", d.APIID, a.stage, first.Place)
			continue
		}
		stages[a] = d
		first, ok := apis[d.APIID]
		if !ok {
			apis[d.APIID] = d
			continue
		}
		if first.entry != d.entry && (!first.fromSnapshot || !d.fromSnapshot) {
			l.problem(d.Place, "API id %q is already taken by %s; give one of them another id in a sluice.yaml", d.APIID, first.Place)
		}
	}
}

// withVariables returns the stage variables of a stage, the command line's last.
func (l *loader) withVariables(own map[string]string) map[string]string {
	if len(own) == 0 && len(l.options.Variables) == 0 {
		return nil
	}
	all := maps.Clone(own)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, l.options.Variables)
	return all
}
