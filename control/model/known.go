package model

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Known is a body that Check has passed without the members that the operation does
// not have, at any depth, and without those that are null. Names are told apart by
// case, and of a member given twice the last one is left.
func (o *Operation) Known(body []byte) ([]byte, error) {
	if !o.checksBody {
		return body, nil
	}
	return o.Input.known(body)
}

func (s *Shape) known(text []byte) ([]byte, error) {
	switch {
	case !s.nested() || isNull(text):
		return text, nil
	case s.Kind == List:
		var list []json.RawMessage
		if err := json.Unmarshal(text, &list); err != nil {
			return nil, fmt.Errorf("read %s: %w", s.Name, err)
		}
		for i, e := range list {
			var err error
			if list[i], err = s.Element.known(e); err != nil {
				return nil, err
			}
		}
		return json.Marshal(list)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, fmt.Errorf("read %s: %w", s.Name, err)
	}
	for name, v := range members {
		element := s.Element
		if s.Kind == Structure {
			i, ok := s.wire[name]
			if !ok || isNull(v) {
				delete(members, name)
				continue
			}
			element = s.Members[i].Shape
		}
		var err error
		if members[name], err = element.known(v); err != nil {
			return nil, err
		}
	}
	return json.Marshal(members)
}

// nested tells whether there are structures in values of the shape.
func (s *Shape) nested() bool {
	for s.Kind == List || s.Kind == Map {
		s = s.Element
	}
	return s.Kind == Structure
}

func isNull(text []byte) bool { return string(bytes.TrimSpace(text)) == "null" }
