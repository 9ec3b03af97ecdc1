package main

import (
	"encoding/json"
	"fmt"
	"io"

	"sluice/api"
	"sluice/project"
	"sluice/runtime"
)

type validateCommand struct {
	stageFlags
	Files  []string `arg:"" name:"FILE" help:"OpenAPI 3.0 or Swagger 2.0 documents, snapshots or project files."`
	Format string   `enum:"text,json" default:"text" help:"How problems are printed: text (file:line:col: message) or json."`
}

// Help is what --help adds.
func (validateCommand) Help() string {
	return `Prints every problem of every FILE to standard output and exits with 1 when there is one that keeps the file from being served. Warnings do not fail. A file without problems prints nothing.

With --format json the output is an array of objects with file, line, column, severity (error or warning), subject and message.

Examples:
  sluice validate petstore.yaml
  sluice validate --format json apis/*.yaml`
}

// Run validates each file by itself.
func (c *validateCommand) Run(e *environment) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	var all api.Problems
	for _, file := range c.Files {
		_, _, problems := loadAndCompile([]string{file}, o)
		all = append(all, problems...)
	}
	if c.Format == "json" {
		err = writeProblemsJSON(e.stdout, all)
	} else {
		printProblems(e.stdout, all)
	}
	if err != nil {
		return err
	}
	if all.Fatal() {
		return errReported
	}
	return nil
}

// loadAndCompile loads files for a command that serves nothing.
func loadAndCompile(files []string, o project.Options) (*project.Project, []*runtime.Stage, api.Problems) {
	p, problems := project.Load(files, o)
	g, err := newGateway(p, runtime.Options{Region: p.Region, AccountID: p.AccountID}, "", nil)
	if err != nil && !problems.Fatal() {
		problems = append(problems, api.Problem{Message: err.Error()})
	}
	if g == nil {
		return p, nil, problems
	}
	defer g.functions.Close()
	stages, found := compile(g.Gateway, p, accessLogFormats{})
	problems = join(problems, found)
	if problems.Fatal() {
		return p, nil, problems
	}
	return p, stages, problems
}

// problemJSON is one problem as --format json prints it.
type problemJSON struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Severity string `json:"severity"`
	Subject  string `json:"subject,omitempty"`
	Message  string `json:"message"`
}

func writeProblemsJSON(w io.Writer, problems api.Problems) error {
	out := make([]problemJSON, 0, len(problems))
	for _, p := range problems {
		severity := "error"
		if p.Warning {
			severity = "warning"
		}
		out = append(out, problemJSON{
			File: p.Place.File, Line: p.Place.Line, Column: p.Place.Column,
			Severity: severity, Subject: p.Subject, Message: p.Message,
		})
	}
	return writeJSON(w, out)
}

// writeJSON writes v indented, without HTML escapes.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
