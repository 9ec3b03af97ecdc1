package backend

import (
	"crypto/tls"
	"errors"
	"net"
	"time"
)

// dial opens a connection before deadline, and within Options.DialTimeout.
func (e *Endpoint) dial(deadline time.Time) (*conn, error) {
	limit := time.Now().Add(e.client.options.DialTimeout)
	if deadline.Before(limit) {
		limit = deadline
	}
	d := net.Dialer{Deadline: limit}
	nc, err := d.Dial("tcp", e.address.dial)
	if err != nil {
		return nil, dialError(err, deadline)
	}
	if e.tls == nil {
		return newConn(nc, nil, &e.client.options), nil
	}
	if err := nc.SetDeadline(limit); err != nil {
		nc.Close()
		return nil, &Error{KindConnect, err}
	}
	tc := tls.Client(nc, e.tls)
	if err := tc.Handshake(); err != nil {
		nc.Close()
		return nil, timeoutOr(KindConnect, err, deadline)
	}
	return newConn(nc, tc, &e.client.options), nil
}

func dialError(err error, deadline time.Time) *Error {
	if dns := (*net.DNSError)(nil); errors.As(err, &dns) && !dns.IsTimeout {
		return &Error{KindAddress, err}
	}
	if addr := (*net.AddrError)(nil); errors.As(err, &addr) {
		return &Error{KindAddress, err}
	}
	return timeoutOr(KindConnect, err, deadline)
}
