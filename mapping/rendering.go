package mapping

import (
	"sluice/mapping/vtl"
	"sluice/mapping/vtl/value"
)

// rendering holds the root references of the renderings of one Scope. It stays
// with its Scope, so that an object that a template leaves in an override never
// shows another request.
type rendering struct {
	scope            *Scope
	input            inputObject
	util             utilObject
	levels           [contextLevels]contextView
	document         mapView
	stageVariables   mapView
	authorizer       mapView
	snapshots        [contextLevels]*value.Map
	requestOverride  overrideView
	responseOverride overrideView
	roots            [len(rootNames)]value.Value
	env              vtl.Env
	overridden       []overridden
	repeated         *RepeatedOverrideError
}

// rootNames are the root references, in the order of rendering.roots.
var rootNames = [...]string{"input", "util", "context", "stageVariables"}

// overridden is one parameter that this rendering has overridden.
type overridden struct {
	of   *value.Map
	name string
}

// RepeatedOverrideError tells that a template overrides one parameter twice,
// which the service answers with a 5XX (aws-facts: data plane, section 12).
type RepeatedOverrideError struct{ Parameter string }

func (e *RepeatedOverrideError) Error() string {
	return "the override of " + e.Parameter + " is set more than once"
}

// begin readies the rendering of s for a template.
func (s *Scope) begin(t *Template) *rendering {
	r := s.rendering
	if r == nil {
		r = &rendering{}
		s.rendering = r
	}
	r.scope = s
	r.input = inputObject{scope: s, paths: &t.paths}
	r.util = utilObject{scope: s}
	for i := range r.levels {
		r.levels[i] = contextView{r: r, node: contextNodes[i]}
	}
	r.requestOverride = overrideView{r: r}
	r.responseOverride = overrideView{r: r, response: true}
	r.stageVariables = mapView{shared: s.StageVariables}
	r.authorizer = mapView{silent: true}
	if s.Context != nil {
		r.authorizer.shared = s.Context.Authorizer()
	}
	r.snapshots = [contextLevels]*value.Map{}
	r.overridden, r.repeated = r.overridden[:0], nil
	r.roots[0] = value.OfObject(&r.input)
	r.roots[1] = value.OfObject(&r.util)
	r.roots[2] = r.context(t.plain)
	r.roots[3] = value.OfObject(&r.stageVariables)
	if t.plain {
		r.roots[3] = value.OfMap(r.stageVariables.AsMap())
	}
	r.env = vtl.Env{Roots: r.roots[:], Trace: s.Trace}
	return r
}

// context is $context: the view over Scope.Context, or the document in its
// place. In plain Velocity it is a map like any other.
func (r *rendering) context(plain bool) value.Value {
	if r.scope.Document == nil {
		return value.OfObject(&r.levels[contextRoot])
	}
	if plain {
		return value.OfMap(r.scope.Document)
	}
	r.document = mapView{own: r.scope.Document, silent: true, fixed: true}
	return value.OfObject(&documentContext{mapView: &r.document, r: r})
}

// documentContext is a $context out of a document, with the overrides of the
// Scope in it.
type documentContext struct {
	*mapView
	r *rendering
}

// Property gives a member of the document, or the overrides.
func (d *documentContext) Property(name string) (value.Value, bool) {
	switch name {
	case "requestOverride":
		return value.OfObject(&d.r.requestOverride), true
	case "responseOverride":
		return value.OfObject(&d.r.responseOverride), true
	}
	return d.mapView.Property(name)
}

// Call knows get; see AsMap for the rest.
func (d *documentContext) Call(name string, args []value.Value) (value.Value, bool, error) {
	v, ok := getter(d, name, args)
	return v, ok, nil
}

// override notes that name of a map is being overridden.
func (r *rendering) override(m *value.Map, of, name string) {
	for i := range r.overridden {
		if r.overridden[i].of == m && r.overridden[i].name == name {
			if r.repeated == nil && !r.scope.AllowRepeatedOverrides {
				if of != "" {
					name = of + "." + name
				}
				r.repeated = &RepeatedOverrideError{Parameter: name}
			}
			return
		}
	}
	r.overridden = append(r.overridden, overridden{m, name})
}
