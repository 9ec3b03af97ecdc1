package model

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// Violation is a request that the model alone refuses, always with status 400.
type Violation struct {
	Type    string // SerializationException or ValidationException
	Message string
}

// The types of violations; neither is a modelled exception.
const (
	serializationException = "SerializationException"
	validationException    = "ValidationException"
)

// maxListed bounds how many faults a message spells out; its count names them all.
const maxListed = 1000

// Check judges a request by the model, in the service's order: first the JSON
// types, where the first fault in the body is the only one reported, then
// required members, enums and patterns, all of them in one message: members of
// the body in the model's order, then those of path and query. nil means that
// the model has nothing against the request.
//
// path is what Match returned. body is read only where the operation has body
// members: an empty body is an empty object, null members are absent ones,
// unknown members are ignored, and of a member given twice the last one counts.
// An imported document is not looked at. What passes has the Go types that
// encoding/json wants for the modelled ones: integers are written as integers
// and fit.
//
// An empty string is a value: where the service has a text of its own for it
// ("Model name must be non-empty"), that is the families' business. A member
// that is absent, though modelled as required, is refused here.
func (o *Operation) Check(path map[string]string, query url.Values, body []byte) *Violation {
	var root node
	if o.checksBody && len(body) > 0 {
		var err error
		if root, err = readBody(body, o.Input); err != nil {
			var fault typeFault
			if errors.As(err, &fault) {
				return &Violation{serializationException, string(fault)}
			}
			return &Violation{serializationException, malformedBody}
		}
	}
	for i := range o.Input.Members {
		m := &o.Input.Members[i]
		if m.In != InQuery || m.Wire == "" {
			continue
		}
		// Booleans are no fault whatever they say: like a patched boolean, one
		// that is not true is false.
		if v := query.Get(m.Wire); v != "" && m.Shape.Kind == Integer {
			if _, err := strconv.ParseInt(v, 10, 32); err != nil {
				return &Violation{serializationException, string(cannotConvert(javaString, m.Shape.Kind))}
			}
		}
	}
	var f faults
	if o.checksBody {
		f.structure(o.Input, &root, append(make([]byte, 0, 64), o.prefix...))
	}
	for i := range o.Input.Members {
		m := &o.Input.Members[i]
		var value string
		var present bool
		switch {
		case m.In == InURI:
			value, present = path[m.Wire]
		case m.In == InQuery && m.Wire != "":
			present = query.Has(m.Wire)
			value = query.Get(m.Wire)
		default:
			continue
		}
		if present {
			f.text(m.Shape, value, []byte(m.Name))
		} else if m.Required {
			f.missing([]byte(m.Name))
		}
	}
	return f.violation()
}

// faults collects the items of a ValidationException.
type faults struct {
	count   int
	message strings.Builder
}

func (f *faults) violation() *Violation {
	if f.count == 0 {
		return nil
	}
	plural := "s"
	if f.count == 1 {
		plural = ""
	}
	return &Violation{
		validationException,
		strconv.Itoa(f.count) + " validation error" + plural + " detected: " + f.message.String(),
	}
}

func (f *faults) add(value string, at []byte, constraint string) {
	if f.count++; f.count > maxListed {
		return
	}
	if f.count > 1 {
		f.message.WriteString("; ")
	}
	f.message.WriteString("Value ")
	f.message.WriteString(value)
	f.message.WriteString(" at '")
	f.message.Write(at)
	f.message.WriteString("' failed to satisfy constraint: ")
	f.message.WriteString(constraint)
}

func (f *faults) missing(at []byte) { f.add("null", at, "Member must not be null") }

func (f *faults) text(s *Shape, value string, at []byte) {
	if c := s.broken(value); c != "" {
		f.add("'"+value+"'", at, c)
	}
}

// broken is the constraint of s that value breaks, or "".
func (s *Shape) broken(value string) string {
	switch {
	case s.enumSet != nil && !s.enumSet[value]:
		return s.enumText
	case s.pattern != nil && !s.pattern.MatchString(value):
		return "Member must satisfy regular expression pattern: " + s.Pattern
	}
	return ""
}

func (f *faults) structure(s *Shape, n *node, at []byte) {
	for i := range s.Members {
		m := &s.Members[i]
		if m.In != InBody {
			continue
		}
		path := append(append(at, '.'), m.Name...)
		switch v := n.member(i); {
		case v == nil && m.Required:
			f.missing(path)
		case v != nil:
			f.value(m.Shape, v, path)
		}
	}
}

func (f *faults) value(s *Shape, n *node, at []byte) {
	switch s.Kind {
	case Structure:
		f.structure(s, n, at)
	case String:
		f.text(s, n.text, at)
	case List:
		if s.Element.Kind == Structure {
			for i := range n.list {
				if !n.list[i].null {
					f.structure(s.Element, &n.list[i], append(strconv.AppendInt(append(at, '.'), int64(i+1), 10), ".member"...))
				}
			}
			return
		}
		f.strings(s, n, at)
	}
}

// strings judges a list of strings as one value, once however many are wrong.
func (f *faults) strings(s *Shape, n *node, at []byte) {
	for i := range n.list {
		if n.list[i].null {
			continue
		}
		c := s.Element.broken(n.list[i].text)
		if c == "" {
			continue
		}
		var b strings.Builder
		for j := range n.list {
			if j > 0 {
				b.WriteString(", ")
			}
			if n.list[j].null {
				b.WriteString("null")
			}
			b.WriteString(n.list[j].text)
		}
		f.add("'["+b.String()+"]'", at, "Member must satisfy constraint: ["+c+"]")
		return
	}
}
