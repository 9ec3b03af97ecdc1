package javascript

import (
	"math"
	"reflect"

	"github.com/dop251/goja"
)

// valueSize is about what an element of an array takes, in bytes.
const valueSize = 16

// charge accounts for a native call that takes n bytes at once. The call is
// refused when it alone exceeds the limit, and the invocation is broken off when
// it has exceeded it already.
func (m *machine) charge(n float64, message string) {
	limit := m.fn.limits.memory
	if n <= 0 || math.IsNaN(n) {
		return
	}
	if n > float64(limit) {
		panic(m.newError("RangeError", message))
	}
	if m.charged += int64(n); m.charged <= limit/2 {
		return
	}
	m.charged = 0
	if m.fn.watch.exceeded(m) {
		m.interrupt(errMemory, nil)
		panic(m.newError("RangeError", message))
	}
}

const (
	badString = "Invalid string length"
	badArray  = "Invalid array length"
	badBuffer = "Array buffer allocation failed"
)

// guard puts bounds before native functions that could take all memory, or loop
// for very long, in one call.
func (m *machine) guard() error {
	str := m.vm.Get("String").(*goja.Object).Get("prototype").(*goja.Object)
	array := m.vm.Get("Array").(*goja.Object)
	elements := array.Get("prototype").(*goja.Object)
	length := func(v goja.Value) float64 {
		if s, ok := v.(goja.String); ok {
			return float64(s.Length())
		}
		if o, ok := v.(*goja.Object); ok {
			if n := o.Get("length"); n != nil {
				return n.ToFloat()
			}
		}
		return 0
	}
	// What a string operation makes has up to two bytes a character.
	wrap(m, str, "repeat", func(c goja.FunctionCall) {
		m.charge(length(c.This)*c.Argument(0).ToFloat(), badString)
	})
	for _, name := range []string{"padStart", "padEnd"} {
		wrap(m, str, name, func(c goja.FunctionCall) { m.charge(c.Argument(0).ToFloat(), badString) })
	}
	for _, name := range []string{"replace", "replaceAll"} {
		wrap(m, str, name, func(c goja.FunctionCall) {
			if with, ok := c.Argument(1).(goja.String); ok {
				// Every character could be a match. Short replacements are harmless.
				if n := length(c.This) * length(with); n > math.MaxInt32 {
					m.charge(n, badString)
				}
			}
		})
	}
	wrap(m, elements, "join", func(c goja.FunctionCall) {
		separator := 1.0
		if s, ok := c.Argument(0).(goja.String); ok {
			separator = float64(s.Length())
		}
		m.charge(length(c.This)*max(1, separator), badString)
	})
	for _, name := range []string{
		"fill", "concat", "slice", "splice", "reverse", "indexOf", "lastIndexOf", "includes", "copyWithin", "flat",
		"sort", "unshift", "shift", "toString", "toReversed", "toSorted", "toSpliced", "with",
	} {
		wrap(m, elements, name, func(c goja.FunctionCall) { m.charge(length(c.This)*valueSize, badArray) })
	}
	wrap(m, array, "from", func(c goja.FunctionCall) { m.charge(length(c.Argument(0))*valueSize, badArray) })

	for name, size := range map[string]float64{
		"ArrayBuffer": 1, "Uint8Array": 1, "Uint8ClampedArray": 1, "Int8Array": 1, "Uint16Array": 2, "Int16Array": 2,
		"Uint32Array": 4, "Int32Array": 4, "Float32Array": 4, "Float64Array": 8, "BigInt64Array": 8, "BigUint64Array": 8,
	} {
		if err := m.wrapConstructor(name, size); err != nil {
			return err
		}
	}
	buffer := m.vm.Get("Buffer").(*goja.Object)
	for _, name := range []string{"alloc", "allocUnsafe", "allocUnsafeSlow", "from"} {
		wrap(m, buffer, name, func(c goja.FunctionCall) {
			if name != "from" {
				m.charge(c.Argument(0).ToFloat(), badBuffer)
				return
			}
			m.charge(length(c.Argument(0)), badBuffer)
		})
	}
	wrap(m, buffer, "concat", func(c goja.FunctionCall) {
		if total := c.Argument(1); !goja.IsUndefined(total) {
			m.charge(total.ToFloat(), badBuffer)
			return
		}
		list, ok := c.Argument(0).(*goja.Object)
		if !ok {
			return
		}
		sum := 0.0
		for i := range int64(math.Min(length(list), math.MaxInt32)) {
			if item, ok := list.Get(m.vm.ToValue(i).String()).(*goja.Object); ok {
				sum += length(item)
			}
		}
		m.charge(sum, badBuffer)
	})
	return nil
}

// wrap puts a check before a native function, where the engine has it.
func wrap(m *machine, owner *goja.Object, name string, check func(goja.FunctionCall)) {
	original, ok := goja.AssertFunction(owner.Get(name))
	if !ok {
		return
	}
	old := owner.Get(name).(*goja.Object)
	replacement := m.vm.ToValue(func(c goja.FunctionCall) goja.Value {
		check(c)
		v, err := original(c.This, c.Arguments...)
		if err != nil {
			m.rethrow(err)
		}
		return v
	}).(*goja.Object)
	for _, key := range []string{"name", "length"} {
		_ = replacement.DefineDataProperty(key, old.Get(key), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	}
	_ = owner.DefineDataProperty(name, replacement, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// wrapConstructor puts a check before a constructor whose first argument may be a
// length; size is the bytes of one element.
func (m *machine) wrapConstructor(name string, size float64) error {
	original, ok := m.vm.Get(name).(*goja.Object)
	if !ok {
		return nil
	}
	construct, ok := goja.AssertConstructor(original)
	if !ok {
		return nil
	}
	var replacement *goja.Object
	replacement = m.vm.ToValue(func(call goja.ConstructorCall) *goja.Object {
		target := call.NewTarget
		if target == nil {
			target = replacement
		}
		if len(call.Arguments) > 0 {
			n := 0.0
			if o, ok := call.Arguments[0].(*goja.Object); !ok {
				n = call.Arguments[0].ToFloat()
			} else if o.ExportType() != bufferType() {
				if l := o.Get("length"); l != nil {
					n = l.ToFloat()
				}
			}
			m.charge(n*size, badBuffer)
		}
		o, err := construct(target, call.Arguments...)
		if err != nil {
			m.rethrow(err)
		}
		return o
	}).(*goja.Object)
	prototype := original.Get("prototype").(*goja.Object)
	if err := replacement.SetPrototype(original.Prototype()); err != nil {
		return err
	}
	for _, key := range original.GetOwnPropertyNames() {
		value, fixed := original.Get(key), goja.FLAG_FALSE
		if key == "prototype" {
			// It is already there, and may be written but not redefined.
			if err := replacement.Set(key, value); err != nil {
				return err
			}
			continue
		}
		if err := replacement.DefineDataProperty(key, value, fixed, goja.FLAG_TRUE, fixed); err != nil {
			return err
		}
	}
	species := m.vm.ToValue(func(call goja.FunctionCall) goja.Value { return call.This })
	err := replacement.DefineAccessorPropertySymbol(goja.SymSpecies, species, nil, goja.FLAG_TRUE, goja.FLAG_FALSE)
	if err != nil {
		return err
	}
	err = prototype.DefineDataProperty("constructor", replacement, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	if err != nil {
		return err
	}
	return m.vm.GlobalObject().DefineDataProperty(name, replacement, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

func bufferType() reflect.Type { return reflect.TypeFor[goja.ArrayBuffer]() }
