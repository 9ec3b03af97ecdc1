package main

import (
	"fmt"

	"sluice/runtime"
)

type routesCommand struct {
	stageFlags
	File   string `arg:"" name:"FILE" help:"An OpenAPI 3.0 or Swagger 2.0 document, a snapshot or a project file."`
	Format string `enum:"text,json" default:"text" help:"How routes are printed: text (a table) or json."`
}

// Help is what --help adds.
func (routesCommand) Help() string {
	return `Prints path, method, authorization, whether an API key is required, integration and target of every method, after compiling the definition as serve would.

Examples:
  sluice routes petstore.yaml
  sluice routes --format json petstore.yaml | jq '.[].routes[].path'`
}

// stageRoutes are the routes of one stage as --format json prints them.
type stageRoutes struct {
	API    string          `json:"api"`
	Stage  string          `json:"stage"`
	Routes []runtime.Route `json:"routes"`
}

// Run prints the routes.
func (c *routesCommand) Run(e *environment) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	_, stages, problems := loadAndCompile([]string{c.File}, o)
	printProblems(e.stderr, problems)
	if problems.Fatal() {
		return errReported
	}
	if c.Format == "json" {
		out := make([]stageRoutes, 0, len(stages))
		for _, s := range stages {
			routes := s.Routes()
			if routes == nil {
				routes = []runtime.Route{}
			}
			out = append(out, stageRoutes{API: s.APIID(), Stage: s.Name(), Routes: routes})
		}
		return writeJSON(e.stdout, out)
	}
	groups := groupRoutes(stages)
	for i, g := range groups {
		if len(groups) > 1 {
			if i > 0 {
				fmt.Fprintln(e.stdout)
			}
			fmt.Fprintf(e.stdout, "%s:\n", g.title())
		}
		if err := writeRoutes(e.stdout, g.routes, 0); err != nil {
			return err
		}
	}
	return nil
}
