package javascript

import (
	"math"
	"math/big"
	"reflect"
	"strconv"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"
)

const (
	// turns is how many ticks pass between two looks at the heap.
	turns = 64
	// bulk is the part of the limit from which on a machine is looked at with every
	// tick: it holds something of which every copy counts.
	bulk = 16
	// small is the length of strings and arrays that pass without a look.
	small = 1 << 10
)

// meter is what rewritten code calls; see meterProgram.
type meter struct {
	arguments []goja.Value // in the order of meterNames
	ticks     int          // until the next look
	bulky     bool         // it has had something large
	charged   int64        // bytes taken in large steps since the last look
	allowed   int64        // heap of the process at which the machine is judged

	// The engine's own operators, for what the meter does not decide.
	plus, text, shift, power, assign, has goja.Callable
}

// newMeter makes the functions of the meter.
func (m *machine) newMeter() error {
	engine := map[string]*goja.Callable{
		"(function(a,b){return a+b})":      &m.meter.plus,
		"(function(a){return `${a}`})":     &m.meter.text,
		"(function(a,b){return a<<b})":     &m.meter.shift,
		"(function(a,b){return a**b})":     &m.meter.power,
		"(function(o,k,v){return o[k]=v})": &m.meter.assign,
		"(function(o,k){return k in o})":   &m.meter.has,
	}
	for source, into := range engine {
		v, err := m.vm.RunString(source)
		if err != nil {
			return err
		}
		*into, _ = goja.AssertFunction(v)
	}
	byName := map[string]func(goja.FunctionCall) goja.Value{
		nameTick: m.tick, nameAdd: m.add, nameTemplate: m.template, nameText: m.toText, nameGrown: m.grown,
		nameSpread: m.spread, nameShift: m.shiftLeft, namePower: m.raise, nameUpdate: m.update, nameHide: m.hide,
	}
	for _, name := range meterNames() {
		f := m.vm.ToValue(byName[name.String()])
		m.meter.arguments = append(m.meter.arguments, f)
		// Code that eval compiles finds them here.
		err := m.vm.GlobalObject().DefineDataProperty(name.String(), f, goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
		if err != nil {
			return err
		}
	}
	return nil
}

// enclosed runs a program that has been enclosed, and returns what is in it.
func (m *machine) enclosed(p *goja.Program) (goja.Value, error) {
	v, err := m.vm.RunProgram(p)
	if err != nil {
		return nil, err
	}
	f, _ := goja.AssertFunction(v)
	return f(goja.Undefined(), m.meter.arguments...)
}

// compileMetered compiles source, which is one expression, to a program for enclosed.
func compileMetered(name, source string, strict bool) (*goja.Program, error) {
	// The source map is in the text itself; no other file is looked for.
	tree, err := goja.Parse(name, source, parser.WithSourceMapLoader(func(string) ([]byte, error) { return nil, nil }))
	if err != nil {
		return nil, &syntaxError{err.Error()}
	}
	meterProgram(tree)
	if !enclose(tree) {
		return nil, &syntaxError{"SyntaxError: unexpected end of the module's function"}
	}
	p, err := goja.CompileAST(tree, strict)
	if err != nil {
		return nil, &syntaxError{err.Error()}
	}
	return p, nil
}

// must hands on what an operator of the engine gave.
func (m *machine) must(v goja.Value, err error) goja.Value {
	if err != nil {
		m.rethrow(err)
	}
	return v
}

// tick begins each function and each turn of a loop. Every so often it looks at the
// heap, on the machine's own goroutine: however late the Watch comes, a function that
// takes memory in small steps stops itself here.
func (m *machine) tick(goja.FunctionCall) goja.Value {
	if m.meter.ticks--; m.meter.ticks < 0 {
		m.weigh(0)
	}
	return goja.Undefined()
}

// weigh looks at the heap before the machine takes n more bytes.
func (m *machine) weigh(n int64) {
	m.meter.charged, m.meter.ticks = 0, turns
	size, limit := heapBytes()+n, m.fn.limits.memory
	if m.meter.bulky || size-m.baseline.Load() > limit/bulk {
		m.meter.ticks = 0
	}
	if size < m.meter.allowed {
		return
	}
	if m.fn.watch.judge(m) {
		m.interrupt(errMemory, nil)
	}
}

// charge accounts for a step that takes n bytes at once. It is refused when it alone
// exceeds the limit, and the invocation is broken off when it has exceeded it already.
func (m *machine) charge(n float64, message string) {
	limit := m.fn.limits.memory
	if !(n > 0) {
		return
	}
	if n > float64(limit) {
		panic(m.newError("RangeError", message))
	}
	if m.meter.charged += int64(n); m.meter.charged <= limit/bulk {
		return
	}
	m.meter.bulky = m.meter.bulky || int64(n) > limit/bulk
	m.weigh(int64(n))
	if m.stopped() != nil {
		panic(m.newError("RangeError", message))
	}
}

// length charges for a string of n characters.
func (m *machine) length(n int) {
	if n > small {
		m.charge(float64(n), badString)
	}
}

// join is a + b of strings.
func (m *machine) join(a, b goja.String) goja.Value {
	m.length(a.Length() + b.Length())
	return a.Concat(b)
}

// primitiveText is v as text; nil for objects and symbols, of which the engine knows
// more.
func primitiveText(v goja.Value) goja.String {
	switch v := v.(type) {
	case goja.String:
		return v
	case *goja.Object, *goja.Symbol:
		return nil
	}
	s, _ := v.ToString().(goja.String)
	return s
}

var (
	integerType = reflect.TypeFor[int64]()
	floatType   = reflect.TypeFor[float64]()
	bigType     = reflect.TypeFor[*big.Int]()
)

// add is the operator +.
func (m *machine) add(c goja.FunctionCall) goja.Value {
	a, b := c.Arguments[0], c.Arguments[1]
	left, isLeft := a.(goja.String)
	right, isRight := b.(goja.String)
	switch {
	case isLeft && isRight:
		return m.join(left, right)
	case isLeft:
		if right = primitiveText(b); right != nil {
			return m.join(left, right)
		}
	case isRight:
		if left = primitiveText(a); left != nil {
			return m.join(left, right)
		}
	default:
		switch s, t := a.ExportType(), b.ExportType(); {
		case s == integerType && t == integerType:
			return m.vm.ToValue(a.ToInteger() + b.ToInteger())
		case (s == integerType || s == floatType) && (t == integerType || t == floatType):
			return m.vm.ToValue(a.ToFloat() + b.ToFloat())
		}
	}
	return m.keep(m.must(m.meter.plus(goja.Undefined(), a, b)))
}

// keep charges for a value that the engine has made.
func (m *machine) keep(v goja.Value) goja.Value {
	if s, ok := v.(goja.String); ok {
		m.length(s.Length())
	}
	return v
}

// grown looks at the value of an assignment with + whose target is more than a name.
// The variable holds it already, so what is too long ends the invocation.
func (m *machine) grown(c goja.FunctionCall) goja.Value {
	v := c.Arguments[0]
	if s, ok := v.(goja.String); ok && s.Length() > small {
		if int64(s.Length()) > m.fn.limits.memory {
			m.interrupt(errMemory, nil)
		}
		m.length(s.Length())
	}
	return v
}

// toText is a value in a template literal.
func (m *machine) toText(c goja.FunctionCall) goja.Value {
	return m.textOf(c.Arguments[0])
}

func (m *machine) textOf(v goja.Value) goja.String {
	if s := primitiveText(v); s != nil {
		return s
	}
	s, _ := m.keep(m.must(m.meter.text(goja.Undefined(), v))).(goja.String)
	return s
}

// template puts the parts of a template literal together.
func (m *machine) template(c goja.FunctionCall) goja.Value {
	if len(c.Arguments) == 1 {
		return m.textOf(c.Arguments[0])
	}
	parts := c.Arguments
	last := len(parts) - 1
	total := 0
	for i, v := range parts {
		s, ok := v.(goja.String)
		if !ok {
			s = m.textOf(v)
			parts[i] = s
		}
		total += s.Length()
	}
	m.length(total)
	if last == 1 {
		return parts[0].(goja.String).Concat(parts[1].(goja.String))
	}
	var b goja.StringBuilder
	b.Grow(total)
	for _, v := range parts {
		b.WriteString(v.(goja.String))
	}
	return b.String()
}

// spread looks at what is spread into an array or into arguments.
func (m *machine) spread(c goja.FunctionCall) goja.Value {
	v := c.Arguments[0]
	if n := m.sizeOf(v); n > small {
		m.charge(n*valueSize, badArray)
	}
	return v
}

// shiftLeft is the operator <<. Only a BigInt grows by it.
func (m *machine) shiftLeft(c goja.FunctionCall) goja.Value {
	a, b := c.Arguments[0], c.Arguments[1]
	if a.ExportType() == integerType && b.ExportType() == integerType {
		return m.vm.ToValue(int64(int32(a.ToInteger()) << (uint32(b.ToInteger()) & 31)))
	}
	if x, y := bigOf(a), bigOf(b); x != nil && y != nil && x.Sign() != 0 {
		by, _ := y.Float64()
		m.bits(float64(x.BitLen()) + by)
	}
	return m.must(m.meter.shift(goja.Undefined(), a, b))
}

// raise is the operator **.
func (m *machine) raise(c goja.FunctionCall) goja.Value {
	a, b := c.Arguments[0], c.Arguments[1]
	if x, y := bigOf(a), bigOf(b); x != nil && y != nil && x.BitLen() > 1 {
		by, _ := y.Float64()
		m.bits(float64(x.BitLen()-1) * by)
	}
	return m.must(m.meter.power(goja.Undefined(), a, b))
}

// maxBits bounds a BigInt, as V8 does (1 << 30): the arithmetic cannot be interrupted,
// and takes much more than linear time.
const maxBits = 1 << 24

func (m *machine) bits(n float64) {
	if n > maxBits {
		panic(m.newError("RangeError", "Maximum BigInt size exceeded"))
	}
	m.charge(n/8, "Maximum BigInt size exceeded")
}

func bigOf(v goja.Value) *big.Int {
	if v.ExportType() != bigType {
		return nil
	}
	x, _ := v.Export().(*big.Int)
	return x
}

// update is target[key] <<= value or **=.
func (m *machine) update(c goja.FunctionCall) goja.Value {
	target, key, operand := c.Arguments[1], c.Arguments[2], c.Arguments[3]
	o := target.ToObject(m.vm)
	var old goja.Value
	if symbol, ok := key.(*goja.Symbol); ok {
		old = o.GetSymbol(symbol)
	} else {
		old = o.Get(key.String())
	}
	if old == nil {
		old = goja.Undefined()
	}
	pair := goja.FunctionCall{Arguments: []goja.Value{old, operand}}
	var v goja.Value
	if c.Arguments[0].String() == nameShift {
		v = m.shiftLeft(pair)
	} else {
		v = m.raise(pair)
	}
	return m.must(m.meter.assign(goja.Undefined(), target, key, v))
}

// hide is the object of a with statement, without a view of the meter.
func (m *machine) hide(c goja.FunctionCall) goja.Value {
	v := c.Arguments[0]
	if goja.IsUndefined(v) || goja.IsNull(v) {
		return v
	}
	proxy := m.vm.NewProxy(v.ToObject(m.vm), &goja.ProxyTrapConfig{
		Has: func(target *goja.Object, name string) bool {
			if len(name) > 2 && name[0] == '<' && name[len(name)-1] == '>' {
				return false
			}
			return m.must(m.meter.has(goja.Undefined(), target, m.vm.ToValue(name))).ToBoolean()
		},
	})
	return m.vm.ToValue(proxy)
}

// sizeOf is how many elements or characters a value has, as far as that is known
// without running anything of the function's.
func (m *machine) sizeOf(v goja.Value) float64 {
	if s, ok := v.(goja.String); ok {
		return float64(s.Length())
	}
	o, ok := v.(*goja.Object)
	if !ok {
		return 0
	}
	key := "length"
	switch o.ClassName() {
	case "Set", "Map":
		key = "size"
	}
	n := o.Get(key)
	if n == nil {
		return 0
	}
	f := n.ToFloat()
	if math.IsNaN(f) {
		return 0
	}
	return f
}

// element is the name of an array's element.
func element(i int) string { return strconv.Itoa(i) }
