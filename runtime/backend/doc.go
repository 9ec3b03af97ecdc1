// Package backend calls HTTP backends: connections, their reuse, and the
// HTTP/1.1 codec of requests that leave and answers that arrive.
//
// What flows in: a Request whose target and header are already decided, and the
// moment at which the caller stops waiting. What flows out: a Response whose
// header has the order and spelling of the wire, or an *Error with a Kind.
//
// It has its own codec and pool instead of fasthttp.HostClient because that
// client (v1.78.0) moves Content-Type, Content-Encoding, Server, Set-Cookie,
// Connection and Trailer out of order and out of their spelling, never looks at
// an idle connection before it is reused, and times a request per attempt.
//
// It never follows redirects, never decompresses, never adds or removes header
// fields other than Host and Content-Length, never starts a goroutine for a
// request, and never lets bytes of one answer reach another request.
package backend
