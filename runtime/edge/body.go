package edge

import (
	"io"
	"strings"
	"time"

	"sluice/runtime/octets"
)

var goOn = []byte("HTTP/1.1 100 Continue\r\n\r\n")

// readBody reads the body of the request whose head was read.
func (c *conn) readBody(q *Request) (*Refusal, error) {
	f := &q.framing
	if f.length > maxBody {
		return RequestTooLarge, nil
	}
	if f.length > smallBody || f.chunked {
		c.read.wanted = time.Now().Add(c.server.options.BodyTimeout)
	}
	if f.expects {
		c.done = time.Now()
		if c.out = append(c.out, goOn...); !c.flush(nil) {
			return nil, io.EOF
		}
	}
	switch {
	case f.chunked:
		return c.readChunks(q)
	case f.length > 0:
		return nil, ended(c.readLength(q, f.length))
	}
	return nil, nil
}

// readLength reads a body of n bytes. It stays in the read buffer if it is there or
// has room there.
func (c *conn) readLength(q *Request, n int) error {
	if n <= len(c.in)-c.r {
		for c.w-c.r < n {
			read, err := c.receive(c.in[c.w:])
			if c.w += read; err != nil {
				return err
			}
		}
		q.Body = c.in[c.r : c.r+n : c.r+n]
		c.r += n
		c.base = c.r
		return nil
	}
	c.body = c.body[:0]
	err := c.appendBody(n)
	q.Body = c.body
	return err
}

// firstBody is how much memory a body gets that only says how long it will be.
const firstBody = 64 << 10

// appendBody appends n bytes that follow to c.body. Memory grows with what has come.
func (c *conn) appendBody(n int) error {
	have := min(n, c.w-c.r)
	c.body = append(c.body, c.in[c.r:c.r+have]...)
	c.r += have
	for n -= have; n > 0; {
		if len(c.body) == cap(c.body) {
			grown := make([]byte, len(c.body), len(c.body)+min(n, max(firstBody, len(c.body))))
			copy(grown, c.body)
			c.body = grown
		}
		at := len(c.body)
		read, err := c.receive(c.body[at:min(cap(c.body), at+n)])
		c.body, n = c.body[:at+read], n-read
		if err != nil {
			return err
		}
	}
	return nil
}

// readChunks reads a chunked body and its trailer, which is checked and dropped.
func (c *conn) readChunks(q *Request) (*Refusal, error) {
	c.body = c.body[:0]
	for {
		line, err := c.line()
		if err == errLine { // a size with a longer extension than anybody needs
			return BadRequest, nil
		}
		if err != nil {
			return nil, ended(err)
		}
		size, ok := chunkSize(line)
		switch {
		case !ok:
			return BadRequest, nil
		case size > maxBody-len(c.body):
			return RequestTooLarge, nil
		case size == 0:
			q.Body = c.body
			return c.readTrailer()
		}
		if err := c.appendBody(size + len("\r\n")); err != nil {
			return nil, ended(err)
		}
		end := len(c.body) - len("\r\n")
		if string(c.body[end:]) != "\r\n" {
			return BadRequest, nil
		}
		c.body = c.body[:end]
	}
}

// chunkSize reads the line of a chunk's size: hexadecimal digits, and an extension
// behind a semicolon, or blanks, which do not matter (RFC 9112, 7.1).
func chunkSize(line []byte) (size int, ok bool) {
	end := len(line) - len("\r\n")
	if end < 1 || line[end] != '\r' {
		return 0, false
	}
	line = line[:end]
	i := 0
	for ; i < len(line) && isHex(line[i]); i++ {
		if size = size<<4 | int(unhex(line[i])); size > maxBody {
			size = maxBody + 1 // it stays too large
		}
	}
	if i == 0 {
		return 0, false
	}
	rest := line[i:]
	if len(rest) > 0 && rest[0] == ';' {
		return size, octets.IsFieldValue(rest)
	}
	for _, b := range rest {
		if !isBlank(b) {
			return 0, false
		}
	}
	return size, true
}

// readTrailer reads the fields behind the last chunk. Those that a receiver would
// believe in a header are not allowed (RFC 9110, 6.5.1).
func (c *conn) readTrailer() (*Refusal, error) {
	for room := maxHeader; ; {
		line, err := c.line()
		if err == errLine {
			return HeaderTooLarge, nil
		}
		if err != nil {
			return nil, ended(err)
		}
		if room -= len(line); room < 0 {
			return HeaderTooLarge, nil
		}
		end := len(line) - len("\r\n")
		if end < 0 || line[end] != '\r' {
			return BadRequest, nil
		}
		if end == 0 {
			return nil, nil
		}
		name, _, ok := readField(line[:end])
		if !ok || forbiddenTrailer(name) {
			return BadRequest, nil
		}
	}
}

// forbiddenTrailers are the fields about framing, routing, authentication and
// content (RFC 9110, 6.5.1), in lower case.
var forbiddenTrailers = map[string]bool{
	"authorization": true, "connection": true, "content-encoding": true, "content-length": true, "content-range": true,
	"content-type": true, "cookie": true, "expect": true, "host": true, "keep-alive": true, "location": true,
	"max-forwards": true, "proxy-authenticate": true, "proxy-authorization": true, "proxy-connection": true, "range": true,
	"set-cookie": true, "te": true, "trailer": true, "transfer-encoding": true, "www-authenticate": true,
}

// forbiddenTrailer tells whether a field must not stand in a trailer: one of those, or
// one that says where a request comes from.
func forbiddenTrailer(name string) bool {
	name = strings.ToLower(name)
	return forbiddenTrailers[name] || strings.HasPrefix(name, "x-forwarded") || strings.HasPrefix(name, "x-real-ip")
}

// allowedTrailers tells whether all fields that a Trailer field announces may come.
func allowedTrailers(names string) bool {
	if names == "" {
		return true
	}
	for name := range items(names) {
		if !octets.IsToken(name) || forbiddenTrailer(name) {
			return false
		}
	}
	return true
}

// ended makes an error of the end of the connection within a body.
func ended(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
