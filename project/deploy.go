package project

import (
	"maps"
	"slices"
	"strings"

	"sluice/api"
)

// entry is one definition to serve, from the command line or a sluice.yaml.
type entry struct {
	place      api.Place // where the entry stands
	definition string    // its file
	src        []byte    // the file's content; nil: not read yet
	named      api.Place // where the file is named, when it is not read yet
	from       string    // the sluice.yaml, or ""
	id         string    // the id that a sluice.yaml gives, or ""
	basePath   string
	stages     []stageEntry
}

// stageEntry is one stage of an entry, with where it stands.
type stageEntry struct {
	node  *node
	stage *api.Stage
}

// deploy makes the deployments of one entry.
func (l *loader) deploy(e entry) {
	l.entries++
	if e.src == nil {
		var ok bool
		if e.src, ok = l.read(e.definition, e.named); !ok {
			l.skipped = true
			l.checkCanaries(e)
			return
		}
	}
	main, ok := l.loadContent(e, e.definition, e.src)
	if !ok {
		l.skipped = true
		l.checkCanaries(e)
		return
	}
	if len(e.stages) == 0 {
		l.add(e, main, &Deployment{Stage: l.defaultStage(main), Canary: main.canary})
		return
	}
	for _, s := range e.stages {
		d := &Deployment{Stage: s.stage}
		if !main.incomplete && !l.checkMethodSettings(s, main.snapshot) {
			l.skipped = true
			continue
		}
		if s.stage.CanarySettings != nil && !l.loadCanary(e, s, main, d) {
			l.skipped = true
			continue
		}
		l.add(e, main, d)
	}
}

// add finishes a deployment and takes it up.
func (l *loader) add(e entry, main *content, d *Deployment) {
	d.entry, d.APIID, d.Definition = l.entries, main.id, e.definition
	d.Snapshot, d.Place, d.fromSnapshot = main.snapshot, e.place, main.isSnapshot
	d.Files = append([]string{e.definition}, d.Files...)
	if e.from != "" {
		d.Files = append([]string{e.from}, d.Files...)
	}
	d.Stage.Variables = l.withVariables(d.Stage.Variables)
	if n := len(d.Stage.Variables); n > maxVariables {
		l.problem(d.Place, "stage %q has %d variables with those of the command line, at most %d are allowed", d.Stage.StageName, n, maxVariables)
	}
	d.Stage.DeploymentID = d.Snapshot.DeploymentID
	if c := d.Stage.CanarySettings; c != nil && d.Canary != nil {
		c.DeploymentID = d.Canary.DeploymentID
	}
	l.project.Deployments = append(l.project.Deployments, d)
}

// defaultStage is the stage of an entry that declares none: a snapshot's own, or
// one with the name of the command line.
func (l *loader) defaultStage(c *content) *api.Stage {
	stage := &api.Stage{StageName: DefaultStage}
	if c.stage != nil {
		stage = c.stage
	}
	if l.options.Stage != "" {
		stage.StageName = l.options.Stage
	}
	return stage
}

// loadCanary loads what the canary of a stage serves.
func (l *loader) loadCanary(e entry, s stageEntry, main *content, d *Deployment) bool {
	file, at := l.canaryFile(e, s)
	if file == "" || file == e.definition {
		d.Canary = main.snapshot
		return true
	}
	src, ok := l.read(file, at)
	if !ok {
		return false
	}
	e.id = main.id
	c, ok := l.loadContent(e, file, src)
	if !ok {
		return false
	}
	d.Canary = c.snapshot
	d.Files = append(d.Files, file)
	return true
}

// canaryFile is the definition file of a stage's canary, "" when it has none.
func (l *loader) canaryFile(e entry, s stageEntry) (file string, named api.Place) {
	n := s.node.get("canary").get("definition")
	if n == nil {
		return "", api.Place{}
	}
	return relativeTo(e.from, n.text), n.at
}

// checkCanaries reports what is wrong with the canaries of an entry that cannot
// be loaded itself, so that all problems show at once.
func (l *loader) checkCanaries(e entry) {
	for _, s := range e.stages {
		file, at := l.canaryFile(e, s)
		if file == "" || file == e.definition {
			continue
		}
		if src, ok := l.read(file, at); ok {
			l.loadContent(e, file, src)
		}
	}
}

// checkMethodSettings reports settings for methods that the API does not have.
func (l *loader) checkMethodSettings(s stageEntry, snapshot *api.Snapshot) bool {
	ok := true
	for _, m := range itemsByKey(s.node.get("methodSettings")) {
		key, _ := methodSettingKey(m.key)
		if key != "" && key != "*/*" && !l.hasMethod(key, m.at, snapshot) {
			ok = false
		}
	}
	return ok
}

// hasMethod reports a method, by the wire's key, that an API does not have.
func (l *loader) hasMethod(key string, at api.Place, snapshot *api.Snapshot) bool {
	known := methodSettingKeys(snapshot)
	if slices.Contains(known, key) {
		return true
	}
	spell := func(k string) string { return strings.ReplaceAll(k, "~1", "/") }
	text := "the API has no method " + spell(key)
	if near := Suggest(key, known); near != "" {
		text += "; did you mean \"" + spell(near) + "\"?"
	}
	l.problem(at, "%s", text)
	return false
}

func itemsByKey(n *node) []member {
	if n == nil {
		return nil
	}
	return n.members
}

// methodSettingKeys lists the wire's keys of all methods of an API.
func methodSettingKeys(s *api.Snapshot) []string {
	var keys []string
	for _, r := range s.Resources {
		for m := range maps.Keys(r.ResourceMethods) {
			keys = append(keys, strings.ReplaceAll(r.Path, "/", "~1")+"/"+m)
		}
	}
	slices.Sort(keys)
	return keys
}
