package javascript

import (
	_ "embed"
	"encoding/base64"
	"errors"
	"math"
	"sync"
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/dop251/goja"
	"github.com/dop251/goja_nodejs/buffer"
	"github.com/dop251/goja_nodejs/require"
	"github.com/dop251/goja_nodejs/url"
	_ "github.com/dop251/goja_nodejs/util" // core module of the buffer and url modules

	"sluice/lambda"
)

// maxMatch bounds the matching of one backtracking regular expression, which the
// interrupt does not reach. The engine has no other way to set it.
const maxMatch = lambda.DefaultTimeout

func init() { regexp2.DefaultMatchTimeout = maxMatch }

//go:embed prelude/prelude.js
var preludeSource string

// prelude compiles the parts of the environment that are written in JavaScript; one
// script for all VMs.
var prelude = sync.OnceValues(func() (*goja.Program, error) {
	return compileMetered("sluice:prelude", preludeSource, true)
})

// furnish gives the VM its globals.
func (m *machine) furnish() error {
	registry := require.NewRegistry(require.WithLoader(func(string) ([]byte, error) {
		return nil, require.ModuleFileDoesNotExistError
	}))
	registry.Enable(m.vm)
	buffer.Enable(m.vm)
	url.Enable(m.vm)
	util := require.Require(m.vm, "util").(*goja.Object)
	bufferModule := require.Require(m.vm, "buffer")
	urlModule := require.Require(m.vm, "url")
	global := m.vm.GlobalObject()
	if err := global.Delete("require"); err != nil {
		return err
	}
	set := func(name string, v any) {
		_ = global.DefineDataProperty(name, m.vm.ToValue(v), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	}
	set("global", global)
	json := global.Get("JSON").(*goja.Object)
	m.wrapParse(json)
	if err := m.newMeter(); err != nil {
		return err
	}
	m.guardStringify(json)
	m.builtin.stringify, _ = goja.AssertFunction(json.Get("stringify"))
	if err := m.guard(); err != nil {
		return err
	}
	if err := m.guardSources(); err != nil {
		return err
	}
	m.timers(set)
	set("process", m.process())
	set("atob", m.atob)
	set("btoa", m.btoa)

	native := m.vm.NewObject()
	_ = native.Set("fetch", m.fetch)
	_ = native.Set("encode", m.encodeUTF8)
	_ = native.Set("decode", m.decodeText)
	_ = native.Set("format", util.Get("format"))
	_ = native.Set("log", m.write)
	_ = native.Set("hash", m.hash)
	_ = native.Set("randomFill", m.randomFill)
	_ = native.Set("randomUUID", m.randomUUID)
	_ = native.Set("equal", m.timingSafeEqual)
	_ = native.Set("pbkdf2", m.pbkdf2)
	began := time.Now()
	_ = native.Set("now", func() float64 { return float64(time.Since(began)) / float64(time.Millisecond) })
	script, err := prelude()
	if err != nil {
		return err
	}
	run, err := m.enclosed(script)
	if err != nil {
		return err
	}
	f, ok := goja.AssertFunction(run)
	if !ok {
		return errors.New("the prelude is not a function")
	}
	made, err := f(goja.Undefined(), native, util, bufferModule, urlModule)
	if err != nil {
		return err
	}
	o := made.(*goja.Object)
	m.cores = &cores{modules: o.Get("modules").(*goja.Object)}
	m.builtin.inspect, _ = goja.AssertFunction(o.Get("inspect"))
	return nil
}

// wrapParse replaces JSON.parse; see decode. A reviver goes to the engine's own.
func (m *machine) wrapParse(json *goja.Object) {
	original, _ := goja.AssertFunction(json.Get("parse"))
	replacement := m.vm.ToValue(func(c goja.FunctionCall) goja.Value {
		text := c.Argument(0).String()
		v, err := m.decode(text)
		if err != nil {
			panic(m.newError("SyntaxError", err.Error()))
		}
		if _, ok := goja.AssertFunction(c.Argument(1)); !ok {
			return v
		}
		// It has been found to be well-formed and not too deep.
		v, err = original(c.This, c.Arguments...)
		if err != nil {
			m.rethrow(err)
		}
		return v
	})
	_ = replacement.(*goja.Object).DefineDataProperty("name", m.vm.ToValue("parse"),
		goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	_ = json.DefineDataProperty("parse", replacement, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// cores are the modules that come with the runtime.
type cores struct{ modules *goja.Object }

// require is a core module; nil when there is none of that name.
func (c *cores) require(name string) goja.Value {
	const prefix = "node:"
	if len(name) > len(prefix) && name[:len(prefix)] == prefix {
		name = name[len(prefix):]
	}
	return c.modules.Get(name)
}

// timers sets setTimeout and its kin.
func (m *machine) timers(set func(string, any)) {
	start := func(c goja.FunctionCall, repeats, immediate bool) goja.Value {
		callback, ok := goja.AssertFunction(c.Argument(0))
		if !ok {
			panic(m.vm.NewTypeError("The \"callback\" argument must be of type function."))
		}
		if len(m.loop.timers) >= maxTimers {
			panic(m.newError("RangeError", "too many timers"))
		}
		t := &timer{callback: callback, repeats: repeats}
		skip := 2
		delay := 1.0
		if immediate {
			skip, delay = 1, 0
		} else if d := c.Argument(1).ToFloat(); d >= 1 && d <= math.MaxInt32 {
			delay = d
		}
		t.every = time.Duration(delay * float64(time.Millisecond))
		t.due = time.Now().Add(t.every)
		if len(c.Arguments) > skip {
			t.args = append(t.args, c.Arguments[skip:]...)
		}
		m.loop.start(t)
		return m.handle(t)
	}
	stop := func(c goja.FunctionCall) goja.Value {
		switch v := c.Argument(0).(type) {
		case *goja.Object:
			if id := v.Get("id"); id != nil {
				m.loop.stop(id.ToInteger())
			}
		default:
			if !goja.IsUndefined(v) && !goja.IsNull(v) {
				m.loop.stop(v.ToInteger())
			}
		}
		return goja.Undefined()
	}
	set("setTimeout", func(c goja.FunctionCall) goja.Value { return start(c, false, false) })
	set("setInterval", func(c goja.FunctionCall) goja.Value { return start(c, true, false) })
	set("setImmediate", func(c goja.FunctionCall) goja.Value { return start(c, false, true) })
	set("clearTimeout", stop)
	set("clearInterval", stop)
	set("clearImmediate", stop)
}

// handle is what setTimeout returns.
func (m *machine) handle(t *timer) goja.Value {
	o := m.vm.NewObject()
	_ = o.DefineDataProperty("id", m.vm.ToValue(t.id), goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
	method := func(name string, f func()) {
		_ = o.DefineDataProperty(name, m.vm.ToValue(func(goja.FunctionCall) goja.Value {
			f()
			return o
		}), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	}
	method("unref", func() { t.weak = true })
	method("ref", func() { t.weak = false })
	_ = o.DefineDataProperty("hasRef", m.vm.ToValue(func() bool { return !t.weak }),
		goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	_ = o.SetSymbol(goja.SymToPrimitive, m.vm.ToValue(func(goja.FunctionCall) goja.Value {
		return m.vm.ToValue(t.id)
	}))
	return o
}

func (m *machine) atob(c goja.FunctionCall) goja.Value {
	m.charge(m.sizeOf(c.Argument(0)), badString)
	var clean []byte
	for _, b := range []byte(c.Argument(0).String()) {
		switch b {
		case ' ', '\t', '\n', '\f', '\r', '=':
		default:
			clean = append(clean, b)
		}
	}
	raw, err := base64.RawStdEncoding.DecodeString(string(clean))
	if err != nil {
		panic(m.newError("Error", "The string to be decoded is not correctly encoded."))
	}
	units := make([]uint16, len(raw))
	for i, b := range raw {
		units[i] = uint16(b)
	}
	return goja.StringFromUTF16(units)
}

func (m *machine) btoa(c goja.FunctionCall) goja.Value {
	s, _ := c.Argument(0).ToString().(goja.String)
	m.charge(2*float64(s.Length()), badString)
	raw := make([]byte, s.Length())
	for i := range raw {
		unit := s.CharAt(i)
		if unit > 0xff {
			panic(m.newError("Error", "Invalid character"))
		}
		raw[i] = byte(unit)
	}
	return m.vm.ToValue(base64.StdEncoding.EncodeToString(raw))
}
