package awsservice

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"sluice/runtime/backend"
	"sluice/runtime/octets"
)

// scope is the part of the credential scope that a call fixes.
type scope struct {
	region, service string
	tail            string // "/{region}/{service}/aws4_request"
}

func newScope(region, service string) scope {
	return scope{region, service, "/" + region + "/" + service + "/aws4_request"}
}

// derivedKey is the signing key of a secret for a day.
type derivedKey struct {
	secret string
	day    [8]byte
	key    [sha256.Size]byte
}

// signingKey returns the key of the day, and keeps the last one.
func (c *Call) signingKey(secret, day string) *derivedKey {
	if k := c.key.Load(); k != nil && k.secret == secret && string(k.day[:]) == day {
		return k
	}
	k := &derivedKey{secret: strings.Clone(secret)}
	copy(k.day[:], day)
	first := append(append(make([]byte, 0, 64), "AWS4"...), secret...)
	b := make([]byte, 0, 128)
	k.key, b = hmacSHA256(first, octets.Of(day), b)
	k.key, b = hmacSHA256(k.key[:], octets.Of(c.scope.region), b)
	k.key, b = hmacSHA256(k.key[:], octets.Of(c.scope.service), b)
	k.key, _ = hmacSHA256(k.key[:], octets.Of("aws4_request"), b)
	c.key.Store(k)
	return k
}

// hmacSHA256 is HMAC-SHA256 (RFC 2104) without the two hashes that crypto/hmac
// allocates for each key. buf is scratch.
func hmacSHA256(key, message, buf []byte) (sum [sha256.Size]byte, scratch []byte) {
	var block [sha256.BlockSize]byte
	if len(key) > len(block) {
		sum = sha256.Sum256(key)
		key = sum[:]
	}
	copy(block[:], key)
	for i := range block {
		block[i] ^= 0x36
	}
	buf = append(append(buf[:0], block[:]...), message...)
	sum = sha256.Sum256(buf)
	for i := range block {
		block[i] ^= 0x36 ^ 0x5c
	}
	buf = append(append(buf[:0], block[:]...), sum[:]...)
	return sha256.Sum256(buf), buf
}

// sign adds the gateway's headers and the signature (AWS, "Create a signed AWS
// API request"). Of the headers only Host, Content-Type, Content-MD5 and X-Amz-*
// are signed: what stands between the gateway and a local service may change the
// others.
func (c *Call) sign(req *backend.Request, p *Params, has *present, creds *Credentials, now time.Time) {
	p.text = appendDate(p.text, now)
	date := octets.Text(p.text)
	bodyHash := sha256.Sum256(req.Body)
	start := len(p.text)
	p.text = hex.AppendEncode(p.text, bodyHash[:])
	hash := octets.Text(p.text[start:])
	authorization := c.addHeaders(req, p, has, date, creds.SessionToken, hash)
	p.collectSigned(req)

	b := append(p.canonical[:0], req.Method...)
	b = append(b, '\n')
	b = c.appendCanonicalPath(b, req.Target, p)
	b = append(b, '\n')
	b = p.appendCanonicalQuery(b, req.Target)
	b = append(b, '\n')
	b = p.appendCanonicalHeaders(b)
	b = append(b, '\n')
	names := len(b)
	b = p.appendSignedNames(b)
	start = len(p.text)
	p.text = append(p.text, b[names:]...)
	signed := octets.Text(p.text[start:])
	b = append(b, '\n')
	b = append(b, hash...)
	requestHash := sha256.Sum256(b)

	b = append(b[:0], "AWS4-HMAC-SHA256\n"...)
	b = append(b, date...)
	b = append(b, '\n')
	b = append(b, date[:8]...)
	b = append(b, c.scope.tail...)
	b = append(b, '\n')
	b = hex.AppendEncode(b, requestHash[:])
	p.canonical = b
	var signature [sha256.Size]byte
	key := c.signingKey(creds.SecretAccessKey, date[:8])
	signature, p.padded = hmacSHA256(key.key[:], b, p.padded)

	start = len(p.text)
	t := append(p.text, "AWS4-HMAC-SHA256 Credential="...)
	t = append(t, creds.AccessKeyID...)
	t = append(t, '/')
	t = append(t, date[:8]...)
	t = append(t, c.scope.tail...)
	t = append(t, ", SignedHeaders="...)
	t = append(t, signed...)
	t = append(t, ", Signature="...)
	p.text = hex.AppendEncode(t, signature[:])
	req.Header[authorization].Value = octets.Text(p.text[start:])
}

