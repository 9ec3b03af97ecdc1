package project

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"sluice/api"
)

// loadSnapshot reads a snapshot file.
func (l *loader) loadSnapshot(file string, src []byte) (*content, bool) {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	b, err := api.DecodeBundle(src)
	if err != nil {
		at := snapshotErrorPlace(file, src, err)
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			err = fmt.Errorf("read snapshot: %s cannot be a %s", kind.Field, kind.Value)
		}
		l.problem(at, "%s", err)
		return nil, false
	}
	before := len(l.problems)
	at := api.Place{File: file, Line: 1, Column: 1}
	l.checkSnapshot(file, src, b.Snapshot)
	if b.Canary != nil {
		l.checkSnapshot(file, src, b.Canary)
	}
	for key, s := range b.Stage.MethodSettings {
		if s == nil {
			l.problem(at, "method setting %q is null", key)
		}
	}
	l.checkStage(&b.Stage, func(...string) api.Place { return placeOfText(file, src, `"stageName"`) })
	if b.Stage.CanarySettings == nil && b.Canary != nil {
		l.problem(placeOfText(file, src, `"canary"`), "a canary without canarySettings")
	}
	if len(l.problems) > before {
		return nil, false
	}
	c := &content{snapshot: b.Snapshot, stage: &b.Stage, canary: b.Canary, isSnapshot: true}
	if c.canary == nil && b.Stage.CanarySettings != nil {
		c.canary = b.Snapshot
	}
	return c, true
}

// checkSnapshot refuses what the wire cannot carry but JSON can: null where a
// thing must be. What the things mean is for the runtime to judge.
func (l *loader) checkSnapshot(file string, src []byte, s *api.Snapshot) {
	missing := func(what string) {
		l.problem(api.Place{File: file, Line: 1, Column: 1}, "%s is null", what)
	}
	paths := map[string]bool{}
	for _, r := range s.Resources {
		if r == nil {
			missing("a resource")
			continue
		}
		if !strings.HasPrefix(r.Path, "/") {
			l.problem(placeOfText(file, src, fmt.Sprintf("%q", r.Path)), "resource path %q must start with /", r.Path)
		}
		if paths[r.Path] {
			l.problem(placeOfText(file, src, fmt.Sprintf("%q", r.Path)), "resource %q is there twice", r.Path)
		}
		paths[r.Path] = true
		for name, m := range r.ResourceMethods {
			if m == nil {
				missing("method " + name + " " + r.Path)
				continue
			}
			for code, mr := range m.MethodResponses {
				if mr == nil {
					missing("method response " + name + " " + r.Path + " " + code)
				}
			}
			if m.MethodIntegration == nil {
				continue
			}
			for code, ir := range m.MethodIntegration.IntegrationResponses {
				if ir == nil {
					missing("integration response " + name + " " + r.Path + " " + code)
				}
			}
		}
	}
	for _, x := range s.Models {
		if x == nil {
			missing("a model")
		}
	}
	for _, x := range s.RequestValidators {
		if x == nil {
			missing("a request validator")
		}
	}
	for _, x := range s.Authorizers {
		if x == nil {
			missing("an authorizer")
		}
	}
	for _, x := range s.GatewayResponses {
		if x == nil {
			missing("a gateway response")
		}
	}
	for _, x := range s.DocumentationParts {
		if x == nil {
			missing("a documentation part")
		}
	}
}

// snapshotErrorPlace finds where in a snapshot decoding failed.
func snapshotErrorPlace(file string, src []byte, err error) api.Place {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return placeOfOffset(file, src, int(syntax.Offset)-1)
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return placeOfOffset(file, src, int(kind.Offset)-1)
	}
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		return placeOfText(file, src, name)
	}
	if strings.Contains(err.Error(), "format is") {
		return placeOfText(file, src, `"format"`)
	}
	return placeOfOffset(file, src, 0)
}

// placeOfText is the place where text stands first, or the start of the file.
func placeOfText(file string, src []byte, text string) api.Place {
	return placeOfOffset(file, src, max(0, bytes.Index(src, []byte(text))))
}

// placeOfOffset turns an offset in bytes into a place.
func placeOfOffset(file string, src []byte, offset int) api.Place {
	before := src[:min(max(offset, 0), len(src))]
	return api.Place{
		File:   file,
		Line:   bytes.Count(before, []byte("\n")) + 1,
		Column: len(before) - (bytes.LastIndexByte(before, '\n') + 1) + 1,
	}
}
