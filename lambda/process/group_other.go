//go:build !unix

package process

import (
	"os"
	"os/exec"
)

// group does nothing: there are no process groups here.
func group(*exec.Cmd) {}

// killGroup kills the process; those that it started are not found here.
func killGroup(p *os.Process) { _ = p.Kill() }

// terminate cannot be asked for here.
func terminate(p *os.Process) { _ = p.Kill() }
