package runtime

import (
	"context"
	"net/http"
	"runtime/debug"
	"strings"

	"sluice/mapping"
	"sluice/runtime/edge"
)

// ServeControl has h answer the requests on Serve's listeners that are signed for
// the service apigateway (Authorization: AWS4-... Credential=.../apigateway/aws4_request),
// whatever their host. nil has them go to the APIs as all others. h gets requests
// that are its own to keep, with the percent-encoding of the path in URL.RawPath and
// a body of at most 10485760 bytes; a panic in it is a 500.
func (g *Gateway) ServeControl(h http.Handler) {
	if h == nil {
		g.control.Store(nil)
		return
	}
	g.control.Store(&h)
}

// controlScope ends the credential scope of a request to the control plane.
const controlScope = "/apigateway/aws4_request"

// signedForControl tells whether a request is signed for the control plane.
func signedForControl(header []mapping.Pair) bool {
	for i := range header {
		p := &header[i]
		if len(p.Name) != len("Authorization") || !isSignature(p.Value) || !equalFold(p.Name, "Authorization") {
			continue
		}
		_, credential, ok := strings.Cut(p.Value, "Credential=")
		if !ok {
			continue
		}
		if end := strings.IndexAny(credential, ", "); end >= 0 {
			credential = credential[:end]
		}
		if strings.HasSuffix(credential, controlScope) {
			return true
		}
	}
	return false
}

// serveControl hands a request to the control plane.
func (g *Gateway) serveControl(q *edge.Request, a *edge.Answer, h http.Handler) {
	r, err := standardRequest(q)
	if err != nil {
		g.refuse(q, a, edge.BadRequest)
		return
	}
	within, cancel := context.WithCancel(context.Background())
	defer cancel()
	w := &collectedAnswer{header: http.Header{}}
	if !g.answerControl(w, r.WithContext(within), h) {
		a.SetStatus(http.StatusInternalServerError)
		a.Add("x-amzn-ErrorType", "InternalServerErrorException")
		a.SetContentType(mimeJSON)
		a.SetBodyText(`{"message": "Internal server error"}`)
		return
	}
	w.send(a)
}

// answerControl runs the handler; false when it panicked.
func (g *Gateway) answerControl(w http.ResponseWriter, r *http.Request, h http.Handler) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			g.log.Error("panic in the control plane", "panic", p, "stack", string(debug.Stack()))
			ok = false
		}
	}()
	h.ServeHTTP(w, r)
	return true
}
