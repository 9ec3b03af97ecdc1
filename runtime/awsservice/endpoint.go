package awsservice

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// address is where the requests of a call go.
type address struct {
	scheme, authority string
	host              string // the Host field; differs from authority for subdomains at configured endpoints
	base              string // path in front of every target, without a slash at its end
	region            string // signs
	configured        bool
	general           bool // configured for all services that have none of their own
}

// parseEndpoint parses a configured endpoint URL.
func parseEndpoint(raw string) (address, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return address{}, err
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return address{}, errors.New("it does not begin with http:// or https://")
	case u.Host == "":
		return address{}, errors.New("it has no host")
	case u.User != nil:
		return address{}, errors.New("it has user information")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return address{}, errors.New("it has more than scheme, host and path")
	}
	a := address{scheme: u.Scheme, authority: u.Host, host: u.Host, configured: true}
	a.base = string(appendPath(nil, strings.TrimRight(u.EscapedPath(), "/"), true))
	return a, nil
}

// configuredEndpoint finds the URL that is configured for a service: its own
// before that of all services, the options before the environment. The address
// is not configured when there is none.
func (s *Services) configuredEndpoint(sv *service) (a address, err error) {
	names := [2]string{sv.variable, variableName(sv.name)}
	for _, n := range names {
		if a, ok := s.endpoints[n]; ok {
			return a, nil
		}
	}
	for _, n := range names {
		if a, err = s.endpointFromEnv("AWS_ENDPOINT_URL_" + n); a.configured || err != nil {
			return a, err
		}
	}
	a, ok := s.endpoints["*"]
	if !ok {
		a, err = s.endpointFromEnv("AWS_ENDPOINT_URL")
	}
	a.general = true
	return a, err
}

// Configured tells whether an endpoint is configured for a service, or one for all
// services, by the name that it has in integration URIs. The error is about a URL
// that is none.
func (s *Services) Configured(name string) (bool, error) {
	_, sv := s.tables.find(name)
	a, err := s.configuredEndpoint(sv)
	return a.configured, err
}

func (s *Services) endpointFromEnv(name string) (address, error) {
	raw := s.env(name)
	if raw == "" || s.ignoreEnv {
		return address{}, nil
	}
	a, err := parseEndpoint(raw)
	if err != nil {
		return a, fmt.Errorf("%s=%s is no endpoint URL: %w", name, raw, err)
	}
	return a, nil
}

// address finds where a target's requests go and which region signs them.
func (s *Services) address(t *Target, subdomain string, sv *service) (address, error) {
	region := t.Region
	p, special := s.tables.places[[2]string{sv.name, t.Partition}]
	if special && p.region != "" {
		region = p.region
	}
	domain, knownPartition := suffix(t.Partition)
	host, base := sv.name+"."+t.Region+"."+domain, ""
	if special {
		host, base, _ = strings.Cut(strings.ReplaceAll(p.host, "{region}", t.Region), "/")
	}
	if subdomain != "" {
		host = subdomain + "." + host
	}
	a, err := s.configuredEndpoint(sv)
	if err != nil {
		return a, err
	}
	if !a.configured {
		if !knownPartition {
			return a, errors.New("the partition " + t.Partition + " is not known; configure an endpoint for " + sv.name)
		}
		a = address{scheme: "https", authority: host, host: host}
		if base != "" {
			a.base = "/" + base
		}
	}
	a.region = region
	if subdomain != "" && a.configured {
		if sv.name == "s3" {
			// Names below a local endpoint mostly do not resolve; the path names the
			// bucket just as well.
			a.base += "/" + string(appendPath(nil, subdomain, true))
		} else if knownPartition {
			a.host = host // what the real service would be told
		}
	}
	return a, nil
}
