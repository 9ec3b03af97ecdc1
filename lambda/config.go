package lambda

import (
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Runtimes that a function can be configured with.
const (
	RuntimeJavaScript = "javascript"
	RuntimeNode       = "node"
	RuntimePython     = "python"
	RuntimeProcess    = "process"
	RuntimeEndpoint   = "endpoint"
	RuntimeStatic     = "static"
)

// Config says which functions there are.
type Config struct {
	// Region and AccountID make the ARNs of local functions.
	Region    string `yaml:"region"`
	AccountID string `yaml:"accountId"`
	// Endpoint is the Invoke endpoint for functions that are not configured, an
	// http or https URL. Without it AWS_ENDPOINT_URL_LAMBDA counts, then
	// AWS_ENDPOINT_URL.
	Endpoint string `yaml:"endpoint"`
	// Dir is what relative paths of functions are relative to.
	Dir       string     `yaml:"-"`
	Functions []Function `yaml:"functions"`
}

// Function configures one function. Zero values stand for defaults.
type Function struct {
	// Name is the function's name or ARN, with an alias or a version when it is
	// to serve that one only.
	Name string `yaml:"name"`
	// Runtime is one of the constants above.
	Runtime string `yaml:"runtime"`
	// Handler is "file.function" relative to Dir, such as "src/index.handler" (for
	// process: whatever the program understands). With File, the function's name
	// is enough, and "handler" is the default.
	Handler string `yaml:"handler"`
	// File is the source file (javascript, node, python), the program (process)
	// or the answer (static).
	File string `yaml:"file"`
	// Dir is the function's root: nothing outside it is loaded by javascript, and
	// processes start in it. The default is the directory of File.
	Dir string `yaml:"dir"`
	// Command replaces the interpreter or the program and gives it arguments:
	// process: the whole command; node and python: the interpreter.
	Command []string `yaml:"command"`
	// TimeoutMs is the function's own time limit in milliseconds; default 30000,
	// one second more than an integration waits.
	TimeoutMs int `yaml:"timeoutMs"`
	// MemoryMB is the memory limit in mebibytes. javascript: default 128. Processes:
	// enforced when set, where the operating system tells how much they use.
	MemoryMB int `yaml:"memoryMB"`
	// Concurrency is how many invocations run at a time; default 64 for
	// javascript, 8 for processes, no limit for endpoint and static.
	Concurrency int `yaml:"concurrency"`
	// Queue is how many invocations wait while Concurrency run, before others are
	// throttled; default 1000. A pointer, because 0 means to throttle at once.
	Queue *int `yaml:"queue"`
	// Environment is what the function sees as environment variables.
	Environment map[string]string `yaml:"environment"`
	// Endpoint, Region and RemoteName belong to runtime endpoint: the URL, the
	// region that requests are signed for, and the name that the function has
	// there.
	Endpoint   string `yaml:"endpoint"`
	Region     string `yaml:"region"`
	RemoteName string `yaml:"remoteName"`
}

// Defaults and bounds of a function's settings.
const (
	DefaultTimeout    = 30 * time.Second
	MaxTimeout        = 15 * time.Minute
	DefaultMemoryMB   = 128
	MaxMemoryMB       = 10240
	DefaultQueue      = 1000
	maxConcurrency    = 10000
	maxQueue          = 1000000
	maxEnvironment    = 4 << 10
	defaultScriptVMs  = 64
	defaultProcesses  = 8
	defaultHandler    = "handler"
	defaultRegion     = "us-east-1"
	defaultAccountID  = "000000000000"
	placeholderPrefix = "arn:aws:lambda:"
)

// Timeout is the function's time limit.
func (f *Function) Timeout() time.Duration {
	if f.TimeoutMs == 0 {
		return DefaultTimeout
	}
	return time.Duration(f.TimeoutMs) * time.Millisecond
}

// Memory is the memory limit in bytes.
func (f *Function) Memory() int64 {
	return int64(f.MemorySetting()) << 20
}

// MemorySetting is the memory limit in mebibytes.
func (f *Function) MemorySetting() int {
	if f.MemoryMB == 0 {
		return DefaultMemoryMB
	}
	return f.MemoryMB
}

// Slots is how many invocations run at a time.
func (f *Function) Slots() int {
	switch {
	case f.Concurrency != 0:
		return f.Concurrency
	case f.Runtime == RuntimeJavaScript:
		return defaultScriptVMs
	}
	return defaultProcesses
}

// Waiting is how many invocations may wait for a slot.
func (f *Function) Waiting() int {
	if f.Queue == nil {
		return DefaultQueue
	}
	return *f.Queue
}

// ARN is the function's ARN, made of the configuration's region and account
// unless the name is an ARN.
func (c *Config) ARN(f *Function) string {
	ref, err := ParseReference(f.Name)
	if err != nil {
		return ""
	}
	if ref.ARN != "" {
		return ref.ARN
	}
	region, account := f.Region, c.AccountID
	if region == "" {
		region = c.Region
	}
	if region == "" {
		region = defaultRegion
	}
	if account == "" {
		account = defaultAccountID
	}
	return placeholderPrefix + region + ":" + account + ":function:" + ref.Name
}

// InvokeEndpoint is the URL for functions that are not configured, "" when none
// is known.
func (c *Config) InvokeEndpoint(getenv func(string) string) string {
	if c.Endpoint != "" {
		return c.Endpoint
	}
	if v := getenv("AWS_ENDPOINT_URL_LAMBDA"); v != "" {
		return v
	}
	return getenv("AWS_ENDPOINT_URL")
}

// Entry is where a function's code begins: a file below Root and the name of
// the function in it.
type Entry struct {
	// Root is the absolute directory of the function.
	Root string
	// Module is the file relative to Root, with slashes, perhaps without its
	// extension.
	Module string
	// Function is the exported function's name; may have dots for nested ones.
	Function string
}

// Handler is the entry in the service's form "file.function".
func (e Entry) Handler() string {
	return strings.TrimSuffix(e.Module, path.Ext(e.Module)) + "." + e.Function
}

// Entry resolves handler, file and dir against base, an absolute directory.
func (f *Function) Entry(base string) (Entry, error) {
	var e Entry
	handler := f.Handler
	if f.File != "" {
		file := absolute(base, f.File)
		e.Root = filepath.Dir(file)
		if f.Dir != "" {
			e.Root = absolute(base, f.Dir)
		}
		rel, err := filepath.Rel(e.Root, file)
		if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return Entry{}, fmt.Errorf("file %s is not inside dir %s", f.File, f.Dir)
		}
		e.Module = filepath.ToSlash(rel)
		// Of "file.function" only the function counts: the file is known.
		e.Function = handler[strings.LastIndexByte(handler, '.')+1:]
		if e.Function == "" {
			e.Function = defaultHandler
		}
		return e, nil
	}
	e.Root = absolute(base, f.Dir)
	// The function begins behind the first dot of the last path segment.
	slash := strings.LastIndexByte(handler, '/') + 1
	module, function, ok := strings.Cut(handler[slash:], ".")
	if !ok || module == "" || function == "" {
		return Entry{}, fmt.Errorf("handler %q is not of the form file.function", handler)
	}
	e.Module, e.Function = handler[:slash]+module, function
	return e, nil
}

