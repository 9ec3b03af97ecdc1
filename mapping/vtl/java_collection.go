package vtl

import (
	"sluice/mapping/vtl/value"
)

// iterator walks over the elements of a collection.
type iterator struct {
	items   []value.Value // of an array or a copy
	list    *value.List
	m       *value.Map
	part    part
	changes uint32
	i, n    int
	ext     value.Iterator

	counts     bool // the elements are the Integers of a range
	from, step int32
}

// iterate makes an iterator of what #foreach can go over: lists, arrays, maps
// (their values), iterators and objects that have an iterator.
func iterate(v value.Value) (iterator, bool) {
	switch v.Kind() {
	case value.ListKind:
		l := v.List()
		return iterator{list: l, changes: l.Changes()}, true
	case value.MapKind:
		return iterateMap(v.Map(), values), true
	case value.ObjectKind:
		switch o := v.Object().(type) {
		case *array:
			return iterator{items: o.items, n: len(o.items)}, true
		case *mapView:
			return iterateMap(o.m, o.part), true
		case *iteratorObject:
			return iterator{ext: o}, true
		case *loop:
			return iterateMap(o.own(), values), true
		case value.MapView:
			return iterateMap(o.AsMap(), values), true
		case value.Iterable:
			return iterator{ext: o.Iterator()}, true
		}
	}
	return iterator{}, false
}

func iterateMap(m *value.Map, p part) iterator {
	return iterator{m: m, part: p, changes: m.Changes(), n: m.Len()}
}

func (it *iterator) hasNext() bool {
	switch {
	case it.list != nil:
		return it.i != len(it.list.Items)
	case it.ext != nil:
		return it.ext.HasNext()
	}
	return it.i < it.n
}

func (it *iterator) next() (v value.Value, err error) {
	switch {
	case it.list != nil:
		if it.changes != it.list.Changes() {
			return v, errModified
		}
		if it.i >= len(it.list.Items) {
			return v, errNoElement
		}
		v = it.list.Items[it.i]
	case it.counts:
		v = value.OfInt(it.from + int32(it.i)*it.step)
	case it.ext != nil:
		return it.ext.Next()
	case it.m != nil:
		if it.changes != it.m.Changes() {
			return v, errModified
		}
		if it.i >= it.n {
			return v, errNoElement
		}
		v = it.part.of(it.m, it.i)
	default:
		if it.i >= it.n {
			return v, errNoElement
		}
		v = it.items[it.i]
	}
	it.i++
	return v, nil
}

// remove takes out the element that next returned last.
func (it *iterator) remove() error {
	switch {
	case it.list != nil && it.i > 0 && it.i <= len(it.list.Items):
		it.i--
		it.list.RemoveAt(it.i)
		it.changes = it.list.Changes()
	case it.m != nil && it.i > 0 && it.i <= it.m.Len():
		it.i--
		it.n--
		it.m.RemoveAt(it.i)
		it.changes = it.m.Changes()
	case it.list == nil && it.m == nil:
		return errUnsupported
	}
	return nil
}

// iteratorObject is a java.util.Iterator in a template's hands.
type iteratorObject struct {
	plainObject
	it iterator
}

func (o *iteratorObject) class() string { return "java.util.Iterator" }

// HasNext implements value.Iterator.
func (o *iteratorObject) HasNext() bool { return o.it.hasNext() }

// Next implements value.Iterator.
func (o *iteratorObject) Next() (value.Value, error) { return o.it.next() }

func (o *iteratorObject) AppendText(dst []byte) []byte {
	return append(dst, "java.util.ArrayList$Itr@1b2c3d"...)
}

func (o *iteratorObject) call(_ *state, name string, args []value.Value) (value.Value, bool, error) {
	if len(args) > 0 {
		return value.Value{}, false, nil
	}
	switch name {
	case "hasNext":
		return value.OfBool(o.it.hasNext()), true, nil
	case "next":
		v, err := o.it.next()
		return v, true, err
	case "remove":
		return value.Of(""), true, o.it.remove()
	}
	return value.Value{}, false, nil
}

// part is what a view of a map shows.
type part uint8

const (
	values part = iota
	keys
	entries
)

func (p part) of(m *value.Map, i int) value.Value {
	switch e := m.At(i); p {
	case keys:
		return e.Key
	case values:
		return e.Val
	}
	return value.OfObject(&entry{m: m, key: m.At(i).Key, val: m.At(i).Val})
}

