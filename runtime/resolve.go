package runtime

import (
	"math/rand/v2"
	"strings"
)

// endpointPrefix begins the name of a VPC endpoint.
const endpointPrefix = "vpce-"

// The path forms of an address.
const (
	awsPrefix   = "/_aws/execute-api/"
	userPrefix  = "/restapis/"
	userSegment = "/_user_request_"
)

// resolve finds the stage and what of the path is its own (step 2). host is the
// authority without its port.
func (x *exchange) resolve(host string) *fault {
	g := x.gateway
	if domains := g.domains.Load(); domains != nil {
		if d := domains.find(host); d != nil {
			return x.resolveDomain(d, host)
		}
	}
	id := executeAPIHost(host)
	named := id
	if strings.HasPrefix(id, endpointPrefix) {
		// The name of a VPC endpoint; a header says which API is meant (recorded).
		if header := x.header("x-apigw-api-id"); header != "" {
			named = header
		}
	}
	a, name, own, whole := x.address(g.table, named, view(x.request.Path))
	if a == nil {
		return faultForbidden
	}
	s, f := x.open(a, name)
	if f != nil {
		return f
	}
	if s.closed {
		return faultForbidden // only custom domains lead to the API
	}
	x.fullPath, x.path, x.domainName = whole, own, s.domainName
	if id != "" {
		x.domainName = host
	}
	x.enter(s)
	return nil
}

// open is the stage of an API by its name.
func (x *exchange) open(a *apiStages, name string) (*Stage, *fault) {
	e := a.stage(name)
	if e == nil {
		return nil, faultForbidden
	}
	s := e.stage.Load()
	s.expect()
	if s == nil {
		if s = x.gateway.warm(e); s == nil {
			return nil, faultCold
		}
	}
	return s, nil
}

// enter draws the canary and settles on a deployment.
func (x *exchange) enter(s *Stage) {
	x.stage, x.deployment = s, s.base
	s.base.expect()
	if s.canary != nil && rand.Float64()*100 < s.canaryPercent {
		x.deployment = s.canary
		x.isCanary = true
	}
	x.scope.StageVariables = x.deployment.variables
}

// address finds the API that a host or path names, the stage that follows, what of
// the path is the stage's own, and both together. id is what the host says, "" when
// it names no API.
func (x *exchange) address(t *table, id, path string) (a *apiStages, stage, own, whole string) {
	if id == "" {
		if after, ok := strings.CutPrefix(path, userPrefix); ok {
			api, rest := cutSegment(after)
			if a = t.api(api); a != nil {
				// /restapis/{api}/{stage}/_user_request_/{path}: the marker is taken out.
				stage, own = cutSegment(strings.TrimPrefix(rest, "/"))
				if own, ok = strings.CutPrefix(own, userSegment); ok && (own == "" || own[0] == '/') {
					return a, stage, own, x.joined("/", stage, own)
				}
			}
		}
	}
	if after, ok := strings.CutPrefix(path, awsPrefix); ok && id == "" {
		id, path = cutSegment(after)
		a = t.api(id)
	} else if id != "" {
		a = t.api(id)
	} else {
		a = t.only.Load()
	}
	whole = oneSlash(path)
	stage, own = cutSegment(strings.TrimPrefix(whole, "/"))
	return a, stage, own, whole
}

// oneSlash cuts slashes before the first segment down to one: more of them are
// accepted there (recorded).
func oneSlash(path string) string {
	for len(path) > 1 && path[0] == '/' && path[1] == '/' {
		path = path[1:]
	}
	return path
}

// cutSegment cuts s at its first slash; rest keeps it.
func cutSegment(s string) (segment, rest string) {
	if i := strings.IndexByte(s, '/'); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// executeAPIHost is the API id of a host {api}.execute-api.{suffix} or
// {api}-{vpce}.execute-api.{suffix}; "" for other hosts. Case of the host does
// not matter, API ids are lower case.
func executeAPIHost(host string) string {
	const label = ".execute-api."
	i := strings.IndexByte(host, '.')
	if i <= 0 || len(host) < i+len(label) || !equalFold(host[i:i+len(label)], label) {
		return ""
	}
	id := host[:i]
	if j := strings.Index(id, "-vpce-"); j > 0 {
		id = id[:j]
	}
	return strings.ToLower(id)
}
