package runtime

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"sluice/api"
	"sluice/authorizers"
	"sluice/authorizers/policy"
	"sluice/cache"
	"sluice/mapping"
	"sluice/mapping/vtl/value"
	"sluice/runtime/backend"
	"sluice/runtime/executionlog"
	"sluice/runtime/schema"
)

// Deployment is what Compile makes a Stage of.
type Deployment struct {
	Stage    *api.Stage
	Snapshot *api.Snapshot
	Canary   *api.Snapshot // nil without a canary; may equal Snapshot
	// AccessLogFormat overrides Stage.AccessLogSettings.Format; "" leaves it.
	AccessLogFormat string
	// Region is the API's; "" is Options.Region.
	Region string
	// LinkNames are other names, ARNs of load balancers among them, that a target of a
	// VPC link may be configured by, by the link's id.
	LinkNames map[string][]string
	// Deferred serves the stage in spite of the problems that the service shows to
	// requests only: a stage variable that leads nowhere, a template that is no
	// Velocity. They are warnings then, and the requests that meet one are answered and
	// logged as the service does it. Without it they are fatal: who writes a definition
	// wants to know of them early.
	Deferred bool
	// ClientCertificate is the one that Stage.ClientCertificateID names: HTTPS
	// backends that ask for a certificate get it.
	ClientCertificate *ClientCertificate
}

// ClientCertificate is a certificate with its key, both PEM.
type ClientCertificate struct{ Certificate, PrivateKey []byte }

// Compile decides everything about a stage that can be decided before a request
// arrives. Problems may be warnings only; the Stage is nil when any is fatal.
func (g *Gateway) Compile(d Deployment) (*Stage, api.Problems) {
	s, problems := g.compile(&d, false)
	if problems.Fatal() {
		g.Discard(s)
		return nil, problems
	}
	g.openLogs(s, d.Stage)
	return s, problems
}

// Check tells the problems that Compile would, of a stage that is not to be served: it
// leaves nothing behind by the stage's name, no figures, limits, caches or logs.
func (g *Gateway) Check(d Deployment) api.Problems {
	defer g.guard.Forget(d.Snapshot.RestApi.ID, checkedStage)
	_, problems := g.compile(&d, true)
	return problems
}

// checkedStage is the name under which authorizers know a stage that is only checked;
// no stage has it.
const checkedStage = ""

// compile makes a stage even of what has fatal problems. A detached one is not to be
// served, and kept nowhere.
func (g *Gateway) compile(d *Deployment, detached bool) (*Stage, api.Problems) {
	id := d.Snapshot.RestApi.ID
	region := d.Region
	if region == "" {
		region = g.options.Region
	}
	p := partitionOf(region)
	s := &Stage{
		apiID: id, name: d.Stage.StageName, region: region,
		domainName:   id + ".execute-api." + region + "." + p.domain,
		arn:          "arn:" + p.name + ":execute-api:" + region + ":" + g.options.AccountID + ":" + id + "/" + d.Stage.StageName + "/",
		closed:       d.Snapshot.RestApi.DisableExecuteAPIEndpoint,
		tracing:      d.Stage.TracingEnabled,
		settings:     d.Stage.MethodSettings,
		cacheEnabled: d.Stage.CacheClusterEnabled, cacheSize: d.Stage.CacheClusterSize,
		userAgent: "AmazonAPIGateway_" + id,
	}
	if detached {
		s.cacheStage, s.unrouted = g.cache.Detached(), g.detached
	} else {
		s.cacheStage, s.unrouted = g.cache.Stage(id, d.Stage.StageName), g.metrics.Unrouted(id, d.Stage.StageName)
	}
	c := &compiler{
		detached: detached, defers: d.Deferred,
		cacheStage: s.cacheStage, region: region, partition: p.name, linkNames: d.LinkNames,
		gateway: g, around: g.around.Load(), stage: d.Stage, snapshot: d.Snapshot, choices: map[string]*choiceTable{}, templates: map[templateKey]*mapping.Template{},
		expressions: map[expressionKey]*mapping.Expression{},
	}
	c.settings(d)
	s.base = c.deployment(d.Stage.Variables)
	problems := c.problems
	if canary := d.Stage.CanarySettings; canary != nil && d.Canary != nil {
		vars := make(map[string]string, len(d.Stage.Variables))
		for k, v := range d.Stage.Variables {
			vars[k] = v
		}
		for k, v := range canary.StageVariableOverrides {
			vars[k] = v
		}
		cc := *c
		cc.apart, cc.snapshot, cc.problems = !canary.UseStageCache, d.Canary, nil
		s.canary = cc.deployment(vars)
		s.canaryPercent = float64(canary.PercentTraffic)
		problems = append(problems, cc.problems...)
	}
	format := d.AccessLogFormat
	if format == "" && d.Stage.AccessLogSettings != nil {
		format = d.Stage.AccessLogSettings.Format
	}
	if format != "" {
		f, err := g.formats.compile(format)
		if err != nil {
			problems = append(problems, api.Problem{
				Place: d.Snapshot.Places.Find(), Subject: "access log format", Message: err.Error(),
			})
		}
		s.accessLog = f
	}
	problems.Sort()
	return s, problems
}