// entry is a java.util.Map.Entry.
type entry struct {
	plainObject
	m        *value.Map
	key, val value.Value
}

func (e *entry) class() string { return "java.util.LinkedHashMap$Entry" }

func (e *entry) value() value.Value {
	if v, ok := e.m.GetKey(e.key); ok {
		return v
	}
	return e.val
}

func (e *entry) set(v value.Value) {
	if i := e.m.IndexOf(e.key); i >= 0 {
		e.m.SetAt(i, v)
	}
	e.val = v
}

// Property implements value.Object.
func (e *entry) Property(name string) (value.Value, bool) {
	switch name {
	case "key", "Key":
		return e.key, true
	case "value", "Value":
		return e.value(), true
	}
	return value.Value{}, false
}

func (e *entry) EqualTo(o value.Value, w *value.Work) bool {
	f, ok := o.Object().(*entry)
	return ok && w.Equal(e.key, f.key) && w.Equal(e.value(), f.value())
}

// AppendText implements value.Object.
func (e *entry) AppendText(dst []byte) []byte { return value.AppendText(dst, value.OfObject(e)) }

// TextParts implements value.Composite.
func (e *entry) TextParts() []value.Value {
	return []value.Value{e.key, value.Of("="), e.value()}
}

func (e *entry) call(st *state, name string, args []value.Value) (value.Value, bool, error) {
	switch {
	case name == "getKey" && len(args) == 0:
		return e.key, true, nil
	case name == "getValue" && len(args) == 0:
		return e.value(), true, nil
	case name == "setValue" && len(args) == 1:
		old := e.value()
		e.set(args[0])
		return old, true, nil
	case name == "hashCode" && len(args) == 0:
		w := value.Work{Left: st.steps}
		h := w.Hash(e.key) ^ w.Hash(e.value())
		st.steps = w.Left
		return value.OfInt(h), true, st.tooManySteps()
	}
	return value.Value{}, false, nil
}

// mapView is what keySet(), values() and entrySet() give: it changes with its map.
type mapView struct {
	plainObject
	m    *value.Map
	part part
}

func (v *mapView) class() string {
	switch v.part {
	case keys:
		return "java.util.LinkedHashMap$LinkedKeySet"
	case entries:
		return "java.util.LinkedHashMap$LinkedEntrySet"
	}
	return "java.util.LinkedHashMap$LinkedValues"
}

// Items implements value.Collection: JSON has an array for a view.
func (v *mapView) Items() []value.Value {
	items := make([]value.Value, v.m.Len())
	for i := range items {
		items[i] = v.part.of(v.m, i)
	}
	return items
}

// TextParts implements value.Composite: a view prints as a list.
func (v *mapView) TextParts() []value.Value {
	return []value.Value{value.OfList(&value.List{Items: v.Items()})}
}

// AppendText implements value.Object.
func (v *mapView) AppendText(dst []byte) []byte { return value.AppendText(dst, value.OfObject(v)) }

// EqualTo compares sets; other views are equal only to themselves.
func (v *mapView) EqualTo(o value.Value, w *value.Work) bool {
	u, ok := o.Object().(*mapView)
	if !ok || v.part == values || u.part != v.part || u.m.Len() != v.m.Len() {
		return false
	}
	for i := range v.m.Len() {
		x, ok := u.m.GetKey(v.m.At(i).Key)
		if !ok || v.part == entries && !w.Equal(v.m.At(i).Val, x) {
			return false
		}
		w.Left--
	}
	return true
}

func (v *mapView) indexOf(st *state, x value.Value) int {
	if v.part == keys {
		return v.m.IndexOf(x)
	}
	w := value.Work{Left: st.steps}
	defer func() { st.steps = w.Left }()
	for i := range v.m.Len() {
		if w.Equal(v.part.of(v.m, i), x) {
			return i
		}
	}
	return -1
}

