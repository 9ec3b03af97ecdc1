package edge

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"time"
)

// readBuffer holds a head of the largest target and header, with some room behind it
// for the lines of a chunked body. It is a size class of the allocator.
const readBuffer = 24 << 10

// most is how many bytes a request may have with everything: head, body, and as
// much again for chunk sizes and extensions.
const most = 2*maxBody + 64<<10

const (
	keptBody   = 64 << 10 // a larger body's buffer is not kept
	keptFields = 128      // nor is the room for more fields
	// oneWrite is how much of answers goes out in one write; a larger body has its own.
	oneWrite = 16 << 10
	// pipelined is how much of answers may wait for the requests that came behind them.
	pipelined = oneWrite / 2
)

var (
	errTooMuch = errors.New("request has more bytes than any that would be taken")
	errLine    = errors.New("line does not fit into the buffer")
)

// conn is a client's connection. One goroutine uses it, but for claim and Close.
type conn struct {
	server *Server
	nc     net.Conn
	tls    *tls.Conn // nil without
	peer   string

	in      []byte // in[r:w] is what was read and not used
	r, w    int
	base    int // what lies before belongs to the current request's head
	got     int // bytes of the current request
	body    []byte
	out     []byte // answers that are not sent yet
	request Request
	answer  Answer
	date    date

	read, write deadline
	done        time.Time // when the last answer was there
	idleSince   atomic.Int64
	linger      bool // the client may still be sending: see close
}

// What idleSince says beside a time.
const (
	idleNever   = 0  // a request is being served
	idleClaimed = -1 // Shutdown closes the connection
)

// newGrace is how long a new connection counts as one with a request.
const newGrace = 5 * time.Second

func newConn(s *Server, nc net.Conn) *conn {
	c := &conn{server: s, nc: nc, peer: peerIP(nc), in: make([]byte, readBuffer), done: time.Now()}
	c.request.conn = c
	c.idleSince.Store(c.done.Add(newGrace).UnixNano())
	return c
}

// peerIP is the text of the peer's address, "" when it has none. A connection has
// many requests, so it is written once.
func peerIP(nc net.Conn) string {
	if a, ok := nc.RemoteAddr().(*net.TCPAddr); ok {
		if ip, ok := netip.AddrFromSlice(a.IP); ok {
			return ip.Unmap().String()
		}
	}
	return ""
}

// claim reports whether the connection is idle, and no request will be taken from it then.
func (c *conn) claim() bool {
	since := c.idleSince.Load()
	return since > 0 && since <= time.Now().UnixNano() && c.idleSince.CompareAndSwap(since, idleClaimed)
}

func (c *conn) handshake(t *tls.Conn) error {
	by := time.Now().Add(c.server.options.HeaderTimeout)
	if err := t.SetDeadline(by); err != nil {
		return err
	}
	c.tls = t
	c.read, c.write = deadline{armed: by, wanted: by}, deadline{armed: by, wanted: by}
	return t.Handshake()
}

// serve answers requests until the connection has to be closed.
func (c *conn) serve() {
	for first := true; c.await(first); first = false {
		q, a := &c.request, &c.answer
		q.reset()
		a.reset()
		r, err := c.readHead(q)
		if r == nil && err == nil {
			r, err = c.readBody(q)
		}
		q.Received = time.Now()
		switch {
		case err == io.EOF, errors.Is(err, net.ErrClosed):
			return // before anything but empty lines came, or closed by Shutdown
		case err != nil:
			r = refusalOf(err)
		}
		if r == nil {
			c.server.handler(q, a)
		} else {
			c.linger = true
			a.Close()
			c.server.options.OnRefuse(q, a, r)
		}
		if c.done = a.Done; c.done.IsZero() {
			c.done = time.Now()
		}
		if !c.send(q, a) {
			return
		}
		c.forget()
	}
}

// await waits for the first byte of a request; false ends the connection.
func (c *conn) await(first bool) bool {
	c.base, c.got = 0, c.w-c.r
	if c.r == c.w {
		c.r, c.w = 0, 0
		c.read.wanted = c.done.Add(c.server.options.IdleTimeout)
		if first {
			c.read.wanted = c.done.Add(c.server.options.HeaderTimeout) // for the whole of the request
		}
		if c.fill() != nil {
			return false
		}
	} else if c.r > 0 { // a request that came behind another one gets the whole room
		c.w = copy(c.in, c.in[c.r:c.w])
		c.r = 0
	}
	if !first {
		c.read.wanted = time.Time{} // see fill
	}
	return c.idleSince.Swap(idleNever) != idleClaimed
}

