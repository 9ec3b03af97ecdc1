package backend

import (
	"crypto/tls"
	"time"
)

// Options are the settings of a Client. The zero value of a field is its default.
type Options struct {
	DialTimeout    time.Duration // TCP connect and TLS handshake together; 10 s
	IdleTimeout    time.Duration // an idle connection is closed after it; 50 s
	MaxConns       int           // open connections an endpoint; 4096
	MaxEndpoints   int           // endpoints remembered by Endpoint; 1024
	MaxBody        int           // bytes of an answer's body; 10485760
	MaxHeaderBytes int           // bytes of an answer's status line and header, of all its 1xx answers, and of its trailer; 65536
	MaxFields      int           // header fields of an answer; 512

	// TLS is the base of each endpoint's configuration; nil is the zero one.
	// ServerName and NextProtos are set by the Client.
	TLS *tls.Config
	// Certificate is presented to backends that ask for one; nil is none.
	Certificate *tls.Certificate
}

// Client calls backends. It is safe for concurrent use.
type Client struct{}

// New makes a Client.
func New(o Options) *Client { panic("not built yet") }

// Endpoint returns the handle of a backend, from a bounded table. scheme is
// "http" or "https"; hostport is the authority of a URL (IPv6 in brackets, port
// optional). Anything else is an *Error of KindAddress. A handle stays usable
// when it has fallen out of the table.
func (c *Client) Endpoint(scheme, hostport string, insecureSkipVerify bool) (*Endpoint, error) {
	panic("not built yet")
}

// Close closes idle connections; those in use close when their answer is read.
func (c *Client) Close() { panic("not built yet") }

// Endpoint is one backend and its connections.
type Endpoint struct{}

// Do sends req and reads the answer into resp, all of it before deadline. The
// error is always an *Error; resp is then empty.
func (e *Endpoint) Do(req *Request, resp *Response, deadline time.Time) error {
	panic("not built yet")
}
