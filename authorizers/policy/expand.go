package policy

import (
	"bytes"
	"encoding/json"
	"strings"
)

// shortForm begins a resource in the short form execute-api:/stage/METHOD/path.
const shortForm = "execute-api:/"

// expand turns a resource in the short form into a full ARN.
func (t *Target) expand(resource string) string {
	path, ok := strings.CutPrefix(resource, shortForm)
	if !ok {
		return resource
	}
	partition := t.Partition
	if partition == "" {
		partition = "aws"
	}
	return "arn:" + partition + ":execute-api:" + t.Region + ":" + t.AccountID + ":" + t.APIID + "/" + path
}

// Expand rewrites a resource policy as the service stores it: without white
// space, resources in the short form as full ARNs, a list of one resource as
// plain text (both recorded). Everything else keeps its place and value. The
// document must be JSON of bounded depth but need not be a valid policy; an
// error is an *Error.
func Expand(text []byte, t Target) ([]byte, error) {
	r := reader{text: text}
	root, err := r.read()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := writer{out: &b, target: &t}
	w.document(&root)
	return b.Bytes(), nil
}

// writer writes values as compact JSON.
type writer struct {
	out    *bytes.Buffer
	target *Target
}

func (w *writer) document(v *value) {
	w.object(v, func(m *member) {
		if !sameName("Statement", m.name) {
			w.value(&m.value)
			return
		}
		if m.value.kind == listValue {
			w.list(m.value.items, w.statement)
			return
		}
		w.statement(&m.value)
	})
}

func (w *writer) statement(v *value) {
	w.object(v, func(m *member) {
		if sameName("Resource", m.name) || sameName("NotResource", m.name) {
			w.resource(&m.value)
			return
		}
		w.value(&m.value)
	})
}

func (w *writer) resource(v *value) {
	switch {
	case v.kind == stringValue:
		w.text(w.target.expand(v.text))
	case v.kind == listValue && len(v.items) == 1:
		w.resource(&v.items[0])
	case v.kind == listValue:
		w.list(v.items, w.resource)
	default:
		w.value(v)
	}
}

// object writes an object whose members' values f writes; what is no object it
// writes as it is.
func (w *writer) object(v *value, f func(m *member)) {
	if v.kind != objectValue {
		w.value(v)
		return
	}
	w.out.WriteByte('{')
	for i := range v.members {
		if i > 0 {
			w.out.WriteByte(',')
		}
		w.text(v.members[i].name)
		w.out.WriteByte(':')
		f(&v.members[i])
	}
	w.out.WriteByte('}')
}

func (w *writer) list(items []value, f func(v *value)) {
	w.out.WriteByte('[')
	for i := range items {
		if i > 0 {
			w.out.WriteByte(',')
		}
		f(&items[i])
	}
	w.out.WriteByte(']')
}

func (w *writer) value(v *value) {
	switch v.kind {
	case objectValue:
		w.object(v, func(m *member) { w.value(&m.value) })
	case listValue:
		w.list(v.items, w.value)
	case stringValue:
		w.text(v.text)
	case nullValue:
		w.out.WriteString("null")
	default:
		w.out.WriteString(v.text)
	}
}

func (w *writer) text(s string) {
	e := json.NewEncoder(w.out)
	e.SetEscapeHTML(false) // an & in a path stays one
	if e.Encode(s) == nil {
		w.out.Truncate(w.out.Len() - 1) // the line end
	}
}
