package cache

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/api"
	"sluice/mapping"
)

// MethodOptions say what a method's answers are kept under.
type MethodOptions struct {
	Deployment string // id of the deployment that serves it
	// Apart is for the canary's methods: they share no entries with the stage's.
	// With useStageCache it is false, and the deployments decide.
	Apart      bool
	ResourceID string
	Verb       string             // GET, ...; an ANY method has a Method for each verb
	Method     *api.Method        // with its integration
	Setting    *api.MethodSetting // what Setting found
}

// Problem is something wrong with a method's caching, for the author of the API.
type Problem struct {
	Parameter string // the cacheKeyParameter it is about; "" for the method's setting
	Message   string
	Warning   bool // the method is usable all the same
}

// Method is the compiled caching of one method. It is safe for concurrent use. A
// nil Method caches nothing.
type Method struct {
	stage      *Stage
	prefix     []byte // of every key
	parameters []keyParameter
	ttl        time.Duration
	wait       time.Duration // longest wait for another request's answer
	control    control
	encrypted  bool
	usesBody   bool
}

// Bounds of cacheTtlInSeconds (aws-facts: limits, section 3).
const maxTTL = 3600

// Method compiles the caching of a method that its setting enables. It is nil if
// the TTL is 0, which switches caching off, if the integration streams, and when a
// problem is no warning.
// Whether the stage has a cluster does not matter here: that may change at any time.
func (s *Stage) Method(o MethodOptions) (*Method, []Problem) {
	var problems []Problem
	refuse := func(message string) { problems = append(problems, Problem{Message: message}) }
	ttl := o.Setting.CacheTTLInSeconds
	if ttl < 0 || ttl > maxTTL {
		refuse(fmt.Sprintf("cacheTtlInSeconds %d is not between 0 and %d", ttl, maxTTL))
	}
	c, err := compileControl(o.Setting)
	if err != nil {
		refuse(err.Error())
	}
	if o.Setting.CacheDataEncrypted && s.cache.shared != nil && s.cache.options.EncryptionKey == nil {
		refuse("cacheDataEncrypted needs an encryption key when the cache is in Redis")
	}
	integration := o.Method.MethodIntegration
	if integration == nil {
		refuse("a method without an integration cannot be cached")
		return nil, problems
	}
	m := &Method{
		stage: s, ttl: time.Duration(ttl) * time.Second, control: c, encrypted: o.Setting.CacheDataEncrypted,
		wait: time.Duration(integration.TimeoutInMillis) * time.Millisecond,
	}
	if m.wait <= 0 {
		m.wait = api.DefaultTimeoutInMillis * time.Millisecond
	}
	names := slices.Clone(integration.CacheKeyParameters)
	slices.Sort(names)
	names = slices.Compact(names)
	for _, name := range names {
		p, problem := compileParameter(name, o.Method)
		if problem != nil {
			problems = append(problems, *problem)
		}
		m.parameters = append(m.parameters, p)
		m.usesBody = m.usesBody || p.mapped != nil && p.mapped.UsesBody()
	}
	m.prefix = s.prefix(&o, names)
	for _, p := range problems {
		if !p.Warning {
			return nil, problems
		}
	}
	if ttl == 0 {
		return nil, problems
	}
	if integration.ResponseTransferMode == "STREAM" {
		// aws-facts: data plane, section 17: response streaming knows no cache.
		return nil, append(problems, Problem{Warning: true, Message: "answers that are streamed (responseTransferMode STREAM) are not cached"})
	}
	return m, problems
}

// keyFormat is the first byte of keys: it changes when their layout does, so that
// nodes of different versions do not share entries.
const keyFormat = 1

