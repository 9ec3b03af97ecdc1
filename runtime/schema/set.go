package schema

import (
	"fmt"
	"runtime"
	"sort"
	"strings"
	"sync"

	"sluice/api"
)

// Set is the compiled models of one API.
type Set struct {
	validators map[string]*Validator
}

// defaultModels are those every API has from its creation. A definition need not list them.
var defaultModels = []*api.Model{
	{Name: "Empty", ContentType: "application/json", Schema: `{"$schema":"http://json-schema.org/draft-04/schema#","title":"Empty Schema","type":"object"}`},
	{Name: "Error", ContentType: "application/json", Schema: `{"$schema":"http://json-schema.org/draft-04/schema#","title":"Error Schema","type":"object","properties":{"message":{"type":"string"}}}`},
}

// Compile compiles models. References between models must be of the form
// https://apigateway.amazonaws.com/restapis/{any api id}/models/{Name}: the id is
// not compared, since an exported definition keeps the id of the API it came
// from. places may be nil. The Set is usable even with problems: a model that is
// broken has no Validator, nor has one whose content type is not JSON and whose
// text is no schema. The default models Empty and Error may be missing.
func Compile(models []*api.Model, apiID string, places *api.Places) (*Set, api.Problems) {
	c := &compiler{models: map[string]*model{}, keywords: keywords()}
	var problems api.Problems
	c.problems = func(m *model, pointer, format string, args ...any) {
		problems = append(problems, problemOf(m, places, pointer, fmt.Sprintf(format, args...)))
	}
	metaSchema, err := theMetaSchema()
	if err != nil {
		problems = append(problems, api.Problem{Subject: "API " + apiID, Message: err.Error()})
		return &Set{}, problems
	}
	var order []*model
	load := func(from *api.Model) {
		m := &model{name: from.Name, schemas: map[uint32]*schema{}}
		if _, ok := c.models[from.Name]; ok {
			c.problem(place{m: m}, "there is another model of that name")
			return
		}
		if strings.TrimSpace(from.Schema) == "" {
			// A model without schema describes a type and checks nothing.
			return
		}
		if !m.doc.parse(strings.Clone(from.Schema)) {
			if !isJSON(from.ContentType) {
				return
			}
			c.problem(place{m: m}, "the schema is not valid JSON")
		}
		c.models[from.Name] = m
		order = append(order, m)
		m.malformed = m.broken
		if m.malformed {
			return
		}
		if number := m.doc.extremeNumber(); number != "" {
			c.problem(place{m: m}, "the number %s is out of range", number)
		} else {
			for _, misuse := range metaSchema.problems(from.Schema) {
				c.problem(place{m: m, pointer: misuse.pointer}, "%s", misuse.message)
			}
		}
		m.malformed = m.broken
	}
	for _, from := range models {
		load(from)
	}
	for _, from := range defaultModels {
		if _, ok := c.models[from.Name]; !ok && !hasModel(models, from.Name) {
			load(from)
		}
	}
	for _, m := range order {
		if !m.malformed {
			m.root = c.schema(place{m: m})
		}
	}
	for _, m := range order {
		for _, at := range sortedPlaces(m.schemas) {
			if m.schemas[at].endless() {
				c.problem(place{m: m}, "it refers to itself for the same value, so checking it would never end")
				break
			}
		}
	}
	c.spread(order)
	set := &Set{validators: map[string]*Validator{}}
	large := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, m := range usable(order) {
		set.validators[m.name] = &Validator{root: m.root, large: large}
	}
	return set, problems
}

// spread makes those models broken that refer to broken ones, until there are no more.
func (c *compiler) spread(order []*model) {
	for again := true; again; {
		again = false
		for _, m := range order {
			if m.broken {
				continue
			}
			for _, u := range m.uses {
				if u.to.broken {
					c.problem(u.from, "refers to model %s, which is not usable", u.to.name)
					again = true
					break
				}
			}
		}
	}
}

// maxModelExponent bounds the numbers of a model, with which the check against
// the schema of schemas calculates exactly.
const maxModelExponent = 400

// extremeNumber finds a number that is too large or too small for a model.
func (d *document) extremeNumber() string {
	for i, n := range d.nodes {
		if n.kind != kindNumber {
			continue
		}
		text := d.text(uint32(i))
		if e := exponentOf(text); e > maxModelExponent || e < -maxModelExponent {
			return text
		}
	}
	return ""
}

func hasModel(models []*api.Model, name string) bool {
	for _, m := range models {
		if m.Name == name {
			return true
		}
	}
	return false
}

// isJSON tells whether models of a content type must be schemas.
func isJSON(contentType string) bool {
	return contentType == "" || strings.Contains(strings.ToLower(contentType), "json")
}

func sortedPlaces(schemas map[uint32]*schema) []uint32 {
	places := make([]uint32, 0, len(schemas))
	for at := range schemas {
		places = append(places, at)
	}
	sort.Slice(places, func(i, j int) bool { return places[i] < places[j] })
	return places
}

// usable lists the models without problems.
func usable(order []*model) []*model {
	var list []*model
	for _, m := range order {
		if !m.broken && m.root != nil {
			list = append(list, m)
		}
	}
	return list
}

// Validator returns the validator of a model, nil when there is nothing to check.
func (s *Set) Validator(name string) *Validator { return s.validators[name] }

// Validator checks bodies against one model. It is safe for concurrent use.
type Validator struct {
	root  *schema
	large chan struct{} // holds one element for each large body being checked
}

// largeBody is the size in bytes from which bodies of an API wait for one
// another: parsed, a body may take up to thirty times its size.
const largeBody = 1 << 20

// maxKeptNodes bounds what a pooled run holds on to.
const maxKeptNodes = 16 << 10

var runs = sync.Pool{New: func() any { return new(run) }}

// Validate checks a body. problems is the bracketed list of what is wrong, as in
// [object has missing required properties (["a"])]; it is "" when ok. An empty
// body counts as {}. A nil Validator takes everything.
func (v *Validator) Validate(body string) (problems string, ok bool) {
	if v == nil {
		return "", true
	}
	if body == "" {
		body = "{}"
	}
	if len(body) >= largeBody {
		v.large <- struct{}{}
		defer func() { <-v.large }()
	}
	r := runs.Get().(*run)
	defer r.release()
	if !r.parse(body) {
		return "[" + messageNotJSON + "]", false
	}
	r.steps = baseSteps + stepsPerNode*len(r.nodes)
	r.regexWork, r.backtracking = 0, 0
	r.whole = report{listed: true}
	r.apply(v.root, 0, &r.whole)
	switch {
	case r.steps < 0:
		// Whatever was found: parts were not looked at.
		r.problems = append(r.problems[:0], messageTooMuchWork...)
	case !r.whole.failed:
		return "", true
	}
	return "[" + string(r.problems[:min(len(r.problems), maxProblems)]) + "]", false
}

func (r *run) release() {
	r.reset("")
	r.problems = r.problems[:0]
	if cap(r.nodes) > maxKeptNodes || cap(r.problems) > maxProblems || cap(r.decoded) > maxProblems {
		return
	}
	runs.Put(r)
}
