package runtime

import (
	"net/url"
	"strings"

	"sluice/runtime/edge"
)

// Domain is a custom domain name and where its base paths lead.
type Domain struct {
	// Name is compared with the Host of requests without regard to case. "*.example.com"
	// stands for every name with one label more that has no Domain of its own.
	Name     string
	Mappings []Mapping
}

// Mapping leads a base path of a domain to an API.
type Mapping struct {
	BasePath string // "" or "(none)": whatever no other mapping matches; may have several segments
	APIID    string
	Stage    string // "": the path segment that follows the base path names it
}

// noBasePath is how the service writes the base path of what is left.
const noBasePath = "(none)"

// domainTable are the custom domains by name in lower case, and the wildcard ones by
// what follows the asterisk. It is never changed.
type domainTable struct {
	exact, wild map[string]*domain
}

// domain is one custom domain.
type domain struct {
	name  string // "" for a wildcard
	rest  *basePath
	paths map[string]*basePath
	depth int // most segments of a base path
}

// basePath is where one base path leads.
type basePath struct {
	path    string // with a slash before it; "" for (none)
	api     string
	stage   string // "": the next segment
	matched string // $context.customDomain.basePathMatched
}

// SetDomains replaces the custom domains. Of two domains with one name, and of two
// mappings with one base path, the last counts.
func (g *Gateway) SetDomains(list []Domain) {
	if len(list) == 0 {
		g.domains.Store(nil)
		return
	}
	t := &domainTable{exact: make(map[string]*domain, len(list))}
	for _, d := range list {
		name := strings.ToLower(strings.TrimSuffix(d.Name, "."))
		if rest, ok := strings.CutPrefix(name, "*."); ok {
			if t.wild == nil {
				t.wild = map[string]*domain{}
			}
			t.wild[rest] = newDomain("", d.Mappings)
			continue
		}
		t.exact[name] = newDomain(name, d.Mappings)
	}
	g.domains.Store(t)
}

func newDomain(name string, mappings []Mapping) *domain {
	d := &domain{name: name, paths: make(map[string]*basePath, len(mappings))}
	for _, m := range mappings {
		p := strings.Trim(m.BasePath, "/")
		if p == "" || p == noBasePath {
			d.rest = &basePath{api: m.APIID, stage: m.Stage}
			continue
		}
		d.paths[p] = &basePath{path: "/" + p, api: m.APIID, stage: m.Stage, matched: p}
		d.depth = max(d.depth, strings.Count(p, "/")+1)
	}
	return d
}

// maxHost is the longest name of a host.
const maxHost = 255

// find is the domain of a host without its port; nil for other hosts.
func (t *domainTable) find(host string) *domain {
	host = strings.TrimSuffix(host, ".")
	for i := 0; i < len(host); i++ {
		if c := host[i]; c >= 'A' && c <= 'Z' {
			return t.findFolded(host)
		}
	}
	return t.lookUp(host)
}

// findFolded is find for a host with capitals.
func (t *domainTable) findFolded(host string) *domain {
	var room [maxHost]byte
	if len(host) > len(room) {
		return nil
	}
	b := append(room[:0], host...)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return t.lookUp(view(b))
}

func (t *domainTable) lookUp(host string) *domain {
	if d := t.exact[host]; d != nil || t.wild == nil {
		return d
	}
	_, rest, _ := strings.Cut(host, ".")
	return t.wild[rest]
}

// isDomain tells whether a host is a custom domain.
func (g *Gateway) isDomain(host string) bool {
	t := g.domains.Load()
	return t != nil && t.find(host) != nil
}

// resolveDomain is resolve for a custom domain: the base path leads to the API and,
// unless the mapping leaves that to the next segment, to the stage.
func (x *exchange) resolveDomain(d *domain, host string) *fault {
	whole := oneSlash(view(x.request.Path))
	p, own := d.match(whole)
	if p == nil {
		return faultForbidden
	}
	name := p.stage
	if name == "" {
		name, own = cutSegment(strings.TrimPrefix(own, "/"))
	}
	a := x.gateway.table.api(p.api)
	if a == nil {
		return faultForbidden
	}
	s, f := x.open(a, name)
	if f != nil {
		return f
	}
	x.fullPath, x.path, x.basePath = whole, own, p
	if x.domainName = d.name; d.name == "" {
		x.domainName = strings.TrimSuffix(host, ".")
	}
	x.enter(s)
	return nil
}

// match finds the longest base path that a path begins with, and what follows it.
func (d *domain) match(path string) (p *basePath, own string) {
	end := 0
	for range d.depth {
		if end == len(path) {
			break
		}
		next := strings.IndexByte(path[end+1:], '/')
		if next < 0 {
			end = len(path)
			break
		}
		end += 1 + next
	}
	for end > 1 {
		prefix := path[1:end]
		if p = d.paths[prefix]; p == nil && strings.IndexByte(prefix, '%') >= 0 {
			if s, err := url.PathUnescape(prefix); err == nil {
				p = d.paths[s]
			}
		}
		if p != nil {
			return p, path[end:]
		}
		end = strings.LastIndexByte(path[:end], '/')
	}
	return d.rest, path
}

// isHealthCheck tells whether a request is for the paths that the service keeps for
// itself at the root of custom domains (aws-facts: limits, section 5).
func (g *Gateway) isHealthCheck(host string, path []byte) bool {
	return len(path) <= len("/sping") && (string(path) == "/ping" || string(path) == "/sping") && g.isDomain(host)
}

// serveHealthCheck answers as the service's own health check is known to (believed).
func serveHealthCheck(a *edge.Answer) {
	a.SetContentType("text/plain")
	a.SetBodyText("healthy")
}
