//go:build unix

package postgrestest

import (
	"os/exec"
	"os/user"
	"syscall"
	"testing"
)

func runAs(t testing.TB, cmd *exec.Cmd, u *user.User) {
	t.Helper()
	uid, gid := ids(t, u)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}
