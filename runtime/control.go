package runtime

import "net/http"

// ServeControl has h answer the requests on Serve's listeners that are signed for
// the service apigateway (Authorization: ... Credential=.../apigateway/aws4_request),
// whatever their host. nil has them go to the APIs as all others. h gets requests
// that are its own to keep, with the percent-encoding of the path in URL.RawPath; a
// panic in it is a 500.
func (g *Gateway) ServeControl(h http.Handler) {
	if h == nil {
		g.control.Store(nil)
		return
	}
	g.control.Store(&h)
}
