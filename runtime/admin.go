package runtime

import (
	"strings"

	"github.com/valyala/fasthttp"

	"sluice/runtime/edge"
)

const adminPrefix = "/_sluice/"

// isAdmin tells whether a request is for Sluice itself. A host that names an API or
// is a custom domain never is: the API's own paths come first there.
func (g *Gateway) isAdmin(host string, path []byte) bool {
	return len(path) > len(adminPrefix) && string(path[:len(adminPrefix)]) == adminPrefix &&
		!g.adminApart.Load() && executeAPIHost(host) == "" && !g.isDomain(host)
}

// serveAdmin serves the admin listener.
func (g *Gateway) serveAdmin(ctx *fasthttp.RequestCtx) {
	var head edge.Head
	if refusal := edge.Check(ctx, &head); refusal != nil {
		g.refuse(ctx, refusal)
		return
	}
	g.serveAdminPath(ctx, string(head.Path))
}

// serveAdminPath answers GET /_sluice/health, /_sluice/metrics and /_sluice/usage.
func (g *Gateway) serveAdminPath(ctx *fasthttp.RequestCtx, path string) {
	name := strings.TrimPrefix(path, adminPrefix)
	if name != "health" && name != "metrics" && name != "usage" {
		adminError(ctx, fasthttp.StatusNotFound, "there is no such admin path: /_sluice/health, /_sluice/metrics and /_sluice/usage are there")
		return
	}
	if !ctx.IsGet() && !ctx.IsHead() {
		ctx.Response.Header.Set("Allow", "GET, HEAD")
		adminError(ctx, fasthttp.StatusMethodNotAllowed, "admin paths take GET and HEAD")
		return
	}
	switch name {
	case "metrics":
		g.scrape(ctx)
		return
	case "usage":
		g.serveUsage(ctx)
		return
	}
	ctx.Response.Header.SetContentType(mimeJSON)
	if g.draining.Load() {
		ctx.SetStatusCode(fasthttp.StatusServiceUnavailable)
		ctx.SetBodyString(`{"status":"draining"}`)
		return
	}
	ctx.SetBodyString(`{"status":"ok"}`)
}

func adminError(ctx *fasthttp.RequestCtx, status int, message string) {
	ctx.SetStatusCode(status)
	ctx.Response.Header.SetContentType(mimeJSON)
	ctx.SetBody(append(appendJSONString([]byte(`{"message":`), message), '}'))
}

// refuse answers a request that the edge did not let in.
func (g *Gateway) refuse(ctx *fasthttp.RequestCtx, r *edge.Refusal) {
	var id, ext [36]byte
	h := &ctx.Response.Header
	ctx.SetStatusCode(r.Status)
	h.SetContentType(mimeJSON)
	h.SetBytesV("x-amzn-RequestId", appendUUID(id[:0]))
	h.SetBytesV("x-amz-apigw-id", appendExtendedID(ext[:0]))
	h.Set("x-amzn-ErrorType", r.Type)
	ctx.SetBody(append(appendJSONString([]byte(`{"message":`), r.Message), '}'))
	ctx.SetConnectionClose()
	g.unresolved.Observe(r.Status, since(ctx.Time()), -1)
}