// compiler compiles one snapshot for one stage.
type compiler struct {
	gateway           *Gateway
	around            *surroundings
	stage             *api.Stage
	region, partition string
	linkNames         map[string][]string
	certificate       *backend.Certificate // of the client, towards HTTPS backends; nil: none
	cacheStage        *cache.Stage
	detached          bool // for a test call or a check: there is nothing that is kept by the stage's name
	defers            bool // Deployment.Deferred
	apart             bool // a canary's answers are cached apart from the stage\'s
	snapshot          *api.Snapshot
	vars              map[string]string
	models            *schema.Set
	resourcePolicy    *policy.Policy
	private           bool // a private API: without a policy every call is refused
	authorizers       map[string]*authorizers.Authorizer
	brokenAuthorizers map[string]string // why those cannot be asked whose own problem was reported
	brokenModels      map[string]string // why those cannot be used
	choices           map[string]*choiceTable
	templates         map[templateKey]*mapping.Template
	expressions       map[expressionKey]*mapping.Expression
	problems          api.Problems
}

func (c *compiler) fail(part []string, subject, message string) {
	c.problems = append(c.problems, api.Problem{Place: c.snapshot.Places.Find(part...), Subject: subject, Message: message})
}

func (c *compiler) warn(part []string, subject, message string) {
	c.problems = append(c.problems, api.Problem{Place: c.snapshot.Places.Find(part...), Subject: subject, Message: message, Warning: true})
}

// deferred reports a problem that the service does not find before a request meets
// it; then says what becomes of those. The caller goes on, with something in the place
// of what has the problem that fails them like that.
func (c *compiler) deferred(part []string, subject, message, then string) {
	if c.defers {
		c.warn(part, subject, message+": "+then)
		return
	}
	c.fail(part, subject, message)
}

// failsAll is what becomes of the requests of a method that cannot be served.
const failsAll = "every request fails with 500"

func (c *compiler) deployment(vars map[string]string) *deployment {
	a := &c.snapshot.RestApi
	c.vars = vars
	d := &deployment{
		id: c.snapshot.DeploymentID, root: &node{}, minimumCompression: -1,
		binary: compileMediaTypes(a.BinaryMediaTypes), endpointType: "EDGE",
		variables: variablesOf(vars),
	}
	if types := endpointTypes(a); len(types) > 0 {
		d.endpointType = types[0]
	}
	if a.MinimumCompressionSize != nil {
		d.minimumCompression = *a.MinimumCompressionSize
	}
	c.resourcePolicy = c.policy()
	c.private = slices.Contains(endpointTypes(a), "PRIVATE")
	c.compileAuthorizers()
	d.keySource = a.APIKeySource
	var problems api.Problems
	c.models, problems = schema.Compile(c.snapshot.Models, a.ID, c.snapshot.Places)
	c.modelProblems(problems)
	d.gateway = c.gatewayResponses(c.snapshot.GatewayResponses)
	for _, r := range c.snapshot.Resources {
		n := d.root.add(r.Path)
		for _, name := range sortedKeys(r.ResourceMethods) {
			v := verbOf(name)
			if name == api.MethodAny {
				v = verbAny
			}
			part := []string{"resources", r.Path, name}
			if v == verbUnknown {
				c.fail(part, name+" "+r.Path, "unknown method "+strconv.Quote(name))
				continue
			}
			m := c.method(r, v, r.ResourceMethods[name], part)
			n.set(v, m)
			d.methods = append(d.methods, m)
		}
	}
	if len(d.methods) == 0 {
		// The text of CreateDeployment for such an API.
		c.fail([]string{"resources"}, "", "The REST API doesn't contain any methods")
	}
	return d
}

