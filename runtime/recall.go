package runtime

import (
	"sluice/api"
	"sluice/cache"
	"sluice/mapping"
	"sluice/runtime/metrics"
)

// faultCacheControl refuses a client that may not invalidate the cache, where the
// stage says FAIL_WITH_403.
var faultCacheControl = &fault{
	kind: kindAccessDenied, status: cache.RefusalStatus, errorType: "AccessDeniedException", message: cache.RefusalMessage,
}

// recall answers from the stage's cache, or runs the integration and keeps what
// it brings (step 7 around steps 8 to 10).
func (x *exchange) recall() *fault {
	m := x.method.cached(x.verb)
	if !m.Active() {
		return x.integrate()
	}
	refresh, warn := false, false
	if cache.AsksToInvalidate(x.scope.Params.Header) {
		switch m.Judge(!m.RequiresAuthorization() || x.mayInvalidate()) {
		case cache.Refuse:
			return faultCacheControl
		case cache.ServeWithWarning:
			warn = true
		case cache.Refresh:
			refresh = true
		}
	}
	if m.UsesBody() {
		x.scope.Body.Reset(view(x.body))
	}
	hit, flight := m.Recall(&x.lookup, &x.scope, refresh)
	defer flight.Abandon()
	if hit != nil {
		x.status, x.contentType, x.sendTrace = hit.Status, hit.ContentType, hit.Trace
		x.headers = append(x.headers, hit.Headers...)
		x.payload, x.payloadStatic = hit.Body, true
	} else {
		if f := x.integrate(); f != nil {
			return f
		}
		flight.Keep(&cache.Answer{
			Status: x.status, ContentType: x.contentType, Headers: x.headers, Body: x.payload, Trace: x.sendTrace,
		})
	}
	if warn {
		x.headers = append(x.headers, mapping.Pair{Name: cache.WarningName, Value: cache.WarningText})
	}
	return nil
}

// cacheFigures are the figures of the stages that have, or had, a cache.
func (g *Gateway) cacheFigures() []metrics.CacheFigures {
	var out []metrics.CacheFigures
	g.table.mu.Lock()
	stages := g.table.compiled()
	g.table.mu.Unlock()
	for _, s := range stages {
		st := s.cacheStage.Stats()
		if s.cacheEnabled || st.Hits > 0 || st.Misses > 0 {
			out = append(out, metrics.CacheFigures{API: s.apiID, Stage: s.name, Hits: st.Hits, Misses: st.Misses, Bytes: st.Bytes})
		}
	}
	return out
}

// mayInvalidate asks whether the client is allowed execute-api:InvalidateCache.
func (x *exchange) mayInvalidate() bool {
	if x.authRequest.MethodARN == "" {
		x.fillAuthRequest()
	}
	return x.method.authorization.MayInvalidate(&x.authRequest, &x.identity)
}

// cached is the caching of the method for a verb; nil without.
func (m *method) cached(v verb) *cache.Method {
	if m.caches == nil || v >= verbAny {
		return nil
	}
	return m.caches[v]
}

// caching compiles what the stage's settings cache of a method: of ANY, each verb
// on its own.
func (c *compiler) caching(out *method, r *api.Resource, m *api.Method, part []string, subject string) {
	for v := verbDelete; v < verbAny; v++ {
		if out.verb != v && out.verb != verbAny {
			continue
		}
		set, enabled := cache.Setting(c.stage, r.Path, verbNames[v])
		if !enabled {
			continue
		}
		cm, problems := c.cacheStage.Method(cache.MethodOptions{
			Deployment: c.snapshot.DeploymentID, Apart: c.apart, ResourceID: r.ID, Verb: verbNames[v], Method: m, Setting: set,
		})
		for _, p := range problems {
			at := append(part[:len(part):len(part)], "integration")
			if p.Parameter != "" {
				at = append(at, "cacheKeyParameters")
			}
			if p.Warning {
				c.warn(at, subject, p.Message)
			} else {
				c.deferred(at, subject, p.Message, "answers are not cached")
			}
		}
		if cm == nil {
			continue
		}
		if out.caches == nil {
			out.caches = new([verbAny]*cache.Method)
		}
		out.caches[v] = cm
	}
}
