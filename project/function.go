package project

import (
	"path/filepath"
	"slices"
	"strings"

	"sluice/api"
	"sluice/lambda"
)

// RuntimeOf is the runtime that the name of a function's file stands for.
func RuntimeOf(file string) string {
	if isURL(file) {
		return lambda.RuntimeEndpoint
	}
	switch strings.ToLower(filepath.Ext(file)) {
	case ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts":
		return lambda.RuntimeJavaScript
	case ".py":
		return lambda.RuntimePython
	case ".json":
		return lambda.RuntimeStatic
	}
	return lambda.RuntimeProcess
}

// readFunctions reads the functions of a project file.
func (l *loader) readFunctions(n *node, file string) {
	var nodes []*node
	var c lambda.Config
	for _, item := range itemsOf(n) {
		nodes = append(nodes, item)
		c.Functions = append(c.Functions, readFunction(item, file))
	}
	wrong := map[int]bool{}
	for _, p := range c.Validate() {
		wrong[p.Function] = true
		at := nodes[p.Function].at
		if v := nodes[p.Function].get(p.Field); v != nil {
			at = v.at
		}
		l.problem(at, "%s: %s", p.Field, p.Message)
	}
	others := l.project.Surroundings.Functions
	for i, f := range c.Functions {
		known := slices.ContainsFunc(others, func(o lambda.Function) bool { return o.Name == f.Name })
		if known {
			l.problem(nodes[i].get("name").at, "function %q is given by another file too", f.Name)
			continue
		}
		if !wrong[i] {
			l.needFunction(&f, nodes[i])
		}
		l.project.Surroundings.Functions = append(l.project.Surroundings.Functions, f)
	}
}

// needFunction reports a function whose file is not there.
func (l *loader) needFunction(f *lambda.Function, n *node) {
	place := func(key string) api.Place {
		if v := n.get(key); v != nil {
			return v.at
		}
		return n.at
	}
	switch {
	case f.File != "":
		l.needFile(f.File, place("file"))
		return
	case f.Runtime != lambda.RuntimeJavaScript && f.Runtime != lambda.RuntimeNode && f.Runtime != lambda.RuntimePython:
		return
	}
	e, err := f.Entry("")
	if err != nil {
		return // Validate has said so
	}
	file := filepath.Join(e.Root, filepath.FromSlash(e.Module))
	extensions := []string{".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", "", "/index.js", "/index.ts"}
	if f.Runtime == lambda.RuntimePython {
		extensions = []string{".py", "/__init__.py"}
	}
	for _, ext := range extensions {
		if src := file + filepath.FromSlash(ext); isFile(src) {
			return
		}
	}
	l.needFile(file+extensions[0], place("handler"))
}

// readFunction reads one function, which fits the schema. Its paths become
// relative to the working directory.
func readFunction(n *node, file string) lambda.Function {
	var f lambda.Function
	for _, m := range n.members {
		v := m.value
		switch m.key {
		case "name":
			f.Name = v.text
		case "runtime":
			f.Runtime = v.text
		case "handler":
			f.Handler = v.text
		case "file":
			f.File = relativeTo(file, v.text)
		case "dir":
			f.Dir = relativeTo(file, v.text)
		case "command":
			f.Command = []string{}
			for _, word := range v.items {
				f.Command = append(f.Command, word.text)
			}
		case "timeoutMs":
			f.TimeoutMs = int(v.number())
		case "memoryMB":
			f.MemoryMB = int(v.number())
		case "concurrency":
			f.Concurrency = int(v.number())
		case "queue":
			queue := int(v.number())
			f.Queue = &queue
		case "environment":
			f.Environment = readVariables(v)
		case "endpoint":
			f.Endpoint = v.text
		case "region":
			f.Region = v.text
		case "remoteName":
			f.RemoteName = v.text
		}
	}
	switch {
	case f.Runtime != "":
	case f.File != "":
		f.Runtime = RuntimeOf(f.File)
	case f.Endpoint != "":
		f.Runtime = lambda.RuntimeEndpoint
	}
	if f.Dir == "" && f.File == "" && f.Runtime != lambda.RuntimeEndpoint {
		f.Dir = filepath.Dir(file)
	}
	return f
}
