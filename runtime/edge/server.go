package edge

import (
	"errors"
	"net"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	maxBody   = 10485760
	maxHeader = 10240 // names, values, line ends and blanks; without the request line
	maxTarget = 10240
)

// readBuffer must hold a whole head: the largest target and header, and a method
// and protocol. It is a size class of the allocator.
const readBuffer = 21760

// smallBody is a body that must come within the header's timeout.
const smallBody = 16 << 10

// Options are the settings of a server. The zero value of a field is its default.
type Options struct {
	HeaderTimeout time.Duration // from the first byte of a request to the end of its header and of a small body; 30 s
	BodyTimeout   time.Duration // from then on for a body over 16 KiB or of unknown length; 120 s
	WriteTimeout  time.Duration // for an answer to be taken by the client; 120 s
	IdleTimeout   time.Duration // between requests; 310 s
	// OnRefuse writes the answer to a request that never reaches the handler.
	// Of ctx.Request nothing is sure but the connection. The server closes the
	// connection afterwards. It must be set.
	OnRefuse func(ctx *fasthttp.RequestCtx, r *Refusal)
	// Logger gets what fasthttp has to say of connections; nil is nobody. Its
	// lines can have bytes that clients sent.
	Logger fasthttp.Logger
}

// silence is the Logger that is nobody.
type silence struct{}

func (silence) Printf(string, ...any) {}

// NewServer makes a server that calls handler for each request it could read.
// The handler must call Check before anything else. Bodies are read whole, and
// refused when they have more than 10485760 bytes.
func NewServer(handler fasthttp.RequestHandler, o Options) *fasthttp.Server {
	for _, d := range []struct {
		v   *time.Duration
		def time.Duration
	}{
		{&o.HeaderTimeout, 30 * time.Second},
		{&o.BodyTimeout, 120 * time.Second},
		{&o.WriteTimeout, 120 * time.Second},
		{&o.IdleTimeout, 310 * time.Second},
	} {
		if *d.v <= 0 {
			*d.v = d.def
		}
	}
	if o.Logger == nil {
		o.Logger = silence{}
	}
	patience := &patience{header: o.HeaderTimeout, write: o.WriteTimeout, idle: o.IdleTimeout}
	refuse := func(ctx *fasthttp.RequestCtx, r *Refusal) {
		closing(ctx)
		Answered(ctx, time.Now())
		ctx.Response.Header.DisableNormalizing()
		o.OnRefuse(ctx, r)
		if c := unwrap(ctx.Conn()); c != nil && c.head {
			ctx.Response.SkipBody = true // fasthttp has forgotten the method when it could not read the header
		}
	}
	return &fasthttp.Server{
		Handler:               timely(handler),
		ConnState:             patience.follow,
		Logger:                o.Logger,
		ReadBufferSize:        readBuffer,
		WriteBufferSize:       8 << 10,
		MaxRequestBodySize:    maxBody,
		NoDefaultServerHeader: true,
		NoDefaultContentType:  true,
		CloseOnShutdown:       true,
		// A multipart body would be taken apart and spread over files.
		DisablePreParseMultipartForm: true,
		// Errors are typed then, and hold nothing of what the client sent.
		SecureErrorLogMessage: true,
		// Names of requests stay normalized inside fasthttp, which looks up
		// Connection and Expect in one spelling only; Head has the client's.
		DisableHeaderNamesNormalizing: false,

		ErrorHandler: func(ctx *fasthttp.RequestCtx, err error) {
			if c := unwrap(ctx.Conn()); c != nil && c.got == 0 {
				// A connection opened in advance and not used, as browsers do:
				// there is no request to answer or to count.
				_ = c.Conn.Close()
				return
			}
			refuse(ctx, refusalOf(ctx.Conn(), err))
		},
		HeaderReceived: func(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
			if n := h.ContentLength(); n > smallBody || n == -1 {
				return fasthttp.RequestConfig{ReadTimeout: o.BodyTimeout}
			}
			return fasthttp.RequestConfig{}
		},
		// Asked before 100 Continue is sent: a client that will be refused
		// need not send its body.
		ExpectHandler: func(ctx *fasthttp.RequestCtx) int {
			var h Head
			r := Check(ctx, &h)
			if r == nil && ctx.Request.Header.ContentLength() > maxBody {
				r = RequestTooLarge
			}
			if r == nil {
				Answered(ctx, time.Now())
				return fasthttp.StatusContinue
			}
			refuse(ctx, r)
			return ctx.Response.StatusCode()
		},
	}
}

// refusalOf says what an error of fasthttp's reading means for the client.
func refusalOf(nc net.Conn, err error) *Refusal {
	seen := lineSeen
	if c := unwrap(nc); c != nil {
		seen = c.line
		if c.failed != nil { // some of fasthttp's errors hide what the connection said
			err = c.failed
		}
	}
	var small *fasthttp.ErrSmallBuffer
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, fasthttp.ErrBodyTooLarge), errors.Is(err, errTooMuch):
		return RequestTooLarge
	case errors.As(err, &small) && seen == lineOpen:
		return URITooLong
	case errors.As(err, &small):
		return HeaderTooLarge
	case errors.As(err, &timeout) && timeout.Timeout():
		return RequestTimeout
	case errors.Is(err, fasthttp.ErrUnsupportedTransferEncoding) && seen != line10:
		return UnsupportedTransfer
	}
	return BadRequest
}

// closing has the connection closed after the answer, in a way that lets the
// client read it.
func closing(ctx *fasthttp.RequestCtx) {
	ctx.SetConnectionClose()
	if c := unwrap(ctx.Conn()); c != nil {
		c.linger = true
	}
}
