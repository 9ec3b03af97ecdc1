package edge

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/valyala/fasthttp"
)

// Listen wraps the listener that a server of NewServer is to serve; with TLS,
// that of tls.NewListener, so that it sees what the client said. Without it there
// are no timeouts, 414 is answered as 431, chunk extensions are not bounded, and
// clients may miss an answer given before they sent all.
func Listen(ln net.Listener) net.Listener { return listener{ln} }

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if t, ok := c.(*tls.Conn); ok {
		return &secureConn{conn: conn{Conn: c, timing: timing{exact: true}, peer: peerIP(c)}, tls: t}, nil
	}
	return &conn{Conn: c, peer: peerIP(c)}, nil
}

// peerIP is the text of the peer's address, "" when it has none. A connection
// has many requests, so it is written once.
func peerIP(c net.Conn) string {
	if a, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		if ip, ok := netip.AddrFromSlice(a.IP); ok {
			return ip.Unmap().String()
		}
	}
	return ""
}

// PeerIP is the address of the TCP peer of a request that came through Listen.
func PeerIP(ctx *fasthttp.RequestCtx) string {
	if c := unwrap(ctx.Conn()); c != nil {
		return c.peer
	}
	return ""
}

// secureConn has what fasthttp looks for in a connection with TLS.
type secureConn struct {
	conn
	tls *tls.Conn
}

func (c *secureConn) Handshake() error {
	if err := c.beginHandshake(); err != nil {
		return err
	}
	return c.tls.Handshake()
}

func (c *secureConn) ConnectionState() tls.ConnectionState { return c.tls.ConnectionState() }

// most is how many bytes a request may have with everything: head, body, and as
// much again for chunk sizes and extensions.
const most = 2*maxBody + 64<<10

var errTooMuch = errors.New("request has more bytes than any that would be taken")

// conn is a client's connection. One goroutine uses it, but for Close.
type conn struct {
	net.Conn
	timing
	peer string

	answered bool // since the last Read; the next begins a request
	line     line
	head     bool  // the request line begins with HEAD
	got      int   // bytes of the current request
	failed   error // of the last Read
	linger   bool  // the client may still be sending: see Close
}

// line is what is known of the first line of the current request. fasthttp
// keeps nothing of a request that it could not read, yet what is wrong with it
// depends on this.
type line uint8

const (
	lineOpen line = iota
	lineSeen
	line10 // an HTTP/1.0 request
)

func (c *conn) Read(p []byte) (int, error) {
	if c.answered {
		c.answered, c.line, c.head, c.got = false, lineOpen, false, 0
	}
	if c.got > most {
		c.failed = errTooMuch
		return 0, errTooMuch
	}
	if err := c.timeRead(); err != nil {
		c.failed = err
		return 0, err
	}
	for {
		n, err := c.Conn.Read(p)
		if err != nil && c.read.early(err) && c.Conn.SetReadDeadline(c.read.wanted) == nil {
			continue
		}
		if c.line == lineOpen {
			c.findLine(p[:n])
		}
		c.got += n
		c.failed = err
		return n, err
	}
}

// findLine looks for the end of the request line.
func (c *conn) findLine(p []byte) {
	for {
		i := bytes.IndexByte(p, '\n')
		switch {
		case i < 0:
			return
		case i == 0, i == 1 && p[0] == '\r': // empty lines before a request are skipped
			p = p[i+1:]
			continue
		case bytes.HasSuffix(bytes.TrimSuffix(p[:i], []byte{'\r'}), []byte(" HTTP/1.0")):
			c.line = line10
		default:
			c.line = lineSeen
		}
		c.head = bytes.HasPrefix(p, []byte("HEAD "))
		return
	}
}

func (c *conn) Write(p []byte) (int, error) {
	c.answered = true
	if err := c.timeWrite(); err != nil {
		return 0, err
	}
	sent := 0
	for {
		n, err := c.Conn.Write(p[sent:])
		sent += n
		if err != nil && c.write.early(err) && c.Conn.SetWriteDeadline(c.write.wanted) == nil {
			continue
		}
		return sent, err
	}
}

const (
	lingerTime  = 2 * time.Second
	lingerBytes = 64 << 20
)

// Close closes the connection. After a refusal it first reads for a while what
// the client is still sending: closing with unread bytes would reset the
// connection, and the client could lose the answer (RFC 9112, 9.6).
func (c *conn) Close() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && c.linger && half.CloseWrite() == nil &&
		c.Conn.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
		_, _ = io.CopyN(io.Discard, c.Conn, lingerBytes)
	}
	return c.Conn.Close()
}

// unwrap finds the conn of c; nil without Listen.
func unwrap(c net.Conn) *conn {
	switch t := c.(type) {
	case *conn:
		return t
	case *secureConn:
		return &t.conn
	}
	return nil
}
