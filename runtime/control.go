package runtime

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/valyala/fasthttp"

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
func (g *Gateway) serveControl(ctx *fasthttp.RequestCtx, head *edge.Head, h http.Handler) {
	r, err := controlRequest(ctx, head)
	if err != nil {
		g.refuse(ctx, edge.BadRequest)
		return
	}
	within, cancel := context.WithCancel(context.Background())
	defer cancel()
	w := &controlAnswer{header: http.Header{}}
	if !g.answerControl(w, r.WithContext(within), h) {
		ctx.SetStatusCode(fasthttp.StatusInternalServerError)
		ctx.Response.Header.Set("x-amzn-ErrorType", "InternalServerErrorException")
		ctx.Response.Header.SetContentType(mimeJSON)
		ctx.SetBodyString(`{"message": "Internal server error"}`)
		return
	}
	w.send(&ctx.Response)
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

// controlRequest makes a request of net/http's that shares nothing with ctx.
func controlRequest(ctx *fasthttp.RequestCtx, head *edge.Head) (*http.Request, error) {
	target := string(head.Path)
	if len(head.Query) > 0 {
		target += "?" + string(head.Query)
	}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return nil, err
	}
	r := &http.Request{
		Method: string(ctx.Request.Header.Method()), URL: u, RequestURI: target,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Host: strings.Clone(head.Host), RemoteAddr: ctx.RemoteAddr().String(), TLS: ctx.TLSConnectionState(),
		Header: make(http.Header, len(head.Header)),
	}
	for i := range head.Header {
		p := &head.Header[i]
		if identifyHeader(p.Name) == hdrHost {
			continue // net/http has it in Host alone
		}
		r.Header.Add(strings.Clone(p.Name), strings.Clone(p.Value))
	}
	body := bytes.Clone(ctx.Request.Body())
	r.ContentLength = int64(len(body))
	r.Body = http.NoBody
	if len(body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return r, nil
}

// controlAnswer collects what the control plane answers.
type controlAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *controlAnswer) Header() http.Header { return w.header }

func (w *controlAnswer) WriteHeader(status int) {
	if w.status == 0 && status >= 200 { // 1xx are of no use to a client that waits for one answer
		w.status = status
	}
}

func (w *controlAnswer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// send writes the answer. Names keep the spelling that they have in the header.
func (w *controlAnswer) send(out *fasthttp.Response) {
	w.WriteHeader(http.StatusOK)
	out.SetStatusCode(w.status)
	names := make([]string, 0, len(w.header))
	for name := range w.header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, v := range w.header[name] {
			switch id := identifyHeader(name); {
			case !validHeaderName(name) || !validHeaderValue(v):
			case id == hdrContentLength || id == hdrTransferEncoding || id == hdrConnection:
				// the connection's, not the handler's
			case id == hdrContentType:
				out.Header.SetContentType(v)
			default:
				out.Header.Add(name, v)
			}
		}
	}
	out.SetBody(w.body.Bytes())
}
