package jsonpath

import "sluice/mapping/vtl/value"

// reader is the state of one Read.
type reader struct {
	tokens   int
	steps    *int // that may still be taken
	depth    int
	upstream []int32
}

// take uses up steps; false when there are too few.
func (r *reader) take(n int) bool {
	*r.steps -= n
	return *r.steps >= 0
}

// evaluation is one run of one chain within a Read: Jayway's EvaluationContext.
type evaluation struct {
	*reader
	chain   *chain
	root    value.Value
	require bool // Option.REQUIRE_PROPERTIES, set by existence checks
	count   int
	last    value.Value
	results *value.List // of an indefinite chain
	roots   []rootResult
}

// rootResult remembers what a $ path inside a filter gave.
type rootResult struct {
	chain *chain
	value value.Value
}

// value runs ch on doc and gives its result.
func (r *reader) value(ch *chain, doc, root value.Value, require bool) (value.Value, *fault) {
	if root.IsNull() {
		return value.Value{}, nullRoot
	}
	if ch.simple {
		if !r.take(1) {
			return value.Value{}, tooManySteps
		}
		if v, ok := ch.follow(doc); ok {
			return v, nil
		}
		return value.Value{}, notFound
	}
	ev := evaluation{reader: r, chain: ch, root: root, require: require}
	if !ch.definite {
		ev.results = value.NewJSONList(4)
	}
	if f := ev.step(ch.root, doc); f != nil {
		return value.Value{}, f
	}
	if !ch.definite {
		return value.OfList(ev.results), nil
	}
	if ev.count == 0 {
		return value.Value{}, notFound
	}
	return ev.last, nil
}

func (ev *evaluation) add(v value.Value) {
	ev.count++
	ev.last = v
	if ev.results != nil {
		ev.results.Items = append(ev.results.Items, v)
	}
}

// step applies t to v.
func (ev *evaluation) step(t *token, v value.Value) *fault {
	if !ev.take(1) {
		return tooManySteps
	}
	switch t.kind {
	case rootToken:
		if t.isLeaf() {
			ev.add(v)
			return nil
		}
		return ev.step(t.next, v)
	case propertyToken:
		return ev.properties(t, v)
	case indexToken:
		l, f := ev.list(t, v)
		if l == nil {
			return f
		}
		for _, i := range t.indexes {
			if f := ev.index(t, l, i); f != nil {
				return f
			}
		}
		return nil
	case sliceToken:
		return ev.slice(t, v)
	case wildcardToken:
		return ev.wildcard(t, v)
	case scanToken:
		if t.isLeaf() {
			return nothingToScan
		}
		return ev.walk(t.next, v)
	case predicateToken:
		return ev.predicate(t, v)
	default:
		return ev.call(t, v)
	}
}

func (ev *evaluation) properties(t *token, v value.Value) *fault {
	m := v.Map()
	if m == nil {
		if t.upstreamDefinite {
			return notFound
		}
		return nil
	}
	if len(t.names) == 1 || !t.isLeaf() {
		for _, name := range t.names {
			if f := ev.property(t, m, name); f != nil {
				return f
			}
		}
		return nil
	}
	merged := value.NewMap(len(t.names))
	for _, name := range t.names {
		if member, ok := m.Get(name); ok {
			merged.Put(name, member)
		} else if ev.require {
			return notFound
		}
	}
	ev.add(value.OfMap(merged))
	return nil
}

func (ev *evaluation) property(t *token, m *value.Map, name string) *fault {
	v, ok := m.Get(name)
	if !ok {
		lenient := t.isLeaf() || !t.upstreamDefinite || !t.definite
		if ev.require || !lenient {
			return notFound
		}
		return nil
	}
	return ev.member(t, v)
}

// member goes on with the value of a property.
func (ev *evaluation) member(t *token, v value.Value) *fault {
	if !t.isLeaf() {
		return ev.step(t.next, v)
	}
	if ev.selected(t) {
		ev.add(v)
	}
	return nil
}

// selected is how Jayway 2.9 makes $..[1].a pick the second element: the scan
// steps into every element and leaves its index on the next token, which at the
// end of the path compares it with the index that stands before it. Other
// tokens after a scan of arrays never compare equal, so $..[*].a finds nothing
// in arrays; and the index stays on the token for the rest of the read.
func (ev *evaluation) selected(t *token) bool {
	if ev.upstream == nil || ev.upstream[t.id] == 0 {
		return true
	}
	before := ev.chain.tail.prev
	return before != nil && before.kind == indexToken && len(before.indexes) == 1 &&
		before.indexes[0] == int(ev.upstream[t.id])-1
}

func (ev *evaluation) leaveIndex(t *token, i int) {
	if ev.upstream == nil {
		ev.upstream = make([]int32, ev.tokens)
	}
	ev.upstream[t.id] = int32(i + 1)
}