// appendDate appends 20060102T150405Z.
func appendDate(b []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	two := func(n int) { b = append(b, byte('0'+n/10%10), byte('0'+n%10)) }
	two(year / 100)
	two(year)
	two(int(month))
	two(day)
	b = append(b, 'T')
	two(hour)
	two(minute)
	two(second)
	return append(b, 'Z')
}

// collectSigned finds the headers to sign, in the order of their names.
func (p *Params) collectSigned(req *backend.Request) {
	p.fields = append(p.fields[:0], field{"host", req.Host})
	for i := range req.Header {
		h := &req.Header[i]
		n := len(h.Name)
		if !(n == 12 && octets.EqualFold(h.Name, "content-type") || n == 11 && octets.EqualFold(h.Name, "content-md5") ||
			n > 6 && octets.EqualFold(h.Name[:6], "x-amz-")) {
			continue
		}
		start := len(p.text)
		for j := range n {
			ch := h.Name[j]
			if ch >= 'A' && ch <= 'Z' {
				ch |= 0x20
			}
			p.text = append(p.text, ch)
		}
		p.fields = append(p.fields, field{octets.Text(p.text[start:]), h.Value})
	}
	slices.SortStableFunc(p.fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
}

// appendCanonicalPath appends the path as it is signed. It has only unreserved
// bytes, slashes and escapes, so encoding it once more is a matter of "%".
func (c *Call) appendCanonicalPath(b, target []byte, p *Params) []byte {
	if len(p.pairs) > 0 {
		target = target[:p.pairs[0].begin-1]
	}
	if !c.double {
		return append(b, target...)
	}
	for _, x := range target {
		if b = append(b, x); x == '%' {
			b = append(b, "25"...)
		}
	}
	return b
}

// appendCanonicalQuery appends the pairs of the query in the order of their
// encoded names, then values.
func (p *Params) appendCanonicalQuery(b, target []byte) []byte {
	slices.SortFunc(p.pairs, func(x, y span) int {
		if n := bytes.Compare(target[x.begin:x.equals], target[y.begin:y.equals]); n != 0 {
			return n
		}
		return bytes.Compare(target[x.equals:x.end], target[y.equals:y.end])
	})
	for i, s := range p.pairs {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(b, target[s.begin:s.end]...)
	}
	return b
}

// appendCanonicalHeaders appends the lines of the signed headers. Those of one
// name share a line.
func (p *Params) appendCanonicalHeaders(b []byte) []byte {
	for i := range p.fields {
		f := &p.fields[i]
		if i > 0 && p.fields[i-1].name == f.name {
			b[len(b)-1] = ','
		} else {
			b = append(append(b, f.name...), ':')
		}
		b = append(appendTrimmed(b, f.value), '\n')
	}
	return b
}

// appendTrimmed appends a header's value without the blanks around it, and with
// one for several inside.
func appendTrimmed(b []byte, v string) []byte {
	v = strings.Trim(v, " \t")
	for i := range len(v) {
		if v[i] != ' ' || v[i-1] != ' ' { // the first byte is no blank
			b = append(b, v[i])
		}
	}
	return b
}

// appendSignedNames appends the names of the signed headers.
func (p *Params) appendSignedNames(b []byte) []byte {
	for i := range p.fields {
		if i > 0 {
			if p.fields[i-1].name == p.fields[i].name {
				continue
			}
			b = append(b, ';')
		}
		b = append(b, p.fields[i].name...)
	}
	return b
}
