package sigv4

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// Algorithm is the only one that is verified.
const Algorithm = "AWS4-HMAC-SHA256"

const terminator = "aws4_request"

// Signature is what a request says of its own signature. Its strings are views
// into the request. Nothing in it is verified before Verify says so.
type Signature struct {
	AccessKeyID string
	// SecurityToken is the session token that came with it; "" without one.
	SecurityToken string
	Presigned     bool

	credential    string // AccessKeyID/date/region/service/aws4_request
	date          string // YYYYMMDD
	region        string
	service       string
	signedHeaders string
	signature     string
	timestamp     string // as sent, in ISO 8601 basic format unless a Date header
	time          time.Time
	expires       time.Duration // of a presigned request; 0: not said
}

// maxRepeated bounds what a fault repeats, in bytes.
const maxRepeated = 4 << 10

// Parse reads the signature of a request. The Fault is of exception
// MissingAuthenticationToken when there is none at all.
func Parse(r *Request) (Signature, *Fault) {
	switch header, n := authorization(r); {
	case n > 1:
		return Signature{}, incomplete("The Authorization header appears more than once.")
	case n == 1:
		return parseHeader(r, header)
	}
	if strings.Contains(r.Query, "X-Amz-") {
		return parseQuery(r)
	}
	return Signature{}, faultMissing
}

// authorization is the Authorization header and how many there are that say
// anything.
func authorization(r *Request) (value string, n int) {
	for i := range r.Header {
		if equalFold(r.Header[i].Name, "authorization") && r.Header[i].Value != "" {
			value = r.Header[i].Value
			n++
		}
	}
	return value, n
}

func parseHeader(r *Request, header string) (Signature, *Fault) {
	var s Signature
	algorithm, rest, _ := strings.Cut(header, " ")
	for rest != "" {
		var pair string
		pair, rest, _ = strings.Cut(rest, ",")
		pair = strings.TrimSpace(pair)
		if pair == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return s, incomplete("Invalid key=value pair (missing equal-sign) in Authorization header " +
				"(hashed with SHA-256 and encoded with Base64): '" + hashed(header) + "'.")
		}
		var field *string
		switch name {
		case "Credential":
			field = &s.credential
		case "SignedHeaders":
			field = &s.signedHeaders
		case "Signature":
			field = &s.signature
		default:
			continue
		}
		if *field != "" {
			return s, incomplete("Authorization header contains '" + name + "' more than once.")
		}
		*field = value
	}
	stamp, ok := r.header("x-amz-date")
	if !ok {
		stamp, ok = r.header("date")
	}
	if s.credential == "" || s.signature == "" || s.signedHeaders == "" || !ok {
		m := ""
		for _, p := range [...]struct{ name, value string }{
			{"Credential", s.credential}, {"Signature", s.signature}, {"SignedHeaders", s.signedHeaders},
		} {
			if p.value == "" {
				m += "Authorization header requires '" + p.name + "' parameter. "
			}
		}
		if !ok {
			m += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
		}
		return s, incomplete(m + "(Hashed with SHA-256 and encoded with Base64) Authorization=" + hashed(header))
	}
	if algorithm != Algorithm {
		return s, incomplete("Unsupported AWS 'algorithm': '" + clip(algorithm) + "'.")
	}
	s.SecurityToken, _ = r.header("x-amz-security-token")
	s.timestamp = stamp
	return s, s.finish()
}

