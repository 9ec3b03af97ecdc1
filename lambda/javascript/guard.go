package javascript

import (
	"math"
	"reflect"

	"github.com/dop251/goja"
)

const (
	// valueSize is about what an element of an array takes, in bytes.
	valueSize = 16
	// partSize is about what a string in an array takes besides its characters, in bytes.
	partSize = 40
)

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
	length := m.sizeOf
	wrap(m, str, "repeat", func(c goja.FunctionCall) {
		m.charge(length(c.This)*c.Argument(0).ToFloat(), badString)
	})
	for _, name := range []string{"padStart", "padEnd"} {
		wrap(m, str, name, func(c goja.FunctionCall) { m.charge(c.Argument(0).ToFloat(), badString) })
	}
	wrap(m, str, "concat", func(c goja.FunctionCall) {
		n := length(c.This)
		for _, v := range c.Arguments {
			n += length(v)
		}
		m.charge(n, badString)
	})
	wrap(m, str, "split", func(c goja.FunctionCall) { m.charge(m.parts(c)*partSize, badArray) })
	m.guardReplace(str)
	m.guardJoin(elements)
	for _, name := range []string{
		"fill", "slice", "splice", "reverse", "map", "filter", "indexOf", "lastIndexOf", "includes", "copyWithin",
		"sort", "unshift", "shift", "toString", "toReversed", "toSorted", "toSpliced", "with",
	} {
		wrap(m, elements, name, func(c goja.FunctionCall) { m.charge(length(c.This)*valueSize, badArray) })
	}
	wrap(m, elements, "concat", func(c goja.FunctionCall) {
		n := length(c.This)
		for _, v := range c.Arguments {
			n += max(1, length(v))
		}
		m.charge(n*valueSize, badArray)
	})
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
	wrapAround(m, owner, name, func(c goja.FunctionCall) goja.Value {
		check(c)
		return m.must(original(c.This, c.Arguments...))
	})
}

// wrapAround puts a function in a native one's place, under its name.
func wrapAround(m *machine, owner *goja.Object, name string, f func(goja.FunctionCall) goja.Value) {
	replacement := m.dressed(owner.Get(name).(*goja.Object), f)
	_ = owner.DefineDataProperty(name, replacement, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// dressed is f with the name and the length of a native function.
func (m *machine) dressed(old *goja.Object, f func(goja.FunctionCall) goja.Value) *goja.Object {
	replacement := m.vm.ToValue(f).(*goja.Object)
	for _, key := range []string{"name", "length"} {
		_ = replacement.DefineDataProperty(key, old.Get(key), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	}
	return replacement
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
