package edge

import (
	"errors"
	"net"
	"os"
	"time"

	"github.com/valyala/fasthttp"
)

// patience is how long a server waits for its clients; see Options.
type patience struct{ header, write, idle time.Duration }

// timing is the part of a connection that knows how long it waits. fasthttp would
// set three deadlines for each request and read the clock for each of them; here
// the end of one answer, which the handler knows, is when the next request is
// waited for, and a request that comes in one piece needs no deadline of its own.
type timing struct {
	patience    *patience // nil: for ever
	read, write deadline
	exact       bool // a write must not time out early: TLS cannot be used after that

	opened bool      // the first request was waited for
	begun  bool      // the first byte of a request is there
	timed  bool      // that request has its deadline
	done   time.Time // when the handler, or who refused in its place, was
}

// follow is the server's ConnState.
func (p *patience) follow(nc net.Conn, state fasthttp.ConnState) {
	c := unwrap(nc)
	if c == nil {
		return
	}
	switch state {
	case fasthttp.StateNew:
		c.patience = p
	case fasthttp.StateActive:
		c.begun = true
	case fasthttp.StateIdle:
		c.begun, c.timed = false, false
	}
}

// Answered says when a request was answered, where the handler knows it: else the
// server reads the clock for it.
func Answered(ctx *fasthttp.RequestCtx, at time.Time) {
	if c := unwrap(ctx.Conn()); c != nil {
		c.done = at
	}
}

// timely has handler's answers be written in time.
func timely(handler fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		c := unwrap(ctx.Conn())
		if c == nil {
			handler(ctx)
			return
		}
		c.done = time.Time{}
		handler(ctx)
		if c.done.IsZero() {
			c.done = time.Now()
		}
	}
}

// timeRead sets what a Read has to be over by: a request's first byte, or the
// rest of its header and of a small body. fasthttp sets that of a large one.
func (c *conn) timeRead() error {
	var by time.Time
	switch p := c.patience; {
	case p == nil || c.begun && c.timed:
		return nil
	case c.begun:
		by, c.timed = time.Now().Add(p.header), true
	case c.opened:
		by = c.done.Add(p.idle)
	default: // for the whole of the first request
		by, c.opened, c.timed = time.Now().Add(p.header), true, true
	}
	if !c.read.want(by) {
		return nil
	}
	return c.Conn.SetReadDeadline(by)
}

// timeWrite sets what a Write has to be over by.
func (c *conn) timeWrite() error {
	if c.patience == nil {
		return nil
	}
	by := c.done.Add(c.patience.write)
	if !c.write.want(by) && !c.exact {
		return nil
	}
	return c.Conn.SetWriteDeadline(by)
}

// beginHandshake bounds the handshake of TLS.
func (c *conn) beginHandshake() error {
	if c.patience == nil {
		return nil
	}
	now := time.Now()
	return errors.Join(c.SetReadDeadline(now.Add(c.patience.header)), c.SetWriteDeadline(now.Add(c.patience.write)))
}

// deadline is one that is set on the connection only when it comes closer: each
// request has two, nearly all of which move the last one further away, and
// setting costs more than looking at a timeout twice.
type deadline struct{ armed, wanted time.Time }

// want reports whether t has to be set.
func (d *deadline) want(t time.Time) bool {
	d.wanted = t
	if !d.armed.IsZero() && !t.Before(d.armed) {
		return false
	}
	d.armed = t
	return true
}

// early reports whether err is the timeout of an older deadline; wanted has to
// be set then.
func (d *deadline) early(err error) bool {
	if !d.armed.Before(d.wanted) || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	d.armed = d.wanted
	return true
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.timed = true
	if !c.read.want(t) {
		return nil
	}
	return c.Conn.SetReadDeadline(t)
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	if !c.write.want(t) && !c.exact {
		return nil
	}
	return c.Conn.SetWriteDeadline(t)
}

func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}
