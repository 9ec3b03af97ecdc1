package awsservice

import (
	"time"

	"sluice/mapping"
)

// Params are what a request adds to a compiled call. Params can be reused, and
// should be: what Build puts into the request lies in its buffers, so it must
// not be used for another request before the first one is done.
type Params struct {
	Method string // the client's; used when the integration passes it on
	// Path are the values of Placeholders, in their order, as received: percent
	// escapes in them are read as such, everything else is encoded.
	Path []string
	// Query are the mapped query parameters, decoded, in order; they follow those
	// of the URI.
	Query []mapping.Pair
	// ContentType is the client's Content-Type. It is sent when no mapping set
	// one and the method carries a body, or there is a body.
	ContentType string
	APIID       string // for x-amzn-apigateway-api-id
	UserAgent   string // AmazonAPIGateway_{apiId}
	TraceID     string // X-Amzn-Trace-Id; "" sends none
	// Caller signs when the integration's credentials are arn:aws:iam::*:user/*.
	Caller *Credentials
	// Now is the time of the request; zero is the clock's. Deadline is the
	// request's end; zero is none.
	Now, Deadline time.Time

	text      []byte  // what the added headers are views of
	canonical []byte  // what is hashed
	padded    []byte  // what an HMAC hashes
	pairs     []span  // of the query
	fields    []field // signed headers
}

// span is where a pair of the query lies in the target: name, "=", value.
type span struct{ begin, equals, end int }

// field is a signed header, its name in lower case.
type field struct{ name, value string }

// keptText is the size of buffers beyond which a Reset drops them, in bytes.
const keptText = 64 << 10

// Reset forgets the values of a request and keeps the buffers, unless they are
// large.
func (p *Params) Reset() {
	clear(p.Path)
	clear(p.Query)
	clear(p.fields)
	*p = Params{
		Path: p.Path[:0], Query: p.Query[:0],
		text: p.text[:0], canonical: p.canonical[:0], padded: p.padded[:0], pairs: p.pairs[:0], fields: p.fields[:0],
	}
	if cap(p.text) > keptText {
		p.text = nil
	}
	if cap(p.canonical) > keptText {
		p.canonical = nil
	}
}
