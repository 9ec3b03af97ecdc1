package javascript

import (
	"strings"

	"github.com/dop251/goja"
)

// matchSize is about what the engine keeps of a match while it looks for all of them.
const matchSize = 96

// guardReplace bounds what replace, replaceAll, match and split make, which the engine
// does in one step.
func (m *machine) guardReplace(str *goja.Object) {
	for _, name := range []string{"replace", "replaceAll"} {
		original, ok := goja.AssertFunction(str.Get(name))
		if !ok {
			continue
		}
		wrapAround(m, str, name, func(c goja.FunctionCall) goja.Value {
			s, ok := c.This.(goja.String)
			if _, pattern := c.Argument(0).(*goja.Object); !ok || pattern || len(c.Arguments) < 2 {
				return m.must(original(c.This, c.Arguments...))
			}
			matches := 1.0
			if name == "replaceAll" {
				n := 0
				if t := primitiveText(c.Argument(0)); t != nil {
					n = t.Length()
				}
				matches = float64(s.Length()/max(1, n) + 1)
			}
			if matches*matchSize > float64(m.fn.limits.memory) {
				matches = float64(strings.Count(s.String(), c.Argument(0).String()))
				m.charge(matches*matchSize, badString)
			}
			return m.must(original(c.This, c.Argument(0), m.replacement(s, matches, c.Argument(1))))
		})
	}
	pattern := m.vm.Get("RegExp").(*goja.Object).Get("prototype").(*goja.Object)
	for _, symbol := range []*goja.Symbol{goja.SymReplace, goja.SymMatch, goja.SymSplit} {
		old := pattern.GetSymbol(symbol).(*goja.Object)
		original, _ := goja.AssertFunction(old)
		replaced := m.dressed(old, func(c goja.FunctionCall) goja.Value {
			re, ok := c.This.(*goja.Object)
			s, text := c.Argument(0).(goja.String)
			if !ok || !text {
				return m.must(original(c.This, c.Arguments...))
			}
			matches := float64(s.Length() + 1)
			if matches*matchSize > float64(m.fn.limits.memory) {
				matches = m.matches(re, s)
				m.charge(matches*matchSize, badString)
			}
			if symbol == goja.SymReplace && len(c.Arguments) > 1 {
				return m.must(original(re, s, m.replacement(s, matches, c.Argument(1))))
			}
			return m.must(original(c.This, c.Arguments...))
		})
		_ = pattern.DefineDataPropertySymbol(symbol, replaced, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	}
}

// matches counts the matches of a regular expression one by one, so that a long text
// is given up in time.
func (m *machine) matches(re *goja.Object, s goja.String) float64 {
	class := m.vm.Get("RegExp")
	clone, err := m.vm.New(class, re, m.vm.ToValue("g"))
	if err != nil {
		m.rethrow(err)
	}
	exec, _ := goja.AssertFunction(class.(*goja.Object).Get("prototype").(*goja.Object).Get("exec"))
	n := 0.0
	for n*matchSize <= float64(m.fn.limits.memory) {
		found, ok := m.must(exec(clone, s)).(*goja.Object)
		if !ok {
			return n
		}
		n++
		m.tick(goja.FunctionCall{})
		m.pause()
		if m.sizeOf(found.Get("0")) == 0 {
			_ = clone.Set("lastIndex", clone.Get("lastIndex").ToInteger()+1)
		}
	}
	return n
}

// replacement is what to put in the place of matches: with itself where that cannot
// become much, else a function that counts.
func (m *machine) replacement(s goja.String, matches float64, with goja.Value) goja.Value {
	p := &portion{m: m}
	if f, ok := goja.AssertFunction(with); ok {
		return m.vm.ToValue(func(c goja.FunctionCall) goja.Value {
			t := m.textOf(m.must(f(goja.Undefined(), c.Arguments...)))
			p.take(t.Length())
			return t
		})
	}
	text := m.textOf(with)
	dollars := float64(strings.Count(text.String(), "$"))
	length := float64(s.Length())
	most := length + matches*(float64(text.Length())+dollars*length)
	if most <= float64(m.fn.limits.memory/bulk) {
		m.length(int(most))
		return text
	}
	return m.vm.ToValue(func(c goja.FunctionCall) goja.Value {
		return m.substitute(p, text, c.Arguments)
	})
}

// substitute is GetSubstitution of the language's specification: a replacement with
// what its dollar signs stand for. The arguments are those of a replacer function.
func (m *machine) substitute(p *portion, with goja.String, args []goja.Value) goja.String {
	n := len(args)
	var groups *goja.Object
	if o, ok := args[n-1].(*goja.Object); ok {
		groups, n = o, n-1
	}
	s, position := args[n-1].(goja.String), int(args[n-2].ToInteger())
	captures := args[:n-2]
	capture := func(i int) goja.String {
		if goja.IsUndefined(captures[i]) {
			return m.vm.ToValue("").(goja.String)
		}
		return m.textOf(captures[i])
	}
	matched := capture(0)
	var b goja.StringBuilder
	put := func(t goja.String) {
		p.take(t.Length())
		b.WriteString(t)
	}
	for i := 0; i < with.Length(); i++ {
		next := uint16(0)
		if i+1 < with.Length() {
			next = with.CharAt(i + 1)
		}
		if with.CharAt(i) != '$' || next == 0 {
			put(with.Substring(i, i+1))
			continue
		}
		switch {
		case next == '$':
			put(with.Substring(i, i+1))
			i++
		case next == '&':
			put(matched)
			i++
		case next == '`':
			put(s.Substring(0, position))
			i++
		case next == '\'':
			if tail := position + matched.Length(); tail < s.Length() {
				put(s.Substring(tail, s.Length()))
			}
			i++
		case next == '<' && groups != nil:
			end := i + 2
			for end < with.Length() && with.CharAt(end) != '>' {
				end++
			}
			if end == with.Length() {
				put(with.Substring(i, i+1))
				continue
			}
			if v := groups.Get(with.Substring(i+2, end).String()); v != nil && !goja.IsUndefined(v) {
				put(m.textOf(v))
			}
			i = end
		case next >= '0' && next <= '9':
			index, end := int(next-'0'), i+2
			if end < with.Length() {
				if d := with.CharAt(end); d >= '0' && d <= '9' && index*10+int(d-'0') < len(captures) {
					index, end = index*10+int(d-'0'), end+1
				}
			}
			if index == 0 || index >= len(captures) {
				put(with.Substring(i, i+1))
				continue
			}
			put(capture(index))
			i = end - 1
		default:
			put(with.Substring(i, i+1))
		}
	}
	return b.String()
}