// prefix begins the keys of a method: everything that is known ahead.
func (s *Stage) prefix(o *MethodOptions, names []string) []byte {
	namespace := o.Method.MethodIntegration.CacheNamespace
	if namespace == "" {
		namespace = o.ResourceID
	}
	b := []byte{keyFormat, 0}
	if o.Apart {
		b[1] = 1
	}
	for _, part := range [...]string{s.id.api, s.id.name, o.Deployment, namespace, o.Verb} {
		b = appendText(b, part)
	}
	b = binary.AppendUvarint(b, uint64(len(names)))
	for _, name := range names {
		b = appendText(b, name)
	}
	return b
}

// compileParameter compiles one cacheKeyParameter. Integration parameters become
// what the integration maps to them.
func compileParameter(name string, m *api.Method) (keyParameter, *Problem) {
	integration := m.MethodIntegration
	if source, bare, ok := splitParameter(name, "method.request."); ok {
		return keyParameter{source: source, name: bare}, undeclared(name, m)
	}
	source, bare, ok := splitParameter(name, "integration.request.")
	if !ok {
		return keyParameter{}, &Problem{
			Parameter: name,
			Message: "cache key parameter " + quote(name) +
				" is not of the form {method|integration}.request.{path|querystring|multivaluequerystring|header|multivalueheader}.{name}",
		}
	}
	expression, ok := integration.RequestParameters[name]
	if !ok {
		if integration.Type == api.IntegrationHTTPProxy || integration.Type == api.IntegrationAWSProxy {
			return keyParameter{source: source, name: bare}, nil
		}
		return keyParameter{source: absentSource}, &Problem{
			Parameter: name, Warning: true,
			Message: "cache key parameter " + quote(name) + " is not mapped by the integration: it makes no difference",
		}
	}
	if source, bare, ok := splitParameter(expression, "method.request."); ok {
		return keyParameter{source: source, name: bare}, nil
	}
	e, err := mapping.CompileExpression(expression, mapping.IntegrationRequest)
	if err != nil {
		return keyParameter{}, &Problem{Parameter: name, Message: err.Error()}
	}
	return keyParameter{source: mappedSource, mapped: e}, nil
}

// splitParameter takes {prefix}{kind}.{name} apart.
func splitParameter(s, prefix string) (source keySource, name string, ok bool) {
	rest, ok := strings.CutPrefix(s, prefix)
	if !ok {
		return 0, "", false
	}
	kind, name, ok := strings.Cut(rest, ".")
	if !ok || name == "" {
		return 0, "", false
	}
	for i := range parameterKinds {
		if parameterKinds[i].name == kind {
			return parameterKinds[i].source, name, true
		}
	}
	return 0, "", false
}

// undeclared is the warning about a method parameter that the method does not
// declare, which the service refuses in PutIntegration. Multi-value forms are
// declared under the single-value name.
func undeclared(name string, m *api.Method) *Problem {
	single := strings.NewReplacer("request.multivaluequerystring.", "request.querystring.",
		"request.multivalueheader.", "request.header.").Replace(name)
	for _, n := range [...]string{name, single} {
		if _, ok := m.RequestParameters[n]; ok {
			return nil
		}
	}
	return &Problem{
		Parameter: name, Warning: true,
		Message: "cache key parameter " + quote(name) + " is not declared in the method's request parameters: the service refuses it",
	}
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

// UsesBody tells whether keys read the client's payload: the scope's Body must
// then be the client's when Recall is called.
func (m *Method) UsesBody() bool { return m != nil && m.usesBody }

// RequiresAuthorization tells whether only a caller who is allowed
// execute-api:InvalidateCache may invalidate (requireAuthorizationForCacheControl).
func (m *Method) RequiresAuthorization() bool { return m.control.authorization }

// Judge decides about a request that AsksToInvalidate. may is whether its caller
// is allowed execute-api:InvalidateCache; it does not matter unless
// RequiresAuthorization.
func (m *Method) Judge(may bool) Verdict { return m.control.judge(may) }

// Active tells whether requests are looked up: the stage's cluster may be off.
// Cache-Control of requests means nothing then.
func (m *Method) Active() bool { return m != nil && m.stage.space.Load() != nil }
