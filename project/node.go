package project

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"sluice/api"
)

// Bounds of a project file's tree, so that aliases of aliases cannot blow it up.
const (
	maxDepth = 64
	maxNodes = 250_000 // an account may have 10,000 API keys
)

// node is one value of a YAML (or JSON) document with its place.
type node struct {
	at      api.Place
	value   any    // nil, bool, int64, uint64, float64 or string; of a list or map: see below
	text    string // a scalar as it was written, unquoted
	isList  bool
	isMap   bool
	items   []*node
	members []member
}

// member is one entry of a map, in the order of the document.
type member struct {
	key   string
	at    api.Place // of the key
	value *node
}

// get returns the value of a member, or nil; also on nil.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for i := range n.members {
		if n.members[i].key == key {
			return n.members[i].value
		}
	}
	return nil
}

// plain is the node as encoding/json would have decoded it.
func (n *node) plain() any {
	switch {
	case n.isMap:
		m := make(map[string]any, len(n.members))
		for _, e := range n.members {
			m[e.key] = e.value.plain()
		}
		return m
	case n.isList:
		l := make([]any, len(n.items))
		for i, e := range n.items {
			l[i] = e.plain()
		}
		return l
	}
	return n.value
}

// parseYAML reads one YAML document. The error is an *api.Problem's content: it
// comes with the place.
func parseYAML(file string, src []byte) (root *node, at api.Place, err error) {
	at = api.Place{File: file, Line: 1, Column: 1}
	defer func() {
		// The YAML library is the only foreign code that sees a hostile file here.
		if p := recover(); p != nil {
			root, err = nil, fmt.Errorf("this is not YAML: %v", p)
		}
	}()
	f, err := parser.ParseBytes(src, 0)
	if err != nil {
		var y yaml.Error
		if errors.As(err, &y) {
			if t := y.GetToken(); t != nil && t.Position != nil {
				at.Line, at.Column = max(1, t.Position.Line), max(1, t.Position.Column)
			}
			return nil, at, errors.New(y.GetMessage())
		}
		return nil, at, err
	}
	var body ast.Node
	for _, d := range f.Docs {
		if d.Body == nil {
			continue
		}
		if body != nil {
			if t := d.Body.GetToken(); t != nil {
				at = placeOf(file, t)
			}
			return nil, at, errors.New("a second YAML document in one file; only one is allowed")
		}
		body = d.Body
	}
	if body == nil {
		return nil, at, errors.New("the file is empty")
	}
	b := &treeBuilder{file: file, anchors: map[string]ast.Node{}}
	root = b.build(body, 0)
	if b.err != nil {
		return nil, b.errAt, b.err
	}
	return root, at, nil
}

func placeOf(file string, t *token.Token) api.Place {
	if t == nil || t.Position == nil {
		return api.Place{File: file}
	}
	return api.Place{File: file, Line: t.Position.Line, Column: t.Position.Column}
}

// treeBuilder turns the library's syntax tree into nodes, resolving anchors.
type treeBuilder struct {
	file    string
	anchors map[string]ast.Node
	nodes   int
	err     error
	errAt   api.Place
}

func (b *treeBuilder) fail(at api.Place, format string, args ...any) *node {
	if b.err == nil {
		b.err, b.errAt = fmt.Errorf(format, args...), at
	}
	return &node{at: at}
}

