package openapi

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"sluice/api"
	"sluice/openapi/document"
)

// modelAddress is where schemas refer to other models of the API.
func (im *importer) modelAddress(name string) string {
	return "https://apigateway.amazonaws.com/restapis/" + im.opts.APIID + "/models/" + name
}

// readModels makes a model of each schema of components.schemas or definitions.
func (im *importer) readModels() {
	s := scope{im: im}
	im.models = map[string]*api.Model{}
	im.modelDocs = map[string]*document.Node{}
	section, name := im.components("schemas", "definitions")
	if section == nil || !s.isMap(section, name) {
		return
	}
	for i := range section.Members() {
		m := &section.Members()[i]
		if strings.HasPrefix(m.Key, "x-") {
			continue
		}
		if !isModelName(m.Key) {
			s.fail(s.keyPlace(m), "Model name must be alphanumeric: %s", m.Key)
			continue
		}
		im.modelDocs[m.Key] = m.Value
	}
	for i := range section.Members() {
		m := &section.Members()[i]
		if im.modelDocs[m.Key] == nil {
			continue
		}
		ms := scope{im: im, subject: "model " + m.Key, step: stepModel}
		if !ms.isMap(m.Value, "a schema") {
			continue
		}
		w := schemaWriter{s: ms}
		w.schema(m.Value)
		model := &api.Model{
			ID: im.ids.make("model", m.Key, idLength), Name: m.Key, ContentType: "application/json",
			Schema: string(w.b), Description: m.Value.Get("description").Text(),
		}
		im.models[m.Key] = model
		im.snap.Models = append(im.snap.Models, model)
		im.note(s.keyPlace(m), "models", m.Key)
		im.noteSchema(m.Value, "models", m.Key, "schema")
		im.describe(m.Value, api.DocumentationPartLocation{Type: "MODEL", Name: m.Key})
	}
}

// noteSchema notes the place of a schema and, below it, of everything in it, by
// its keys and the numbers of its list entries.
func (im *importer) noteSchema(n *document.Node, part ...string) {
	im.note(im.place(n), part...)
	for i, m := range n.Members() {
		name := m.Key
		if n.Kind() == document.List {
			name = strconv.Itoa(i)
		}
		im.noteSchema(m.Value, append(part, name)...)
	}
}

func isModelName(name string) bool {
	for i := 0; i < len(name); i++ {
		if !isAlnum(name[i]) {
			return false
		}
	}
	return name != ""
}

// modelOf returns the name of the model that a schema of a body is: the one it
// refers to, or one generated for it. It is "" if there is none.
func (im *importer) modelOf(s scope, schema *document.Node) string {
	if !s.isMap(schema, "a schema") {
		return ""
	}
	if ref := schema.Get("$ref"); ref.Kind() == document.String {
		name, ok := im.modelName(ref.Text())
		switch {
		case !ok:
			w := schemaWriter{s: s}
			w.schema(schema) // says what is wrong with the reference
			return ""
		case im.modelDocs[name] == nil:
			s.tell(s.place(ref), "Reference to model '%s' not found. Ignoring.", name)
			return ""
		}
		return name
	}
	if len(schema.Members()) == 0 {
		return ""
	}
	if name, ok := im.inlineOf[schema]; ok {
		return name
	}
	name := im.generateModel(s, schema)
	im.inlineOf[schema] = name
	return name
}

// generateModel makes a model of a schema that has no name; two that read the
// same become one.
func (im *importer) generateModel(s scope, schema *document.Node) string {
	w := schemaWriter{s: s}
	w.schema(schema)
	text := string(w.b)
	if name, ok := im.inline[text]; ok {
		return name
	}
	sum := sha256.Sum256(w.b)
	digits := strings.ToUpper(hex.EncodeToString(sum[:]))
	name := ""
	for n := 6; ; n++ {
		name = "MODEL" + digits[:n]
		if im.modelDocs[name] == nil && im.models[name] == nil {
			break
		}
	}
	im.inline[text] = name
	model := &api.Model{ID: im.ids.make("model", name, idLength), Name: name, ContentType: "application/json", Schema: text}
	im.models[name] = model
	im.snap.Models = append(im.snap.Models, model)
	im.note(s.place(schema), "models", name)
	im.noteSchema(schema, "models", name, "schema")
	return name
}

