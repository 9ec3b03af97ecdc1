package javascript

import (
	"errors"
	"path"
	"path/filepath"
	"strings"

	"github.com/dop251/goja"
)

const (
	// maxModules bounds the files of a function.
	maxModules = 10000
	// maxNesting bounds directories that are searched for a package.
	maxNesting = 64
)

// extensions are tried in this order where a file is named without.
func extensions() []string {
	return []string{".js", ".json", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx"}
}

// load runs the function's entry file.
func (m *machine) load(name string) (exports goja.Value, err error) {
	err = m.settle(func() { exports = m.require("", "./"+name) })
	return exports, err
}

// require is what the function's code calls; dir is the directory of the calling
// file relative to the root. It panics with exceptions.
func (m *machine) require(dir, request string) goja.Value {
	if exports := m.cores.require(request); exports != nil {
		return exports
	}
	if request == "" || strings.HasPrefix(request, "node:") {
		panic(m.missing(request, "it is no module of this runtime"))
	}
	switch {
	case filepath.IsAbs(request):
		rel, err := filepath.Rel(m.fn.entry.Root, request)
		if err != nil {
			panic(m.missing(request, outside))
		}
		return m.local(request, filepath.ToSlash(rel))
	case request == "." || request == "..", strings.HasPrefix(request, "./"), strings.HasPrefix(request, "../"):
		return m.local(request, path.Join(dir, request))
	}
	return m.packaged(dir, request)
}

const outside = "it is outside of the function's directory"

// local loads a file or a directory of the function.
func (m *machine) local(request, name string) goja.Value {
	if name == ".." || strings.HasPrefix(name, "../") {
		panic(m.missing(request, outside))
	}
	if exports := m.file(name); exports != nil {
		return exports
	}
	if exports := m.directory(name); exports != nil {
		return exports
	}
	panic(m.missing(request, ""))
}

// packaged looks for a package in node_modules, upwards to the root.
func (m *machine) packaged(dir, request string) goja.Value {
	name, sub := request, ""
	if i := strings.IndexByte(request, '/'); i >= 0 {
		if request[0] == '@' {
			if j := strings.IndexByte(request[i+1:], '/'); j >= 0 {
				i += 1 + j
			} else {
				i = len(request)
			}
		}
		if i < len(request) {
			name, sub = request[:i], request[i+1:]
		}
	}
	for range maxNesting {
		base := path.Join(dir, "node_modules", name)
		if strings.HasPrefix(base, "../") || !strings.HasSuffix(base, name) {
			break
		}
		if entry, ok := m.exported(base, sub); ok {
			if exports := m.file(entry); exports != nil {
				return exports
			}
		}
		target := path.Join(base, sub)
		if target == base || strings.HasPrefix(target, base+"/") {
			if exports := m.file(target); exports != nil {
				return exports
			}
			if exports := m.directory(target); exports != nil {
				return exports
			}
		}
		if dir == "" || dir == "." {
			break
		}
		dir = path.Dir(dir)
	}
	panic(m.missing(request, ""))
}

// file loads a file by its name, or by its name without the extension. It is nil
// when there is none.
func (m *machine) file(name string) goja.Value {
	if exports := m.exact(name); exports != nil {
		return exports
	}
	for _, ext := range extensions() {
		if exports := m.exact(name + ext); exports != nil {
			return exports
		}
	}
	// TypeScript names the file that the compiler would write.
	for _, pair := range [][2]string{{".js", ".ts"}, {".mjs", ".mts"}, {".cjs", ".cts"}, {".js", ".tsx"}} {
		if stem, ok := strings.CutSuffix(name, pair[0]); ok {
			if exports := m.exact(stem + pair[1]); exports != nil {
				return exports
			}
		}
	}
	return nil
}

// directory loads what a directory stands for.
func (m *machine) directory(name string) goja.Value {
	if manifest := m.manifest(name); manifest != nil {
		if main, ok := manifest.Get("main").(goja.String); ok {
			target := path.Join(name, main.String())
			if target == name || strings.HasPrefix(target, name+"/") || name == "." {
				if exports := m.file(target); exports != nil {
					return exports
				}
				if exports := m.file(path.Join(target, "index")); exports != nil {
					return exports
				}
			}
		}
	}
	return m.file(path.Join(name, "index"))
}

// manifest is the package.json of a directory; nil if it has none.
func (m *machine) manifest(dir string) *goja.Object {
	text, err := m.code.text(path.Join(dir, "package.json"))
	if err != nil {
		return nil
	}
	v, err := m.decode(text)
	if err != nil {
		return nil
	}
	o, _ := v.(*goja.Object)
	return o
}

// exported is the file that a package names in "exports" for itself or for a part
// of it: by name, without patterns.
func (m *machine) exported(base, sub string) (string, bool) {
	manifest := m.manifest(base)
	if manifest == nil {
		return "", false
	}
	v := manifest.Get("exports")
	key := "."
	if sub != "" {
		key = "./" + sub
	}
	if o, ok := v.(*goja.Object); ok {
		if inner := o.Get(key); inner != nil {
			v = inner
		} else if sub != "" {
			return "", false
		}
	} else if sub != "" {
		return "", false
	}
	for range maxNesting {
		switch x := v.(type) {
		case goja.String:
			target := path.Join(base, x.String())
			return target, strings.HasPrefix(target, base+"/")
		case *goja.Object:
			v = nil
			for _, condition := range []string{"node", "require", "import", "default"} {
				if inner := x.Get(condition); inner != nil {
					v = inner
					break
				}
			}
		default:
			return "", false
		}
	}
	return "", false
}

// exact loads exactly that file, once; nil if there is none.
func (m *machine) exact(name string) goja.Value {
	if module := m.modules[name]; module != nil {
		return module.Get("exports")
	}
	p, err := m.code.program(name)
	switch {
	case errors.Is(err, errMissing):
		return nil
	case err != nil:
		panic(m.loadError(err))
	case len(m.modules) >= maxModules:
		panic(m.vm.NewTypeError("too many modules"))
	}
	file := filepath.Join(m.fn.entry.Root, filepath.FromSlash(name))
	module := m.vm.NewObject()
	exports := m.vm.NewObject()
	_ = module.Set("exports", exports)
	_ = module.Set("id", file)
	_ = module.Set("filename", file)
	_ = module.Set("loaded", false)
	m.modules[name] = module
	if p.script == nil {
		v, err := m.decode(p.json)
		if err != nil {
			delete(m.modules, name)
			panic(m.loadError(&syntaxError{file + ": " + err.Error()}))
		}
		_ = module.Set("exports", v)
		return v
	}
	dir := path.Dir(name)
	require := m.vm.ToValue(func(call goja.FunctionCall) goja.Value {
		request, ok := call.Argument(0).(goja.String)
		if !ok {
			panic(m.vm.NewTypeError("The \"id\" argument must be of type string"))
		}
		return m.require(dir, request.String())
	})
	run, err := m.enclosed(p.script)
	if err == nil {
		f, _ := goja.AssertFunction(run)
		_, err = f(exports, exports, require, module, m.vm.ToValue(file), m.vm.ToValue(filepath.Dir(file)))
	}
	if err != nil {
		delete(m.modules, name)
		m.rethrow(err)
	}
	_ = module.Set("loaded", true)
	return module.Get("exports")
}

// rethrow panics with an error as the engine knows it, so that interrupts stay
// interrupts.
func (m *machine) rethrow(err error) {
	if v := thrown(err); v != nil {
		panic(v)
	}
	panic(err)
}

// missing is the exception for a module that is not there.
func (m *machine) missing(request, why string) goja.Value {
	text := "Cannot find module '" + request + "'"
	if why != "" {
		text += ": " + why
	}
	o := m.newError("Error", text)
	_ = o.Set("code", "MODULE_NOT_FOUND")
	return o
}

// loadError is the exception for a file that cannot be loaded.
func (m *machine) loadError(err error) goja.Value {
	var syntax *syntaxError
	if errors.As(err, &syntax) {
		return m.newError("SyntaxError", syntax.text)
	}
	o := m.newError("Error", err.Error())
	_ = o.Set("code", "MODULE_NOT_FOUND")
	return o
}

// newError makes an error of a built-in class.
func (m *machine) newError(class, message string) *goja.Object {
	o, err := m.vm.New(m.vm.Get(class), m.vm.ToValue(message))
	if err != nil {
		return m.vm.NewTypeError(message)
	}
	return o
}