func (b *treeBuilder) build(n ast.Node, depth int) *node {
	if n == nil {
		return &node{at: api.Place{File: b.file}}
	}
	at := placeOf(b.file, n.GetToken())
	if b.nodes++; b.nodes > maxNodes {
		return b.fail(at, "the document has more than %d values", maxNodes)
	}
	if depth > maxDepth {
		return b.fail(at, "the document is nested more than %d levels deep", maxDepth)
	}
	if b.err != nil {
		return &node{at: at}
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 && !n.IsFlowStyle {
			// The token of a block mapping is its first colon.
			at = placeOf(b.file, n.Values[0].Key.GetToken())
		}
		out := &node{at: at, isMap: true}
		for _, v := range n.Values {
			b.addMember(out, v, depth)
		}
		return out
	case *ast.MappingValueNode:
		out := &node{at: placeOf(b.file, n.Key.GetToken()), isMap: true}
		b.addMember(out, n, depth)
		return out
	case *ast.SequenceNode:
		out := &node{at: at, isList: true}
		for _, v := range n.Values {
			out.items = append(out.items, b.build(v, depth+1))
		}
		return out
	case *ast.AnchorNode:
		b.anchors[n.Name.String()] = n.Value
		return b.build(n.Value, depth+1)
	case *ast.AliasNode:
		target, ok := b.anchors[n.Value.String()]
		if !ok {
			return b.fail(at, "no anchor &%s stands before this alias", n.Value.String())
		}
		out := *b.build(target, depth+1)
		out.at = at
		return &out
	case *ast.TagNode:
		return b.fail(at, "YAML tags (%s) are not supported", n.Start.Value)
	case *ast.NullNode:
		return &node{at: at, text: n.Token.Value}
	case *ast.BoolNode:
		return &node{at: at, text: n.Token.Value, value: n.Value}
	case *ast.IntegerNode:
		return &node{at: at, text: n.Token.Value, value: n.Value}
	case *ast.FloatNode:
		return &node{at: at, text: n.Token.Value, value: n.Value}
	case *ast.StringNode:
		return &node{at: at, text: n.Value, value: n.Value}
	case *ast.LiteralNode:
		return &node{at: at, text: n.Value.Value, value: n.Value.Value}
	case *ast.InfinityNode, *ast.NanNode:
		return &node{at: at, text: n.GetToken().Value, value: n.GetToken().Value}
	}
	return b.fail(at, "a %s cannot stand here", n.Type())
}

func (b *treeBuilder) addMember(out *node, v *ast.MappingValueNode, depth int) {
	at := placeOf(b.file, v.Key.GetToken())
	if _, ok := v.Key.(*ast.MergeKeyNode); ok {
		b.merge(out, v.Value, at, depth)
		return
	}
	key := b.build(v.Key, depth+1)
	if key.isMap || key.isList {
		b.fail(at, "a key must be text")
		return
	}
	value := b.build(v.Value, depth+1)
	if value.at.Line == 0 || value.value == nil && !value.isMap && !value.isList {
		value.at = at // a missing value has no place of its own
	}
	for i := range out.members {
		if out.members[i].key == key.text {
			// An own key wins over a merged one; the parser has refused repeated own keys.
			out.members[i] = member{key: key.text, at: at, value: value}
			return
		}
	}
	out.members = append(out.members, member{key: key.text, at: at, value: value})
}

// merge adds the members of the maps that a merge key (<<) names.
func (b *treeBuilder) merge(out *node, from ast.Node, at api.Place, depth int) {
	n := b.build(from, depth+1)
	maps := []*node{n}
	if n.isList {
		maps = n.items
	}
	for _, m := range maps {
		if !m.isMap {
			b.fail(at, "a merge key (<<) takes a map")
			return
		}
		for _, e := range m.members {
			if out.get(e.key) == nil {
				out.members = append(out.members, e)
			}
		}
	}
}

// pointer prints where a part of the document is, for people: apis[0].stages[1].name.
func pointer(root *node, location []string) string {
	var b strings.Builder
	n := root
	for _, part := range location {
		switch {
		case n != nil && n.isList:
			fmt.Fprintf(&b, "[%s]", part)
		case b.Len() == 0:
			b.WriteString(part)
		default:
			b.WriteString("." + part)
		}
		n = n.child(part)
	}
	return b.String()
}

// child follows one step of a JSON pointer.
func (n *node) child(part string) *node {
	if n == nil {
		return nil
	}
	if n.isList {
		i := 0
		for _, c := range []byte(part) {
			if c < '0' || c > '9' || i > len(n.items) {
				return nil
			}
			i = i*10 + int(c-'0')
		}
		if i < len(n.items) {
			return n.items[i]
		}
		return nil
	}
	return n.get(part)
}