func absolute(base, name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(base, name)
}

// Problem is something wrong in a Config.
type Problem struct {
	// Function is the index in Config.Functions; -1 for the Config itself.
	Function int
	// Field is the name of the setting.
	Field string
	// Message says what is wrong with it.
	Message string
}

func (p Problem) Error() string {
	if p.Function < 0 {
		return p.Field + ": " + p.Message
	}
	return fmt.Sprintf("functions[%d].%s: %s", p.Function, p.Field, p.Message)
}

// Validate finds everything that is wrong in the Config, without looking at
// files.
func (c *Config) Validate() []Problem {
	v := &validator{at: -1}
	if c.Endpoint != "" {
		v.endpoint(c.Endpoint)
	}
	if c.AccountID != "" && !isAccount(c.AccountID) {
		v.problem("accountId", "%q is not twelve digits", c.AccountID)
	}
	if c.Region != "" && !isLabel(c.Region) {
		v.problem("region", "%q is not a region", c.Region)
	}
	seen := map[Reference]int{}
	for i := range c.Functions {
		v.at = i
		f := &c.Functions[i]
		ref, err := ParseReference(f.Name)
		if err != nil {
			v.problem("name", "%s", err)
		} else if first, ok := seen[ref]; ok {
			v.problem("name", "%q is already functions[%d]", f.Name, first)
		} else {
			seen[ref] = i
		}
		v.function(f)
	}
	return v.found
}

type validator struct {
	at    int
	found []Problem
}

func (v *validator) problem(field, format string, args ...any) {
	v.found = append(v.found, Problem{Function: v.at, Field: field, Message: fmt.Sprintf(format, args...)})
}

func (v *validator) endpoint(s string) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		v.problem("endpoint", "%q is not an http or https URL", s)
	}
}

