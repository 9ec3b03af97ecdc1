package model

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// Operation is one operation of the service. It is read-only.
type Operation struct {
	Name   string
	Method string
	// URI is the template, such as /restapis/{restapi_id}; for two operations
	// with the query that tells them from another one: /restapis?mode=import.
	URI string
	// Status is the HTTP status of success.
	Status int
	Input  *Shape // never nil; without members where the operation takes nothing
	Output *Shape // nil: an empty answer
	// Errors are the names of the modelled exceptions, such as NotFoundException.
	Errors []string

	checksBody bool   // the body is JSON with modelled members
	prefix     string // of body members in messages, such as createRestApiInput
}

// Kind is the type of a Shape.
type Kind uint8

// The kinds of shapes.
const (
	Structure Kind = iota
	List
	Map
	String
	Boolean
	Integer
	Long
	Double
	Timestamp
	Blob
)

// Shape is a type of the model. It is read-only.
type Shape struct {
	Name    string
	Kind    Kind
	Members []Member // of a structure, in the model's order
	// Payload names the member that is the whole body.
	Payload string
	Element *Shape   // of a list, and the values of a map
	Enum    []string // the allowed strings in the order the service prints them
	Pattern string   // as the service prints it

	wire     map[string]int  // index of a body member by its JSON name
	enumSet  map[string]bool // Enum
	enumText string          // the constraint an unknown string breaks
	pattern  *regexp.Regexp  // Pattern, on the whole string
}

// Location says where in a message a member travels.
type Location uint8

// The locations of members.
const (
	InBody Location = iota
	InURI
	InQuery
	InHeader
)

// Member is a member of a structure.
type Member struct {
	Name string // the SDK's name, and that of messages
	// Wire is the name on the wire: the JSON key, the name in the URI template,
	// the query parameter or the header. It is empty for a map that takes all
	// query parameters no other member claims.
	Wire     string
	In       Location
	Shape    *Shape
	Required bool
}

// Operations are all operations, ordered by name. The slice and what it holds
// are shared: do not change them.
func Operations() []*Operation { return loaded().operations }

// Lookup is the operation of this name, such as CreateRestApi, or nil.
func Lookup(name string) *Operation { return loaded().byName[name] }

//go:embed model.json
var source []byte

type catalogue struct {
	operations []*Operation
	byName     map[string]*Operation
	routes     *route
}

// loaded is the parsed model. model.json is part of the binary, so a fault in it
// is one of the build and stops the program.
var loaded = sync.OnceValue(func() *catalogue {
	c, err := parse(source)
	if err != nil {
		panic("control/model: model.json: " + err.Error())
	}
	return c
})

type document struct {
	Operations []documentOperation `json:"operations"`
	Shapes     map[string]struct {
		Type    string           `json:"type"`
		Payload string           `json:"payload"`
		Element string           `json:"element"`
		Enum    []string         `json:"enum"`
		Pattern string           `json:"pattern"`
		Members []documentMember `json:"members"`
	} `json:"shapes"`
}

type documentOperation struct {
	Name   string   `json:"name"`
	Method string   `json:"method"`
	URI    string   `json:"uri"`
	Status int      `json:"status"`
	Input  string   `json:"input"`
	Output string   `json:"output"`
	Errors []string `json:"errors"`
}

type documentMember struct {
	Name     string `json:"name"`
	Shape    string `json:"shape"`
	In       string `json:"in"`
	Wire     string `json:"wire"`
	Required bool   `json:"required"`
}

func parse(raw []byte) (*catalogue, error) {
	var d document
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, err
	}
	kinds := map[string]Kind{
		"structure": Structure, "list": List, "map": Map, "string": String, "boolean": Boolean,
		"integer": Integer, "long": Long, "double": Double, "timestamp": Timestamp, "blob": Blob,
	}
	locations := map[string]Location{"": InBody, "uri": InURI, "querystring": InQuery, "header": InHeader}
	shapes := make(map[string]*Shape, len(d.Shapes))
	for name := range d.Shapes {
		shapes[name] = &Shape{Name: name}
	}
	for name, ds := range d.Shapes {
		s := shapes[name]
		kind, ok := kinds[ds.Type]
		if !ok {
			return nil, fmt.Errorf("shape %s: unknown type %q", name, ds.Type)
		}
		s.Kind, s.Payload, s.Enum, s.Pattern = kind, ds.Payload, ds.Enum, ds.Pattern
		if kind == List || kind == Map {
			if s.Element = shapes[ds.Element]; s.Element == nil {
				return nil, fmt.Errorf("shape %s: no shape %q", name, ds.Element)
			}
		}
		if len(s.Enum) > 0 {
			s.enumText = "Member must satisfy enum value set: [" + strings.Join(s.Enum, ", ") + "]"
			s.enumSet = make(map[string]bool, len(s.Enum))
			for _, v := range s.Enum {
				s.enumSet[v] = true
			}
		}
		if s.Pattern != "" {
			p, err := wholePattern(s.Pattern)
			if err != nil {
				return nil, fmt.Errorf("shape %s: %w", name, err)
			}
			s.pattern = p
		}
		s.wire = make(map[string]int)
		for i, dm := range ds.Members {
			in, ok := locations[dm.In]
			if !ok || shapes[dm.Shape] == nil {
				return nil, fmt.Errorf("member %s of %s: unknown location %q or shape %q", dm.Name, name, dm.In, dm.Shape)
			}
			m := Member{Name: dm.Name, Wire: dm.Wire, In: in, Shape: shapes[dm.Shape], Required: dm.Required}
			if m.Wire == "" && (in != InQuery || m.Shape.Kind != Map) {
				m.Wire = m.Name
			}
			s.Members = append(s.Members, m)
			if in == InBody {
				s.wire[m.Wire] = i
			}
		}
	}
	c := &catalogue{byName: make(map[string]*Operation), routes: new(route)}
	for _, do := range d.Operations {
		o := &Operation{
			Name: do.Name, Method: do.Method, URI: do.URI, Status: do.Status,
			Input: shapes[do.Input], Output: shapes[do.Output], Errors: do.Errors,
			prefix: strings.ToLower(do.Name[:1]) + do.Name[1:] + "Input",
		}
		if o.Input == nil || o.Output == nil && do.Output != "" {
			return nil, fmt.Errorf("operation %s: no shape %q or %q", do.Name, do.Input, do.Output)
		}
		o.checksBody = o.Input.Payload == "" && len(o.Input.wire) > 0
		c.operations = append(c.operations, o)
		c.byName[o.Name] = o
		if err := c.routes.add(o); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// wholePattern compiles a pattern of the model the way Java's Matcher.matches
// applies it: to the whole string, with \s as Java has it.
func wholePattern(pattern string) (*regexp.Regexp, error) {
	return regexp.Compile(`\A(?:` + strings.ReplaceAll(pattern, `\s`, `[\s\x0B]`) + `)\z`)
}
