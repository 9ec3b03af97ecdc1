package backend

import (
	"crypto/sha256"
	"crypto/tls"
	"sync"
	"sync/atomic"
	"time"
)

// Options are the settings of a Client. The zero value of a field is its default.
type Options struct {
	DialTimeout    time.Duration // TCP connect and TLS handshake together; 10 s
	IdleTimeout    time.Duration // an idle connection is closed after it; 50 s
	MaxConns       int           // open connections an endpoint; 4096
	MaxEndpoints   int           // endpoints remembered by Endpoint; 1024
	MaxBody        int           // bytes of an answer's body; 10485760
	MaxHeaderBytes int           // bytes of an answer's status line and header together with its 1xx answers, of its chunk extensions, of its trailer; 65536
	MaxFields      int           // header fields of an answer; 512

	// TLS is the base of each endpoint's configuration; nil is the zero one.
	// ServerName, InsecureSkipVerify and NextProtos are set by the Client.
	TLS *tls.Config
	// Certificate is presented to backends that ask for one; nil is none.
	Certificate *tls.Certificate
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		v   *time.Duration
		def time.Duration
	}{{&o.DialTimeout, 10 * time.Second}, {&o.IdleTimeout, 50 * time.Second}} {
		if *d.v <= 0 {
			*d.v = d.def
		}
	}
	for _, d := range []struct {
		v   *int
		def int
	}{
		{&o.MaxConns, 4096},
		{&o.MaxEndpoints, 1024},
		{&o.MaxBody, 10485760},
		{&o.MaxHeaderBytes, 65536},
		{&o.MaxFields, 512},
	} {
		if *d.v <= 0 {
			*d.v = d.def
		}
	}
	return o
}

// Client calls backends. It is safe for concurrent use.
type Client struct {
	options  Options
	tls      *tls.Config
	insecure *tls.Config
	closed   atomic.Bool

	mu        sync.RWMutex
	endpoints map[endpointKey]*Endpoint
}

type endpointKey struct {
	scheme, hostport string
	insecure         bool
	certificate      [sha256.Size]byte // zero: that of Options, or none
}

// New makes a Client.
func New(o Options) *Client {
	o = o.withDefaults()
	base := &tls.Config{}
	if o.TLS != nil {
		base = o.TLS.Clone()
	}
	base.NextProtos = []string{"http/1.1"} // an HTTP/2 answer could not be read
	if base.ClientSessionCache == nil {
		base.ClientSessionCache = tls.NewLRUClientSessionCache(o.MaxEndpoints)
	}
	if o.Certificate != nil {
		base.Certificates = []tls.Certificate{*o.Certificate}
	}
	base.InsecureSkipVerify = false
	// Sessions are kept apart: one that began unverified must not be resumed
	// where verification is asked for.
	insecure := base.Clone()
	insecure.InsecureSkipVerify = true
	insecure.ClientSessionCache = tls.NewLRUClientSessionCache(o.MaxEndpoints)
	return &Client{options: o, tls: base, insecure: insecure, endpoints: make(map[endpointKey]*Endpoint)}
}

// Endpoint returns the handle of a backend, from a bounded table. scheme is
// "http" or "https"; hostport is the authority of a URL (IPv6 in brackets, port
// optional). Anything else is an *Error of KindAddress. A handle stays usable
// when it has fallen out of the table.
func (c *Client) Endpoint(scheme, hostport string, insecureSkipVerify bool) (*Endpoint, error) {
	return c.CertifiedEndpoint(scheme, hostport, insecureSkipVerify, nil)
}

// CertifiedEndpoint is Endpoint for requests that are made with a certificate of
// their own, over connections of their own; nil is the one of Options, if any. It
// means nothing to a backend without TLS.
func (c *Client) CertifiedEndpoint(scheme, hostport string, insecureSkipVerify bool, certificate *Certificate) (*Endpoint, error) {
	key := endpointKey{scheme: scheme, hostport: hostport, insecure: insecureSkipVerify}
	if certificate != nil && scheme == "https" {
		key.certificate = certificate.id
	} else {
		certificate = nil
	}
	c.mu.RLock()
	e := c.endpoints[key]
	c.mu.RUnlock()
	if e != nil {
		return e, nil
	}
	a, err := parseAddress(scheme, hostport)
	if err != nil {
		return nil, err
	}
	// The arguments may be views into a request; the table outlives it.
	key.scheme, key.hostport = a.scheme, a.authority
	e = newEndpoint(c, a, insecureSkipVerify)
	if certificate != nil {
		certificate.present(e.tls)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.endpoints[key]; known != nil {
		return known, nil
	}
	if len(c.endpoints) >= c.options.MaxEndpoints {
		c.forgetOldest()
	}
	c.endpoints[key] = e
	return e, nil
}

// forgetOldest takes the endpoint out of the table that was used longest ago.
// Its idle connections end by their own timeout.
func (c *Client) forgetOldest() {
	var oldest endpointKey
	var at int64
	for k, e := range c.endpoints {
		if t := e.used.Load(); oldest.scheme == "" || t < at {
			oldest, at = k, t
		}
	}
	delete(c.endpoints, oldest)
}

// Close closes idle connections; those in use close when their answer is read.
func (c *Client) Close() {
	c.closed.Store(true)
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, e := range c.endpoints {
		e.closeIdle()
	}
}
