package backend

import (
	"strconv"

	"sluice/runtime/octets"
)

// encode writes the head into r.wire, and refuses what would let a value become
// a second field or a second request.
func (r *Request) encode(authority string) error {
	if !octets.IsToken(r.Method) {
		return failf(KindRequest, "invalid method %q", r.Method)
	}
	if len(r.Target) == 0 || r.Target[0] != '/' {
		return failf(KindRequest, "target does not begin with a slash: %q", r.Target)
	}
	for _, c := range r.Target {
		if c <= ' ' || c >= 0x7f {
			return failf(KindRequest, "target has a character that must be encoded: %q", r.Target)
		}
	}
	host := r.Host
	if host == "" {
		host = authority
	} else if !octets.IsFieldValue(octets.Of(host)) {
		return failf(KindRequest, "invalid host %q", host)
	}
	b := append(r.wire[:0], r.Method...)
	b = append(b, ' ')
	b = append(b, r.Target...)
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, host...)
	b = append(b, "\r\n"...)
	for i := range r.Header {
		name, value := r.Header[i].Name, r.Header[i].Value
		if i >= r.Checked {
			if err := checkField(name, value); err != nil {
				return err
			}
		}
		b = append(b, name...)
		b = append(b, ": "...)
		b = append(b, value...)
		b = append(b, "\r\n"...)
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(r.Body)), 10)
	r.wire = append(b, "\r\n\r\n"...)
	return nil
}

func checkField(name, value string) error {
	if !octets.IsToken(name) {
		return failf(KindRequest, "invalid header name %q", name)
	}
	switch len(name) {
	case 4, 14, 17:
		if octets.EqualFold(name, "host") || octets.EqualFold(name, "content-length") || octets.EqualFold(name, "transfer-encoding") {
			return failf(KindRequest, "header %s cannot be set", name)
		}
	}
	if !octets.IsFieldValue(octets.Of(value)) {
		return failf(KindRequest, "header %s has a control character: %q", name, value)
	}
	return nil
}
