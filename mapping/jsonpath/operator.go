package jsonpath

import (
	"strings"

	"sluice/mapping/vtl/value"
)

type operator uint8

const (
	opExists operator = iota
	opGreaterOrEqual
	opLessOrEqual
	opEqual
	opTypedEqual
	opNotEqual
	opTypedNotEqual
	opLess
	opGreater
	opMatches
	opNotIn
	opIn
	opContains
	opNever // ALL, TYPE, MATCHES: known, but nothing a path can write makes them true
	opSize
	opEmpty
	opSubsetOf
	opAnyOf
	opNoneOf
)

// operators is read only; words are in upper case.
var operators = map[string]operator{
	">=": opGreaterOrEqual, "<=": opLessOrEqual, "==": opEqual, "===": opTypedEqual, "!=": opNotEqual,
	"!==": opTypedNotEqual, "<": opLess, ">": opGreater, "=~": opMatches,
	"NIN": opNotIn, "IN": opIn, "CONTAINS": opContains, "ALL": opNever, "SIZE": opSize, "EXISTS": opExists,
	"TYPE": opNever, "MATCHES": opNever, "EMPTY": opEmpty, "SUBSETOF": opSubsetOf, "ANYOF": opAnyOf, "NONEOF": opNoneOf,
}

// relation compares two operands.
type relation struct {
	left, right operand
	operator    operator
}

func (e *relation) holds(ev *evaluation, item value.Value) (bool, *fault) {
	left, f := e.left.resolve(ev, item)
	if f != nil {
		return false, f
	}
	right, f := e.right.resolve(ev, item)
	if f != nil {
		return false, f
	}
	return e.operator.compare(ev, &left, &right)
}

func (op operator) compare(ev *evaluation, left, right *operand) (bool, *fault) {
	switch op {
	case opExists:
		switch {
		case left.kind == boolOperand && right.kind == boolOperand:
			return left.truth == right.truth, nil
		case left.kind == boolOperand || right.kind == boolOperand:
			return false, wrongNode
		}
		return false, noExists
	case opEqual:
		return equal(left, right)
	case opNotEqual:
		ok, f := equal(left, right)
		return !ok, f
	case opTypedEqual, opTypedNotEqual:
		same := left.class() == right.class()
		if same {
			ok, f := equal(left, right)
			if f != nil {
				return false, f
			}
			same = ok
		}
		return same == (op == opTypedEqual), nil
	case opLess, opLessOrEqual, opGreater, opGreaterOrEqual:
		return op.ordered(left, right), nil
	case opMatches:
		return match(ev, left, right)
	case opSize:
		return size(left, right)
	case opEmpty:
		return empty(left, right)
	case opIn, opNotIn:
		items, ok, f := right.demandItems(ev)
		if f != nil {
			return false, f
		}
		return (ok && contains(items, left)) == (op == opIn), nil
	case opContains:
		if left.kind == stringOperand && right.kind == stringOperand {
			return strings.Contains(left.text, right.text), nil
		}
		if !left.isJSON() {
			return false, nil
		}
		items, _, f := left.listItems(ev)
		return f == nil && contains(items, right), f
	case opSubsetOf, opAnyOf, opNoneOf:
		return op.sets(ev, left, right)
	default:
		return false, wrongNode
	}
}

// class tells Java classes apart: both JSON kinds are one.
func (o *operand) class() operandKind {
	if o.kind == jsonTextOperand {
		return jsonOperand
	}
	return o.kind
}

func equal(left, right *operand) (bool, *fault) {
	if !left.isJSON() || !right.isJSON() {
		return left.equals(right), nil
	}
	if right.failed != nil {
		return false, right.failed
	}
	// Text on the left is compared as text, and so never equals anything.
	return left.kind == jsonOperand && value.Equal(left.json, right.json), nil
}

func (op operator) ordered(left, right *operand) bool {
	var c int
	switch {
	case left.kind == numberOperand && right.kind == numberOperand:
		c = left.number.compare(right.number)
	case left.kind == stringOperand && right.kind == stringOperand:
		c = compareUTF16(left.text, right.text)
	default:
		return false
	}
	switch op {
	case opLess:
		return c < 0
	case opLessOrEqual:
		return c <= 0
	case opGreater:
		return c > 0
	default:
		return c >= 0
	}
}

func match(ev *evaluation, left, right *operand) (bool, *fault) {
	if (left.kind == patternOperand) == (right.kind == patternOperand) {
		return false, nil
	}
	p, o := right, left
	if left.kind == patternOperand {
		p, o = left, right
	}
	if o.isJSON() {
		items, isList, f := o.listItems(ev)
		if f != nil {
			return false, f
		}
		if isList {
			for i := range items {
				if ok, f := p.pattern.matches(items[i].matchable()); ok || f != nil {
					return ok, f
				}
			}
			return false, nil
		}
	}
	return p.pattern.matches(o.matchable())
}

func size(left, right *operand) (bool, *fault) {
	if right.kind != numberOperand {
		return false, nil
	}
	want := int(right.number.int())
	switch {
	case left.kind == stringOperand:
		return value.Len16(left.text) == want, nil
	case left.failed != nil:
		return false, left.failed
	case left.isJSON():
		n := -1
		if l := left.json.List(); l != nil {
			n = len(l.Items)
		}
		return n == want, nil
	default:
		return false, nil
	}
}

func empty(left, right *operand) (bool, *fault) {
	var is bool
	switch {
	case left.kind == stringOperand:
		is = left.text == ""
	case left.failed != nil:
		return false, left.failed
	case !left.isJSON():
		return false, nil
	case left.json.Map() != nil:
		return false, mapIsNoList
	default:
		is = len(left.json.List().Items) == 0
	}
	if right.kind != boolOperand {
		return false, wrongNode
	}
	return is == right.truth, nil
}

// demandItems gives the elements of an operand that has to be JSON.
func (o *operand) demandItems(ev *evaluation) ([]operand, bool, *fault) {
	if !o.isJSON() {
		return nil, false, wrongNode
	}
	return o.listItems(ev)
}

func (op operator) sets(ev *evaluation, left, right *operand) (bool, *fault) {
	rights, ok, f := right.demandItems(ev)
	if f != nil || !ok {
		return false, f
	}
	lefts, ok, f := left.demandItems(ev)
	if f != nil || !ok {
		return false, f
	}
	if !ev.take(len(lefts) * len(rights)) {
		return false, tooManySteps
	}
	for i := range lefts {
		in := contains(rights, &lefts[i])
		switch {
		case op == opSubsetOf && !in:
			return false, nil
		case op == opAnyOf && in:
			return true, nil
		case op == opNoneOf && in:
			return false, nil
		}
	}
	return op != opAnyOf, nil
}
