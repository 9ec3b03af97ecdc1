package backend

import (
	"crypto/tls"
	"io"
	"net"
	"time"
)

// oneWrite is the size up to which head and body of a request go out together.
const oneWrite = 16 << 10

// conn is a connection to a backend. One request at a time uses it.
type conn struct {
	nc      net.Conn // TCP
	rw      net.Conn // nc, or TLS over it
	options *Options
	turn    turn // see there; unused with TLS
	input   input

	reused bool
	since  time.Time     // when the last request on it began
	most   time.Duration // how long after that it may be used again
	sent   int           // bytes of the request written so far

	// A deadline is set on nc only when the one it has is later than wanted or
	// about to pass: setting one costs more than the rest of the bookkeeping.
	// Whoever sees a timeout looks at wanted before believing it.
	armed, wanted time.Time

	parts   [2][]byte // of a request with a large body
	buffers net.Buffers
}

func newConn(nc net.Conn, tc *tls.Conn, o *Options) *conn {
	c := &conn{nc: nc, rw: nc, options: o}
	if tc != nil {
		c.rw = tc
	} else {
		c.turn.init(nc)
	}
	return c
}

func (c *conn) secure() bool { return c.rw != c.nc }

// Close closes at once. TLS is not told: its close notification waits for a
// blocked peer, and a request of known length cannot be mistaken for a whole one.
func (c *conn) Close() { _ = c.nc.Close() }

// outcome says what may happen to a connection after an exchange.
type outcome uint8

const (
	keep       outcome = iota // may be used again
	closing                   // answered, must be closed
	stale                     // reused, and closed or talking before anything was sent
	unanswered                // ended before a byte of an answer
	broken                    // failed in another way
)

// exchange sends req, whose head is encoded, and reads the answer into resp.
func (c *conn) exchange(req *Request, resp *Response, deadline, now time.Time) (outcome, error) {
	if err := c.until(deadline, now); err != nil {
		if c.reused {
			return stale, &Error{KindConnect, err}
		}
		return broken, &Error{KindConnect, err}
	}
	c.sent = 0
	resp.head = sized(resp.head, headRoom)
	n, out, err := c.send(req, resp.head)
	if err != nil {
		return out, err
	}
	in := &c.input
	*in = input{c: c, resp: resp, n: n}
	keepAlive, err := in.read(req.Method == "HEAD")
	in.resp = nil // an idle connection keeps no answer
	switch {
	case err == nil && keepAlive && out == keep:
		// A backend that says when it closes is not given a request at that very
		// moment: it would be lost, and a POST could not be repeated.
		c.most = c.options.IdleTimeout
		if said := time.Duration(in.framing.idle) * time.Second; said > 0 {
			c.most = min(c.most, said-min(said/2, time.Second))
		}
		return keep, nil
	case err == nil:
		return closing, nil
	case in.n == 0 && err.(*Error).Kind == KindConnect:
		return unanswered, err
	}
	return broken, err
}

// send writes a request. It may already read the begin of the answer, n bytes,
// into p. The outcome is closing when the answer came before the request was out.
func (c *conn) send(req *Request, p []byte) (n int, out outcome, err error) {
	if len(req.wire)+len(req.Body) <= oneWrite {
		req.wire = append(req.wire, req.Body...)
		if c.turn.usable() {
			return c.sendTurn(req.wire, p)
		}
		c.parts[0] = req.wire
	} else {
		c.parts[0], c.parts[1] = req.wire, req.Body
	}
	defer func() { c.parts[0], c.parts[1] = nil, nil }()
	if c.reused && !c.quiet() {
		return 0, stale, &Error{KindConnect, errStale}
	}
	if c.secure() {
		for _, part := range c.parts {
			n, err := c.rw.Write(part)
			if c.sent += n; err != nil {
				return c.unsent(err)
			}
		}
		return 0, keep, nil
	}
	c.buffers = c.parts[:]
	early, err := c.writeBuffers()
	if err != nil {
		return c.unsent(err)
	}
	if early {
		return 0, closing, nil
	}
	return 0, keep, nil
}

// unsent decides what a failed write means. A backend that answers and closes
// without having read everything makes the write fail, but its answer may be there.
func (c *conn) unsent(err error) (n int, out outcome, _ error) {
	if isTimeout(err) {
		return 0, broken, &Error{KindTimeout, err}
	}
	if c.sent == 0 {
		return 0, unanswered, &Error{KindConnect, err}
	}
	return 0, closing, nil
}

// earlyCheck is how long a write may be blocked before we look for an answer.
const earlyCheck = 200 * time.Millisecond

// writeBuffers writes c.buffers. When the backend stops reading and has
// answered, early is true and the rest stays unwritten.
func (c *conn) writeBuffers() (early bool, err error) {
	for {
		step := time.Now().Add(earlyCheck)
		last := !step.Before(c.wanted)
		if last {
			step = c.wanted
		}
		if err := c.nc.SetWriteDeadline(step); err != nil {
			return false, err
		}
		n, err := c.buffers.WriteTo(c.nc)
		c.sent += int(n)
		if err == nil {
			c.armed = time.Time{} // the write deadline is another one now
			return false, nil
		}
		if !isTimeout(err) || last {
			return false, err
		}
		if !c.quiet() {
			return true, nil
		}
	}
}

// until sets the moment at which reads and writes give up.
func (c *conn) until(deadline, now time.Time) error {
	c.wanted = deadline
	if !c.secure() && c.armed.After(now) && !c.armed.After(deadline) {
		return nil
	}
	c.armed = deadline
	return c.nc.SetDeadline(deadline)
}

// early reports whether err is the timeout of an older deadline, and sets the
// one that is wanted.
func (c *conn) early(err error) bool {
	if !isTimeout(err) || !c.armed.Before(c.wanted) {
		return false
	}
	c.armed = c.wanted
	return c.nc.SetDeadline(c.wanted) == nil
}

// Read reads at least one byte, or fails with a cause of which isTimeout tells
// whether it was the deadline.
func (c *conn) Read(p []byte) (int, error) {
	for {
		n, err := c.rw.Read(p)
		switch {
		case n > 0:
			return n, nil
		case err == nil:
			return 0, io.ErrNoProgress
		case !c.early(err):
			return 0, err
		}
	}
}

// quiet reports whether the peer has neither closed the connection nor sent
// bytes that were not read.
func (c *conn) quiet() bool {
	if !peekQuiet(c.nc) {
		return false
	}
	if !c.secure() {
		return true
	}
	// TLS may hold records that were read from the socket together with the
	// end of the last answer. A deadline in the past lets it look at them only.
	if c.nc.SetReadDeadline(time.Unix(1, 0)) != nil {
		return false
	}
	var b [1]byte
	n, err := c.rw.Read(b[:])
	return n == 0 && isTimeout(err) && c.nc.SetReadDeadline(c.wanted) == nil
}

// sized returns b with length n at least, its content not kept.
func sized(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:cap(b)]
}
