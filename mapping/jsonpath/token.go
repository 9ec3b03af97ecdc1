package jsonpath

import "sluice/mapping/vtl/value"

type tokenKind uint8

const (
	rootToken      tokenKind = iota // $ or @
	propertyToken                   // .a, ['a'], ['a','b']
	indexToken                      // [1], [-1], [1,2]
	sliceToken                      // [1:], [:2], [1:2]
	wildcardToken                   // *, [*]
	scanToken                       // ..
	predicateToken                  // [?(...)]
	functionToken                   // .length()
)

// token is one step of a path. Tokens of a chain are linked both ways; after
// compilation they are only read.
type token struct {
	kind     tokenKind
	dollar   bool     // rootToken: '$' rather than '@'
	names    []string // propertyToken
	indexes  []int    // indexToken
	from, to int      // sliceToken
	hasFrom  bool
	hasTo    bool
	filter   expression  // predicateToken
	function string      // functionToken
	call     function    // functionToken; nil for an unknown function
	args     []parameter // functionToken

	next, prev *token
	id         int // numbers the tokens of a Path; see reader.upstreamIndex
	// upstreamDefinite and definite are Jayway's isUpstreamDefinite and
	// isTokenDefinite.
	upstreamDefinite, definite bool
}

func (t *token) isLeaf() bool { return t.next == nil }

// chain is one compiled path: the whole, or one inside a filter or an argument.
type chain struct {
	root     *token
	tail     *token
	definite bool
	function bool // ends in a function
	fromRoot bool // written with $ rather than @
	simple   bool // plain properties and single indexes only
}

// parameter is an argument of a function: a path, or JSON text.
type parameter struct {
	path *chain
	// counted is path with a wildcard behind it, which is what length() counts.
	counted *chain
	json    string
}

func (c *chain) add(t *token) {
	t.prev = c.tail
	c.tail.next = t
	c.tail = t
}

// seal computes what depends on the finished chain. definite is worked out here
// once: Jayway caches it at the first evaluation.
func (c *chain) seal() {
	c.function = c.tail.kind == functionToken
	c.definite = true
	for t := c.root; t != nil; t = t.next {
		t.settle()
		c.definite = c.definite && t.definite
	}
	c.simple = c.isSimple()
}

func (t *token) settle() {
	switch t.kind {
	case propertyToken:
		t.definite = len(t.names) == 1 || t.isLeaf()
	case indexToken:
		t.definite = len(t.indexes) == 1
	case sliceToken, wildcardToken, scanToken, predicateToken:
		t.definite = false
	default:
		t.definite = true
	}
	t.upstreamDefinite = t.prev == nil || t.prev.definite && t.prev.upstreamDefinite
}

// invert makes $..a.f() into $.f($..a), as Jayway evaluates it.
func (c *chain) invert(comp *compiler) *chain {
	if c.tail.kind != functionToken || c.root.next.kind != scanToken {
		return c
	}
	f := c.root.next
	for f.kind != functionToken {
		f = f.next
	}
	inner := &chain{root: c.root, tail: f.prev}
	inner.tail.next = nil
	inner.seal()
	inner.fromRoot = true
	outer := &chain{root: comp.token(token{kind: rootToken, dollar: true})}
	outer.root.next, outer.tail = f, f
	f.args = []parameter{comp.pathParameter(inner)}
	// f keeps the scan as its predecessor: what follows it is downstream of an
	// indefinite token.
	outer.seal()
	return outer
}

// withWildcard is a copy of c with [*] behind it. The tail that upstream
// indexes are compared with, and the definiteness, stay c's: Jayway changes the
// tokens in place after both were settled.
func (c *chain) withWildcard(comp *compiler) *chain {
	if c.function || c.root.next == nil {
		return c
	}
	d := &chain{}
	for t := c.root; t != nil; t = t.next {
		n := *t
		n.next, n.prev = nil, nil
		if d.root == nil {
			d.root = &n
		} else {
			n.prev = d.tail
			d.tail.next = &n
		}
		d.tail = &n
	}
	w := comp.token(token{kind: wildcardToken})
	d.tail.next = w
	for t := d.root; t != nil; t = t.next {
		t.settle()
	}
	d.definite = c.definite
	return d
}

func (c *chain) isSimple() bool {
	for t := c.root.next; t != nil; t = t.next {
		single := t.kind == propertyToken && len(t.names) == 1 || t.kind == indexToken && len(t.indexes) == 1
		if !single {
			return false
		}
	}
	return true
}

// follow evaluates a simple chain.
func (c *chain) follow(v value.Value) (value.Value, bool) {
	for t := c.root.next; t != nil; t = t.next {
		if t.kind == propertyToken {
			m := v.Map()
			if m == nil {
				return value.Value{}, false
			}
			var ok bool
			if v, ok = m.Get(t.names[0]); !ok {
				return value.Value{}, false
			}
			continue
		}
		l := v.List()
		if l == nil {
			return value.Value{}, false
		}
		i := t.indexes[0]
		if i < 0 {
			i += len(l.Items)
		}
		if i < 0 || i >= len(l.Items) {
			return value.Value{}, false
		}
		v = l.Items[i]
	}
	return v, true
}
