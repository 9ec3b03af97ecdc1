package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"sluice/api"
)

// Exit codes: a contract that others script against.
const (
	exitOK      = 0 // also after a clean shutdown
	exitFailed  = 1 // a bad definition, or anything else that went wrong
	exitMisused = 2 // unknown flags, missing arguments, values that cannot be
)

// environment is what a command may touch outside of its arguments.
type environment struct {
	stdin   io.Reader
	stdout  io.Writer // what was asked for
	stderr  io.Writer // messages, logs
	signals <-chan os.Signal
}

// commands is the command line.
type commands struct {
	Serve      serveCommand      `cmd:"" help:"Serve APIs from their definitions."`
	Validate   validateCommand   `cmd:"" help:"Report every problem of definitions."`
	Routes     routesCommand     `cmd:"" help:"Print the compiled routes of a definition."`
	Export     exportCommand     `cmd:"" help:"Write a snapshot of one stage."`
	Render     renderCommand     `cmd:"" help:"Render a mapping template."`
	Backup     backupCommand     `cmd:"" help:"Write what the control plane keeps to a file."`
	Restore    restoreCommand    `cmd:"" help:"Read what backup wrote."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
	Completion completionCommand `cmd:"" help:"Print a completion script for a shell."`
}

const description = `Sluice runs Amazon API Gateway REST APIs anywhere: the same requests get the
same answers as from the real service.

Examples:
  sluice serve petstore.yaml           serve an OpenAPI document
  sluice serve                         serve what ./sluice.yaml says, and what clients deploy
  sluice validate petstore.yaml        list everything that is wrong with it
  sluice routes petstore.yaml          list its routes`

// misuse is an error of the person at the command line.
type misuse struct{ error }

func misused(format string, args ...any) error { return misuse{fmt.Errorf(format, args...)} }

// reported is a failure that was already printed.
var errReported = errors.New("already reported")

// exitRequest is panicked with when kong wants to exit, as after --help, so that
// run can return the code.
type exitRequest int

// run is main without the process: it returns the exit code.
func run(args []string, e *environment) (code int) {
	defer func() {
		if p := recover(); p != nil {
			request, ok := p.(exitRequest)
			if !ok {
				panic(p)
			}
			code = int(request)
		}
	}()
	var c commands
	k, err := newParser(&c, e)
	if err != nil {
		return fail(e, err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	unsetEmpty()
	ctx, err := k.Parse(args)
	if err != nil {
		hint := "sluice --help"
		var parse *kong.ParseError
		if errors.As(err, &parse) && parse.Context != nil && parse.Context.Selected() != nil {
			hint = "sluice " + parse.Context.Selected().Name + " --help"
		}
		return fail(e, misused("%w\nRun \"%s\" for usage.", err, hint))
	}
	ctx.Bind(e)
	ctx.Bind(k)
	return fail(e, ctx.Run())
}

func newParser(c *commands, e *environment) (*kong.Kong, error) {
	return kong.New(
		c,
		kong.Name("sluice"),
		kong.Description(description),
		kong.Writers(e.stdout, e.stderr),
		kong.Exit(func(code int) { panic(exitRequest(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true, WrapUpperBound: 100}),
		kong.Vars{"version": versionLine()},
	)
}

// fail prints err, if any, and returns the exit code it stands for.
func fail(e *environment, err error) int {
	var wrong misuse
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errReported):
		return exitFailed
	case errors.As(err, &wrong):
		fmt.Fprintf(e.stderr, "sluice: %s\n", err)
		return exitMisused
	}
	fmt.Fprintf(e.stderr, "sluice: %s\n", err)
	return exitFailed
}

// printProblems writes problems, one a line.
func printProblems(w io.Writer, problems api.Problems) {
	if len(problems) > 0 {
		fmt.Fprintln(w, problems.Error())
	}
}

// unsetEmpty removes SLUICE_ variables that are set to nothing: compose files
// pass them on like this when they have no value, and that means the default.
func unsetEmpty() {
	for _, pair := range os.Environ() {
		if name, value, _ := strings.Cut(pair, "="); value == "" && strings.HasPrefix(name, "SLUICE_") {
			os.Unsetenv(name)
		}
	}
}
