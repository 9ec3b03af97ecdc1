package mapping

import (
	"errors"
	"strings"
	"unsafe"

	"sluice/mapping/vtl/value"
)

// Pair is one parameter as the client spelled it. Repeated names stay repeated,
// in the order of arrival. The strings may be views into a request buffer: they
// are valid until the exchange is released and must not be kept.
type Pair struct{ Name, Value string }

// Params are the parameters of the method request.
type Params struct {
	Path   []Pair // raw, not percent-decoded
	Query  []Pair // decoded
	Header []Pair // as received, less the headers dropped at entry
}

// ContextSource answers $context variables. The runtime's exchange implements it.
type ContextSource interface {
	// AppendVariable appends the text of v to dst; ok is false when v has no value.
	AppendVariable(dst []byte, v Variable) (out []byte, ok bool)
	// Authorizer is the map behind $context.authorizer; nil without an authorizer.
	// A Cognito authorizer's claims are the map under "claims".
	Authorizer() *value.Map
}

// Scope is everything one rendering or evaluation can read and write. It belongs
// to one request and is not safe for concurrent use. The zero Scope is usable.
type Scope struct {
	Params         Params
	Body           Body                            // the payload being mapped: the client's, then the backend's
	ResponseHeader []Pair                          // headers of the integration response; nil on the way in
	Context        ContextSource                   // may be nil: every variable is then missing
	StageVariables *value.Map                      // text values; may be nil
	Overrides      Overrides                       // what templates put under $context.requestOverride and responseOverride
	Arena          []byte                          // scratch for strings made while evaluating; reset with the Scope
	Trace          func(ref string, v value.Value) // when set, called for each reference rendered (sluice render --trace)

	// Document, when set, is $context in templates instead of the view over
	// Context: sluice render has its context in a file.
	Document *value.Map
	// AllowRepeatedOverrides lets a template override one parameter twice, as
	// plain Velocity does; the service answers that with a 5XX.
	AllowRepeatedOverrides bool

	rendering *rendering
	spent     spent
}

// Reset forgets a request and keeps the memory for the next: the room of the
// parameters and of the arena.
func (s *Scope) Reset() {
	kept := Scope{
		Params:         Params{Path: s.Params.Path[:0], Query: s.Params.Query[:0], Header: s.Params.Header[:0]},
		ResponseHeader: s.ResponseHeader[:0],
		rendering:      s.rendering,
	}
	if cap(s.Arena) <= maxKeptArena {
		kept.Arena = s.Arena[:0]
	}
	if r := s.rendering; r != nil {
		*r = rendering{overridden: r.overridden[:0]}
	}
	*s = kept
}

// maxKeptArena bounds the arena that an idle Scope holds on to, in bytes.
const maxKeptArena = 64 << 10

// spent is what renderings have used of a Scope's bounds.
type spent struct {
	bytes int // made by $input and $util
	steps int // of JSONPath
}

// charge counts n bytes that a template makes $input or $util make.
func (s *Scope) charge(n int) error {
	if s.spent.bytes += n; s.spent.bytes > MaxMade {
		return errTooLarge
	}
	return nil
}

var errTooLarge = errors.New("the template makes too much data")

// scratch is the arena with room for a small text. A full one is left to those
// who look into it.
func (s *Scope) scratch() []byte {
	if len(s.Arena) > arenaChunk {
		s.Arena = make([]byte, 0, arenaChunk/4)
	}
	return s.Arena
}

// arenaChunk is the size beyond which an arena is replaced, in bytes.
const arenaChunk = 256 << 10

// variable is the text of v as a view into the arena.
func (s *Scope) variable(v Variable) (string, bool) {
	if s.Context == nil {
		return "", false
	}
	arena := s.scratch()
	start := len(arena)
	out, ok := s.Context.AppendVariable(arena, v)
	if !ok {
		return "", false
	}
	s.Arena = out
	return view(out[start:]), true
}

// view is b as a string. The arena is only appended to, so that what a view
// shows does not change before the Scope is reset.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// stageVariable is the text of a stage variable.
func (s *Scope) stageVariable(name string) (string, bool) {
	v, ok := lookUp(s.StageVariables, name)
	if !ok || v.IsNull() {
		return "", false
	}
	return v.Text(), true
}

// lookUp is m.Get for a map that other requests share: Get builds an index on
// its way, which is a write.
func lookUp(m *value.Map, key string) (value.Value, bool) {
	if m == nil {
		return value.Value{}, false
	}
	for i := range m.Len() {
		e := m.At(i)
		if k, ok := e.Key.Str(); ok && k == key {
			return e.Val, true
		}
	}
	return value.Value{}, false
}

// last is the last value of name, as the service picks it of repeated
// parameters. Names are case-sensitive, headers' too: they count as configured
// (aws-facts: data plane, section 4.6).
func last(pairs []Pair, name string) (string, bool) {
	for i := len(pairs) - 1; i >= 0; i-- {
		if pairs[i].Name == name {
			return pairs[i].Value, true
		}
	}
	return "", false
}

// lastFold is last for the headers of a backend, whose spelling the author of
// an API does not choose: the exact spelling wins, then any.
func lastFold(pairs []Pair, name string) (string, bool) {
	if v, ok := last(pairs, name); ok {
		return v, true
	}
	for i := len(pairs) - 1; i >= 0; i-- {
		if strings.EqualFold(pairs[i].Name, name) {
			return pairs[i].Value, true
		}
	}
	return "", false
}