// variablesOf are stage variables as templates see them.
func variablesOf(vars map[string]string) *value.Map {
	m := value.NewMap(len(vars))
	for _, k := range sortedKeys(vars) {
		m.Put(k, value.Of(vars[k]))
	}
	m.Share()
	return m
}

func (c *compiler) method(r *api.Resource, v verb, m *api.Method, part []string) *method {
	subject := verbNames[v] + " " + r.Path
	out := &method{resourceID: r.ID, resourcePath: r.Path, verb: v, keyRequired: m.APIKeyRequired, metrics: c.gateway.detached}
	if !c.detached {
		out.metrics = c.gateway.metrics.Method(c.snapshot.RestApi.ID, c.stage.StageName, r.Path, verbNames[v])
		out.limits = c.gateway.limiter.Stage(c.snapshot.RestApi.ID, c.stage.StageName).Method(r.Path, verbNames[v])
	}
	out.logging = c.logging(r.Path, verbNames[v])
	out.authorization = c.authorization(m, part[:len(part):len(part)], subject)
	out.authorizationName = c.authorizationName(m)
	c.validation(out, m, part, subject)
	for code := range m.MethodResponses {
		if n, err := strconv.Atoi(code); err == nil && n >= 100 && n <= 599 {
			out.statuses.add(n)
		}
	}
	if m.MethodIntegration == nil {
		c.fail(part, subject, "the method has no integration")
		return out
	}
	c.caching(out, r, m, part, subject)
	c.integration(out, m, append(part[:len(part):len(part)], "integration"), subject)
	return out
}

// authorizationName is how people see who may call a method.
func (c *compiler) authorizationName(m *api.Method) string {
	if m.AuthorizationType == "" {
		return api.AuthorizationNone
	}
	for _, a := range c.snapshot.Authorizers {
		if a.ID == m.AuthorizerID {
			return m.AuthorizationType + " " + a.Name
		}
	}
	return m.AuthorizationType
}

func endpointTypes(a *api.RestApi) []string {
	if a.EndpointConfiguration == nil {
		return nil
	}
	return a.EndpointConfiguration.Types
}

// validation compiles what is checked before the backend is called.
func (c *compiler) validation(out *method, m *api.Method, part []string, subject string) {
	for _, name := range sortedKeys(m.RequestParameters) {
		source, bare, ok := methodParameter(name)
		if !ok {
			c.fail(append(part, "requestParameters", name), subject,
				"request parameter "+strconv.Quote(name)+" is not of the form method.request.{path|querystring|header}.{name}")
			continue
		}
		if m.RequestParameters[name] {
			out.required = append(out.required, requiredParameter{name: bare, source: source})
		}
	}
	models := make([]bodyModel, 0, len(m.RequestModels))
	for _, ct := range sortedKeys(m.RequestModels) {
		name := m.RequestModels[ct]
		v, broken := c.models.Validator(name), c.brokenModels[name]
		if v == nil && broken == "" {
			if !c.hasModel(name) && name != "Empty" && name != "Error" {
				c.fail(append(part, "requestModels", ct), subject, "model "+strconv.Quote(name)+" does not exist")
			}
			continue
		}
		models = append(models, bodyModel{contentType: ct, validator: v, problem: broken})
	}
	if m.RequestValidatorID == "" {
		out.required = nil
		return
	}
	for _, v := range c.snapshot.RequestValidators {
		if v.ID != m.RequestValidatorID {
			continue
		}
		if !v.ValidateRequestParameters {
			out.required = nil
		}
		if v.ValidateRequestBody {
			out.models, out.validateBody = models, len(models) > 0
		}
		return
	}
	c.fail(append(part, "requestValidatorId"), subject, "request validator "+strconv.Quote(m.RequestValidatorID)+" does not exist")
}

