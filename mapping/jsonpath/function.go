package jsonpath

import (
	"math"

	"sluice/mapping/vtl"
	"sluice/mapping/vtl/value"
)

// call applies a function token. Its result is a result of the path even when
// more tokens follow.
func (ev *evaluation) call(t *token, model value.Value) *fault {
	if t.call == nil {
		return &fault{kind: faultInvalid, message: "Function with name: " + t.function + " does not exist."}
	}
	var storage [4]value.Value
	args := arguments{evaluation: ev, parameters: t.args, paths: storage[:0]}
	for i := range t.args {
		var v value.Value
		if p := t.args[i].path; p != nil {
			var f *fault
			if v, f = ev.value(p, ev.root, ev.root, ev.require); f != nil {
				return f
			}
		}
		args.paths = append(args.paths, v)
	}
	result, f := t.call(&args, model)
	if f != nil {
		return f
	}
	ev.add(result)
	if t.isLeaf() {
		return nil
	}
	return ev.step(t.next, result)
}

// arguments are the arguments of one call: paths evaluated, JSON as text.
type arguments struct {
	*evaluation
	parameters []parameter
	paths      []value.Value
}

// value gives argument i; JSON is parsed anew each time.
func (a *arguments) value(i int) (value.Value, *fault) {
	if a.parameters[i].path != nil {
		return a.paths[i], nil
	}
	v, err := value.ParseJSON(a.parameters[i].json)
	if err != nil {
		return value.Value{}, &fault{kind: faultOther, message: err.Error()}
	}
	return v, nil
}

// each calls f for every argument, and for every element of one that is a list.
func (a *arguments) each(f func(value.Value)) *fault {
	for i := range a.parameters {
		v, fa := a.value(i)
		if fa != nil {
			return fa
		}
		if l := v.List(); l != nil {
			for _, item := range l.Items {
				f(item)
			}
		} else {
			f(v)
		}
	}
	return nil
}

type function func(a *arguments, model value.Value) (value.Value, *fault)

// functionNamed looks a function up; nil where Jayway has none.
func functionNamed(name string) function {
	switch name {
	case "avg":
		return average
	case "stddev":
		return standardDeviation
	case "sum":
		return sum
	case "min":
		return minimum
	case "max":
		return maximum
	case "concat":
		return concatenate
	case "length", "size":
		return length
	case "append":
		return appendItems
	case "keys":
		return keys
	case "first":
		return first
	case "last":
		return last
	case "index":
		return index
	default:
		return nil
	}
}

// numbers calls f for every number of the model and then of the arguments.
func (a *arguments) numbers(model value.Value, f func(float64)) *fault {
	count := 0
	next := func(v value.Value) {
		if isNumber(v) {
			count++
			f(doubleOf(v))
		}
	}
	if l := model.List(); l != nil {
		for _, item := range l.Items {
			next(item)
		}
	}
	if f := a.each(next); f != nil {
		return f
	}
	if count == 0 {
		return emptyAggregate
	}
	return nil
}

func average(a *arguments, model value.Value) (value.Value, *fault) {
	total, count := 0.0, 0.0
	f := a.numbers(model, func(n float64) { total += n; count++ })
	return value.OfDouble(total / count), f
}

func standardDeviation(a *arguments, model value.Value) (value.Value, *fault) {
	total, squares, count := 0.0, 0.0, 0.0
	f := a.numbers(model, func(n float64) {
		total += n
		squares += float64(n * n) // the conversion forbids a fused multiply-add
		count++
	})
	return value.OfDouble(math.Sqrt(squares/count - float64(total*total)/count/count)), f
}

func sum(a *arguments, model value.Value) (value.Value, *fault) {
	total := 0.0
	f := a.numbers(model, func(n float64) { total += n })
	return value.OfDouble(total), f
}

func minimum(a *arguments, model value.Value) (value.Value, *fault) {
	least := math.MaxFloat64
	f := a.numbers(model, func(n float64) {
		if least > n {
			least = n
		}
	})
	return value.OfDouble(least), f
}

// maximum starts from Double.MIN_VALUE, the smallest positive double, as Jayway
// does: the maximum of negative numbers is 4.9E-324.
func maximum(a *arguments, model value.Value) (value.Value, *fault) {
	most := math.SmallestNonzeroFloat64
	f := a.numbers(model, func(n float64) {
		if most < n {
			most = n
		}
	})
	return value.OfDouble(most), f
}

func concatenate(a *arguments, model value.Value) (value.Value, *fault) {
	var text []byte
	if l := model.List(); l != nil {
		for _, item := range l.Items {
			if s, ok := item.Str(); ok {
				text = append(text, s...)
			}
		}
	}
	f := a.each(func(v value.Value) {
		if !v.IsNull() {
			text = value.AppendText(text, v)
		}
	})
	return value.Of(string(text)), f
}

// length counts the children of its argument, or of the model.
func length(a *arguments, model value.Value) (value.Value, *fault) {
	if len(a.parameters) > 0 {
		counted := a.parameters[0].counted
		if counted == nil {
			return value.Value{}, noPath
		}
		inner, f := a.reader.value(counted, model, model, a.require)
		if f != nil {
			return value.Value{}, f
		}
		if l := inner.List(); l != nil {
			return value.OfInt(int32(len(l.Items))), nil
		}
	}
	if l := model.List(); l != nil {
		return value.OfInt(int32(len(l.Items))), nil
	}
	if m := model.Map(); m != nil {
		return value.OfInt(int32(m.Len())), nil
	}
	return value.Value{}, nil
}

// appendItems changes the document, as Jayway does.
func appendItems(a *arguments, model value.Value) (value.Value, *fault) {
	l := model.List()
	if l == nil {
		return model, nil
	}
	for i := range a.parameters {
		if !a.take(1) {
			return value.Value{}, tooManySteps
		}
		v, f := a.value(i)
		if f != nil {
			return value.Value{}, f
		}
		l.Add(v)
	}
	return model, nil
}

func keys(_ *arguments, model value.Value) (value.Value, *fault) {
	if m := model.Map(); m != nil {
		return vtl.KeySet(m), nil
	}
	return value.Value{}, nil
}

func first(_ *arguments, model value.Value) (value.Value, *fault) { return element(model, 0) }

func last(_ *arguments, model value.Value) (value.Value, *fault) { return element(model, -1) }

func index(a *arguments, model value.Value) (value.Value, *fault) {
	if model.List() == nil {
		return value.Value{}, emptyAggregate
	}
	at, found := 0, false
	f := a.each(func(v value.Value) {
		if isNumber(v) && !found {
			at, found = int(intOf(v)), true
		}
	})
	if f != nil {
		return value.Value{}, f
	}
	if !found {
		return value.Value{}, outOfBounds
	}
	return element(model, at)
}

// element picks an element, a negative index from the end. As in Jayway, which
// asks for a position > 0, a negative index never reaches the first element.
func element(model value.Value, i int) (value.Value, *fault) {
	l := model.List()
	if l == nil {
		return value.Value{}, emptyAggregate
	}
	if i < 0 {
		if i += len(l.Items); i <= 0 {
			return value.Value{}, &fault{kind: faultOther, message: "Target index larger than object count"}
		}
	}
	if i >= len(l.Items) {
		return value.Value{}, outOfBounds
	}
	return l.Items[i], nil
}
