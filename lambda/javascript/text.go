package javascript

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// parts is how many pieces String.prototype.split makes.
func (m *machine) parts(c goja.FunctionCall) float64 {
	s, ok := c.This.(goja.String)
	if !ok {
		return 0
	}
	n := float64(s.Length())
	if limit := c.Argument(1); !goja.IsUndefined(limit) {
		n = min(n, float64(uint32(limit.ToInteger())))
	}
	separator, ok := c.Argument(0).(goja.String)
	if !ok || separator.Length() == 0 || n < small {
		return n
	}
	return min(n, float64(strings.Count(s.String(), separator.String())+1))
}

// guardJoin bounds Array.prototype.join, which can make much of one string in many
// places.
func (m *machine) guardJoin(elements *goja.Object) {
	join, _ := goja.AssertFunction(elements.Get("join"))
	apply, _ := goja.AssertFunction(m.vm.Get("Function").(*goja.Object).Get("prototype").(*goja.Object).Get("apply"))
	var sum float64
	// measure gets the elements as its arguments; the engine hands them over much
	// faster than they can be asked for one by one.
	measure := m.vm.ToValue(func(c goja.FunctionCall) goja.Value {
		sum = 0
		for _, v := range c.Arguments {
			switch s := v.(type) {
			case goja.String:
				sum += float64(s.Length())
			case *goja.Object, *goja.Symbol:
				sum = math.NaN()
				return nil
			default:
				sum += 32 // a number or a word
			}
		}
		return nil
	})
	var under []*goja.Object
	wrapAround(m, elements, "join", func(c goja.FunctionCall) goja.Value {
		o := c.This.ToObject(m.vm)
		n := m.sizeOf(o)
		separator := 1.0
		if s, ok := c.Argument(0).(goja.String); ok {
			separator = float64(s.Length())
		}
		m.charge(n*max(1, separator), badString)
		if n < 2 {
			return m.keep(m.must(join(c.This, c.Arguments...)))
		}
		if o.ClassName() == "Array" {
			m.must(apply(measure, goja.Undefined(), o))
			if !math.IsNaN(sum) {
				m.charge(sum+n*separator, badString)
				return m.must(join(c.This, c.Arguments...))
			}
		}
		// Elements that are objects become text first, one after the other.
		if slices.Contains(under, o) {
			return m.vm.ToValue("")
		}
		under = append(under, o)
		defer func() { under = under[:len(under)-1] }()
		return m.joined(o, int(n), c.Argument(0))
	})
}

func (m *machine) joined(o *goja.Object, n int, separator goja.Value) goja.Value {
	if goja.IsUndefined(separator) {
		separator = m.vm.ToValue(",")
	}
	between := m.textOf(separator)
	var b goja.StringBuilder
	p := portion{m: m}
	for i := range n {
		if i > 0 {
			b.WriteString(between)
		}
		p.take(between.Length())
		if v := o.Get(strconv.Itoa(i)); v != nil && !goja.IsUndefined(v) && !goja.IsNull(v) {
			s := m.textOf(v)
			p.take(s.Length())
			b.WriteString(s)
		}
	}
	return b.String()
}

// portion counts what a native call puts together piece by piece.
type portion struct {
	m     *machine
	total int64
	calls int
}

// take counts n characters more.
func (p *portion) take(n int) {
	if p.total += int64(n); p.total > p.m.fn.limits.memory {
		panic(p.m.newError("RangeError", badString))
	}
	p.m.charge(float64(n), badString)
	if p.calls++; p.calls%turns == 0 {
		p.m.weigh(0)
		p.m.pause()
	}
}

// pause breaks off a native loop of an interrupted machine.
func (m *machine) pause() {
	if reason := m.stopped(); reason != nil {
		panic(m.newError("Error", reason.Error()))
	}
}
