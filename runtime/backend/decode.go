package backend

import (
	"bytes"
	"io"

	"sluice/mapping"
	"sluice/runtime/octets"
)

// maxInterim is how many 1xx answers may come before the one that counts.
const maxInterim = 16

// input reads one answer. resp.head[:n] is what was read of it so far.
type input struct {
	c       *conn
	resp    *Response
	n       int
	framing framing
}

// framing is what a head says about its body and its connection.
type framing struct {
	http10    bool
	length    int // -1: not given
	chunked   bool
	closing   bool // Connection: close
	keepAlive bool // Connection: keep-alive
	idle      int  // seconds the backend keeps an idle connection; 0: not said
}

// read reads an answer; keepAlive tells whether the connection may be used again.
func (in *input) read(toHead bool) (keepAlive bool, err error) {
	skipped := 0
	for interim := 0; ; interim++ {
		end, err := in.readHead(skipped)
		if err != nil {
			return false, err
		}
		if err := in.parseHead(in.resp.head[:end]); err != nil {
			return false, err
		}
		status := in.resp.StatusCode
		if status >= 200 {
			return in.readBody(end, toHead)
		}
		if status == 101 {
			return false, fail(KindMalformed, "backend switched protocols unasked")
		}
		if interim == maxInterim {
			return false, fail(KindMalformed, "too many 1xx answers")
		}
		skipped += end
		in.n = copy(in.resp.head, in.resp.head[end:in.n])
	}
}

// readHead reads until the empty line and returns the end of it. skipped bytes
// of 1xx answers count against the limit.
func (in *input) readHead(skipped int) (end int, err error) {
	const protocol = "HTTP/1."
	limit := in.c.options.MaxHeaderBytes - skipped
	for seen := 0; ; {
		if known := min(in.n, len(protocol)); string(in.resp.head[:known]) != protocol[:known] {
			// Told at once: such a peer may never send an empty line.
			return 0, failf(KindMalformed, "answer is not HTTP/1: %q", in.resp.head[:min(in.n, 32)])
		}
		if end, seen = headEnd(in.resp.head[:in.n], seen); end > 0 && end <= limit {
			return end, nil
		}
		if end > 0 || in.n >= limit {
			return 0, failf(KindMalformed, "header of the answer is larger than %d bytes", in.c.options.MaxHeaderBytes)
		}
		if in.n == len(in.resp.head) {
			grown := make([]byte, 2*len(in.resp.head))
			copy(grown, in.resp.head)
			in.resp.head = grown
		}
		n, err := in.c.Read(in.resp.head[in.n:])
		if err != nil {
			if in.n == 0 && skipped == 0 && !isTimeout(err) {
				return 0, &Error{KindConnect, err}
			}
			return 0, readError(err)
		}
		in.n += n
	}
}

// headEnd finds the end of the empty line that ends a head. It is 0 when there
// is none; seen is then where to go on when there are more bytes.
func headEnd(b []byte, from int) (end, seen int) {
	for {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return 0, from
		}
		next := from + i + 1
		switch {
		case next < len(b) && b[next] == '\n':
			return next + 1, 0
		case next+1 < len(b) && b[next] == '\r' && b[next+1] == '\n':
			return next + 2, 0
		case next+1 >= len(b):
			return 0, from
		}
		from = next
	}
}

// readError is the error of a read in the middle of an answer.
func readError(err error) error {
	switch {
	case isTimeout(err):
		return &Error{KindTimeout, err}
	case err == io.EOF:
		return &Error{KindClosed, io.ErrUnexpectedEOF}
	}
	return &Error{KindClosed, err}
}

// parseHead reads a status line and a header, up to their empty line. Lines may
// end without CR (RFC 9112, 2.2). Folded lines are joined by blanks in place
// (RFC 9112, 5.2). The fields are views into b.
func (in *input) parseHead(b []byte) error {
	line, rest := cutLine(b)
	if err := in.parseStatus(line); err != nil {
		return err
	}
	in.framing.length = -1
	in.framing.chunked, in.framing.closing, in.framing.keepAlive, in.framing.idle = false, false, false, 0
	fields := in.resp.Header[:0]
	for {
		line, next := cutLine(rest)
		if len(line) == 0 {
			break
		}
		for next[0] == ' ' || next[0] == '\t' { // next has the empty line at least
			// The line end becomes blanks.
			ended := len(rest) - len(next)
			rest[ended-1] = ' '
			if rest[ended-2] == '\r' {
				rest[ended-2] = ' '
			}
			_, next = cutLine(next)
			line = withoutEnd(rest[:len(rest)-len(next)])
		}
		rest = next
		colon := bytes.IndexByte(line, ':')
		if colon < 0 {
			return failf(KindMalformed, "header line without a colon: %q", clip(line))
		}
		name := trimRight(line[:colon]) // a blank before the colon must go (RFC 9112, 5.1)
		if !octets.IsToken(name) {
			return failf(KindMalformed, "invalid header name %q", clip(name))
		}
		value := trim(line[colon+1:])
		if !octets.IsFieldValue(value) {
			return failf(KindMalformed, "header %s has a control character", clip(name))
		}
		if len(fields) == in.c.options.MaxFields {
			return failf(KindMalformed, "more than %d header fields", in.c.options.MaxFields)
		}
		fields = append(fields, mapping.Pair{Name: octets.Text(name), Value: octets.Text(value)})
		switch len(name) {
		case 10, 14, 17:
			if err := in.frame(octets.Text(name), value); err != nil {
				return err
			}
		}
	}
	in.resp.Header = fields
	f := &in.framing
	if f.chunked && f.length >= 0 {
		return fail(KindMalformed, "answer has Content-Length and Transfer-Encoding")
	}
	if f.chunked && f.http10 {
		return fail(KindMalformed, "HTTP/1.0 answer has Transfer-Encoding")
	}
	return nil
}

