package runtime

import (
	"errors"
	"strings"

	"sluice/runtime/compress"
	"sluice/runtime/edge"
)

// accept takes in the request's head, which the edge has checked: names are
// tokens, values hold no control characters (step 1).
func (x *exchange) accept() {
	headers, ids := x.scope.Params.Header, x.headerIDs
	for i := range x.request.Header {
		p := x.request.Header[i]
		id := identifyHeader(p.Name)
		x.note(id, p.Name, p.Value)
		if headerRules[id].entry == drop {
			continue
		}
		headers = append(headers, p)
		ids = append(ids, id)
	}
	x.scope.Params.Header, x.headerIDs = headers, ids
	if x.known.nominates {
		x.dropNominated()
	}
	method := x.request.Method
	if o := x.known.methodOverride; o != "" {
		method = o
	}
	x.verb = verbOf(method)
	x.verbText = method
	if x.verb != verbUnknown {
		x.verbText = verbNames[x.verb]
	}
}

// note remembers the headers that the gateway itself reads. The last one wins.
func (x *exchange) note(id headerID, name, val string) {
	k := &x.known
	switch id {
	case otherHeader:
		switch {
		case len(name) == len("Accept-Encoding") && equalFold(name, "Accept-Encoding"):
			k.acceptEncoding = val
		case len(name) == len("X-API-Key") && equalFold(name, "X-API-Key"):
			x.gateway.limiter.Expect(val)
		}
	case hdrAccept:
		k.accept = val
	case hdrAuthorization:
		k.authorization = val
	case hdrConnection:
		k.nominates = k.nominates || val != ""
	case hdrContentEncoding:
		k.contentEncoding = val
	case hdrContentType:
		k.contentType = val
	case hdrHost:
		k.host = val
	case hdrMethodOverride:
		k.methodOverride = val
	case hdrForwardedFor:
		if k.forwardedFor != "" { // several fields are one chain
			val = x.joined(k.forwardedFor, ", ", val)
		}
		k.forwardedFor = val
	case hdrAmznTraceID:
		k.traceID = val
	case hdrAmznRequestID:
		x.clientID = val
	case hdrUserAgent:
		k.userAgent = val
	}
}

// dropNominated removes the headers that Connection names: they are meant for
// this hop alone (RFC 9110 section 7.6.1).
func (x *exchange) dropNominated() {
	for i := range x.request.Header {
		if p := &x.request.Header[i]; identifyHeader(p.Name) == hdrConnection {
			x.dropOptions(p.Value)
		}
	}
}

// dropOptions removes the headers that one Connection field names.
func (x *exchange) dropOptions(rest string) {
	for rest != "" {
		var option string
		option, rest, _ = strings.Cut(rest, ",")
		option = strings.TrimSpace(option)
		if option == "" || equalFold(option, "close") || equalFold(option, "keep-alive") {
			continue
		}
		headers, ids := x.scope.Params.Header, x.headerIDs
		n := 0
		for i := range headers {
			if equalFold(headers[i].Name, option) {
				continue
			}
			headers[n], ids[n] = headers[i], ids[i]
			n++
		}
		x.scope.Params.Header, x.headerIDs = headers[:n], ids[:n]
	}
}

// header is the last value of a request header, whatever its case; "" without it.
func (x *exchange) header(name string) string {
	for i := len(x.scope.Params.Header) - 1; i >= 0; i-- {
		if p := &x.scope.Params.Header[i]; equalFold(p.Name, name) {
			return p.Value
		}
	}
	return ""
}

// decodeBody takes in the query and the body, decoded from its Content-Encoding
// where the API compresses (step 1, once the stage is known).
func (x *exchange) decodeBody() *fault {
	if len(x.request.Query) > 0 {
		x.scope.Params.Query, x.queryBuf = edge.AppendQuery(x.scope.Params.Query, x.queryBuf, x.request.Query)
	}
	x.body = x.request.Body
	if x.deployment.minimumCompression < 0 || x.known.contentEncoding == "" || len(x.body) == 0 {
		return nil
	}
	out, err := x.gateway.codec.Decode(x.decodedBody[:0], x.known.contentEncoding, x.body)
	switch {
	case errors.Is(err, compress.ErrTooLarge):
		return faultTooLarge
	case err != nil:
		return faultMediaType
	}
	x.body, x.decodedBody = out, out
	return nil
}
