package export

import (
	"strings"
	"time"

	"sluice/api"
	"sluice/openapi/docpart"
)

// exporter is the state of one Export.
type exporter struct {
	snap  *api.Snapshot
	opts  Options
	v3    bool
	want  wants
	parts *docpart.Index // nil if the stage has no documentation version

	validators  map[string]string // id -> name
	authorizers map[string]*api.Authorizer
	schemes     map[string]string // authorizer id -> name of its scheme
	keyScheme   string            // "" until a method needs it
	iamScheme   string
	taken       map[string]bool // names of schemes
	version     string
}

// Export writes the document of a deployed API. fileName is what the service's
// Content-Disposition calls it. The error is a *BadRequest.
func Export(snap *api.Snapshot, opts Options) (doc []byte, fileName string, err error) {
	x := &exporter{snap: snap, opts: opts, v3: opts.Type == OAS30}
	if !x.v3 && opts.Type != Swagger {
		return nil, "", &BadRequest{"No API exporter for type '" + opts.Type + "'"}
	}
	if x.want, err = wanted(opts.Extensions); err != nil {
		return nil, "", err
	}
	x.prepare()
	root, err := x.document()
	if err != nil {
		return nil, "", err
	}
	if opts.YAML {
		return appendYAML(nil, root), x.fileName("yaml"), nil
	}
	return appendJSON(nil, root, 0), x.fileName("json"), nil
}

func (x *exporter) prepare() {
	x.validators = map[string]string{}
	names := map[string]bool{}
	for _, v := range x.snap.RequestValidators {
		x.validators[v.ID] = free(names, v.Name, v.ID)
	}
	x.taken = map[string]bool{}
	x.authorizers = map[string]*api.Authorizer{}
	x.schemes = map[string]string{}
	for _, a := range x.snap.Authorizers {
		x.authorizers[a.ID] = a
		x.schemes[a.ID] = free(x.taken, a.Name, a.ID)
	}
	if x.opts.Documentation != nil {
		x.parts = docpart.NewIndex(x.opts.Documentation.Parts)
	}
	x.version = x.snap.RestApi.Version
	if x.version == "" {
		x.version = timestamp(x.opts.Created)
	}
}

// free takes a name that is not taken: the one that is wanted, else with a mark
// behind it.
func free(taken map[string]bool, name, mark string) string {
	if name == "" {
		name = mark
	}
	for taken[name] {
		name += "_" + mark
	}
	taken[name] = true
	return name
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// fileName is fit for a header: what a quoted text cannot hold is replaced.
func (x *exporter) fileName(extension string) string {
	version := strings.Map(func(r rune) rune {
		if r < ' ' || r == '"' || r == '\\' || r == 0x7f {
			return '_'
		}
		return r
	}, x.version)
	return x.opts.Type + "_" + version + "." + extension
}

// host is the default endpoint of the API.
func (x *exporter) host() string {
	domain := ".amazonaws.com"
	if strings.HasPrefix(x.opts.Region, "cn-") {
		domain += ".cn"
	}
	return x.snap.RestApi.ID + ".execute-api." + x.opts.Region + domain
}

func (x *exporter) document() (*object, error) {
	root := newObject()
	if x.v3 {
		root.set("openapi", "3.0.1").set("info", x.info()).set("servers", list{x.server()})
	} else {
		root.set("swagger", "2.0").set("info", x.info()).set("host", x.host()).set("basePath", "/"+x.opts.Stage).
			set("schemes", list{"https"})
	}
	models, err := x.models() // a model that cannot be exported is told before anything else
	if err != nil {
		return nil, err
	}
	paths, err := x.paths()
	if err != nil {
		return nil, err
	}
	root.set("paths", paths)
	schemes := x.securitySchemes()
	if x.v3 {
		components := newObject()
		if len(models.keys) > 0 {
			components.set("schemas", models)
		}
		if len(schemes.keys) > 0 {
			components.set("securitySchemes", schemes)
		}
		root.set("components", components)
	} else {
		if len(schemes.keys) > 0 {
			root.set("securityDefinitions", schemes)
		}
		if len(models.keys) > 0 {
			root.set("definitions", models)
		}
	}
	x.settings(root)
	x.documentAPI(root)
	if x.want.postman {
		root.set("x-postman-collection", x.collection())
	}
	return root, nil
}

func (x *exporter) info() *object {
	r := &x.snap.RestApi
	info := newObject()
	said := x.saidOfAPI().Get("info")
	description := r.Description
	if description == "" {
		description = said.Get("description").Text()
	}
	if x.v3 {
		info.set("title", r.Name).text("description", description).set("version", x.version)
	} else {
		info.text("description", description).set("version", x.version).set("title", r.Name)
	}
	propagate(info, said, []string{"termsOfService", "contact", "license"})
	return info
}

func (x *exporter) server() *object {
	out := newObject().set("url", "https://"+x.host()+"/{basePath}").
		set("variables", newObject().set("basePath", newObject().set("default", x.opts.Stage)))
	if e := x.endpoint(); e != nil {
		out.set("x-amazon-apigateway-endpoint-configuration", e)
	}
	return out
}
