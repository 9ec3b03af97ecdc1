package control

import (
	"strings"

	"sluice/api"
	"sluice/openapi/document"
)

// flatten is the schema of a model with those of the models that it refers to in
// its definitions, so that every reference is to itself. Models that refer to one
// another come out right, too.
func flatten(t *tx, apiID string, m *api.Model) (string, error) {
	root, _ := document.Parse("schema.json", []byte(m.Schema))
	if root == nil || root.Kind() != document.Map {
		return m.Schema, nil
	}
	f := flattener{root: m.Name, names: map[string]string{}, taken: map[string]bool{}}
	for _, d := range root.Get("definitions").Members() {
		f.taken[d.Key] = true
	}
	f.name(root)
	if len(f.names) == 0 && !f.self {
		return m.Schema, nil
	}
	var added []byte
	for i := 0; i < len(f.order); i++ {
		name := f.order[i]
		other, err := get[api.Model](t, kindModel, apiID, name)
		if err != nil {
			return "", err
		}
		if other == nil {
			return "", notFound("Invalid model name specified: %s", name)
		}
		schema, _ := document.Parse("schema.json", []byte(other.Schema))
		if schema == nil {
			return "", badRequest("Model %s is no JSON Schema", name)
		}
		f.name(schema)
		added = append(document.AppendString(append(added, ','), f.names[name]), ':')
		added = f.append(added, schema, "#/definitions/"+f.names[name])
	}
	return string(f.whole(root, added)), nil
}

// flattener writes schemas with their references changed.
type flattener struct {
	root  string            // name of the model that is flattened
	names map[string]string // of models -> names of their definitions
	order []string          // names of models as they are met
	taken map[string]bool   // names of definitions
	self  bool              // a reference names the root itself
}

// name gives each model that n refers to a definition.
func (f *flattener) name(n *document.Node) {
	for _, ref := range references(n, nil) {
		name := referencedModel(ref)
		if name == f.root {
			f.self = true
		}
		if name == "" || name == f.root || f.names[name] != "" {
			continue
		}
		free := name
		for f.taken[free] {
			free += "Model"
		}
		f.taken[free] = true
		f.names[name] = free
		f.order = append(f.order, name)
	}
}

// whole writes the root with definitions added.
func (f *flattener) whole(root *document.Node, added []byte) []byte {
	b := []byte{'{'}
	done := false
	for i, m := range root.Members() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(document.AppendString(b, m.Key), ':')
		if m.Key != "definitions" || m.Value.Kind() != document.Map || len(added) == 0 {
			b = f.value(b, m.Key, m.Value, "#")
			continue
		}
		done = true
		b = f.append(b, m.Value, "#")
		b = b[:len(b)-1]
		if len(m.Value.Members()) == 0 {
			added = added[1:]
		}
		b = append(append(b, added...), '}')
	}
	if !done && len(added) > 0 {
		if len(root.Members()) > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, `"definitions":{`...), added[1:]...), '}')
	}
	return append(b, '}')
}

// append writes n; base is where the schema that n belongs to will stand.
func (f *flattener) append(b []byte, n *document.Node, base string) []byte {
	switch n.Kind() {
	case document.Map:
		b = append(b, '{')
		for i, m := range n.Members() {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(document.AppendString(b, m.Key), ':')
			b = f.value(b, m.Key, m.Value, base)
		}
		return append(b, '}')
	case document.List:
		b = append(b, '[')
		for i, m := range n.Members() {
			if i > 0 {
				b = append(b, ',')
			}
			b = f.append(b, m.Value, base)
		}
		return append(b, ']')
	}
	return n.AppendJSON(b)
}

func (f *flattener) value(b []byte, key string, n *document.Node, base string) []byte {
	if key != "$ref" || n.Kind() != document.String {
		return f.append(b, n, base)
	}
	ref := n.Text()
	name := referencedModel(ref)
	_, inside, _ := strings.Cut(ref, "#")
	switch {
	case name == f.root:
		ref = "#" + inside
	case name != "" && f.names[name] != "":
		ref = "#/definitions/" + f.names[name] + inside
	case strings.HasPrefix(ref, "#"):
		ref = base + strings.TrimPrefix(ref, "#")
	}
	return document.AppendString(b, ref)
}
