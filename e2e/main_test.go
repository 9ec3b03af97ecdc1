package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen.
const patience = 60 * time.Second

var (
	update = flag.Bool("update", false, "write what the tests see into the golden files")

	sluiceBinary, backendBinary string
	root                        string // of the repository
)

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "sluice-e2e-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	if root, err = filepath.Abs(".."); err != nil {
		return 1, err
	}
	sluiceBinary, backendBinary = filepath.Join(dir, "sluice"), filepath.Join(dir, "backend")
	for binary, source := range map[string]string{sluiceBinary: "./cmd/sluice", backendBinary: "./testdata/petstore/backend"} {
		// The flags are such that the build cache has most of it: that of "make
		// build", or under the race detector that of the tests themselves.
		args := []string{"build", "-buildvcs=false", "-ldflags", "-X main.version=v0.0.0-e2e", "-o", binary, "-trimpath"}
		if underRace {
			args[len(args)-1] = "-race"
		}
		build := exec.Command("go", append(args, source)...)
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			return 1, fmt.Errorf("build %s: %w\n%s", source, err, out)
		}
	}
	return m.Run(), nil
}
