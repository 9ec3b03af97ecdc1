//go:build !linux

package process

import "os/exec"

// reap waits for the end of a process. What it started is killed afterwards.
func reap(cmd *exec.Cmd) error {
	err := cmd.Wait()
	killGroup(cmd.Process)
	return err
}
