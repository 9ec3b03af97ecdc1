package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// yamlReader turns the library's nodes into ours.
type yamlReader struct {
	text  string
	lines []int // byte offset of each line
	slab  slab
	errs  []Error

	done  map[*yaml.Node]*Node // anchored nodes
	size  map[*Node]int        // what an anchored node weighs, aliases in it included
	open  map[*yaml.Node]bool  // anchored nodes being read: an alias to one is a cycle
	spare int                  // what aliases may still add
	full  bool
}

// aliasAllowance is what aliases may add to a document beyond four times its
// size, in bytes: enough for any hand-written file, too little for a bomb.
const aliasAllowance = 4 << 20

func parseYAML(src []byte, text string) (root *Node, errs []Error) {
	// The library turns what it reads into nodes of some 200 bytes before we see
	// any; what can begin a node is counted first.
	if n := strings.Count(text, "\n") + strings.Count(text, ",") + strings.Count(text, "[") +
		strings.Count(text, "{") + strings.Count(text, ": "); n > MaxValues {
		return nil, []Error{{1, 1, fmt.Sprintf("more than %d values", MaxValues)}}
	}
	d := yaml.NewDecoder(bytes.NewReader(src))
	var n yaml.Node
	if err := d.Decode(&n); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, []Error{{1, 1, "the document is empty"}}
		}
		return nil, []Error{yamlError(err)}
	}
	var more yaml.Node
	if err := d.Decode(&more); err == nil {
		return nil, []Error{{max(more.Line, 1), max(more.Column, 1), "a second YAML document; only one is read"}}
	} else if !errors.Is(err, io.EOF) {
		return nil, []Error{yamlError(err)}
	}
	r := &yamlReader{
		text: text, spare: aliasAllowance + 4*len(text),
		done: map[*yaml.Node]*Node{}, size: map[*Node]int{}, open: map[*yaml.Node]bool{},
	}
	r.lines = append(r.lines, 0)
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' {
			r.lines = append(r.lines, i+1)
		}
	}
	if n.Kind != yaml.DocumentNode || len(n.Content) == 0 {
		return nil, []Error{{1, 1, "the document is empty"}}
	}
	root, _ = r.node(n.Content[0], 0)
	if root == nil && len(r.errs) == 0 {
		r.fail(n.Content[0], "the document cannot be read")
	}
	return root, r.errs
}

func yamlError(err error) Error {
	var le *yaml.LoadError
	if !errors.As(err, &le) {
		return Error{1, 1, err.Error()}
	}
	msg := le.Message
	if le.ContextMsg != "" {
		msg += " " + le.ContextMsg
	}
	return Error{max(le.Mark.Line, 1), max(le.Mark.Column, 1), msg}
}

func (r *yamlReader) fail(n *yaml.Node, format string, args ...any) {
	r.errs = append(r.errs, Error{n.Line, n.Column, fmt.Sprintf(format, args...)})
}

// node returns the value and what it weighs: roughly its bytes, aliases
// expanded. A value that cannot be read is nil; an error says why.
func (r *yamlReader) node(n *yaml.Node, depth int) (*Node, int) {
	if depth > MaxDepth {
		r.fail(n, "nested deeper than %d", MaxDepth)
		return nil, 0
	}
	if n.Kind == yaml.AliasNode {
		return r.alias(n)
	}
	if n.Anchor != "" {
		r.open[n] = true
		defer delete(r.open, n)
	}
	var out *Node
	size := 16 + len(n.Value)
	switch n.Kind {
	case yaml.ScalarNode:
		out = r.scalar(n)
	case yaml.SequenceNode:
		r.plainTag(n, "!!seq")
		out = r.slab.node(List, n.Line, n.Column)
		out.kids = make([]Member, 0, len(n.Content))
		for _, c := range n.Content {
			v, s := r.node(c, depth+1)
			if v != nil {
				out.kids = append(out.kids, Member{Value: v})
			}
			size += s
		}
	case yaml.MappingNode:
		r.plainTag(n, "!!map")
		out = r.slab.node(Map, n.Line, n.Column)
		size += r.mapping(n, out, depth)
	default:
		r.fail(n, "unexpected YAML")
	}
	if n.Anchor != "" && out != nil {
		r.done[n] = out
		r.size[out] = size
	}
	return out, size
}

func (r *yamlReader) plainTag(n *yaml.Node, want string) {
	if t := n.ShortTag(); t != want {
		r.failTag(n, t)
	}
}

func (r *yamlReader) failTag(n *yaml.Node, tag string) {
	switch tag {
	case "!Sub", "!Ref", "!GetAtt", "!Join", "!If", "!ImportValue", "!FindInMap", "!Select", "!Split", "!Transform", "!Base64", "!Cidr":
		r.fail(n, "the tag %s belongs to CloudFormation templates; a definition must have it resolved", tag)
	default:
		r.fail(n, "the YAML tag %s is not known here", tag)
	}
}

