package vtl

import (
	"errors"

	"sluice/mapping/vtl/value"
)

// The methods of Java's types, as templates can call them. Which of several
// methods of one name is called follows Velocity: an argument must have the
// type of the parameter, an Integer also fits long and double, null fits all
// but primitive types. Where no method fits, the call has no value. Methods of
// Java that make no sense in a template (streams, reflection, threads, lambdas)
// are not there.

var (
	errNullPointer = errors.New("NullPointerException")
	errModified    = errors.New("ConcurrentModificationException")
	errNoElement   = errors.New("NoSuchElementException")
	errUnsupported = errors.New("UnsupportedOperationException")
)

func errBounds(what string, i, n int) error {
	var b []byte
	b = append(b, "IndexOutOfBoundsException: "...)
	b = append(b, what...)
	b = append(b, ' ')
	b = value.AppendText(b, value.OfLong(int64(i)))
	b = append(b, " out of bounds for length "...)
	b = value.AppendText(b, value.OfLong(int64(n)))
	return errors.New(string(b))
}

// call carries out a method call; null when there is no such method.
func (st *state) call(v value.Value, name string, args []value.Value, pos int) value.Value {
	r, _ := st.tryCall(v, name, args, pos)
	return r
}

// tryCall is call that tells whether there is such a method.
func (st *state) tryCall(v value.Value, name string, args []value.Value, pos int) (r value.Value, ok bool) {
	if !st.step(1, pos) {
		return value.Value{}, false
	}
	r, ok, err := st.javaCall(v, name, args)
	if err != nil {
		st.throw(pos, err)
		return value.Value{}, true
	}
	return r, ok
}

func (st *state) javaCall(v value.Value, name string, args []value.Value) (r value.Value, ok bool, err error) {
	switch v.Kind() {
	case value.Null:
		return value.Value{}, false, nil
	case value.String:
		s, _ := v.Str()
		r, ok, err = st.stringMethod(s, name, args)
	case value.MapKind:
		r, ok, err = st.mapMethod(v.Map(), name, args)
	case value.ListKind:
		r, ok, err = st.listMethod(v.List(), name, args)
	case value.ObjectKind:
		if j, isJava := v.Object().(javaObject); isJava {
			r, ok, err = j.call(st, name, args)
		} else {
			r, ok, err = v.Object().Call(name, args)
			if m, isMap := v.Object().(value.MapView); isMap && !ok && err == nil {
				r, ok, err = st.mapMethod(m.AsMap(), name, args)
				if !ok && err == nil && name != "toString" {
					return st.objectMethod(value.OfMap(m.AsMap()), name, args)
				}
			}
		}
	case value.Bool:
		r, ok, err = boolMethod(v.Bool(), name, args)
	case value.Char:
		r, ok, err = charMethod(v.Char(), name, args)
	default:
		r, ok, err = st.numberMethod(v, name, args)
	}
	if ok || err != nil {
		return r, ok, err
	}
	r, ok, err = st.objectMethod(v, name, args)
	if !ok && err == nil && name == "compareTo" && len(args) == 1 && v.Kind() != value.ObjectKind &&
		v.Kind() != value.MapKind && v.Kind() != value.ListKind {
		return value.Value{}, true, errors.New("ClassCastException: " + className(args[0]) + " cannot be cast to " + className(v))
	}
	if !ok && err == nil && len(args) > 0 && hasNoArgs(v, name) {
		// Velocity takes a method without parameters for any arguments, and fails.
		return value.Value{}, true, errors.New("IllegalArgumentException: wrong number of arguments")
	}
	return r, ok, err
}

// hasNoArgs tells whether the type of v has a method of that name without
// parameters.
func hasNoArgs(v value.Value, name string) bool {
	switch name {
	case "toString", "hashCode", "getClass", "notify", "notifyAll":
		return true
	}
	switch v.Kind() {
	case value.String:
		switch name {
		case "length", "isEmpty", "isBlank", "trim", "strip", "stripLeading", "stripTrailing", "toUpperCase",
			"toLowerCase", "getBytes", "toCharArray", "intern", "chars", "codePoints", "lines", "stripIndent",
			"translateEscapes", "describeConstable":
			return true
		}
	case value.Bool:
		return name == "booleanValue" || name == "describeConstable"
	case value.Char:
		return name == "charValue" || name == "describeConstable"
	case value.Int, value.Long, value.Double, value.Float, value.BigInt, value.Decimal:
		return numberHasNoArgs(v.Kind(), name)
	case value.MapKind:
		switch name {
		case "size", "isEmpty", "keySet", "values", "entrySet", "clear", "clone":
			return true
		}
	case value.ListKind:
		switch name {
		case "size", "isEmpty", "clear", "iterator", "listIterator", "toArray", "clone", "trimToSize", "stream",
			"parallelStream", "spliterator":
			return true
		case "toJSONString":
			return v.List().JSON
		}
	case value.ObjectKind:
		switch v.Object().(type) {
		case *array:
			switch name {
			case "size", "isEmpty", "clear", "iterator", "listIterator", "toArray", "stream", "parallelStream", "spliterator":
				return true
			}
		case *mapView:
			switch name {
			case "size", "isEmpty", "clear", "iterator", "toArray", "stream", "parallelStream", "spliterator":
				return true
			}
		case *iteratorObject:
			return name == "hasNext" || name == "next" || name == "remove"
		case *entry:
			return name == "getKey" || name == "getValue"
		}
	}
	return false
}