// modelName is the model that a local reference names.
func (im *importer) modelName(ref string) (string, bool) {
	prefix := "#/definitions/"
	if im.v3 {
		prefix = "#/components/schemas/"
	}
	if !strings.HasPrefix(ref, prefix) {
		return "", false
	}
	parts, ok := pointer(ref)
	if !ok || len(parts) != strings.Count(prefix, "/") {
		return "", false
	}
	return parts[len(parts)-1], true
}

// schemaWriter writes a schema as JSON text with its references rewritten to
// the models' addresses.
type schemaWriter struct {
	s scope
	b []byte
}

func (w *schemaWriter) schema(n *document.Node) {
	if n.Kind() != document.Map {
		w.b = n.AppendJSON(w.b)
		return
	}
	w.b = append(w.b, '{')
	for i := range n.Members() {
		m := &n.Members()[i]
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(document.AppendString(w.b, m.Key), ':')
		switch m.Key {
		case "$ref":
			w.reference(m.Value)
		case "properties", "patternProperties", "definitions", "dependencies":
			w.named(m.Value)
		case "items", "additionalItems", "additionalProperties", "not", "allOf", "anyOf", "oneOf":
			w.oneOrMore(m.Value)
		default:
			w.b = m.Value.AppendJSON(w.b)
		}
	}
	w.b = append(w.b, '}')
}

func (w *schemaWriter) named(n *document.Node) {
	if n.Kind() != document.Map {
		w.b = n.AppendJSON(w.b)
		return
	}
	w.b = append(w.b, '{')
	for i, m := range n.Members() {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(document.AppendString(w.b, m.Key), ':')
		w.schema(m.Value)
	}
	w.b = append(w.b, '}')
}

func (w *schemaWriter) oneOrMore(n *document.Node) {
	if n.Kind() != document.List {
		w.schema(n)
		return
	}
	w.b = append(w.b, '[')
	for i, m := range n.Members() {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.schema(m.Value)
	}
	w.b = append(w.b, ']')
}

// reference writes a $ref: of a local model its address, deeper pointers kept
// as fragments.
func (w *schemaWriter) reference(ref *document.Node) {
	t := ref.Text()
	if ref.Kind() != document.String {
		w.s.wrongType(ref, "$ref", document.String)
		w.b = ref.AppendJSON(w.b)
		return
	}
	own := w.s.im.modelAddress("")
	if name, ok := strings.CutPrefix(t, own); ok {
		// As the service writes it; what follows # is within that model.
		name, _, _ = strings.Cut(name, "#")
		w.mustBe(name, ref)
		w.b = document.AppendString(w.b, t)
		return
	}
	base := "#/definitions/"
	if w.s.im.v3 {
		base = "#/components/schemas/"
	}
	switch {
	case !strings.HasPrefix(t, "#"):
		w.s.fail(w.s.place(ref), "$ref %s leads out of the document; only references that begin with # are supported", quote(t))
	case !strings.HasPrefix(t, base):
		w.s.fail(w.s.place(ref), "$ref %s: a schema can refer to %s only", quote(t), base)
	default:
		rest := t[len(base):]
		name, deeper, deep := strings.Cut(rest, "/")
		if deep {
			if w.s.target(ref) == nil {
				break
			}
			w.b = document.AppendString(w.b, w.s.im.modelAddress(name)+"#/"+deeper)
			return
		}
		if parts, ok := pointer("#/" + name); ok && len(parts) == 1 {
			name = parts[0]
		}
		w.mustBe(name, ref)
		w.b = document.AppendString(w.b, w.s.im.modelAddress(name))
		return
	}
	w.b = document.AppendString(w.b, t)
}

// mustBe checks that the model which is referred to is there. Whether references
// lead back to themselves is for Compile to find: among models they may.
func (w *schemaWriter) mustBe(name string, ref *document.Node) {
	if w.s.im.modelDocs[name] == nil {
		w.s.fail(w.s.place(ref), "$ref %s: there is no model %s%s", quote(ref.Text()), quote(name), nearestKey(name, w.s.im.modelDocs))
	}
}
