//go:build !unix

package postgrestest

import (
	"os/exec"
	"os/user"
	"testing"
)

func runAs(t testing.TB, _ *exec.Cmd, _ *user.User) {
	t.Helper()
	t.Fatal("running as another user is not possible here")
}
