package javascript

import (
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
)

// guardSources sees to it that code which a function makes of text passes the meter as
// well: eval, and the constructors of functions. An eval is always an indirect one: it
// sees the global scope and not the caller's.
func (m *machine) guardSources() error {
	global := m.vm.GlobalObject()
	wrapAround(m, global, "eval", m.eval)
	for head, sample := range map[string]string{
		"function":       "(function(){})",
		"async function": "(async function(){})",
		"function*":      "(function*(){})",
	} {
		v, err := m.vm.RunString(sample)
		if err != nil {
			return err
		}
		prototype := v.(*goja.Object).Prototype()
		old, ok := prototype.Get("constructor").(*goja.Object)
		if !ok {
			continue
		}
		replacement := m.vm.ToValue(func(c goja.ConstructorCall) *goja.Object {
			return m.generate(head, c.Arguments)
		}).(*goja.Object)
		for _, key := range []string{"name", "length"} {
			_ = replacement.DefineDataProperty(key, old.Get(key), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
		}
		if err := replacement.Set("prototype", prototype); err != nil {
			return err
		}
		writable := goja.FLAG_FALSE
		if head == "function" {
			writable = goja.FLAG_TRUE
			err := global.DefineDataProperty("Function", replacement, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
			if err != nil {
				return err
			}
		}
		err = prototype.DefineDataProperty("constructor", replacement, writable, goja.FLAG_TRUE, goja.FLAG_FALSE)
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *machine) syntaxError(err error) goja.Value {
	return m.newError("SyntaxError", strings.TrimPrefix(err.Error(), "SyntaxError: "))
}

// parsed parses text that a function gave.
func (m *machine) parsed(source string) *ast.Program {
	m.charge(float64(len(source))*valueSize, "The code is too large")
	tree, err := goja.Parse("", source)
	if err != nil {
		panic(m.syntaxError(err))
	}
	meterProgram(tree)
	return tree
}

func (m *machine) eval(c goja.FunctionCall) goja.Value {
	source, ok := c.Argument(0).(goja.String)
	if !ok {
		return c.Argument(0)
	}
	p, err := goja.CompileAST(m.parsed(source.String()), false)
	if err != nil {
		panic(m.syntaxError(err))
	}
	return m.must(m.vm.RunProgram(p))
}

// generate makes a function of its parameters and its body.
func (m *machine) generate(head string, args []goja.Value) *goja.Object {
	parts := make([]string, len(args))
	for i, v := range args {
		parts[i] = m.textOf(v).String()
	}
	body := ""
	if n := len(parts); n > 0 {
		body, parts = parts[n-1], parts[:n-1]
	}
	params := strings.Join(parts, ",")
	// Each must be complete by itself.
	for _, source := range []string{
		"(" + head + " anonymous(" + params + "\n){})", "(" + head + " anonymous(){\n" + body + "\n})",
	} {
		if _, err := goja.Parse("", source); err != nil {
			panic(m.syntaxError(err))
		}
	}
	tree := m.parsed("(" + head + " anonymous(" + params + "\n) {\n" + body + "\n})")
	if !enclose(tree) {
		panic(m.newError("SyntaxError", "Unexpected token"))
	}
	p, err := goja.CompileAST(tree, false)
	if err != nil {
		panic(m.syntaxError(err))
	}
	v, err := m.enclosed(p)
	o, _ := m.must(v, err).(*goja.Object)
	return o
}
