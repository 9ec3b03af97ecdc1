package runtime

import (
	"math/rand/v2"
	"strings"
)

// table is the set of stages that are served: immutable, swapped as a whole.
type table struct {
	apis map[string]*apiStages
	only *apiStages // the one API when there is exactly one
	all  []*Stage
}

// apiStages are the stages of one API by name.
type apiStages struct {
	id     string
	stages map[string]*Stage
}

func newTable(stages []*Stage) *table {
	t := &table{apis: map[string]*apiStages{}, all: stages}
	for _, s := range stages {
		a := t.apis[s.apiID]
		if a == nil {
			a = &apiStages{id: s.apiID, stages: map[string]*Stage{}}
			t.apis[s.apiID] = a
		}
		a.stages[s.name] = s
	}
	if len(t.apis) == 1 {
		for _, a := range t.apis {
			t.only = a
		}
	}
	return t
}

// find is a stage of the table, nil without one.
func (t *table) find(apiID, name string) *Stage {
	if a := t.apis[apiID]; a != nil {
		return a.stages[name]
	}
	return nil
}

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
func (x *exchange) resolve(t *table, host string) *fault {
	id := executeAPIHost(host)
	if strings.HasPrefix(id, endpointPrefix) {
		// The name of a VPC endpoint; a header says which API is meant (recorded).
		if named := x.header("x-apigw-api-id"); named != "" {
			id = named
		}
	}
	a, rest := t.address(id, view(x.head.Path))
	if a == nil {
		return faultForbidden
	}
	// A double slash before the stage is accepted (recorded).
	for len(rest) > 1 && rest[0] == '/' && rest[1] == '/' {
		rest = rest[1:]
	}
	name, own := strings.TrimPrefix(rest, "/"), ""
	if i := strings.IndexByte(name, '/'); i >= 0 {
		name, own = name[:i], name[i:]
	}
	s := a.stages[name]
	if s == nil {
		return faultForbidden
	}
	x.stage = s
	x.fullPath = rest
	x.path = own
	x.domainName = s.domainName
	if id != "" {
		x.domainName = host
	}
	x.deployment = s.base
	if s.canary != nil && rand.Float64()*100 < s.canaryPercent {
		x.deployment = s.canary
		x.isCanary = true
	}
	x.scope.StageVariables = x.deployment.variables
	return nil
}

// address finds the API that a host or path names, and the path from the stage
// on. id is what the host says, "" when it names no API.
func (t *table) address(id, path string) (*apiStages, string) {
	if id != "" {
		return t.apis[id], path
	}
	if after, ok := strings.CutPrefix(path, awsPrefix); ok {
		id, rest := cutSegment(after)
		return t.apis[id], rest
	}
	if after, ok := strings.CutPrefix(path, userPrefix); ok {
		id, rest := cutSegment(after)
		if a := t.apis[id]; a != nil {
			// /restapis/{api}/{stage}/_user_request_/{path}: the marker is taken out.
			stage, own := cutSegment(strings.TrimPrefix(rest, "/"))
			if own, ok := strings.CutPrefix(own, userSegment); ok && (own == "" || own[0] == '/') {
				return a, "/" + stage + own
			}
		}
	}
	return t.only, path
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
