package control

import (
	"strings"

	"sluice/api"
	"sluice/control/patch"
)

func resourceOperations() operations {
	return operations{
		"CreateResource": createResource,
		"DeleteResource": deleteResource,
		"GetResource":    getResource,
		"GetResources":   getResources,
		"UpdateResource": updateResource,
	}
}

// The number of resources of an API, which the service bounds by 300 unless it is
// asked for more, is not bounded here. Their paths are: a request cannot have a
// longer one (aws-facts: limits, 3).
const maxPathLength = 8192

// findResource reads a resource with its methods. Of an unknown API the service says
// the same as of an unknown resource (recorded).
func findResource(t *tx, apiID, id string) (*api.Resource, error) {
	r, err := get[api.Resource](t, kindResource, apiID, id)
	if err == nil && r == nil {
		err = notFound("Invalid Resource identifier specified")
	}
	return r, err
}

// node is a resource without its methods, which are most of a record.
type node struct {
	ID       string `json:"id"`
	ParentID string `json:"parentId"`
	PathPart string `json:"pathPart"`
	Path     string `json:"path"`
}

// pathTree is the resources of an API by how they hang together.
type pathTree struct {
	byID     map[string]*node
	children map[string][]*node
}

func readPathTree(t *tx, apiID string) (*pathTree, error) {
	all, err := list[node](t, kindResource, apiID)
	if err != nil {
		return nil, err
	}
	out := &pathTree{byID: make(map[string]*node, len(all)), children: map[string][]*node{}}
	for _, r := range all {
		out.byID[r.ID] = r
		if r.ParentID != "" {
			out.children[r.ParentID] = append(out.children[r.ParentID], r)
		}
	}
	return out, nil
}

// below is the resource and all that hang below it, parents first.
func (p *pathTree) below(r *node) []*node {
	out := []*node{r}
	for i := 0; i < len(out); i++ {
		out = append(out, p.children[out[i].ID]...)
	}
	return out
}

// holds tells whether the resource with an id is r or hangs below it.
func (p *pathTree) holds(r *node, id string) bool {
	for steps := 0; id != "" && steps <= len(p.byID); steps++ {
		if id == r.ID {
			return true
		}
		at := p.byID[id]
		if at == nil {
			return false
		}
		id = at.ParentID
	}
	return false
}

// childPath is the path of a part below a parent.
func childPath(parent, part string) string {
	if parent == "/" {
		return "/" + part
	}
	return parent + "/" + part
}

// checkPlace tells whether a resource may stand with its part below a parent. The
// texts are those that the service is known to give.
func (p *pathTree) checkPlace(r, parent *node) error {
	if r.PathPart == "" {
		return badRequest("Resource's path part must be specified")
	}
	if !isPathPart(r.PathPart) {
		return badRequest("Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.")
	}
	if isGreedy(parent.PathPart) {
		return badRequest("Cannot create a child of a resource with a greedy path variable: %s", parent.PathPart)
	}
	for _, sibling := range p.children[parent.ID] {
		switch {
		case sibling.ID == r.ID:
		case sibling.PathPart == r.PathPart:
			return conflict("Another resource with the same parent already has this name: %s", r.PathPart)
		case isVariable(sibling.PathPart) && isVariable(r.PathPart):
			return badRequest("A sibling (%s) of this resource already has a variable path part -- only one is allowed", sibling.PathPart)
		}
	}
	if len(childPath(parent.Path, r.PathPart)) > maxPathLength {
		return badRequest("The path of the resource is longer than %d characters", maxPathLength)
	}
	return nil
}

func isVariable(part string) bool { return strings.HasPrefix(part, "{") }

func isGreedy(part string) bool { return isVariable(part) && strings.HasSuffix(part, "+}") }

// isPathPart tells whether the service takes a part: letters, digits and . _ - : ,
// or one variable in braces that is all of it, perhaps greedy.
func isPathPart(part string) bool {
	name := part
	variable := isVariable(part) && strings.HasSuffix(part, "}")
	if variable {
		name = strings.TrimSuffix(part[1:len(part)-1], "+")
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_', c == '-', c == ':':
		case c == ',' && !variable, c == '$' && variable:
		default:
			return false
		}
	}
	return name != ""
}

func createResource(c *call) (any, error) {
	in, err := decode[struct {
		PathPart string `json:"pathPart"`
	}](c)
	if err != nil {
		return nil, err
	}
	apiID := c.path["restapi_id"]
	out := &api.Resource{ID: newID(objectIDLength), ParentID: c.path["parent_id"], PathPart: in.PathPart}
	err = c.update(func(t *tx) error {
		tree, err := readPathTree(t, apiID)
		if err != nil {
			return err
		}
		parent := tree.byID[out.ParentID]
		if parent == nil {
			return notFound("Invalid Resource identifier specified")
		}
		if err := tree.checkPlace(&node{ID: out.ID, ParentID: out.ParentID, PathPart: out.PathPart}, parent); err != nil {
			return err
		}
		out.Path = childPath(parent.Path, out.PathPart)
		return put(t, out, kindResource, apiID, out.ID)
	})
	return out, err
}

