package model

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// CheckOutput verifies an answer against the output shape, for tests: JSON types,
// unknown members, members that are null, required members, enums and patterns.
// A body that is a blob (an export, an SDK) is not looked at.
func (o *Operation) CheckOutput(body []byte) error {
	if o.Output == nil {
		if len(body) > 0 {
			return fmt.Errorf("%s answers nothing, got %d bytes", o.Name, len(body))
		}
		return nil
	}
	if o.Output.Payload != "" {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return fmt.Errorf("%s: %w", o.Name, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", o.Name, errTrailing)
	}
	return o.Output.verify(v, o.Name)
}

func (s *Shape) verify(v any, at string) error {
	wrong := func() error { return fmt.Errorf("%s: %T is no %s", at, v, s.Name) }
	switch s.Kind {
	case Structure:
		object, ok := v.(map[string]any)
		if !ok {
			return wrong()
		}
		return s.verifyMembers(object, at)
	case List:
		list, ok := v.([]any)
		if !ok {
			return wrong()
		}
		for i, e := range list {
			if err := s.Element.verify(e, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case Map:
		object, ok := v.(map[string]any)
		if !ok {
			return wrong()
		}
		for k, e := range object {
			// A template that was set to nothing is answered as null.
			if e == nil && s.Element.Kind == String {
				continue
			}
			if err := s.Element.verify(e, at+"["+k+"]"); err != nil {
				return err
			}
		}
	case String, Blob:
		text, ok := v.(string)
		if !ok {
			return wrong()
		}
		if s.Kind == Blob {
			if _, err := base64.StdEncoding.DecodeString(text); err != nil {
				return fmt.Errorf("%s: %w", at, err)
			}
		}
		if c := s.broken(text); c != "" {
			return fmt.Errorf("%s: '%s': %s", at, text, c)
		}
	case Boolean:
		if _, ok := v.(bool); !ok {
			return wrong()
		}
	default:
		number, ok := v.(json.Number)
		if !ok || !fits(s.Kind, string(number)) {
			return wrong()
		}
	}
	return nil
}

func (s *Shape) verifyMembers(object map[string]any, at string) error {
	var unknown []string
	for k := range object {
		if _, ok := s.wire[k]; !ok {
			unknown = append(unknown, k)
		}
	}
	if len(unknown) > 0 {
		return fmt.Errorf("%s: no member %s in %s", at, strings.Join(unknown, ", "), s.Name)
	}
	for i := range s.Members {
		m := &s.Members[i]
		if m.In != InBody {
			continue
		}
		v, present := object[m.Wire]
		switch {
		case !present && m.Required:
			return fmt.Errorf("%s: required member %s is missing", at, m.Wire)
		case present && v == nil:
			return fmt.Errorf("%s.%s: null; an absent member is left out", at, m.Wire)
		case present:
			if err := m.Shape.verify(v, at+"."+m.Wire); err != nil {
				return err
			}
		}
	}
	return nil
}
