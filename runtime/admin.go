package runtime

import (
	"net/http"
	"strings"

	"sluice/runtime/edge"
)

const adminPrefix = "/_sluice/"

// isAdmin tells whether a request is for Sluice itself. A host that names an API or
// is a custom domain never is: the API's own paths come first there.
func (g *Gateway) isAdmin(host string, path []byte) bool {
	return len(path) > len(adminPrefix) && string(path[:len(adminPrefix)]) == adminPrefix &&
		!g.adminApart.Load() && executeAPIHost(host) == "" && !g.isDomain(host)
}

// serveAdmin answers GET /_sluice/health, /_sluice/metrics and /_sluice/usage.
func (g *Gateway) serveAdmin(q *edge.Request, a *edge.Answer) {
	name := strings.TrimPrefix(view(q.Path), adminPrefix)
	if name != "health" && name != "metrics" && name != "usage" {
		adminError(a, http.StatusNotFound, "there is no such admin path: /_sluice/health, /_sluice/metrics and /_sluice/usage are there")
		return
	}
	if q.Method != http.MethodGet && q.Method != http.MethodHead {
		a.Add("Allow", "GET, HEAD")
		adminError(a, http.StatusMethodNotAllowed, "admin paths take GET and HEAD")
		return
	}
	switch name {
	case "metrics":
		g.serveMetrics(q, a)
		return
	case "usage":
		g.serveUsage(q, a)
		return
	}
	a.SetContentType(mimeJSON)
	if g.draining.Load() {
		a.SetStatus(http.StatusServiceUnavailable)
		a.SetBodyText(`{"status":"draining"}`)
		return
	}
	a.SetBodyText(`{"status":"ok"}`)
}

// serveMetrics answers a scrape.
func (g *Gateway) serveMetrics(q *edge.Request, a *edge.Answer) {
	r, err := standardRequest(q)
	if err != nil {
		adminError(a, http.StatusBadRequest, err.Error())
		return
	}
	w := &collectedAnswer{header: http.Header{}}
	g.scrape.ServeHTTP(w, r)
	w.send(a)
}

func adminError(a *edge.Answer, status int, message string) {
	a.SetStatus(status)
	a.SetContentType(mimeJSON)
	a.SetBody(append(appendJSONString([]byte(`{"message":`), message), '}'))
}

// refuse answers a request that the edge did not let in.
func (g *Gateway) refuse(q *edge.Request, a *edge.Answer, r *edge.Refusal) {
	var id, ext [36]byte
	a.SetStatus(r.Status)
	a.SetContentType(mimeJSON)
	a.Add("x-amzn-RequestId", view(appendUUID(id[:0])))
	a.Add("x-amz-apigw-id", view(appendExtendedID(ext[:0])))
	a.Add("x-amzn-ErrorType", r.Type)
	a.SetBody(append(appendJSONString([]byte(`{"message":`), r.Message), '}'))
	a.Close()
	g.unresolved.Observe(r.Status, since(q.Received), -1)
}
