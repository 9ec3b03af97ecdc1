package javascript

import (
	"runtime"
	"time"

	"github.com/dop251/goja"
)

// nodeVersion is what process.version says: the release whose behaviour is
// followed.
const nodeVersion = "v20.18.0"

// process makes the process object, of which only what concerns the function is
// there. Its env holds the configured variables and those of the runtime, never
// those of the process that runs it.
func (m *machine) process() *goja.Object {
	o := m.vm.NewObject()
	set := func(name string, v any) { _ = o.Set(name, v) }
	env := m.vm.NewObject()
	for key, value := range m.fn.vars {
		_ = env.Set(key, value)
	}
	set("env", env)
	m.env = env
	set("version", nodeVersion)
	versions := m.vm.NewObject()
	_ = versions.Set("node", nodeVersion[1:])
	set("versions", versions)
	set("platform", "linux")
	set("arch", map[string]string{"amd64": "x64"}[runtime.GOARCH])
	if runtime.GOARCH != "amd64" {
		set("arch", runtime.GOARCH)
	}
	set("argv", m.vm.NewArray("node"))
	set("pid", 1)
	set("cwd", func() string { return m.fn.entry.Root })
	began := time.Now()
	set("uptime", func() float64 { return time.Since(began).Seconds() })
	hrtime := m.vm.ToValue(func(c goja.FunctionCall) goja.Value {
		d := time.Since(began)
		if before, ok := c.Argument(0).(*goja.Object); ok {
			d -= time.Duration(before.Get("0").ToInteger())*time.Second + time.Duration(before.Get("1").ToInteger())
		}
		return m.vm.NewArray(int64(d/time.Second), int64(d%time.Second))
	}).(*goja.Object)
	set("hrtime", hrtime)
	set("exitCode", goja.Undefined())
	set("exit", func(c goja.FunctionCall) goja.Value {
		m.exit(c.Argument(0).ToInteger() & 0xff)
		return goja.Undefined()
	})
	stream := func(level string) *goja.Object {
		s := m.vm.NewObject()
		_ = s.Set("write", func(c goja.FunctionCall) goja.Value {
			m.print(level, c.Argument(0).String())
			return m.vm.ToValue(true)
		})
		return s
	}
	set("stdout", stream("info"))
	set("stderr", stream("error"))
	// Listeners for the end of the process are never called: it is not one.
	listen := func(goja.FunctionCall) goja.Value { return o }
	for _, name := range []string{"on", "once", "off", "addListener", "removeListener", "removeAllListeners"} {
		set(name, listen)
	}
	set("emitWarning", func(c goja.FunctionCall) goja.Value {
		m.print("warn", c.Argument(0).String())
		return goja.Undefined()
	})
	return o
}

// traceVariable is where a function finds the trace that it is part of.
const traceVariable = "_X_AMZN_TRACE_ID"

// setTrace puts the invocation's trace into the environment.
func (m *machine) setTrace(id string) {
	if id == m.trace {
		return
	}
	m.trace = id
	if id == "" {
		_ = m.env.Delete(traceVariable)
		return
	}
	_ = m.env.Set(traceVariable, id)
}
