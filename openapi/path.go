package openapi

import (
	"net/url"
	"sort"
	"strings"

	"sluice/api"
	"sluice/openapi/document"
)

// Bounds of paths. The service has 300 resources an API unless it is asked for
// more, and takes URLs of at most 10240 characters.
const (
	maxResources  = 1_000_000
	maxPathLength = 8192
	maxPathParts  = 256
)

// tree grows the resources of an API, parents first.
type tree struct {
	im   *importer
	root *branch
	all  []*api.Resource
}

type branch struct {
	resource *api.Resource
	greedy   bool
	variable string // the child that is a path variable, "" if there is none
	children map[string]*branch
}

func newTree(im *importer) tree {
	root := &branch{resource: &api.Resource{ID: im.ids.make("root", "/", rootIDLength), Path: "/"}}
	return tree{im: im, root: root, all: []*api.Resource{root.resource}}
}

// resources returns all resources by path.
func (t *tree) resources() []*api.Resource {
	sort.Slice(t.all, func(i, j int) bool { return t.all[i].Path < t.all[j].Path })
	return t.all
}

// grow returns the resource of a path, made with all its parents if need be; nil
// if the service would refuse the path.
func (t *tree) grow(s scope, path string, at api.Place) *api.Resource {
	if len(path) > maxPathLength || strings.Count(path, "/") > maxPathParts {
		s.fail(at, "the path is longer than %d characters or %d parts", maxPathLength, maxPathParts)
		return nil
	}
	b := t.root
	for end := 0; end < len(path); {
		start := end + 1
		end = strings.IndexByte(path[start:], '/') + start
		if end < start {
			end = len(path)
		}
		part := path[start:end]
		if part == "" && end == len(path) {
			break // "/" itself, or a trailing slash
		}
		if next := b.children[part]; next != nil {
			b = next
			continue
		}
		variable, greedy, ok := parsePathPart(part)
		switch {
		case !ok:
			const text = "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end"
			s.failAs(at, text+".", text+": "+quote(part))
			return nil
		case b.greedy:
			text := "Cannot create a child of a resource with a greedy path variable: " + b.resource.PathPart
			s.failAs(at, text, text+" must be the last part")
			return nil
		case variable && b.variable != "":
			s.fail(at, "A sibling (%s) of this resource already has a variable path part -- only one is allowed", b.variable)
			return nil
		case len(t.all) == maxResources:
			s.fail(at, "more than %d resources", maxResources)
			return nil
		}
		if variable {
			b.variable = part
		}
		next := &branch{greedy: greedy, resource: &api.Resource{
			ID: t.im.ids.make("resource", b.resource.ID+"/"+part, idLength), ParentID: b.resource.ID, PathPart: part, Path: path[:end],
		}}
		t.all = append(t.all, next.resource)
		if b.children == nil {
			b.children = map[string]*branch{}
		}
		b.children[part] = next
		b = next
	}
	t.im.note(at, "resources", b.resource.Path)
	return b.resource
}

// parsePathPart tells what kind a path part is, and whether it is allowed:
// letters, digits and . _ - : , or one variable in braces that is all of it.
func parsePathPart(part string) (variable, greedy, ok bool) {
	name := part
	if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") {
		variable = true
		name = part[1 : len(part)-1]
		if strings.HasSuffix(name, "+") {
			greedy = true
			name = name[:len(name)-1]
		}
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; !isAlnum(c) && strings.IndexByte("._-:,", c) < 0 && (!variable || c != '$') {
			return variable, greedy, false
		}
	}
	return variable, greedy, name != ""
}

// prefix is what goes before every path: the base path as the mode has it.
func (im *importer) prefix() string {
	base := strings.Trim(im.basePath(), "/")
	switch im.opts.BasePath {
	case BasePathPrepend:
	case BasePathSplit:
		_, base, _ = strings.Cut(base, "/")
	default:
		return ""
	}
	if base == "" {
		return ""
	}
	return "/" + base
}