func (v *mapView) call(st *state, name string, args []value.Value) (value.Value, bool, error) {
	if len(args) == 0 {
		switch name {
		case "size":
			return value.OfInt(int32(v.m.Len())), true, nil
		case "isEmpty":
			return value.OfBool(v.m.Len() == 0), true, nil
		case "iterator":
			return value.OfObject(&iteratorObject{it: iterateMap(v.m, v.part)}), true, st.grow(1, 120)
		case "toArray":
			return value.OfObject(&array{typeName: "[Ljava.lang.Object;", items: v.Items()}), true, st.grow(v.m.Len(), 24)
		case "clear":
			v.m.Clear()
			return value.Of(""), true, nil
		case "hashCode":
			if v.part == values {
				return value.Value{}, false, nil
			}
			w := value.Work{Left: st.steps}
			h := int32(0)
			for i := range v.m.Len() {
				e := v.m.At(i)
				if v.part == keys {
					h += w.Hash(e.Key)
				} else {
					h += w.Hash(e.Key) ^ w.Hash(e.Val)
				}
			}
			st.steps = w.Left
			return value.OfInt(h), true, st.tooManySteps()
		}
		return value.Value{}, false, nil
	}
	if len(args) != 1 {
		return value.Value{}, false, nil
	}
	switch name {
	case "contains":
		return value.OfBool(v.indexOf(st, args[0]) >= 0), true, st.tooManySteps()
	case "remove":
		i := v.indexOf(st, args[0])
		if i >= 0 {
			st.steps -= v.m.Len() / 8
			v.m.RemoveAt(i)
		}
		return value.OfBool(i >= 0), true, st.tooManySteps()
	case "add":
		return value.Value{}, true, errUnsupported
	}
	other, ok := collection(args[0])
	if !ok {
		return value.Value{}, false, nil
	}
	switch name {
	case "addAll":
		return value.Value{}, true, errUnsupported
	case "containsAll":
		for _, x := range other {
			if v.indexOf(st, x) < 0 {
				return value.OfBool(false), true, st.tooManySteps()
			}
		}
		return value.OfBool(true), true, st.tooManySteps()
	case "removeAll", "retainAll":
		changed := false
		w := value.Work{Left: st.steps}
		for i := 0; i < v.m.Len(); {
			if contained(&w, other, v.part.of(v.m, i)) == (name == "removeAll") {
				v.m.RemoveAt(i)
				w.Left -= v.m.Len() / 8
				changed = true
				continue
			}
			i++
		}
		st.steps = w.Left
		return value.OfBool(changed), true, st.tooManySteps()
	}
	return value.Value{}, false, nil
}

func contained(w *value.Work, items []value.Value, x value.Value) bool {
	for _, y := range items {
		if w.Equal(x, y) {
			return true
		}
	}
	return false
}

// collection is the elements of a java.util.Collection.
func collection(v value.Value) ([]value.Value, bool) {
	if l := v.List(); l != nil {
		return l.Items, true
	}
	if m, ok := v.Object().(*mapView); ok {
		return m.Items(), true
	}
	return nil, false
}

// array is a Java array, which Velocity lets pass for a list of fixed size.
type array struct {
	plainObject
	typeName string // as Class.getName() gives it
	items    []value.Value
}

func (a *array) class() string { return a.typeName }

func (a *array) AppendText(dst []byte) []byte {
	dst = append(dst, a.typeName...)
	return append(dst, "@1b2c3d"...)
}

func (a *array) call(st *state, name string, args []value.Value) (value.Value, bool, error) {
	if name == "size" && len(args) == 0 {
		return value.OfInt(int32(len(a.items))), true, nil
	}
	l := value.List{Items: a.items}
	switch name {
	case "isEmpty", "get", "set", "contains", "containsAll", "indexOf", "lastIndexOf", "iterator", "listIterator", "subList", "toArray":
		return st.listMethod(&l, name, args)
	case "add", "addAll", "remove", "removeAll", "retainAll":
		if len(args) == 1 {
			return value.Value{}, true, errUnsupported
		}
	case "clear":
		if len(args) == 0 {
			return value.Value{}, true, errUnsupported
		}
	}
	return value.Value{}, false, nil
}

