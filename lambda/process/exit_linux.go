package process

import (
	"errors"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// reap waits for the end of a process and kills what it started.
func reap(cmd *exec.Cmd) error {
	for {
		err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	// It has ended but has not been reaped, so that the number of its group cannot
	// belong to anybody else yet.
	killGroup(cmd.Process)
	return cmd.Wait()
}
