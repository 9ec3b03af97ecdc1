package export

import (
	"sort"
	"strings"

	"sluice/api"
)

// methodsInOrder are the verbs in the order of a path item.
func methodsInOrder() []string {
	return []string{"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", api.MethodAny}
}

// paths writes / first and the rest by the alphabet. Resources without methods
// are there only because of others below them and are left out; those that have
// none below them stay, since nothing else would bring them back.
func (x *exporter) paths() (*object, error) {
	resources := make([]*api.Resource, len(x.snap.Resources))
	copy(resources, x.snap.Resources)
	sort.Slice(resources, func(i, j int) bool { return resources[i].Path < resources[j].Path })
	parents := map[string]bool{}
	for _, r := range resources {
		if r.Path != "/" {
			parents[r.Path[:max(strings.LastIndexByte(r.Path, '/'), 0)]] = true
		}
	}
	out := newObject()
	for _, r := range resources {
		if len(r.ResourceMethods) == 0 && (r.Path == "/" || parents[r.Path]) && !x.extended(r.Path) {
			continue
		}
		item, err := x.pathItem(r)
		if err != nil {
			return nil, err
		}
		out.set(r.Path, item)
	}
	return out, nil
}

func (x *exporter) pathItem(r *api.Resource) (*object, error) {
	item := newObject()
	for _, name := range methodsInOrder() {
		m := r.ResourceMethods[name]
		if m == nil {
			continue
		}
		op, err := x.operation(r, name, m)
		if err != nil {
			return nil, err
		}
		key := strings.ToLower(name)
		if name == api.MethodAny {
			key = "x-amazon-apigateway-any-method"
		}
		item.set(key, op)
	}
	x.describe(item, api.DocumentationPartLocation{Type: "RESOURCE", Path: r.Path})
	return item, nil
}

// extended tells whether documentation gives a path item something to say.
func (x *exporter) extended(path string) bool {
	probe := newObject()
	x.describe(probe, api.DocumentationPartLocation{Type: "RESOURCE", Path: path})
	return len(probe.keys) > 0
}
