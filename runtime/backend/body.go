package backend

import (
	"bytes"
	"io"

	"sluice/runtime/octets"
)

// firstBody is what is set aside for a body before its bytes arrive: a length
// is a claim.
const firstBody = 64 << 10

// readBody reads the body that follows the head, which ends at end.
func (in *input) readBody(end int, toHead bool) (keepAlive bool, err error) {
	f, r := &in.framing, in.resp
	keepAlive = !f.closing && (!f.http10 || f.keepAlive)
	rest := in.n - end
	switch {
	case toHead, r.StatusCode == 304:
		return keepAlive && rest == 0, nil
	case r.StatusCode == 204:
		// A backend that announces a body will send it.
		return keepAlive && rest == 0 && f.length <= 0 && !f.chunked, nil
	case f.chunked:
		whole, err := in.readChunked(end)
		return keepAlive && whole, err
	case f.length >= 0:
		whole, err := in.readLength(end, f.length)
		return keepAlive && whole, err
	}
	return false, in.readToEnd(end)
}

// readLength reads a body of known length; whole is false when more followed.
func (in *input) readLength(end, length int) (whole bool, err error) {
	r := in.resp
	if length > in.c.options.MaxBody {
		return false, in.tooLarge()
	}
	got := in.n - end
	if got >= length {
		r.Body = r.head[end : end+length]
		return got == length, nil
	}
	// One byte more than announced is asked for, so that what TLS has read but
	// not handed out is seen, too.
	buf := r.head[end:in.n]
	if end+length+1 > len(r.head) {
		r.body = append(r.body[:0], buf...)
		for len(r.body) < length {
			if err := in.fill(&r.body, length+1-len(r.body)); err != nil {
				return false, err
			}
		}
		buf = r.body
	} else {
		for in.n-end < length {
			n, err := in.c.Read(r.head[in.n : end+length+1])
			if err != nil {
				return false, readError(err)
			}
			in.n += n
		}
		buf = r.head[end:in.n]
	}
	r.Body = buf[:length]
	return len(buf) == length, nil
}

// readToEnd reads a body that ends with the connection.
func (in *input) readToEnd(end int) error {
	r := in.resp
	r.body = append(r.body[:0], r.head[end:in.n]...)
	for {
		if len(r.body) > in.c.options.MaxBody {
			return in.tooLarge()
		}
		err := in.fill(&r.body, in.c.options.MaxBody+1-len(r.body))
		if err != nil {
			if cause := err.(*Error); cause.Kind == KindClosed && cause.Err == io.ErrUnexpectedEOF {
				r.Body = r.body
				return nil
			}
			return err
		}
	}
}

// fill reads up to most bytes behind *b, growing it by what has proved to come.
func (in *input) fill(b *[]byte, most int) error {
	have := len(*b)
	if cap(*b) == have {
		room := min(have+most, max(firstBody, 2*have))
		*b = append(make([]byte, 0, room), *b...)
	}
	n, err := in.c.Read((*b)[have:min(cap(*b), have+most)])
	if err != nil {
		return readError(err)
	}
	*b = (*b)[:have+n]
	return nil
}

func (in *input) tooLarge() error {
	return failf(KindTooLarge, "body of the answer is larger than %d bytes", in.c.options.MaxBody)
}

// rawRoom is how much of a chunked body is read at a time.
const rawRoom = 4 << 10

// chunks is the window over chunked bytes: buf[lo:hi] were read and not used.
type chunks struct {
	in       *input
	buf      []byte
	lo, hi   int
	overhead int // bytes of extensions and trailers so far
}

// readChunked decodes a chunked body; whole is false when more followed.
func (in *input) readChunked(end int) (whole bool, err error) {
	r := in.resp
	w := chunks{in: in, buf: r.head, lo: end, hi: in.n}
	r.body = r.body[:0]
	for {
		size, err := w.size()
		if err != nil {
			return false, err
		}
		if size == 0 {
			break
		}
		if len(r.body)+size > in.c.options.MaxBody {
			return false, in.tooLarge()
		}
		if err := w.data(size); err != nil {
			return false, err
		}
		if err := w.lineEnd(); err != nil {
			return false, err
		}
	}
	if err := w.trailer(); err != nil {
		return false, err
	}
	r.Body = r.body
	return w.lo == w.hi, nil
}

