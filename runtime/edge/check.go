package edge

import (
	"bytes"

	"github.com/valyala/fasthttp"

	"sluice/mapping"
	"sluice/runtime/octets"
)

// Head is what Check read of a request. It holds views into the request, valid
// until the handler returns; a Head can be reused.
type Head struct {
	Path  []byte // of the target, not decoded; begins with "/"
	Query []byte // without "?", not decoded; a fragment is cut off
	Host  string // authority as sent: of an absolute target, else of the Host field; "" only in HTTP/1.0
	// Header has every field in order and spelling of arrival; values are trimmed.
	// The value of Host is Head.Host.
	Header []mapping.Pair
}

// Check reads the head of a request into h. A non-nil Refusal is to be answered
// as it says; the connection is already marked to be closed. Check also turns
// off header name normalizing of the answer.
//
// fasthttp has read the request by then, and refused the worst. What it takes
// and Check does not: a body framed by both Content-Length and
// Transfer-Encoding, Transfer-Encoding: identity, other versions than HTTP/1,
// blanks in names, lines without CR, folded lines, authorities and targets that
// RFC 3986 does not allow, expectations other than 100-continue, and more
// header or target than the service takes.
func Check(ctx *fasthttp.RequestCtx, h *Head) *Refusal {
	ctx.Response.Header.DisableNormalizing()
	r := check(&ctx.Request.Header, h)
	if r != nil {
		closing(ctx)
	}
	return r
}

func check(header *fasthttp.RequestHeader, h *Head) *Refusal {
	h.Path, h.Query, h.Host, h.Header = nil, nil, "", h.Header[:0]
	if p := header.Protocol(); len(p) != 8 || p[5] != '1' {
		return UnsupportedVersion
	}
	target := header.RequestURI()
	if len(target) > maxTarget {
		return URITooLong
	}
	raw := header.RawHeaders()
	if len(raw) > maxHeader+len("\r\n") { // the empty line is nobody's
		return HeaderTooLarge
	}
	host, r := h.readFields(raw, header.IsHTTP11())
	if r != nil {
		return r
	}
	if host >= 0 {
		h.Host = h.Header[host].Value
	}
	if r := h.readTarget(target, header.IsConnect()); r != nil {
		return r
	}
	if !validAuthority(h.Host) && (h.Host != "" || header.IsHTTP11()) {
		return BadRequest
	}
	if host >= 0 {
		h.Header[host].Value = h.Host
	}
	return nil
}

// readFields reads the header block into h.Header, and returns where Host is in
// it, -1 for nowhere.
func (h *Head) readFields(raw []byte, http11 bool) (host int, _ *Refusal) {
	fields := h.Header
	host = -1
	hasLength, chunked := false, false
	for len(raw) > 0 {
		end := bytes.IndexByte(raw, '\n')
		if end < 1 || raw[end-1] != '\r' {
			return -1, BadRequest
		}
		line := raw[:end-1]
		raw = raw[end+1:]
		if len(line) == 0 {
			break
		}
		// A folded line begins with a blank, which no name does.
		colon := octets.TokenLen(line)
		if colon == 0 || colon == len(line) || line[colon] != ':' {
			return -1, BadRequest
		}
		value := line[colon+1:]
		for len(value) > 0 && isBlank(value[0]) {
			value = value[1:]
		}
		for n := len(value); n > 0 && isBlank(value[n-1]); n-- {
			value = value[:n-1]
		}
		if !octets.IsFieldValue(value) {
			return -1, BadRequest
		}
		name, text := octets.Text(line[:colon]), octets.Text(value)
		switch len(name) {
		case len("host"):
			if octets.EqualFold(name, "host") {
				if host >= 0 {
					return -1, BadRequest
				}
				host = len(fields)
			}
		case len("expect"):
			if octets.EqualFold(name, "expect") && http11 && !octets.EqualFold(text, "100-continue") {
				return -1, ExpectationFailed
			}
		case len("content-length"):
			hasLength = hasLength || octets.EqualFold(name, "content-length")
		case len("transfer-encoding"):
			if octets.EqualFold(name, "transfer-encoding") {
				if !octets.EqualFold(text, "chunked") {
					return -1, UnsupportedTransfer
				}
				chunked = true
			}
		}
		fields = append(fields, mapping.Pair{Name: name, Value: text})
	}
	h.Header = fields
	if hasLength && chunked {
		return -1, BadRequest
	}
	return host, nil
}