// parseStatus reads "HTTP/1.x NNN reason"; the reason may be missing with its blank.
func (in *input) parseStatus(line []byte) error {
	const least = len("HTTP/1.1 200")
	if len(line) < least || line[7] < '0' || line[7] > '9' || line[8] != ' ' ||
		len(line) > least && line[least] != ' ' || !octets.IsFieldValue(line) {
		return failf(KindMalformed, "invalid status line %q", clip(line))
	}
	status := 0
	for _, c := range line[9:least] {
		if c < '0' || c > '9' {
			return failf(KindMalformed, "invalid status line %q", clip(line))
		}
		status = status*10 + int(c-'0')
	}
	if status < 100 || status > 599 {
		return failf(KindMalformed, "status %d is outside 100 to 599", status)
	}
	in.resp.StatusCode = status
	in.framing.http10 = line[7] == '0'
	return nil
}

// frame takes the fields that decide about body and connection.
func (in *input) frame(name string, value []byte) error {
	f := &in.framing
	switch {
	case octets.EqualFold(name, "content-length"):
		// A list of equal lengths is what a joined pair of fields looks like (RFC 9110, 8.6).
		for more := true; more; {
			var item []byte
			item, value, more = bytes.Cut(value, []byte{','})
			length, err := in.parseLength(trim(item))
			if err != nil {
				return err
			}
			if f.length >= 0 && f.length != length {
				return fail(KindMalformed, "answer has several lengths")
			}
			f.length = length
		}
	case octets.EqualFold(name, "transfer-encoding"):
		if f.chunked || !octets.EqualFold(octets.Text(value), "chunked") {
			return failf(KindMalformed, "unsupported Transfer-Encoding %q", clip(value))
		}
		f.chunked = true
	case octets.EqualFold(name, "connection"):
		for more := true; more; {
			var item []byte
			item, value, more = bytes.Cut(value, []byte{','})
			item = trim(item)
			f.closing = f.closing || octets.EqualFold(octets.Text(item), "close")
			f.keepAlive = f.keepAlive || octets.EqualFold(octets.Text(item), "keep-alive")
		}
	case octets.EqualFold(name, "keep-alive"):
		f.idle = idleSeconds(value)
	}
	return nil
}

// parseLength reads digits. A length over the limit becomes the limit and one:
// it may belong to an answer without a body.
func (in *input) parseLength(s []byte) (int, error) {
	if len(s) == 0 {
		return 0, fail(KindMalformed, "empty Content-Length")
	}
	n, over := 0, in.c.options.MaxBody+1
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, failf(KindMalformed, "invalid Content-Length %q", clip(s))
		}
		n = min(n*10+int(c-'0'), over)
	}
	return n, nil
}

// idleSeconds reads "timeout=5, max=100".
func idleSeconds(value []byte) int {
	for more := true; more; {
		var item []byte
		item, value, more = bytes.Cut(value, []byte{','})
		digits, ok := bytes.CutPrefix(trim(item), []byte("timeout="))
		if !ok {
			continue
		}
		n := 0
		for _, c := range digits {
			if c < '0' || c > '9' {
				return 0
			}
			n = min(n*10+int(c-'0'), 3600)
		}
		return n
	}
	return 0
}

// cutLine returns b up to the first line end, without it, and what follows. b
// has a line end.
func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	return withoutEnd(b[:i+1]), b[i+1:]
}

func withoutEnd(line []byte) []byte {
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}

func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	return trimRight(b)
}

func trimRight(b []byte) []byte {
	for n := len(b); n > 0 && (b[n-1] == ' ' || b[n-1] == '\t'); n-- {
		b = b[:n-1]
	}
	return b
}

// clip shortens what goes into an error.
func clip(b []byte) []byte { return b[:min(len(b), 64)] }
