package awsservice

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"sluice/runtime/backend"
)

// Options are the settings of Services. The zero value of a field is its default.
type Options struct {
	// Backends makes the connections. It must be set.
	Backends *backend.Client
	// Endpoints are the URLs of services, by the name they have in integration
	// URIs ("states") or in the SDKs' settings ("sfn"); they win over the
	// environment's. "*" is for all services that have no URL of their own.
	Endpoints map[string]string
	// Env reads the environment: AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_{SERVICE} and
	// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS. nil is os.Getenv.
	Env func(string) string
	// AssumeRoles lets role ARNs be assumed through the real STS when no endpoint
	// for it is configured. With an endpoint they always are. When they are not,
	// the credentials of the chain sign instead.
	AssumeRoles bool
	// Region is that of the credential chain; "" leaves it to the environment.
	Region string
	// Chain gives the credentials of calls that name no role; nil is the
	// standard chain: environment, shared files, SSO, web identity, container,
	// instance.
	Chain func(context.Context) (Credentials, error)
	// CredentialsTimeout is the longest that a request waits for credentials that
	// are not there yet; 5 s.
	CredentialsTimeout time.Duration
	// Log gets what goes wrong when credentials are fetched; nil is silence.
	Log *slog.Logger
}

// Services compiles integrations and holds what their calls share: endpoints and
// credentials. It is safe for concurrent use.
type Services struct {
	backends    *backend.Client
	tables      *tables
	endpoints   map[string]address // by variableName
	env         func(string) string
	ignoreEnv   bool
	assumeRoles bool
	timeout     time.Duration
	log         *slog.Logger
	ctx         context.Context // of fetches; ends with Close
	cancel      context.CancelFunc
	chain       *source

	mu    sync.Mutex
	roles map[roleKey]*source
}

// New makes Services. An endpoint URL that is none is an error.
func New(o Options) (*Services, error) {
	if o.Backends == nil {
		return nil, errors.New("AWS services need a backend client")
	}
	s := &Services{
		backends: o.Backends, tables: loadTables(), env: o.Env, assumeRoles: o.AssumeRoles,
		timeout: o.CredentialsTimeout, log: o.Log,
		roles: make(map[roleKey]*source),
	}
	if s.env == nil {
		s.env = os.Getenv
	}
	if s.timeout <= 0 {
		s.timeout = 5 * time.Second
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.ignoreEnv = strings.EqualFold(s.env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true")
	var err error
	if s.endpoints, err = parseEndpoints(o.Endpoints); err != nil {
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	fetch := o.Chain
	if fetch == nil {
		fetch = StandardChain(o.Region)
	}
	s.chain = s.newSource("credential chain", fetch)
	return s, nil
}

// At makes Services with other endpoints. They share the chain's credentials,
// which end when the first of them is closed; roles are assumed anew.
func (s *Services) At(endpoints map[string]string) (*Services, error) {
	parsed, err := parseEndpoints(endpoints)
	if err != nil {
		return nil, err
	}
	return &Services{
		backends: s.backends, tables: s.tables, endpoints: parsed, env: s.env, ignoreEnv: s.ignoreEnv,
		assumeRoles: s.assumeRoles, timeout: s.timeout, log: s.log, ctx: s.ctx, cancel: s.cancel, chain: s.chain,
		roles: make(map[roleKey]*source),
	}, nil
}

func parseEndpoints(endpoints map[string]string) (map[string]address, error) {
	parsed := make(map[string]address, len(endpoints))
	for name, raw := range endpoints {
		a, err := parseEndpoint(raw)
		if err != nil {
			return nil, fmt.Errorf("endpoint of %s: %q is no endpoint URL: %w", name, raw, err)
		}
		parsed[variableName(name)] = a
	}
	return parsed, nil
}

// Close ends what fetches credentials in the background.
func (s *Services) Close() { s.cancel() }