// readTarget takes origin-form and absolute-form apart. An absolute target's
// authority replaces the Host field (RFC 9112, 3.2.2).
func (h *Head) readTarget(target []byte, connect bool) *Refusal {
	if len(target) == 0 || connect {
		return BadRequest
	}
	if target[0] != '/' {
		scheme, rest, ok := bytes.Cut(target, []byte("://"))
		if !ok || !octets.EqualFold(octets.Text(scheme), "http") && !octets.EqualFold(octets.Text(scheme), "https") {
			return BadRequest // asterisk-form and authority-form, too: there is no resource for them
		}
		end := bytes.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		if end == 0 {
			return BadRequest
		}
		h.Host, target = octets.Text(rest[:end]), rest[end:]
	}
	path := len(target)
	for i := 0; i < len(target); i++ {
		switch class := targetOctets[target[i]]; {
		case class == octetPlain:
		case class == octetPercent:
			if i+2 >= len(target) || !isHex(target[i+1]) || !isHex(target[i+2]) {
				return BadRequest
			}
			i += 2
		case class == octetBad:
			return BadRequest
		case target[i] == '#':
			target = target[:i] // clients keep it; nothing behind it counts
			path = min(path, i)
		case target[i] == '?':
			path = i
			query, r := readQuery(target[i+1:])
			if r != nil {
				return r
			}
			h.Query, target = query, target[:i]
		}
	}
	h.Path = target[:path]
	if path == 0 { // http://host or http://host?query
		h.Path = []byte{'/'}
	}
	return nil
}

// readQuery checks a query up to its fragment. A stray percent sign may stand
// in it (see AppendQuery); what the service wants encoded may not.
func readQuery(query []byte) ([]byte, *Refusal) {
	for i, c := range query {
		switch {
		case c == '#':
			return query[:i], nil
		case targetOctets[c] == octetBad, c == '|', c == '{', c == '}':
			return nil, BadRequest
		}
	}
	return query, nil
}

const (
	octetBad = iota // controls, blanks, and what is not ASCII
	octetPlain
	octetPercent
	octetEnd // "?" and "#"
)

var targetOctets = func() (t [256]uint8) {
	for c := '!'; c <= '~'; c++ {
		t[c] = octetPlain
	}
	t['%'] = octetPercent
	t['?'], t['#'] = octetEnd, octetEnd
	return
}()

// validAuthority reports whether s is a host and an optional port, with the
// characters that host names, IPv4 and bracketed IPv6 addresses have.
func validAuthority(s string) bool {
	host := len(s)
	if s != "" && s[0] == '[' {
		for i := 1; i < len(s) && s[i] != ']'; i++ {
			if !isHex(s[i]) && s[i] != ':' && s[i] != '.' {
				return false
			}
			host = i + 2
		}
		if host > len(s) || host < len("[::]") || s[host-1] != ']' {
			return false
		}
	} else {
		for i := range len(s) {
			if c := s[i]; c == ':' {
				host = i
				break
			} else if !isAlphanumeric(c) && c != '-' && c != '.' && c != '_' {
				return false
			}
		}
		if host == 0 {
			return false
		}
	}
	if host == len(s) {
		return true
	}
	port := s[host:]
	if port[0] != ':' || len(port) > len(":65535") {
		return false
	}
	n := 0
	for i := 1; i < len(port); i++ {
		if port[i] < '0' || port[i] > '9' {
			return false
		}
		n = n*10 + int(port[i]-'0')
	}
	return n <= 65535
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