func numberHasNoArgs(k value.Kind, name string) bool {
	switch name {
	case "intValue", "longValue", "doubleValue", "floatValue", "shortValue", "byteValue":
		return true
	case "describeConstable", "resolveConstantDesc":
		return k == value.Int || k == value.Long || k == value.Double || k == value.Float
	case "isNaN", "isInfinite":
		return k == value.Double || k == value.Float
	case "negate", "abs", "signum", "intValueExact", "longValueExact", "shortValueExact", "byteValueExact":
		return k == value.BigInt || k == value.Decimal
	case "bitLength", "bitCount", "not", "sqrt", "nextProbablePrime", "getLowestSetBit", "toByteArray":
		return k == value.BigInt
	case "scale", "precision", "unscaledValue", "toBigInteger", "toBigIntegerExact", "toPlainString",
		"toEngineeringString", "stripTrailingZeros", "plus", "ulp":
		return k == value.Decimal
	}
	return false
}

// objectMethod is what java.lang.Object has.
func (st *state) objectMethod(v value.Value, name string, args []value.Value) (value.Value, bool, error) {
	switch {
	case name == "equals" && len(args) == 1:
		w := value.Work{Left: st.steps}
		eq := w.Equal(v, args[0])
		st.steps = w.Left
		return value.OfBool(eq), true, st.tooManySteps()
	case len(args) > 0:
	case name == "toString":
		s, ok := st.text(v)
		if !ok {
			return value.Value{}, true, nil
		}
		return value.Of(s), true, nil
	case name == "hashCode":
		w := value.Work{Left: st.steps}
		h := w.Hash(v)
		st.steps = w.Left
		return value.OfInt(h), true, st.tooManySteps()
	case name == "getClass":
		return value.OfObject(&class{name: className(v)}), true, nil
	}
	return value.Value{}, false, nil
}

func (st *state) tooManySteps() error {
	if st.steps < 0 {
		return value.ErrTooLarge
	}
	return nil
}

// javaProperty is $v.name for what is no map: a getter, get("name"), or an isName
// of a boolean.
func (st *state) javaProperty(v value.Value, name string, pos int) value.Value {
	if name == "" {
		return value.Value{}
	}
	if name == "class" || name == "Class" {
		return value.OfObject(&class{name: className(v)})
	}
	var r value.Value
	var ok bool
	var err error
	switch v.Kind() {
	case value.String:
		switch name {
		case "bytes", "Bytes", "empty", "Empty", "blank", "Blank":
			s, _ := v.Str()
			r, _, err = st.stringMethod(s, getter(name), nil)
		}
	case value.ListKind:
		if name == "empty" || name == "Empty" {
			r = value.OfBool(len(v.List().Items) == 0)
		}
	case value.Double, value.Float:
		switch name {
		case "naN", "NaN", "infinite", "Infinite":
			r, _, err = st.numberMethod(v, getter(name), nil)
		}
	case value.ObjectKind:
		if j, isJava := v.Object().(javaObject); isJava {
			if r, ok, err = j.call(st, "get"+upperFirst(name), nil); !ok && err == nil {
				r, _, err = j.call(st, "is"+upperFirst(name), nil)
			}
		}
	}
	if err != nil {
		st.throw(pos, err)
		return value.Value{}
	}
	return r
}

func getter(name string) string {
	name = upperFirst(name)
	if name == "Bytes" {
		return "get" + name
	}
	return "is" + name
}

