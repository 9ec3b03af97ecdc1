package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sluice/api"
	"sluice/project"
)

type exportCommand struct {
	stageFlags
	File   string `arg:"" name:"FILE" help:"An OpenAPI 3.0 or Swagger 2.0 document, a snapshot or a project file."`
	API    string `placeholder:"ID" help:"Which API of a project file with several."`
	Output string `short:"o" placeholder:"PATH" default:"-" help:"Where to write the snapshot; - is standard output."`
}

// Help is what --help adds.
func (exportCommand) Help() string {
	return `Writes a snapshot: one stage with everything it serves, as JSON. "sluice serve" loads it back to identical behaviour, also on machines that do not have the definition.

--stage selects a stage of a project file, and names the stage of a definition (default: dev).

Examples:
  sluice export petstore.yaml --stage prod > petstore.prod.json
  sluice export sluice.yaml --api orders --stage prod -o orders.prod.json
  sluice serve petstore.prod.json`
}

// Run writes the snapshot.
func (c *exportCommand) Run(e *environment) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	p, _, problems := loadAndCompile([]string{c.File}, o)
	printProblems(e.stderr, problems)
	if problems.Fatal() {
		return errReported
	}
	d, err := c.choose(p)
	if err != nil {
		return err
	}
	b := api.Bundle{Stage: *d.Stage, Snapshot: d.Snapshot}
	if d.Canary != d.Snapshot {
		b.Canary = d.Canary
	}
	out, err := b.Encode()
	if err != nil {
		return err
	}
	if c.Output == "-" {
		_, err = e.stdout.Write(out)
	} else {
		err = replaceFile(c.Output, out)
	}
	if err != nil {
		return fmt.Errorf("write the snapshot: %w", err)
	}
	return nil
}

// choose finds the deployment that the flags name.
func (c *exportCommand) choose(p *project.Project) (*project.Deployment, error) {
	var have []string
	var found []*project.Deployment
	for _, d := range p.Deployments {
		have = append(have, d.APIID+"/"+d.Stage.StageName)
		if (c.API == "" || c.API == d.APIID) && (c.Stage == "" || c.Stage == d.Stage.StageName) {
			found = append(found, d)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return nil, misused("%s has no such stage; it has %s", c.File, strings.Join(have, ", "))
	}
	return nil, misused("%s has several stages, choose one with --api and --stage: %s", c.File, strings.Join(have, ", "))
}

// replaceFile writes a file so that no reader, as a server that watches it, sees
// half of it.
func replaceFile(path string, content []byte) error {
	if st, err := os.Stat(path); err == nil && !st.Mode().IsRegular() {
		return os.WriteFile(path, content, 0o644) // a pipe or a device keeps its name
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails once the file has its name
	if _, err := f.Write(content); err != nil {
		f.Close()
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
