package backend

import (
	"net/netip"
	"strconv"
	"strings"
)

// address is a parsed authority.
type address struct {
	scheme    string
	authority string // as written: the Host field
	host      string // without brackets: what is resolved, and verified in TLS
	dial      string // host:port
}

// parseAddress takes what RFC 3986 allows as host and port of an http(s) URL,
// less user information, percent-encoding and names beyond ASCII. All strings
// of the result are copies.
func parseAddress(scheme, hostport string) (address, error) {
	a := address{authority: strings.Clone(hostport)}
	port := ""
	switch scheme {
	case "http":
		a.scheme, port = "http", "80"
	case "https":
		a.scheme, port = "https", "443"
	default:
		return a, failf(KindAddress, "unsupported scheme %q", scheme)
	}
	bad := func() (address, error) {
		return address{}, failf(KindAddress, "invalid address %q", hostport)
	}
	rest := a.authority
	if strings.HasPrefix(rest, "[") {
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			return bad()
		}
		a.host, rest = rest[1:end], rest[end+1:]
		ip, err := netip.ParseAddr(a.host)
		if err != nil || !ip.Is6() || ip.Zone() != "" {
			return bad()
		}
	} else {
		end := strings.IndexByte(rest, ':')
		if end < 0 {
			end = len(rest)
		}
		a.host, rest = rest[:end], rest[end:]
		if !validHostName(a.host) {
			return bad()
		}
	}
	if rest != "" {
		if rest[0] != ':' {
			return bad()
		}
		if rest = rest[1:]; rest != "" { // RFC 3986 allows an empty port
			n, err := strconv.ParseUint(rest, 10, 16)
			if err != nil || n == 0 {
				return bad()
			}
			port = strconv.FormatUint(n, 10)
		}
	}
	if strings.Contains(a.host, ":") {
		a.dial = "[" + a.host + "]:" + port
	} else {
		a.dial = a.host + ":" + port
	}
	return a, nil
}

// validHostName reports whether s can be a DNS name or an IPv4 address. The
// underscore is no letter of host names, yet container networks use it.
func validHostName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	label := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.':
			if label == 0 {
				return false
			}
			label = 0
			continue
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
		if label++; label > 63 {
			return false
		}
	}
	return true
}
