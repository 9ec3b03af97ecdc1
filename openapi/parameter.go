package openapi

import (
	"strings"

	"sluice/api"
	"sluice/openapi/document"
)

// parameter is one entry of a list of parameters, references followed.
type parameter struct {
	node *document.Node
	in   string
	name string
}

// parameters reads the names of a list; whatever has none is reported.
func (s scope) parameters(list *document.Node) []parameter {
	if list == nil || list.Kind() == document.Null || !s.isList(list, "parameters") {
		return nil
	}
	out := make([]parameter, 0, len(list.Members()))
	for _, m := range list.Members() {
		if !s.isMap(m.Value, "a parameter") {
			continue
		}
		n := s.resolve(m.Value)
		if n == nil || !s.isMap(n, "a parameter") {
			continue
		}
		p := parameter{node: n}
		var ok bool
		if v := n.Get("in"); v == nil {
			s.fail(s.place(n), "a parameter needs in: one of path, query, header")
			continue
		} else if p.in, ok = s.text(v, "in"); !ok {
			continue
		}
		if v := n.Get("name"); v == nil && p.in != "body" {
			s.fail(s.place(n), "a parameter needs a name")
			continue
		} else if v != nil {
			if p.name, ok = s.label(v, "the name of a parameter"); !ok {
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// readParameters declares what the method takes: the operation's own
// parameters and those of the path item that it does not override.
func (im *importer) readParameters(s scope, m *api.Method, op *document.Node, shared []parameter, path string, part []string) {
	own := s.parameters(op.Get("parameters"))
	im.spend(len(own) + len(shared))
	type key struct{ in, name string }
	declared := make(map[key]bool, len(own))
	for _, p := range own {
		k := key{p.in, p.name}
		if p.in == "body" {
			k.name = "" // there can be one only, whatever it is called
		}
		if declared[k] {
			s.fail(s.place(p.node), "the %s parameter %s is there twice", p.in, quote(p.name))
		}
		declared[k] = true
		im.readParameter(s, m, op, p, path, part)
	}
	for _, p := range shared {
		k := key{p.in, p.name}
		if p.in == "body" {
			k.name = ""
		}
		if !declared[k] {
			im.readParameter(s, m, op, p, path, part)
		}
	}
}

func (im *importer) readParameter(s scope, m *api.Method, op *document.Node, p parameter, path string, part []string) {
	at := api.DocumentationPartLocation{Path: path, Method: m.HTTPMethod, Name: p.name}
	prefix := ""
	switch p.in {
	case "path":
		prefix, at.Type = "method.request.path.", "PATH_PARAMETER"
		if !strings.Contains(path, "{"+p.name+"}") && !strings.Contains(path, "{"+p.name+"+}") {
			s.warn(s.place(p.node), "the path has no part {%s}: a request validator will always find this parameter missing", p.name)
		}
	case "query":
		prefix, at.Type = "method.request.querystring.", "QUERY_PARAMETER"
	case "header":
		prefix, at.Type = "method.request.header.", "REQUEST_HEADER"
	case "body":
		if im.v3 {
			s.fail(s.place(p.node.Get("in")), `in is "body", which OpenAPI 3 writes as requestBody`)
			return
		}
		at.Type, at.Name = "REQUEST_BODY", ""
		im.describe(p.node, at)
		m.RequestModels = im.addModel(s, nil, p.node.Get("schema"), append(part, "requestModels"), im.mediaTypes(op, "consumes")...)
		return
	case "cookie", "formData":
		s.warn(s.place(p.node), "REST APIs have no %s parameters; %s is ignored", p.in, quote(p.name))
		return
	default:
		s.fail(s.place(p.node.Get("in")), "in is %s, which is none of path, query, header%s", quote(p.in),
			didYouMean(p.in, []string{"path", "query", "header"}))
		return
	}
	full := prefix + p.name
	if !isParameterName(p.name) {
		s.fail(s.place(p.node.Get("name")), "%s", invalidMapping(full))
		return
	}
	required := false
	if v := p.node.Get("required"); v != nil && v.Kind() != document.Null {
		required, _ = s.boolean(v, "required")
	}
	if m.RequestParameters == nil {
		m.RequestParameters = map[string]bool{}
	}
	m.RequestParameters[full] = required || p.in == "path"
	im.note(s.place(p.node), append(part, "requestParameters", full)...)
	im.describe(p.node, at)
}
