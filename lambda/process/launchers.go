package process

import (
	_ "embed"
	"os"
	"path/filepath"
	"strconv"

	"sluice/lambda"
)

//go:embed launchers/node.js
var nodeLauncher string

//go:embed launchers/python.py
var pythonLauncher string

// launcher is the command for a handler in Node.js or Python: the interpreter
// with the launcher as its program text, so that nothing has to be written to the
// disk.
func launcher(cfg *lambda.Function, e lambda.Entry) []string {
	entry := []string{filepath.FromSlash(e.Module), e.Function}
	if cfg.Runtime == lambda.RuntimePython {
		command := cfg.Command
		if len(command) == 0 {
			command = []string{"python3"}
		}
		return append(append([]string(nil), append(command, "-u", "-c", pythonLauncher)...), entry...)
	}
	command := cfg.Command
	if len(command) == 0 {
		command = []string{"node"}
	}
	command = append([]string(nil), command...)
	if cfg.MemoryMB != 0 {
		command = append(command, "--max-old-space-size="+strconv.Itoa(cfg.MemoryMB))
	}
	return append(append(command, "-e", nodeLauncher, "--"), entry...)
}

// source is the file that the handler is in, as far as it can be told.
func source(runtime string, e lambda.Entry) string {
	file := filepath.Join(e.Root, filepath.FromSlash(e.Module))
	extensions := []string{"", ".js", ".mjs", ".cjs"}
	if runtime == lambda.RuntimePython {
		extensions = []string{"", ".py"}
	}
	for _, ext := range extensions {
		if info, err := os.Stat(file + ext); err == nil && info.Mode().IsRegular() {
			return file + ext
		}
	}
	return ""
}
