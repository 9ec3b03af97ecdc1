package vtl

import (
	"sluice/mapping/vtl/value"
)

// Mode tells what an undefined or null reference does.
type Mode uint8

const (
	// Plain is Velocity as it is: $foo prints "$foo".
	Plain Mode = iota
	// AWS is what API Gateway was seen to do: an undefined or null reference
	// prints nothing, and equals both $null and "". Where nothing was seen, it
	// stays null: it is false in #if, #set($x = $undefined) leaves $x as it is,
	// a list or map literal holds null, methods get null. Only "+" with a string
	// takes it as "", so that its name never leaks into the output.
	AWS
)

// Options are how a template is to be read.
type Options struct {
	Mode   Mode
	Roots  []string // the names of the root references, in the order of Env.Roots
	Limits Limits
}

// Template is a compiled template. It is immutable and safe for concurrent use.
type Template struct {
	name, src string
	mode      Mode
	limits    Limits
	scope     *scope
	body      []stmt
	roots     []rootSlot
}

// rootSlot tells which root value a slot starts with.
type rootSlot struct{ slot, root int }

// Env is what one rendering works with.
type Env struct {
	// Roots are the values of the root references, in the order of Options.Roots.
	Roots []value.Value
	// Limits, when not nil, replace those of the template.
	Limits *Limits
	// Trace, when not nil, is called for every reference that is printed, with its
	// text and its value.
	Trace func(ref string, v value.Value)
}

// Parse compiles the template src. The error is an *Error.
func Parse(name, src string, o Options) (*Template, error) {
	t := &Template{name: name, src: src, mode: o.Mode, limits: o.Limits.withDefaults(), scope: newScope(nil)}
	if len(src) > t.limits.Source {
		return nil, newError(LimitError, name, src[:t.limits.Source], t.limits.Source, "the template is too long")
	}
	root, serr := parseNodes(src, &t.limits, t.scope)
	if serr == nil {
		c := &compiler{mode: o.Mode, limits: &t.limits, scope: t.scope, fixed: -1}
		t.body, serr = c.compile(root)
	}
	if serr != nil {
		return nil, newError(serr.kind, name, src, serr.pos, serr.message)
	}
	for i, r := range o.Roots {
		if slot, ok := t.scope.slots[r]; ok {
			t.roots = append(t.roots, rootSlot{slot, i})
		} else if t.scope.evaluates {
			t.roots = append(t.roots, rootSlot{t.scope.slot(r), i})
		}
	}
	return t, nil
}

// Name is the name that the template was parsed with.
func (t *Template) Name() string { return t.name }

// UsesRoot tells whether the template can refer to the root reference name.
func (t *Template) UsesRoot(name string) bool {
	_, ok := t.scope.slots[name]
	return ok
}

// scope holds the slots of names and the macros of a template. A rendering in
// which #evaluate adds to them has a scope of its own on top.
type scope struct {
	parent     *scope
	slots      map[string]int
	n          int // slots, those of the parent included
	macros     map[string]*macro
	names      map[string]bool // of macros whose definition has been parsed
	foreach    int             // slots of the names that the language sets
	count      int
	hasNext    int
	bodyOfCall int
	uses
}

// uses tells which of the variables that #foreach sets can be looked at.
type uses struct {
	evaluates   bool // there is an #evaluate, which can use them all
	usesLoop    bool // $foreach
	keepsLoop   bool // $foreach as a value, which may outlive its loop
	usesCount   bool // $velocityCount
	usesHasNext bool // $velocityHasNext
}

// everything is what a text that is not known yet can use.
var everything = uses{evaluates: true, usesLoop: true, keepsLoop: true, usesCount: true, usesHasNext: true}

func newScope(parent *scope) *scope {
	s := &scope{parent: parent, slots: map[string]int{}, macros: map[string]*macro{}, names: map[string]bool{}}
	if parent != nil {
		s.n = parent.n
		s.foreach, s.count, s.hasNext, s.bodyOfCall = parent.foreach, parent.count, parent.hasNext, parent.bodyOfCall
		return s
	}
	s.count = s.slot("velocityCount")
	s.hasNext = s.slot("velocityHasNext")
	s.bodyOfCall = s.slot("bodyContent")
	s.foreach = s.slot("foreach")
	return s
}

// slot is the slot of a name, a new one if need be.
func (s *scope) slot(name string) int {
	for p := s; p != nil; p = p.parent {
		if i, ok := p.slots[name]; ok {
			return i
		}
	}
	s.slots[name] = s.n
	s.n++
	return s.n - 1
}

func (s *scope) macro(name string) *macro {
	for p := s; p != nil; p = p.parent {
		if m := p.macros[name]; m != nil {
			return m
		}
	}
	return nil
}

func (s *scope) isMacro(name string) bool { return s.macro(name) != nil }

func (s *scope) declared(name string) bool {
	for p := s; p != nil; p = p.parent {
		if p.names[name] {
			return true
		}
	}
	return false
}

func (s *scope) declare(name string) { s.names[name] = true }
