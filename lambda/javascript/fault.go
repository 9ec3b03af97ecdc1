package javascript

import (
	"errors"
	"regexp"
	"strings"

	"github.com/dop251/goja"

	"sluice/lambda"
)

const (
	// maxTrace bounds the lines of a stack trace.
	maxTrace = 100
	// maxMessage bounds an error's message, in bytes.
	maxMessage = 256 << 10
)

// offset is the position in the byte code that the engine puts behind a frame.
var offset = regexp.MustCompile(`\(\d+\)(\)?)$`)

// thrown is the value of an exception.
func thrown(err error) goja.Value {
	var e *goja.Exception
	if errors.As(err, &e) {
		return e.Value()
	}
	return nil
}

// fault describes an exception. A kind replaces the error's name; its message
// then carries the name, as in the service.
func (m *machine) fault(err error, kind string) lambda.Fault {
	var r *rejection
	if errors.As(err, &r) {
		return r.fault
	}
	if v := thrown(err); v != nil {
		return m.faultOf(v, kind)
	}
	return lambda.Fault{Type: "Error", Message: err.Error(), Trace: []string{}}
}

// faultOf describes a thrown value as the Node.js runtime does.
func (m *machine) faultOf(v goja.Value, kind string) (f lambda.Fault) {
	f = lambda.Fault{
		Type: "handled",
		Message: "callback called with Error argument, but there was a problem while retrieving one or more of its " +
			"message, name, and stack",
	}
	if v == nil {
		return f
	}
	// The value's getters and toString are the function's code and may throw.
	err := m.vm.Try(func() {
		o, ok := v.(*goja.Object)
		if !ok || !m.isError(o) {
			f = lambda.Fault{Type: typeOf(v), Message: cut(v.String()), Trace: []string{}}
			if kind != "" {
				f.Type = kind
			}
			return
		}
		name, message := text(o, "name"), text(o, "message")
		f = lambda.Fault{Type: name, Message: message, Trace: trace(text(o, "stack"))}
		if kind != "" {
			f.Type, f.Message = kind, message
			if name != "" {
				f.Message = name + ": " + message
			}
		}
	})
	if err != nil {
		return f
	}
	return f
}

// isError tells whether o is an error, also of another realm.
func (m *machine) isError(o *goja.Object) bool {
	if o.ClassName() == "Error" {
		return true
	}
	return o.Get("name") != nil && o.Get("message") != nil && o.Get("stack") != nil
}

func text(o *goja.Object, key string) string {
	v := o.Get(key)
	if v == nil || goja.IsUndefined(v) {
		return ""
	}
	return cut(v.String())
}

func cut(s string) string {
	if len(s) > maxMessage {
		return s[:maxMessage]
	}
	return s
}

func typeOf(v goja.Value) string {
	switch {
	case goja.IsUndefined(v):
		return "undefined"
	case goja.IsNull(v):
		return "object"
	}
	if o, ok := v.(*goja.Object); ok {
		if _, ok := goja.AssertFunction(o); ok {
			return "function"
		}
		return "object"
	}
	switch v.ExportType().Kind().String() {
	case "string":
		return "string"
	case "bool":
		return "boolean"
	case "int64", "float64":
		return "number"
	}
	if _, ok := v.(*goja.Symbol); ok {
		return "symbol"
	}
	return "bigint"
}

// trace turns the engine's stack into lines as Node.js prints them.
func trace(stack string) []string {
	lines := strings.Split(strings.TrimRight(stack, "\n"), "\n")
	if len(lines) > maxTrace {
		lines = lines[:maxTrace]
	}
	kept := lines[:0]
	for _, line := range lines {
		if frame, ok := strings.CutPrefix(line, "\tat "); ok {
			// Frames of the runtime itself are Go functions.
			if strings.HasSuffix(frame, " (native)") {
				continue
			}
			line = "    at " + offset.ReplaceAllString(frame, "$1")
		}
		kept = append(kept, line)
	}
	return kept
}
