package backend

import "sluice/mapping"

// Request is what is sent to a backend. A Request can be reused; nothing of it
// is kept after Do.
type Request struct {
	Method string
	Target []byte // path and query, already encoded; begins with "/"
	Host   string // the Host field; "" is the endpoint's authority as it was written
	// Header is sent in this order and spelling. Do refuses a field that HTTP
	// does not allow (KindRequest), and Host, Content-Length and
	// Transfer-Encoding, which are Do's own.
	Header []mapping.Pair
	// Checked is how many fields at the beginning of Header the caller knows to be
	// allowed, as those of a request that the edge let in: Do does not look at them.
	Checked int
	Body    []byte // always announced by Content-Length, also when empty

	wire []byte // the encoded head; with a small body behind it
}

// Reset empties r and keeps its buffers, unless they are large.
func (r *Request) Reset() {
	clear(r.Header) // the strings must not keep a client's request alive
	*r = Request{Header: r.Header[:0], Target: r.Target[:0], wire: r.wire[:0]}
	if cap(r.Header) > keptHeaders {
		r.Header = nil
	}
	if cap(r.Target) > keptBuffer {
		r.Target = nil
	}
	if cap(r.wire) > keptBuffer {
		r.wire = nil
	}
}

// Response is a backend's answer. A Response can be reused, and should be: its
// buffers are. Header and Body are valid until the next Do or Reset; whoever
// needs the body for longer, as an answer that is written after the handler has
// returned, takes it with SwapBody or copies it.
type Response struct {
	StatusCode int // 200 to 599
	// Header has every field as it arrived, Content-Length, Connection and
	// Transfer-Encoding too, in order and spelling, values without the blanks
	// around them. Trailers are dropped.
	Header []mapping.Pair
	Body   []byte

	head []byte // what was read first: the head and what fits behind it
	body []byte // a body that did not fit behind the head
	raw  []byte // chunked bytes on their way
}

// SwapBody gives the body away for good, and takes spare, which is the caller's
// to give, in its place: a large body changes hands without a copy, a small one,
// which shares its buffer with the header, is copied into spare. Header stays valid.
func (r *Response) SwapBody(spare []byte) []byte {
	body := r.Body
	r.Body = nil
	if len(body) == 0 || len(r.body) == 0 || &body[0] != &r.body[0] {
		return append(spare[:0], body...)
	}
	r.body = spare[:0]
	return body
}

const (
	headRoom    = 8 << 10 // most answers of small APIs come in one read
	keptBuffer  = 1 << 20
	keptHeaders = 1024
)

// Reset empties r and keeps its buffers, unless they are large.
func (r *Response) Reset() {
	r.StatusCode, r.Body = 0, nil
	if cap(r.Header) > keptHeaders {
		r.Header = nil
	}
	// The strings must not keep a buffer alive that is dropped here.
	clear(r.Header)
	r.Header = r.Header[:0]
	if cap(r.head) > keptBuffer {
		r.head = nil
	}
	if cap(r.body) > keptBuffer {
		r.body = nil
	}
}
