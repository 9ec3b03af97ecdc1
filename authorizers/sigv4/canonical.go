package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// scratch is the memory of one verification.
type scratch struct {
	canonical []byte
	toSign    []byte
	encoded   []byte // query parameters, one after the other
	params    []param
	segments  []string
}

// param is where a query parameter stands in scratch.encoded.
type param struct{ start, equals, end int }

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// maxKeptScratch bounds what an idle scratch holds on to, in bytes.
const maxKeptScratch = 64 << 10

func (m *scratch) release() {
	if cap(m.canonical)+cap(m.encoded) > maxKeptScratch {
		return
	}
	clear(m.segments)
	scratches.Put(m)
}

const (
	contentHash     = "x-amz-content-sha256"
	unsignedPayload = "UNSIGNED-PAYLOAD"
	streaming       = "STREAMING-"
)

// maxSignedHeaders bounds the names of SignedHeaders.
const maxSignedHeaders = 128

// canonicalRequest writes the canonical request.
func (m *scratch) canonicalRequest(r *Request, s *Signature) *Fault {
	b := append(m.canonical[:0], r.Method...)
	b = append(b, '\n')
	m.canonical = b
	m.path(r.Path)
	m.canonical = append(m.canonical, '\n')
	m.query(r.Query, s.Presigned)
	b = append(m.canonical, '\n')
	host, count, previous := false, 0, ""
	for names := s.signedHeaders; names != ""; {
		var name string
		name, names, _ = strings.Cut(names, ";")
		// In order and each once, as signers write them; a list that repeats names
		// would make a canonical request many times the size of the request.
		if count++; name <= previous || count > maxSignedHeaders {
			return invalid("SignedHeaders must be in ascending order, each once, at most " + strconv.Itoa(maxSignedHeaders) + ".")
		}
		previous = name
		host = host || equalFold(name, "host")
		b = appendLower(b, name)
		b = append(b, ':')
		b = appendHeader(b, r, name)
		b = append(b, '\n')
	}
	if !host {
		return invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	b = append(b, '\n')
	b = append(b, s.signedHeaders...)
	b = append(b, '\n')
	hash, _ := r.header(contentHash)
	switch {
	case hash == unsignedPayload:
		b = append(b, hash...)
	case strings.HasPrefix(hash, streaming):
		return invalid("The payload must not be signed in chunks: " + contentHash + " is '" + clip(hash) + "'.")
	default:
		sum := sha256.Sum256(r.Body)
		b = hex.AppendEncode(b, sum[:])
	}
	m.canonical = b
	return nil
}

// path writes the path, normalized and encoded once more.
func (m *scratch) path(path string) {
	segments := m.segments[:0]
	slash := strings.HasSuffix(path, "/")
	for rest := path; rest != ""; {
		var segment string
		segment, rest, _ = strings.Cut(rest, "/")
		switch segment {
		case "", ".":
		case "..":
			if len(segments) > 0 {
				segments = segments[:len(segments)-1]
			}
		default:
			segments = append(segments, segment)
		}
	}
	m.segments = segments
	for _, segment := range segments {
		m.canonical = append(m.canonical, '/')
		m.canonical = appendEncoded(m.canonical, segment)
	}
	if slash || len(segments) == 0 {
		m.canonical = append(m.canonical, '/')
	}
}

// query writes the parameters, encoded and sorted by name, then value.
func (m *scratch) query(query string, presigned bool) {
	m.encoded, m.params = m.encoded[:0], m.params[:0]
	for rest := query; rest != ""; {
		var piece string
		piece, rest, _ = strings.Cut(rest, "&")
		if piece == "" {
			continue
		}
		name, value, _ := strings.Cut(piece, "=")
		if presigned && name == "X-Amz-Signature" {
			continue
		}
		p := param{start: len(m.encoded)}
		m.encoded = appendRecoded(m.encoded, name)
		p.equals = len(m.encoded)
		m.encoded = append(m.encoded, '=')
		m.encoded = appendRecoded(m.encoded, value)
		p.end = len(m.encoded)
		m.params = append(m.params, p)
	}
	e := m.encoded
	slices.SortStableFunc(m.params, func(a, b param) int {
		if c := slices.Compare(e[a.start:a.equals], e[b.start:b.equals]); c != 0 {
			return c
		}
		return slices.Compare(e[a.equals:a.end], e[b.equals:b.end])
	})
	for i, p := range m.params {
		if i > 0 {
			m.canonical = append(m.canonical, '&')
		}
		m.canonical = append(m.canonical, e[p.start:p.end]...)
	}
}

// appendHeader appends the values of a field, with commas between.
func appendHeader(b []byte, r *Request, name string) []byte {
	first := true
	for i := range r.Header {
		if !sameName(r.Header[i].Name, name) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = appendTrimmed(b, r.Header[i].Value)
	}
	return b
}

func sameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

func appendLower(b []byte, s string) []byte {
	for i := range len(s) {
		b = append(b, lower(s[i]))
	}
	return b
}

// appendTrimmed appends a value without blanks around it and with runs of blanks
// made one.
func appendTrimmed(b []byte, s string) []byte {
	s = strings.Trim(s, " \t")
	for i := range len(s) {
		if s[i] != ' ' || s[i-1] != ' ' {
			b = append(b, s[i])
		}
	}
	return b
}

// appendEncoded encodes everything but unreserved characters (RFC 3986, 2.3).
func appendEncoded(b []byte, s string) []byte {
	for i := range len(s) {
		b = appendOctet(b, s[i])
	}
	return b
}

// appendRecoded decodes a query's text and encodes it in the one canonical way.
func appendRecoded(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			hi, lo := unhex(s[i+1]), unhex(s[i+2])
			if hi < 16 && lo < 16 {
				c = hi<<4 | lo
				i += 2
			}
		} else if c == '+' {
			c = ' '
		}
		b = appendOctet(b, c)
	}
	return b
}

func appendOctet(b []byte, c byte) []byte {
	if unreserved[c] {
		return append(b, c)
	}
	const digits = "0123456789ABCDEF"
	return append(b, '%', digits[c>>4], digits[c&15])
}

var unreserved = func() (t [256]bool) {
	for c := '0'; c <= '9'; c++ {
		t[c] = true
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = true, true
	}
	for _, c := range "-._~" {
		t[c] = true
	}
	return
}()
