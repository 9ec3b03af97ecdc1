package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// node is a value of a body, as far as constraints need it.
type node struct {
	null    bool
	text    string // of a string
	list    []node // of a list
	members []node // of a structure, by index; shorter where the last ones are absent
}

// member is the i-th member of a structure, nil when it is absent or null.
func (n *node) member(i int) *node {
	if i >= len(n.members) || n.members[i].null {
		return nil
	}
	return &n.members[i]
}

// typeFault is a value of a JSON type that its shape cannot be: the text of a
// SerializationException.
type typeFault string

func (t typeFault) Error() string { return string(t) }

// The texts of type faults. "class java.lang.Boolean can not be converted to an
// String" is recorded from this service, and the others come from the same
// serialiser in front of other services (reports of users of their SDKs), with
// the two "map" and "java.lang.String" forms inferred from their siblings.
const (
	listNotExpected   = typeFault("Start of list found where not expected")
	objectNotExpected = typeFault("Start of structure or map found where not expected.")
	expectedStructure = typeFault("Expected null")
	expectedList      = typeFault("Expected list or null")
	expectedMap       = typeFault("Expected map or null")

	javaBoolean = "class java.lang.Boolean"
	javaNumber  = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber"
	javaString  = "class java.lang.String"
)

// malformedBody is ours: other services on the same serialiser leave the message
// out, which helps nobody.
const malformedBody = "The request body is not valid JSON"

// maxDepth bounds the nesting of a body, unknown members included.
const maxDepth = 500

var (
	errDepth    = errors.New("nested too deeply")
	errTrailing = errors.New("data after the body")
)

func cannotConvert(class string, kind Kind) typeFault {
	to := "String"
	switch kind {
	case Boolean:
		to = "Boolean"
	case Integer:
		to = "Integer"
	case Long:
		to = "Long"
	case Double, Timestamp:
		to = "Double"
	}
	return typeFault(class + " can not be converted to an " + to)
}

// readBody reads a body of shape s in one pass. The error is a typeFault, or
// says what makes the body no JSON.
func readBody(body []byte, s *Shape) (node, error) {
	r := bodyReader{json.NewDecoder(bytes.NewReader(body))}
	r.dec.UseNumber()
	n, err := r.value(s, 0)
	if err != nil {
		return node{}, err
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return node{}, errTrailing
	}
	return n, nil
}

type bodyReader struct{ dec *json.Decoder }

func (r bodyReader) value(s *Shape, depth int) (node, error) {
	if depth > maxDepth {
		return node{}, errDepth
	}
	t, err := r.dec.Token()
	if err != nil {
		return node{}, err
	}
	switch t := t.(type) {
	case nil:
		return node{null: true}, nil
	case json.Delim:
		if t == '[' {
			if s.Kind != List {
				return node{}, listNotExpected
			}
			return r.list(s, depth)
		}
		switch s.Kind {
		case Structure:
			return r.structure(s, depth)
		case Map:
			return r.mapping(s, depth)
		}
		return node{}, objectNotExpected
	}
	return scalar(s.Kind, t)
}

func scalar(kind Kind, t json.Token) (node, error) {
	switch kind {
	case Structure:
		return node{}, expectedStructure
	case List:
		return node{}, expectedList
	case Map:
		return node{}, expectedMap
	}
	switch t := t.(type) {
	case bool:
		if kind == Boolean {
			return node{}, nil
		}
		return node{}, cannotConvert(javaBoolean, kind)
	case string:
		if kind == String || kind == Blob {
			return node{text: t}, nil
		}
		return node{}, cannotConvert(javaString, kind)
	case json.Number:
		if fits(kind, string(t)) {
			return node{}, nil
		}
	}
	return node{}, cannotConvert(javaNumber, kind)
}

// fits says whether a JSON number is one of this kind.
func fits(kind Kind, number string) bool {
	var err error
	switch kind {
	case Integer:
		_, err = strconv.ParseInt(number, 10, 32)
	case Long:
		_, err = strconv.ParseInt(number, 10, 64)
	case Double, Timestamp:
		_, err = strconv.ParseFloat(number, 64)
	default:
		return false
	}
	return err == nil
}

func (r bodyReader) list(s *Shape, depth int) (node, error) {
	var n node
	for r.dec.More() {
		e, err := r.value(s.Element, depth+1)
		if err != nil {
			return node{}, err
		}
		n.list = append(n.list, e)
	}
	_, err := r.dec.Token()
	return n, err
}

func (r bodyReader) mapping(s *Shape, depth int) (node, error) {
	for r.dec.More() {
		if _, err := r.dec.Token(); err != nil {
			return node{}, err
		}
		if _, err := r.value(s.Element, depth+1); err != nil {
			return node{}, err
		}
	}
	_, err := r.dec.Token()
	return node{}, err
}

func (r bodyReader) structure(s *Shape, depth int) (node, error) {
	n := node{members: make([]node, 0, len(s.Members))}
	for r.dec.More() {
		t, err := r.dec.Token()
		if err != nil {
			return node{}, err
		}
		key, _ := t.(string)
		i, known := s.wire[key]
		if !known {
			if err := r.skip(depth + 1); err != nil {
				return node{}, err
			}
			continue
		}
		v, err := r.value(s.Members[i].Shape, depth+1)
		if err != nil {
			return node{}, err
		}
		for len(n.members) <= i {
			n.members = append(n.members, node{null: true})
		}
		n.members[i] = v
	}
	_, err := r.dec.Token()
	return n, err
}

// skip passes over the value of an unknown member.
func (r bodyReader) skip(depth int) error {
	for open := 0; ; {
		t, err := r.dec.Token()
		if err != nil {
			return err
		}
		if d, ok := t.(json.Delim); ok {
			if d == '[' || d == '{' {
				open++
			} else {
				open--
			}
		}
		if depth+open > maxDepth {
			return errDepth
		}
		if open == 0 {
			return nil
		}
	}
}
