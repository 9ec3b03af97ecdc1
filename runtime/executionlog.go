package runtime

import (
	"slices"
	"strings"

	"sluice/mapping"
	"sluice/runtime/executionlog"
)

// startLog opens the execution log of the request, as the stage has set it for
// the method. Off costs one comparison.
func (x *exchange) startLog() {
	set := x.method.logging
	if set.Level == executionlog.Off {
		return
	}
	x.log = executionlog.Acquire(x.deployment.executionLog, set, x.loggedID())
	if x.log == nil {
		return
	}
	x.log.ExtendedRequestID(x.extendedID())
}

// logStart writes what a request that was let in begins with.
func (x *exchange) logStart() {
	if x.log == nil {
		return
	}
	x.log.Start()
	path := x.path
	if path == "" {
		path = "/"
	}
	x.log.HTTPMethod(x.verbText, path)
	if x.log.Detailed() {
		x.log.RequestPath(x.scope.Params.Path)
		x.log.QueryString(x.scope.Params.Query)
		x.log.Headers(x.scope.Params.Header)
		x.log.BodyBefore(loggedBody(x.body, x.deployment.binary.match(mimeOrJSON(x.known.contentType))))
	}
}

// loggedBody is a payload as the log shows it.
func loggedBody(b []byte, binary bool) string {
	if binary {
		return "[Binary Data]"
	}
	return view(b)
}

// loggedHeaders are the headers for the client as the log and a test call show them.
// A proxy integration's Content-Type stands where its backend has it, and one that the
// gateway has added is not shown; others end with it (field reports, recorded).
func (x *exchange) loggedHeaders() []mapping.Pair {
	out := make([]mapping.Pair, 0, len(x.headers)+2)
	out = append(out, x.headers...)
	if at := x.typePlace - 1; at >= 0 {
		out = slices.Insert(out, min(at, len(out)), mapping.Pair{Name: "Content-Type", Value: x.contentType})
	}
	if x.sendTrace {
		out = append(out, mapping.Pair{Name: "X-Amzn-Trace-Id", Value: x.traceID()})
	}
	if x.typePlace == 0 && !x.proxies() {
		out = append(out, mapping.Pair{Name: "Content-Type", Value: x.contentType})
	}
	return out
}

// proxies tells whether the method's integration hands its backend's answer on.
func (x *exchange) proxies() bool {
	return x.method != nil && (x.method.integration.kind == kindHTTPProxy || x.method.integration.kind == kindFunctionProxy)
}

// endpointHeaders are the headers for the backend as the log shows them: with the
// Host, and the gateway's own in its spelling.
func (x *exchange) endpointHeaders() []mapping.Pair {
	req := &x.backendRequest
	out := make([]mapping.Pair, 0, len(req.Header)+1)
	out = append(out, req.Header...)
	for i := range out {
		if identifyHeader(out[i].Name) == hdrAmznAPIID {
			out[i].Name = "x-amzn-apigateway-api-id"
		}
	}
	host := req.Host
	if host == "" {
		_, host, _ = strings.Cut(x.endpointBase, "://")
	}
	return append(out, mapping.Pair{Name: "Host", Value: host})
}
