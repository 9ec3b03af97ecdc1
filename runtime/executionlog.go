package runtime

import (
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
	x.log.HTTPMethod(x.verbText, x.method.resourcePath)
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

// loggedHeaders are the headers for the client as the log shows them.
func (x *exchange) loggedHeaders() []mapping.Pair {
	out := make([]mapping.Pair, 0, len(x.headers)+2)
	out = append(out, x.headers...)
	if x.sendTrace {
		out = append(out, mapping.Pair{Name: "X-Amzn-Trace-Id", Value: x.traceID()})
	}
	return append(out, mapping.Pair{Name: "Content-Type", Value: x.contentType})
}
