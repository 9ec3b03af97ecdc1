package compress

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
)

// The errors of Decode.
var (
	ErrUnsupported = errors.New("unsupported content coding")
	ErrCorrupt     = errors.New("corrupt compressed body")
	ErrTooLarge    = errors.New("decompressed body too large")
)

// Codec encodes and decodes with pooled state. It is safe for concurrent use.
type Codec struct {
	limit    int
	encoders [none]sync.Pool // of *encoder, by Coding
	decoders [none]sync.Pool // of *decoder
}

// New makes a Codec whose decoded bodies have at most limit bytes; 0 is 10485760.
func New(limit int) *Codec {
	if limit <= 0 {
		limit = 10485760
	}
	return &Codec{limit: limit}
}

// sink collects what an encoder writes.
type sink struct{ b []byte }

func (s *sink) Write(p []byte) (int, error) {
	s.b = append(s.b, p...)
	return len(p), nil
}

// encoder is what gzip.Writer and zlib.Writer have in common.
type encoder struct {
	io.WriteCloser
	reset func(io.Writer)
	out   sink
}

func newEncoder(c Coding) *encoder {
	e := new(encoder)
	if c == Gzip {
		w := gzip.NewWriter(&e.out)
		e.WriteCloser, e.reset = w, w.Reset
	} else {
		w := zlib.NewWriter(&e.out)
		e.WriteCloser, e.reset = w, w.Reset
	}
	return e
}

// Append appends src, encoded, to dst.
func (c *Codec) Append(dst []byte, coding Coding, src []byte) []byte {
	if coding != Gzip && coding != Deflate {
		return append(dst, src...)
	}
	e, ok := c.encoders[coding].Get().(*encoder)
	if !ok {
		e = newEncoder(coding)
	}
	e.out.b = dst
	e.reset(&e.out)
	// A sink does not fail, so neither do these.
	_, _ = e.Write(src)
	_ = e.Close()
	dst, e.out.b = e.out.b, nil
	c.encoders[coding].Put(e)
	return dst
}

// decoder reads from its own source.
type decoder struct {
	io.Reader
	in   bytes.Reader
	gzip gzip.Reader
}

// begin reads the header of src.
func (d *decoder) begin(coding Coding, src []byte) error {
	d.in.Reset(src)
	if coding == Gzip {
		d.Reader = &d.gzip
		return d.gzip.Reset(&d.in)
	}
	if r, ok := d.Reader.(zlib.Resetter); ok {
		return r.Reset(&d.in, nil)
	}
	r, err := zlib.NewReader(&d.in)
	if err != nil {
		return err
	}
	d.Reader = r
	return nil
}

// Decode appends src, decoded according to a Content-Encoding value, to dst; the
// limit counts the bytes appended. "" and identity copy. Several codings are not
// supported. An empty src is decoded to nothing, whatever its coding. With an
// error dst comes back as it was.
func (c *Codec) Decode(dst []byte, contentEncoding string, src []byte) ([]byte, error) {
	coding := Identity
	if name := trim(contentEncoding); name != "" {
		coding = codingOf(name)
	}
	switch {
	case coding == none:
		return dst, ErrUnsupported
	case len(src) == 0:
		return dst, nil
	case coding == Identity && len(src) > c.limit:
		return dst, ErrTooLarge
	case coding == Identity:
		return append(dst, src...), nil
	}
	d, ok := c.decoders[coding].Get().(*decoder)
	if !ok {
		d = new(decoder)
	}
	out, err := c.decode(dst, d, coding, src)
	d.in.Reset(nil)
	c.decoders[coding].Put(d)
	if err != nil {
		return dst, err
	}
	return out, nil
}

func (c *Codec) decode(dst []byte, d *decoder, coding Coding, src []byte) ([]byte, error) {
	if d.begin(coding, src) != nil {
		return nil, ErrCorrupt
	}
	most := len(dst) + c.limit
	for {
		if len(dst) > most {
			return nil, ErrTooLarge
		}
		if len(dst) == cap(dst) {
			dst = slices.Grow(dst, min(max(len(dst), 4*len(src), 512), most+1-len(dst)))
		}
		n, err := d.Read(dst[len(dst):min(cap(dst), most+1)])
		dst = dst[:len(dst)+n]
		switch {
		case err == io.EOF && len(dst) > most:
			return nil, ErrTooLarge
		case err == io.EOF && d.in.Len() > 0: // gzip reads to the end itself
			return nil, ErrCorrupt
		case err == io.EOF:
			return dst, nil
		case err != nil:
			return nil, ErrCorrupt
		}
	}
}
