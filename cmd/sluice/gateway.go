package main

import (
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"sluice/authorizers"
	"sluice/lambda"
	"sluice/lambda/registry"
	"sluice/project"
	"sluice/runtime"
	"sluice/runtime/logdelivery"
)

// gateway is a Gateway with what its stages call and the callers that it knows,
// as a project describes them.
type gateway struct {
	*runtime.Gateway
	metering    *metering
	logs        *logdelivery.Deliveries // nil: every log goes where the options say
	functions   *registry.Registry
	credentials *authorizers.Credentials
	loopback    bool // only this machine can call
	common      lambda.Config
	now         project.Surroundings // what is served with
}

// newGateway makes a gateway with the surroundings and the metering of a project;
// dataDir is where usage is kept; logs may be nil. When there is one in spite of an error, it is good
// for finding more that is wrong.
func newGateway(p *project.Project, o runtime.Options, dataDir string, logs *logdelivery.Deliveries) (*gateway, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("find the working directory: %w", err)
	}
	m, err := newMetering(p.Metering, dataDir, o.Log)
	if err != nil {
		return nil, err
	}
	g := &gateway{
		metering:    m,
		logs:        logs,
		functions:   registry.New(registry.Options{Log: o.Log, Getenv: endpointVariable}),
		credentials: new(authorizers.Credentials),
		common:      lambda.Config{Region: p.Region, AccountID: p.AccountID, Dir: dir},
	}
	o.Functions, o.Authorizers.Credentials = g.functions, g.credentials
	o.Limiter, o.Cache, o.Metrics = m.limiter, m.cache, m.newMetrics(o.AccessLog, logs)
	if g.Gateway, err = runtime.New(o); err != nil {
		return nil, err
	}
	if err := g.surround(p.Surroundings); err != nil {
		return g, err
	}
	return g, g.adopt(p.Surroundings, func() {})
}

// surround has stages compiled against s from now on.
func (g *gateway) surround(s project.Surroundings) error {
	c := g.functionConfig(s)
	err := g.Surround(runtime.Surroundings{
		VPCLinks:       s.VPCLinks,
		Endpoints:      s.Endpoints,
		KeySets:        s.KeySets,
		KeySetEndpoint: endpointOf(s, "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "cognito-idp", "cognito-identity-provider"),
		Serves:         func(ref lambda.Reference) bool { return c.Serves(ref, endpointVariable) },
	})
	if err == nil && g.logs != nil {
		err = g.logs.Surround(s.Endpoints)
	}
	return err
}

// adopt swaps in what s says of functions and callers, and, by swap, stages that
// were compiled against s. Functions that are not in s any more are there until
// the stages that may call them are gone. After an error everything is as it was.
func (g *gateway) adopt(s project.Surroundings, swap func()) error {
	credentials, next := s.Credentials, g.functionConfig(s)
	if len(credentials) == 0 && g.loopback {
		credentials = []authorizers.Credential{authorizers.LoopbackCredential()}
	}
	if _, err := authorizers.NewCredentials(credentials); err != nil {
		return err
	}
	both := next
	both.Functions = slices.Clone(next.Functions)
	for _, f := range g.now.Functions {
		if !slices.ContainsFunc(next.Functions, func(o lambda.Function) bool { return sameName(o.Name, f.Name) }) {
			both.Functions = append(both.Functions, f)
		}
	}
	if err := g.functions.Configure(&both); err != nil {
		return err
	}
	if err := g.credentials.Replace(credentials); err != nil {
		return err
	}
	swap()
	g.now = s
	if len(both.Functions) == len(next.Functions) {
		return nil
	}
	return g.functions.Configure(&next)
}

func sameName(a, b string) bool {
	one, err := lambda.ParseReference(a)
	two, err2 := lambda.ParseReference(b)
	return err == nil && err2 == nil && one == two
}

// listensOn tells who can call.
func (g *gateway) listensOn(ln net.Listener) error {
	tcp, ok := ln.Addr().(*net.TCPAddr)
	g.loopback = ok && tcp.IP.IsLoopback()
	return g.adopt(g.now, func() {})
}

func (g *gateway) functionConfig(s project.Surroundings) lambda.Config {
	c := g.common
	c.Functions, c.Endpoint = s.Functions, endpointOf(s, "AWS_ENDPOINT_URL_LAMBDA", "lambda")
	return c
}

// endpointOf is the URL of a service: its own before that of all services, and a
// project's before the environment's. "" is the real service.
func endpointOf(s project.Surroundings, variable string, names ...string) string {
	for _, name := range names {
		if url := s.Endpoints[name]; url != "" {
			return url
		}
	}
	for _, url := range []string{endpointVariable(variable), s.Endpoints["*"]} {
		if url != "" {
			return url
		}
	}
	return endpointVariable("AWS_ENDPOINT_URL")
}

// endpointVariable looks up a variable of the environment. Those that name
// endpoints count unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS says otherwise.
func endpointVariable(name string) string {
	if strings.HasPrefix(name, "AWS_ENDPOINT_URL") && strings.EqualFold(os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true") {
		return ""
	}
	return os.Getenv(name)
}
