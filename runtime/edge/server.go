package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	maxBody   = 10485760
	maxHeader = 10240 // names, values, line ends and blanks; without the request line
	maxTarget = 10240
)

// smallBody is a body that must come within the header's timeout.
const smallBody = 16 << 10

// Handler answers a request. Both are the connection's, and valid until it returns;
// so is all that the request's strings and slices show.
type Handler func(*Request, *Answer)

// Options are the settings of a server. The zero value of a field is its default.
type Options struct {
	HeaderTimeout time.Duration // from the first byte of a request to the end of its header and of a small body; 30 s
	BodyTimeout   time.Duration // from then on for a body over 16 KiB or of unknown length; 120 s
	WriteTimeout  time.Duration // for an answer to be taken by the client; 120 s
	IdleTimeout   time.Duration // between requests; 310 s
	MaxConns      int           // connections at a time, above which new ones are closed; 262144
	// OnRefuse writes the answer to a request that never reaches the handler. Of the
	// request nothing is sure but the connection and the time. The server closes the
	// connection afterwards. It must be set.
	OnRefuse func(*Request, *Answer, *Refusal)
}

// Server serves connections. Make it with NewServer.
type Server struct {
	handler Handler
	options Options
	stopped atomic.Bool

	mu        sync.Mutex
	listeners map[net.Listener]struct{}
	conns     map[*conn]struct{}
	empty     chan struct{} // closed when a server that was stopped has neither any more
}

// NewServer makes a server that calls handler for each request it could read. Bodies
// are read whole, and refused when they have more than 10485760 bytes.
func NewServer(handler Handler, o Options) *Server {
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
	if o.MaxConns <= 0 {
		o.MaxConns = 256 << 10
	}
	return &Server{
		handler: handler, options: o,
		listeners: map[net.Listener]struct{}{}, conns: map[*conn]struct{}{}, empty: make(chan struct{}),
	}
}

// longestPause is the longest time between two attempts to accept a connection.
const longestPause = time.Second

// Serve accepts connections from ln until Shutdown, which may have been before. With
// TLS, ln is that of tls.NewListener. The error is the listener's.
func (s *Server) Serve(ln net.Listener) error {
	s.mu.Lock()
	if s.stopped.Load() {
		s.mu.Unlock()
		return ln.Close()
	}
	s.listeners[ln] = struct{}{}
	s.mu.Unlock()
	defer s.leave(func() { delete(s.listeners, ln) })
	pause := time.Duration(0)
	for {
		nc, err := ln.Accept()
		if err == nil {
			pause = 0
			// One that was accepted before Shutdown is served.
			if c := newConn(s, nc); s.enter(c, true) {
				go s.run(c)
			}
			continue
		}
		if s.stopped.Load() || errors.Is(err, net.ErrClosed) {
			return nil
		}
		// Too many open files end when connections do. net.Error's Temporary is
		// deprecated, but nothing else tells this apart.
		if t, ok := err.(interface{ Temporary() bool }); !ok || !t.Temporary() {
			return err
		}
		pause = min(max(2*pause, 5*time.Millisecond), longestPause)
		time.Sleep(pause)
	}
}

// ServeConn serves one connection until it ends, and closes it.
func (s *Server) ServeConn(nc net.Conn) {
	if c := newConn(s, nc); s.enter(c, false) {
		s.run(c)
	}
}

func (s *Server) run(c *conn) {
	defer s.leave(func() { delete(s.conns, c) })
	defer c.close()
	if t, ok := c.nc.(*tls.Conn); ok && c.handshake(t) != nil {
		return
	}
	c.serve()
}

// enter takes a connection up, or closes it.
func (s *Server) enter(c *conn, accepted bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped.Load() && !accepted || len(s.conns) >= s.options.MaxConns {
		_ = c.nc.Close()
		return false
	}
	s.conns[c] = struct{}{}
	return true
}

// leave forgets a listener or a connection.
func (s *Server) leave(forget func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	forget()
	s.settle()
}

// settle ends Shutdown's waiting when there is nothing left to wait for.
func (s *Server) settle() {
	if s.stopped.Load() && len(s.conns) == 0 && len(s.listeners) == 0 {
		close(s.empty)
	}
}

// Shutdown stops accepting, closes the connections that are idle, has the others be
// closed with their next answer, and waits for them until ctx ends: then those that
// are left are closed, and the error is that of ctx.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	if s.stopped.Swap(true) {
		s.mu.Unlock()
		return nil
	}
	var err error
	for ln := range s.listeners {
		if e := ln.Close(); e != nil && !errors.Is(e, net.ErrClosed) {
			err = errors.Join(err, e)
		}
	}
	s.settle()
	s.mu.Unlock()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		s.closeConns(func(c *conn) bool { return c.claim() })
		select {
		case <-s.empty:
			return err
		case <-ctx.Done():
			s.closeConns(func(*conn) bool { return true })
			return errors.Join(err, ctx.Err())
		case <-tick.C: // connections that were new may be idle now
		}
	}
}

// closeConns closes the connections that which chooses.
func (s *Server) closeConns(which func(*conn) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if which(c) {
			_ = c.nc.Close()
		}
	}
}
