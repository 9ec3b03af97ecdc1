package edge

import (
	"net"
	"time"

	"github.com/valyala/fasthttp"
)

// Options are the settings of a server. The zero value of a field is its default.
type Options struct {
	HeaderTimeout time.Duration // from the first byte of a request to the end of a small one; 30 s
	BodyTimeout   time.Duration // for a body that is large or of unknown length; 120 s
	WriteTimeout  time.Duration // for an answer to be taken by the client; 120 s
	IdleTimeout   time.Duration // between requests; 310 s
	MaxBody       int           // bytes; 10485760
	// OnRefuse writes the answer to a request that never reaches the handler.
	// The server closes the connection afterwards. It must be set.
	OnRefuse func(ctx *fasthttp.RequestCtx, r *Refusal)
}

// NewServer makes a server that calls handler for each request it could read.
// The handler must call Check before anything else.
func NewServer(handler fasthttp.RequestHandler, o Options) *fasthttp.Server {
	panic("not built yet")
}

// Listen wraps the listener that a server of NewServer is to serve (below TLS,
// if there is TLS). Without it 414 is answered as 431, chunk extensions are
// bounded only by time, and clients may miss an answer given before they sent all.
func Listen(ln net.Listener) net.Listener { panic("not built yet") }