func (st *state) mapMethod(m *value.Map, name string, args []value.Value) (value.Value, bool, error) {
	switch len(args) {
	case 0:
		switch name {
		case "size":
			return value.OfInt(int32(m.Len())), true, nil
		case "isEmpty":
			return value.OfBool(m.Len() == 0), true, nil
		case "keySet":
			return value.OfObject(&mapView{m: m, part: keys}), true, st.grow(1, 48)
		case "values":
			return value.OfObject(&mapView{m: m, part: values}), true, st.grow(1, 48)
		case "entrySet":
			return value.OfObject(&mapView{m: m, part: entries}), true, st.grow(1, 48)
		case "clear":
			m.Clear()
			return value.Of(""), true, nil
		case "clone":
			c := value.NewMap(m.Len())
			for i := range m.Len() {
				c.PutKey(m.At(i).Key, m.At(i).Val)
			}
			return value.OfMap(c), true, st.grow(m.Len()+1, 64)
		}
	case 1:
		switch name {
		case "get":
			v, _ := m.GetKey(args[0])
			return v, true, nil
		case "containsKey":
			return value.OfBool(m.IndexOf(args[0]) >= 0), true, nil
		case "containsValue":
			v := mapView{m: m, part: values}
			return value.OfBool(v.indexOf(st, args[0]) >= 0), true, st.tooManySteps()
		case "remove":
			st.steps -= m.Len() / 8
			v, _ := m.Remove(args[0])
			return v, true, st.tooManySteps()
		case "putAll":
			o := args[0].Map()
			if o == nil {
				if args[0].IsNull() {
					return value.Value{}, true, errNullPointer
				}
				return value.Value{}, false, nil
			}
			if err := st.grow(o.Len(), 64); err != nil {
				return value.Value{}, true, err
			}
			for i := range o.Len() {
				m.PutKey(o.At(i).Key, o.At(i).Val)
			}
			return value.Of(""), true, nil
		}
	case 2:
		switch name {
		case "put":
			i := m.IndexOf(args[0])
			if i >= 0 {
				old := m.At(i).Val
				m.SetAt(i, args[1])
				return old, true, nil
			}
			m.PutKey(args[0], args[1])
			return value.Value{}, true, st.grow(1, 64)
		case "getOrDefault":
			if i := m.IndexOf(args[0]); i >= 0 {
				return m.At(i).Val, true, nil
			}
			return args[1], true, nil
		case "putIfAbsent":
			i := m.IndexOf(args[0])
			if i >= 0 && !m.At(i).Val.IsNull() {
				return m.At(i).Val, true, nil
			}
			m.PutKey(args[0], args[1])
			return value.Value{}, true, st.grow(1, 64)
		case "replace":
			i := m.IndexOf(args[0])
			if i < 0 {
				return value.Value{}, true, nil
			}
			old := m.At(i).Val
			m.SetAt(i, args[1])
			return old, true, nil
		case "remove":
			i := m.IndexOf(args[0])
			if i < 0 || !value.Equal(m.At(i).Val, args[1]) {
				return value.OfBool(false), true, nil
			}
			m.RemoveAt(i)
			return value.OfBool(true), true, nil
		}
	case 3:
		if name == "replace" {
			i := m.IndexOf(args[0])
			if i < 0 || !value.Equal(m.At(i).Val, args[1]) {
				return value.OfBool(false), true, nil
			}
			m.SetAt(i, args[2])
			return value.OfBool(true), true, nil
		}
	}
	return value.Value{}, false, nil
}

func (st *state) indexIn(items []value.Value, x value.Value, last bool) int {
	w := value.Work{Left: st.steps}
	defer func() { st.steps = w.Left }()
	for i := range items {
		j := i
		if last {
			j = len(items) - 1 - i
		}
		if w.Equal(x, items[j]) {
			return j
		}
	}
	return -1
}

func (st *state) listMethod(l *value.List, name string, args []value.Value) (value.Value, bool, error) {
	n := len(l.Items)
	switch len(args) {
	case 0:
		switch name {
		case "size":
			return value.OfInt(int32(n)), true, nil
		case "isEmpty":
			return value.OfBool(n == 0), true, nil
		case "clear":
			l.Clear()
			return value.Of(""), true, nil
		case "iterator", "listIterator":
			it := iterator{list: l, changes: l.Changes()}
			return value.OfObject(&iteratorObject{it: it}), true, st.grow(1, 120)
		case "toArray":
			items := append([]value.Value(nil), l.Items...)
			return value.OfObject(&array{typeName: "[Ljava.lang.Object;", items: items}), true, st.grow(n, 24)
		case "clone":
			return value.OfList(&value.List{Items: append([]value.Value(nil), l.Items...), JSON: l.JSON}), true, st.grow(n+1, 32)
		case "trimToSize":
			return value.Of(""), true, nil
		case "toJSONString":
			if l.JSON {
				s, err := value.AppendJSONLimit(nil, value.OfList(l), value.Web, st.limits.Output)
				if err != nil {
					return value.Value{}, true, err
				}
				return st.newString(string(s))
			}
		}
	case 1:
		return st.listMethod1(l, name, args[0])
	case 2:
		if !isInt(args[0]) {
			break
		}
		i := int(args[0].Int())
		switch name {
		case "set":
			if i < 0 || i >= n {
				return value.Value{}, true, errBounds("Index", i, n)
			}
			old := l.Items[i]
			l.Items[i] = args[1]
			return old, true, nil
		case "add":
			if i < 0 || i > n {
				return value.Value{}, true, errBounds("Index", i, n)
			}
			l.Insert(i, args[1])
			st.steps -= n / 8
			return value.Of(""), true, st.grow(1, 24)
		case "addAll":
			other, ok := collection(args[1])
			if !ok {
				break
			}
			if i < 0 || i > n {
				return value.Value{}, true, errBounds("Index", i, n)
			}
			other = append([]value.Value(nil), other...)
			if err := st.grow(n+len(other), 24); err != nil {
				return value.Value{}, true, err
			}
			l.InsertAll(i, other)
			return value.OfBool(len(other) > 0), true, nil
		case "subList":
			if !isInt(args[1]) {
				break
			}
			j := int(args[1].Int())
			if i < 0 || j > n || i > j {
				return value.Value{}, true, errBounds("Range end", j, n)
			}
			return value.OfList(&value.List{Items: append([]value.Value(nil), l.Items[i:j]...)}), true, st.grow(j-i+1, 24)
		}
	}
	return value.Value{}, false, nil
}

