package awsservice

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// protocol is how a service is told what to do.
type protocol uint8

const (
	query    protocol = iota // Action= and Version= in the query or in a form
	jsonBody                 // X-Amz-Target
	restJSON                 // method and path
	restXML
)

// service is what is known of one service.
type service struct {
	name        string // in integration URIs and in host names
	protocol    protocol
	version     string // of the query protocol; "" has to be in the definition
	target      string // what X-Amz-Target has before the dot; "" has to be in the definition
	contentType string // default of a request with a body
	signingName string
	variable    string // AWS_ENDPOINT_URL_{variable}
	known       bool
}

// place is a host that is not {service}.{region}.{suffix}.
type place struct {
	host   string // {region} stands for the region; may have a path behind it
	region string // signs; "" is the URI's
}

// Both tables are made from the public service models (testdata/botocore).
var (
	//go:embed services.tsv
	servicesTable string
	//go:embed hosts.tsv
	hostsTable string
)

type tables struct {
	services map[string]*service
	places   map[[2]string]place // by service and partition
}

var loadTables = sync.OnceValue(func() *tables {
	t := &tables{services: make(map[string]*service), places: make(map[[2]string]place)}
	for f := range rows(servicesTable) {
		s := &service{name: f[0], version: f[2], target: f[3], signingName: f[5], variable: f[6], known: true}
		switch f[1] {
		case "query":
			s.protocol, s.contentType = query, "application/x-www-form-urlencoded"
		case "json":
			s.protocol, s.contentType = jsonBody, "application/x-amz-json-"+f[4]
		case "rest-json":
			s.protocol, s.contentType = restJSON, "application/json"
		case "rest-xml":
			s.protocol = restXML
		}
		t.services[s.name] = s
	}
	// EventBridge is not told its action from the URI (recorded): definitions set
	// the header themselves.
	events := *t.services["events"]
	events.target = ""
	t.services["events"] = &events
	for f := range rows(hostsTable) {
		t.places[[2]string{f[0], f[1]}] = place{host: f[2], region: f[3]}
	}
	return t
})

func rows(table string) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for line := range strings.Lines(table) {
			if line = strings.TrimRight(line, "\n"); line == "" || line[0] == '#' {
				continue
			}
			if !yield(strings.Split(line, "\t")) {
				return
			}
		}
	}
}

// Names are the names that services have in integration URIs and, where those
// differ, in the variables of the SDKs. Endpoints of other names are possible: a
// service that is not in the table is one of the query protocol.
func Names() []string {
	var names []string
	for _, s := range loadTables().services {
		names = append(names, s.name)
		if s.variable != variableName(s.name) {
			names = append(names, strings.ToLower(s.variable))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// find finds the service of a name with or without a subdomain: the longest
// ending that is known, since "runtime.sagemaker" is one service and
// "mybucket.s3" another one's subdomain. A name that nobody knows is a service
// of the query protocol whose last label signs.
func (t *tables) find(name string) (subdomain string, s *service) {
	for rest := name; ; {
		if s := t.services[rest]; s != nil {
			return strings.TrimSuffix(strings.TrimSuffix(name, rest), "."), s
		}
		_, after, ok := strings.Cut(rest, ".")
		if !ok {
			return "", &service{
				name: name, protocol: query, contentType: "application/x-www-form-urlencoded",
				signingName: rest, variable: variableName(name),
			}
		}
		rest = after
	}
}

// variableName is a name as it stands in the names of environment variables.
func variableName(s string) string {
	return strings.NewReplacer("-", "_", " ", "_", ".", "_").Replace(strings.ToUpper(s))
}

// suffix is the domain of a partition.
func suffix(partition string) (string, bool) {
	switch partition {
	case "aws", "aws-us-gov":
		return "amazonaws.com", true
	case "aws-cn":
		return "amazonaws.com.cn", true
	case "aws-iso":
		return "c2s.ic.gov", true
	case "aws-iso-b":
		return "sc2s.sgov.gov", true
	case "aws-iso-e":
		return "cloud.adc-e.uk", true
	case "aws-iso-f":
		return "csp.hci.ic.gov", true
	case "aws-eusc":
		return "amazonaws.eu", true
	}
	return "", false
}