// list is v as a list for an array token; without one the fault tells whether
// that ends the evaluation.
func (ev *evaluation) list(t *token, v value.Value) (*value.List, *fault) {
	l := v.List()
	if l == nil && t.upstreamDefinite {
		return nil, notFound
	}
	return l, nil
}

func (ev *evaluation) index(t *token, l *value.List, i int) *fault {
	if i < 0 {
		i += len(l.Items)
	}
	if i < 0 || i >= len(l.Items) {
		return nil
	}
	if t.isLeaf() {
		ev.add(l.Items[i])
		return nil
	}
	f := ev.step(t.next, l.Items[i])
	if f != nil && f.kind == faultBounds {
		return nil
	}
	return f
}

func (ev *evaluation) slice(t *token, v value.Value) *fault {
	l, f := ev.list(t, v)
	if l == nil {
		return f
	}
	length := len(l.Items)
	from, to := t.from, t.to
	switch {
	case !t.hasTo:
		if to = length; from < 0 {
			from = max(0, from+length)
		}
	case !t.hasFrom:
		if from = 0; to < 0 {
			to += length
		}
		to = min(length, to)
	default:
		// Jayway leaves both ends as they are: [-3:2] is -3, -2, -1, 0, 1.
		if to = min(length, to); from >= to {
			return nil
		}
		from = max(from, -length)
	}
	for i := from; i < to; i++ {
		if f := ev.index(t, l, i); f != nil {
			return f
		}
	}
	return nil
}

func (ev *evaluation) wildcard(t *token, v value.Value) *fault {
	if m := v.Map(); m != nil {
		for i := range m.Len() {
			if f := ev.member(t, m.At(i).Val); f != nil {
				return f
			}
		}
		return nil
	}
	l := v.List()
	if l == nil {
		return nil
	}
	for i := 0; i < len(l.Items); i++ { // append() can make l longer meanwhile
		if f := ev.index(t, l, i); f != nil && (f.kind != faultNotFound || ev.require) {
			return f
		}
	}
	return nil
}

func (ev *evaluation) predicate(t *token, v value.Value) *fault {
	if v.Map() != nil {
		ok, f := ev.accepts(t, v)
		if f != nil || !ok {
			return f
		}
		if t.isLeaf() {
			ev.add(v)
			return nil
		}
		return ev.step(t.next, v)
	}
	l := v.List()
	if l == nil {
		if t.upstreamDefinite {
			return onPrimitive
		}
		return nil
	}
	for i, n := 0, len(l.Items); i < n; i++ {
		ok, f := ev.accepts(t, l.Items[i])
		if f == nil && ok {
			f = ev.index(t, l, i)
		}
		if f != nil {
			return f
		}
	}
	return nil
}

func (ev *evaluation) accepts(t *token, item value.Value) (bool, *fault) {
	if !ev.take(1) {
		return false, tooManySteps
	}
	ok, f := t.filter.holds(ev, item)
	if f != nil && f.falsifies() {
		return false, nil
	}
	return ok, f
}

// walk looks for t in v and everything below it.
func (ev *evaluation) walk(t *token, v value.Value) *fault {
	m, l := v.Map(), v.List()
	if m == nil && l == nil {
		return nil
	}
	if !ev.take(1) {
		return tooManySteps
	}
	if ev.depth++; ev.depth > MaxDepth {
		return tooDeep
	}
	defer func() { ev.depth-- }()
	match, f := ev.matches(t, v)
	if f != nil {
		return f
	}
	if m != nil {
		if match {
			if f := ev.step(t, v); f != nil {
				return f
			}
		}
		for i := 0; i < m.Len(); i++ {
			if f := ev.walk(t, m.At(i).Val); f != nil {
				return f
			}
		}
		return nil
	}
	if match {
		if t.isLeaf() {
			f = ev.step(t, v)
		} else {
			for i := 0; i < len(l.Items) && f == nil; i++ {
				ev.leaveIndex(t.next, i)
				f = ev.step(t.next, l.Items[i])
			}
		}
		if f != nil {
			return f
		}
	}
	for i := 0; i < len(l.Items); i++ {
		if f := ev.walk(t, l.Items[i]); f != nil {
			return f
		}
	}
	return nil
}

// matches tells whether the token behind .. applies to v, a map or a list.
func (ev *evaluation) matches(t *token, v value.Value) (bool, *fault) {
	switch t.kind {
	case propertyToken:
		m := v.Map()
		if m == nil {
			return false, nil
		}
		if t.definite {
			for _, name := range t.names {
				if _, ok := m.Get(name); !ok {
					return false, nil
				}
			}
		}
		return true, nil
	case indexToken, sliceToken:
		return v.List() != nil, nil
	case wildcardToken:
		return true, nil
	case predicateToken:
		return ev.accepts(t, v)
	default:
		return false, nil
	}
}