func deleteResource(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	return nil, c.update(func(t *tx) error {
		r, err := findResource(t, apiID, c.path["resource_id"])
		if err != nil {
			return err
		}
		if r.ParentID == "" {
			return badRequest("Root resource cannot be deleted")
		}
		tree, err := readPathTree(t, apiID)
		if err != nil {
			return err
		}
		for _, r := range tree.below(tree.byID[r.ID]) {
			if err := remove(t, kindResource, apiID, r.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

func getResource(c *call) (any, error) {
	if err := checkEmbed(c); err != nil {
		return nil, err
	}
	var out *api.Resource
	err := c.view(func(t *tx) (err error) {
		out, err = findResource(t, c.path["restapi_id"], c.path["resource_id"])
		return err
	})
	if err != nil {
		return nil, err
	}
	return showResource(c)(out), nil
}

func getResources(c *call) (any, error) {
	if err := checkEmbed(c); err != nil {
		return nil, err
	}
	var out page[any]
	err := c.view(func(t *tx) error {
		if _, err := requireAPI(t, c.path["restapi_id"]); err != nil {
			return err
		}
		var err error
		out, err = pageOfRecords(c, t, showResource(c), kindResource, c.path["restapi_id"])
		return err
	})
	return out, err
}

// checkEmbed refuses to embed what a resource does not have (service model: methods).
func checkEmbed(c *call) error {
	for _, what := range c.query["embed"] {
		if what != "methods" && what != "" {
			return badRequest("Invalid embed value specified: %s", what)
		}
	}
	return nil
}

// resourceBrief is a resource whose methods are only named (recorded: {"GET":{}}).
type resourceBrief struct {
	ID              string              `json:"id"`
	ParentID        string              `json:"parentId,omitempty"`
	PathPart        string              `json:"pathPart,omitempty"`
	Path            string              `json:"path"`
	ResourceMethods map[string]struct{} `json:"resourceMethods,omitempty"`
}

// showResource is the wire's form of a resource, with what the call embeds.
func showResource(c *call) func(*api.Resource) any {
	embeds := c.embeds("methods")
	return func(r *api.Resource) any {
		if embeds {
			return r
		}
		return briefResource(r)
	}
}

func briefResource(r *api.Resource) *resourceBrief {
	out := &resourceBrief{ID: r.ID, ParentID: r.ParentID, PathPart: r.PathPart, Path: r.Path}
	for method := range r.ResourceMethods {
		if out.ResourceMethods == nil {
			out.ResourceMethods = map[string]struct{}{}
		}
		out.ResourceMethods[method] = struct{}{}
	}
	return out
}

// updateResource renames or moves a resource; all paths below it follow.
func updateResource(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	var out *api.Resource
	err := c.update(func(t *tx) error {
		var err error
		if out, err = findResource(t, apiID, c.path["resource_id"]); err != nil {
			return err
		}
		before := *out
		if err := applyPatch(c, resourcePatch(), out); err != nil {
			return err
		}
		if before.ParentID == out.ParentID && before.PathPart == out.PathPart {
			return nil
		}
		tree, err := readPathTree(t, apiID)
		if err != nil {
			return err
		}
		moved, err := tree.move(out)
		if err != nil {
			return err
		}
		for _, n := range moved {
			r := out
			if n.ID != out.ID {
				if r, err = findResource(t, apiID, n.ID); err != nil {
					return err
				}
			}
			r.Path = n.Path
			if err := put(t, r, kindResource, apiID, r.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return briefResource(out), nil
}

// move gives a resource its new place, and those below it their paths. It returns all
// whose records change.
func (p *pathTree) move(to *api.Resource) ([]*node, error) {
	r, parent := p.byID[to.ID], p.byID[to.ParentID]
	switch {
	case r == nil || parent == nil:
		return nil, notFound("Invalid Resource identifier specified")
	case p.holds(r, parent.ID):
		return nil, badRequest("Resources cannot be cyclical.")
	case isGreedy(to.PathPart) && len(p.children[r.ID]) > 0:
		return nil, badRequest("Cannot create a child of a resource with a greedy path variable: %s", to.PathPart)
	}
	r.ParentID, r.PathPart = to.ParentID, to.PathPart
	if err := p.checkPlace(r, parent); err != nil {
		return nil, err
	}
	moved := p.below(r)
	for _, n := range moved {
		n.Path = childPath(p.byID[n.ParentID].Path, n.PathPart)
		if len(n.Path) > maxPathLength {
			return nil, badRequest("The path of the resource is longer than %d characters", maxPathLength)
		}
	}
	return moved, nil
}

func resourcePatch() *patch.Table[*api.Resource] {
	type rule = patch.Rule[*api.Resource]
	replace := []string{patch.Replace}
	return patch.NewTable(patch.Listing,
		rule{Path: "/parentId", Ops: replace, Apply: func(r *api.Resource, o patch.Operation, _ []string) error {
			if r.ParentID == "" {
				return badRequest("Root resource cannot be updated")
			}
			r.ParentID = o.Text()
			return nil
		}},
		rule{Path: "/pathPart", Ops: replace, Apply: func(r *api.Resource, o patch.Operation, _ []string) error {
			if r.ParentID == "" {
				return badRequest("Root resource cannot be updated")
			}
			r.PathPart = o.Text()
			return nil
		}},
	)
}