func (c *compiler) hasModel(name string) bool {
	for _, m := range c.snapshot.Models {
		if m.Name == name {
			return true
		}
	}
	return false
}

// modelProblems reports the problems of models. The service does not take such a
// model; but one that was fine may break by a change to another that it refers to.
func (c *compiler) modelProblems(problems api.Problems) {
	c.brokenModels = map[string]string{}
	for _, p := range problems {
		if name, ok := strings.CutPrefix(p.Subject, "model "); ok && !p.Warning {
			c.brokenModels[name] = p.Message
			if c.defers {
				p.Message += ": every request whose body is to be checked against it fails with 500"
				p.Warning = true
			}
		}
		c.problems = append(c.problems, p)
	}
}

// methodParameter splits method.request.{path|querystring|header}.{name}.
func methodParameter(s string) (source parameterSource, name string, ok bool) {
	s, ok = strings.CutPrefix(s, "method.request.")
	if !ok {
		return 0, "", false
	}
	kind, name, ok := strings.Cut(s, ".")
	switch {
	case !ok || name == "":
		return 0, "", false
	case kind == "header":
		return fromHeader, name, true
	case kind == "path":
		return fromPath, name, true
	case kind == "querystring":
		return fromQuery, name, true
	}
	return 0, "", false
}

// logging finds the execution log settings of a method: its own entry, else */*.
func (c *compiler) logging(path, verb string) executionlog.Settings {
	set := c.methodSetting(path, verb)
	if set == nil {
		return executionlog.Settings{}
	}
	level, ok := executionlog.ParseLevel(set.LoggingLevel)
	if !ok {
		c.fail(nil, "stage "+c.stage.StageName, "logging level "+strconv.Quote(set.LoggingLevel)+" is not OFF, ERROR or INFO")
	}
	return executionlog.Settings{Level: level, DataTrace: set.DataTraceEnabled}
}

// methodSetting finds the stage's setting for a method. Keys write the resource
// path with ~1 for its slashes (service model: UpdateStage), or plainly, and with or
// without the first.
func (c *compiler) methodSetting(path, verb string) *api.MethodSetting {
	ms := c.stage.MethodSettings
	if s := ms[strings.ReplaceAll(path, "/", "~1")+"/"+verb]; s != nil {
		return s
	}
	bare := strings.TrimPrefix(path, "/")
	if s := ms[bare+"/"+verb]; s != nil {
		return s
	}
	if s := ms[strings.ReplaceAll(bare, "/", "~1")+"/"+verb]; s != nil {
		return s
	}
	return ms["*/*"]
}

// expression compiles the source of a mapping, the same one only once: the methods of
// an API share many. nil is one that does not compile.
func (c *compiler) expression(part []string, subject, source string, p mapping.Place) *mapping.Expression {
	key := expressionKey{source, p}
	if e := c.expressions[key]; e != nil {
		return e
	}
	e, err := mapping.CompileExpression(source, p)
	if err != nil {
		c.fail(part, subject, err.Error())
		return nil
	}
	c.expressions[key] = e
	return e
}

type expressionKey struct {
	source string
	place  mapping.Place
}

// template compiles a template, the same source only once: most methods of an
// API share a few. nil is a template that fails whenever it is to be rendered: the
// service parses them then.
func (c *compiler) template(part []string, subject, name, source string) *mapping.Template {
	key := templateKey{name, source}
	if t := c.templates[key]; t != nil {
		return t
	}
	t, err := mapping.CompileTemplate(name, source)
	if err != nil {
		c.deferred(part, subject, err.Error(), "every request that takes it fails with 500")
		return nil
	}
	c.templates[key] = t
	return t
}

type templateKey struct{ name, source string }

// sortedKeys returns the keys of m in order, so that compiling is deterministic.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }
