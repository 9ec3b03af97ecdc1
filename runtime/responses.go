package runtime

import (
	"strings"

	"sluice/mapping"
)

// responseSet is the integration responses of a method with the choice among
// them decided ahead for every status code.
type responseSet struct {
	choice   *choiceTable // shared by all methods with the same patterns
	list     []*integrationResponse
	patterns []pattern // parallel to list; the zero pattern is the default's
}

// choiceTable says for a backend status from 100 to 599 which response is
// taken, counted from 1; 0 is none.
type choiceTable [500]uint16

// pick finds the response for a backend status, nil when none matches and there
// is no default.
func (s *responseSet) pick(status int) *integrationResponse {
	if s == nil || status < 100 || status > 599 {
		return nil
	}
	if i := s.choice[status-100]; i > 0 {
		return s.list[i-1]
	}
	return nil
}

// pickText finds the response for the error text of a function: the first
// pattern that matches the whole of it, else the default. Without an error the
// text is empty.
func (s *responseSet) pickText(text string) *integrationResponse {
	if s == nil {
		return nil
	}
	var byDefault *integrationResponse
	for i, p := range s.patterns {
		switch {
		case p.isZero():
			if byDefault == nil {
				byDefault = s.list[i]
			}
		case text != "" && p.match(text):
			return s.list[i]
		}
	}
	return byDefault
}

// integrationResponse is a compiled integration response.
type integrationResponse struct {
	status          int
	declared        bool // the method has this status
	unselectable    bool // its pattern is no regular expression
	statusText      string
	headers         []mappedParameter
	templates       responseTemplates
	contentHandling contentHandling
}

// requestTemplates are the templates of an integration by content type.
type requestTemplates struct {
	list        []mappingTemplate
	fallback    *mappingTemplate // $default
	passthrough passthrough
}

// mappingTemplate is a template for one content type. Static text is kept apart:
// such a template is not rendered at all. One that is neither static nor has a
// template is broken: rendering it fails.
type mappingTemplate struct {
	contentType string
	template    *mapping.Template // nil when static, or broken
	static      []byte
	isStatic    bool
}

func newMappingTemplate(contentType string, t *mapping.Template) mappingTemplate {
	if t == nil {
		return mappingTemplate{contentType: contentType}
	}
	if text, ok := t.Static(); ok {
		return mappingTemplate{contentType: contentType, static: text, isStatic: true}
	}
	return mappingTemplate{contentType: contentType, template: t}
}

// unlessEmpty is t, or nil when its text is empty: such a template only stands
// for its content type and leaves the body as it is (aws-facts: data plane, 9.3).
func (t *mappingTemplate) unlessEmpty() *mappingTemplate {
	if t.isStatic && len(t.static) == 0 {
		return nil
	}
	return t
}

type passthrough uint8

const (
	whenNoMatch passthrough = iota
	whenNoTemplates
	never
)

// pick chooses by the request's media type. ok is false where the passthrough
// behavior refuses the request; a nil template means that the body passes as it
// is (aws-facts: data plane, 9.2).
func (t *requestTemplates) pick(mime string) (template *mappingTemplate, ok bool) {
	if mime == "" {
		mime = mimeJSON
	}
	for i := range t.list {
		if ct := t.list[i].contentType; ct == mime || strings.EqualFold(ct, mime) {
			return t.list[i].unlessEmpty(), true
		}
	}
	if t.fallback != nil {
		return t.fallback.unlessEmpty(), true
	}
	switch t.passthrough {
	case never:
		return nil, false
	case whenNoTemplates:
		return nil, len(t.list) == 0
	default:
		return nil, true
	}
}

// responseTemplates are the templates of an integration response by content
// type, application/json first.
type responseTemplates struct{ list []mappingTemplate }

// pick chooses by the first media type of the request's Accept header: missing
// counts as application/json; without a match the first template is used
// (aws-facts: data plane, 9.3).
func (t *responseTemplates) pick(accept string) *mappingTemplate {
	if len(t.list) == 0 {
		return nil
	}
	if len(t.list) > 1 && accept != "" {
		mime := firstAccept(accept)
		for i := range t.list {
			if strings.EqualFold(t.list[i].contentType, mime) {
				return t.list[i].unlessEmpty()
			}
		}
	}
	return t.list[0].unlessEmpty()
}
