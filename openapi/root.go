package openapi

import (
	"strconv"

	"sluice/api"
	"sluice/openapi/document"
)

// maxCompressionSize bounds minimumCompressionSize, in bytes (aws-facts: limits).
const maxCompressionSize = 10485760

// readInfo reads name, version and description.
func (im *importer) readInfo() {
	s := scope{im: im}
	r := &im.snap.RestApi
	info := im.root.Get("info")
	if info == nil {
		s.fail(s.place(im.root), "info is missing; its title is the name of the API")
		return
	}
	if !s.isMap(info, "info") {
		return
	}
	s.members(info, "info", "title", "description", "version", "termsOfService", "contact", "license")
	if n := info.Get("title"); n == nil {
		s.fail(s.place(info), "info.title is missing; it is the name of the API")
	} else if t, ok := s.label(n, "info.title"); ok {
		r.Name = t
		im.note(s.place(n), "restApi", "name")
	}
	if n := info.Get("version"); n != nil && n.Kind() != document.Null {
		if t, ok := s.label(n, "info.version"); ok {
			r.Version = t
			im.note(s.place(n), "restApi", "version")
		}
	}
	if n := info.Get("description"); n != nil && n.Kind() != document.Null {
		if t, ok := s.text(n, "info.description"); ok {
			r.Description = t
			im.note(s.place(n), "restApi", "description")
		}
	}
}

// readRoot reads the settings of the API as a whole.
func (im *importer) readRoot() {
	s := scope{im: im}
	r := &im.snap.RestApi
	s.extensions(im.root, atRoot)
	if im.v3 {
		s.members(im.root, "an OpenAPI document", "openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs")
		if c := im.root.Get("components"); c != nil && s.isMap(c, "components") {
			s.extensions(c, atComponents)
			s.members(c, "components", "schemas", "responses", "parameters", "examples", "requestBodies", "headers",
				"securitySchemes", "links", "callbacks", "pathItems")
		}
	} else {
		s.members(im.root, "a Swagger document", "swagger", "info", "host", "basePath", "schemes", "consumes", "produces",
			"paths", "definitions", "parameters", "responses", "securityDefinitions", "security", "tags", "externalDocs")
	}
	if tags := im.root.Get("tags"); tags != nil && s.isList(tags, "tags") {
		for _, t := range tags.Members() {
			s.extensions(t.Value, atTag)
		}
	}

	if n := im.root.Get(extBinaryMediaTypes); n != nil {
		r.BinaryMediaTypes = s.texts(n, extBinaryMediaTypes)
		im.note(s.place(n), "restApi", "binaryMediaTypes")
	}
	if n := im.root.Get(extAPIKeySource); n != nil {
		if w, ok := s.word(n, extAPIKeySource, []string{api.APIKeySourceHeader, api.APIKeySourceAuthorizer}); ok {
			r.APIKeySource = w
			im.note(s.place(n), "restApi", "apiKeySource")
		}
	}
	if n := im.root.Get(extCompression); n != nil && n.Kind() != document.Null {
		if i, ok := s.integer(n, extCompression); ok {
			if i < 0 || i > maxCompressionSize {
				s.fail(s.place(n), "%s is %d; it must be between 0 and %d bytes", extCompression, i, maxCompressionSize)
			} else {
				r.MinimumCompressionSize = &i
				im.note(s.place(n), "restApi", "minimumCompressionSize")
			}
		}
	}
	if n := im.root.Get(extSecurityPolicy); n != nil {
		if t, ok := s.text(n, extSecurityPolicy); ok {
			r.SecurityPolicy = t
			im.note(s.place(n), "restApi", "securityPolicy")
		}
	}
	if n := im.root.Get(extEndpointAccessMode); n != nil {
		if w, ok := s.word(n, extEndpointAccessMode, []string{"BASIC", "STRICT"}); ok {
			r.EndpointAccessMode = w
			im.note(s.place(n), "restApi", "endpointAccessMode")
		}
	}
	im.readPolicy()
	im.readEndpoint()
}

