package openapi

import (
	"strings"

	"sluice/api"
	"sluice/openapi/docpart"
	"sluice/openapi/document"
)

// readDocumentation reads the documentation parts that the document lists.
// Descriptions become parts where none is listed for the same place.
func (im *importer) readDocumentation() {
	im.readListedDocumentation()
	if !im.opts.IgnoreDocumentation {
		im.listed = docpart.NewIndex(im.snap.DocumentationParts)
		im.describeInfo(im.root.Get("info"))
	}
}

func (im *importer) readListedDocumentation() {
	s := scope{im: im}
	n := im.root.Get(extDocumentation)
	if n == nil || !s.isMap(n, extDocumentation) {
		return
	}
	for i := range n.Members() {
		m := &n.Members()[i]
		switch m.Key {
		case "version", "createdDate", "description":
		case "documentationParts":
			if !s.isList(m.Value, m.Key) {
				continue
			}
			for _, p := range m.Value.Members() {
				im.readDocumentationPart(s, p.Value)
			}
		default:
			s.unknown(m, extDocumentation, []string{"version", "documentationParts"})
		}
	}
}

func (im *importer) readDocumentationPart(s scope, n *document.Node) {
	if !s.isMap(n, "a documentation part") {
		return
	}
	at, props := n.Get("location"), n.Get("properties")
	if at == nil || props == nil {
		s.fail(s.place(n), "a documentation part needs location and properties")
		return
	}
	if !s.isMap(at, "location") {
		return
	}
	loc, ok := s.location(at)
	if !ok {
		return
	}
	text := props.Text()
	switch props.Kind() {
	case document.Map:
		text = string(props.AppendJSON(nil))
	case document.String:
	default:
		s.wrongType(props, "properties", document.Map)
		return
	}
	if text == "" {
		s.fail(s.place(props), "Documentation part properties must be non-empty")
		return
	}
	if im.written[loc] {
		s.fail(s.place(at), "a documentation part for this location is there already")
		return
	}
	im.addPart(loc, text)
}

// locationRule says which members a type of location takes.
type locationRule struct{ path, method, status, name bool }

func locationRules() map[string]locationRule {
	return map[string]locationRule{
		"API":             {},
		"AUTHORIZER":      {name: true},
		"MODEL":           {name: true},
		"RESOURCE":        {path: true},
		"METHOD":          {path: true, method: true},
		"PATH_PARAMETER":  {path: true, method: true, name: true},
		"QUERY_PARAMETER": {path: true, method: true, name: true},
		"REQUEST_HEADER":  {path: true, method: true, name: true},
		"REQUEST_BODY":    {path: true, method: true, name: true},
		"RESPONSE":        {path: true, method: true, status: true},
		"RESPONSE_HEADER": {path: true, method: true, status: true, name: true},
		"RESPONSE_BODY":   {path: true, method: true, status: true},
	}
}

func (s scope) location(n *document.Node) (loc api.DocumentationPartLocation, ok bool) {
	rules := locationRules()
	ok = true
	fields := map[string]*string{
		"type": &loc.Type, "path": &loc.Path, "method": &loc.Method, "statusCode": &loc.StatusCode, "name": &loc.Name,
	}
	for i := range n.Members() {
		m := &n.Members()[i]
		f := fields[m.Key]
		if f == nil {
			s.unknown(m, "location", sortedKeys(fields))
			ok = false
			continue
		}
		if m.Value.Kind() == document.Null {
			continue
		}
		t, good := s.label(m.Value, m.Key)
		*f, ok = t, ok && good
	}
	if !ok {
		return loc, false
	}
	loc.Type = strings.ToUpper(loc.Type)
	rule, known := rules[loc.Type]
	if !known {
		at := n.Get("type")
		if at == nil {
			at = n
		}
		s.fail(s.place(at), "the type of a location is %s, which is none of %s%s", quote(loc.Type), oneOf(sortedKeys(rules)), didYouMean(loc.Type, sortedKeys(rules)))
		return loc, false
	}
	for _, c := range []struct {
		member string
		value  string
		taken  bool
	}{{"path", loc.Path, rule.path}, {"method", loc.Method, rule.method}, {"statusCode", loc.StatusCode, rule.status}, {"name", loc.Name, rule.name}} {
		if c.value != "" && !c.taken {
			s.fail(s.place(n.Get(c.member)), "a location of type %s takes no %s", loc.Type, c.member)
			ok = false
		}
	}
	if rule.name && loc.Name == "" && loc.Type != "REQUEST_BODY" {
		s.fail(s.place(n), "a location of type %s needs a name", loc.Type)
		ok = false
	}
	if c := strings.TrimSpace(loc.StatusCode); c != "" && c != "*" && !isStatusCode(c) {
		s.fail(s.place(n.Get("statusCode")), "statusCode is %s; it must be three digits from 100 to 599, or *", quote(c))
		ok = false
	}
	if rule.path && loc.Path == "" {
		loc.Path = "/"
	}
	return loc, ok
}

func (im *importer) addPart(loc api.DocumentationPartLocation, properties string) {
	if im.opts.IgnoreDocumentation {
		return
	}
	im.written[loc] = true
	key := loc.Type + "\x00" + loc.Path + "\x00" + loc.Method + "\x00" + loc.StatusCode + "\x00" + loc.Name
	im.snap.DocumentationParts = append(im.snap.DocumentationParts, &api.DocumentationPart{
		ID: im.ids.make("documentationPart", key, idLength), Location: loc, Properties: properties,
	})
}

// describe makes a documentation part of what an object says about itself.
func (im *importer) describe(n *document.Node, loc api.DocumentationPartLocation) {
	if im.opts.IgnoreDocumentation || im.written[loc] || im.filledIn(n, loc) {
		return
	}
	members := []string{"description"}
	switch loc.Type {
	case "METHOD":
		members = []string{"tags", "summary", "description"}
	case "RESOURCE":
		members = []string{"summary", "description"}
	case "MODEL":
		members = []string{"title", "description"}
	}
	im.addDescribed(n, loc, members, "", "")
}

// filledIn tells whether what an object says about itself is only what an export
// writes there: the description that every response must have, or what the
// place inherits from a listed part. It makes no part then, or each import of an
// export would add some.
func (im *importer) filledIn(n *document.Node, loc api.DocumentationPartLocation) bool {
	text := n.Get("description").Text()
	if loc.Type == "RESPONSE" && text == loc.StatusCode+" response" {
		return true
	}
	part := im.listed.Find(loc)
	if part == nil || text == "" {
		return false
	}
	properties, _ := document.Parse("properties.json", []byte(part.Properties))
	return properties.Get("description").Text() == text
}

func (im *importer) describeInfo(info *document.Node) {
	loc := api.DocumentationPartLocation{Type: "API"}
	if !im.written[loc] {
		im.addDescribed(info, loc, []string{"description", "termsOfService", "contact", "license"}, `{"info":`, "}")
	}
}

func (im *importer) addDescribed(n *document.Node, loc api.DocumentationPartLocation, members []string, before, after string) {
	var b []byte
	for _, name := range members {
		v := n.Get(name)
		if v == nil || v.Kind() == document.Null {
			continue
		}
		if b == nil {
			b = append([]byte(before), '{')
		} else {
			b = append(b, ',')
		}
		b = v.AppendJSON(append(document.AppendString(b, name), ':'))
	}
	if b != nil {
		im.addPart(loc, string(append(b, '}'))+after)
	}
}