func (st *state) listMethod1(l *value.List, name string, arg value.Value) (value.Value, bool, error) {
	n := len(l.Items)
	switch name {
	case "get":
		if !isInt(arg) {
			return value.Value{}, false, nil
		}
		i := int(arg.Int())
		if i < 0 || i >= n {
			return value.Value{}, true, errBounds("Index", i, n)
		}
		return l.Items[i], true, nil
	case "add":
		l.Add(arg)
		return value.OfBool(true), true, st.grow(1, 24)
	case "appendElement":
		if !l.JSON {
			break
		}
		l.Add(arg)
		return value.OfList(l), true, st.grow(1, 24)
	case "contains":
		return value.OfBool(st.indexIn(l.Items, arg, false) >= 0), true, st.tooManySteps()
	case "indexOf":
		return value.OfInt(int32(st.indexIn(l.Items, arg, false))), true, st.tooManySteps()
	case "lastIndexOf":
		return value.OfInt(int32(st.indexIn(l.Items, arg, true))), true, st.tooManySteps()
	case "remove":
		st.steps -= n / 8
		if isInt(arg) {
			i := int(arg.Int())
			if i < 0 || i >= n {
				return value.Value{}, true, errBounds("Index", i, n)
			}
			return l.RemoveAt(i), true, st.tooManySteps()
		}
		i := st.indexIn(l.Items, arg, false)
		if i >= 0 {
			l.RemoveAt(i)
		}
		return value.OfBool(i >= 0), true, st.tooManySteps()
	case "listIterator":
		if !isInt(arg) {
			break
		}
		i := int(arg.Int())
		if i < 0 || i > n {
			return value.Value{}, true, errBounds("Index:", i, n)
		}
		it := iterator{list: l, changes: l.Changes(), i: i}
		return value.OfObject(&iteratorObject{it: it}), true, st.grow(1, 120)
	case "ensureCapacity":
		if isInt(arg) {
			return value.Of(""), true, nil
		}
	case "addAll", "containsAll", "removeAll", "retainAll":
		other, ok := collection(arg)
		if !ok {
			if arg.IsNull() {
				return value.Value{}, true, errNullPointer
			}
			return value.Value{}, false, nil
		}
		return st.listBulk(l, name, other)
	}
	return value.Value{}, false, nil
}

func (st *state) listBulk(l *value.List, name string, other []value.Value) (value.Value, bool, error) {
	switch name {
	case "addAll":
		if err := st.grow(len(other), 24); err != nil {
			return value.Value{}, true, err
		}
		for _, x := range append([]value.Value(nil), other...) {
			l.Add(x)
		}
		return value.OfBool(len(other) > 0), true, nil
	case "containsAll":
		for _, x := range other {
			if st.indexIn(l.Items, x, false) < 0 {
				return value.OfBool(false), true, st.tooManySteps()
			}
		}
		return value.OfBool(true), true, st.tooManySteps()
	}
	w := value.Work{Left: st.steps}
	kept := make([]value.Value, 0, len(l.Items))
	for _, x := range l.Items {
		if contained(&w, other, x) != (name == "removeAll") {
			kept = append(kept, x)
		}
	}
	st.steps = w.Left
	changed := len(kept) != len(l.Items)
	if changed {
		l.Clear()
		l.Items = kept
	}
	return value.OfBool(changed), true, st.tooManySteps()
}
