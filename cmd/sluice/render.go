package main

import (
	"fmt"
	"io"
	"os"

	"sluice/mapping/render"
)

type renderCommand struct {
	Template string `placeholder:"PATH" help:"The mapping template; - is standard input."`
	Body     string `placeholder:"PATH" help:"The payload that the template maps; - is standard input (default: none)."`
	Context  string `placeholder:"PATH" help:"A JSON object with context, stageVariables and params (path, querystring and header)."`
	Trace    bool   `help:"Print each reference and its value to standard error."`
	Cases    string `placeholder:"PATH" help:"Render cases, one JSON object a line, instead of one template; - is standard input."`
	Plain    bool   `help:"With --cases: plain Velocity, which prints undefined references as they are written."`
	Bench    int    `placeholder:"N" help:"With --cases: render each N times and print the time it takes."`
}

// Help is what --help adds.
func (renderCommand) Help() string {
	return `Renders a mapping template with the engine that serves requests: the quickest way to find out what one does. What the template prints goes to standard output, what it overrides to standard error.

With --cases each line has id, template, body, params, context and stageVariables; each answer is a line with id and output, or id, error and message.

Examples:
  sluice render --template request.vtl --body order.json
  sluice render --template request.vtl --body order.json --context context.json --trace
  sluice render --cases - < cases.jsonl
  sluice render --cases - --bench 20000 < bench_cases.jsonl`
}

// Run renders.
func (c *renderCommand) Run(e *environment) error {
	switch {
	case (c.Template == "") == (c.Cases == ""):
		return misused("render takes either --template or --cases\nRun \"sluice render --help\" for usage.")
	case c.Bench < 0:
		return misused("--bench %d: it must be a positive number", c.Bench)
	case c.Cases == "" && (c.Plain || c.Bench != 0):
		return misused("--plain and --bench need --cases")
	case c.Cases != "" && (c.Body != "" || c.Context != "" || c.Trace):
		return misused("--body, --context and --trace need --template")
	case c.Template == "-" && (c.Body == "-" || c.Context == "-") || c.Body == "-" && c.Context == "-":
		return misused("only one of --template, --body and --context can be standard input")
	case c.Cases != "":
		return c.cases(e)
	}
	return c.once(e)
}

// cases renders JSON lines.
func (c *renderCommand) cases(e *environment) error {
	in := e.stdin
	if c.Cases != "-" {
		f, err := os.Open(c.Cases)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	return render.Cases(e.stdout, in, render.Options{Plain: c.Plain, Bench: c.Bench})
}

// once renders one template.
func (c *renderCommand) once(e *environment) error {
	var one render.Case
	var document string
	for _, f := range []struct {
		path string
		to   *string
	}{{c.Template, &one.Template}, {c.Body, &one.Body}, {c.Context, &document}} {
		if f.path == "" {
			continue
		}
		text, err := readText(f.path, e.stdin)
		if err != nil {
			return err
		}
		*f.to = text
	}
	if document != "" {
		if err := one.ReadContext(document); err != nil {
			return fmt.Errorf("%s: %w", c.Context, err)
		}
	}
	name := c.Template
	if name == "-" {
		name = "template"
	}
	return render.Once(e.stdout, e.stderr, name, &one, c.Trace)
}

func readText(path string, stdin io.Reader) (string, error) {
	if path == "-" {
		b, err := io.ReadAll(stdin)
		return string(b), err
	}
	b, err := os.ReadFile(path)
	return string(b), err
}
