package edge

import (
	"bytes"
	"crypto/tls"
	"io"
	"iter"
	"net"
	"strings"
	"time"

	"sluice/mapping"
	"sluice/runtime/octets"
)

// Request is a request that was read whole. Its strings and slices are views into
// buffers of the connection.
type Request struct {
	Method   string
	Protocol string // HTTP/1.1 or HTTP/1.0; as sent, should there ever be another HTTP/1
	Path     []byte // of the target, not decoded; begins with "/"
	Query    []byte // without "?", not decoded; a fragment is cut off
	Host     string // authority as sent: of an absolute target, else of the Host field; "" only in HTTP/1.0
	// Header has every field in order and spelling of arrival; values are trimmed.
	// The value of Host is Request.Host.
	Header   []mapping.Pair
	Body     []byte
	Received time.Time // when the whole of it was there
	Closing  bool      // the connection ends with the answer, as the client wants it

	conn    *conn
	framing framing
}

// framing is what a head says about the body and the connection.
type framing struct {
	http11    bool
	length    int // -1: not said
	chunked   bool
	expects   bool // 100 Continue
	close     bool // Connection: close
	keepAlive bool // Connection: keep-alive
}

func (q *Request) reset() {
	*q = Request{conn: q.conn, Header: q.Header[:0]}
}

// PeerIP is the address of the TCP peer, "" without one.
func (q *Request) PeerIP() string {
	if q.conn == nil {
		return ""
	}
	return q.conn.peer
}

// RemoteAddr is the address of the peer.
func (q *Request) RemoteAddr() net.Addr { return q.conn.nc.RemoteAddr() }

// TLS is the state of a connection with TLS, else nil.
func (q *Request) TLS() *tls.ConnectionState {
	if q.conn == nil || q.conn.tls == nil {
		return nil
	}
	state := q.conn.tls.ConnectionState()
	return &state
}

// Secure reports whether the connection has TLS.
func (q *Request) Secure() bool { return q.conn != nil && q.conn.tls != nil }

// Parse reads a whole head, up to its empty line, into q, which is overwritten.
func Parse(head []byte, q *Request) *Refusal {
	q.reset()
	end := bytes.IndexByte(head, '\n')
	if end < 1 || head[end-1] != '\r' {
		return BadRequest
	}
	if r := q.readLine(head[:end-1]); r != nil {
		return r
	}
	return q.readFields(head[end+1:])
}

// headEnd is where the empty line that ends a head has its end; 0 when none is behind
// from. A line's end in bytes.Index's needle would make that slow: heads are full of them.
func headEnd(b []byte, from int) int {
	for {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return 0
		}
		if from += i + 1; from+1 < len(b) && b[from] == '\r' && b[from+1] == '\n' {
			return from + 2
		}
	}
}

// readHead reads the head of a request. The error is io.EOF when the client closed
// the connection instead of sending one.
func (c *conn) readHead(q *Request) (*Refusal, error) {
	if err := c.skipEmptyLines(); err != nil {
		return nil, err
	}
	// A request line is looked at once it is there: a client that speaks another
	// protocol may never send an empty line.
	for seen := 0; ; {
		b := c.in[c.r:c.w]
		if end := headEnd(b, seen); end > 0 {
			c.r += end
			c.base = c.r
			return Parse(b[:end], q), nil
		}
		if r := q.early(b, seen); r != nil {
			return r, nil
		}
		seen = max(0, len(b)-len("\n\r\n")+1)
		switch err := c.fill(); {
		case err == errLine && bytes.IndexByte(b, '\n') < 0:
			return URITooLong, nil
		case err == errLine:
			return HeaderTooLarge, nil
		case err == io.EOF:
			return BadRequest, nil
		case err != nil:
			return nil, err
		}
	}
}

// early refuses what can be refused before the head is whole: a line that has no CR,
// and a request line that is none. b[:seen] was looked at before.
func (q *Request) early(b []byte, seen int) *Refusal {
	for from := seen; ; {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return nil
		}
		end := from + i
		if end == 0 || b[end-1] != '\r' {
			return BadRequest
		}
		if first := bytes.IndexByte(b, '\n'); first == end {
			if r := q.readLine(b[:end-1]); r != nil {
				return r
			}
		}
		from = end + 1
	}
}

// skipEmptyLines skips the empty lines that some clients send behind a body (RFC
// 9112, 2.2).
func (c *conn) skipEmptyLines() error {
	for {
		switch b := c.in[c.r:c.w]; {
		case len(b) > 1 && b[0] == '\r' && b[1] == '\n':
			c.r += 2
		case len(b) > 1, len(b) == 1 && b[0] != '\r':
			return nil
		default:
			if err := c.fill(); err != nil {
				return err
			}
		}
	}
}