// refill reads into the empty window.
func (w *chunks) refill() error {
	if cap(w.in.resp.raw) == 0 {
		w.in.resp.raw = make([]byte, rawRoom)
	}
	w.buf = w.in.resp.raw
	n, err := w.in.c.Read(w.buf)
	if err != nil {
		return readError(err)
	}
	w.lo, w.hi = 0, n
	return nil
}

func (w *chunks) next() (byte, error) {
	if w.lo == w.hi {
		if err := w.refill(); err != nil {
			return 0, err
		}
	}
	w.lo++
	return w.buf[w.lo-1], nil
}

// lineEnd reads CR LF.
func (w *chunks) lineEnd() error {
	for _, want := range [...]byte{'\r', '\n'} {
		c, err := w.next()
		if err != nil {
			return err
		}
		if c != want {
			return fail(KindMalformed, "chunk does not end with its line")
		}
	}
	return nil
}

// size reads a chunk's first line. Extensions are read over.
func (w *chunks) size() (int, error) {
	size, digits := 0, 0
	for {
		c, err := w.next()
		if err != nil {
			return 0, err
		}
		var d byte
		switch {
		case c >= '0' && c <= '9':
			d = c - '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			d = c | 0x20 - 'a' + 10
		default:
			if digits == 0 {
				return 0, fail(KindMalformed, "chunk without a size")
			}
			w.lo--
			return size, w.extension()
		}
		// Leading zeros are bounded, too.
		if digits++; digits > 16 {
			return 0, fail(KindMalformed, "chunk size is too long")
		}
		if size = size<<4 | int(d); size > w.in.c.options.MaxBody {
			return 0, w.in.tooLarge()
		}
	}
}

// extension reads over what follows a chunk size: blanks, extensions, the line end.
func (w *chunks) extension() error {
	for first := true; ; {
		c, err := w.next()
		if err != nil {
			return err
		}
		switch {
		case c == '\r':
			w.lo--
			return w.lineEnd()
		case c == ' ' || c == '\t':
		case first && c != ';', c < ' ', c == 0x7f:
			return fail(KindMalformed, "invalid chunk extension")
		default:
			first = false
		}
		if err := w.count(); err != nil {
			return err
		}
	}
}

func (w *chunks) count() error {
	if w.overhead++; w.overhead > w.in.c.options.MaxHeaderBytes {
		return fail(KindMalformed, "too many bytes of chunk extensions and trailers")
	}
	return nil
}

// data appends size bytes of a chunk to the body.
func (w *chunks) data(size int) error {
	body := &w.in.resp.body
	for size > 0 {
		if w.lo == w.hi {
			if size >= rawRoom { // straight to where it belongs
				have := len(*body)
				if err := w.in.fill(body, size); err != nil {
					return err
				}
				size -= len(*body) - have
				continue
			}
			if err := w.refill(); err != nil {
				return err
			}
		}
		n := min(size, w.hi-w.lo)
		*body = append(*body, w.buf[w.lo:w.lo+n]...)
		w.lo += n
		size -= n
	}
	return nil
}

// trailer reads over the trailer section.
func (w *chunks) trailer() error {
	var line []byte
	for {
		line = line[:0]
		for {
			c, err := w.next()
			if err != nil {
				return err
			}
			if c == '\r' {
				w.lo--
				if err := w.lineEnd(); err != nil {
					return err
				}
				break
			}
			if err := w.count(); err != nil {
				return err
			}
			line = append(line, c)
		}
		if len(line) == 0 {
			return nil
		}
		if name, value, ok := bytes.Cut(line, []byte{':'}); !ok || !octets.IsToken(name) || !octets.IsFieldValue(value) {
			return failf(KindMalformed, "invalid trailer %q", clip(line))
		}
	}
}