func upperFirst(s string) string {
	if s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

// setProperty is #set($o.name = v).
func (st *state) setProperty(o value.Value, name string, v value.Value, pos int) {
	if m := o.Map(); m != nil {
		if st.grow(1, 48) != nil {
			st.fail(pos, LimitError, errMemory, nil)
			return
		}
		m.Put(name, v)
		return
	}
	if ob := o.Object(); ob != nil {
		if e, ok := ob.(*entry); ok && (name == "value" || name == "Value") {
			e.set(v)
			return
		}
		ob.SetProperty(name, v)
	}
}

// grow accounts for n new elements.
func (st *state) grow(n, size int) error {
	if st.memory -= n * size; st.memory < 0 {
		return errTooMuch
	}
	return nil
}

// newString accounts for a string that a method made.
func (st *state) newString(s string) (value.Value, bool, error) {
	if len(s) > st.limits.Output {
		return value.Value{}, true, errTooMuch
	}
	if st.memory -= len(s); st.memory < 0 {
		return value.Value{}, true, errTooMuch
	}
	return value.Of(s), true, nil
}

// javaObject is an object of Java that this package makes.
type javaObject interface {
	value.Object
	call(st *state, name string, args []value.Value) (value.Value, bool, error)
	class() string
}

// plainObject gives a javaObject the methods of value.Object that it has no use
// for.
type plainObject struct{}

func (plainObject) Property(string) (value.Value, bool)  { return value.Value{}, false }
func (plainObject) SetProperty(string, value.Value) bool { return false }
func (plainObject) Call(string, []value.Value) (value.Value, bool, error) {
	return value.Value{}, false, nil
}

// sameJavaClass tells whether two objects are compared with equals.
func sameJavaClass(a, b value.Object) bool {
	if a == b {
		return true
	}
	x, ok := a.(javaObject)
	y, ok2 := b.(javaObject)
	return ok && ok2 && x.class() == y.class()
}

// class is java.lang.Class, as far as its name goes.
type class struct {
	plainObject
	name string
}

func (c *class) class() string { return "java.lang.Class" }

func (c *class) EqualTo(o value.Value, _ *value.Work) bool {
	d, ok := o.Object().(*class)
	return ok && d.name == c.name
}

func (c *class) AppendText(dst []byte) []byte {
	dst = append(dst, "class "...)
	return append(dst, c.name...)
}

func (c *class) call(_ *state, name string, args []value.Value) (value.Value, bool, error) {
	if len(args) > 0 {
		return value.Value{}, false, nil
	}
	switch name {
	case "getName", "getTypeName", "getCanonicalName":
		return value.Of(c.name), true, nil
	case "getSimpleName":
		s := c.name
		for i := len(s) - 1; i >= 0; i-- {
			if s[i] == '.' || s[i] == '$' {
				s = s[i+1:]
				break
			}
		}
		return value.Of(s), true, nil
	}
	return value.Value{}, false, nil
}

func className(v value.Value) string {
	switch v.Kind() {
	case value.Bool:
		return "java.lang.Boolean"
	case value.Int:
		return "java.lang.Integer"
	case value.Long:
		return "java.lang.Long"
	case value.BigInt:
		return "java.math.BigInteger"
	case value.Double:
		return "java.lang.Double"
	case value.Float:
		return "java.lang.Float"
	case value.Decimal:
		return "java.math.BigDecimal"
	case value.String:
		return "java.lang.String"
	case value.Char:
		return "java.lang.Character"
	case value.MapKind:
		return "java.util.LinkedHashMap"
	case value.ListKind:
		if v.List().JSON {
			return "net.minidev.json.JSONArray"
		}
		return "java.util.ArrayList"
	}
	switch o := v.Object().(type) {
	case javaObject:
		return o.class()
	case *loop:
		return "org.apache.velocity.runtime.directive.ForeachScope"
	case *blockRef:
		return "org.apache.velocity.runtime.directive.Block$Reference"
	}
	return "java.lang.Object"
}

// Arguments.

// isInt tells whether v fits an int parameter.
func isInt(v value.Value) bool { return v.Kind() == value.Int }

// isLong tells whether v fits a long parameter.
func isLong(v value.Value) bool { return v.Kind() == value.Int || v.Kind() == value.Long }

// isDouble tells whether v fits a double parameter.
func isDouble(v value.Value) bool {
	switch v.Kind() {
	case value.Int, value.Long, value.Float, value.Double:
		return true
	}
	return false
}

// isString tells whether v fits a String parameter: null does, too.
func isString(v value.Value) bool { return v.Kind() == value.String || v.IsNull() }

// twoStrings are two String arguments; null is an error.
func twoStrings(a, b value.Value) (x, y string, err error) {
	x, ok := a.Str()
	y, ok2 := b.Str()
	if !ok || !ok2 {
		return "", "", errNullPointer
	}
	return x, y, nil
}
