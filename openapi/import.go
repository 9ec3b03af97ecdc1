package openapi

import (
	"fmt"
	"sort"
	"strings"

	"sluice/api"
	"sluice/openapi/docpart"
	"sluice/openapi/document"
)

// importer is the state of one Import.
type importer struct {
	file string
	opts Options
	root *document.Node
	v3   bool // OpenAPI 3.0, else Swagger 2.0

	snap *api.Snapshot
	ids  identifiers
	tree tree

	modelDocs  map[string]*document.Node // schemas by name
	models     map[string]*api.Model
	inline     map[string]string         // schema text -> name of the generated model
	inlineOf   map[*document.Node]string // the same by schema
	validators map[string]string         // name -> id
	schemes    map[string]*scheme
	fallback   *requirement // root-level security
	validator  string       // id of the root-level request validator
	written    map[api.DocumentationPartLocation]bool
	listed     *docpart.Index // the parts of x-amazon-apigateway-documentation

	budget   int // what may still be read; references read the same thing many times
	problems api.Problems
	errors   []string // what the service would say of them
	warnings []string // what the service warns of, in its words
	unsaid   int      // problems beyond maxProblems
	fatal    bool
}

// Import reads an OpenAPI 3.0 or Swagger 2.0 document, JSON or YAML. file is
// only a name for places, for APIID and to tell YAML from broken JSON.
//
// The snapshot is nil when the document cannot be read at all. Beside problems
// that are Fatal it holds what could be understood, so that further checks
// (runtime.Compile) can find more; it must not be served then.
//
// Places are set for every part named at api.Places, for "resources" alone (the
// key paths), for the members of authorizers, gateway responses and integration
// responses ("responses" code "selectionPattern"), and for everything in a schema
// ("models" name "schema", then the steps of its JSON pointer). The place of a YAML literal is its
// first content line, with Place.Block set; that of any other text where it
// begins.
func Import(file string, src []byte, opts Options) (*api.Snapshot, api.Problems) {
	im := &importer{file: file, opts: opts.withDefaults(file)}
	return im.read(src)
}

func (im *importer) read(src []byte) (*api.Snapshot, api.Problems) {
	if !im.open(src) {
		return nil, im.finish()
	}
	im.start(len(src))
	im.resolveVariables(src)
	im.readInfo()
	im.readRoot()
	im.readDocumentation() // before all that describes itself: what is listed counts
	im.readModels()
	im.readValidators()
	im.readSecurity()
	im.readGatewayResponses()
	im.readPaths()
	im.end()
	return im.snap, im.finish()
}

// open parses the document and finds out what it is; false if that fails.
func (im *importer) open(src []byte) bool {
	s := scope{im: im}
	root, errs := document.Parse(im.file, src)
	for _, e := range errs {
		s.fail(api.Place{File: im.file, Line: e.Line, Column: e.Column}, "%s", e.Message)
	}
	switch im.opts.BasePath {
	case BasePathIgnore, BasePathPrepend, BasePathSplit:
	default:
		s.fail(api.Place{File: im.file}, "the base path mode is %s, which is none of ignore, prepend, split", quote(string(im.opts.BasePath)))
	}
	if root == nil || !s.isMap(root, "the document") {
		return false
	}
	im.root = root
	return im.version()
}

func (im *importer) finish() api.Problems {
	im.problems.Sort()
	if im.unsaid > 0 {
		im.problems = append(im.problems, api.Problem{
			Place: api.Place{File: im.file}, Message: fmt.Sprintf("and %d more problems", im.unsaid), Warning: true,
		})
	}
	return im.problems
}

// version tells which specification the document follows.
func (im *importer) version() bool {
	s := scope{im: im}
	v3, v2 := im.root.Get("openapi"), im.root.Get("swagger")
	switch {
	case v3 != nil && v2 != nil:
		s.fail(s.place(v2), "the document says both openapi and swagger")
		return false
	case v3 != nil:
		t, ok := s.label(v3, "openapi")
		if ok && t != "3.0" && !strings.HasPrefix(t, "3.0.") {
			s.fail(s.place(v3), "OpenAPI %s is not supported; REST APIs are defined with OpenAPI 3.0 or Swagger 2.0", quote(t))
			ok = false
		}
		im.v3 = true
		return ok
	case v2 != nil:
		t, ok := s.label(v2, "swagger")
		if ok && t != "2.0" && t != "2" {
			s.fail(s.place(v2), "Swagger %s is not supported; REST APIs are defined with OpenAPI 3.0 or Swagger 2.0", quote(t))
			ok = false
		}
		return ok
	}
	s.fail(s.place(im.root), `neither "openapi" nor "swagger" says what kind of document this is`)
	return false
}

func (im *importer) start(size int) {
	im.ids = identifiers{apiID: im.opts.APIID, taken: map[string]bool{}, generate: im.opts.NewID}
	im.budget = readAllowance + size/4
	im.inline = map[string]string{}
	im.inlineOf = map[*document.Node]string{}
	im.written = map[api.DocumentationPartLocation]bool{}
	im.snap = &api.Snapshot{Places: api.NewPlaces(im.file)}
	r := &im.snap.RestApi
	r.ID = im.opts.APIID
	r.APIKeySource = api.APIKeySourceHeader
	im.tree = newTree(im)
	r.RootResourceID = im.tree.root.resource.ID
}

// end brings everything into its fixed order.
func (im *importer) end() {
	im.snap.Resources = im.tree.resources()
	sort.Slice(im.snap.Models, func(i, j int) bool { return im.snap.Models[i].Name < im.snap.Models[j].Name })
	sort.Slice(im.snap.RequestValidators, func(i, j int) bool {
		return im.snap.RequestValidators[i].Name < im.snap.RequestValidators[j].Name
	})
	sort.Slice(im.snap.Authorizers, func(i, j int) bool { return im.snap.Authorizers[i].Name < im.snap.Authorizers[j].Name })
}

// readAllowance is how many parts of operations may be read because of
// references, beyond those that a document of its length can have without.
const readAllowance = 500_000

func (im *importer) spend(parts int) { im.budget -= parts }

// spent tells that references made the document too large, and says so once.
func (im *importer) spent() bool {
	if im.budget >= 0 {
		return false
	}
	if im.budget > -1<<40 {
		im.budget = -1 << 50
		scope{im: im}.fail(api.Place{File: im.file}, "the references of the document expand to too much")
	}
	return true
}

// note sets the place of a part of the snapshot.
func (im *importer) note(at api.Place, part ...string) { im.snap.Places.Set(at, part...) }

// components returns a section of reusable things: in OpenAPI 3 one of
// components, in Swagger one of the root.
func (im *importer) components(v3, v2 string) (section *document.Node, name string) {
	if im.v3 {
		return im.root.Get("components").Get(v3), "components." + v3
	}
	return im.root.Get(v2), v2
}

// httpMethods are the verbs that a method of a REST API may have.
func httpMethods() []string {
	return []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
}
