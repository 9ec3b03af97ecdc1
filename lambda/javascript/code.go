package javascript

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"
	"github.com/evanw/esbuild/pkg/api"

	"sluice/lambda"
)

const (
	// maxSource bounds a source file, in bytes.
	maxSource = 16 << 20
	// settle is how long ago the last change must be: a file that is being written
	// is not loaded half-way.
	settle = 50 * time.Millisecond
)

// code is one generation of a function's files, compiled. Machines share it.
type code struct {
	root string

	mu       sync.Mutex
	programs map[string]*program // by path relative to the root, with slashes
	stamps   map[string]stamp
}

// program is a compiled file; for JSON its text.
type program struct {
	script *goja.Program
	json   string
}

// stamp tells whether a file has changed. The zero value stands for a missing
// one.
type stamp struct {
	size    int64
	changed time.Time
	mode    fs.FileMode
}

func newCode(root string) *code {
	return &code{root: root, programs: map[string]*program{}, stamps: map[string]stamp{}}
}

// changed tells whether a file that was loaded, or was missing when it was looked
// for, is another one now.
func (c *code) changed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	different := false
	for name, old := range c.stamps {
		now := c.stampOf(name)
		if now != old {
			different = true
		}
		if time.Since(now.changed) < settle {
			return false
		}
	}
	return different
}

func (c *code) stampOf(name string) stamp {
	info, err := os.Stat(filepath.Join(c.root, filepath.FromSlash(name)))
	if err != nil || info.IsDir() {
		return stamp{}
	}
	return stamp{info.Size(), info.ModTime(), info.Mode()}
}

// errMissing means that there is no such file; the search goes on.
var errMissing = errors.New("no such file")

// program compiles a file, once.
func (c *code) program(name string) (*program, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.programs[name]; p != nil {
		return p, nil
	}
	c.stamps[name] = c.stampOf(name)
	source, err := c.read(name)
	if err != nil {
		return nil, err
	}
	p := &program{json: source}
	if path.Ext(name) != ".json" {
		p.json = ""
		if p.script, err = compile(filepath.Join(c.root, filepath.FromSlash(name)), source); err != nil {
			return nil, err
		}
	}
	c.programs[name] = p
	return p, nil
}

// text is a file as it is.
func (c *code) text(name string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stamps[name] = c.stampOf(name)
	return c.read(name)
}

// read reads a file, which a symbolic link must not lead out of the root.
func (c *code) read(name string) (string, error) {
	f, err := os.OpenInRoot(c.root, filepath.FromSlash(name))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || isNotDir(err) {
			return "", errMissing
		}
		return "", fmt.Errorf("read %s: %w", name, errors.Unwrap(err))
	}
	defer f.Close()
	switch info, err := f.Stat(); {
	case err != nil:
		return "", fmt.Errorf("read %s: %w", name, err)
	case info.IsDir():
		return "", errMissing
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("read %s: it is not a regular file", name)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxSource+1))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	if len(b) > maxSource {
		return "", fmt.Errorf("read %s: it has more than %d bytes", name, maxSource)
	}
	return strings.TrimPrefix(string(b), "\xef\xbb\xbf"), nil
}

func isNotDir(err error) bool {
	return strings.HasSuffix(err.Error(), "not a directory")
}

// syntaxError is what the compiler says about a source file.
type syntaxError struct{ text string }

func (e *syntaxError) Error() string { return e.text }

const (
	wrapperHead = "(function(exports,require,module,__filename,__dirname){"
	wrapperTail = "\n})"
)

// lowered are the features that the engine lacks; esbuild writes them in terms of
// older ones.
func lowered() map[string]bool {
	return map[string]bool{
		"async-generator":      false,
		"for-await":            false,
		"dynamic-import":       false,
		"import-meta":          false,
		"decorators":           false,
		"using":                false,
		"regexp-set-notation":  false,
		"class-static-blocks":  true,
		"class-field":          true,
		"optional-chain":       true,
		"nullish-coalescing":   true,
		"object-rest-spread":   true,
		"exponent-operator":    true,
		"logical-assignment":   true,
		"class-private-method": true,
	}
}

// mapped is what esbuild believes the file to be called.
const mapped = "source"

// compile turns a JavaScript or TypeScript file into a program that yields a
// CommonJS module function.
func compile(file, source string) (*goja.Program, error) {
	loader := api.LoaderJS
	switch path.Ext(file) {
	case ".ts", ".mts", ".cts":
		loader = api.LoaderTS
	case ".tsx":
		loader = api.LoaderTSX
	case ".jsx":
		loader = api.LoaderJSX
	}
	if strings.HasPrefix(source, "#!") {
		source = "//" + source
	}
	quoted := lambda.AppendJSONString(nil, filepath.Base(file))
	out := api.Transform(source, api.TransformOptions{
		Loader:    loader,
		Format:    api.FormatCommonJS,
		Platform:  api.PlatformNode,
		Target:    api.ES2022,
		Supported: lowered(),
		// Under a name in .mjs, "default" of an import would be the whole module.
		Sourcefile:     mapped,
		Sourcemap:      api.SourceMapExternal,
		SourcesContent: api.SourcesContentExclude,
		Banner:         wrapperHead,
		Footer:         wrapperTail,
		LogLevel:       api.LogLevelSilent,
		LogLimit:       1,
		TreeShaking:    api.TreeShakingFalse,
		TsconfigRaw:    "{}",
		LegalComments:  api.LegalCommentsNone,
	})
	if len(out.Errors) > 0 {
		e := out.Errors[0]
		text := e.Text
		if e.Location != nil {
			text = fmt.Sprintf("%s:%d:%d: %s", file, e.Location.Line, e.Location.Column+1, e.Text)
		}
		return nil, &syntaxError{text}
	}
	sources := bytes.Replace(out.Map, []byte(`"sources": ["`+mapped+`"]`),
		append(append([]byte(`"sources": [`), quoted...), ']'), 1)
	text := string(out.Code) + "\n//# sourceMappingURL=data:application/json;base64," +
		base64.StdEncoding.EncodeToString(sources) + "\n"
	return compileMetered(file, text, false)
}