// readEndpoint reads the endpoint configuration: at the root, or in OpenAPI 3
// in a server.
func (im *importer) readEndpoint() {
	s := scope{im: im}
	c := &api.EndpointConfiguration{}
	im.snap.RestApi.EndpointConfiguration = c
	found := im.root.Get(extEndpoint)
	if servers := im.root.Get("servers"); im.v3 && servers != nil && s.isList(servers, "servers") {
		for i, m := range servers.Members() {
			if !s.isMap(m.Value, "server "+strconv.Itoa(i+1)) {
				continue
			}
			s.extensions(m.Value, atServer)
			if n := m.Value.Get(extEndpoint); n != nil {
				if found != nil {
					s.warn(s.place(n), "a second %s is ignored", extEndpoint)
					continue
				}
				found = n
			}
		}
	}
	if found != nil && s.isMap(found, extEndpoint) {
		im.note(s.place(found), "restApi", "endpointConfiguration")
		known := []string{"disableExecuteApiEndpoint", "ipAddressType", "types", "vpcEndpointIds"}
		for i := range found.Members() {
			m := &found.Members()[i]
			switch m.Key {
			case "disableExecuteApiEndpoint":
				im.snap.RestApi.DisableExecuteAPIEndpoint, _ = s.boolean(m.Value, m.Key)
				im.note(s.place(m.Value), "restApi", "disableExecuteApiEndpoint")
			case "vpcEndpointIds":
				c.VpcEndpointIDs = s.texts(m.Value, m.Key)
			case "ipAddressType":
				c.IPAddressType, _ = s.word(m.Value, m.Key, []string{"ipv4", "dualstack"})
			case "types":
				if !s.isList(m.Value, m.Key) {
					continue
				}
				for _, t := range m.Value.Members() {
					if w, ok := s.word(t.Value, "an entry of types", []string{"EDGE", "REGIONAL", "PRIVATE"}); ok {
						c.Types = append(c.Types, w)
					}
				}
			default:
				s.unknown(m, extEndpoint, known)
			}
		}
	}
	if len(im.opts.EndpointTypes) > 0 {
		c.Types = im.opts.EndpointTypes
	}
	if im.opts.IPAddressType != "" {
		c.IPAddressType = im.opts.IPAddressType
	}
	if len(im.opts.VpcEndpointIDs) > 0 {
		c.VpcEndpointIDs = im.opts.VpcEndpointIDs
	}
	if d := im.opts.DisableExecuteAPIEndpoint; d != nil {
		im.snap.RestApi.DisableExecuteAPIEndpoint = *d
		im.note(api.Place{File: im.file, Line: 1}, "restApi", "disableExecuteApiEndpoint")
	}
	if len(c.Types) == 0 {
		c.Types = []string{"EDGE"}
	}
	if c.IPAddressType == "" {
		// As the service fills it in (aws-facts: control plane, 3.1).
		c.IPAddressType = "ipv4"
		if c.Types[0] == "PRIVATE" {
			c.IPAddressType = "dualstack"
		}
	}
}

// readValidators reads the named request validators and the root-level choice.
func (im *importer) readValidators() {
	s := scope{im: im}
	im.validators = map[string]string{}
	if n := im.root.Get(extValidators); n != nil && s.isMap(n, extValidators) {
		for i := range n.Members() {
			m := &n.Members()[i]
			vs := scope{im: im, subject: "request validator " + m.Key}
			v := &api.RequestValidator{ID: im.ids.make("requestValidator", m.Key, idLength), Name: m.Key}
			im.note(s.keyPlace(m), "requestValidators", m.Key)
			im.validators[m.Key] = v.ID
			im.snap.RequestValidators = append(im.snap.RequestValidators, v)
			if !vs.isMap(m.Value, "a request validator") {
				continue
			}
			for j := range m.Value.Members() {
				f := &m.Value.Members()[j]
				switch f.Key {
				case "validateRequestBody":
					v.ValidateRequestBody, _ = vs.boolean(f.Value, f.Key)
				case "validateRequestParameters":
					v.ValidateRequestParameters, _ = vs.boolean(f.Value, f.Key)
				default:
					vs.unknown(f, "a request validator", []string{"validateRequestBody", "validateRequestParameters"})
				}
			}
		}
	}
	if n := im.root.Get(extValidator); n != nil {
		im.validator, _ = s.validatorID(n)
	}
}

// validatorID finds the request validator that n names.
func (s scope) validatorID(n *document.Node) (string, bool) {
	t, ok := s.text(n, extValidator)
	if !ok {
		return "", false
	}
	id, ok := s.im.validators[t]
	if !ok {
		s.fail(s.place(n), "no request validator is called %s%s", quote(t), nearestKey(t, s.im.validators))
	}
	return id, ok
}