func (r *yamlReader) alias(n *yaml.Node) (*Node, int) {
	if r.open[n.Alias] {
		r.fail(n, "the alias *%s stands within what it refers to", n.Value)
		return nil, 0
	}
	out := r.done[n.Alias]
	if out == nil {
		return nil, 0 // what it refers to could not be read, which was said there
	}
	size := r.size[out]
	if r.spare -= size; r.spare < 0 {
		if !r.full {
			r.full = true
			r.fail(n, "the aliases of the document expand to too much")
		}
		return nil, 0
	}
	return out, size
}

func (r *yamlReader) mapping(n *yaml.Node, out *Node, depth int) (size int) {
	out.kids = make([]Member, 0, len(n.Content)/2)
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind == yaml.ScalarNode && k.ShortTag() == "!!merge" {
			merges = append(merges, v)
			continue
		}
		key := k
		if k.Kind == yaml.AliasNode {
			key = k.Alias
		}
		val, s := r.node(v, depth+1)
		size += s + 32
		if key.Kind != yaml.ScalarNode {
			r.fail(k, "a key must be text")
			continue
		}
		if k.Kind != yaml.AliasNode && k.Anchor != "" {
			r.node(k, depth+1)
		}
		if val != nil {
			out.kids = append(out.kids, Member{Key: key.Value, KeyLine: int32(k.Line), KeyColumn: int32(k.Column), Value: val})
		}
	}
	for _, m := range out.close() {
		r.errs = append(r.errs, Error{int(m.KeyLine), int(m.KeyColumn), fmt.Sprintf("the key %q is there twice", m.Key)})
	}
	for _, v := range merges {
		size += r.merge(v, out, depth)
	}
	return size
}

// merge adds the entries of a "<<" that the map does not have itself.
func (r *yamlReader) merge(n *yaml.Node, out *Node, depth int) (size int) {
	src, size := r.node(n, depth+1)
	sources := []*Node{src}
	if src.Kind() == List {
		sources = sources[:0]
		for _, m := range src.Members() {
			sources = append(sources, m.Value)
		}
	}
	for _, s := range sources {
		if s == nil {
			continue
		}
		if s.Kind() != Map {
			r.fail(n, "<< takes a map or a list of maps")
			continue
		}
		var add []Member
		for _, m := range s.Members() {
			if out.Member(m.Key) == nil {
				add = append(add, m)
			}
		}
		out.kids = append(out.kids, add...)
		out.index = nil
		out.close()
	}
	return size
}

func (r *yamlReader) scalar(n *yaml.Node) *Node {
	out := r.slab.node(String, n.Line, n.Column)
	out.text = n.Value
	switch tag := n.ShortTag(); tag {
	case "!!str", "!!timestamp", "!!merge":
	case "!!int", "!!float":
		out.kind = Number
	case "!!bool":
		out.kind = Bool
		switch strings.ToLower(n.Value) {
		case "true", "yes", "on", "y":
			out.text = "true"
		default:
			out.text = "false"
		}
	case "!!null":
		out.kind = Null
	default:
		// The text is kept, so that nobody reports it missing as well.
		r.failTag(n, tag)
	}
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		r.content(n, out)
	}
	return out
}

// content moves the place of a block scalar from its header to its first line.
func (r *yamlReader) content(n *yaml.Node, out *Node) {
	header := n.Line
	// Anchor and tag may stand on lines of their own before the indicator.
	for ; header < len(r.lines); header++ {
		if strings.ContainsAny(r.line(header), "|>") {
			break
		}
	}
	if header >= len(r.lines) {
		return
	}
	out.line, out.col = int32(header+1), 1
	out.block = n.Style&yaml.LiteralStyle != 0
	indent := 0
	for i := header + 1; i <= len(r.lines); i++ {
		l := strings.TrimRight(r.line(i), "\r")
		if t := strings.TrimLeft(l, " "); t != "" {
			indent = len(l) - len(t)
			break
		}
	}
	// A leading blank of the text itself is not indentation ("|2").
	for _, l := range strings.Split(n.Value, "\n") {
		if t := strings.TrimLeft(l, " "); t != "" {
			indent -= len(l) - len(t)
			break
		}
	}
	out.col = int32(max(indent, 0) + 1)
}

func (r *yamlReader) line(i int) string {
	start, end := r.lines[i-1], len(r.text)
	if i < len(r.lines) {
		end = r.lines[i] - 1
	}
	return r.text[start:end]
}

// jsonNumber writes a number of YAML as JSON has it; ok is false for what JSON
// cannot say (.inf, .nan).
func jsonNumber(s string) (string, bool) {
	if validJSONNumber(s) {
		return s, true
	}
	t := strings.ReplaceAll(s, "_", "")
	if i, err := strconv.ParseInt(strings.TrimPrefix(t, "+"), 0, 64); err == nil {
		return strconv.FormatInt(i, 10), true
	}
	f, err := strconv.ParseFloat(t, 64)
	if err != nil || f != f || f > 1.7976931348623157e308 || f < -1.7976931348623157e308 {
		return "", false
	}
	return strconv.FormatFloat(f, 'g', -1, 64), true
}

func validJSONNumber(s string) (ok bool) {
	i := 0
	digits := func() bool {
		start := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i > start
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i++
	} else if !digits() {
		return false
	}
	if i < len(s) && s[i] == '.' {
		if i++; !digits() {
			return false
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		if i++; i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return false
		}
	}
	return i == len(s)
}
