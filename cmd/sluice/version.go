package main

import (
	"fmt"
	"runtime"
)

// version is set by the linker (see Makefile).
var version = "dev"

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(e *environment) error {
	_, err := fmt.Fprintln(e.stdout, versionLine())
	return err
}

func versionLine() string {
	return fmt.Sprintf("sluice %s (%s, %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