// basePath is Swagger's basePath; in OpenAPI 3 the first server variable called
// basePath, else the path of the first server's URL.
func (im *importer) basePath() string {
	if !im.v3 {
		return im.root.Get("basePath").Text()
	}
	servers := im.root.Get("servers").Members()
	for _, m := range servers {
		if v := m.Value.Get("variables").Get("basePath").Get("default"); v != nil {
			return v.Text()
		}
	}
	if len(servers) == 0 {
		return ""
	}
	address := servers[0].Value.Get("url").Text()
	for _, v := range servers[0].Value.Get("variables").Members() {
		address = strings.ReplaceAll(address, "{"+v.Key+"}", v.Value.Get("default").Text())
	}
	if _, after, ok := strings.Cut(address, "://"); ok {
		_, path, _ := strings.Cut(after, "/")
		address = "/" + path
	}
	address, _, _ = strings.Cut(address, "?")
	if p, err := url.PathUnescape(address); err == nil {
		return p
	}
	return address
}

// readPaths reads every path item.
func (im *importer) readPaths() {
	s := scope{im: im}
	paths := im.root.Get("paths")
	if m := im.root.Member("paths"); m != nil {
		im.note(im.keyPlace(m), "resources")
	}
	if paths == nil {
		s.warn(s.place(im.root), "the document has no paths")
		return
	}
	if !s.isMap(paths, "paths") {
		return
	}
	prefix := im.prefix()
	for i := range paths.Members() {
		m := &paths.Members()[i]
		if strings.HasPrefix(m.Key, "x-") {
			s.extension(m, 0)
			continue
		}
		if im.spent() {
			return
		}
		im.readPath(prefix, m)
	}
}

func (im *importer) readPath(prefix string, m *document.Member) {
	s := scope{im: im, subject: m.Key}
	if !strings.HasPrefix(m.Key, "/") {
		s.fail(s.keyPlace(m), "a path must begin with /")
		return
	}
	path := prefix + m.Key
	if path != "/" {
		path = strings.TrimSuffix(path, "/")
	}
	resource := im.tree.grow(scope{im: im, subject: path, step: stepResource}, path, s.keyPlace(m))
	if !s.isMap(m.Value, "a path item") {
		return
	}
	item := s.resolve(m.Value)
	if item == nil || item != m.Value && !s.isMap(item, "a path item") {
		return
	}
	if resource == nil {
		// The path is refused; its operations are read all the same for their
		// problems, into a resource that the API does not get.
		resource = &api.Resource{Path: path}
	}
	im.readPathItem(resource, item)
}

func (im *importer) readPathItem(resource *api.Resource, item *document.Node) {
	s := scope{im: im, subject: resource.Path}
	s.extensions(item, atPathItem)
	s.members(item, "a path item", "$ref", "summary", "description", "get", "put", "post", "delete", "options", "head",
		"patch", "trace", "servers", "parameters")
	im.describe(item, api.DocumentationPartLocation{Type: "RESOURCE", Path: resource.Path})
	shared := s.parameters(item.Get("parameters"))
	im.spend(len(item.Members()))
	for i := range item.Members() {
		m := &item.Members()[i]
		method := strings.ToUpper(m.Key)
		switch m.Key {
		case "get", "put", "post", "delete", "options", "head", "patch":
		case extAnyMethod:
			method = api.MethodAny
		case "trace":
			s.warn(s.keyPlace(m), "REST APIs have no method TRACE; the operation is ignored")
			continue
		default:
			continue
		}
		ms := scope{im: im, subject: method + " " + resource.Path}
		if resource.ResourceMethods[method] != nil {
			ms.fail(ms.keyPlace(m), "Method already exists for this resource")
			continue
		}
		if !ms.isMap(m.Value, "an operation") {
			continue
		}
		if resource.ResourceMethods == nil {
			resource.ResourceMethods = map[string]*api.Method{}
		}
		resource.ResourceMethods[method] = im.readOperation(ms, resource, method, m, shared)
	}
}