func (v *validator) between(field string, n, low, high int) {
	if n != 0 && (n < low || n > high) {
		v.problem(field, "%d is not between %d and %d", n, low, high)
	}
}

func (v *validator) function(f *Function) {
	v.between("timeoutMs", f.TimeoutMs, 1, int(MaxTimeout/time.Millisecond))
	v.between("memoryMB", f.MemoryMB, 16, MaxMemoryMB)
	v.between("concurrency", f.Concurrency, 1, maxConcurrency)
	if f.Queue != nil && (*f.Queue < 0 || *f.Queue > maxQueue) {
		v.problem("queue", "%d is not between 0 and %d", *f.Queue, maxQueue)
	}
	v.environment(f.Environment)
	if f.Region != "" && !isLabel(f.Region) {
		v.problem("region", "%q is not a region", f.Region)
	}
	switch f.Runtime {
	case RuntimeJavaScript, RuntimeNode, RuntimePython:
		v.source(f)
	case RuntimeProcess:
		if (f.File == "") == (len(f.Command) == 0) {
			v.problem("file", "runtime process needs either file (the program) or command")
		}
	case RuntimeStatic:
		if f.File == "" {
			v.problem("file", "runtime static needs the file to answer with")
		}
		v.unused(f, "handler", f.Handler != "", "dir", f.Dir != "", "command", f.Command != nil,
			"environment", f.Environment != nil, "concurrency", f.Concurrency != 0, "queue", f.Queue != nil,
			"timeoutMs", f.TimeoutMs != 0, "memoryMB", f.MemoryMB != 0)
	case RuntimeEndpoint:
		// Without its own endpoint it is the Config's; the registry says so when
		// there is none either.
		if f.Endpoint != "" {
			v.endpoint(f.Endpoint)
		}
		if f.RemoteName != "" {
			if _, err := ParseReference(f.RemoteName); err != nil {
				v.problem("remoteName", "%s", err)
			}
		}
		v.unused(f, "handler", f.Handler != "", "file", f.File != "", "dir", f.Dir != "", "command", f.Command != nil,
			"environment", f.Environment != nil, "concurrency", f.Concurrency != 0, "queue", f.Queue != nil,
			"timeoutMs", f.TimeoutMs != 0, "memoryMB", f.MemoryMB != 0)
	case "":
		v.problem("runtime", "is missing: javascript, node, python, process, endpoint or static")
	default:
		v.problem("runtime", "%q is none of javascript, node, python, process, endpoint, static", f.Runtime)
	}
	if f.Runtime != RuntimeEndpoint {
		v.unused(f, "endpoint", f.Endpoint != "", "remoteName", f.RemoteName != "")
	}
}

// source checks where the code of an interpreted function is.
func (v *validator) source(f *Function) {
	if f.File == "" && f.Handler == "" {
		v.problem("handler", "runtime %s needs handler (file.function) or file", f.Runtime)
		return
	}
	if _, err := f.Entry(string(filepath.Separator)); err != nil {
		field := "handler"
		if f.File != "" {
			field = "file"
		}
		v.problem(field, "%s", err)
	}
	if f.Runtime == RuntimeJavaScript {
		v.unused(f, "command", f.Command != nil)
	} else if f.Command != nil && len(f.Command) == 0 {
		v.problem("command", "is empty")
	}
}

// unused refuses settings that the runtime would ignore; pairs of a name and
// whether it is set.
func (v *validator) unused(f *Function, pairs ...any) {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1].(bool) {
			v.problem(pairs[i].(string), "has no meaning for runtime %s", f.Runtime)
		}
	}
}

func (v *validator) environment(env map[string]string) {
	size := 0
	for key, value := range env {
		size += len(key) + len(value)
		if !isVariable(key) || strings.IndexByte(value, 0) >= 0 {
			v.problem("environment", "%q cannot be an environment variable", key)
		}
		if reserved(key) {
			v.problem("environment", "%q is reserved for the runtime", key)
		}
	}
	if size > maxEnvironment {
		v.problem("environment", "%d bytes are more than the service allows (%d)", size, maxEnvironment)
	}
}

func isVariable(s string) bool {
	if s == "" || '0' <= s[0] && s[0] <= '9' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isNameByte(c) || c == '-' {
			return false
		}
	}
	return true
}

// reserved tells whether the runtime sets the variable itself. Credentials and
// the region are reserved in the service but have to be configured here.
func reserved(key string) bool {
	switch key {
	case "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_FUNCTION_NAME",
		"AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_LOG_GROUP_NAME",
		"AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_INITIALIZATION_TYPE", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR":
		return true
	}
	return false
}