// forget ends a request whose answer is on its way.
func (c *conn) forget() {
	c.request.Body = nil
	if cap(c.request.Header) > keptFields {
		c.request.Header = nil
	}
	if cap(c.body) > keptBody {
		c.body = nil
	}
	c.answer.drop()
	if c.r == c.w { // else the next request is here
		c.idleSince.Store(c.done.UnixNano())
	}
}

// fill reads at least one byte more. A request that came in one piece needs no
// deadline of its own, so that of its header begins where more of it is waited for.
func (c *conn) fill() error {
	if c.got > most {
		return errTooMuch
	}
	if c.r == c.w {
		c.r, c.w = c.base, c.base
	}
	if c.w == len(c.in) {
		if c.r == c.base {
			return errLine
		}
		c.w = c.base + copy(c.in[c.base:], c.in[c.r:c.w])
		c.r = c.base
	}
	n, err := c.receive(c.in[c.w:])
	c.w += n
	return err
}

// receive reads at least one byte into p; what was answered before is sent first.
func (c *conn) receive(p []byte) (int, error) {
	if len(c.out) > 0 && !c.flush(nil) {
		return 0, net.ErrClosed
	}
	if c.read.wanted.IsZero() {
		c.read.wanted = time.Now().Add(c.server.options.HeaderTimeout)
	}
	if c.read.late() {
		if err := c.nc.SetReadDeadline(c.read.wanted); err != nil {
			return 0, err
		}
	}
	for {
		n, err := c.nc.Read(p)
		c.got += n
		switch {
		case n > 0:
			return n, nil
		case err == nil:
			return 0, io.ErrNoProgress
		case c.read.early(err) && c.nc.SetReadDeadline(c.read.wanted) == nil:
		default:
			return 0, err
		}
	}
}

// line is the next line of a chunked body, with its line end, as a view.
func (c *conn) line() ([]byte, error) {
	for seen := 0; ; {
		if i := bytes.IndexByte(c.in[c.r+seen:c.w], '\n'); i >= 0 {
			b := c.in[c.r : c.r+seen+i+1]
			c.r += len(b)
			return b, nil
		}
		seen = c.w - c.r
		if err := c.fill(); err != nil {
			return nil, err
		}
	}
}

// flush sends the answers that wait, and body behind them; false when the client
// does not take them.
func (c *conn) flush(body []byte) bool {
	out := c.out
	if c.out = c.out[:0]; cap(c.out) > 2*oneWrite {
		c.out = nil
	}
	return c.transmit(out) && (len(body) == 0 || c.transmit(body))
}

func (c *conn) transmit(p []byte) bool {
	c.write.wanted = c.done.Add(c.server.options.WriteTimeout)
	// TLS cannot be used after a write that timed out, so none may do so early.
	if c.write.late() || c.tls != nil {
		c.write.armed = c.write.wanted
		if c.nc.SetWriteDeadline(c.write.wanted) != nil {
			return false
		}
	}
	for {
		n, err := c.nc.Write(p)
		p = p[n:]
		if err == nil {
			return true
		}
		if !c.write.early(err) || c.nc.SetWriteDeadline(c.write.wanted) != nil {
			return false
		}
	}
}

const (
	lingerTime  = 2 * time.Second
	lingerBytes = 64 << 20
)

// close closes the connection. After a refusal it first reads for a while what
// the client is still sending: closing with unread bytes would reset the
// connection, and the client could lose the answer (RFC 9112, 9.6).
func (c *conn) close() {
	if half, ok := c.nc.(interface{ CloseWrite() error }); ok && c.linger && half.CloseWrite() == nil &&
		c.nc.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
		_, _ = io.CopyN(io.Discard, c.nc, lingerBytes)
	}
	_ = c.nc.Close()
}

// deadline is one that is set on the connection only when it comes closer: each
// request has two, nearly all of which move the last one further away, and
// setting costs more than looking at a timeout twice.
type deadline struct{ armed, wanted time.Time }

// late reports whether the wanted one has to be set, and takes it as set.
func (d *deadline) late() bool {
	if !d.armed.IsZero() && !d.wanted.Before(d.armed) {
		return false
	}
	d.armed = d.wanted
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