func parseQuery(r *Request) (Signature, *Fault) {
	s := Signature{Presigned: true}
	var algorithm, expires string
	for rest := r.Query; rest != ""; {
		var piece string
		piece, rest, _ = strings.Cut(rest, "&")
		name, value, _ := strings.Cut(piece, "=")
		var field *string
		switch name {
		case "X-Amz-Algorithm":
			field = &algorithm
		case "X-Amz-Credential":
			field = &s.credential
		case "X-Amz-Signature":
			field = &s.signature
		case "X-Amz-SignedHeaders":
			field = &s.signedHeaders
		case "X-Amz-Date":
			field = &s.timestamp
		case "X-Amz-Expires":
			field = &expires
		case "X-Amz-Security-Token":
			field = &s.SecurityToken
		default:
			continue
		}
		if *field != "" {
			return s, incomplete("AWS query-string parameters include '" + name + "' more than once.")
		}
		*field = decoded(value)
	}
	if algorithm == "" && s.credential == "" && s.signature == "" {
		return s, faultMissing
	}
	if algorithm == "" || s.credential == "" || s.signature == "" || s.signedHeaders == "" || s.timestamp == "" {
		m := ""
		for _, p := range [...]struct{ name, value string }{
			{"X-Amz-Algorithm", algorithm},
			{"X-Amz-Credential", s.credential},
			{"X-Amz-Signature", s.signature},
			{"X-Amz-SignedHeaders", s.signedHeaders},
			{"X-Amz-Date", s.timestamp},
		} {
			if p.value == "" {
				m += "AWS query-string parameters must include '" + p.name + "'. "
			}
		}
		return s, incomplete(m + "Re-examine the query-string parameters.")
	}
	if algorithm != Algorithm {
		return s, incomplete("Unsupported AWS 'algorithm': '" + clip(algorithm) + "'.")
	}
	if expires != "" {
		n, err := strconv.ParseUint(expires, 10, 32)
		if err != nil {
			return s, incomplete("X-Amz-Expires should be a number")
		}
		if n < 1 || n > maxExpires {
			return s, incomplete("X-Amz-Expires must be between 1 and " + strconv.Itoa(maxExpires) + " seconds")
		}
		s.expires = time.Duration(n) * time.Second
	}
	return s, s.finish()
}

// hashed is how a fault shows a header that may be a secret. Field reports that tell
// both the header and the answer agree that the whole value is hashed.
func hashed(header string) string {
	sum := sha256.Sum256([]byte(header))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// maxExpires is a week, in seconds.
const maxExpires = 604800

// finish takes credential and time apart.
func (s *Signature) finish() *Fault {
	rest := s.credential
	var fields [5]string
	for i := range fields {
		var ok bool
		fields[i], rest, ok = strings.Cut(rest, "/")
		if ok != (i < 4) {
			return incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + clip(s.credential) + "'")
		}
	}
	s.AccessKeyID, s.date, s.region, s.service = fields[0], fields[1], fields[2], fields[3]
	if fields[4] != terminator {
		return invalid("Credential should be scoped with a valid terminator: '" + terminator + "', not '" + clip(fields[4]) + "'. ")
	}
	t, ok := parseBasic(s.timestamp)
	if !ok {
		var err error
		if t, err = time.Parse(time.RFC1123, s.timestamp); err != nil || s.Presigned {
			return incomplete("Date must be in ISO-8601 'basic format'. Got '" + clip(s.timestamp) + "'. See http://en.wikipedia.org/wiki/ISO_8601")
		}
		t = t.UTC()
		s.timestamp = basic(t)
	}
	s.time = t
	if s.timestamp[:8] != s.date {
		return invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
			clip(s.date) + "' != '" + s.timestamp[:8] + "', from '" + s.timestamp + "'.")
	}
	return nil
}

func clip(s string) string {
	if len(s) > maxRepeated {
		return s[:maxRepeated]
	}
	return s
}

const basicFormat = "20060102T150405Z"

func basic(t time.Time) string { return t.UTC().Format(basicFormat) }

// parseBasic reads a time such as 20260922T101500Z.
func parseBasic(s string) (time.Time, bool) {
	if len(s) != len(basicFormat) || s[8] != 'T' || s[15] != 'Z' {
		return time.Time{}, false
	}
	number := func(s string) int {
		n := 0
		for i := range len(s) {
			c := s[i]
			if c < '0' || c > '9' {
				return -1
			}
			n = n*10 + int(c-'0')
		}
		return n
	}
	year, month, day := number(s[:4]), number(s[4:6]), number(s[6:8])
	hour, minute, second := number(s[9:11]), number(s[11:13]), number(s[13:15])
	if year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	return t, t.Day() == day
}

// decoded is a query value with its percent-encoding taken off.
func decoded(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	return string(appendDecoded(make([]byte, 0, len(s)), s))
}

func appendDecoded(dst []byte, s string) []byte {
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
		dst = append(dst, c)
	}
	return dst
}

// unhex is the value of a hex digit; 16 and more for what is none.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 0xff
}
