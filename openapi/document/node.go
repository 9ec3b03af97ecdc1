package document

// Kind is the type of a value.
type Kind uint8

// The kinds of values.
const (
	Null Kind = iota
	Bool
	Number
	String
	List
	Map
)

// String names the kind as a person would ("text", "a list").
func (k Kind) String() string {
	switch k {
	case Null:
		return "null"
	case Bool:
		return "a boolean"
	case Number:
		return "a number"
	case String:
		return "text"
	case List:
		return "a list"
	default:
		return "a map"
	}
}

// Node is one value of a document. A nil *Node is a value that is not there;
// all methods may be called on it.
type Node struct {
	kind  Kind
	block bool
	line  int32
	col   int32
	text  string
	kids  []Member
	index map[string]int32
}

// Member is one entry of a map, or of a list (then with neither Key nor place).
type Member struct {
	Key       string
	KeyLine   int32
	KeyColumn int32
	Value     *Node
}

// Kind is the value's type; Null for a value that is not there.
func (n *Node) Kind() Kind {
	if n == nil {
		return Null
	}
	return n.kind
}

// Text is the text of a scalar: of a string its value, of a number, boolean or
// null what the source has ("1.0" stays "1.0", "True" is "true").
func (n *Node) Text() string {
	if n == nil {
		return ""
	}
	return n.text
}

// Line and Column tell where the value begins; both count from 1, columns in
// characters. For a YAML block scalar (| and >) it is where the first line of
// its content begins, for a quoted string the opening quote.
func (n *Node) Line() int {
	if n == nil {
		return 0
	}
	return int(n.line)
}

// Column is described at Line.
func (n *Node) Column() int {
	if n == nil {
		return 0
	}
	return int(n.col)
}

// Block tells whether the text stands in the source as it is, line for line and
// column for column (a YAML literal): line i, column j of the text is found at
// Line()+i-1, Column()+j-1.
func (n *Node) Block() bool { return n != nil && n.block }

// Members are the entries of a map or list in source order; do not change them.
func (n *Node) Members() []Member {
	if n == nil {
		return nil
	}
	return n.kids
}

// Get finds a map's value by key; nil if there is none.
func (n *Node) Get(key string) *Node {
	if m := n.Member(key); m != nil {
		return m.Value
	}
	return nil
}

// Member finds a map's entry by key; nil if there is none.
func (n *Node) Member(key string) *Member {
	if n == nil || n.kind != Map {
		return nil
	}
	if n.index != nil {
		if i, ok := n.index[key]; ok {
			return &n.kids[i]
		}
		return nil
	}
	for i := range n.kids {
		if n.kids[i].Key == key {
			return &n.kids[i]
		}
	}
	return nil
}

// Rewrite replaces the text of every string value, keys not included, before the
// tree is used.
func (n *Node) Rewrite(text func(n *Node) string) {
	if n == nil {
		return
	}
	if n.kind == String {
		n.text = text(n)
	}
	for _, m := range n.kids {
		m.Value.Rewrite(text)
	}
}

// indexFrom is the number of entries from which a map is looked up by hash.
const indexFrom = 16

// close finishes a map: it indexes a big one, and takes out and returns entries
// whose key was there before.
func (n *Node) close() (again []Member) {
	kept := n.kids[:0]
	if len(n.kids) >= indexFrom {
		n.index = make(map[string]int32, len(n.kids))
	}
	for _, m := range n.kids {
		if n.has(kept, m.Key) {
			again = append(again, m)
			continue
		}
		if n.index != nil {
			n.index[m.Key] = int32(len(kept))
		}
		kept = append(kept, m)
	}
	clear(n.kids[len(kept):])
	n.kids = kept
	return again
}

func (n *Node) has(kept []Member, key string) bool {
	if n.index != nil {
		_, ok := n.index[key]
		return ok
	}
	for i := range kept {
		if kept[i].Key == key {
			return true
		}
	}
	return false
}

// slab hands out nodes from blocks, since a document has millions of them.
type slab struct{ free []Node }

func (s *slab) node(k Kind, line, col int) *Node {
	if len(s.free) == 0 {
		s.free = make([]Node, 128)
	}
	n := &s.free[0]
	s.free = s.free[1:]
	n.kind, n.line, n.col = k, int32(line), int32(col)
	return n
}