// readLine reads the request line, without its line end.
func (q *Request) readLine(line []byte) *Refusal {
	method := bytes.IndexByte(line, ' ')
	if method <= 0 || !octets.IsToken(line[:method]) {
		return BadRequest
	}
	target := bytes.IndexByte(line[method+1:], ' ')
	if target <= 0 {
		return BadRequest
	}
	target += method + 1
	q.Method, q.Protocol = octets.Text(line[:method]), octets.Text(line[target+1:])
	p := q.Protocol
	if len(p) != len("HTTP/1.1") || p[:5] != "HTTP/" || !isDigit(p[5]) || p[6] != '.' || !isDigit(p[7]) {
		return BadRequest
	}
	if line[method+1] == '*' { // there is no resource for the asterisk-form
		return BadRequest
	}
	if p[5] != '1' {
		return UnsupportedVersion
	}
	q.framing.http11 = p[7] == '1'
	if target-method-1 > maxTarget {
		return URITooLong
	}
	return q.readTarget(line[method+1:target], q.Method == "CONNECT")
}

// readFields reads the header up to its empty line. An authority of the target, which
// is in q.Host, replaces the Host field (RFC 9112, 3.2.2).
func (q *Request) readFields(raw []byte) *Refusal {
	if len(raw) > maxHeader+len("\r\n") { // the empty line is nobody's
		return HeaderTooLarge
	}
	fields, f := q.Header[:0], &q.framing
	f.length = -1
	host := -1
	for {
		end := bytes.IndexByte(raw, '\n')
		if end < 1 || raw[end-1] != '\r' {
			return BadRequest
		}
		line := raw[:end-1]
		raw = raw[end+1:]
		if len(line) == 0 {
			break
		}
		name, value, ok := readField(line)
		if !ok {
			return BadRequest
		}
		switch len(name) {
		case len("host"):
			if octets.EqualFold(name, "host") {
				if host >= 0 {
					return BadRequest
				}
				host = len(fields)
			}
		case len("expect"):
			if octets.EqualFold(name, "expect") && f.http11 {
				if !octets.EqualFold(value, "100-continue") {
					return ExpectationFailed
				}
				f.expects = true
			}
		case len("trailer"):
			if octets.EqualFold(name, "trailer") && !allowedTrailers(value) {
				return BadRequest
			}
		case len("connection"):
			if octets.EqualFold(name, "connection") {
				f.readConnection(value)
			}
		case len("content-length"):
			if octets.EqualFold(name, "content-length") {
				if f.length >= 0 || !f.readLength(value) {
					return BadRequest
				}
			}
		case len("transfer-encoding"):
			if octets.EqualFold(name, "transfer-encoding") {
				if !f.http11 { // what it means there, nobody knows (RFC 9112, 6.1)
					return BadRequest
				}
				if f.chunked || !octets.EqualFold(value, "chunked") {
					return UnsupportedTransfer
				}
				f.chunked = true
			}
		}
		fields = append(fields, mapping.Pair{Name: name, Value: value})
	}
	q.Header = fields
	if f.length >= 0 && f.chunked {
		return BadRequest
	}
	q.Closing = f.close || !f.http11 && !f.keepAlive
	return q.settleHost(host)
}

// settleHost decides between the target's authority and the Host field, of which host
// is the place, -1 for nowhere.
func (q *Request) settleHost(host int) *Refusal {
	switch {
	case host < 0 && q.framing.http11:
		return BadRequest
	case host < 0:
	case q.Host == "":
		q.Host = q.Header[host].Value
	default:
		q.Header[host].Value = q.Host
	}
	if !validAuthority(q.Host) && (q.Host != "" || q.framing.http11) {
		return BadRequest
	}
	return nil
}

// readField takes a field's line, without its line end, apart. A folded line begins
// with a blank, which no name does.
func readField(line []byte) (name, value string, ok bool) {
	colon := octets.TokenLen(line)
	if colon == 0 || colon == len(line) || line[colon] != ':' {
		return "", "", false
	}
	v := line[colon+1:]
	for len(v) > 0 && isBlank(v[0]) {
		v = v[1:]
	}
	for n := len(v); n > 0 && isBlank(v[n-1]); n-- {
		v = v[:n-1]
	}
	return octets.Text(line[:colon]), octets.Text(v), octets.IsFieldValue(v)
}

// readLength reads a Content-Length. One of more than eighteen digits is refused.
func (f *framing) readLength(s string) bool {
	if s == "" || len(s) > 18 {
		return false
	}
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
		n = n*10 + int(s[i]-'0')
	}
	f.length = n
	return true
}

// readConnection reads the options of a Connection field that concern this server.
func (f *framing) readConnection(options string) {
	for option := range items(options) {
		f.close = f.close || octets.EqualFold(option, "close")
		f.keepAlive = f.keepAlive || octets.EqualFold(option, "keep-alive")
	}
}

// items are the items of a list, without the blanks around them.
func items(list string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for more := true; more; {
			var item string
			item, list, more = strings.Cut(list, ",")
			if !yield(strings.Trim(item, " \t")) {
				return
			}
		}
	}
}
