package control

import (
	"strconv"
	"strings"

	"sluice/openapi/document"
)

func getModelTemplate(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	var text string
	err := c.view(func(t *tx) error {
		m, err := findModel(t, apiID, c.path["model_name"])
		if err != nil {
			return err
		}
		schema, err := flatten(t, apiID, m)
		text = sampleTemplate(schema)
		return err
	})
	if err != nil {
		return nil, err
	}
	return struct {
		Value string `json:"value"`
	}{text}, nil
}

// Bounds of what a sample is made of: a schema may refer to itself.
const (
	maxTemplateDepth = 16
	maxTemplateSize  = 64 << 10 // bytes
)

// sampleTemplate is a mapping template that makes a body as the schema has it of one
// that is of the same form (developer guide, "Models and mapping templates").
func sampleTemplate(schema string) string {
	s := templateWriter{}
	s.b.WriteString("#set($inputRoot = $input.path('$'))\n")
	root, _ := document.Parse("schema.json", []byte(schema))
	s.root = root
	s.value(root, "$inputRoot", "", 0)
	return s.b.String()
}

type templateWriter struct {
	b     strings.Builder
	root  *document.Node
	loops int // foreach loops around
}

// value writes what stands for a value of schema n that is read at path.
func (s *templateWriter) value(n *document.Node, path, indent string, depth int) {
	n = s.resolve(n)
	kind := n.Get("type").Text()
	if kind == "" && n.Get("properties").Kind() == document.Map {
		kind = "object"
	}
	if kind == "" && n.Get("items").Kind() == document.Map {
		kind = "array"
	}
	switch kind {
	case "object":
		properties := n.Get("properties").Members()
		if len(properties) == 0 || depth > maxTemplateDepth || s.b.Len() > maxTemplateSize {
			s.b.WriteString("{ }")
			return
		}
		s.b.WriteString("{\n")
		for i, p := range properties {
			s.b.WriteString(indent + "  " + string(document.AppendString(nil, p.Key)) + " : ")
			s.value(p.Value, path+"."+p.Key, indent+"  ", depth+1)
			if i < len(properties)-1 {
				s.b.WriteByte(',')
			}
			s.b.WriteByte('\n')
		}
		s.b.WriteString(indent + "}")
	case "array":
		if depth > maxTemplateDepth || s.b.Len() > maxTemplateSize {
			s.b.WriteString("[ ]")
			return
		}
		elem := "$elem"
		if s.loops > 0 {
			elem += strconv.Itoa(s.loops)
		}
		s.loops++
		s.b.WriteString("[\n" + indent + "#foreach(" + elem + " in " + path + ")\n" + indent + "  ")
		s.value(n.Get("items"), elem, indent+"  ", depth+1)
		s.b.WriteString("#if($foreach.hasNext),#end\n" + indent + "#end\n" + indent + "]")
		s.loops--
	case "integer", "number", "boolean":
		s.b.WriteString(path)
	default:
		s.b.WriteString(`"` + path + `"`)
	}
}

// resolve follows references within the schema.
func (s *templateWriter) resolve(n *document.Node) *document.Node {
	for range maxTemplateDepth {
		ref, ok := strings.CutPrefix(n.Get("$ref").Text(), "#")
		if !ok {
			return n
		}
		n = s.root
		for _, step := range strings.Split(strings.TrimPrefix(ref, "/"), "/") {
			if step != "" {
				n = n.Get(strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~"))
			}
		}
	}
	return n
}

// isObject tells whether a text is a JSON object.
func isObject(text string) bool {
	root, faults := document.Parse("object.json", []byte(text))
	return root != nil && len(faults) == 0 && root.Kind() == document.Map
}
